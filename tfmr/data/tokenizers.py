"""From text to numbers and back: whole words for the first chapters, byte-pair encoding after them.

Both classes have the same methods. Both learn from the texts they are given, which must be training texts
only: a vocabulary that knows the words of the test set has seen the test.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate

import tokenizers
from jaxtyping import Int
from tokenizers import Regex, decoders, models, pre_tokenizers, trainers
from torch import Tensor

from tfmr.data.text import canonical
from tfmr.data.typography import tidy, typeset
from tfmr.data.words import word_detokenize, word_tokenize
from tfmr.errors import InputError

PAD_ID, BOS_ID, EOS_ID, UNK_ID = range(4)
NUM_SPECIALS = 4  # learnt tokens are numbered from here
MOST_PIECES = 1_000_000  # no language needs more, and the library ends the whole process where memory does


class WordTokenizer:
    """A number for every word; a word it never learnt becomes ``unk_id``.

    Attributes:
        pad_id, bos_id, eos_id, unk_id: 0, 1, 2 and 3, in every vocabulary.
        words: the vocabulary; ``words[i]`` has the number ``i + 4``.
    """

    pad_id, bos_id, eos_id, unk_id = PAD_ID, BOS_ID, EOS_ID, UNK_ID

    def __init__(self, words: Sequence[str]):
        self.words = tuple(words)
        self._id_of = {word: number for number, word in enumerate(self.words, start=NUM_SPECIALS)}

    @classmethod
    def train(
        cls, texts: Iterable[str], vocab_size: int | None = None, min_count: int = 1
    ) -> "WordTokenizer":
        """Learn the words that occur at least ``min_count`` times, the most frequent first, then by alphabet.

        Args:
            texts: training sentences of one language.
            vocab_size: the largest size allowed, the four special tokens included; None for no limit.
            min_count: rarer words are unknown.

        Raises:
            InputError: the texts leave no word to learn, or ``vocab_size`` has no room for one.
        """
        counts = Counter(word for text in texts for word in word_tokenize(text))
        kept = sorted((word for word in counts if counts[word] >= min_count), key=lambda w: (-counts[w], w))
        if vocab_size is not None:
            kept = kept[: max(0, vocab_size - NUM_SPECIALS)]
        if not kept:
            raise InputError(
                f"texts: expected at least one word for the vocabulary, but of {len(counts)} different words "
                f"none is left (vocab_size {vocab_size}, min_count {min_count})"
            )
        return cls(kept)

    def __len__(self) -> int:
        return NUM_SPECIALS + len(self.words)

    def encode(self, text: str) -> list[int]:
        """The numbers of the words of ``text``, without begin and end symbols."""
        return [self._id_of.get(word, self.unk_id) for word in word_tokenize(text)]

    def decode(self, ids: Iterable[int] | Int[Tensor, "length"]) -> str:
        """The sentence up to the first end symbol; padding is left out, an unknown word is ``<unk>``."""
        words = [
            "<unk>" if number == self.unk_id else self.words[number - NUM_SPECIALS]
            for number in _content(ids, len(self), drop_unknown=False)
        ]
        return word_detokenize(words)

    def tokens(self, text: str) -> list[str]:
        """One readable string for every number of ``encode(text)``: the words themselves."""
        return word_tokenize(text)

    def word_of(self, text: str) -> list[int]:
        """For every number of ``encode(text)``, which word of ``word_tokenize(text)`` it stands for."""
        return list(range(len(word_tokenize(text))))

    def to_json(self) -> str:
        """All there is to the tokenizer, as JSON text."""
        return json.dumps({"tokenizer": "word", "words": self.words}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "WordTokenizer":
        """The tokenizer that :meth:`to_json` wrote down.

        Raises:
            InputError: the text is not one that ``WordTokenizer.to_json`` writes.
        """
        words = _saved(text, "word").get("words")
        good = isinstance(words, list) and words and all(isinstance(word, str) and word for word in words)
        if not good or len(set(words)) != len(words):
            raise InputError(
                "tokenizer: expected a list of different words in its JSON text, got something else"
            )
        return cls(words)


# What merges may not cross. Wherever ``word_tokenize`` cuts, one of these ends: so a piece belongs to one
# word, and each word has a piece. The space before a word is part of its first piece.
_PIECE_LIMITS = (
    r" ?(?i:[cdjlmnst]|(?:jus|lors|puis|quoi|quel)?qu)'(?![sS](?!\w))"  # an elided form: l', qu'
    r"|'[sS](?!\p{L})| ?[\p{L}\p{M}]+| ?\p{N}+"  # 's, letters, digits
    r"| ?\.{2,}| ?[^\s\p{L}\p{M}\p{N}]"  # dots of omission, any other sign alone
)


class BPETokenizer:
    """Byte-pair encoding (Sennrich, Haddow and Birch, 2016) over bytes, by the ``tokenizers`` library.

    The alphabet is the 256 bytes, so nothing is ever unknown, and upper case stays: ``decode(encode(text))``
    is :func:`tfmr.data.text.canonical` of ``text``: what is read is written back, each sign in its one shape.

    With a language, it no longer matters either how a text is spaced around punctuation and which quotation marks it
    has: what is read is :func:`tfmr.data.typography.tidy`, and what is written
    :func:`tfmr.data.typography.typeset`.

    Attributes:
        pad_id, bos_id, eos_id, unk_id: 0, 1, 2 and 3, in every vocabulary; ``unk_id`` is never used.
        language: two-letter code of the language that is written, or None.
    """

    pad_id, bos_id, eos_id, unk_id = PAD_ID, BOS_ID, EOS_ID, UNK_ID

    def __init__(self, merges: tokenizers.Tokenizer, language: str | None = None):
        self.language = language
        # The library's tokenizer knows no special tokens (its numbers start at 0; ours are 4 higher):
        # a sentence that contains the letters "<eos>" is text like any other.
        self._merges = merges

    @classmethod
    def train(
        cls, texts: Iterable[str], vocab_size: int = 5000, min_count: int = 2, language: str | None = None
    ) -> "BPETokenizer":
        """Learn the merges of training texts (of both languages, for a joint vocabulary).

        Args:
            texts: training sentences.
            vocab_size: the size wanted, 4 specials and 256 bytes included; less if the texts run out.
            min_count: a pair of pieces that occurs less often is not merged.
            language: such as ``"fr"``: punctuation is read in any habit and written in that of the language.

        Raises:
            InputError: ``vocab_size`` has no room for the bytes or is beyond all use, or the texts are empty.
        """
        smallest = NUM_SPECIALS + 256
        if not smallest <= vocab_size <= MOST_PIECES:
            raise InputError(
                f"vocab_size: expected at least {smallest} (4 special tokens, 256 bytes), at most "
                f"{MOST_PIECES:,}, got {vocab_size}"
            )
        prepared = [_prepare(text, language) for text in texts]
        if not any(prepared):
            raise InputError("texts: expected at least one word for the vocabulary, got none")
        merges = tokenizers.Tokenizer(models.BPE())
        merges.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(_PIECE_LIMITS), behavior="isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
        merges.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=vocab_size - NUM_SPECIALS,
            min_frequency=min_count,
            initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
            show_progress=False,
        )
        merges.train_from_iterator(prepared, trainer)
        return cls(merges, language)

    def writing(self, language: str | None) -> "BPETokenizer":
        """The same vocabulary for text of another language: the pieces and their numbers are one, what is printed is not."""
        return BPETokenizer(self._merges, language)

    def __len__(self) -> int:
        return NUM_SPECIALS + self._merges.get_vocab_size()

    def encode(self, text: str) -> list[int]:
        """The numbers of the pieces of ``text``, without begin and end symbols."""
        return [number + NUM_SPECIALS for number in self._merges.encode(_prepare(text, self.language)).ids]

    def decode(self, ids: Iterable[int] | Int[Tensor, "length"]) -> str:
        """The text up to the first end symbol; padding is left out, bytes that are no character are ``�``."""
        pieces = [number - NUM_SPECIALS for number in _content(ids, len(self), drop_unknown=True)]
        # Canonical again: a model may write a line end, which is a byte like any other.
        text = canonical(self._merges.decode(pieces))
        return typeset(text, self.language) if self.language else text

    def tokens(self, text: str) -> list[str]:
        """One readable string for every number of ``encode(text)``: the characters it covers.

        The space before a word is not shown. A piece with no character of its own (the space alone, or a
        further byte of a character that is cut into bytes) shows as ``·``.
        """
        prepared, shown, done = _prepare(text, self.language), [], 0
        for start, end in self._merges.encode(prepared).offsets:
            shown.append(prepared[max(start, done) : end].strip() or "·")
            done = end
        return shown

    def word_of(self, text: str) -> list[int]:
        """For every number of ``encode(text)``, which word of ``word_tokenize(text)`` it is a part of."""
        # Words and pieces are compared by the characters they cover: only white space tells their two texts apart.
        owner = [number for number, word in enumerate(word_tokenize(text)) for _ in word]
        prepared = _prepare(text, self.language)
        before = [0, *accumulate(character != " " for character in prepared)]
        return [owner[before[start]] for start, _ in self._merges.encode(prepared).offsets]

    def to_json(self) -> str:
        """All there is to the tokenizer, as JSON text."""
        language = {"language": self.language} if self.language else {}
        saved = {"tokenizer": "bpe", **language, "merges": json.loads(self._merges.to_str())}
        return json.dumps(saved, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "BPETokenizer":
        """The tokenizer that :meth:`to_json` wrote down.

        Raises:
            InputError: the text is not one that ``BPETokenizer.to_json`` writes.
        """
        saved = _saved(text, "bpe")
        language = saved.get("language")
        if not isinstance(language, str | None):
            raise InputError(f"tokenizer: expected a language or none in its JSON text, got {language!r}")
        try:
            merges = tokenizers.Tokenizer.from_str(json.dumps(saved.get("merges")))
        except Exception as error:  # the library raises nothing more precise
            raise InputError(f"tokenizer: expected byte-pair merges in its JSON text, but {error}") from None
        if not isinstance(merges.model, models.BPE) or merges.get_vocab_size() < 256:
            raise InputError("tokenizer: expected byte-pair merges over 256 bytes in its JSON text")
        return cls(merges, language)


Tokenizer = WordTokenizer | BPETokenizer


def tokenizer_from_json(text: str) -> Tokenizer:
    """The tokenizer, of whichever kind, that a ``to_json`` method wrote down.

    Raises:
        InputError: the text was written by neither.
    """
    is_word = _saved(text, "word", "bpe")["tokenizer"] == "word"
    return WordTokenizer.from_json(text) if is_word else BPETokenizer.from_json(text)


def _saved(text: str, *kinds: str) -> dict:
    """The JSON object of a saved tokenizer of one of the given kinds."""
    try:
        saved = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError("tokenizer: expected JSON text, got something else") from None
    kind = saved.get("tokenizer") if isinstance(saved, dict) else None
    if kind not in kinds:
        expected = " or ".join(repr(name) for name in kinds)
        raise InputError(f"tokenizer: expected a saved tokenizer of kind {expected}, got {kind!r}")
    return saved


def _content(ids: Iterable[int] | Int[Tensor, "length"], vocab_size: int, drop_unknown: bool) -> list[int]:
    """The numbers that stand for text: up to the first end symbol, without the other special tokens."""
    content = []
    for number in map(int, ids):
        if not 0 <= number < vocab_size:
            raise InputError(f"ids: expected numbers from 0 to {vocab_size - 1}, got {number}")
        if number == EOS_ID:
            break
        if number >= NUM_SPECIALS or (number == UNK_ID and not drop_unknown):
            content.append(number)
    return content


def _prepare(text: str, language: str | None) -> str:
    """In the one form, with a space in front of each word: so it is the same word at the start of a sentence."""
    try:
        text.encode()  # a terminal hands over bytes that are no UTF-8 as lone surrogates
    except UnicodeEncodeError:
        raise InputError(f"text: expected Unicode text, got broken characters in {text!r}") from None
    text = tidy(text) if language else canonical(text)
    return "".join(f" {word}" for word in text.split())
