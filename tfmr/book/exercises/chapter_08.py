"""Chapter 8: one head of cross-attention, queries from one sentence, keys and values from another."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from tfmr.book.checks import Exercise
from tfmr.book.properties import (
    alone,
    close,
    hidden_weigh_nothing,
    replaced,
    rows_sum_to_one,
    unmoved_by,
)


def cross_attention(
    x: Tensor,
    memory: Tensor,
    visible: Tensor,
    w_q: Tensor,
    w_k: Tensor,
    w_v: Tensor,
    *,
    matrices: Callable = lambda w_q, w_k, w_v: (w_q, w_k, w_v),
    asks: Callable = lambda x, memory: x,
    keys: Callable = lambda x, memory: memory,
    values: Callable = lambda x, memory: memory,
    project: Callable = lambda of, w_k, w_v: of @ w_v.T,
    divide: Callable = lambda x, w_k, w_v: math.sqrt(len(w_k)),
    hide: Callable = lambda scores, visible: scores.masked_fill(~visible, -math.inf),
    softmax: Callable = lambda scores: scores.softmax(dim=-1),
    after: Callable = lambda weights, visible: weights,
    results: Callable = lambda output, weights, scores: (output, weights),
) -> tuple[Tensor, Tensor]:
    """One head, as (output, weights).

    ``x`` is (T, d_model), ``memory`` is (S, d_model), ``visible`` is boolean (S,) with True = may be attended,
    the three matrices are (d_k, d_model), (d_k, d_model) and (d_v, d_model); the output is (T, d_v), the
    weights (T, S).
    """
    w_q, w_k, w_v = matrices(w_q, w_k, w_v)
    scores = (asks(x, memory) @ w_q.T) @ (keys(x, memory) @ w_k.T).T / divide(x, w_k, w_v)
    scores = hide(scores, visible)
    weights = after(softmax(scores), visible)
    return results(weights @ project(values(x, memory), w_k, w_v), weights, scores)


def _case(
    num_queries: int, hidden: list[int], num_keys: int, d_model: int, d_k: int, d_v: int
) -> tuple[Tensor, ...]:
    """Random vectors and matrices; the source words at these places are hidden."""
    generator = torch.Generator().manual_seed(num_queries)
    shapes = [(num_queries, d_model), (num_keys, d_model), (d_k, d_model), (d_k, d_model), (d_v, d_model)]
    x, memory, w_q, w_k, w_v = (torch.randn(shape, generator=generator) for shape in shapes)
    visible = torch.ones(num_keys, dtype=torch.bool)
    visible[hidden] = False
    return x, memory, visible, w_q, w_k, w_v


def _mean_of_values(
    call: Callable, x: Tensor, memory: Tensor, visible: Tensor, w_q: Tensor, w_k: Tensor, w_v: Tensor
):
    output, weights = call(x, memory, visible, w_q, w_k, w_v)
    return close(output, weights.float() @ (memory @ w_v.T))


def _upside_down(x: Tensor, memory: Tensor, visible: Tensor, *matrices: Tensor) -> tuple:
    return x, memory.flip(0), visible.flip(0), *matrices


def _longer_keys(x: Tensor, memory: Tensor, visible: Tensor, w_q: Tensor, w_k: Tensor, w_v: Tensor) -> tuple:
    """Every coordinate of queries and keys four times: the scores should be twice as large, as for 2 w_q."""
    return x, memory, visible, w_q.repeat(4, 1), w_k.repeat(4, 1), w_v


def _twice_as_sharp(call: Callable, *arguments) -> bool:
    """Queries twice as long make scores twice as large, and so the logarithm of two weights' ratio."""
    visible = arguments[VISIBLE]
    once, twice = (
        call(*replaced(arguments, W_Q, factor * arguments[W_Q]))[1][:, visible].double().log()
        for factor in (0.1, 0.2)
    )
    return close(2 * (once - once[:, :1]), twice - twice[:, :1])


def _keep_all(scores: Tensor, visible: Tensor) -> Tensor:
    return scores


OVER_QUERIES = "the softmax runs over the queries: a row belongs to one of them, and has to sum to 1."
VISIBLE, W_Q = 2, 3

