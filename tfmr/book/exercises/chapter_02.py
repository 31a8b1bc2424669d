"""Chapter 2: from scores to weights, with a mask, and from weights to links."""

from collections.abc import Callable

import torch
from torch import Tensor

from tfmr.book.checks import check


def check_masked_weights(candidate: Callable) -> None:
    """Check ``candidate(scores, mask)``: softmax over the keys that the mask allows.

    ``scores`` is (query, key); ``mask`` is (key,), True = may be attended.
    """
    generator = torch.Generator().manual_seed(2)
    cases = [
        (torch.tensor([[6.0, 3.0, 1.0]]).log(), torch.tensor([True, True, False])),
        (torch.randn(3, 3, generator=generator), torch.tensor([True, False, True])),
        (torch.randn(2, 5, generator=generator), torch.tensor([True, True, True, False, False])),
    ]
    check(
        candidate,
        masked_weights,
        cases,
        mistakes=[
            ("the mask is not used: padding gets weight.", no_mask),
            ("the mask is used the wrong way round: True means may be attended.", inverted),
            (
                "the softmax runs over the queries; each query's weights over the keys must sum to 1.",
                wrong_axis,
            ),
            ("the weights are masked after the softmax, so what is left sums to less than 1.", masked_after),
            (
                "a score of 0 still gets weight, since exp(0) = 1; a forbidden score must be -inf.",
                filled_with_0,
            ),
        ],
    )


def masked_weights(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.masked_fill(~mask, float("-inf")).softmax(dim=-1)


def no_mask(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.softmax(dim=-1)


def inverted(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.masked_fill(mask, float("-inf")).softmax(dim=-1)


def wrong_axis(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.masked_fill(~mask, float("-inf")).softmax(dim=0).nan_to_num(0.0)


def masked_after(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.softmax(dim=-1) * mask


def filled_with_0(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.masked_fill(~mask, 0.0).softmax(dim=-1)


def check_links(candidate: Callable) -> None:
    """Check ``candidate(weights, num_src, num_tgt)``: the set of links (source, target) of greatest weights.

    ``weights`` is (target, source), one row and one column more than words on each side: the end symbols.
    """
    cases = [_weights([1, 0, 2, 3], 3), _weights([0, 3, 1, 1, 3], 3), _weights([2, 1, 3, 4], 4)]
    check(
        candidate,
        links,
        cases,
        mistakes=[
            ("each link is (target, source); it should be (source, target).", swapped),
            ("the maximum runs over the target words; each target word chooses a source word.", over_targets),
            ("a word that looks at the end symbol most gets no link.", with_end_symbol),
            (
                "the end symbol is left out before the maximum, so a row that peaks there gets a link.",
                cut_first,
            ),
            ("the row of the target's end symbol is no word and makes no link.", with_end_row),
        ],
    )


def links(weights: Tensor, num_src: int, num_tgt: int) -> set[tuple[int, int]]:
    best = weights[:num_tgt].argmax(dim=-1).tolist()
    return {(src, tgt) for tgt, src in enumerate(best) if src < num_src}


def swapped(weights: Tensor, num_src: int, num_tgt: int) -> set[tuple[int, int]]:
    return {(tgt, src) for src, tgt in links(weights, num_src, num_tgt)}


def over_targets(weights: Tensor, num_src: int, num_tgt: int) -> set[tuple[int, int]]:
    return set(enumerate(weights[:num_tgt, :num_src].argmax(dim=0).tolist()))


def with_end_symbol(weights: Tensor, num_src: int, num_tgt: int) -> set[tuple[int, int]]:
    return {(src, tgt) for tgt, src in enumerate(weights[:num_tgt].argmax(dim=-1).tolist())}


def cut_first(weights: Tensor, num_src: int, num_tgt: int) -> set[tuple[int, int]]:
    return {(src, tgt) for tgt, src in enumerate(weights[:num_tgt, :num_src].argmax(dim=-1).tolist())}


def with_end_row(weights: Tensor, num_src: int, num_tgt: int) -> set[tuple[int, int]]:
    return {(src, tgt) for tgt, src in enumerate(weights.argmax(dim=-1).tolist()) if src < num_src}


def _weights(best: list[int], num_src: int) -> tuple[Tensor, int, int]:
    """Weights of one row a target word, which peak where ``best`` says, and a last row for the end symbol."""
    generator = torch.Generator().manual_seed(len(best))
    scores = torch.rand(len(best) + 1, num_src + 1, generator=generator)
    for row, column in enumerate([*best, 0]):  # the end symbol's row peaks at a word
        scores[row, column] += 2.0
    return scores.softmax(dim=-1), num_src, len(best)
