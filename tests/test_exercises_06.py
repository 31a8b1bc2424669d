"""The check of chapter 6 accepts the solution and names each mistake."""

import pytest

from tfmr.book.exercises import chapter_06 as exercise
from tfmr.positions import RotaryPositions


def test_the_solution_passes(capsys):
    exercise.check_rotate(exercise.rotate)
    assert capsys.readouterr().out == "Right in all 3 cases.\n"


def test_the_packages_own_passes(capsys):
    exercise.check_rotate(lambda x, start: RotaryPositions(x.size(1)).rotate(x[None, None], start)[0, 0])
    assert capsys.readouterr().out.startswith("Right")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (exercise.without_start, "`start` is not used"),
        (exercise.one_speed, "same speed"),
        (exercise.half_exponent, "it should be 2i/d"),
        (exercise.halves, "here they are neighbours"),
        (exercise.clockwise, "clockwise"),
        (exercise.not_interleaved, "all first places"),
        (exercise.added, "rotary positions multiply"),
    ],
)
def test_each_mistake_is_named(wrong, words, capsys):
    exercise.check_rotate(wrong)
    out = capsys.readouterr().out
    assert out.startswith("Not yet") and words in out


def test_an_unwritten_function_is_no_mistake(capsys):
    exercise.check_rotate(lambda x, start: None)
    assert capsys.readouterr().out.startswith("Not written yet")
