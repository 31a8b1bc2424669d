"""Chapter 8: one head of cross-attention, queries from one sentence, keys and values from another."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from tfmr.book.checks import check


def check_cross_attention(candidate: Callable) -> None:
    """Check ``candidate(x, memory, visible, w_q, w_k, w_v)``: one head, as (output, weights).

    ``x`` is (T, d_model), ``memory`` is (S, d_model), ``visible`` is boolean (S,) with True = may be attended,
    the three matrices are (d_k, d_model), (d_k, d_model) and (d_v, d_model); the output is (T, d_v), the
    weights (T, S).
    """
    check(
        candidate,
        cross_attention,
        [_case(2, 3), _case(4, 4), _case(5, 2)],
        mistakes=[
            ("keys and values come from the decoder: this is self-attention.", self_attention),
            (
                "queries come from the memory, keys and values from the decoder: turn them round.",
                turned_round,
            ),
            ("only the values come from the memory; the keys must, too.", keys_from_decoder),
            ("hidden words are attended to: the mask is missing.", unmasked),
            ("the mask is upside down: True means may be attended.", mask_inverted),
            ("the mask comes after the softmax, so that the rows do not sum to 1.", masked_too_late),
            ("the scores are not divided by the root of d_k.", unscaled),
            ("you divide by the root of d_model; a head's keys have d_k places.", scaled_by_model),
            ("the softmax runs over the queries: a row belongs to one of them.", wrong_axis),
            ("the memory itself is averaged: multiply it by w_v first.", values_not_projected),
        ],
    )


def cross_attention(
    x: Tensor, memory: Tensor, visible: Tensor, w_q: Tensor, w_k: Tensor, w_v: Tensor
) -> tuple[Tensor, Tensor]:
    scores = (x @ w_q.T) @ (memory @ w_k.T).T / math.sqrt(len(w_k))
    weights = scores.masked_fill(~visible, -math.inf).softmax(dim=-1)
    return weights @ (memory @ w_v.T), weights


def self_attention(x, memory, visible, w_q, w_k, w_v):
    return cross_attention(x, x, visible, w_q, w_k, w_v)


def turned_round(x, memory, visible, w_q, w_k, w_v):
    return cross_attention(memory, x, torch.ones(len(x), dtype=torch.bool), w_q, w_k, w_v)


def keys_from_decoder(x, memory, visible, w_q, w_k, w_v):
    scores = (x @ w_q.T) @ (x @ w_k.T).T / math.sqrt(len(w_k))
    weights = scores.masked_fill(~visible, -math.inf).softmax(dim=-1)
    return weights @ (memory @ w_v.T), weights


def unmasked(x, memory, visible, w_q, w_k, w_v):
    return cross_attention(x, memory, torch.ones_like(visible), w_q, w_k, w_v)


def mask_inverted(x, memory, visible, w_q, w_k, w_v):
    return cross_attention(x, memory, ~visible, w_q, w_k, w_v)


def masked_too_late(x, memory, visible, w_q, w_k, w_v):
    weights = unmasked(x, memory, visible, w_q, w_k, w_v)[1] * visible
    return weights @ (memory @ w_v.T), weights


def unscaled(x, memory, visible, w_q, w_k, w_v):
    return cross_attention(x, memory, visible, w_q * math.sqrt(len(w_k)), w_k, w_v)


def scaled_by_model(x, memory, visible, w_q, w_k, w_v):
    return cross_attention(x, memory, visible, w_q * math.sqrt(len(w_k) / x.size(1)), w_k, w_v)


def wrong_axis(x, memory, visible, w_q, w_k, w_v):
    scores = (x @ w_q.T) @ (memory @ w_k.T).T / math.sqrt(len(w_k))
    weights = scores.softmax(dim=0) * visible
    return weights @ (memory @ w_v.T), weights


def values_not_projected(x, memory, visible, w_q, w_k, w_v):
    weights = cross_attention(x, memory, visible, w_q, w_k, w_v)[1]
    return weights @ memory, weights


def _case(
    num_queries: int, num_keys: int, d_model: int = 8, d_k: int = 4, d_v: int = 3
) -> tuple[Tensor, ...]:
    """Random vectors and matrices; the last source word is hidden."""
    generator = torch.Generator().manual_seed(num_queries)
    shapes = [(num_queries, d_model), (num_keys, d_model), (d_k, d_model), (d_k, d_model), (d_v, d_model)]
    x, memory, w_q, w_k, w_v = (torch.randn(shape, generator=generator) for shape in shapes)
    return x, memory, torch.arange(num_keys) < num_keys - 1, w_q, w_k, w_v
