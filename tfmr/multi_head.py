"""Multi-head attention: several attentions side by side, each in a space of its own.

Positions that live inside attention (rotary, ALiBi) come in as an object with the two methods ``rotate`` and
``bias``; see :mod:`tfmr.positions`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from tfmr.attention import attend, check_mask
from tfmr.errors import InputError


def as_tree(cls: type) -> type:
    """Let ``torch.export`` see the tensors inside a dataclass."""
    torch.export.register_dataclass(cls)
    return cls


@as_tree
@dataclass
class KeyValueCache:
    """Keys and values, split into heads, that a decoder has computed and need not compute again.

    Args:
        fixed: True for cross-attention, whose keys never change: the first call fills the cache, later ones
            read it. False for self-attention, where every call appends the keys of the new positions.
        key, value: (batch, heads, length, size of a head); None: nothing yet.
    """

    fixed: bool = False
    key: Tensor | None = None
    value: Tensor | None = None

    @property
    def length(self) -> int:
        """Positions in the cache."""
        return 0 if self.key is None else self.key.size(-2)

    def append(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Add positions at the end, and return all of them."""
        if self.key is not None:
            key = torch.cat([self.key, key], dim=-2)
            value = torch.cat([self.value, value], dim=-2)
        self.key, self.value = key, value
        return key, value

    def select(self, rows: Tensor) -> "KeyValueCache":
        """A cache of these rows of the batch, in this order: what a beam search makes for its survivors."""
        if self.key is None:
            return replace(self)
        return replace(self, key=self.key[rows], value=self.value[rows])


