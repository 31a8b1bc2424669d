"""Metrics: sacreBLEU's own numbers, its signature, and the arithmetic of alignment errors."""

import math

import pytest
import sacrebleu
from hypothesis import given
from hypothesis import strategies as st

from tfmr.cli.terminal import shown
from tfmr.errors import InputError
from tfmr.evaluation import (
    AlignmentScores,
    alignment_error_rate,
    alignment_scores,
    bleu,
    chrf,
    combination_rate,
    literature_bleu,
)
from tfmr.training import perplexity

HYPOTHESES = ["I love learning .", "The cat sleeps on the old table ."]
REFERENCES = ["I love learning artificial intelligence .", "The cat is sleeping on the table ."]
LINKS = st.frozensets(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=8)


def test_trap_09_scores_are_those_of_sacrebleu():
    assert bleu(HYPOTHESES, REFERENCES).score == sacrebleu.corpus_bleu(HYPOTHESES, [REFERENCES]).score
    assert chrf(HYPOTHESES, REFERENCES).score == sacrebleu.corpus_chrf(HYPOTHESES, [REFERENCES]).score
    assert bleu(REFERENCES, REFERENCES).score == pytest.approx(100)


def test_trap_09_the_signature_says_cased_and_13a():
    signature = bleu(HYPOTHESES, REFERENCES).signature
    assert "case:mixed" in signature and "tok:13a" in signature and "version:" in signature
    assert signature in str(bleu(HYPOTHESES, REFERENCES))


def test_trap_09_lower_case_and_swapped_arguments_give_another_score():
    honest = bleu(HYPOTHESES, REFERENCES).score
    assert bleu([h.upper() for h in HYPOTHESES], REFERENCES).score < honest
    assert bleu(REFERENCES, HYPOTHESES).score != pytest.approx(honest)


def test_trap_09_the_figure_of_the_literature_says_that_it_is_in_lower_case():
    lowered = [[text.lower() for text in texts] for texts in (HYPOTHESES, REFERENCES)]
    shouted = [text.upper() for text in HYPOTHESES]
    score = literature_bleu(HYPOTHESES, REFERENCES)
    assert score.score == bleu(*lowered).score == literature_bleu(shouted, REFERENCES).score
    assert literature_bleu(REFERENCES, HYPOTHESES).score != pytest.approx(score.score)
    assert "case:lc" in score.signature and "tok:13a" in score.signature
    assert score.signature.replace("case:lc", "case:mixed") == bleu(HYPOTHESES, REFERENCES).signature


def test_trap_09_the_figure_of_the_literature_is_of_raw_text():
    """Full stops lean on their words or stand alone: 13a cuts them off, so that both are the same."""
    leaning = [text.replace(" .", ".") for text in HYPOTHESES]
    assert literature_bleu(leaning, REFERENCES) == literature_bleu(HYPOTHESES, REFERENCES)


def test_trap_09_tokenised_text_is_another_text():
    reference = ["It's five o'clock, isn't it?"] * 3
    tokenised = ["It ' s five o ' clock , isn ' t it ?"] * 3
    assert bleu(tokenised, reference).score < bleu(reference, reference).score


@pytest.mark.parametrize(
    ("hypotheses", "references"),
    [(["a"], ["a", "b"]), ([], []), ("a b", "a b"), ([["a", "b"]], ["a b"]), (["a"], [["a"]])],
)
def test_what_is_not_two_lists_of_text_is_refused(hypotheses, references, unchecked):
    for metric in (bleu, chrf, literature_bleu):
        with pytest.raises(InputError, match="^(hypotheses|references).*: expected"):
            metric(hypotheses, references)


def test_perplexity_of_a_uniform_guess_is_the_vocabulary():
    assert perplexity(math.log(50)) == pytest.approx(50)


def test_a_perplexity_beyond_all_numbers_is_infinite():
    assert perplexity(709.0) < math.inf
    assert perplexity(800.0) == perplexity(math.inf) == math.inf
    assert math.isnan(perplexity(math.nan))


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(3.14159, 2, "3.14"), (999_999.4, 2, "999999.40"), (1e6, 2, "1.00e+06"), (-2e7, 1, "-2.0e+07"),
     (1e150, 3, "1.000e+150"), (math.inf, 2, "inf"), (math.nan, 2, "nan")],
)  # fmt: skip
def test_a_measured_number_is_never_longer_than_a_line(value, decimals, text):
    assert shown(value, decimals) == text


@given(st.lists(LINKS.filter(bool), min_size=1, max_size=4))
def test_aer_of_the_gold_is_zero_and_of_nothing_is_one(gold):
    assert alignment_error_rate(gold, gold) == 0
    assert alignment_error_rate([set()] * len(gold), gold) == 1


def test_aer_by_hand():
    # One of two predicted links is sure, the other only possible; one sure link is missed.
    predicted, sure, possible = [{(0, 0), (1, 1)}], [{(0, 0), (2, 2)}], [{(1, 1)}]
    assert alignment_error_rate(predicted, sure, possible) == pytest.approx(1 - (1 + 2) / (2 + 2))
    assert alignment_error_rate(predicted, sure) == pytest.approx(1 - (1 + 1) / (2 + 2))


