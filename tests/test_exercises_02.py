"""The checks of chapter 2 accept the solutions and name each mistake."""

import pytest

from tfmr.attention import masked_softmax
from tfmr.book.exercises import chapter_02 as exercise
from tfmr.evaluation import links_from_weights


@pytest.mark.parametrize("right", [exercise.masked_weights, masked_softmax])
def test_the_solution_passes_and_so_does_the_package(right, capsys):
    exercise.check_masked_weights(right)
    assert capsys.readouterr().out.startswith("Right")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (exercise.no_mask, "not used"),
        (exercise.inverted, "wrong way round"),
        (exercise.wrong_axis, "over the queries"),
        (exercise.masked_after, "after the softmax"),
        (exercise.filled_with_0, "exp(0) = 1"),
    ],
)
def test_each_mistake_is_named(wrong, words, capsys):
    exercise.check_masked_weights(wrong)
    line = capsys.readouterr().out
    assert line.startswith("Not yet") and words in line


@pytest.mark.parametrize("right", [exercise.links, links_from_weights])
def test_links_are_accepted_and_so_are_the_packages(right, capsys):
    exercise.check_links(right)
    assert capsys.readouterr().out.startswith("Right")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (exercise.swapped, "(target, source)"),
        (exercise.over_targets, "over the target words"),
        (exercise.with_end_symbol, "gets no link"),
        (exercise.cut_first, "before the maximum"),
        (exercise.with_end_row, "target's end symbol"),
    ],
)
def test_each_mistake_with_links_is_named(wrong, words, capsys):
    exercise.check_links(wrong)
    line = capsys.readouterr().out
    assert line.startswith("Not yet") and words in line
