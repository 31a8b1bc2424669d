"""Exercises whose check always says something: whether an answer is right, and if not, what is wrong with it.

A check goes from the general to the exact. First the form: what holds the answer, its shape, whether it is
finite. Then the properties that a right answer has, such as weights that sum to 1. Then the cause: a mistake that
behaves the same, or two at once, or a likeness to the right numbers (:mod:`tfmr.book.likeness`). Last, when there is
nothing else to say, the first number that differs (:mod:`tfmr.book.answers`).
"""

import copy
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import torch

from tfmr.book import likeness
from tfmr.book.answers import LARGE, as_asked, difference, equal, same_numbers, short, wrong_form
from tfmr.book.places import where
from tfmr.book.raised import in_words
from tfmr.errors import InputError

# What stands before a cause that follows a symptom.
BY_CHANCE = (
    "the same arguments have to give the same numbers each time: leave out what is drawn, such as dropout."
)
LEADS = {"mistake": "Probably", "likeness": "In numbers"}


@dataclass(frozen=True)
class Verdict:
    """What a check found: true if the answer is right.

    Attributes:
        right: whether it is.
        message: the line that was printed.
        reasons: what the line rests on, from the general to the exact: "unwritten", "raised", "form", "property",
            "mistake", "likeness", "difference"; none if the answer is right.
    """

    right: bool
    message: str
    reasons: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.right

    def _ipython_display_(self) -> None:
        """Nothing: the message has been printed, and a notebook need not show it twice."""


