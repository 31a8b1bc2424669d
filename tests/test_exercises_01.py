"""The check of chapter 1 accepts the solution and names each mistake."""

import pytest

from tfmr.book.exercises import chapter_01 as exercise


def test_the_solution_passes(capsys):
    exercise.check_mean_nll(exercise.mean_nll)
    assert capsys.readouterr().out.startswith("Right")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (exercise.unshifted, "was given"),
        (exercise.with_padding, "padding is counted"),
        (exercise.divided_by_positions, "all positions"),
        (exercise.of_means, "within each sentence"),
        (exercise.summed, "sum over the tokens"),
        (exercise.positive, "the sign"),
    ],
)
def test_each_mistake_is_named(wrong, words, capsys):
    exercise.check_mean_nll(wrong)
    line = capsys.readouterr().out
    assert line.startswith("Not yet") and words in line
