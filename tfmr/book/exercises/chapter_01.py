"""Chapter 1: the loss of teacher forcing."""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from tfmr.book.checks import Exercise
from tfmr.book.properties import close, moved_by, unmoved_by

PAD, BEGIN, END, WORDS = 0, 1, 2, 8


def mean_nll(
    logits: Tensor,
    tgt: Tensor,
    *,
    target: Callable = lambda tgt: tgt[:, 1:],
    counts: Callable = lambda target, tgt: target != PAD,
    log_p: Callable = lambda logits: logits.log_softmax(dim=-1),
    mean: Callable = lambda losses, counts: losses.sum() / counts.sum(),
    sign: int = -1,
) -> Tensor:
    """The mean of −log p over the target tokens, padding left out.

    ``tgt`` is (batch, length + 1) with begin and end symbols; ``logits``, computed from ``tgt[:, :-1]``, is
    (batch, length, vocabulary).
    """
    targets = target(tgt)
    counted = counts(targets, tgt)
    losses = sign * log_p(logits).gather(-1, targets[:, :, None]).squeeze(-1)
    return mean(losses.masked_fill(~counted, 0.0), counted)


def _case(*lengths: int, padding: int) -> tuple[Tensor, Tensor]:
    """Random logits and targets whose sentences have these numbers of words, the longest with so much padding."""
    generator = torch.Generator().manual_seed(sum(lengths))
    tgt = torch.full((len(lengths), max(lengths) + 2 + padding), PAD)
    for row, length in zip(tgt, lengths, strict=True):
        words = torch.randint(3, WORDS, (length,), generator=generator)
        row[: length + 2] = torch.tensor([BEGIN, *words, END])
    return torch.randn(len(lengths), tgt.size(1) - 1, WORDS, generator=generator), tgt


def _token_by_token(call: Callable, logits: Tensor, tgt: Tensor) -> bool:
    """The mean of the sentences, each weighted by its number of tokens."""
    numbers = (tgt[:, 1:] != PAD).sum(dim=1)
    each = [call(logits[i : i + 1], tgt[i : i + 1]) * numbers[i] for i in range(len(tgt))]
    return close(call(logits, tgt), sum(each) / numbers.sum())


def _each_sentence(holds: Callable) -> Callable:
    """The property, asked of each sentence alone, with what padding the batch gave it."""
    return lambda call, logits, tgt: all(
        holds(call, logits[i : i + 1], tgt[i : i + 1]) for i in range(len(tgt))
    )


def _add_at(place: Callable, what: Callable) -> Callable:
    """Change the logits of the positions where ``place(tgt[:, 1:])``."""
    return lambda logits, tgt: (logits + place(tgt[:, 1:])[..., None] * what(logits), tgt)


def _one_costs(call: Callable, logits: Tensor, tgt: Tensor) -> bool:
    """The first word of the first sentence is wrong by 30, every other token of the batch is right."""
    said = tgt[:, 1:].clone()
    said[0, 0] = (said[0, 0] + 1) % WORDS
    return close(call(30 * F.one_hot(said, WORDS).float(), tgt), 30 / (tgt[:, 1:] != PAD).sum())


def _trains(call: Callable, logits: Tensor, tgt: Tensor) -> bool:
    loss = call(logits.clone().requires_grad_(), tgt)
    return isinstance(loss, Tensor) and loss.requires_grad


def _ramp(logits: Tensor) -> Tensor:
    return torch.arange(1.0, 1 + logits.size(-1))


