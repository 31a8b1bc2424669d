"""Chapter 3: scores of the scaled dot product, with any number of axes in front."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from tfmr.book.checks import check


def check_scaled_scores(candidate: Callable) -> None:
    """Check ``candidate(query, key)``: the scores qᵀk / √d of every query with every key.

    ``query`` is (…, query, d) and ``key`` is (…, key, d), with the same axes in front, none or many; the
    scores are (…, query, key).
    """
    cases = [_case(3, 5, d=4), _case(2, 3, 5, d=8), _case(2, 4, 3, 5, d=16)]
    check(
        candidate,
        scaled_scores,
        cases,
        mistakes=[
            ("nothing is divided: these are plain dot products.", unscaled),
            ("you divide by d; divide by its square root.", divided_by_size),
            ("you multiply by the square root; divide by it.", multiplied),
            (
                "you divide by the root of the number of keys; it is the size of a key that counts.",
                by_num_keys,
            ),
            ("rows and columns are swapped: a row of scores belongs to one query.", transposed),
            ("these are weights already: leave the softmax out.", softmaxed),
            ("`.T` turns all axes round; swap the last two, key.transpose(-2, -1).", all_axes_reversed),
            (
                "transpose(1, 2) swaps the right pair of three axes only; count from the end.",
                counted_from_front,
            ),
        ],
    )


def scaled_scores(query: Tensor, key: Tensor) -> Tensor:
    return query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))


def unscaled(query: Tensor, key: Tensor) -> Tensor:
    return query @ key.transpose(-2, -1)


def divided_by_size(query: Tensor, key: Tensor) -> Tensor:
    return unscaled(query, key) / query.size(-1)


def multiplied(query: Tensor, key: Tensor) -> Tensor:
    return unscaled(query, key) * math.sqrt(query.size(-1))


def by_num_keys(query: Tensor, key: Tensor) -> Tensor:
    return unscaled(query, key) / math.sqrt(key.size(-2))


def transposed(query: Tensor, key: Tensor) -> Tensor:
    return scaled_scores(query, key).transpose(-2, -1)


def softmaxed(query: Tensor, key: Tensor) -> Tensor:
    return scaled_scores(query, key).softmax(dim=-1)


def all_axes_reversed(query: Tensor, key: Tensor) -> Tensor:
    return query @ key.permute(*reversed(range(key.ndim))) / math.sqrt(query.size(-1))


def counted_from_front(query: Tensor, key: Tensor) -> Tensor:
    return query @ key.transpose(1, 2) / math.sqrt(query.size(-1))


def _case(*front_and_lengths: int, d: int) -> tuple[Tensor, Tensor]:
    """Random queries and keys: the axes in front, then the number of queries and of keys."""
    *front, queries, keys = front_and_lengths
    generator = torch.Generator().manual_seed(d)
    return (
        torch.randn(*front, queries, d, generator=generator),
        torch.randn(*front, keys, d, generator=generator),
    )
