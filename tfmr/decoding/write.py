"""One sentence a source, one token a step: the loop of greedy decoding and of sampling."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Int
from torch import Tensor

from tfmr.decoding.eval_mode import evaluating
from tfmr.decoding.request import Prefix, Request, log_probability, widened
from tfmr.decoding.rules import Rules
from tfmr.seq2seq import Seq2Seq

# When so few of the rows are still written, the others leave the batch. To leave, all that remains has to be copied.
FEW = 0.875


class Decoded(NamedTuple):
    """A batch of decoded sentences.

    Attributes:
        ids: (batch, length) token ids, without the begin symbol; the end symbol, then padding.
        weights: (batch, length, src_len) cross-attention weights, row ``t`` for the choice of ``ids[:, t]``, 0 at
            padding; None if they were not asked for, or the model does not attend.
        log_probs: (batch, length) the model's log-probability of each token, 0 at padding.
    """

    ids: Tensor
    weights: Tensor | None
    log_probs: Tensor


def write(
    model: Seq2Seq,
    src: Int[Tensor, "batch src_len"],
    choose: Callable[[Tensor], Tensor],
    max_length: int | None,
    need_weights: bool,
    rules: Rules | None,
    prefix: Prefix | None,
) -> Decoded:
    """Write token after token, each as ``choose`` says, until the end symbol or the sentence's limit.

    Args:
        choose: from logits (rows, vocab), -inf for what may not be written, to one token a row.
    """
    request = Request(model, src, max_length, rules, prefix)
    pad_id, bos_id, eos_id = model.config.pad_id, model.config.bos_id, model.config.eos_id
    need_weights = need_weights and model.attends
    if len(src) == 0:
        nothing = torch.zeros(0, 0, src.size(1), device=src.device)
        return Decoded(src.new_zeros(0, 0), nothing if need_weights else None, nothing[:, :, 0])
    limits, ids, log_probs, weights = request.limits.to(src.device), src.new_zeros(len(src), 0), [], []
    with evaluating(model):
        state = model.start(model.encode(src))
        rows = torch.arange(len(src), device=src.device)  # which sentences are still in the batch
        finished = torch.zeros_like(rows, dtype=torch.bool)  # and which of them are there in vain
        token = torch.full_like(rows, bos_id)
        while True:
            logits, weight, state = model.step(token, state, need_weights)
            logits = widened(logits)
            token = choose(request.allow(logits, ids[rows], rows)).masked_fill(finished, pad_id)
            ids = torch.cat([ids, _for_all(src, rows, token, pad_id)[:, None]], dim=1)
            log_prob = log_probability(logits, token[:, None])[:, 0]
            log_probs.append(_for_all(src, rows, log_prob.masked_fill(finished, 0.0)))
            if need_weights:
                weights.append(_for_all(src, rows, weight.masked_fill(finished[:, None], 0.0)))
            finished = finished | (token == eos_id) | (ids.size(1) >= limits[rows])
            going_on = (~finished).nonzero()[:, 0]  # the one place where a GPU has to wait
            if len(going_on) == 0:
                break
            if len(going_on) <= FEW * len(rows):
                rows, finished, token = rows[going_on], finished[going_on], token[going_on]
                state = state.select(going_on)
    return Decoded(ids, torch.stack(weights, dim=1) if need_weights else None, torch.stack(log_probs, dim=1))


def _for_all(src: Tensor, rows: Tensor, x: Tensor, fill: int = 0) -> Tensor:
    """What some rows of the batch got, with ``fill`` for the others."""
    return x.new_full((len(src), *x.shape[1:]), fill).index_copy(0, rows, x)
