"""How sure a score is, and a difference of two: another test set would have given other numbers.

Bootstrap resampling (Koehn 2004) draws many test sets from the one there is: as many sentences, with replacement. How
the scores vary from draw to draw says how far they hang on the choice of sentences.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from sacrebleu.significance import PairedTest

from tfmr.errors import InputError, check_count
from tfmr.evaluation.metrics import METRICS, Score, check_texts

SEED = 12345  # sacreBLEU's own
_SEED_VARIABLE = "SACREBLEU_SEED"  # where sacreBLEU looks for a seed; it has no argument for one


class Confidence(NamedTuple):
    """A score, and where it would probably lie on other sentences of the kind.

    Attributes:
        score: on the sentences as they are; the signature says how it was resampled.
        mean: of the scores of all draws.
        margin: half of the interval around ``mean`` that holds 95 % of them.
    """

    score: Score
    mean: float
    margin: float

    @property
    def low(self) -> float:
        """The lower end of the interval."""
        return self.mean - self.margin

    @property
    def high(self) -> float:
        """The upper end of the interval."""
        return self.mean + self.margin

    def __str__(self) -> str:
        return f"{self.score.score:.2f} (μ = {self.mean:.2f} ± {self.margin:.2f}; {self.score.signature})"


class Comparison(NamedTuple):
    """Two systems on the same sentences.

    Attributes:
        ours, theirs: their scores; the signatures say how they were resampled.
        difference: ours minus theirs.
        p_value: how often chance alone would make so great a difference, in either direction. Small (below 0.05, by
            convention): one system is better on sentences of this kind. It says nothing of other training runs.
    """

    ours: Score
    theirs: Score
    difference: float
    p_value: float


def compare(
    ours: Sequence[str],
    theirs: Sequence[str],
    references: Sequence[str],
    metric: str = "bleu",
    resamples: int = 1000,
    seed: int = SEED,
) -> Comparison:
    """Is one system better than another, or only luckier? Paired bootstrap resampling (Koehn 2004), by sacreBLEU.

    Each draw takes the same sentences of both systems, so that what is hard for both does not count as a difference.

    Args:
        ours, theirs: what the systems wrote for the same sources, a sentence each.
        references: what a translator wrote.
        metric: "bleu" or "chrf", as :func:`tfmr.evaluation.bleu` and :func:`tfmr.evaluation.chrf` compute them.
        resamples: how many test sets to draw; the least p-value there can be is 1 / (resamples + 1).
        seed: of the draws; the same seed, the same p-value.

    Raises:
        InputError: the lists are no texts or of unequal length, there is no such metric, too few draws, or the seed is
            no whole number of at least 1.
    """
    check_texts(ours, references, "ours")
    check_texts(theirs, references, "theirs")
    scorer = _checked(metric, resamples, seed)
    systems = [("theirs", list(theirs)), ("ours", list(ours))]
    with _seeded(seed):
        test = PairedTest(systems, {metric: scorer}, [list(references)], test_type="bs", n_samples=resamples)
        signatures, columns = test()
    [(name, signature)] = signatures.items()
    baseline, result = columns[name]
    difference = result.score - baseline.score
    # Where systems write the same, all draws differ by 0, and sacreBLEU would find none that differs by as much.
    p_value = result.p_value if difference else 1.0
    scores = (Score(float(each.score), str(signature)) for each in (result, baseline))
    return Comparison(*scores, float(difference), p_value)


def confidence(
    hypotheses: Sequence[str],
    references: Sequence[str],
    metric: str = "bleu",
    resamples: int = 1000,
    seed: int = SEED,
) -> Confidence:
    """A system's score with its 95 % interval, by bootstrap resampling (Koehn 2004) as sacreBLEU does it.

    Two systems whose intervals overlap may still differ for sure: ask :func:`compare`, which looks at the same
    sentences of both.

    Args, Raises:
        As for :func:`compare`.
    """
    check_texts(hypotheses, references)
    scorer = _checked(metric, resamples, seed)
    with _seeded(seed):
        result = scorer.corpus_score(list(hypotheses), [list(references)], n_bootstrap=resamples)
    score = Score(result.score, str(scorer.get_signature()))
    return Confidence(score, float(result._mean), float(result._ci))


def _checked(metric: str, resamples: int, seed: int):
    """sacreBLEU's metric, if all three arguments are good."""
    if metric not in METRICS:
        raise InputError(f"metric: expected one of {', '.join(METRICS)}; got {metric!r}")
    check_count("resamples", resamples)
    if resamples < 40:  # 95 %: at either end one draw of 40 is left out
        raise InputError(f"resamples: expected at least 40, got {resamples}")
    check_count("seed", seed)  # with 0, sacreBLEU would draw otherwise every time
    return METRICS[metric]()


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Let sacreBLEU draw with this seed, and put the environment back as it was."""
    before = os.environ.get(_SEED_VARIABLE)
    os.environ[_SEED_VARIABLE] = str(seed)
    try:
        yield
    finally:
        if before is None:
            del os.environ[_SEED_VARIABLE]
        else:
            os.environ[_SEED_VARIABLE] = before
