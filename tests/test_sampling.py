"""Sampling draws from the distribution that it says; rules and prefixes hold for whoever writes."""

import math
from collections import Counter

import pytest
import torch
from fakes import KINDS, SRC, Copier, lively

from tfmr.decoding import Rules, beam_search, greedy_decode, log_probabilities, sample
from tfmr.decoding.rules import repeats
from tfmr.decoding.sampling import distribution
from tfmr.errors import InputError

each_kind = pytest.mark.parametrize("kind", KINDS)
LOGITS = torch.tensor([-math.inf, -math.inf, 0.3, 1.7, 1.0, -0.5, -2.0])


class Dice(Copier):
    """Throws the same dice at every step: six sides, of which 2 ends the sentence."""

    def step(self, token, state, need_weights=False):
        return LOGITS.expand(len(token), -1).clone(), None, state


def shares(**options) -> dict[int, float]:
    """How often each word is drawn as the first, in 4,000 sentences."""
    drawn = sample(Dice(), torch.full((4000, 1), 5), max_length=1, seed=3, **options).ids[:, 0]
    return {word: number / 4000 for word, number in Counter(drawn.tolist()).items()}


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({}, [2, 3, 4, 5, 6]),
        ({"temperature": 0.5}, [2, 3, 4, 5, 6]),
        ({"temperature": 3.0}, [2, 3, 4, 5, 6]),
        ({"top_k": 2}, [3, 4]),
        ({"top_k": 99}, [2, 3, 4, 5, 6]),
        ({"top_p": 0.5}, [3]),  # 3 alone has 0.52
        ({"top_p": 0.55}, [3, 4]),
        ({"top_p": 1.0}, [2, 3, 4, 5, 6]),
        ({"top_k": 2, "top_p": 0.6}, [3]),  # of the two that are left, 3 has 0.67
        ({"temperature": 2.0, "top_p": 0.5}, [3, 4]),  # now 3 has 0.38 alone
    ],
)
def test_words_are_drawn_as_often_as_the_softmax_says(options, kept):
    """Four and a half standard deviations of a binomial: one draw of 100,000 would fall outside."""
    weights = {word: math.exp(LOGITS[word].item() / options.get("temperature", 1.0)) for word in kept}
    found = shares(**options)
    assert set(found) <= set(kept)
    for word, weight in weights.items():
        expected = weight / sum(weights.values())
        assert abs(found.get(word, 0.0) - expected) <= 4.5 * math.sqrt(expected * (1 - expected) / 4000)


def test_the_nucleus_is_the_smallest_set_that_has_enough():
    logits = torch.tensor([[0.1, 0.4, 0.2, 0.3]]).double().log()
    for top_p, kept in ((0.3, [1]), (0.41, [1, 3]), (0.69, [1, 3]), (0.71, [1, 3, 2]), (0.95, [1, 3, 2, 0])):
        probabilities, ids = distribution(logits, top_p=top_p)
        assert ids[probabilities > 0].tolist() == kept
        assert probabilities.sum().item() == pytest.approx(1)
    equal, ids = distribution(torch.zeros(1, 5), top_k=2)  # of equal ones the first
    assert ids.tolist() == [[0, 1]] and equal.tolist() == [[0.5, 0.5]]


@each_kind
def test_with_one_word_to_choose_from_sampling_is_greedy(kind):
    model = lively(kind)
    greedy = greedy_decode(model, SRC, 12, need_weights=True)
    for options in ({"top_k": 1}, {"top_p": 1e-9}, {"temperature": 1e-300}):
        drawn = sample(model, SRC, max_length=12, need_weights=True, **options)
        assert torch.equal(drawn.ids, greedy.ids) and torch.equal(drawn.log_probs, greedy.log_probs)
        assert (drawn.weights is None) == (greedy.weights is None)


