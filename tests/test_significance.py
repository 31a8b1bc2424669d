"""How sure a score is: sacreBLEU's bootstrap against one written out, and nothing left changed."""

import os
import random

import numpy as np
import pytest
import sacrebleu

from tfmr.errors import InputError
from tfmr.evaluation import bleu, chrf, compare, confidence, significance

WORDS = "the a cat dog sleeps eats on in old table black red small house and".split()


def sentences(count, mistakes, seed=0):
    """References, and the same with this many words of each replaced."""
    draw = random.Random(seed)
    references = [[draw.choice(WORDS) for _ in range(12)] for _ in range(count)]
    spoilt = random.Random(100 * seed + 10 * mistakes + 1)
    hypotheses = [list(words) for words in references]
    for words in hypotheses:
        for place in spoilt.sample(range(12), mistakes):
            words[place] = "wrong"
    return [" ".join(words) for words in hypotheses], [" ".join(words) for words in references]


def draws(count, resamples, seed):
    return np.random.default_rng(seed).choice(count, size=(resamples, count), replace=True)


def corpus_score(metric, hypotheses, references):
    score = {"bleu": sacrebleu.corpus_bleu, "chrf": sacrebleu.corpus_chrf}[metric]
    return score(hypotheses, [references]).score


@pytest.mark.parametrize("metric", ["bleu", "chrf"])
def test_a_comparison_is_the_paired_bootstrap_written_out(metric):
    ours, references = sentences(12, 2)
    theirs, _ = sentences(12, 3)
    result = compare(ours, theirs, references, metric, resamples=60, seed=7)
    plain = {"bleu": bleu, "chrf": chrf}[metric]
    assert result.ours.score == pytest.approx(plain(ours, references).score)
    assert result.theirs.score == pytest.approx(plain(theirs, references).score)
    assert (
        result.difference == pytest.approx(result.ours.score - result.theirs.score) and result.difference > 0
    )
    differences = []
    for rows in draws(12, 60, seed=7):
        pick = [[texts[row] for row in rows] for texts in (ours, theirs, references)]
        differences.append(
            abs(corpus_score(metric, pick[0], pick[2]) - corpus_score(metric, pick[1], pick[2]))
        )
    centred = np.array(differences) - np.mean(differences)
    assert result.p_value == pytest.approx(((centred > result.difference).sum() + 1) / 61)


def test_a_great_difference_is_sure_and_a_small_one_is_not():
    good, references = sentences(60, 1)
    bad, _ = sentences(60, 4)
    sure = compare(good, bad, references, resamples=200)
    assert sure.difference > 10 and sure.p_value < 0.01
    alike, _ = sentences(60, 1)
    alike[0] = "wrong " * 3 + alike[0]
    unsure = compare(good, alike, references, resamples=200)
    assert unsure.difference != 0 and unsure.p_value > 0.05


def test_whoever_is_named_first_is_ours():
    ours, references = sentences(30, 2)
    theirs, _ = sentences(30, 3)
    one, other = compare(ours, theirs, references), compare(theirs, ours, references)
    assert (one.ours, one.theirs) == (other.theirs, other.ours)
    assert one.difference == -other.difference and one.p_value == other.p_value


def test_what_is_the_same_differs_by_chance():
    """sacreBLEU finds no draw in which a system differs from itself, and would call that significant."""
    ours, references = sentences(30, 2)
    result = compare(ours, list(ours), references)
    assert (result.difference, result.p_value) == (0, 1)


def test_the_signature_says_how_it_was_resampled():
    ours, references = sentences(30, 2)
    for score in (*compare(ours, references, references, resamples=50, seed=3)[:2],
                  confidence(ours, references, resamples=50, seed=3).score):  # fmt: skip
        assert "bs:50|seed:3|case:mixed" in score.signature and "tok:13a" in score.signature
    assert "nc:6" in confidence(ours, references, "chrf").score.signature


@pytest.mark.parametrize("metric", ["bleu", "chrf"])
def test_a_confidence_is_the_bootstrap_written_out(metric):
    hypotheses, references = sentences(12, 3)
    result = confidence(hypotheses, references, metric, resamples=80, seed=7)
    scores = sorted(
        corpus_score(metric, [hypotheses[row] for row in rows], [references[row] for row in rows])
        for rows in draws(12, 80, seed=7)
    )
    assert result.score.score == pytest.approx(corpus_score(metric, hypotheses, references))
    assert result.mean == pytest.approx(np.mean(scores))
    assert result.margin == pytest.approx((scores[-3] - scores[2]) / 2)  # without 2 of 80 at either end
    assert result.low == pytest.approx(result.mean - result.margin)
    assert result.high == pytest.approx(result.mean + result.margin)
    assert f"{result.score.score:.2f} (μ = {result.mean:.2f} ± {result.margin:.2f}; nrefs:1" in str(result)


def test_more_sentences_make_a_score_surer():
    assert confidence(*sentences(400, 3)).margin < 0.6 * confidence(*sentences(40, 3)).margin


def test_the_seed_decides_and_the_environment_does_not(monkeypatch):
    ours, references = sentences(30, 2)
    monkeypatch.setenv("SACREBLEU_SEED", "none")
    first = confidence(ours, references, seed=5)
    monkeypatch.setenv("SACREBLEU_SEED", "6")
    assert confidence(ours, references, seed=5) == first
    assert confidence(ours, references, seed=6) != first
    theirs, _ = sentences(30, 3)
    assert compare(ours, theirs, references, seed=5) == compare(ours, theirs, references, seed=5)


@pytest.mark.parametrize("before", ["99", None])
def test_no_global_state_is_changed_even_by_an_error(before, monkeypatch):
    if before is None:
        monkeypatch.delenv("SACREBLEU_SEED", raising=False)
    else:
        monkeypatch.setenv("SACREBLEU_SEED", before)
    ours, references = sentences(5, 2)
    state = np.random.get_state()[1].tolist()
    compare(ours, references, references, resamples=40)
    confidence(ours, references, resamples=40)

    def broken(*args, **kwargs):
        assert os.environ["SACREBLEU_SEED"] == "4"
        raise KeyboardInterrupt

    monkeypatch.setattr(significance, "PairedTest", broken)
    with pytest.raises(KeyboardInterrupt):
        compare(ours, references, references, seed=4)
    assert os.environ.get("SACREBLEU_SEED") == before
    assert np.random.get_state()[1].tolist() == state


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"metric": "ter"}, "^metric: expected one of bleu, chrf; got 'ter'"),
        ({"resamples": 39}, "^resamples: expected at least 40, got 39"),
        ({"resamples": 50.5}, "^resamples: expected a whole number"),
        ({"seed": 0}, "^seed: expected a whole number of at least 1, got 0"),
    ],
)
def test_bad_arguments_are_refused(arguments, said, unchecked):
    ours, references = sentences(3, 2)
    with pytest.raises(InputError, match=said):
        compare(ours, references, references, **arguments)
    with pytest.raises(InputError, match=said):
        confidence(ours, references, **arguments)


def test_what_is_not_two_lists_of_text_is_refused(unchecked):
    for bad in ([], ["a"], "a b", [1, 2]):
        with pytest.raises(InputError, match="^hypotheses"):
            confidence(bad, ["a", "b"])
        with pytest.raises(InputError, match="^ours"):
            compare(bad, ["a", "b"], ["a", "b"])
        with pytest.raises(InputError, match="^theirs"):
            compare(["a", "b"], bad, ["a", "b"])
