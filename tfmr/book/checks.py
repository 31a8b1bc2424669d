"""Whether a reader's function is right, and if not, the likely mistake."""

import copy
from collections.abc import Callable, Sequence
from typing import Any

import torch

from tfmr.book.answers import difference, equal, short
from tfmr.errors import InputError


def check(
    candidate: Callable,
    solution: Callable,
    cases: Sequence[tuple],
    mistakes: Sequence[tuple[str, Callable]] = (),
    *,
    tolerance: float = 1e-5,
) -> None:
    """Compare a reader's function with the solution and print one line: right, or what is wrong.

    When the two differ and the candidate behaves in every case like one of the mistakes, the line is that
    mistake's message; otherwise it shows the first case that differs (:mod:`tfmr.book.answers` says how). The cases
    are copied, so that a function which changes its arguments spoils nothing, and each call starts from the
    same random numbers.

    Args:
        candidate: what the reader wrote.
        solution: a right one.
        cases: the arguments of each call.
        mistakes: pairs (message, a function that makes this mistake). Each must differ from the solution.
        tolerance: the largest difference between numbers that counts as equal, absolute and relative.

    Raises:
        InputError: there is no case, or one is not a tuple of arguments.
    """
    if not cases or not all(isinstance(case, tuple) for case in cases):
        raise InputError("cases: expected at least one, each a tuple of arguments")
    expected = [_outcome(solution, case) for case in cases]
    came = [_outcome(candidate, case) for case in cases]
    if any(_not_written(outcome) for outcome in came) and not any(map(_not_written, expected)):
        print("Not written yet: the function returns nothing.")
        return
    different = [i for i in range(len(cases)) if not equal(expected[i], came[i], tolerance)]
    if not different:
        print("Right." if len(cases) == 1 else f"Right in all {len(cases)} cases.")
        return
    for message, wrong in mistakes:
        if all(equal(_outcome(wrong, case), out, tolerance) for case, out in zip(cases, came, strict=True)):
            print(f"Not yet: {message}")
            return
    first = different[0]
    arguments = ", ".join(short(argument) for argument in cases[first])
    print(f"Not yet: for ({arguments}) {difference(expected[first], came[first], tolerance)}.")


def _outcome(function: Callable, case: tuple) -> Any:
    """What a call returns, or the exception it raises: both are behaviour."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        try:
            return function(*copy.deepcopy(case))
        except Exception as error:  # a reader's function may raise anything
            return error


def _not_written(outcome: Any) -> bool:
    return outcome is None or outcome is Ellipsis or isinstance(outcome, NotImplementedError)