@dataclass(frozen=True)
class Exercise:
    """A function to write, and how an answer is judged. Call it with the reader's function.

    Attributes:
        solution: a right answer. Its keyword-only arguments are choices whose defaults are right.
        cases: the positional arguments of each call. They are copied for each, and each starts from the same
            random numbers, so that a function which changes its arguments or draws numbers spoils nothing.
        properties: pairs (sentence, ``holds(call, *arguments)``), see :mod:`tfmr.book.properties`; a right answer
            has all of them, in every case.
        mistakes: pairs (sentence, the solution's keyword arguments that make this mistake). Those of
            different arguments are tried in pairs, too.
        axes: what the axes of the result are, in words, for an answer of another shape; of several results,
            with semicolons between them.
        case_names: what each case is, in a few words ("a sentence without padding"), to say which are right.
        tolerance: the largest difference between numbers that counts as equal, absolute and relative.

    Raises:
        InputError: there is no case, one is not a tuple of arguments, or not each has a name.
    """

    solution: Callable
    cases: Sequence[Any]
    properties: Sequence[tuple[str, Callable]] = ()
    mistakes: Sequence[tuple[str, dict[str, Any]]] = ()
    axes: str = ""
    case_names: Sequence[str] = ()
    tolerance: float = 1e-5

    def __post_init__(self) -> None:
        if not self.cases or not all(isinstance(case, tuple) for case in self.cases):
            raise InputError("cases: expected at least one, each a tuple of arguments")
        if self.case_names and len(self.case_names) != len(self.cases):
            raise InputError(
                f"case_names: expected one for each of {len(self.cases)} cases, got {len(self.case_names)}"
            )

    def __call__(self, candidate: Callable, strict: bool = False) -> Verdict:
        """Judge a reader's function and print one line: right, or what is wrong.

        Args:
            candidate: what the reader wrote.
            strict: raise instead of printing when it is not right, for a grader.

        Raises:
            AssertionError: ``strict``, and the answer is not right; the message is the line.
        """
        verdict = self.judge(candidate)
        if strict and not verdict:
            raise AssertionError(verdict.message)
        print(verdict.message)
        return verdict

    def judge(self, candidate: Callable) -> Verdict:
        """The verdict, without printing it."""
        expected = [outcome(self.solution, case) for case in self.cases]
        got = [as_asked(a, outcome(candidate, case)) for a, case in zip(expected, self.cases, strict=True)]
        right = [equal(a, b, self.tolerance) for a, b in zip(expected, got, strict=True)]
        empty = [i for i, b in enumerate(got) if _not_written(b) and not _not_written(expected[i])]
        if empty:
            return Verdict(False, self._unwritten(empty[0], right, len(empty)), ("unwritten",))
        broken = self.broken_property(candidate)
        if all(right) and broken is None:
            words = "Right." if len(right) == 1 else f"Right in all {len(right)} cases."
            changed = self._changed_argument(candidate)
            remark = f" (It changes `{changed}` in place, though: a caller's own numbers.)" if changed else ""
            return Verdict(True, words + remark)
        found = self._found(candidate, expected, got, right, broken)
        reasons, sentences = zip(*found, strict=True)
        return Verdict(False, "Not yet: " + " ".join(sentences), reasons)

    def broken_property(self, candidate: Callable) -> str | None:
        """The sentence of the first property that the function does not have; None if it has all.

        Where a property cannot be asked, because the function raises, it counts as kept.
        """

        form = self._form

        def call(*arguments):
            result = _call(candidate, arguments)
            # Who asks with an argument that wants a gradient asks for the gradient, which as_asked takes away.
            asked = any(isinstance(x, torch.Tensor) and x.requires_grad for x in arguments)
            return result if asked else as_asked(form, result)

        for sentence, holds in self.properties:
            for case in self.cases:
                kept = outcome(lambda *arguments, holds=holds: bool(holds(call, *arguments)), case)
                if kept is False:
                    return sentence
        return None

    def arguments(self, number: int) -> str:
        """The arguments of a case in a few words."""
        case = self.cases[number]
        numbers = sum(argument.numel() for argument in case if isinstance(argument, torch.Tensor))
        return ", ".join(short(argument, large=LARGE if numbers <= LARGE else 1) for argument in case)

    def _which(self, right: list[bool]) -> str:
        """The cases that are right: by their names, or the first one by its arguments."""
        if self.case_names:
            return " and ".join(name for name, good in zip(self.case_names, right, strict=True) if good)
        return f"({self.arguments(right.index(True))})"

    def _found(
        self, candidate: Callable, expected: list, got: list, right: list[bool], broken: str | None
    ) -> Iterator[tuple[str, str]]:
        """Pairs (reason, sentence): what is wrong with the answer in general, then what may have caused it."""
        symptom = self._symptom(candidate, expected, got, right, broken)
        if symptom:
            yield symptom
        cause = None if all(right) else next(self._causes(expected, got), None)
        if cause:
            reason, sentence = cause
            yield reason, f"{LEADS[reason]}: " * bool(symptom) + sentence
            return
        good = f"it is right for {self._which(right)}." if any(right) else ""
        if not symptom:
            bad = right.index(False)
            there = where(expected[bad], got[bad], self.axes)
            words = there or difference(expected[bad], got[bad], self.tolerance)
            words = f"for ({self.arguments(bad)}) {words}"
            yield "likeness" if there else "difference", f"{words}, but {good}" if good else f"{words}."
        elif good and not all(right):
            yield "likeness", f"But {good}"

    def _symptom(
        self, candidate: Callable, expected: list, got: list, right: list[bool], broken: str | None
    ) -> tuple[str, str] | None:
        """What can be said without knowing the cause: an exception, the form, chance, a property."""
        raised = [i for i, b in enumerate(got) if isinstance(b, Exception) and not right[i]]
        if raised:
            return "raised", f"for ({self.arguments(raised[0])}) {in_words(got[raised[0]])}"
        forms = (wrong_form(a, b, self.axes) for a, b in zip(expected, got, strict=True))
        if form := next(filter(None, forms), None):
            return "form", form
        if self._draws(candidate) and not self._draws(self.solution):
            return "property", BY_CHANCE
        if not all(right) and (words := likeness.coarse(expected, got)):
            return "likeness", words
        return ("property", broken) if broken else None

    def _causes(self, expected: list, got: list) -> Iterator[tuple[str, str]]:
        """Sentences that explain the whole behaviour, the simplest first."""
        ways = [(sentence, options, self.made(options)) for sentence, options in self.mistakes]
        for sentence, _, made in ways:
            if _behave_alike(made, got, self.tolerance):
                yield "mistake", sentence
        if all(same_numbers(a, b, self.tolerance) for a, b in zip(expected, got, strict=True)):
            return  # only what holds them is wrong: two mistakes that undo each other are none
        named = [dict(zip(self._names, case, strict=False)) for case in self.cases]
        if (words := likeness.of(expected, got, named, axes=self.axes)) is not None:
            yield "likeness", words
        for (one, options, _), (two, more, _) in combinations(ways, 2):
            if not options.keys() & more.keys() and _behave_alike(
                self.made(options | more), got, self.tolerance
            ):
                yield "mistake", f"two things at once. First, {one} Second, {two}"
        for sentence, _, made in ways:
            if (words := likeness.of(made, got, named, simple=True, axes=self.axes)) is not None:
                yield "mistake", f"two things at once. First, {sentence} Second, with that mended: {words}"
        if (words := likeness.case_by_case(expected, got)) is not None:
            yield "likeness", words

    def made(self, options: dict[str, Any]) -> list:
        """What the solution does in each case with this mistake in it."""
        return [outcome(self.solution, case, **options) for case in self.cases]

    def _draws(self, function: Callable) -> bool:
        """Whether other random numbers give another result."""
        one, other = (
            [as_asked(self._form, outcome(function, case, seed)) for case in self.cases] for seed in (0, 1)
        )
        return not _behave_alike(one, other, self.tolerance)

    def _changed_argument(self, candidate: Callable) -> str | None:
        """The name of the first tensor among the arguments that a call changes."""
        for case in self.cases:
            given = copy.deepcopy(case)
            outcome(lambda *_, given=given: candidate(*given), ())
            for name, before, after in zip(self._names, case, given, strict=False):
                if isinstance(before, torch.Tensor) and not torch.equal(before, after):
                    return name
        return None

    @property
    def _form(self) -> Any:
        """A right result, for the form that is asked for."""
        return outcome(self.solution, self.cases[0])

    @property
    def _names(self) -> list[str]:
        return list(inspect.signature(self.solution).parameters)

    def _unwritten(self, first: int, right: list[bool], how_many: int) -> str:
        if how_many == len(right):
            return "Not written yet: the function returns nothing."
        return (
            f"Not written yet: for ({self.arguments(first)}) the function returns nothing "
            f"(right so far: {sum(right)} of {len(right)} cases)."
        )


def outcome(function: Callable, case: tuple, seed: int = 0, **options) -> Any:
    """What a call returns, or the exception it raises: both are behaviour."""
    try:
        return _call(function, case, seed, **options)
    except Exception as error:  # a reader's function may raise anything
        return error


def _call(function: Callable, case: tuple, seed: int = 0, **options) -> Any:
    """A call with copies of the arguments, from the same random numbers each time."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return function(*copy.deepcopy(case), **options)


def _behave_alike(made: list, got: list, tolerance: float) -> bool:
    """Whether two functions did the same in every case; what they raised must be the same, word for word."""
    return all(
        repr(a) == repr(b)
        if isinstance(a, Exception) and isinstance(b, Exception)
        else equal(a, b, tolerance) or same_numbers(a, b, tolerance)
        for a, b in zip(made, got, strict=True)
    )


def _not_written(outcome: Any) -> bool:
    """Whether nothing was written: PyTorch, too, raises NotImplementedError, for a type that it does not know."""
    if isinstance(outcome, NotImplementedError):
        return "not implemented for" not in str(outcome)
    return outcome is None or outcome is Ellipsis
