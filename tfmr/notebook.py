"""What only a notebook needs: one call to set it up, and checks that name the likely mistake."""

import copy
import os
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from tfmr import plots
from tfmr.answers import difference, equal, short
from tfmr.errors import InputError
from tfmr.training import pick_device, set_seed


def setup(seed: int = 0) -> torch.device:
    """Seed every random number, set the figures' style, and return the device to compute on.

    The device is the best one there is (CUDA, MPS, CPU); the environment variable ``TFMR_DEVICE`` names
    another, for example ``cpu``.

    Raises:
        InputError: ``TFMR_DEVICE`` names a device that is not there.
    """
    set_seed(seed)
    random.seed(seed)  # the package draws from torch alone; a reader's cell may draw from these two
    np.random.seed(seed)
    plots.style()
    return pick_device(os.environ.get("TFMR_DEVICE") or None)


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
    mistake's message; otherwise it shows the first case that differs (:mod:`tfmr.answers` says how). The cases
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
