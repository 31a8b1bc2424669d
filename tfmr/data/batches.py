"""Sentences of about one length side by side: padded batches that waste little.

A batch is as wide as its longest sentence, and what the others lack is padding, computed for nothing. Random
batches of real sentences are more than half padding; sorting by length first leaves almost none.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Int
from torch import Tensor

from tfmr.data.corpus import Pair
from tfmr.data.tokenizers import Tokenizer
from tfmr.errors import InputError

Example = tuple[list[int], list[int]]


@dataclass(frozen=True)
class Batch:
    """Sentence pairs as rectangles of numbers.

    Attributes:
        src: source tokens, each row ``… eos pad pad``.
        tgt: target tokens, each row ``bos … eos pad pad``.
        pad_id: the number that fills up short rows.
    """

    src: Int[Tensor, "batch src_len"]
    tgt: Int[Tensor, "batch tgt_len"]
    pad_id: int = 0

    def to(self, device: torch.device | str) -> "Batch":
        """The same batch on another device."""
        return Batch(self.src.to(device), self.tgt.to(device), self.pad_id)

    @property
    def num_tokens(self) -> int:
        """How many target tokens a model predicts: all but padding and the begin symbols that it is given."""
        return int((self.tgt[:, 1:] != self.pad_id).sum())


def encode_pairs(
    pairs: Sequence[Pair], src_tokenizer: Tokenizer, tgt_tokenizer: Tokenizer, max_length: int | None = None
) -> list[Example]:
    """Pairs as numbers: source ``… eos``, target ``bos … eos``.

    Args:
        pairs: sentence pairs.
        src_tokenizer, tgt_tokenizer: one tokenizer a side (the same one twice for a joint vocabulary).
        max_length: pairs with more tokens than this on either side (begin and end symbols not counted) are
            **left out**, never cut short: half a translation is a wrong translation. Use it for training
            only. A test set keeps all its pairs: None.

    Raises:
        InputError: a side of a pair has no token, or ``max_length`` leaves no pair at all.
    """
    examples = []
    for number, pair in enumerate(pairs):
        src, tgt = src_tokenizer.encode(pair.src), tgt_tokenizer.encode(pair.tgt)
        if not src or not tgt:
            side = "target" if src else "source"
            raise InputError(
                f"pairs: expected text on both sides, but pair {number} has a {side} with no token"
            )
        if max_length is None or max(len(src), len(tgt)) <= max_length:
            src, tgt = [*src, src_tokenizer.eos_id], [tgt_tokenizer.bos_id, *tgt, tgt_tokenizer.eos_id]
            examples.append((src, tgt))
    if pairs and not examples:
        raise InputError(
            f"max_length: expected room for at least one pair, but all are longer than {max_length}"
        )
    return examples


class BucketedBatches:
    """Batches of sentences of about one length, in another order every epoch.

    With ``batch_size``: the examples are shuffled, cut into pools of ``pool`` batches, sorted by length in
    each pool, cut into batches, and the batches are shuffled. Pools keep some chance in who meets whom.
    With ``max_tokens``: the same with a single pool, so that the number of batches is the same every epoch.

    With ``shuffle=False`` the examples keep their order, row for row, and nothing is sorted: right where
    outputs must meet their references. For a loss, the shuffled batches of epoch 0 are as good, and faster.

    Args:
        examples: what :func:`encode_pairs` returns.
        batch_size: sentences in a batch (the last may be smaller).
        max_tokens: instead of ``batch_size``, the largest number of positions, padding included, on the wider
            side of a batch.
        pad_id: the number that fills up short rows.
        shuffle: see above.
        seed: batches are a function of ``seed`` and the epoch's number, nothing else.
        pool: batches sorted together.

    Raises:
        InputError: no examples; both or neither of ``batch_size`` and ``max_tokens``; a size below 1; an
            example that ``max_tokens`` has no room for.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        batch_size: int | None = None,
        max_tokens: int | None = None,
        *,
        pad_id: int = 0,
        shuffle: bool = True,
        seed: int = 0,
        pool: int = 20,
    ):
        if (batch_size is None) == (max_tokens is None):
            raise InputError(
                f"batch_size: expected it or max_tokens, not both, came {batch_size}, {max_tokens}"
            )
        for name, value in (("batch_size", batch_size), ("max_tokens", max_tokens), ("pool", pool)):
            if value is not None and value < 1:
                raise InputError(f"{name}: expected at least 1, came {value}")
        if not examples:
            raise InputError("examples: expected at least one, came none")
        longest = max(_width(example) for example in examples)
        if max_tokens is not None and longest > max_tokens:
            raise InputError(
                f"max_tokens: expected room for the longest example ({longest}), came {max_tokens}"
            )
        self.examples = examples
        self.batch_size, self.max_tokens = batch_size, max_tokens
        self.pad_id, self.shuffle, self.seed, self.pool = pad_id, shuffle, seed, pool
        self._num_batches = len(self.indices(epoch=0))

    def __len__(self) -> int:
        return self._num_batches

    def batches(self, epoch: int) -> Iterator[Batch]:
        """The batches of one epoch, the same whenever they are asked for."""
        for rows in self.indices(epoch):
            src = _pad([self.examples[row][0] for row in rows], self.pad_id)
            tgt = _pad([self.examples[row][1] for row in rows], self.pad_id)
            yield Batch(src, tgt, self.pad_id)

    def indices(self, epoch: int) -> list[list[int]]:
        """For every batch of one epoch, which examples are its rows."""
        order = list(range(len(self.examples)))
        if not self.shuffle:
            return self._cut(order)
        # Seeding with a text goes through SHA-512: every pair of numbers gets a stream of its own.
        generator = random.Random(f"batches {self.seed} {epoch}")
        generator.shuffle(order)
        pool_size = len(order) if self.batch_size is None else self.pool * self.batch_size
        batches = []
        for start in range(0, len(order), pool_size):
            batches += self._cut(sorted(order[start : start + pool_size], key=self._length))
        generator.shuffle(batches)
        return batches

    def _length(self, row: int) -> tuple[int, int]:
        # The wider side bounds the other one, so that neither source nor target wastes much; on Multi30k this
        # key leaves less padding on the two sides together than sorting by either of them.
        return _width(self.examples[row]), len(self.examples[row][0])

    def _cut(self, order: list[int]) -> list[list[int]]:
        """Cut a row of examples into batches, in this order."""
        if self.batch_size is not None:
            return [order[start : start + self.batch_size] for start in range(0, len(order), self.batch_size)]
        batches, batch, widest = [], [], 0
        for row in order:
            widest = max(widest, _width(self.examples[row]))
            if batch and widest * (len(batch) + 1) > self.max_tokens:
                batches.append(batch)
                batch, widest = [], _width(self.examples[row])
            batch.append(row)
        return [*batches, batch]


def _width(example: Example) -> int:
    return max(len(example[0]), len(example[1]))


def _pad(rows: list[list[int]], pad_id: int) -> Int[Tensor, "batch length"]:
    length = max(map(len, rows))
    return torch.tensor([row + [pad_id] * (length - len(row)) for row in rows])