class MultiHeadAttention(nn.Module):
    """Concat(head_1, …, head_h) W_o, with head_i = attention(Q W_q,i, K W_k,i, V W_v,i).

    Vaswani et al. 2017, section 3.2.2. The h small projections are slices of one large one.

    Args:
        d_model: size of a query, key, value and output vector.
        num_heads: number of heads h.
        dropout: probability of dropping an attention weight in training.
        d_key, d_value: sizes of a head's keys and values; by default d_model / num_heads.
        bias: whether the four projections add a vector.
        relative: positions inside self-attention, a module with ``rotate`` and ``bias``; None for none.

    Raises:
        InputError: ``num_heads`` does not divide ``d_model``, or a size is not positive.
    """

    def __init__(
        self,
        d_model: int,
        num_heads: int,
        dropout: float = 0.0,
        *,
        d_key: int | None = None,
        d_value: int | None = None,
        bias: bool = True,
        relative: nn.Module | None = None,
    ):
        super().__init__()
        check_heads(d_model, num_heads, d_key, d_value)
        d_key, d_value = d_key or d_model // num_heads, d_value or d_model // num_heads
        self.num_heads, self.dropout, self.relative = num_heads, dropout, relative
        self.query_projection = nn.Linear(d_model, num_heads * d_key, bias)
        self.key_projection = nn.Linear(d_model, num_heads * d_key, bias)
        self.value_projection = nn.Linear(d_model, num_heads * d_value, bias)
        self.output_projection = nn.Linear(num_heads * d_value, d_model, bias)

    def forward(
        self,
        query: Float[Tensor, "batch query d_model"],
        key: Float[Tensor, "batch key d_model"],
        value: Float[Tensor, "batch key d_model"],
        mask: Tensor | None = None,
        need_weights: bool = True,
        cache: KeyValueCache | None = None,
    ) -> tuple[Float[Tensor, "batch query d_model"], Float[Tensor, "batch heads query all_keys"] | None]:
        """Attend, in every head at once.

        Args:
            query, key, value: the same tensor three times is self-attention; memory as key and value is
                cross-attention.
            mask: boolean, ``True`` = may be attended; broadcastable to (batch, query, key), the same for all
                heads, or to (batch, heads, query, key). With a cache, ``key`` counts the cached positions too.
            need_weights: whether to return the weights. Without, PyTorch's fused kernel computes the output,
                and the matrix of weights is never stored, whatever the mask (:func:`fused_in_blocks`).
            cache: where keys and values of earlier calls are; this call's are put there.

        Returns:
            The output, and the weights before dropout (or None).

        Raises:
            InputError: sizes do not fit, there is no position, the mask is not boolean or of another shape.
        """
        self._check(query, key, value)
        past = 0 if cache is None else cache.length
        q = self._split(self.query_projection(query))
        if cache is not None and cache.fixed and past:
            k, v = cache.key, cache.value
        else:
            k, v = self._split(self.key_projection(key)), self._split(self.value_projection(value))
            if self.relative is not None:
                k = self.relative.rotate(k, past)
            if cache is not None:
                k, v = cache.append(k, v)
        if self.relative is not None:
            q = self.relative.rotate(q, past)
        heads, weights = self._attend(q, k, v, _with_heads(mask), past, need_weights)
        return self.output_projection(heads.transpose(1, 2).flatten(2)), weights

    def _attend(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, start: int, explicit: bool):
        """Attend in heads; the first query stands at position ``start``, the first key at 0."""

        def bias(first: int, count: int) -> Tensor | None:
            """What is added to the scores of ``count`` queries from number ``first`` on."""
            if self.relative is None:
                return None
            return self.relative.bias(count, k.size(-2), start + first, q.device)

        dropout_p = self.dropout if self.training else 0.0
        if not explicit:
            return fused_in_blocks(q, k, v, mask, bias, dropout_p), None
        scores = (q / math.sqrt(q.size(-1))) @ k.transpose(-2, -1)
        added = bias(0, q.size(-2))
        scores = scores if added is None else scores + added.to(scores.dtype)
        return attend(scores, v, mask, dropout_p)

    def _split(self, x: Float[Tensor, "batch length size"]) -> Float[Tensor, "batch heads length d_head"]:
        return x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)

    def _check(self, query: Tensor, key: Tensor, value: Tensor) -> None:
        d_model = self.query_projection.in_features
        for name, x in (("query", query), ("key", key), ("value", value)):
            if x.dim() != 3 or x.size(-1) != d_model or x.size(1) == 0:
                raise InputError(
                    f"{name}: expected shape (batch, at least one position, {d_model}), got {tuple(x.shape)}"
                )
        if key.shape != value.shape or query.size(0) != key.size(0):
            raise InputError(
                "query, key, value: expected one batch size, and a value for every key, got shapes "
                f"{tuple(query.shape)}, {tuple(key.shape)}, {tuple(value.shape)}"
            )


def fused_attention(
    query: Float[Tensor, "batch heads query d_key"],
    key: Float[Tensor, "batch heads key d_key"],
    value: Float[Tensor, "batch heads key d_value"],
    mask: Tensor | None = None,
    bias: Tensor | None = None,
    dropout_p: float = 0.0,
) -> Float[Tensor, "batch heads query d_value"]:
    """The output of scaled dot-product attention by PyTorch's fused kernel, which stores no weights.

    A query that may look at no key gets a row of zeros with zero gradient, as in
    :func:`tfmr.attention.masked_softmax`; the kernel alone would give NaN on some devices.

    Args:
        mask: boolean, broadcastable to the scores; ``True`` = may be attended.
        bias: added to the scores, broadcastable to them.
    """
    # Four axes and no fewer: with three, PyTorch's CPU kernel steps aside for one that stores the weights.
    mask, bias = (x if x is None else x[(None,) * (4 - x.dim())] for x in (mask, bias))
    if mask is None:
        bias = None if bias is None else bias.to(query.dtype)
        return F.scaled_dot_product_attention(query, key, value, bias, dropout_p)
    check_mask(mask, torch.Size([*query.shape[:-1], key.size(-2)]))
    blind = ~mask.any(dim=-1, keepdim=True)
    allowed = mask | blind  # a blind query is computed as if it saw everything, and then thrown away
    if bias is not None:
        allowed = bias.to(query.dtype).masked_fill(~allowed, -math.inf)
    return F.scaled_dot_product_attention(query, key, value, allowed, dropout_p).masked_fill(blind, 0.0)


