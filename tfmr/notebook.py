"""What only a notebook needs: one call to set it up, and checks that name the likely mistake."""

import copy
import os
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from tfmr import plots
from tfmr.errors import InputError
from tfmr.training import pick_device, set_seed

LARGE = 12  # a tensor with more numbers is shown by its shape


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
    mistake's message; otherwise it shows the first case that differs. The cases are copied, so that a
    function which changes its arguments spoils nothing, and each call starts from the same random numbers.

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
    different = [i for i in range(len(cases)) if not _equal(expected[i], came[i], tolerance)]
    if not different:
        print("Right." if len(cases) == 1 else f"Right in all {len(cases)} cases.")
        return
    for message, wrong in mistakes:
        if all(_equal(_outcome(wrong, case), out, tolerance) for case, out in zip(cases, came, strict=True)):
            print(f"Not yet: {message}")
            return
    first = different[0]
    arguments = ", ".join(_short(argument) for argument in cases[first])
    print(f"Not yet: for ({arguments}) {_difference(expected[first], came[first], tolerance)}.")


def _outcome(function: Callable, case: tuple) -> Any:
    """What a call returns, or the exception it raises: both are behaviour."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        try:
            return function(*copy.deepcopy(case))
        except Exception as error:  # a reader's function may raise anything
            return error


def _difference(expected: Any, came: Any, tolerance: float) -> str:
    """What differs; of two large tensors of one shape, the first number that does."""
    if isinstance(expected, tuple) and isinstance(came, tuple) and len(expected) == len(came) > 0:
        pairs = list(zip(expected, came, strict=True))
        index = next(i for i, (a, b) in enumerate(pairs) if not _equal(a, b, tolerance))
        return f"result {index + 1} of {len(pairs)}: {_difference(*pairs[index], tolerance)}"
    both_tensors = isinstance(expected, torch.Tensor) and isinstance(came, torch.Tensor)
    if both_tensors and expected.shape == came.shape and expected.numel() > LARGE:
        for index in np.ndindex(*expected.shape):
            if not _equal(expected[index], came[index], tolerance):
                return f"expected {_short(expected[index])} at {list(index)}, got {_short(came[index])}"
    return f"expected {_short(expected)}, got {_short(came)}"


def _not_written(outcome: Any) -> bool:
    return outcome is None or outcome is Ellipsis or isinstance(outcome, NotImplementedError)


def _equal(a: Any, b: Any, tolerance: float) -> bool:
    """Equal in kind, shape and value; numbers up to the tolerance, NaN equal to NaN."""
    if isinstance(a, Exception) or isinstance(b, Exception):
        return type(a) is type(b)
    if isinstance(a, torch.Tensor) or isinstance(b, torch.Tensor):
        if type(a) is not type(b) or a.shape != b.shape or a.is_floating_point() != b.is_floating_point():
            return False
        if (a.dtype == torch.bool) != (b.dtype == torch.bool):
            return False
        return torch.allclose(a.double(), b.double(), rtol=tolerance, atol=tolerance, equal_nan=True)
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return _equal(torch.as_tensor(a), torch.as_tensor(b), tolerance) if type(a) is type(b) else False
    if isinstance(a, (list, tuple)):
        same_kind = isinstance(b, type(a)) and len(a) == len(b)
        return same_kind and all(_equal(x, y, tolerance) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(_equal(a[k], b[k], tolerance) for k in a)
    if isinstance(a, (float, np.floating)) and isinstance(b, (int, float, np.number)):
        return bool(np.isclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True))
    return bool(a == b)


def _short(value: Any) -> str:
    """A value in a few words on one line: small tensors by their numbers, large ones by their shape."""
    if isinstance(value, Exception):
        return _one_line(f"{type(value).__name__}: {value}")
    if isinstance(value, np.ndarray):
        value = torch.as_tensor(value)
    if isinstance(value, torch.Tensor):
        if value.numel() > LARGE:
            return f"a {'×'.join(map(str, value.shape))} tensor"
        return _short(value.tolist()) if value.ndim == 0 else f"tensor {_short(value.tolist())}"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, (list, tuple)):
        inside = ", ".join(_short(item) for item in value)
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    return _one_line(repr(value))


def _one_line(text: str) -> str:
    """At most 80 characters, no line breaks, no memory addresses: the same line in every run."""
    text = re.sub(r" at 0x[0-9a-f]+", "", " ".join(text.split()))
    return text if len(text) <= 80 else text[:77] + "..."
