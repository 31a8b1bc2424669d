"""The check of chapter 3 accepts the solution and names each mistake."""

import pytest

from tfmr.book.exercises import chapter_03 as exercise


def test_the_solution_passes(capsys):
    exercise.check_scaled_scores(exercise.scaled_scores)
    assert capsys.readouterr().out == "Right in all 3 cases.\n"


def test_a_solution_in_other_words_passes(capsys):
    def scores(query, key):
        return (query[..., :, None, :] * key[..., None, :, :]).sum(-1) * query.shape[-1] ** -0.5

    exercise.check_scaled_scores(scores)
    assert capsys.readouterr().out.startswith("Right")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (exercise.unscaled, "nothing is divided"),
        (exercise.divided_by_size, "divide by its square root"),
        (exercise.multiplied, "you multiply"),
        (exercise.by_num_keys, "number of keys"),
        (exercise.transposed, "rows and columns are swapped"),
        (exercise.softmaxed, "leave the softmax out"),
        (exercise.all_axes_reversed, "turns all axes round"),
        (exercise.counted_from_front, "count from the end"),
    ],
)
def test_each_mistake_is_named(wrong, words, capsys):
    exercise.check_scaled_scores(wrong)
    out = capsys.readouterr().out
    assert out.startswith("Not yet") and words in out


def test_an_unwritten_function_is_no_mistake(capsys):
    exercise.check_scaled_scores(lambda query, key: None)
    assert capsys.readouterr().out.startswith("Not written yet")
