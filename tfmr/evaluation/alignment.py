"""Word alignments: read off attention weights, drawn along the diagonal, or estimated from counts.

A link is a pair (source position, target position), both counted from 0.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from jaxtyping import Float
from torch import Tensor

from tfmr.errors import InputError
from tfmr.evaluation.metrics import Link


def links_from_weights(weights: Float[Tensor, "tgt_len src_len"], num_src: int, num_tgt: int) -> set[Link]:
    """Link each target word to the source word with the greatest weight.

    Args:
        weights: a row for each target token, a column for each source token.
        num_src, num_tgt: how many of them are words. A row that puts its greatest weight elsewhere (on the
            end symbol, say) gets no link; rows after ``num_tgt`` are left out.

    Raises:
        InputError: there are fewer rows or columns than words.
    """
    if weights.size(0) < num_tgt or weights.size(1) < num_src:
        raise InputError(
            f"weights: expected at least {num_tgt} rows (target) and {num_src} columns (source), "
            f"got {tuple(weights.shape)}"
        )
    best = weights[:num_tgt].argmax(dim=-1).tolist()
    return {(src, tgt) for tgt, src in enumerate(best) if src < num_src}


def word_weights(
    weights: Float[Tensor, "*heads tgt_len src_len"], src_word_of: Sequence[int], tgt_word_of: Sequence[int]
) -> Float[Tensor, "*heads tgt_words src_words"]:
    """Weights between words from weights between their pieces.

    A word receives what all its pieces receive (sum over source pieces) and looks where its pieces look on
    average (mean over target pieces), so that a row that summed to 1 still does.

    Args:
        weights: the first ``len(tgt_word_of)`` rows and ``len(src_word_of)`` columns are pieces; of one map or, with
            dimensions in front, of several.
        src_word_of, tgt_word_of: for each piece the number of its word, counted from 0.
    """
    rows, columns = weights.new_tensor(tgt_word_of).long(), weights.new_tensor(src_word_of).long()
    *heads, _, src_len = weights.shape
    merged = weights.new_zeros(*heads, max(tgt_word_of) + 1, src_len)
    merged.index_add_(-2, rows, weights[..., : len(tgt_word_of), :])
    merged /= rows.bincount().unsqueeze(1)
    result = weights.new_zeros(*heads, merged.size(-2), max(src_word_of) + 1)
    return result.index_add_(-1, columns, merged[..., : len(src_word_of)])


def diagonal_links(num_src: int, num_tgt: int) -> set[Link]:
    """Link each target word to the source word at the same fraction of the sentence: the lazy baseline."""
    return {(min(num_src - 1, (2 * tgt + 1) * num_src // (2 * num_tgt)), tgt) for tgt in range(num_tgt)}


class IBMModel1:
    """Word translation probabilities, learned from sentence pairs alone (Brown et al. 1993, section 4.1).

    Model 1 knows which words occur together and nothing of where they stand: it says
    p(tgt word) = Σ over source words (and an empty one) of t(tgt word | source word) / (source length + 1),
    and finds t by expectation–maximisation.
    """

    EMPTY = ""  # the source word that target words without a counterpart come from

    def __init__(self):
        self.translation: dict[tuple[str, str], float] = {}  # t(tgt | src), keyed (src, tgt)

    def fit(self, pairs: Iterable[tuple[Sequence[str], Sequence[str]]], iterations: int = 5) -> "IBMModel1":
        """Estimate t from (source words, target words) pairs.

        Raises:
            InputError: there are no pairs.
        """
        # One entry for each (source word, target word) of each sentence: which pair of types it is, and
        # which target position it competes for. The EM steps are then sums over these arrays.
        types: dict[tuple[str, str], int] = {}
        type_of, slot_of, slot = [], [], 0
        for src, tgt in pairs:
            candidates = [self.EMPTY, *src]
            for word in tgt:
                for candidate in candidates:
                    type_of.append(types.setdefault((candidate, word), len(types)))
                slot_of.extend([slot] * len(candidates))
                slot += 1
        if not types:
            raise InputError("pairs: expected at least one pair of sentences, got none")
        type_of, slot_of = np.array(type_of), np.array(slot_of)
        sources: dict[str, int] = {}
        source_of = np.array([sources.setdefault(src, len(sources)) for src, _ in types])

        probability = np.ones(len(types))
        for _ in range(iterations):
            share = probability[type_of]
            share /= np.bincount(slot_of, share)[slot_of]  # E: each source word's share in a target word
            counts = np.bincount(type_of, share)
            probability = counts / np.bincount(source_of, counts)[source_of]  # M: normalise the counts
        self.translation = dict(zip(types, probability.tolist(), strict=True))
        return self

    def links(self, src: Sequence[str], tgt: Sequence[str]) -> set[Link]:
        """Link each target word to its most probable source word; to none where that is the empty word."""
        found = set()
        for j, word in enumerate(tgt):
            scores = [self.translation.get((candidate, word), 0.0) for candidate in (self.EMPTY, *src)]
            best = max(range(len(scores)), key=scores.__getitem__)
            if best > 0:
                found.add((best - 1, j))
        return found
