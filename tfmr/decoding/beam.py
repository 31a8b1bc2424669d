"""From probabilities to the most probable sentences: the few best beginnings, one word further at each step."""

import math
from itertools import repeat
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from tfmr.decoding.eval_mode import evaluating
from tfmr.decoding.request import Prefix, Request, best, widened
from tfmr.decoding.rules import Rules
from tfmr.errors import InputError, check_count
from tfmr.seq2seq import Seq2Seq


class Hypothesis(NamedTuple):
    """A translation that a beam search found.

    Attributes:
        ids: token ids, without the begin symbol; the end symbol is the last, unless the limit came first.
        score: Σ log p / ((5 + length) / 6)^α over all of them (Wu et al. 2016, equation 14).
        log_probs: the model's log-probability of each token.
        weights: cross-attention weights, row ``t`` for the choice of ``ids[t]``; None if they were not asked for, or
            the model does not attend.
    """

    ids: Int[Tensor, " length"]
    score: float
    log_probs: Float[Tensor, " length"]
    weights: Float[Tensor, "length src_len"] | None


def beam_search(
    model: Seq2Seq,
    src: Int[Tensor, "batch src_len"],
    beam_size: int = 4,
    length_penalty: float = 0.6,
    max_length: int | None = None,
    *,
    num_best: int = 1,
    need_weights: bool = False,
    rules: Rules | None = None,
    prefix: Prefix | None = None,
) -> list[list[Hypothesis]]:
    """Keep the ``beam_size`` most probable beginnings of each sentence at every step, and return the best that end.

    Each step looks at the ``2 · beam_size`` most probable continuations of a sentence's beginnings, at least half of
    which go on. Those that end, and are among the ``beam_size`` best, are finished. A sentence is done when
    ``beam_size`` hypotheses are finished; or when no beginning can still enter the ``num_best``, however long it
    becomes; or at its limit. Only if then fewer than ``num_best`` are finished, unfinished ones fill the list up,
    behind all others: a sentence without its end is no translation yet, and its score lacks a factor.

    Of equal scores the earlier wins: the hypothesis that stood higher before, then the smaller id. With a beam of 1
    it is greedy decoding. A batch decodes as its sentences would one by one.

    Args:
        beam_size: how many beginnings are kept. Larger is not always better: the most probable sentence is often too
            short (Stahlberg and Byrne 2019).
        length_penalty: α; 0 compares plain probabilities, and the larger it is, the more it favours long sentences.
            0.6 is that of Vaswani et al. 2017, section 6.1.
        num_best: how many hypotheses to return for each sentence.

    The other arguments are those of :func:`tfmr.decoding.greedy_decode`.

    Returns:
        For each sentence at most ``num_best`` hypotheses (fewer only where there are no more), the best first.

    Raises:
        InputError: a size is no whole number of at least 1, or ``num_best`` is more than ``beam_size``; α is negative;
            and as for :func:`tfmr.decoding.greedy_decode`.
    """
    check_count("beam_size", beam_size)
    check_count("num_best", num_best)
    if num_best > beam_size:
        raise InputError(f"num_best: expected at most beam_size = {beam_size}, got {num_best}")
    if not 0.0 <= length_penalty < math.inf:
        raise InputError(f"length_penalty: expected a number of at least 0, got {length_penalty!r}")
    request = Request(model, src, max_length, rules, prefix)
    beams = [
        Beam(beam_size, num_best, length_penalty, limit, model.config.eos_id)
        for limit in request.limits.tolist()
    ]
    if beams:
        with evaluating(model):
            _search(model, src, request, beams, beam_size, need_weights and model.attends)
    return [beam.result(src.device) for beam in beams]


class Partial(NamedTuple):
    """A hypothesis on its way.

    Attributes:
        total: the sum of ``log_probs``, in float64.
    """

    ids: tuple[int, ...] = ()
    log_probs: tuple[float, ...] = ()
    total: float = 0.0
    weights: tuple[Tensor, ...] = ()

    def score(self, length_penalty: float) -> float:
        return self.total / penalty(len(self.ids), length_penalty)


def penalty(length: int, alpha: float) -> float:
    """By what a sum of log-probabilities is divided (Wu et al. 2016, equation 14)."""
    return ((5 + length) / 6) ** alpha