check_mean_nll = Exercise(
    mean_nll,
    [_case(4, padding=1), _case(5, 2, padding=0), _case(6, 3, 1, padding=2)],
    properties=[
        ("the same number added to all logits of a position may change nothing: a softmax over the vocabulary, the "
         "last axis, comes before the logarithm.",
         unmoved_by(lambda logits, tgt: (logits + torch.arange(float(logits.size(1)))[:, None], tgt))),
        ("the loss may not be negative: no p is above 1, so no -log p is below 0.",
         lambda call, logits, tgt: call(logits, tgt) >= 0),
        ("sentences in another order, their logits with them, give the same loss: each token goes with the logits of its "
         "own place, and no sentence decides about another.", unmoved_by(lambda logits, tgt: (logits.flip(0), tgt.flip(0)))),
        ("what the model says behind the end of a sentence may not count: leave padding out.",
         unmoved_by(_add_at(lambda target: target == PAD, _ramp))),
        ("the first symbol of `tgt` is given and never predicted, so it may not matter which it is.",
         unmoved_by(lambda logits, tgt: (logits, torch.cat([torch.full_like(tgt[:, :1], 7), tgt[:, 1:]], dim=1)))),
        ("where the model is sure of the right words, the loss is close to 0.",
         lambda call, logits, tgt: abs(call(30 * F.one_hot(tgt[:, 1:], WORDS).float(), tgt)) < 1e-3),
        ("the end symbol has to be predicted, too: what the model says there must count.",
         _each_sentence(moved_by(_add_at(lambda target: target == END, _ramp)))),
        ("where all words are equally probable, the loss is log of their number (2.08 for 8 words), for any batch.",
         lambda call, logits, tgt: close(call(0 * logits, tgt), math.log(logits.size(-1)))),
        ("no word counts more than another: words and their logits in another order give the same loss.",
         unmoved_by(lambda logits, tgt: (
             torch.cat([logits[..., :3], logits[..., 3:].flip(-1)], dim=-1), torch.where(tgt > END, WORDS + 2 - tgt, tgt)
         ))),
        ("where the model is sure of a wrong word, with a logit 30 above the others, the loss is 30.",
         lambda call, logits, tgt: close(call(30 * F.one_hot((tgt[:, 1:] + 1) % WORDS, WORDS).float(), tgt), 30.0)),
        ("the first word has to be predicted, too: what the model says there must count.",
         moved_by(lambda logits, tgt: (torch.cat([logits[:, :1] + _ramp(logits), logits[:, 1:]], dim=1), tgt))),
        ("where one of N tokens costs 30 and the others cost nothing, the loss is 30 / N: it is a mean over all tokens.",
         _one_costs),
        ("every token counts the same, whether its sentence is short or long.", _token_by_token),
        ("the loss must have a gradient at the logits, or nothing can be trained with it: return a tensor, without "
         "`.item()` or `.detach()`.", _trains),
    ],
    mistakes=[
        ("you compare with the word the decoder was given; it has to predict the one after it.",
         {"target": lambda tgt: tgt[:, :-1]}),
        ("you compare with the word after the next one; logits and targets have to begin with the same word.",
         {"target": lambda tgt: F.pad(tgt[:, 2:], (0, 1), value=PAD)}),
        ("padding is counted as if it were words to predict.",
         {"counts": lambda target, tgt: target == target}),
        ("what counts is taken from `tgt[:, :-1]`, the words given; take it from the targets, `tgt[:, 1:]`.",
         {"counts": lambda target, tgt: tgt[:, :-1] != PAD}),
        ("the end symbol is left out.", {"counts": lambda target, tgt: target > END}),
        ("the sum is divided by all of `tgt`, begin symbols and padding included; divide by the tokens predicted.",
         {"mean": lambda losses, counts: losses.sum() / (losses.numel() + len(losses))}),
        ("the begin symbols are counted among the tokens; they are given and not predicted.",
         {"mean": lambda losses, counts: losses.sum() / (counts.sum() + len(losses))}),
        ("only padding is counted.", {"counts": lambda target, tgt: target == PAD}),
        ("the loss is divided by all positions, padding included.",
         {"mean": lambda losses, counts: losses.mean()}),
        ("you average within each sentence first, so words of short sentences count for more.",
         {"mean": lambda losses, counts: (losses.sum(dim=1) / counts.sum(dim=1)).mean()}),
        ("the sum is divided by the number of sentences; divide by the number of tokens.",
         {"mean": lambda losses, counts: losses.sum() / len(losses)}),
        ("this is the sum over the tokens; divide by their number.",
         {"mean": lambda losses, counts: losses.sum()}),
        ("these are the losses of the single tokens; take their mean.", {"mean": lambda losses, counts: losses}),
        ("the logarithm of the mean probability is taken; take the mean of the logarithms.",
         {"mean": lambda losses, counts: -((-losses).exp() * counts).sum().div(counts.sum()).log()}),
        ("the sign: the loss is the negative log-probability.", {"sign": 1}),
        ("the logarithm is missing: these are probabilities.", {"log_p": lambda logits: logits.softmax(dim=-1)}),
        ("the softmax is missing: these are logits.", {"log_p": lambda logits: logits}),
        ("the softmax is taken twice: cross_entropy takes logits, and has one inside.",
         {"log_p": lambda logits: logits.softmax(dim=-1).log_softmax(dim=-1)}),
        ("the softmax runs over the positions; it has to run over the vocabulary, the last axis.",
         {"log_p": lambda logits: logits.log_softmax(dim=1)}),
    ],
)  # fmt: skip
