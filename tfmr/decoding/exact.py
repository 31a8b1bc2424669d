"""The most probable sentence of all, found for certain: what beam search hopes for. To study models; it may take long."""

import math
from typing import NamedTuple

import torch
from jaxtyping import Int
from torch import Tensor

from tfmr.decoding.beam import beam_search
from tfmr.decoding.eval_mode import evaluating
from tfmr.decoding.request import Request, widened
from tfmr.errors import InputError, check_count
from tfmr.seq2seq import Seq2Seq


class Exact(NamedTuple):
    """What an exact search found.

    Attributes:
        ids: token ids of the most probable translation, without the begin symbol.
        log_prob: its log-probability; -inf if none was found.
        widths: how many beginnings of each length were continued, from the empty one on.
        certain: whether no other translation within the limit is more probable; False if the search gave up.
    """

    ids: Int[Tensor, " length"]
    log_prob: float
    widths: list[int]
    certain: bool


def exact_search(
    model: Seq2Seq, src: Int[Tensor, "1 src_len"], max_length: int | None = None, max_rows: int = 5_000
) -> Exact:
    """Continue every beginning that is still more probable than the best complete translation.

    A beginning never becomes more probable when it grows, so what is left out cannot win. Of each length, less than
    1 / p beginnings are more probable than p, which bounds the work where the best translation is probable enough.
    (Stahlberg and Byrne 2019, section 3, search the same tree in depth.)

    Args:
        src: one sentence.
        max_length: as for :func:`tfmr.decoding.greedy_decode`.
        max_rows: the search gives up if it would have to continue more beginnings than this at once.

    Raises:
        InputError: there is not one sentence; ``max_rows`` is no whole number of at least 1; and as for :func:`tfmr.decoding.greedy_decode`.
    """
    check_count("max_rows", max_rows)
    if len(src) != 1:
        raise InputError(f"src: expected one sentence, got {len(src)}")
    config, request = model.config, Request(model, src, max_length, None, None)
    [[guess]] = beam_search(model, src, 8, 0.0, max_length)
    best, most = guess.ids, guess.score if guess.ids[-1] == config.eos_id else -math.inf
    with evaluating(model):
        state, token = model.start(model.encode(src)), torch.full_like(src[:, 0], config.bos_id)
        written, total, widths = src.new_zeros(1, 0), torch.zeros(1, device=src.device), []
        while 0 < len(token) <= max_rows and written.size(1) < request.limits[0]:
            widths.append(len(token))
            logits, _, state = model.step(token, state)
            log_p = widened(logits).double().log_softmax(dim=1)
            totals = total[:, None] + request.allow(log_p, written, torch.zeros_like(token))
            ended, totals[:, config.eos_id] = totals[:, config.eos_id].clone(), -math.inf
            if ended.max() > most:
                end, most = src.new_tensor([config.eos_id]), ended.max().item()
                best = torch.cat([written[ended.argmax()], end])
            rows, token = (totals > most).nonzero(as_tuple=True)
            written = torch.cat([written[rows], token[:, None]], dim=1)
            total, state = totals[rows, token], state.select(rows)
    return Exact(best, most, widths, len(token) <= max_rows)
