"""What may not be written, whatever the model finds probable."""

import math
from dataclasses import dataclass
from numbers import Integral

import torch
from jaxtyping import Float, Int
from torch import Tensor

from tfmr.errors import InputError, check_count


@dataclass(frozen=True)
class Rules:
    """Rules for what is written, the same for greedy decoding, beam search and sampling.

    They come between the model and the choice, and do not touch its probabilities: what is reported are the model's
    own log-probabilities, not shared out anew among the tokens that are left. Where the rules leave none, the
    sentence ends.

    Attributes:
        min_length: a sentence has at least this many tokens before its end symbol.
        forbidden: ids that are never written.
        no_repeat_ngram: no sequence of this many tokens stands twice in a sentence (Paulus et al. 2018, section 2.5,
            for 3); None: it may.

    Raises:
        InputError: ``min_length`` or an id is no whole number of at least 0, ``no_repeat_ngram`` none of at least 1.
    """

    min_length: int = 0
    forbidden: tuple[int, ...] = ()
    no_repeat_ngram: int | None = None

    def __post_init__(self):
        for name, numbers in (("min_length", [self.min_length]), ("forbidden", self.forbidden)):
            for number in numbers:
                if isinstance(number, bool) or not isinstance(number, Integral) or number < 0:
                    raise InputError(f"{name}: expected whole numbers of at least 0, got {number!r}")
        if self.no_repeat_ngram is not None:
            check_count("no_repeat_ngram", self.no_repeat_ngram)

    def apply(
        self, logits: Float[Tensor, "rows vocab"], written: Int[Tensor, "rows length"], eos_id: int
    ) -> Float[Tensor, "rows vocab"]:
        """The logits of what may come next; -inf for all else.

        Args:
            logits: -inf for what may not come anyway.
            written: what each row has written so far.

        Raises:
            InputError: a forbidden id is none of the vocabulary.
        """
        if self == Rules():
            return logits
        if max(self.forbidden, default=0) >= logits.size(1):
            raise InputError(
                f"forbidden: expected ids below {logits.size(1)}, the vocabulary's size, got {max(self.forbidden)}"
            )
        forbidden = torch.tensor(self.forbidden, dtype=torch.long).to(logits.device)
        allowed = logits.index_fill(1, forbidden, -math.inf)
        if self.no_repeat_ngram is not None:
            allowed = allowed.masked_fill(repeats(written, self.no_repeat_ngram, logits.size(1)), -math.inf)
        if written.size(1) < self.min_length:
            allowed[:, eos_id] = -math.inf
        nothing_left = allowed.amax(dim=1) == -math.inf
        allowed[:, eos_id] = torch.where(nothing_left, logits[:, eos_id], allowed[:, eos_id])
        return allowed


def repeats(written: Int[Tensor, "rows length"], n: int, vocab_size: int) -> Tensor:
    """(rows, vocab): which tokens would end a sequence of ``n`` that the row has already."""
    rows, length = written.shape
    found = torch.zeros(rows, vocab_size, device=written.device)
    if length < n:
        return found.bool()
    ngrams = written.unfold(1, n, 1)  # (rows, length - n + 1, n)
    same = (ngrams[..., : n - 1] == written[:, None, length - n + 1 :]).all(dim=-1)
    return found.scatter_add(1, ngrams[..., n - 1], same.float()) > 0
