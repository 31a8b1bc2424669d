"""Chapter 5: putting the heads' results end to end."""

from collections.abc import Callable

import torch
from torch import Tensor

from tfmr.book.checks import Exercise
from tfmr.book.properties import alone, close, follows


def merge_heads(
    heads: Tensor,
    *,
    first: Callable = lambda heads: heads,
    axes: tuple[int, ...] = (0, 2, 1, 3),
    shape: Callable = lambda batch, num_heads, length, size: (batch, length, num_heads * size),
) -> Tensor:
    """The heads' results end to end.

    ``heads`` is (batch, heads, length, size of a head); the result is (batch, length, heads · size), with the
    coordinates of the first head first.
    """
    heads = first(heads)
    return heads.permute(axes).reshape(shape(*heads.shape))


def _case(*shape: int) -> tuple[Tensor]:
    """Random results of heads: batch, heads, length, size."""
    return (torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape))),)


check_merge_heads = Exercise(
    merge_heads,
    [_case(2, 3, 5, 4), _case(3, 4, 4, 2), _case(1, 2, 3, 6)],
    axes="batch, length, heads · size",
    case_names=["three heads of size 4", "four heads of size 2", "two heads of size 6"],
    properties=[
        ("every number has to be in the result once, unchanged: nothing is added up, nothing gets lost.",
         lambda call, heads: close(call(heads).flatten().sort().values, heads.flatten().sort().values)),
        ("a sentence may not depend on its neighbours in the batch.", alone(0, 0)),
        ("a word's row holds what the heads say of this word, and of no other.",
         follows(lambda heads: (heads[:, :, :1],), lambda merged: merged[:, :1])),
        ("the coordinates of head 1 come first in a row, all of them, in their order.",
         lambda call, heads: close(call(heads)[..., : heads.size(3)], heads[:, 0])),
    ],
    mistakes=[
        ("a word's row holds pieces of several words: bring the axes of one word together first.",
         {"axes": (0, 1, 2, 3)}),
        ("a word's row holds pieces of several words: the wrong two axes are swapped.", {"axes": (0, 3, 2, 1)}),
        ("the words of a head lie end to end; it is the heads of a word that should.",
         {"axes": (0, 1, 2, 3), "shape": lambda batch, heads, length, size: (batch, heads, length * size)}),
        ("heads and sizes are swapped; swap heads and words, axes 1 and 2, and flatten the last two.",
         {"axes": (0, 3, 2, 1), "shape": lambda batch, heads, length, size: (batch, size, length * heads)}),
        ("the heads lie one after the other along the words; they belong into the last axis.",
         {"axes": (0, 1, 2, 3), "shape": lambda batch, heads, length, size: (batch, heads * length, size)}),
        ("the coordinates are dealt out in turn: all of head 1 comes first, then all of head 2.",
         {"axes": (0, 2, 3, 1)}),
        ("words and coordinates are swapped: a row belongs to one word.",
         {"axes": (0, 1, 3, 2), "shape": lambda batch, heads, length, size: (batch, heads * size, length)}),
        ("the heads are averaged; put them end to end.", {"first": lambda heads: heads.mean(dim=1, keepdim=True)}),
        ("the heads are added; put them end to end.", {"first": lambda heads: heads.sum(dim=1, keepdim=True)}),
        ("the heads come in reverse order.", {"first": lambda heads: heads.flip(1)}),
        ("in each head the coordinates come in reverse order.", {"first": lambda heads: heads.flip(-1)}),
        ("the axes are in order, but not yet made into one: flatten the last two.",
         {"shape": lambda batch, heads, length, size: (batch, length, heads, size)}),
        ("the sentences of the batch lie end to end; it is the heads that should, each sentence for itself.",
         {"axes": (1, 2, 0, 3), "shape": lambda batch, heads, length, size: (heads, length, batch * size)}),
        ("only the first sentence of the batch is there.",
         {"first": lambda heads: heads[:1], "shape": lambda batch, heads, length, size: (length, heads * size)}),
    ],
)  # fmt: skip
