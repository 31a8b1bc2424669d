"""The check of chapter 4 accepts the solution and names each mistake."""

import pytest
import torch

from tfmr.book.exercises import chapter_04 as exercise
from tfmr.masks import causal_mask, padding_mask


def test_the_solution_passes(capsys):
    exercise.check_target_mask(exercise.target_mask)
    assert capsys.readouterr().out == "Right in all 3 cases.\n"


def test_a_solution_in_other_words_passes(capsys):
    exercise.check_target_mask(lambda ids, pad_id: padding_mask(ids, pad_id) & causal_mask(ids.size(1)))
    assert capsys.readouterr().out.startswith("Right")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (exercise.inverted, "the opposite"),
        (exercise.without_itself, "see itself"),
        (exercise.future_only, "hide the past"),
        (exercise.causal_only, "padding can be attended"),
        (exercise.padding_only, "the future can be attended"),
        (exercise.either, "both have to allow"),
        (exercise.padded_rows, "not padded keys"),
        (exercise.zero_is_padding, "use pad_id"),
        (exercise.numbers, "boolean"),
        (exercise.rows_and_columns, "leave the rows alone"),
    ],
)
def test_each_mistake_is_named(wrong, words, capsys):
    exercise.check_target_mask(wrong)
    out = capsys.readouterr().out
    assert out.startswith("Not yet") and words in out


def test_an_unwritten_function_is_no_mistake(capsys):
    exercise.check_target_mask(lambda ids, pad_id: None)
    assert capsys.readouterr().out.startswith("Not written yet")


def test_the_solution_is_what_a_causal_padded_decoder_uses():
    ids = torch.tensor([[4, 0]])
    assert exercise.target_mask(ids, 0).tolist() == [[[True, False], [True, False]]]
