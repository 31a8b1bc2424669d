"""From probabilities to a sentence: the most probable word, again and again."""

import math
from typing import NamedTuple

import torch
from jaxtyping import Int
from torch import Tensor

from tfmr.decoding.eval_mode import evaluating
from tfmr.errors import check_count
from tfmr.masks import sentence_lengths
from tfmr.seq2seq import Seq2Seq

EXTRA_LENGTH = 50  # a translation may be this much longer than its source (Vaswani et al. 2017, section 6.1)


class Decoded(NamedTuple):
    """A batch of decoded sentences.

    Attributes:
        ids: (batch, length) token ids, without the begin symbol; the end symbol, then padding.
        weights: (batch, length, src_len) cross-attention weights, row ``t`` for the choice of ``ids[:, t]``;
            None if they were not asked for, or the model does not attend.
    """

    ids: Tensor
    weights: Tensor | None


def greedy_decode(
    model: Seq2Seq,
    src: Int[Tensor, "batch src_len"],
    max_length: int | None = None,
    need_weights: bool = False,
) -> Decoded:
    """Take the most probable word at each step, until the end symbol.

    A batch decodes as its sentences would one by one: each ends at its own end symbol or at its own limit.
    Padding and the begin symbol are never written, for they are no words.

    Args:
        model: what is to write; put into eval mode for as long as it writes.
        src: source token ids, padded at the end. A batch of no sentence gives one of no translation.
        max_length: most words a sentence may get; by default its source length plus 50.
        need_weights: whether to keep the cross-attention weights.

    Raises:
        InputError: ``max_length`` is no whole number of at least 1; a source has no token, or padding before a token.
    """
    if max_length is not None:
        check_count("max_length", max_length)
    pad_id, bos_id, eos_id = model.config.pad_id, model.config.bos_id, model.config.eos_id
    if src.size(0) == 0:
        no_weights = torch.zeros(0, 0, src.size(1), device=src.device)
        return Decoded(src.new_zeros(0, 0), no_weights if need_weights and model.attends else None)
    src_lengths = sentence_lengths(src, pad_id).to(src.device)
    limits = src_lengths + EXTRA_LENGTH if max_length is None else torch.full_like(src_lengths, max_length)
    if (longest := model.max_target_length) is not None:
        limits = limits.clamp(max=longest)
    no_words = torch.tensor([pad_id, bos_id], device=src.device)
    ids, weights = [], []
    with evaluating(model):
        state = model.start(model.encode(src))
        token = torch.full_like(src_lengths, bos_id)
        finished = torch.zeros_like(src_lengths, dtype=torch.bool)
        while not finished.all():
            logits, weight, state = model.step(token, state, need_weights)
            logits = logits.index_fill(-1, no_words, -math.inf)
            token = logits.argmax(dim=-1).masked_fill(finished, pad_id)
            ids.append(token)
            weights.append(weight)
            finished = finished | (token == eos_id) | (len(ids) >= limits)
    return Decoded(torch.stack(ids, dim=1), None if weights[0] is None else torch.stack(weights, dim=1))
