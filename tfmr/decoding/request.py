"""What greedy decoding, sampling and beam search share: what is asked of them, checked, and what may be written."""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from tfmr.decoding.rules import Rules
from tfmr.errors import InputError, check_count
from tfmr.masks import sentence_lengths
from tfmr.seq2seq import Seq2Seq

EXTRA_LENGTH = 50  # a translation may be this much longer than its source (Vaswani et al. 2017, section 6.1)
FREE = -1  # in the place of a forced token where there is none

Prefix = Sequence[Sequence[int]]


class Request:
    """Sentences to decode, and the limits and rules that hold for them.

    Attributes:
        limits: most tokens of each sentence, its end symbol included; on the CPU.

    Raises:
        InputError: ``max_length`` is no whole number of at least 1; a source has no token, or padding before a token;
            there is not one prefix for each sentence, or one is longer than its limit or holds a special symbol.
    """

    def __init__(
        self,
        model: Seq2Seq,
        src: Int[Tensor, "batch src_len"],
        max_length: int | None,
        rules: Rules | None,
        prefix: Prefix | None,
    ):
        if max_length is not None:
            check_count("max_length", max_length)
        self.config, self.rules = model.config, rules or Rules()
        lengths = sentence_lengths(src, self.config.pad_id) if len(src) else torch.zeros(0, dtype=torch.long)
        limits = lengths + EXTRA_LENGTH if max_length is None else torch.full_like(lengths, max_length)
        longest = model.max_target_length
        self.limits = limits if longest is None else limits.clamp(max=longest)
        self._forced = src.new_zeros(len(src), 0)
        if prefix is not None and (len(src) or prefix):
            prefix = [list(ids) for ids in prefix]
            self._check_prefix(prefix)
            rows = [torch.tensor(ids, dtype=torch.long, device=src.device) for ids in prefix]
            self._forced = nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=FREE)
        self._no_words = torch.tensor([self.config.pad_id, self.config.bos_id], device=src.device)

    def allow(
        self,
        logits: Float[Tensor, "rows vocab"],
        written: Int[Tensor, "rows length"],
        sentences: Int[Tensor, " rows"],
    ) -> Float[Tensor, "rows vocab"]:
        """The logits of what may be written next; -inf for all else.

        Padding and the begin symbol never may, for they are no words. Where a token is forced, it alone may, and no
        rule counts.

        Args:
            written: what each row has written so far.
            sentences: which sentence each row translates.

        Raises:
            InputError: an id of the prefix or of the rules is none of the vocabulary.
        """
        allowed = logits.index_fill(1, self._no_words, -math.inf)
        allowed = self.rules.apply(allowed, written, self.config.eos_id)
        step = written.size(1)
        if step >= self._forced.size(1):
            return allowed
        if step == 0 and self._forced.max() >= logits.size(1):
            raise InputError(
                f"prefix: expected ids below {logits.size(1)}, the vocabulary's size, got {self._forced.max()}"
            )
        forced = self._forced[sentences, step][:, None]
        token = forced.clamp(min=0)
        alone = torch.full_like(logits, -math.inf).scatter(1, token, logits.gather(1, token))
        return torch.where(forced == FREE, allowed, alone)

    def _check_prefix(self, prefix: list[list[int]]) -> None:
        if len(prefix) != len(self.limits):
            raise InputError(
                f"prefix: expected one for each of {len(self.limits)} sentences, got {len(prefix)}"
            )
        special = {self.config.pad_id, self.config.bos_id, self.config.eos_id}
        for row, (ids, limit) in enumerate(zip(prefix, self.limits.tolist(), strict=True)):
            if len(ids) > limit:
                raise InputError(f"prefix: expected at most {limit} tokens in row {row}, got {len(ids)}")
            if special & set(ids) or min(ids, default=0) < 0:
                raise InputError(f"prefix: expected ids of words, got {ids} in row {row}")


def log_probability(
    logits: Float[Tensor, "*rows vocab"], token: Int[Tensor, "*rows chosen"]
) -> Float[Tensor, "*rows chosen"]:
    """The logarithm of the softmax, at some tokens alone."""
    return logits.gather(-1, token) - logits.logsumexp(dim=-1, keepdim=True)


def widened(logits: Tensor) -> Tensor:
    """In float32 at least: the sum over a vocabulary is too much for half precision."""
    return logits.to(torch.promote_types(logits.dtype, torch.float32))


def best(logits: Float[Tensor, "rows vocab"], count: int) -> tuple[Tensor, Tensor]:
    """The ``count`` greatest logits of each row (or all) and their ids: the greatest first, of equal ones the smaller id.

    ``torch.topk`` says nothing about equal ones. Asked for one more than needed, it shows whether there are any at the
    edge, and only then all of them have to be sorted.
    """
    values, ids = logits.topk(min(count + 1, logits.size(1)))
    ids, order = ids.sort(dim=1)
    values, order = values.gather(1, order).sort(dim=1, descending=True, stable=True)
    ids = ids.gather(1, order)
    if count < logits.size(1):
        last, next_one = values[:, count - 1], values[:, count]
        open_rows = ((last == next_one) & (next_one > -math.inf)).nonzero()[:, 0]
        if len(open_rows):
            exact, order = logits[open_rows].sort(dim=1, descending=True, stable=True)
            values[open_rows], ids[open_rows] = exact[:, : count + 1], order[:, : count + 1]
    return values[:, :count], ids[:, :count]