def test_the_same_seed_gives_the_same_sentences():
    model, global_state = lively("recurrent"), torch.get_rng_state()
    first, second, other = (sample(model, SRC, max_length=9, seed=seed).ids for seed in (1, 1, 2))
    assert torch.equal(first, second) and not torch.equal(first, other)
    assert torch.equal(torch.get_rng_state(), global_state)
    assert not torch.equal(sample(model, SRC, max_length=9).ids, sample(model, SRC, max_length=9).ids)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"temperature": 0.0},
            r"temperature: expected a positive number \(for its limit 0 use greedy_decode\), got 0.0",
        ),
        ({"temperature": math.inf}, "temperature: .* got inf"),
        ({"temperature": math.nan}, "temperature: .* got nan"),
        ({"top_k": 0}, "top_k: expected a whole number of at least 1, got 0"),
        ({"top_p": 0.0}, r"top_p: expected a probability in \(0, 1\], got 0.0"),
        ({"top_p": 1.1}, r"top_p: expected a probability in \(0, 1\], got 1.1"),
    ],
)
def test_bad_arguments_are_refused(unchecked, options, message):
    with pytest.raises(InputError, match=f"^{message}$"):
        sample(Copier(), SRC, **options)


# --- rules ----------------------------------------------------------------------------------------------


def rows_of(model, **options) -> dict[str, list[list[int]]]:
    """What each way of decoding writes, a list of ids for each sentence, without padding."""
    greedy = greedy_decode(model, SRC, 12, **options).ids.tolist()
    drawn = sample(model, SRC, max_length=12, seed=0, **options).ids.tolist()
    searched = beam_search(model, SRC, 3, max_length=12, **options)
    return {
        "greedy": [[word for word in row if word] for row in greedy],
        "sampling": [[word for word in row if word] for row in drawn],
        "beam": [one.ids.tolist() for [one] in searched],
    }


@each_kind
def test_rules_hold_for_every_way_of_decoding(kind):
    broken = set()
    rules = {
        "min_length": (Rules(min_length=7), lambda row: 2 in row[:7]),
        "forbidden": (Rules(forbidden=(4, 5, 6, 7)), lambda row: {4, 5, 6, 7} & set(row)),
        "once": (Rules(no_repeat_ngram=1), lambda row: len(set(row)) < len(row)),
        "twice": (
            Rules(no_repeat_ngram=2),
            lambda row: len(set(zip(row, row[1:], strict=False))) < len(row) - 1,
        ),
    }
    for seed in (0, 2, 4):
        model = lively(kind, seed)
        for name, (rule, breaks) in rules.items():
            for way, rows in rows_of(model, rules=rule).items():
                assert not any(map(breaks, rows)), f"{name}, {way}"
            broken |= {name for rows in rows_of(model).values() if any(map(breaks, rows))}
    assert broken == set(rules)  # without rules, the model does all that they forbid


@each_kind
def test_rules_do_not_touch_the_probabilities(kind):
    model, rules = lively(kind), Rules(min_length=5, forbidden=(4, 5), no_repeat_ngram=2)
    decoded = greedy_decode(model, SRC, 9, rules=rules)
    tgt = torch.cat([torch.ones(4, 1, dtype=torch.long), decoded.ids], dim=1)
    torch.testing.assert_close(decoded.log_probs, log_probabilities(model, SRC, tgt))
    assert not torch.equal(decoded.ids, greedy_decode(model, SRC, 9).ids)


def test_where_the_rules_leave_nothing_the_sentence_ends():
    rules = Rules(min_length=9, forbidden=(6,), no_repeat_ngram=1)  # 3, 4 and 5 once each: no more
    assert greedy_decode(Dice(), SRC, rules=rules).ids.tolist() == [[3, 4, 5, 2]] * 4
    assert sample(Dice(), SRC, rules=rules, seed=0).ids.sort(dim=1)[0].tolist() == [[2, 3, 4, 5]] * 4
    assert all(sorted(one.ids.tolist()) == [2, 3, 4, 5] for [one] in beam_search(Dice(), SRC, rules=rules))


