"""The check of chapter 8 accepts the solution and names each mistake."""

import pytest
import torch
from torch.nn import functional as F

from tfmr.book.exercises import chapter_08 as exercise


def test_the_solution_passes(capsys):
    exercise.check_cross_attention(exercise.cross_attention)
    assert capsys.readouterr().out == "Right in all 3 cases.\n"


def test_a_solution_in_other_words_passes(capsys):
    def attention(x, memory, visible, w_q, w_k, w_v):
        key, value = F.linear(memory[visible], w_k), F.linear(memory[visible], w_v)
        some = torch.softmax(torch.einsum("td,sd->ts", F.linear(x, w_q), key) / key.size(1) ** 0.5, dim=1)
        weights = torch.zeros(len(x), len(memory))
        weights[:, visible] = some
        return some @ value, weights

    exercise.check_cross_attention(attention)
    assert capsys.readouterr().out.startswith("Right")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (exercise.self_attention, "this is self-attention"),
        (exercise.turned_round, "turn them round"),
        (exercise.keys_from_decoder, "the keys must, too"),
        (exercise.unmasked, "the mask is missing"),
        (exercise.mask_inverted, "upside down"),
        (exercise.masked_too_late, "after the softmax"),
        (exercise.unscaled, "not divided"),
        (exercise.scaled_by_model, "root of d_model"),
        (exercise.wrong_axis, "over the queries"),
        (exercise.values_not_projected, "multiply it by w_v"),
    ],
)
def test_each_mistake_is_named(wrong, words, capsys):
    exercise.check_cross_attention(wrong)
    out = capsys.readouterr().out
    assert out.startswith("Not yet") and words in out


def test_an_unwritten_function_is_no_mistake(capsys):
    exercise.check_cross_attention(lambda *arguments: None)
    assert capsys.readouterr().out.startswith("Not written yet")
