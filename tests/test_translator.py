"""A translator takes what people type and gives back as many lines; it shows what it did sentence by sentence."""

from html.parser import HTMLParser

import pytest
import torch
from fakes import Fake
from torch import nn

import tfmr
from tfmr.book.results import results_folder
from tfmr.data import BPETokenizer, WordTokenizer
from tfmr.decoding import Hypothesis
from tfmr.errors import InputError
from tfmr.translator import Alternative, Sentence, Translation, Translator, translation, translator
from tfmr.translator.html import page

TEXT = "le chat dort . la fille lit ! l'été , j' aime 3 M. Hamel <b>où</b> & c' est ? le"
WORDS = WordTokenizer.train([TEXT])


class Model(Fake):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))


@pytest.fixture
def asked(monkeypatch):
    """Instead of searching, write the source itself; the k-th best leaves out the last k words. What was asked."""
    asked = []

    def search(model, src, beam_size, length_penalty, *, num_best, need_weights):
        asked.append((src, beam_size, length_penalty, num_best, need_weights))
        found = []
        for row in src:
            ids = row[row != 0]
            weights = torch.eye(len(ids), src.size(1)) if need_weights else None
            found.append(
                [Hypothesis(_without(ids, k), -float(k), torch.zeros(0), weights) for k in range(num_best)]
            )
        return found

    monkeypatch.setattr(translator, "beam_search", search)
    return asked


def _without(ids, count):
    return torch.cat([ids[: len(ids) - 1 - count], ids[-1:]])


def make(tokenizer=WORDS, **options):
    return Translator(Model(), tokenizer, tokenizer, src_lang="fr", tgt_lang="en", **options)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("le chat dort .", ["le chat dort ."]),
        ("le chat dort . La fille lit !\n\n  \nj' aime", ["le chat dort .", "La fille lit !", "j' aime"]),
        ("le chat\r\ndort\n", ["le chat", "dort"]),
        ("M. Hamel dort . Le chat", ["M. Hamel dort .", "Le chat"]),
        ("<b>où</b> & c' est", ["<b>où</b> & c' est"]),  # HTML is text
        ("l’e\u0301te\u0301\u00a0!", ["l'été !"]),
        ("", []),
        (" \u200b\n\n", []),
    ],
)
def test_lines_stay_lines_and_sentences_are_translated_one_by_one(asked, text, sentences):
    result = make()(text)
    assert [sentence.src for sentence in result.sentences] == sentences
    assert str(result) == result.text and result.text.count("\n") == text.count("\n")
    assert [bool(line) for line in result.text.split("\n")] == [
        bool(line.strip("\u200b ")) for line in text.split("\n")
    ]
    assert sum(len(src) for src, *_ in asked) == len(sentences)


def test_an_empty_text_has_an_empty_translation(asked):
    assert make()("") == Translation("", 0.0, [Alternative("", 0.0)], []) and asked == []


def test_what_is_no_language_is_copied(asked):
    translate = make(BPETokenizer.train([TEXT], min_count=1), max_length=20)
    text = "😀 !\n- « … » -\n" + "x" * 50
    copied = translate(text)
    assert copied.text == text and copied.score == 0 and asked == []
    assert all(sentence.weights is None and sentence.tgt == sentence.src for sentence in copied.sentences)
    result = translate("le chat dort . 😀")
    assert result.text == "le chat dort . 😀" and [len(s.tgt_words) for s in result.sentences] == [4, 0]


@pytest.mark.parametrize("max_target_length", [None, 5])
def test_a_sentence_longer_than_any_of_training_is_cut_at_its_clauses(asked, max_target_length):
    translate = make(max_length=5 if max_target_length is None else 100)
    translate.model.max_target_length = max_target_length
    translate = Translator(translate.model, WORDS, WORDS, max_length=translate.max_length)
    text = "le chat dort , la fille lit , le chat le chat le chat le chat"
    result = translate(text)
    longest = max(src.size(1) for src, *_ in asked)
    assert longest <= 6 if max_target_length is None else longest <= 5  # with the end symbol
    assert " ".join(sentence.src for sentence in result.sentences) == text == result.text
    assert all(part.src.endswith(",") for part in result.sentences[:-4])
    words = " ".join(["le chat dort"] * 100)
    assert translate(words).text == words


