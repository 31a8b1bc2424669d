"""Every exercise of the book: right answers pass in other words, and a wrong one is told what is wrong."""

import importlib
import pkgutil

import pytest
from readers import NAMED, RIGHT, WRONG

from tfmr.book import exercises
from tfmr.book.checks import Exercise

MODULES = [
    importlib.import_module(f"{exercises.__name__}.{module.name}")
    for module in pkgutil.iter_modules(exercises.__path__)
]
EXERCISES = {
    name: value for module in MODULES for name, value in vars(module).items() if isinstance(value, Exercise)
}


def each(table):
    """Run a test for each exercise and each item that ``table`` has for it."""
    cases = [
        pytest.param(exercise, item, id=f"{name}-{number}")
        for name, exercise in EXERCISES.items()
        for number, item in enumerate(table(name, exercise))
    ]
    return pytest.mark.parametrize(("exercise", "item"), cases)


def solved_with(exercise, options):
    """The solution with a mistake in it."""
    return lambda *arguments: exercise.solution(*arguments, **options)


def distinct_pair(exercise):
    """Two mistakes that can be made at once, and together behave like none alone."""
    alone = [exercise.made(options) for _, options in exercise.mistakes]
    for i, (one, options) in enumerate(exercise.mistakes):
        for two, more in exercise.mistakes[i + 1 :]:
            both = solved_with(exercise, options | more)
            if not options.keys() & more.keys() and exercise.judge(both).message.count("two things at once"):
                return one, two, both
    raise AssertionError(f"no pair of mistakes among {len(alone)}")


def test_each_module_has_an_exercise_and_each_exercise_has_all_its_parts():
    assert all(any(isinstance(value, Exercise) for value in vars(module).values()) for module in MODULES)
    for name, exercise in EXERCISES.items():
        assert name == f"check_{exercise.solution.__name__}" and exercise.solution.__doc__
        assert len(exercise.properties) >= 4 and len(exercise.mistakes) >= 5
        assert RIGHT[name] and WRONG[name], f"{name}: tests/readers.py has no answers"
    assert {*RIGHT, *WRONG, *NAMED} == {*EXERCISES}


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_the_solution_is_right(exercise, capsys):
    assert exercise(exercise.solution, strict=True)
    assert capsys.readouterr().out == f"Right in all {len(exercise.cases)} cases.\n"


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_an_unwritten_function_is_no_mistake(exercise):
    assert exercise.judge(lambda *arguments: None).message.startswith("Not written yet")


@each(lambda name, exercise: exercise.mistakes)
def test_a_listed_mistake_is_named(exercise, item):
    sentence, options = item
    verdict = exercise.judge(solved_with(exercise, options))
    assert not verdict and verdict.reasons[-1] == "mistake"
    assert verdict.message.endswith(sentence) and "two things" not in verdict.message


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_two_mistakes_at_once_are_both_named(exercise):
    one, two, both = distinct_pair(exercise)
    assert f"First, {one} Second, {two}" in exercise.judge(both).message


@each(lambda name, exercise: exercise.properties)
def test_a_property_holds_for_the_solution_and_not_for_all(exercise, item):
    sentence, holds = item
    only = Exercise(exercise.solution, exercise.cases, properties=[item])
    assert all(bool(holds(exercise.solution, *case)) for case in exercise.cases)
    name = f"check_{exercise.solution.__name__}"
    wrong = [solved_with(exercise, options) for _, options in exercise.mistakes] + WRONG[name]
    assert any(only.broken_property(f) == sentence for f in wrong + [f for _, f in NAMED[name]])


def test_sentences_are_sentences():
    for exercise in EXERCISES.values():
        for sentence, _ in (*exercise.properties, *exercise.mistakes):
            assert sentence.endswith((".", "?")) and "  " not in sentence
            assert not sentence[0].isupper() and not sentence.startswith("Not yet")


@each(lambda name, exercise: RIGHT[name])
def test_a_right_answer_in_other_words_passes(exercise, item):
    verdict = exercise.judge(item)
    assert verdict, verdict.message


@each(lambda name, exercise: NAMED[name])
def test_what_is_wrong_is_named(exercise, item):
    words, answer = item
    verdict = exercise.judge(answer)
    assert not verdict and words in verdict.message


@each(lambda name, exercise: WRONG[name])
def test_a_wrong_answer_never_passes_and_is_told_why(exercise, item):
    verdict = exercise.judge(item)
    assert not verdict
    assert verdict.reasons[0] != "difference", verdict.message
    assert "\n" not in verdict.message and len(verdict.message) < 700