BLOCK = 2**24  # numbers that a mask may have, 64 MiB in float32, before queries are taken in blocks


def fused_in_blocks(
    query: Float[Tensor, "batch heads query d_key"],
    key: Float[Tensor, "batch heads key d_key"],
    value: Float[Tensor, "batch heads key d_value"],
    mask: Tensor | None,
    bias: Callable[[int, int], Tensor | None],
    dropout_p: float = 0.0,
) -> Float[Tensor, "batch heads query d_value"]:
    """:func:`fused_attention` that holds no large matrix, whatever is masked, added or dropped.

    The kernel stores no weights, but it wants mask and bias as numbers, one for each query and key and often for
    each head; and on a CPU it cannot drop weights without storing them all. Where that would be more than
    ``BLOCK`` numbers, the queries are taken in blocks, and the backward pass computes a block again rather than
    find it stored.

    Args:
        bias: from a first query and a number of queries to what is added to their scores, or to None.
    """
    num_queries = query.size(-2)
    if mask is not None:
        check_mask(mask, torch.Size([*query.shape[:-1], key.size(-2)]))
    # A compiler takes attention whole: how many blocks there are would depend on the length.
    rows = num_queries if torch.compiler.is_compiling() else _rows(query, key, mask, bias, dropout_p)
    if rows >= num_queries:
        return fused_attention(query, key, value, mask, bias(0, num_queries), dropout_p)

    def block(queries: Tensor, first: int) -> Tensor:
        count = queries.size(-2)
        part = mask if mask is None or mask.size(-2) == 1 else mask[..., first : first + count, :]
        return fused_attention(queries, key, value, part, bias(first, count), dropout_p)

    parts = [
        checkpoint(block, queries, number * rows, use_reentrant=False)
        for number, queries in enumerate(query.split(rows, dim=-2))
    ]
    return torch.cat(parts, dim=-2)


def _rows(
    query: Tensor,
    key: Tensor,
    mask: Tensor | None,
    bias: Callable[[int, int], Tensor | None],
    dropout_p: float,
) -> int:
    """How many queries to take at once, so that mask, bias and dropped weights have at most BLOCK numbers."""
    batch, heads, num_queries, num_keys = (*query.shape[:-1], key.size(-2))
    if batch * heads * num_queries * num_keys <= BLOCK:
        return num_queries
    shapes = [(1, 1, 1, num_keys) if mask is None else mask.shape]
    if bias(0, 1) is not None:
        shapes.append((heads, num_queries, num_keys))
    if dropout_p and query.device.type == "cpu":
        shapes.append((batch, heads, num_queries, num_keys))
    shape = torch.broadcast_shapes(*shapes)
    if shape[-2] == 1 or shape.numel() <= BLOCK:
        return num_queries
    return max(1, num_queries * (BLOCK // 2) // shape.numel())


def _with_heads(mask: Tensor | None) -> Tensor | None:
    """A mask with the axes (batch, heads, query, key); of what it lacks, there is one for all."""
    return mask if mask is None or mask.dim() > 3 else mask[(None,) * (3 - mask.dim())].unsqueeze(1)


def check_heads(d_model: int, num_heads: int, d_key: int | None, d_value: int | None) -> None:
    """Refuse sizes that make no heads."""
    sizes = {"d_model": d_model, "num_heads": num_heads, "d_key": d_key, "d_value": d_value}
    for name, size in sizes.items():
        if size is not None and size < 1:
            raise InputError(f"{name}: expected a positive number, got {size}")
    if d_model % num_heads and (d_key is None or d_value is None):
        raise InputError(
            f"num_heads: expected a divisor of d_model = {d_model} (or d_key and d_value given), got {num_heads}"
        )
