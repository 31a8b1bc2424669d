"""The check of chapter 7 accepts the solution and names each mistake."""

import pytest

from tfmr.book.exercises import chapter_07 as exercise


def test_the_solution_passes(capsys):
    exercise.check_around(exercise.around)
    assert capsys.readouterr().out == "Right in all 4 cases.\n"


def test_a_solution_in_other_words_passes(capsys):
    def around(x, sublayer, norm, place):
        is_pre = place == "pre"
        update = sublayer(norm(x) if is_pre else x)
        total = update + x
        return total if is_pre else norm(total)

    exercise.check_around(around)
    assert capsys.readouterr().out.startswith("Right")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (exercise.no_way_around, "nothing leads around"),
        (exercise.always_post, "post-norm for both"),
        (exercise.always_pre, "pre-norm for both"),
        (exercise.swapped, "wrong way round"),
        (exercise.way_from_the_normed, "must carry x itself"),
        (exercise.normed_answer, "only what it reads"),
        (exercise.sum_of_normed, "the sum is normalised"),
        (exercise.no_norm, "there is no norm"),
        (exercise.norm_twice, "on the way out"),
    ],
)
def test_each_mistake_is_named(wrong, words, capsys):
    exercise.check_around(wrong)
    out = capsys.readouterr().out
    assert out.startswith("Not yet") and words in out


def test_an_unwritten_function_is_no_mistake(capsys):
    exercise.check_around(lambda x, sublayer, norm, place: None)
    assert capsys.readouterr().out.startswith("Not written yet")
