"""A model and a set of pairs: translations, their scores, and how well attention finds the gold links."""

from collections.abc import Sequence
from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor

from tfmr.data import BucketedBatches, Pair, Tokenizer, encode_pairs, word_tokenize
from tfmr.decoding.text import translate
from tfmr.evaluation.alignment import word_weights
from tfmr.evaluation.links import attention_links, own_words
from tfmr.evaluation.metrics import AlignmentScores, Score, alignment_scores, bleu, chrf
from tfmr.seq2seq import Seq2Seq
from tfmr.training.loss import evaluate_loss, perplexity

END = "«end»"  # how the end symbol of the source is shown


class Evaluation(NamedTuple):
    """What :func:`evaluate` measures.

    Attributes:
        bleu, chrf: of the translations, each with its signature.
        perplexity: of the references, per token, without label smoothing.
        alignment: precision, recall and error rate of :func:`attention_links`; None without gold links or without
            attention.
        translations: what was scored, in the order of the pairs.
    """

    bleu: Score
    chrf: Score
    perplexity: float
    alignment: AlignmentScores | None
    translations: list[str]

    @property
    def alignment_error_rate(self) -> float | None:
        """That of ``alignment``, from 0 (perfect) to 1, or None."""
        return None if self.alignment is None else self.alignment.error_rate


def evaluate(
    model: Seq2Seq,
    pairs: Sequence[Pair],
    src_tokenizer: Tokenizer,
    tgt_tokenizer: Tokenizer,
    batch_size: int = 100,
    *,
    beam_size: int = 1,
    length_penalty: float = 0.6,
) -> Evaluation:
    """Translate the sources and compare with the references, as text: cased and detokenised.

    Args:
        batch_size: sentences translated at once.
        beam_size, length_penalty: of the search (:func:`tfmr.decoding.translate`); a beam of 1 is greedy.

    Raises:
        InputError: there are no pairs, a side of one has no token, or a setting is out of its range.
    """
    examples = encode_pairs(pairs, src_tokenizer, tgt_tokenizer)
    nll = evaluate_loss(
        model, BucketedBatches.for_measuring(examples, batch_size, pad_id=src_tokenizer.pad_id)
    )
    sources = [pair.src for pair in pairs]
    search = {"beam_size": beam_size, "length_penalty": length_penalty}
    translations = translate(model, sources, src_tokenizer, tgt_tokenizer, batch_size, **search)
    references = [pair.tgt for pair in pairs]
    alignment = None
    if model.attends and all(pair.links is not None for pair in pairs):
        found = attention_links(model, pairs, src_tokenizer, tgt_tokenizer, batch_size)
        possible = [pair.possible or () for pair in pairs]
        alignment = alignment_scores(found, [pair.links for pair in pairs], possible)
    scores = bleu(translations, references), chrf(translations, references), perplexity(nll)
    return Evaluation(*scores, alignment, translations)


def decoded_words(
    weights: Float[Tensor, "tgt_len src_len"],
    src_text: str,
    tgt_ids: Sequence[int],
    src_tokenizer: Tokenizer,
    tgt_tokenizer: Tokenizer,
) -> tuple[Float[Tensor, "tgt_words src_words"], list[str], list[str]]:
    """What one translation looked at, word by word, ready to be shown.

    Args:
        weights: as :func:`tfmr.decoding.greedy_decode` and ``beam_search`` return them, for one sentence.
        src_text: the sentence.
        tgt_ids: the ids of its translation.

    Returns:
        The weights between words, the source words (the last is the end symbol), and the target words.
    """
    words = word_tokenize(src_text)
    src_numbers, src_word_of = own_words(src_tokenizer.word_of(src_text))
    src_words = [*(words[number] for number in src_numbers), END]
    ends = [position for position, number in enumerate(tgt_ids) if number == tgt_tokenizer.eos_id]
    content = list(tgt_ids[: ends[0]] if ends else tgt_ids)
    text = tgt_tokenizer.decode(content)
    if tgt_tokenizer.encode(text) == content:
        words = word_tokenize(text)
        tgt_numbers, tgt_word_of = own_words(tgt_tokenizer.word_of(text))
        tgt_words = [words[number] for number in tgt_numbers]
    else:  # the model spelt a word in an unusual way: show its pieces as they are
        tgt_words = [tgt_tokenizer.decode([number]) for number in content]
        tgt_word_of = list(range(len(content)))
    if not content:
        return weights.new_zeros(0, len(src_words)), src_words, []
    merged = word_weights(weights, [*src_word_of, len(src_numbers)], tgt_word_of)
    return merged, src_words, tgt_words
