"""Alignment by intervention: hide a source word, and see which target words the model then finds less probable.

Attention weights show where a model looks; what is hidden shows what it needs. The two need not agree.
"""

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor

from tfmr.data import Pair, Tokenizer, encode_pairs, word_tokenize
from tfmr.decoding.eval_mode import evaluating
from tfmr.errors import InputError
from tfmr.evaluation.metrics import Link
from tfmr.seq2seq import Memory, Seq2Seq

PLACES = ("decoder", "both")


def hiding_effects(
    model: Seq2Seq, pair: Pair, src_tokenizer: Tokenizer, tgt_tokenizer: Tokenizer, hide_from: str = "decoder"
) -> Float[Tensor, "tgt_words src_words"]:
    """How much log-probability each target word loses when a source word is hidden.

    The model is made to write the reference (forced decoding), once as it is and once for each source word without
    all pieces of that word; all of these are one batch. A word's log-probability is the sum of its pieces'. A word is
    hidden by a mask: it keeps its place, so that no other word moves, but nobody may look at it. Li et al. 2019 find
    links by such differences.

    Args:
        model: one that attends.
        hide_from: "decoder": cross-attention does not see the word's vectors, but those of its neighbours know of it,
            since the encoder read them together. "both": the encoder's other words do not see it either; for a
            model whose ``encoder`` takes a mask, such as :class:`tfmr.Transformer`.

    Returns:
        Nats, positive where hiding does harm; words counted as ``word_tokenize`` does. A word without a piece of its
        own (see :func:`tfmr.evaluation.attention_links`) has zeros.

    Raises:
        InputError: the model does not attend, or cannot hide from the encoder; a side of the pair has no token.
    """
    _check(model, hide_from)
    [(src, tgt)] = encode_pairs([pair], src_tokenizer, tgt_tokenizer)
    device = next(model.parameters()).device
    src, tgt = torch.tensor([src], device=device), torch.tensor([tgt], device=device)
    seen = _hide_each(src_tokenizer.word_of(pair.src), len(word_tokenize(pair.src)), src.size(1)).to(device)
    with evaluating(model):
        if hide_from == "both":
            vectors, _ = model.encoder(model.src_embedding(src.expand(len(seen), -1)), seen)
        else:
            vectors = model.encode(src).vectors.expand(len(seen), -1, -1)
        read, predicted = (part.expand(len(seen), -1) for part in (tgt[:, :-2], tgt[:, 1:-1]))
        logits = model.decode(read, Memory(vectors, seen))
        nll = F.cross_entropy(logits.transpose(1, 2), predicted, reduction="none").cpu()
    losses = nll[1:] - nll[0]  # of pieces
    effects = losses.new_zeros(len(losses), len(word_tokenize(pair.tgt)))
    return effects.index_add_(1, torch.tensor(tgt_tokenizer.word_of(pair.tgt)), losses).T


def links_from_hiding(effects: Float[Tensor, "tgt_words src_words"], threshold: float = 0.0) -> set[Link]:
    """Link each target word to the source word whose hiding costs it most, if it costs more than ``threshold``."""
    costs, sources = effects.max(dim=1)
    found = zip(sources.tolist(), costs.tolist(), strict=True)
    return {(src, tgt) for tgt, (src, cost) in enumerate(found) if cost > threshold}


def _check(model: Seq2Seq, hide_from: str) -> None:
    if hide_from not in PLACES:
        raise InputError(f"hide_from: expected one of {', '.join(PLACES)}; got {hide_from!r}")
    if not model.attends:
        raise InputError("model: expected one with attention, got one that hands over a fixed vector")
    if hide_from == "both" and not hasattr(model, "src_embedding"):
        raise InputError(
            f"hide_from: expected 'decoder' for a {type(model).__name__}, whose encoder takes no mask, got 'both'"
        )


def _hide_each(word_of: list[int], num_words: int, num_tokens: int) -> Bool[Tensor, "rows 1 src_len"]:
    """A mask that hides nothing, and one for each word that hides its pieces; the end symbol is always seen."""
    seen = torch.ones(1 + num_words, num_tokens, dtype=torch.bool)
    seen[1 + torch.tensor(word_of), torch.arange(len(word_of))] = False
    return seen[:, None]