def test_many_texts_are_translated_together_in_batches_of_one_length(asked):
    texts = ["le", "le chat dort . Le chat lit !", "", "la fille", "la fille lit le"] * 3
    results = make()(texts, batch_size=4)
    assert [str(result) for result in results] == [str(result) for result in map(make(), texts)]
    del asked[4:]
    widths = [src.size(1) for src, *_ in asked]
    assert [len(src) for src, *_ in asked] == [4, 4, 4, 3] and widths == sorted(widths)
    for src, *_ in asked:
        assert all(row[row != 0][-1] == WORDS.eos_id for row in src)


def test_the_search_is_told_what_was_asked_for(asked):
    make()("le chat dort .", 3, 2, 0.9, need_weights=False)
    make()("le chat dort .")
    assert [settings for _, *settings in asked] == [[3, 0.9, 3, False], [4, 0.6, 1, True]]


def test_alternatives_of_a_text_are_the_best_of_its_sentences_put_together(asked):
    result = make()("le chat dort\nLa fille lit !", num_best=4)
    assert result.alternatives == [
        ("le chat dort\n<unk> fille lit !", 0.0),
        ("le chat dort\n<unk> fille lit", -1.0),
        ("le chat\n<unk> fille lit !", -1.0),
        ("le chat dort\n<unk> fille", -2.0),
    ]
    assert (result.text, result.score) == result.alternatives[0]
    best = translation.best_texts([[Alternative("a", -1), Alternative("b", -4)]] * 2, [2], 9)
    assert best == [("a a", -2), ("a b", -5), ("b a", -5), ("b b", -8)]


def test_two_ways_to_spell_a_text_are_one_alternative(monkeypatch):
    tokenizer = BPETokenizer.train(["le chat"], min_count=1)
    whole = tokenizer.encode("le chat")
    spelt = [number for letter in " le chat" for number in _byte(tokenizer, letter)]
    assert tokenizer.decode(spelt) == tokenizer.decode(whole) and spelt != whole
    found = [
        Hypothesis(torch.tensor(ids), score, torch.zeros(0), None)
        for ids, score in ((spelt, -1.0), (whole, -2.0))
    ]
    monkeypatch.setattr(translator, "beam_search", lambda model, src, **options: [found] * len(src))
    assert make(tokenizer)("le chat", num_best=2).alternatives == [("le chat", -1.0)]


def _byte(tokenizer, letter):
    return [n for n in range(4, 260) if tokenizer._merges.decode([n - 4]) == letter]


def test_each_sentence_says_where_its_words_looked(asked):
    result = make()("le chat dort . M. Hamel lit")
    first, second = result.sentences
    assert first.tgt_words == ["le", "chat", "dort", "."] and first.src_words == [*first.tgt_words, "«end»"]
    assert torch.equal(first.weights, torch.eye(4, 5)) and torch.equal(second.weights, torch.eye(3, 4))
    assert make()("le chat", need_weights=False).sentences == [Sentence("le chat", "le chat")]


@pytest.mark.parametrize("text", [None, 3, b"le chat", ["le chat", 3], [["le chat"]]])
def test_what_is_no_text_is_refused(asked, text):
    with pytest.raises(InputError, match="text: expected a text or a list of texts"):
        make()(text)


@pytest.mark.parametrize("options", [{"num_best": 0}, {"batch_size": 0}, {"beam_size": 0}, {"num_best": 1.5}])
def test_counts_are_at_least_one(asked, options):
    with pytest.raises(InputError, match=f"{next(iter(options))}: expected a whole number of at least 1"):
        make()("le chat", **options)


