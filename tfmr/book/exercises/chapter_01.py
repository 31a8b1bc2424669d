"""Chapter 1: the loss of teacher forcing."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from tfmr.book.checks import check

PAD = 0


def check_mean_nll(candidate: Callable) -> None:
    """Check ``candidate(logits, tgt)``: the mean of −log p over the target tokens, padding left out.

    ``tgt`` is (batch, length + 1) with begin and end symbols; ``logits``, computed from ``tgt[:, :-1]``, is
    (batch, length, vocabulary).
    """
    cases = [_case([4]), _case([5, 2]), _case([6, 3, 1])]
    check(
        candidate,
        mean_nll,
        cases,
        mistakes=[
            (
                "you compare with the word the decoder was given; it has to predict the one after it.",
                unshifted,
            ),
            ("padding is counted as if it were words to predict.", with_padding),
            ("the loss is divided by all positions, padding included.", divided_by_positions),
            ("you average within each sentence first, so words of short sentences count for more.", of_means),
            ("this is the sum over the tokens; divide by their number.", summed),
            ("the sign: the loss is the negative log-probability.", positive),
        ],
    )


def mean_nll(logits: Tensor, tgt: Tensor) -> Tensor:
    targets = tgt[:, 1:]
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=PAD)


def unshifted(logits: Tensor, tgt: Tensor) -> Tensor:
    return F.cross_entropy(logits.flatten(0, 1), tgt[:, :-1].flatten(), ignore_index=PAD)


def with_padding(logits: Tensor, tgt: Tensor) -> Tensor:
    return F.cross_entropy(logits.flatten(0, 1), tgt[:, 1:].flatten())


def divided_by_positions(logits: Tensor, tgt: Tensor) -> Tensor:
    return summed(logits, tgt) / tgt[:, 1:].numel()


def of_means(logits: Tensor, tgt: Tensor) -> Tensor:
    return torch.stack([mean_nll(logits[i : i + 1], tgt[i : i + 1]) for i in range(len(tgt))]).mean()


def summed(logits: Tensor, tgt: Tensor) -> Tensor:
    return F.cross_entropy(logits.flatten(0, 1), tgt[:, 1:].flatten(), ignore_index=PAD, reduction="sum")


def positive(logits: Tensor, tgt: Tensor) -> Tensor:
    return -mean_nll(logits, tgt)


def _case(lengths: list[int]) -> tuple[Tensor, Tensor]:
    """Random logits and a padded target whose sentences have these numbers of words (1 = begin, 2 = end)."""
    generator = torch.Generator().manual_seed(sum(lengths))
    tgt = torch.zeros(len(lengths), max(lengths) + 3, dtype=torch.long)  # always some padding
    for row, length in zip(tgt, lengths, strict=True):
        row[0] = 1
        row[1 : length + 1] = torch.randint(3, 8, (length,), generator=generator)
        row[length + 1] = 2
    return torch.randn(len(lengths), tgt.size(1) - 1, 8, generator=generator), tgt
