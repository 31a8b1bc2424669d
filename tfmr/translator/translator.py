"""A trained translator that one can hold: text in, text out, with all that people type."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor, nn

from tfmr.data import Tokenizer
from tfmr.data.batches import cut_rows, room_for_all
from tfmr.data.sentences import cut_long, split_sentences
from tfmr.decoding import Hypothesis, beam_search
from tfmr.errors import InputError, check_count
from tfmr.evaluation.measure import decoded_words
from tfmr.seq2seq import Seq2Seq
from tfmr.training.machine import pick_device
from tfmr.translator.run_folder import MODEL, Run, load_run
from tfmr.translator.translation import Alternative, Sentence, Translation, best_texts

Search = Callable[[Seq2Seq, Tensor], list[list[Hypothesis]]]
Translated = tuple[list[Alternative], Sentence]  # a sentence's translations, and how the first came about
SHIPPED = Path(__file__).with_name("shipped")  # tools/ship.py writes it


def load_translator(
    folder: str | Path | None = None, device: str | torch.device | None = None
) -> "Translator":
    """A trained translator, ready to be called. Nothing is downloaded.

    Args:
        folder: a run folder that ``python -m tfmr train`` made; None: the translator that comes with the package.
        device: ``"cpu"``, ``"cuda"``, …; None: the best that is there.

    Raises:
        InputError: the package comes without one, ``folder`` is no trained run, or the device is not there.
    """
    folder = shipped_folder("folder") if folder is None else Path(folder)
    return Translator.of_run(load_run(folder, pick_device(device), option="folder"))


def shipped_folder(option: str) -> Path:
    """The run folder that comes with the package; ``option`` is what names another one.

    Raises:
        InputError: this copy of the package comes without one.
    """
    if not (SHIPPED / MODEL).is_file():
        raise InputError(
            f"{option}: expected the folder of a trained run, for this copy of tfmr comes without a translator; "
            "begin with: python -m tfmr train"
        )
    return SHIPPED


class Translator:
    """A model with its two vocabularies: call it with a text, or with many.

    Args:
        model: a trained one; put into eval mode while it translates.
        src_tokenizer, tgt_tokenizer: the vocabularies that it was trained with.
        max_length: how many tokens a sentence may have; longer ones are translated clause by clause, for a model
            knows little of sentences longer than those it was trained on.
        src_lang, tgt_lang: two-letter codes of the languages; empty if unknown.
    """

    def __init__(
        self,
        model: Seq2Seq,
        src_tokenizer: Tokenizer,
        tgt_tokenizer: Tokenizer,
        *,
        max_length: int = 100,
        src_lang: str = "",
        tgt_lang: str = "",
    ):
        check_count("max_length", max_length)
        self.model, self.src_tokenizer, self.tgt_tokenizer = model, src_tokenizer, tgt_tokenizer
        most = model.max_target_length  # learned positions end there, the end symbol's among them
        self.max_length = max_length if most is None else min(max_length, most - 1)
        self.src_lang, self.tgt_lang = src_lang, tgt_lang

    @classmethod
    def of_run(cls, run: Run) -> "Translator":
        """The translator that a run folder holds."""
        told = run.arguments
        return cls(
            run.model,
            run.src_tokenizer,
            run.tgt_tokenizer,
            max_length=told.get("max_length", 100),
            src_lang=told["src"],
            tgt_lang=told["tgt"],
        )

    def __call__(
        self,
        text: str | Sequence[str],
        num_best: int = 1,
        beam_size: int = 4,
        length_penalty: float = 0.6,
        *,
        need_weights: bool = True,
        batch_size: int = 32,
    ) -> Translation | list[Translation]:
        """Translate a text, or several at once, by beam search.

        A text may hold any number of sentences and lines: each line stays a line, each sentence is translated by
        itself (:func:`tfmr.data.sentences.split_sentences`), one of more than ``max_length`` tokens clause by
        clause. What has no letter and no digit, and what goes on for more than ``max_length`` tokens without a
        space, is no language: it is copied. An empty text has an empty translation.

        Args:
            text: a text; of a list, the sentences of all texts are translated together, in batches of about one length.
            num_best: how many alternatives are wanted.
            beam_size: how many hypotheses are kept; at least ``num_best`` are.
            length_penalty: α of Wu et al. (2016), equation 14; 0 favours short translations.
            need_weights: whether the attention between words is wanted.
            batch_size: sentences translated at once.

        Returns:
            A translation; for a list of texts, a list of them.

        Raises:
            InputError: ``text`` is neither text nor a list of texts, or an argument is out of its range.
        """
        check_count("num_best", num_best)
        check_count("beam_size", beam_size)
        check_count("batch_size", batch_size)
        texts = list(text) if isinstance(text, Iterable) and not isinstance(text, str) else [text]
        for one in texts:
            if not isinstance(one, str):
                raise InputError(f"text: expected a text or a list of texts, got {one!r}")
        layouts = [[self._sentences_of(line) for line in one.split("\n")] for one in texts]
        sources = [source for lines in layouts for line in lines for source in line]
        search = partial(
            beam_search,
            beam_size=max(beam_size, num_best),
            length_penalty=length_penalty,
            num_best=num_best,
            need_weights=need_weights,
        )
        translated = iter(self._translate(sources, search, batch_size))
        translations = [_put_together(lines, translated, num_best) for lines in layouts]
        return translations[0] if isinstance(text, str) else translations

    def _sentences_of(self, line: str) -> list[str]:
        """What a line is cut into, to be translated one by one."""
        return [part for sentence in split_sentences(line) for part in cut_long(sentence, self._fits)]

    def _fits(self, text: str) -> bool:
        return len(self.src_tokenizer.encode(text)) <= self.max_length

    def _translate(self, sources: Sequence[str], search: Search, batch_size: int) -> list[Translated]:
        """Each sentence's translations and how the first came about, in batches of about one length."""
        eos_id, pad_id = self.src_tokenizer.eos_id, self.src_tokenizer.pad_id
        encoded = [[*self.src_tokenizer.encode(source), eos_id] for source in sources]
        widths = [len(ids) for ids in encoded]
        is_language = [
            any(map(str.isalnum, source)) and width <= self.max_length + 1
            for source, width in zip(sources, widths, strict=True)
        ]
        order = sorted((row for row, good in enumerate(is_language) if good), key=widths.__getitem__)
        translated = [([Alternative(source, 0.0)], Sentence(source, source)) for source in sources]
        device = next(self.model.parameters()).device
        room = room_for_all([widths[row] for row in order], batch_size)
        for rows in cut_rows(order, widths, batch_size, room):
            src = [torch.tensor(encoded[row]) for row in rows]
            src = nn.utils.rnn.pad_sequence(src, batch_first=True, padding_value=pad_id).to(device)
            for row, hypotheses in zip(rows, search(self.model, src), strict=True):
                translated[row] = self._read(sources[row], hypotheses)
        return translated

    def _read(self, source: str, hypotheses: Sequence[Hypothesis]) -> Translated:
        """What the model wrote for one sentence, as text and words; of several ways to spell a text the best."""
        scores: dict[str, float] = {}
        for hypothesis in hypotheses:
            scores.setdefault(self.tgt_tokenizer.decode(hypothesis.ids), hypothesis.score)
        alternatives = [Alternative(*item) for item in scores.items()]
        sentence = Sentence(source, alternatives[0].text)
        best = hypotheses[0]
        if best.weights is not None:
            tokenizers = self.src_tokenizer, self.tgt_tokenizer
            words = decoded_words(best.weights.cpu(), source, best.ids.tolist(), *tokenizers)
            weights, src_words, tgt_words = words
            sentence = replace(sentence, src_words=src_words, tgt_words=tgt_words, weights=weights)
        return alternatives, sentence


def _put_together(
    lines: Sequence[Sequence[str]], translated: Iterator[Translated], num_best: int
) -> Translation:
    """The translation of a text from those of its sentences, which ``translated`` gives next."""
    counts = [len(line) for line in lines]
    own = list(islice(translated, sum(counts)))
    alternatives = best_texts([alternatives for alternatives, _ in own], counts, num_best)
    return Translation(*alternatives[0], alternatives, [sentence for _, sentence in own])
