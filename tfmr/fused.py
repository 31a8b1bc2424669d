"""Scaled dot-product attention without its weights: PyTorch's fused kernel, which never stores them.

That attention needs no memory for them was shown by Rabe and Staats 2021 (arXiv 2112.05682); the kernel on a GPU is
that of Dao et al. 2022 (FlashAttention). Computing a part again in the backward pass rather than keeping it is the
checkpointing of Chen et al. 2016 (arXiv 1604.06174).
"""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from tfmr.attention import check_mask


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

    Raises:
        InputError: the mask is not boolean or does not broadcast to the scores.
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
    output = F.scaled_dot_product_attention(query, key, value, allowed, dropout_p)
    return output.masked_fill(blind, 0.0)


BLOCK = 2**24  # numbers that a mask may have, 64 MiB in float32, before queries are taken in blocks
# From a first query and a number of queries to what is added to their scores, or to None.
MakeBias = Callable[[int, int], Tensor | None]


def fused_in_blocks(
    query: Float[Tensor, "batch heads query d_key"],
    key: Float[Tensor, "batch heads key d_key"],
    value: Float[Tensor, "batch heads key d_value"],
    mask: Tensor | None,
    make_bias: MakeBias,
    dropout_p: float = 0.0,
) -> tuple[Float[Tensor, "batch heads query d_value"], None]:
    """:func:`fused_attention` that holds no large matrix, whatever is masked, added or dropped.

    The kernel stores no weights, but it wants mask and bias as numbers, one for each query and key and often for
    each head; and on a CPU it cannot drop weights without storing them all. Where that would be more than
    ``BLOCK`` numbers, the queries are taken in blocks, and the backward pass computes a block again rather than
    find it stored.

    Args:
        mask: boolean, broadcastable to the scores; ``True`` = may be attended.
        make_bias: makes what is added to the scores of some queries, so that it need not be made for all at once.

    Returns:
        The output, and None in place of the weights.

    Raises:
        InputError: the mask is not boolean or does not broadcast to the scores.
    """
    num_queries = query.size(-2)
    if mask is not None:
        check_mask(mask, torch.Size([*query.shape[:-1], key.size(-2)]))
    # A compiler takes attention whole: how many blocks there are would depend on the length.
    rows = num_queries if torch.compiler.is_compiling() else _rows(query, key, mask, make_bias, dropout_p)
    if rows >= num_queries:
        return fused_attention(query, key, value, mask, make_bias(0, num_queries), dropout_p), None

    same_for_all = mask is None or mask.dim() < 2 or mask.size(-2) == 1

    def block(queries: Tensor, first: int) -> Tensor:
        count = queries.size(-2)
        part = mask if same_for_all else mask[..., first : first + count, :]
        return fused_attention(queries, key, value, part, make_bias(first, count), dropout_p)

    parts = [
        checkpoint(block, queries, number * rows, use_reentrant=False)
        for number, queries in enumerate(query.split(rows, dim=-2))
    ]
    return torch.cat(parts, dim=-2), None


def _rows(
    query: Tensor,
    key: Tensor,
    mask: Tensor | None,
    make_bias: MakeBias,
    dropout_p: float,
) -> int:
    """How many queries to take at once, so that mask, bias and dropped weights have at most BLOCK numbers."""
    batch, heads, num_queries, num_keys = (*query.shape[:-1], key.size(-2))
    if batch * heads * num_queries * num_keys <= BLOCK:
        return num_queries
    shapes = [(1, 1, 1, num_keys), () if mask is None else mask.shape]
    if make_bias(0, 1) is not None:
        shapes.append((heads, num_queries, num_keys))
    if dropout_p and query.device.type == "cpu":
        shapes.append((batch, heads, num_queries, num_keys))
    shape = torch.broadcast_shapes(*shapes)
    if shape[-2] == 1 or shape.numel() <= BLOCK:
        return num_queries
    return max(1, num_queries * (BLOCK // 2) // shape.numel())
