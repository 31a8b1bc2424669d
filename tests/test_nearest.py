"""The nearest training sentence: the same as by comparing with each of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfmr.data import Pair
from tfmr.data.grammar import generate
from tfmr.errors import InputError
from tfmr.evaluation import nearest, nearest_neighbours

WORDS = st.lists(st.sampled_from(["le", "chat", "dort", "mange", "."]), max_size=6).map(" ".join)


def edit_distance(one: list[str], other: list[str]) -> int:
    """As Levenshtein defined it."""
    row = list(range(len(other) + 1))
    for i, word in enumerate(one, start=1):
        row, above = [i], row
        for j, there in enumerate(other, start=1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (word != there)))
    return row[-1]


def by_comparing_all(source: str, train: list[Pair]) -> tuple[int, int]:
    """The distance, and the number of the first pair at it."""
    return min((edit_distance(source.split(), pair.src.split()), number) for number, pair in enumerate(train))


def check(sources: list[str], sentences: list[str]) -> None:
    train = [Pair(sentence, f"translation {number}") for number, sentence in enumerate(sentences)]
    for source, found in zip(sources, nearest_neighbours(sources, train), strict=True):
        distance, number = by_comparing_all(source, train)
        assert (found.distance, found.pair) == (distance, train[number])


@given(st.lists(WORDS, max_size=4), st.lists(WORDS, min_size=1, max_size=12))
def test_it_is_what_comparing_with_all_finds(sources, sentences):
    check(sources, sentences)


@given(st.lists(WORDS, max_size=4), st.lists(WORDS, min_size=1, max_size=12))
def test_it_is_so_however_few_are_compared_at_once(sources, sentences):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nearest, "_AT_ONCE", 2)
        check(sources, sentences)


@pytest.fixture(scope="module")
def corpus():
    """Training pairs and other sources, in the words of the grammar, cut at spaces."""
    pairs = generate(640, seed=5, lexicon=0.1)
    spaced = [Pair(pair.src.replace("'", "_"), pair.tgt) for pair in pairs]
    return spaced[:600], [pair.src for pair in spaced[600:]]


def test_it_is_so_for_sentences_of_all_lengths(corpus):
    train, sources = corpus
    check(sources, [pair.src for pair in train])


def test_a_training_sentence_is_its_own_neighbour(corpus):
    train, _ = corpus
    found = nearest_neighbours([pair.src for pair in train], train)
    assert [one.pair for one in found] == train and {one.distance for one in found} == {0}


def test_of_several_the_first_is_taken():
    train = [
        Pair("le chien dort .", "first"),
        Pair("le loup dort .", "second"),
        Pair("le chien dort .", "third"),
    ]
    [found] = nearest_neighbours(["le chat dort ."], train)
    assert (found.pair.tgt, found.distance) == ("first", 1)
    [found] = nearest_neighbours(["le chat dort ."], train[::-1])
    assert found.pair.tgt == "third"


@pytest.mark.parametrize(
    ("source", "distance"),
    [
        ("J'aime l'art .", 0),
        ("J'aime l'eau .", 1),  # one word of five, not two of three
        ("j'aime l'art .", 1),  # case counts
        ("J'aime l'art", 1),
        ("J'aime beaucoup l'art .", 1),
        ("l'art J'aime .", 4),  # order counts
        ("", 5),
    ],
)
def test_words_are_those_of_word_tokenize(source, distance):
    [found] = nearest_neighbours([source], [Pair("J'aime l'art .", "I love art .")])
    assert found.distance == distance


def test_without_training_pairs_there_is_no_neighbour():
    assert nearest_neighbours([], [Pair("un", "one")]) == []
    with pytest.raises(InputError, match="^train: expected at least one pair of sentences, got none$"):
        nearest_neighbours(["un"], [])


def test_few_are_compared_word_by_word(corpus, monkeypatch):
    """What makes it quick: most sentences of another length or of other words are passed over."""
    train, sources = corpus
    compared, distances = [], nearest._Index._distances
    monkeypatch.setattr(nearest, "_AT_ONCE", 16)
    monkeypatch.setattr(
        nearest._Index,
        "_distances",
        lambda index, ids, chosen: compared.append(len(chosen)) or distances(index, ids, chosen),
    )
    short = [source for source in sources if source.count(" ") < 8]
    nearest_neighbours(short, train)
    assert len(short) > 5 and sum(compared) < 0.25 * len(short) * len(train)