def test_repeated_sequences_are_found_wherever_they_stand():
    written = torch.tensor([[3, 4, 3, 5, 3], [6, 6, 6, 6, 6], [3, 4, 5, 6, 7]])
    expected = {
        1: [{3, 4, 5}, {6}, {3, 4, 5, 6, 7}],
        2: [{4, 5}, {6}, set()],
        3: [set(), {6}, set()],
        6: [set()] * 3,
    }
    for n, banned in expected.items():
        found = repeats(written, n, 9)
        assert found.shape == (3, 9) and [set(row.nonzero()[:, 0].tolist()) for row in found] == banned


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_length": -1}, "min_length: expected whole numbers of at least 0, got -1"),
        ({"min_length": True}, "min_length: expected whole numbers of at least 0, got True"),
        ({"forbidden": (4, -1)}, "forbidden: expected whole numbers of at least 0, got -1"),
        ({"no_repeat_ngram": 0}, "no_repeat_ngram: expected a whole number of at least 1, got 0"),
    ],
)
def test_rules_that_mean_nothing_are_refused(unchecked, options, message):
    with pytest.raises(InputError, match=f"^{message}$"):
        Rules(**options)


# --- prefixes -------------------------------------------------------------------------------------------

PREFIX = [[5, 6, 7], [], [8], [3, 3]]


@each_kind
def test_a_prefix_is_written_first_and_counts(kind):
    """Sentences that begin differently are decoded side by side, as they are one by one; no rule touches a prefix."""
    model, rules = lively(kind, seed=4), Rules(forbidden=(5, 6, 3))
    for way, rows in rows_of(model, prefix=PREFIX, rules=rules).items():
        for row, begin in zip(rows, PREFIX, strict=True):
            assert row[: len(begin)] == begin and not {5, 6, 3} & set(row[len(begin) :]), way
    greedy = greedy_decode(model, SRC, 12, prefix=PREFIX)
    tgt = torch.cat([torch.ones(4, 1, dtype=torch.long), greedy.ids], dim=1)
    torch.testing.assert_close(greedy.log_probs, log_probabilities(model, SRC, tgt))
    for number, [one] in enumerate(beam_search(model, SRC, 3, max_length=12, prefix=PREFIX)):
        src = SRC[number : number + 1, : int((SRC[number] != 0).sum())]
        [[alone]] = beam_search(model, src, 3, max_length=12, prefix=[PREFIX[number]])
        assert one.ids.tolist() == alone.ids.tolist() and one.score == pytest.approx(alone.score, rel=1e-9)
        total = one.log_probs.double().sum().item()
        assert one.score == pytest.approx(total / ((5 + len(one.ids)) / 6) ** 0.6)


@pytest.mark.parametrize(
    ("prefix", "message"),
    [
        ([[5]], "prefix: expected one for each of 4 sentences, got 1"),
        ([[5] * 8, [], [], []], "prefix: expected at most 7 tokens in row 0, got 8"),
        ([[], [5, 2], [], []], r"prefix: expected ids of words, got \[5, 2\] in row 1"),
        ([[], [], [0], []], r"prefix: expected ids of words, got \[0\] in row 2"),
        ([[], [], [1], []], r"prefix: expected ids of words, got \[1\] in row 2"),
        ([[], [], [], [-4]], r"prefix: expected ids of words, got \[-4\] in row 3"),
        ([[], [], [], [12]], "prefix: expected ids below 12, the vocabulary's size, got 12"),
    ],
)
def test_prefixes_that_do_not_fit_are_refused(prefix, message):
    for decode in (greedy_decode, beam_search, sample):
        with pytest.raises(InputError, match=f"^{message}$"):
            decode(lively("recurrent"), SRC, max_length=7, prefix=prefix)


def test_no_sentence_needs_no_prefix():
    nobody = torch.zeros(0, 4, dtype=torch.long)
    assert greedy_decode(lively("recurrent"), nobody, prefix=[]).ids.shape == (0, 0)
    with pytest.raises(InputError, match="prefix: expected one for each of 0 sentences, got 1"):
        greedy_decode(lively("recurrent"), nobody, prefix=[[5]])


def test_a_forbidden_id_is_one_of_the_vocabulary():
    with pytest.raises(InputError, match="forbidden: expected ids below 12, the vocabulary's size, got 12"):
        greedy_decode(lively("recurrent"), SRC, rules=Rules(forbidden=(3, 12)))
