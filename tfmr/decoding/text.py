"""From text to text, in batches."""

from collections.abc import Sequence

import torch
from torch import nn

from tfmr.data.batches import cut_rows, room_for_all
from tfmr.data.tokenizers import Tokenizer
from tfmr.decoding.beam import beam_search
from tfmr.decoding.greedy import greedy_decode
from tfmr.decoding.rules import Rules
from tfmr.errors import InputError, check_count
from tfmr.seq2seq import Seq2Seq


def translate(
    model: Seq2Seq,
    sentences: Sequence[str],
    src_tokenizer: Tokenizer,
    tgt_tokenizer: Tokenizer,
    batch_size: int = 100,
    *,
    beam_size: int = 1,
    length_penalty: float = 0.6,
    max_length: int | None = None,
    rules: Rules | None = None,
) -> list[str]:
    """Translate text in batches of sentences of about one length; the order is kept.

    Args:
        beam_size: 1 is greedy decoding; more, and it is :func:`tfmr.decoding.beam_search`.
        length_penalty: of the beam search.
        max_length, rules: as for :func:`tfmr.decoding.greedy_decode`.

    Raises:
        InputError: a sentence has no token; ``batch_size`` or ``beam_size`` is no whole number of at least 1; and as for
            decoding.
    """
    check_count("batch_size", batch_size)
    check_count("beam_size", beam_size)
    encoded = [[*src_tokenizer.encode(sentence), src_tokenizer.eos_id] for sentence in sentences]
    for number, ids in enumerate(encoded):
        if len(ids) == 1:
            raise InputError(
                f"sentences: expected text, but number {number} has no token: {sentences[number]!r}"
            )
    device = next(model.parameters()).device
    widths = [len(ids) for ids in encoded]
    order = sorted(range(len(encoded)), key=widths.__getitem__)
    translations = [""] * len(encoded)
    for rows in cut_rows(order, widths, batch_size, room_for_all(widths, batch_size)):
        src = nn.utils.rnn.pad_sequence(
            [torch.tensor(encoded[row]) for row in rows], batch_first=True, padding_value=src_tokenizer.pad_id
        ).to(device)
        if beam_size == 1:
            found = greedy_decode(model, src, max_length, rules=rules).ids.tolist()
        else:
            hypotheses = beam_search(model, src, beam_size, length_penalty, max_length, rules=rules)
            found = [best.ids.tolist() for best, *_ in hypotheses]
        for row, translation in zip(rows, found, strict=True):
            translations[row] = tgt_tokenizer.decode(translation)
    return translations
