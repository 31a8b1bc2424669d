"""Sentences of about one length side by side: padded batches that waste little.

A batch is as wide as its longest sentence, and what the others lack is padding, computed for nothing. Random
batches of real sentences are more than half padding; sorting by length first leaves almost none.
"""

import random
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Int
from torch import Tensor

from tfmr.data.corpus import Pair
from tfmr.data.tokenizers import Tokenizer
from tfmr.errors import InputError, check_count

Example = tuple[list[int], list[int]]
# Tokens of a long sentence: a full batch of such sentences must fit into the machine's memory.
USUAL_WIDTH = 100


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
        src, tgt, to_gpu = self.src, self.tgt, self.src.is_cpu and torch.device(device).type == "cuda"
        if to_gpu:  # from pinned memory, a copy does not wait until the GPU has done what it was told before
            src, tgt = src.pin_memory(), tgt.pin_memory()
        return Batch(src.to(device, non_blocking=to_gpu), tgt.to(device, non_blocking=to_gpu), self.pad_id)

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
    With both, a batch ends where either limit is reached.

    With ``shuffle=False`` the examples keep their order, row for row, and nothing is sorted: right where
    outputs must meet their references. For a loss, the shuffled batches of epoch 0 are as good, and faster.

    Args:
        examples: what :func:`encode_pairs` returns.
        batch_size: sentences in a batch (the last may be smaller).
        max_tokens: instead of ``batch_size`` or beside it, the largest number of positions, padding included,
            on the wider side of a batch.
        pad_id: the number that fills up short rows.
        shuffle: see above.
        seed: batches are a function of ``seed`` and the epoch's number, nothing else.
        pool: batches sorted together.

    Raises:
        InputError: no examples; neither ``batch_size`` nor ``max_tokens``; a size that is no whole number of at
            least 1; an example that ``max_tokens`` has no room for.
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
        if batch_size is None and max_tokens is None:
            raise InputError("batch_size: expected it or max_tokens or both, got neither")
        for name, value in (("batch_size", batch_size), ("max_tokens", max_tokens), ("pool", pool)):
            if value is not None:
                check_count(name, value)
        if not examples:
            raise InputError("examples: expected at least one, got none")
        self.examples, self._widths = examples, [_width(example) for example in examples]
        longest = max(self._widths)
        if max_tokens is not None and longest > max_tokens:
            raise InputError(
                f"max_tokens: expected room for the longest example ({longest}), got {max_tokens}"
            )
        self.batch_size, self.max_tokens = batch_size, max_tokens
        self.pad_id, self.shuffle, self.seed, self.pool = pad_id, shuffle, seed, pool
        self._num_batches = len(self.indices(epoch=0))

    @classmethod
    def for_measuring(
        cls, examples: Sequence[Example], batch_size: int, *, pad_id: int = 0, shuffle: bool = True
    ) -> "BucketedBatches":
        """Batches of ``batch_size`` sentences, or fewer where they are long (:func:`room_for_all`)."""
        max_tokens = room_for_all([_width(example) for example in examples], batch_size)
        return cls(examples, batch_size, max_tokens, pad_id=pad_id, shuffle=shuffle)

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
        pool_size = len(order) if self.max_tokens is not None else self.pool * self.batch_size
        batches = []
        for start in range(0, len(order), pool_size):
            batches += self._cut(sorted(order[start : start + pool_size], key=self._length))
        generator.shuffle(batches)
        return batches

    def fingerprint(self) -> str:
        """What tells these batches from others: all numbers of all examples, and what decides the order."""
        order = self.batch_size, self.max_tokens, self.pad_id, self.shuffle, self.seed, self.pool
        crc = zlib.crc32(repr(order).encode())
        for example in self.examples:
            crc = zlib.crc32(repr(example).encode(), crc)
        return f"{len(self.examples)} examples with checksum {crc:08x}"

    def _length(self, row: int) -> tuple[int, int]:
        # The wider side bounds the other one, so that neither source nor target wastes much; on Multi30k this
        # key leaves less padding on the two sides together than sorting by either of them.
        return self._widths[row], len(self.examples[row][0])

    def _cut(self, order: list[int]) -> list[list[int]]:
        return cut_rows(order, self._widths, self.batch_size, self.max_tokens)


def cut_rows(
    order: Sequence[int], widths: Sequence[int], batch_size: int | None, max_tokens: int | None
) -> list[list[int]]:
    """Rows cut into batches, in this order: each as full as its limits allow.

    Args:
        order: numbers of rows.
        widths: how wide each row is.
        batch_size, max_tokens: see :class:`BucketedBatches`; None: no such limit.
    """
    batches, batch, widest = [], [], 0
    for row in order:
        widest = max(widest, widths[row])
        too_many = batch_size is not None and len(batch) == batch_size
        if batch and (too_many or (max_tokens is not None and widest * (len(batch) + 1) > max_tokens)):
            batches.append(batch)
            batch, widest = [], widths[row]
        batch.append(row)
    return [*batches, batch] if batch else batches


def room_for_all(widths: Sequence[int], batch_size: int) -> int:
    """A ``max_tokens`` where nothing may be left out: ``batch_size`` usual sentences, or the longest alone.

    One sentence of 3,000 words in a full batch would make ``batch_size`` sentences 3,000 words wide.
    """
    return max(batch_size * USUAL_WIDTH, max(widths, default=0))


def _width(example: Example) -> int:
    return max(len(example[0]), len(example[1]))


def _pad(rows: list[list[int]], pad_id: int) -> Int[Tensor, "batch length"]:
    length = max(map(len, rows))
    return torch.tensor([row + [pad_id] * (length - len(row)) for row in rows])
