"""Interventions on attention: take heads out of a trained model, or put other weights in the place of its own.

What a head is for is not seen in its weights. Both managers change what a model computes while the block runs, by
hooks on the object; no parameter and no class is touched, and afterwards the model is what it was.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import product
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from tfmr.errors import InputError
from tfmr.multi_head import MultiHeadAttention, with_heads
from tfmr.transformer import Transformer

KINDS = ("encoder", "decoder", "cross")  # self-attention of either stack, and attention to the memory


class Head(NamedTuple):
    """One head of a Transformer: of which kind, in which layer, which one there, both counted from 0."""

    kind: str
    layer: int
    head: int


# From weights (batch, heads, query, key), and which of them are allowed, to those that are put in their place.
Change = Callable[[Float[Tensor, "b h q k"], Bool[Tensor, "b h q k"]], Float[Tensor, "b h q k"]]


def attentions(model: Transformer, kinds: Sequence[str] = KINDS) -> dict[tuple[str, int], MultiHeadAttention]:
    """The attentions of a Transformer by kind and layer.

    Raises:
        InputError: there is no such kind.
    """
    if unknown := set(kinds) - set(KINDS):
        raise InputError(f"kinds: expected some of {', '.join(KINDS)}; got {', '.join(map(repr, unknown))}")
    stacks = {
        "encoder": [layer.self_attention for layer in model.encoder.layers],
        "decoder": [layer.self_attention for layer in model.decoder.layers],
        "cross": [layer.cross_attention for layer in model.decoder.layers],
    }
    return {(kind, number): one for kind in kinds for number, one in enumerate(stacks[kind])}


def all_heads(model: Transformer, kinds: Sequence[str] = KINDS) -> list[Head]:
    """Every head of these kinds.

    Raises:
        InputError: there is no such kind.
    """
    found = attentions(model, kinds)
    return [Head(*place, head) for place, head in product(found, range(model.config.num_heads))]


@contextmanager
def without_heads(model: Transformer, heads: Iterable[Head]) -> Iterator[None]:
    """Take heads out: what they give to the output projection of their layer is zero.

    Michel et al. 2019, section 3: a mask variable before the heads are joined. The projection's bias stays.

    Raises:
        InputError: the model has no such head.
    """
    found, hooks = attentions(model), []

    def silence(number: int, projection: nn.Module, inputs: tuple[Tensor]) -> tuple[Tensor]:
        parts = inputs[0].unflatten(-1, (model.config.num_heads, -1)).clone()
        parts[..., number, :] = 0.0
        return (parts.flatten(-2),)

    try:
        for *place, number in heads:
            if tuple(place) not in found or not 0 <= number < model.config.num_heads:
                raise InputError(f"heads: expected heads of the model, got {(*place, number)}")
            projection = found[tuple(place)].output_projection
            hooks.append(projection.register_forward_pre_hook(partial(silence, number)))
        yield
    finally:
        for hook in hooks:
            hook.remove()


@contextmanager
def changed_weights(attention: MultiHeadAttention, change: Change) -> Iterator[None]:
    """Put other weights in the place of those that a softmax made; values and projections stay.

    Args:
        change: what is put there, such as :func:`uniform`. Its result is also what ``need_weights`` returns.
    """
    original = attention.attend

    def attend(query, k, v, mask=None, *, offset=0, need_weights=False):
        _, weights = original(query, k, v, mask, offset=offset, need_weights=True)
        allowed = torch.ones_like(weights, dtype=torch.bool)
        allowed = allowed if mask is None else allowed & with_heads(mask)
        weights = change(weights, allowed)
        heads = (weights @ v).transpose(1, 2).flatten(2)
        return attention.output_projection(heads), weights if need_weights else None

    attention.attend = attend  # the object's own, before its class's
    try:
        yield
    finally:
        del attention.attend


def uniform(weights: Float[Tensor, "b h q k"], allowed: Bool[Tensor, "b h q k"]) -> Float[Tensor, "b h q k"]:
    """The same weight for everything that may be seen."""
    return allowed / allowed.sum(dim=-1, keepdim=True).clamp(min=1)


def permuted(seed: int = 0) -> Change:
    """The weights of each sentence, dealt out anew to its positions: the same order for all queries and heads.

    The order depends on the seed and on how many positions may be seen, so that a sentence has one order in every
    layer and at every step. For cross-attention, where all queries may see the same positions.
    """

    def change(weights: Tensor, allowed: Tensor) -> Tensor:
        result = torch.zeros_like(weights)
        for row, number in enumerate(allowed[:, 0, 0].sum(dim=-1).tolist()):
            order = torch.randperm(number, generator=torch.Generator().manual_seed(1000 * seed + number))
            result[row, :, :, :number] = weights[row, :, :, order.to(weights.device)]
        return result

    return change


def exchanged(
    weights: Float[Tensor, "b h q k"], allowed: Bool[Tensor, "b h q k"]
) -> Float[Tensor, "b h q k"]:
    """Each sentence gets the weights of the one before it in the batch: for sentences of one length on either side."""
    return weights.roll(1, dims=0)