class Beam:
    """The hypotheses of one sentence.

    Attributes:
        growing: those that go on, the most probable first.
        finished: those that have their end symbol.
    """

    def __init__(self, size: int, num_best: int, length_penalty: float, limit: int, eos_id: int):
        self.size, self.num_best, self.length_penalty = size, num_best, length_penalty
        self.limit, self.eos_id = limit, eos_id
        self.growing, self.finished = [Partial()], []

    def advance(self, found: list[tuple[list[int], list[float], Tensor | None]]) -> list[int]:
        """One token more.

        Args:
            found: for each growing hypothesis the ids of its most probable continuations, the best first, their
                log-probabilities, where -inf marks what may not come, and where it looked.

        Returns:
            For each hypothesis that grows now, the number of the one that it continues.
        """
        continuations = [
            (self.growing[number].total + log_prob, number, token, log_prob)
            for number, (ids, log_probs, _) in enumerate(found)
            for token, log_prob in zip(ids, log_probs, strict=True)
            if log_prob > -math.inf
        ]
        continuations.sort(key=lambda one: one[0], reverse=True)  # of equal ones the first stays the first
        growing, parents = [], []
        for rank, (total, number, token, log_prob) in enumerate(continuations[: 2 * self.size]):
            if token == self.eos_id and rank >= self.size or len(growing) == self.size:
                continue
            before, looked = self.growing[number], found[number][2]
            after = Partial(
                (*before.ids, token),
                (*before.log_probs, log_prob),
                total,
                before.weights if looked is None else (*before.weights, looked),
            )
            if token == self.eos_id:
                self.finished.append(after)
            else:
                growing.append(after)
                parents.append(number)
        self.growing = growing
        return parents

    @property
    def is_done(self) -> bool:
        """Whether to stop: as many have ended as the beam is wide, or nothing that grows can come before the best."""
        if not self.growing or len(self.finished) >= self.size or len(self.growing[0].ids) >= self.limit:
            return True
        if len(self.finished) < self.num_best:
            return False
        # A total only falls, and no sentence is divided by more than the longest: a bound, since α is not negative.
        bound = self.growing[0].total / penalty(self.limit, self.length_penalty)
        return bound <= self._ranked(self.finished)[self.num_best - 1].score(self.length_penalty)

    def result(self, device: torch.device) -> list[Hypothesis]:
        """The best hypotheses, the finished ones first."""
        chosen = [*self._ranked(self.finished), *self._ranked(self.growing)][: self.num_best]
        return [
            Hypothesis(
                torch.tensor(one.ids, device=device),
                one.score(self.length_penalty),
                torch.tensor(one.log_probs, device=device),
                torch.stack(one.weights) if one.weights else None,
            )
            for one in chosen
        ]

    def _ranked(self, hypotheses: list[Partial]) -> list[Partial]:
        return sorted(hypotheses, key=lambda one: one.score(self.length_penalty), reverse=True)


def _search(
    model: Seq2Seq, src: Tensor, request: Request, beams: list[Beam], beam_size: int, need_weights: bool
) -> None:
    """Let the beams grow until all are done. Each growing hypothesis is a row of the batch, a sentence's rows together."""
    state = model.start(model.encode(src))
    active = list(enumerate(beams))
    owners = list(range(len(beams)))  # whose hypothesis each row is
    token = torch.full_like(src[:, 0], model.config.bos_id)
    written = src.new_zeros(len(src), 0)
    while True:
        logits, weights, state = model.step(token, state, need_weights)
        logits = widened(logits)
        allowed = request.allow(logits, written, torch.tensor(owners, device=src.device))
        values, ids = best(allowed, 2 * beam_size)
        log_probs = values.double() - logits.logsumexp(dim=1, keepdim=True).double()
        looked = repeat(None) if weights is None else weights
        found = list(zip(ids.tolist(), log_probs.tolist(), looked, strict=False))
        rows, tokens, going_on, start = [], [], [], 0
        for owner, beam in active:
            end = start + len(beam.growing)
            parents = beam.advance(found[start:end])
            if not beam.is_done:
                rows += [start + parent for parent in parents]
                tokens += [one.ids[-1] for one in beam.growing]
                going_on.append((owner, beam))
            start = end
        if not going_on:
            return
        active, before = going_on, owners
        owners = [owner for owner, beam in active for _ in beam.growing]
        token = torch.tensor(tokens, device=src.device)
        if rows != list(range(len(before))):
            rows = torch.tensor(rows, device=src.device)
            state = state.reorder(rows) if owners == before else state.select(rows)
            written = written[rows]
        written = torch.cat([written, token[:, None]], dim=1)
