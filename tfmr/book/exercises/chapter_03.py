"""Chapter 3: scores of the scaled dot product, with any number of axes in front."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from tfmr.book.checks import Exercise
from tfmr.book.properties import alone, close, doubles_with, follows, turned_round


def scaled_scores(
    query: Tensor,
    key: Tensor,
    *,
    turn: Callable = lambda key: key.transpose(-2, -1),
    divide: Callable = lambda query, key: math.sqrt(query.size(-1)),
    then: Callable = lambda scores: scores,
) -> Tensor:
    """The scores qᵀk / √d of every query with every key.

    ``query`` is (…, query, d) and ``key`` is (…, key, d), with the same axes in front, none or many; the
    scores are (…, query, key).
    """
    return then(query @ turn(key) / divide(query, key))


def _single_one(call: Callable, query: Tensor, key: Tensor) -> bool:
    one = torch.zeros_like(query)
    one[..., 0] = 1.0
    return close(
        call(one, key), (key[..., None, :, 0] / math.sqrt(key.size(-1))).expand(*query.shape[:-1], -1)
    )


def _case(*front_and_lengths: int, d: int) -> tuple[Tensor, Tensor]:
    """Random queries and keys: the axes in front, then the number of queries and of keys."""
    *front, queries, keys = front_and_lengths
    generator = torch.Generator().manual_seed(d)
    return (
        torch.randn(*front, queries, d, generator=generator),
        torch.randn(*front, keys, d, generator=generator),
    )


check_scaled_scores = Exercise(
    scaled_scores,
    [_case(3, 5, d=4), _case(2, 3, 5, d=8), _case(2, 4, 3, 6, d=16)],
    axes="…, query, key",
    properties=[
        ("a row of scores belongs to one query: other queries may not change it.", alone(0, -2)),
        ("a column of scores belongs to one key: keys in reverse order give columns in reverse order.",
         turned_round(1, -2, -1)),
        ("scores are dot products: a query twice as long has scores twice as large.", doubles_with(0)),
        ("fewer keys leave the scores of the others as they were.",
         follows(lambda query, key: (query, key[..., :2, :]), lambda scores: scores[..., :2])),
        ("where d is twice as large, every number standing there twice, scores grow by √2: the dot product doubles, "
         "and √d grows by √2.",
         follows(lambda query, key: (torch.cat([query, query], dim=-1), torch.cat([key, key], dim=-1)),
                 lambda scores: math.sqrt(2) * scores)),
        ("a query with a single 1, at its first coordinate, gives the keys' first coordinates, divided by √d.",
         _single_one),
    ],
    mistakes=[
        ("nothing is divided: these are plain dot products.", {"divide": lambda query, key: 1}),
        ("you divide by d; divide by its square root.", {"divide": lambda query, key: query.size(-1)}),
        ("you divide by the root of len(query), its first axis; d is the last axis, query.size(-1).",
         {"divide": lambda query, key: math.sqrt(len(query))}),
        ("you divide by the root of len(key), its first axis; d is the last axis, key.size(-1).",
         {"divide": lambda query, key: math.sqrt(len(key))}),
        ("you divide by the root of 8, which is d in one case only; take it from the query, query.size(-1).",
         {"divide": lambda query, key: math.sqrt(8)}),
        ("you divide by 8, whatever d is; divide by the root of d, query.size(-1).",
         {"divide": lambda query, key: 8}),
        ("`** 1/2` is a power of 1, halved; write `** 0.5`.", {"divide": lambda query, key: 2 * query.size(-1)}),
        ("you multiply by the square root; divide by it.", {"divide": lambda query, key: query.size(-1) ** -0.5}),
        ("you divide by the root of the number of keys; it is the size of a key that counts.",
         {"divide": lambda query, key: math.sqrt(key.size(-2))}),
        ("you divide by the root of the number of queries; it is the size of a query that counts.",
         {"divide": lambda query, key: math.sqrt(query.size(-2))}),
        ("the size in the root is counted from the front; d is the last axis, query.size(-1), in any shape.",
         {"divide": lambda query, key: math.sqrt(query.size(1))}),
        ("rows and columns are swapped: a row of scores belongs to one query.",
         {"then": lambda scores: scores.transpose(-2, -1)}),
        ("these are weights already: leave the softmax out.", {"then": lambda scores: scores.softmax(dim=-1)}),
        ("`.T` turns all axes round; swap the last two, key.transpose(-2, -1).",
         {"turn": lambda key: key.permute(*reversed(range(key.ndim)))}),
        ("view and reshape deal the numbers out anew; swap the last two axes, key.transpose(-2, -1).",
         {"turn": lambda key: key.reshape(*key.shape[:-2], key.size(-1), key.size(-2))}),
        ("`.t()` is for matrices only; swap the last two axes, key.transpose(-2, -1).", {"turn": Tensor.t}),
        ("transpose(0, 1) swaps the right pair of two axes only; count from the end, key.transpose(-2, -1).",
         {"turn": lambda key: key.transpose(0, 1)}),
        ("transpose(1, 2) swaps the right pair of three axes only; count from the end.",
         {"turn": lambda key: key.transpose(1, 2)}),
    ],
)  # fmt: skip