def test_precision_is_over_possible_links_and_recall_over_sure_ones():
    # Of three links found one is sure, one possible, one wrong; of the four sure ones three are missed.
    found, sure, possible = [{(0, 0), (1, 1), (3, 0)}], [{(0, 0), (2, 2), (3, 3), (4, 4)}], [{(1, 1)}]
    scores = alignment_scores(found, sure, possible)
    assert scores == (pytest.approx(2 / 3), pytest.approx(1 / 4), pytest.approx(1 - (1 + 2) / (3 + 4)))
    assert scores._fields == ("precision", "recall", "error_rate")
    assert str(scores) == "0.571 (precision 0.667, recall 0.250)"
    assert alignment_scores(found, sure).precision == pytest.approx(1 / 3)


def test_links_are_summed_before_anything_is_divided():
    found, sure = [{(0, 0)}, {(0, 0), (1, 0), (2, 0)}], [{(0, 0)}, {(0, 1), (1, 1), (2, 1)}]
    assert alignment_scores(found, sure) == (1 / 4, 1 / 4, 3 / 4)  # the mean of the two sentences were 1/2


def test_of_nothing_all_is_right():
    assert alignment_scores([set()], [{(0, 0)}]) == AlignmentScores(1, 0, 1)
    assert alignment_scores([{(0, 0), (1, 1)}], [set()], [{(0, 0)}]) == AlignmentScores(1 / 2, 1, 1 / 2)


@given(st.lists(st.tuples(LINKS, LINKS, LINKS), min_size=1, max_size=4))
def test_the_error_rate_lies_between_what_is_wrong_and_what_is_missed(sets):
    found, sure, possible = map(list, zip(*sets, strict=True))
    if not any(found) and not any(sure):
        return
    precision, recall, error_rate = alignment_scores(found, sure, possible)
    wrong, missed = 1 - precision, 1 - recall
    assert min(wrong, missed) - 1e-9 <= error_rate <= max(wrong, missed) + 1e-9
    assert error_rate == alignment_error_rate(found, sure, possible)


@given(st.lists(st.tuples(LINKS, LINKS, LINKS), min_size=1, max_size=4))
def test_aer_is_a_rate_and_possible_links_only_help(sets):
    predicted, sure, possible = map(list, zip(*sets, strict=True))
    if not any(predicted) and not any(sure):
        return
    with_possible = alignment_error_rate(predicted, sure, possible)
    assert 0 <= with_possible <= alignment_error_rate(predicted, sure) <= 1


def test_aer_refuses_unequal_or_empty_lists():
    with pytest.raises(InputError, match="one set of links a sentence"):
        alignment_error_rate([set()], [])
    with pytest.raises(InputError, match="at least one link"):
        alignment_error_rate([set()], [set()])


REFERENCE = "Emma ate the red apple in the modern museum ."


@pytest.mark.parametrize(
    ("combination", "hypothesis", "held"),
    [
        ("modern museum", "The modern museum was red .", True),
        ("modern museum", "The modern museums were red .", False),  # these very words
        ("modern museum", "Modern museum .", False),
        ("modern museum", "The museum modern .", False),  # in this order
        ("modern museum", "The modern red museum .", False),  # side by side, as in the reference
        ("modern museum", "The museum and a modern museum .", True),
        ("modern museum", "A modern and modern museum .", True),
        ("ate apple", "Emma ate an apple .", True),
        ("ate apple", "Emma ate the very apple .", True),
        ("ate apple", "Emma ate her bread and an apple .", False),  # farther apart than in the reference
        ("ate apple", "Emma ate , and Marie ate an apple .", True),
        ("ate apple", "Emma ate .", False),
        ("ate apple", "", False),
        ("ate red apple", "Emma ate his red apple .", True),
        ("ate red apple", "Emma ate the apple .", False),
        ("museum", "The museum .", True),
    ],
)
def test_a_combination_is_held_if_it_stands_there_as_in_the_reference(combination, hypothesis, held):
    assert combination_rate([hypothesis], [REFERENCE], [tuple(combination.split())]) == held


def test_the_nearest_occurrence_in_the_reference_counts():
    reference = "Emma ate while the boy ate an apple , not the other apple ."
    assert combination_rate(["They ate a bad apple ."], [reference], [("ate", "apple")]) == 0
    assert combination_rate(["They ate the apple ."], [reference], [("ate", "apple")]) == 1


def test_a_combination_rate_is_a_share_of_sentences():
    references, pairs = [REFERENCE] * 4, [("modern", "museum")] * 4
    assert combination_rate(references, references, pairs) == 1
    assert combination_rate([REFERENCE, "The end .", "A museum .", REFERENCE], references, pairs) == 0.5
    assert (
        combination_rate(["Marie's cat ."], ["Marie's cat ."], [["'s", "cat"]]) == 1
    )  # words of word_tokenize


@pytest.mark.parametrize(
    ("combinations", "said"),
    [
        ([], r"^combinations: expected one for each of the 1 references, got 0$"),
        (
            [("museum", "modern")],
            r"^combinations: expected words of '.*' in their order, got \('museum', 'modern'\)$",
        ),
        ([("big", "museum")], "^combinations: expected words of"),
        ([()], r"^combinations: expected words of '.*' in their order, got \(\)$"),
        (["modern museum"], "^combinations: expected words of"),
    ],
)
def test_a_combination_that_the_reference_has_not_is_refused(combinations, said):
    with pytest.raises(InputError, match=said):
        combination_rate(["The modern museum ."], [REFERENCE], combinations)


def test_a_combination_rate_of_anything_but_texts_is_refused(unchecked):
    for hypotheses, references in (([], []), (["a"], ["a", "b"]), ("a b", ["a b"])):
        with pytest.raises(InputError, match="^hypotheses"):
            combination_rate(hypotheses, references, [("a",)] * len(references))
