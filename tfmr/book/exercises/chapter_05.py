"""Chapter 5: putting the heads' results end to end."""

from collections.abc import Callable

import torch
from torch import Tensor

from tfmr.book.checks import check


def check_merge_heads(candidate: Callable) -> None:
    """Check ``candidate(heads)``: the heads' results end to end.

    ``heads`` is (batch, heads, length, places); the result is (batch, length, heads · places), the places of
    the first head first.
    """
    check(
        candidate,
        merge_heads,
        [_case(2, 3, 5, 4), _case(3, 4, 4, 2), _case(1, 2, 3, 6)],
        mistakes=[
            (
                "the shape is right, but a word's row holds pieces of several words: "
                "bring the axes of one word together first.",
                reshaped,
            ),
            (
                "the heads lie one after the other along the words; they belong into the last axis.",
                along_words,
            ),
            ("the places are dealt out in turn: all of head 1 comes first, then all of head 2.", interleaved),
            ("words and places are swapped: a row belongs to one word.", swapped),
            ("the heads are averaged; put them end to end.", averaged),
            ("the heads are added; put them end to end.", added),
            ("the axes are in order, but not yet made into one: flatten the last two.", not_flat),
        ],
    )


def merge_heads(heads: Tensor) -> Tensor:
    return heads.transpose(1, 2).flatten(2)


def reshaped(heads: Tensor) -> Tensor:
    batch, num_heads, length, places = heads.shape
    return heads.reshape(batch, length, num_heads * places)


def along_words(heads: Tensor) -> Tensor:
    return heads.flatten(1, 2)


def interleaved(heads: Tensor) -> Tensor:
    return heads.permute(0, 2, 3, 1).flatten(2)


def swapped(heads: Tensor) -> Tensor:
    return merge_heads(heads).transpose(1, 2)


def averaged(heads: Tensor) -> Tensor:
    return heads.mean(dim=1)


def added(heads: Tensor) -> Tensor:
    return heads.sum(dim=1)


def not_flat(heads: Tensor) -> Tensor:
    return heads.transpose(1, 2)


def _case(*shape: int) -> tuple[Tensor]:
    """Random results of heads: batch, heads, length, places."""
    return (torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape))),)