check_cross_attention = Exercise(
    cross_attention,
    [_case(2, [2], 3, d_model=8, d_k=4, d_v=3), _case(4, [1], 4, d_model=6, d_k=5, d_v=6),
     _case(5, [0, 3], 6, d_model=4, d_k=9, d_v=2)],
    axes="output: T, d_v; weights: T, S",
    properties=[
        ("no weight may be negative.", lambda call, *arguments: bool((call(*arguments)[1] >= 0).all())),
        ("hidden words have to weigh 0.", hidden_weigh_nothing(VISIBLE, 1)),
        ("the weights of each row, a target position, have to sum to 1.", rows_sum_to_one(1)),
        ("what stands in the memory at a hidden word may change nothing.",
         unmoved_by(lambda x, memory, visible, *w: (x, memory + 5 * ~visible[:, None], visible, *w))),
        ("a target position's row may not depend on the other positions of x.", alone(0, 0)),
        ("where all rows of the memory are equal, all that are visible get the same weight.",
         lambda call, x, memory, visible, *w: close(
             call(x, memory[:1].expand_as(memory), visible, *w)[1], (visible / visible.sum()).expand(len(x), -1))),
        ("the memory in another order gives the same output.",
         lambda call, *arguments: close(call(*_upside_down(*arguments))[0], call(*arguments)[0])),
        ("the output is the mean of the values, memory times w_v transposed, with the weights that are returned.",
         _mean_of_values),
        ("scores are dot products: queries twice as long make them twice as large.", _twice_as_sharp),
        ("scores are divided by √d_k: with every coordinate of queries and keys four times they grow by 2, not by 4.",
         lambda call, *arguments: close(
             call(*_longer_keys(*arguments)), call(*replaced(arguments, W_Q, 2 * arguments[W_Q])))),
    ],
    mistakes=[
        ("keys and values come from the decoder: this is self-attention.",
         {"keys": lambda x, memory: x, "values": lambda x, memory: x, "hide": _keep_all}),
        ("queries come from the memory, keys and values from the decoder: turn them round.",
         {"asks": lambda x, memory: memory, "keys": lambda x, memory: x, "values": lambda x, memory: x,
          "hide": _keep_all}),
        ("queries come from the memory, keys and values from the decoder: turn them round.",
         {"asks": lambda x, memory: memory, "keys": lambda x, memory: x, "values": lambda x, memory: x,
          "hide": lambda scores, visible: scores.masked_fill(~visible[:, None], -1e9)}),
        ("queries come from the memory, too; they belong to the target positions, the rows of x.",
         {"asks": lambda x, memory: memory}),
        ("only the values come from the memory; the keys must, too.", {"keys": lambda x, memory: x}),
        ("the values come from the decoder's x; they belong to the memory.", {"values": lambda x, memory: x}),
        ("w_q and w_k are exchanged: queries, from x, have w_q; keys, from the memory, w_k.",
         {"matrices": lambda w_q, w_k, w_v: (w_k, w_q, w_v)}),
        ("w_k and w_v are exchanged: keys have w_k, values w_v.", {"matrices": lambda w_q, w_k, w_v: (w_q, w_v, w_k)}),
        ("hidden words are attended to: the mask is missing.", {"hide": _keep_all}),
        ("the mask is upside down: True means may be attended.",
         {"hide": lambda scores, visible: scores.masked_fill(visible, -math.inf)}),
        ("the mask comes after the softmax, so that the rows do not sum to 1.",
         {"hide": _keep_all, "after": lambda weights, visible: weights * visible}),
        ("hidden scores are filled with 0, and exp(0) = 1; they have to be -inf.",
         {"hide": lambda scores, visible: scores * visible}),
        ("the mask is added as 0 and 1; hidden scores have to be -inf.",
         {"hide": lambda scores, visible: scores + visible}),
        ("the scores are not divided by the root of d_k.", {"divide": lambda x, w_k, w_v: 1}),
        ("you divide by d_k; divide by its root.", {"divide": lambda x, w_k, w_v: len(w_k)}),
        ("you divide by the root of d_model; a head's keys have d_k coordinates.",
         {"divide": lambda x, w_k, w_v: math.sqrt(x.size(1))}),
        ("you divide by the root of d_v; it is the size of a key, d_k, that counts.",
         {"divide": lambda x, w_k, w_v: math.sqrt(len(w_v))}),
        (OVER_QUERIES, {"softmax": lambda scores: scores.softmax(dim=0)}),
        (OVER_QUERIES, {"softmax": lambda scores: scores.softmax(dim=0),
                        "hide": lambda scores, visible: scores.masked_fill(~visible, -1e9)}),
        (OVER_QUERIES, {"softmax": lambda scores: scores.softmax(dim=0).nan_to_num(0.0)}),
        ("the memory itself is averaged: multiply it by w_v first.", {"project": lambda of, w_k, w_v: of}),
        ("the values are made with w_k; they have a matrix of their own, w_v.",
         {"project": lambda of, w_k, w_v: of @ w_k.T}),
        ("the results are swapped: the output comes first, then the weights.",
         {"results": lambda output, weights, scores: (weights, output)}),
        ("the scores are returned as weights: the softmax is missing in what is returned.",
         {"results": lambda output, weights, scores: (output, scores)}),
        ("the softmax is missing: these are scores.", {"softmax": lambda scores: scores}),
    ],
)  # fmt: skip
