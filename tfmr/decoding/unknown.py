"""Words that the vocabulary lacks: the source word that the model looked at stands in for them."""

from collections.abc import Sequence

from jaxtyping import Float, Int
from torch import Tensor

from tfmr.data.tokenizers import WordTokenizer
from tfmr.data.words import word_detokenize
from tfmr.errors import InputError


def replace_unknown(
    ids: Sequence[int] | Int[Tensor, " tgt_len"],
    weights: Float[Tensor, "tgt_len src_len"] | None,
    sentence: str,
    src_tokenizer: WordTokenizer,
    tgt_tokenizer: WordTokenizer,
) -> str:
    """The translation as text; for each unknown word stands the source word that it looks at most.

    Names and numbers are the same in many languages, and are what a vocabulary of words lacks first (Jean et al. 2015,
    section 3.3; Luong et al. 2015b).

    Args:
        ids: one sentence as decoding returns it, to its end symbol.
        weights: its cross-attention weights, as decoding returns them when asked for.
        sentence: the source, as text.

    Raises:
        InputError: there are no weights, or too few; a tokenizer is not one of words, and so knows no unknown word.
    """
    for name, tokenizer in (("src_tokenizer", src_tokenizer), ("tgt_tokenizer", tgt_tokenizer)):
        if not isinstance(tokenizer, WordTokenizer):
            raise InputError(f"{name}: expected a WordTokenizer, got a {type(tokenizer).__name__}")
    if weights is None:
        raise InputError("weights: expected cross-attention weights (need_weights=True), got None")
    ids, src_words = [int(number) for number in ids], src_tokenizer.tokens(sentence)
    if not src_words or weights.size(0) < len(ids) or weights.size(1) < len(src_words):
        raise InputError(
            f"weights: expected a row for each of {len(ids)} tokens and a column for each of {len(src_words)} source "
            f"words, at least one, got shape {tuple(weights.shape)}"
        )
    most = weights[:, : len(src_words)].argmax(dim=1).tolist()  # the end symbol behind the words is no word
    words = []
    for number, place in zip(ids, most, strict=False):
        if number == tgt_tokenizer.eos_id:
            break
        words.append(src_words[place] if number == tgt_tokenizer.unk_id else tgt_tokenizer.decode([number]))
    return word_detokenize([word for word in words if word])
