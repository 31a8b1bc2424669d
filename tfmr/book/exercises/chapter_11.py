"""Chapter 11: the nucleus, what sampling with top-p draws from."""

from collections.abc import Callable

import torch
from torch import Tensor

from tfmr.book.checks import Exercise
from tfmr.book.properties import close, replaced, rows_sum_to_one, turned_round


def nucleus(
    probabilities: Tensor,
    top_p: float,
    *,
    order: Callable = lambda p: p.argsort(descending=True, stable=True),
    kept: Callable = lambda ordered, top_p: ordered.cumsum(dim=0) - ordered < top_p,
    put_back: Callable = lambda ordered, order: torch.zeros_like(ordered).scatter(0, order, ordered),
    share: Callable = lambda p: p / p.sum(),
) -> Tensor:
    """The distribution that is left when all words outside the nucleus get probability 0.

    ``probabilities`` is (V,), one for each word, and sums to 1; the nucleus is the smallest set of the most probable
    words that together have at least ``top_p``. The result is (V,) again, word for word, and sums to 1.
    """
    chosen = order(probabilities)
    ordered = probabilities[chosen]
    return share(put_back(ordered * kept(ordered, top_p), chosen))


# In thirty-secondths and sixty-fourths, so that the sums are exact.
_FEW = torch.tensor([4.0, 16.0, 2.0, 8.0, 2.0]) / 32
_MANY = torch.tensor([1.0, 5.0, 0.5, 10.0, 3.0, 8.0, 0.5, 4.0]) / 32
_SURE = torch.tensor([1.0, 2.0, 28.0, 1.0]) / 32
P, TOP_P = 0, 1


def _together(result: Tensor, probabilities: Tensor) -> Tensor:
    return probabilities[result > 0]


def _ratios_stay(call: Callable, probabilities: Tensor, top_p: float) -> bool:
    result = call(probabilities, top_p).double()
    left = result > 0
    return close(result[left] / result.max(), probabilities[left] / probabilities[left].max())


check_nucleus = Exercise(
    nucleus,
    [(_FEW, 0.7), (_MANY, 0.5), (_FEW, 0.75), (_SURE, 0.6), (_MANY, 0.9)],
    axes="words",
    properties=[
        ("no probability may be negative.", lambda call, *arguments: bool((call(*arguments) >= 0).all())),
        ("what is left has to sum to 1.", rows_sum_to_one()),
        ("the most probable word is always in the nucleus.",
         lambda call, p, top_p: bool(call(p, top_p)[p.argmax()] > 0)),
        ("the words of the nucleus have at least top_p together, before they are shared out anew.",
         lambda call, p, top_p: bool(_together(call(p, top_p), p).sum() >= top_p - 1e-6)),
        ("the nucleus is the smallest such set: without its least probable word it has less than top_p.",
         lambda call, p, top_p: bool((lambda left: left.sum() - left.min() < top_p)(_together(call(p, top_p), p)))),
        ("inside the nucleus a word that was twice as probable as another is so still.", _ratios_stay),
        ("the words in another order have the same probabilities, in that order.", turned_round(P, 0, 0)),
        ("with top_p = 1 every word stays, as probable as it was.",
         lambda call, *arguments: close(call(*replaced(arguments, TOP_P, 1.0)), arguments[P])),
    ],
    mistakes=[
        ("the word that crosses top_p is left out; it belongs to the nucleus, else the set has less than top_p.",
         {"kept": lambda ordered, top_p: ordered.cumsum(dim=0) <= top_p}),
        ("the word that reaches top_p is left out; it belongs to the nucleus, else the set has less than top_p.",
         {"kept": lambda ordered, top_p: ordered.cumsum(dim=0) < top_p}),
        ("a word too many: where the more probable ones have exactly top_p, that is enough.",
         {"kept": lambda ordered, top_p: ordered.cumsum(dim=0) - ordered <= top_p}),
        ("what is left is not shared out anew: divide by its sum.", {"share": lambda p: p}),
        ("what is left goes through a softmax, which gives the other words something again: divide by the sum.",
         {"share": lambda p: p.softmax(dim=0)}),
        ("the result is in the order of the probabilities, the largest first; put each back to its word.",
         {"put_back": lambda ordered, order: ordered}),
        ("the result is put back the wrong way round: number `order[i]` gets the i-th largest, not the other way.",
         {"put_back": lambda ordered, order: ordered[order]}),
        ("the least probable words are kept: sort from the largest down.", {"order": lambda p: p.argsort(stable=True)}),
        ("the sums run over the words as they stand: sort them by probability first.",
         {"order": lambda p: torch.arange(len(p))}),
        ("each word is compared with top_p by itself; what counts is the sum of it and all more probable ones.",
         {"kept": lambda ordered, top_p: ordered >= top_p}),
        ("each word is compared with 1 - top_p by itself; what counts is the sum of it and all more probable ones.",
         {"kept": lambda ordered, top_p: ordered >= 1 - top_p}),
        ("the other words are kept, those outside the nucleus.",
         {"kept": lambda ordered, top_p: ordered.cumsum(dim=0) - ordered >= top_p}),
        ("a share of top_p of the words is kept; it is their probabilities that count.",
         {"kept": lambda ordered, top_p: torch.arange(len(ordered)) < round(top_p * len(ordered))}),
    ],
)  # fmt: skip
