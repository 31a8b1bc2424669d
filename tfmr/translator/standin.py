"""Until beam search is there: the same call, greedily."""

from typing import NamedTuple

from torch import Tensor

from tfmr.decoding.greedy import greedy_decode


class Hypothesis(NamedTuple):
    ids: Tensor
    score: float
    log_probs: Tensor | None
    weights: Tensor | None


def beam_search(model, src, beam_size=4, length_penalty=0.6, *, num_best=1, need_weights=False):
    decoded = greedy_decode(model, src, need_weights=need_weights)
    weights = decoded.weights if decoded.weights is not None else [None] * len(decoded.ids)
    return [[Hypothesis(ids, -1.0, None, w)] for ids, w in zip(decoded.ids, weights, strict=True)]
