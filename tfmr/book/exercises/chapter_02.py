"""Chapter 2: from scores to weights, with a mask, and from weights to links."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from tfmr.book.checks import Exercise
from tfmr.book.properties import alone, close, hidden_weigh_nothing, rows_sum_to_one, unmoved_by


def masked_weights(
    scores: Tensor,
    mask: Tensor,
    *,
    hide: Callable = lambda scores, mask: scores.masked_fill(~mask, -math.inf),
    softmax: Callable = lambda scores: scores.softmax(dim=-1),
    after: Callable = lambda weights, mask: weights,
) -> Tensor:
    """Softmax over the keys that the mask allows.

    ``scores`` is (query, key); ``mask`` is (key,), True = may be attended.
    """
    return after(softmax(hide(scores, mask)), mask)


def _scores(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)))


def _in_order(call: Callable, scores: Tensor, mask: Tensor) -> bool:
    weights = call(scores, mask)
    return torch.equal(weights[:, mask].argsort(dim=-1), scores[:, mask].argsort(dim=-1))


def _as_exponentials(call: Callable, scores: Tensor, mask: Tensor) -> bool:
    weights = call(scores, mask)[:, mask]
    ratios = (scores[:, mask] - scores[:, mask][:, :1]).exp()
    return close(weights, weights[:, :1] * ratios)


def _no_mask(scores: Tensor, mask: Tensor) -> Tensor:
    return scores


def _finite_hide(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.masked_fill(~mask, -1e9)


OVER_QUERIES = "the softmax runs over the queries; each query's weights over the keys must sum to 1."

check_masked_weights = Exercise(
    masked_weights,
    [
        (torch.tensor([[6.0, 3.0, 1.0]]).log(), torch.tensor([True, True, False])),
        (_scores(3, 3), torch.tensor([True, False, True])),
        (_scores(2, 5), torch.tensor([True, True, True, False, False])),
    ],
    axes="query, key",
    properties=[
        ("no weight may be negative.", lambda call, scores, mask: bool((call(scores, mask) >= 0).all())),
        ("where the mask is False, the weight has to be 0.", hidden_weigh_nothing(1)),
        ("the weights of each query have to sum to 1.", rows_sum_to_one()),
        ("the score of a hidden key may not matter.",
         unmoved_by(lambda scores, mask: (torch.where(mask, scores, scores + 1), mask))),
        ("a query's weights may not depend on the other queries.", alone(0, 0)),
        ("of the keys that may be attended, a larger score has to get a larger weight.", _in_order),
        ("the same number added to all scores of a query may change nothing: a softmax does that.",
         unmoved_by(lambda scores, mask: (scores + 1, mask))),
        ("of two keys, the one whose score is larger by log 2 has twice the weight: weights are as exp(score).",
         _as_exponentials),
    ],
    mistakes=[
        ("the mask is not used: padding gets weight.", {"hide": _no_mask}),
        ("the mask is used the wrong way round: True means may be attended.",
         {"hide": lambda scores, mask: scores.masked_fill(mask, -math.inf)}),
        (OVER_QUERIES, {"softmax": lambda scores: scores.softmax(dim=0)}),
        (OVER_QUERIES, {"softmax": lambda scores: scores.softmax(dim=0), "hide": _finite_hide}),
        (OVER_QUERIES, {"softmax": lambda scores: scores.softmax(dim=0).nan_to_num(0.0)}),
        ("the weights are masked after the softmax, so what is left sums to less than 1.",
         {"hide": _no_mask, "after": lambda weights, mask: weights * mask}),
        ("the weights are masked after the softmax, where -inf is no weight; mask the scores before it.",
         {"hide": _no_mask, "after": lambda weights, mask: weights.masked_fill(~mask, -math.inf)}),
        ("the hidden keys are cut out; they keep their column, with weight 0.",
         {"after": lambda weights, mask: weights[:, mask]}),
        ("a score of 0 still gets weight, since exp(0) = 1; a forbidden score must be -inf.",
         {"hide": lambda scores, mask: scores * mask}),
        ("the mask is added to the scores as 0 and 1; a forbidden score must be -inf.",
         {"hide": lambda scores, mask: scores + mask}),
        ("-10 is not low enough: a forbidden score must be -inf.",
         {"hide": lambda scores, mask: scores.masked_fill(~mask, -10.0)}),
        ("the softmax runs over all queries and keys together; each query's weights must sum to 1.",
         {"softmax": lambda scores: scores.flatten().softmax(dim=0).view_as(scores)}),
        ("these are exponentials of the scores, not yet divided by their sum.",
         {"softmax": lambda scores: scores.exp()}),
        ("these are the masked scores: the softmax is missing.", {"softmax": lambda scores: scores}),
        ("the mask is applied to the queries, the rows; it belongs to the keys, the columns.",
         {"hide": lambda scores, mask: scores.masked_fill(~mask.expand(len(mask), -1).T[: len(scores)], -1e9)}),
    ],
)  # fmt: skip


def links(
    weights: Tensor,
    num_src: int,
    num_tgt: int,
    *,
    cut: Callable = lambda weights, num_src, num_tgt: weights[:num_tgt],
    axis: int = -1,
    keep: Callable = lambda src, num_src: src < num_src,
    pair: Callable = lambda src, tgt: (src, tgt),
) -> set[tuple[int, int]]:
    """The set of links (source, target) of greatest weights: each target word chooses a source word, or none.

    ``weights`` is (target, source), one row and one column more than words on each side: the end symbols.
    """
    best = cut(weights, num_src, num_tgt).argmax(dim=axis).tolist()
    found = enumerate(best) if axis == -1 else ((tgt, src) for src, tgt in enumerate(best))
    return {pair(src, tgt) for tgt, src in found if keep(src, num_src)}


def _own_row(call: Callable, weights: Tensor, num_src: int, num_tgt: int) -> bool:
    """Where one row alone peaks at a source word, and the others at the end symbol, its word alone is linked."""
    for tgt in range(num_tgt):
        one = torch.full_like(weights, 0.1)
        one[:, num_src] = 0.5
        one[tgt, 0] = 0.9
        if {link[1] for link in call(one, num_src, num_tgt)} != {tgt}:
            return False
    return True


def _weights(best: list[int], num_src: int) -> tuple[Tensor, int, int]:
    """Weights of one row a target word, which peak where ``best`` says, and a last row for the end symbol."""
    generator = torch.Generator().manual_seed(len(best))
    scores = torch.rand(len(best) + 1, num_src + 1, generator=generator)
    for row, column in enumerate([*best, 0]):  # the end symbol's row peaks at a word
        scores[row, column] += 2.0
    return scores.softmax(dim=-1), num_src, len(best)


# No weight is above a half: that the largest one counts, however small it is.
FLAT = torch.tensor(
    [[0.3, 0.28, 0.22, 0.2], [0.24, 0.26, 0.25, 0.25], [0.26, 0.24, 0.2, 0.3], [0.1, 0.2, 0.4, 0.3]]
)

check_links = Exercise(
    links,
    [_weights([1, 0, 1, 2, 3], 3), _weights([0, 3, 1, 0, 1, 3], 3), _weights([2, 4, 3, 1], 4), (FLAT, 3, 3)],
    properties=[
        ("a link is a pair of whole numbers: the source word's and the target word's, from 0.",
         lambda call, *arguments: all(isinstance(link, tuple) and list(map(type, link)) == [int, int]
                                      for link in call(*arguments))),
        ("a link's first number is a source word's, so it is below the number of source words; the end symbol is none.",
         lambda call, weights, num_src, num_tgt: all(link[0] < num_src for link in call(weights, num_src, num_tgt))),
        ("a link's second number is a target word's, so it is below the number of target words; the end symbol is "
         "none.",
         lambda call, weights, num_src, num_tgt: all(link[1] < num_tgt for link in call(weights, num_src, num_tgt))),
        ("row t of `weights` decides about target word t: where it alone peaks at a source word, only this word is linked.",
         _own_row),
        ("each target word makes at most one link, however nearly equal two weights are.",
         lambda call, *arguments: len({tgt for _, tgt in call(*arguments)}) == len(call(*arguments))),
        ("a target word whose greatest weight lies at a source word, the last one too, makes a link, however small "
         "that weight is.",
         lambda call, weights, num_src, num_tgt: {tgt for _, tgt in call(weights, num_src, num_tgt)}
         >= {tgt for tgt in range(num_tgt) if weights[tgt, :num_src].max() == weights[tgt].max()}),
        ("a row that is ten times as large or as small chooses the same word, whatever the other rows are.",
         lambda call, weights, num_src, num_tgt: all(
             call(torch.cat([factor * weights[:1], weights[1:]]), num_src, num_tgt) == call(weights, num_src, num_tgt)
             for factor in (0.1, 10))),
        ("a link leads to the source word at which the target word's row is largest.",
         lambda call, weights, num_src, num_tgt: all(
             weights[tgt, src] == weights[tgt].max() for src, tgt in call(weights, num_src, num_tgt))),
    ],
    mistakes=[
        ("each link is (target, source); it should be (source, target).", {"pair": lambda src, tgt: (tgt, src)}),
        ("the maximum runs over the target words; each target word chooses a source word.",
         {"axis": 0, "cut": lambda weights, num_src, num_tgt: weights[:num_tgt, :num_src]}),
        ("the maximum runs over the target words; each target word chooses a source word.", {"axis": 0}),
        ("a word that looks at the end symbol most gets no link.", {"keep": lambda src, num_src: True}),
        ("the end symbol is left out before the maximum, so a row that peaks there gets a link.",
         {"cut": lambda weights, num_src, num_tgt: weights[:num_tgt, :num_src]}),
        ("the row of the target's end symbol is no word and makes no link.",
         {"cut": lambda weights, num_src, num_tgt: weights}),
        ("each word is given the next one's row; row t is target word t's own.",
         {"cut": lambda weights, num_src, num_tgt: weights[1:]}),
        ("each word is given the row before its own; row t is target word t's own.",
         {"cut": lambda weights, num_src, num_tgt: weights.roll(1, 0)[:num_tgt]}),
        ("words are counted from 1; count from 0.", {"pair": lambda src, tgt: (src + 1, tgt + 1)}),
        ("source words are counted from 1; count from 0.", {"pair": lambda src, tgt: (src + 1, tgt)}),
        ("target words are counted from 1; count from 0.", {"pair": lambda src, tgt: (src, tgt + 1)}),
        ("the smallest weight is taken; take the largest.",
         {"cut": lambda weights, num_src, num_tgt: -weights[:num_tgt]}),
    ],
)  # fmt: skip
