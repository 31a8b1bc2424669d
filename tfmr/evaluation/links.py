"""Links between words, read off the attention of a model that is made to write the reference."""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from tfmr.data import BucketedBatches, Pair, Tokenizer, encode_pairs
from tfmr.data.batches import Batch
from tfmr.decoding.eval_mode import evaluating
from tfmr.errors import InputError
from tfmr.evaluation.alignment import links_from_weights, word_weights
from tfmr.evaluation.metrics import Link
from tfmr.seq2seq import Seq2Seq


def attention_links(
    model: Seq2Seq,
    pairs: Sequence[Pair],
    src_tokenizer: Tokenizer,
    tgt_tokenizer: Tokenizer,
    batch_size: int = 100,
) -> list[set[Link]]:
    """For each pair, the link from each target word to the source word that gets most of its weight.

    The model is made to write the reference (forced decoding), so its links can be compared with gold ones.
    Weights between pieces of words become weights between words (:func:`tfmr.evaluation.word_weights`).

    Returns:
        Links (source word, target word), counted from 0 over ``word_tokenize`` of the texts.
    """

    def look(batch: Batch) -> Tensor:
        return model.align(batch.src, batch.tgt)[:, None]

    return [links for [links] in _links(look, model, pairs, src_tokenizer, tgt_tokenizer, batch_size)]


def head_links(
    model: Seq2Seq,
    pairs: Sequence[Pair],
    src_tokenizer: Tokenizer,
    tgt_tokenizer: Tokenizer,
    batch_size: int = 20,
    shift: int = 0,
) -> list[list[list[set[Link]]]]:
    """The same for every head of every layer's cross-attention: ``head_links(…)[layer][head]`` has a set for each pair.

    So the error rate of a head is one call away: ``alignment_error_rate(found[layer][head], sure, possible)``.

    Args:
        model: one with ``attention_weights``, such as :class:`tfmr.Transformer`.
        batch_size: small, since the weights of all heads of a batch are held at once.
        shift: which row of the weights is a target word's. 0: the one at which the word is *predicted*, when the
            decoder does not know it yet. 1: the next one, at which it is *read*, as the input that the word after it is
            predicted from (Shift-Att of Chen et al. 2020, who find alignments there better).

    Raises:
        InputError: the model has no ``attention_weights``; ``shift`` is neither 0 nor 1.
    """
    if not hasattr(model, "attention_weights"):
        raise InputError(
            f"model: expected one with attention_weights, such as a Transformer, got {type(model).__name__}"
        )
    if shift not in (0, 1):
        raise InputError(f"shift: expected 0 (a word's prediction) or 1 (its reading), got {shift!r}")

    def look(batch: Batch) -> Tensor:
        cross = torch.stack(model.attention_weights(batch.src, batch.tgt).cross, dim=1)
        return cross.flatten(1, 2)[:, :, shift:]

    by_pair = _links(look, model, pairs, src_tokenizer, tgt_tokenizer, batch_size)
    heads = [list(links) for links in zip(*by_pair, strict=True)]  # of all layers, one after the other
    num_heads = model.config.num_heads
    return [heads[first : first + num_heads] for first in range(0, len(heads), num_heads)]


def own_words(word_of: Sequence[int]) -> tuple[list[int], list[int]]:
    """The words that have a piece of their own, and for each piece its number among them.

    A piece such as ``."`` covers two words; it counts for the first, and the second has none.
    """
    words = sorted(set(word_of))
    place = {word: number for number, word in enumerate(words)}
    return words, [place[word] for word in word_of]


def _links(
    look: Callable[[Batch], Float[Tensor, "batch maps tgt_len src_len"]],
    model: Seq2Seq,
    pairs: Sequence[Pair],
    src_tokenizer: Tokenizer,
    tgt_tokenizer: Tokenizer,
    batch_size: int,
) -> list[list[set[Link]]]:
    """For each pair its links in each of the maps that ``look`` finds; no more than a batch's weights at a time."""
    examples = encode_pairs(pairs, src_tokenizer, tgt_tokenizer)
    batches = BucketedBatches.for_measuring(examples, batch_size, pad_id=src_tokenizer.pad_id, shuffle=False)
    device = next(model.parameters()).device
    found: list[list[set[Link]]] = []
    with evaluating(model):
        for batch in batches.batches(epoch=0):
            for maps in look(batch.to(device)).cpu():
                pair = pairs[len(found)]
                src_words, src_word_of = own_words(src_tokenizer.word_of(pair.src))
                tgt_words, tgt_word_of = own_words(tgt_tokenizer.word_of(pair.tgt))
                merged = word_weights(maps, [*src_word_of, len(src_words)], tgt_word_of)
                links = [links_from_weights(each, len(src_words), len(tgt_words)) for each in merged]
                found.append([{(src_words[src], tgt_words[tgt]) for src, tgt in each} for each in links])
    return found
