"""The check of chapter 5 accepts the solution and names each mistake."""

import pytest
import torch

from tfmr.book.exercises import chapter_05 as exercise


def test_the_solution_passes(capsys):
    exercise.check_merge_heads(exercise.merge_heads)
    assert capsys.readouterr().out == "Right in all 3 cases.\n"


def test_a_solution_in_other_words_passes(capsys):
    exercise.check_merge_heads(lambda heads: torch.cat(heads.unbind(dim=1), dim=-1))
    assert capsys.readouterr().out.startswith("Right")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (exercise.reshaped, "pieces of several words"),
        (lambda heads: heads.contiguous().view(len(heads), heads.size(2), -1), "pieces of several words"),
        (exercise.along_words, "along the words"),
        (exercise.interleaved, "dealt out in turn"),
        (exercise.swapped, "words and places are swapped"),
        (exercise.averaged, "averaged"),
        (exercise.added, "added"),
        (exercise.not_flat, "not yet made into one"),
    ],
)
def test_each_mistake_is_named(wrong, words, capsys):
    exercise.check_merge_heads(wrong)
    out = capsys.readouterr().out
    assert out.startswith("Not yet") and words in out


def test_an_unwritten_function_is_no_mistake(capsys):
    exercise.check_merge_heads(lambda heads: None)
    assert capsys.readouterr().out.startswith("Not written yet")