def test_a_limit_is_at_least_one_token():
    with pytest.raises(InputError, match="max_length: expected a whole number of at least 1, got 0"):
        make(max_length=0)


# --- the real thing -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trained():
    return tfmr.load_translator(results_folder("cross_attention", "whole-run"), "cpu")


def test_the_books_own_sentence_however_it_is_typed(trained):
    result = trained("J’aime apprendre\u00a0l’intelligence artificielle.", num_best=3)
    assert str(result) == "I love learning artificial intelligence ."
    assert len(result.alternatives) == 3 and result.alternatives[0] == (result.text, result.score)
    assert sorted(result.alternatives, key=lambda one: -one.score) == list(result.alternatives)
    [sentence] = result.sentences
    torch.testing.assert_close(sentence.weights.sum(1), torch.ones(len(sentence.tgt_words)))
    assert (trained.src_lang, trained.tgt_lang) == ("fr", "en") and not trained.model.training


def test_a_list_is_translated_as_its_texts_one_by_one(trained):
    texts = ["Le chat dort .", "", "La fille lit le livre . Le chat mange .", "Il la voit ."]
    together, alone = trained(texts), [trained(text) for text in texts]
    assert [str(result) for result in together] == [str(result) for result in alone]
    assert [r.score for r in together] == pytest.approx([r.score for r in alone], abs=1e-4)


def test_what_cannot_be_loaded_is_named_by_its_argument(tmp_path, monkeypatch):
    monkeypatch.setattr(translator, "SHIPPED", tmp_path / "shipped")
    with pytest.raises(
        InputError, match="^folder: .* comes without a translator; begin with: python -m tfmr"
    ):
        tfmr.load_translator()
    with pytest.raises(InputError, match="^folder: expected a folder that train has made"):
        tfmr.load_translator(str(tmp_path))
    with pytest.raises(InputError, match="^device: "):
        tfmr.load_translator(results_folder("cross_attention", "whole-run"), "abacus")


# --- as HTML --------------------------------------------------------------------------------------------


class Reader(HTMLParser):
    """What a page holds, element by element."""

    VOID = {"meta"}

    def __init__(self, text):
        super().__init__()
        self.open, self.found = [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes), []))
        if tag not in self.VOID:
            self.open.append(self.found[-1])

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        if self.open:
            self.open[-1][2].append(data)

    def texts(self, tag, **attributes):
        return ["".join(t) for name, a, t in self.found if name == tag and attributes.items() <= a.items()]


def test_a_notebook_shows_the_text_and_a_table_for_each_sentence(asked):
    read = Reader(make()("le chat dort . Le <b>où</b> &\n😀")._repr_html_())
    assert read.texts("p") == ["le chat dort . <unk> <b>où</b> &\n😀"]
    assert len(read.texts("table")) == 2
    assert read.texts("th", scope="row") == ["le", "chat", "dort", ".", "<unk>", "<b>où</b>", "&"]
    assert read.texts("th", scope="col")[:5] == ["le", "chat", "dort", ".", "«end»"]
    assert read.texts("td")[:6] == ["", "100", "0", "0", "0", "0"]
    assert "<b>" not in make()("<b>où</b>")._repr_html_()


def test_a_page_stands_alone(asked):
    texts = ["le chat dort .", "<script>où</script> &"]
    html = page(texts, make()(texts), "fr", "en")
    read = Reader(html)
    assert read.texts("h2", lang="en")[0] == "le chat dort ." and read.texts("p", lang="fr") == texts
    tags = {tag for tag, _, _ in read.found}
    assert not tags & {"script", "link", "img", "iframe", "b"} and "url(" not in html and "http" not in html
    assert "color-scheme: light dark" in html and ("meta", {"charset": "utf-8"}, []) in read.found
    assert len(read.texts("caption")) == len(read.texts("table")) == 2
    assert all(a.get("tabindex") == "0" and a["aria-label"] for t, a, _ in read.found if t == "div")
