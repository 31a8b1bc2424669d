"""Whether two answers are the same, and if not, in one line, what differs.

A right number is right whatever holds it: a Python number, NumPy's, a tensor without axes. Several numbers must
come in what was asked for (a tensor, a list); where only that is wrong, the line says so.
"""

import inspect
import re
from collections.abc import Iterator
from os.path import commonprefix
from typing import Any

import numpy as np
import torch

LARGE = 12  # of more numbers than this, only the first that differs is shown
LONG = 80  # characters of a line
_CATEGORIES = {"b": "bool", "i": "integer", "u": "integer", "f": "float", "c": "complex"}


def equal(expected: Any, got: Any, tolerance: float) -> bool:
    """Equal in kind, shape and value; whole numbers exactly, others up to the tolerance, NaN equal to NaN."""
    if isinstance(expected, Exception) or isinstance(got, Exception):
        return type(expected) is type(got)
    if _is_number(expected) and _is_number(got):
        return _close(expected, got, tolerance)
    if _is_array(expected) or _is_array(got):
        return kind_of(expected) == kind_of(got) and same_numbers(expected, got, tolerance)
    if isinstance(expected, (list, tuple)):
        same_kind = isinstance(got, type(expected)) and len(expected) == len(got)
        return same_kind and all(equal(a, b, tolerance) for a, b in zip(expected, got, strict=True))
    if isinstance(expected, dict):
        same_keys = isinstance(got, dict) and expected.keys() == got.keys()
        return same_keys and all(equal(expected[key], got[key], tolerance) for key in expected)
    return bool(expected == got)


def as_asked(expected: Any, got: Any) -> Any:
    """The answer in the form that was asked for, where the form makes no difference.

    A NumPy array is as good as a tensor, a list of results as good as a tuple, pairs in a list or in the rows of an array as good as a set, and
    whether a tensor has a gradient is no matter. Anything else stays as it is.
    """
    if isinstance(expected, tuple) and isinstance(got, (tuple, list)) and len(expected) == len(got):
        return tuple(as_asked(a, b) for a, b in zip(expected, got, strict=True))
    if isinstance(expected, torch.Tensor) and isinstance(got, np.ndarray) and got.dtype.kind in _CATEGORIES:
        return torch.as_tensor(np.ascontiguousarray(got)).view(got.shape)
    if isinstance(expected, set) and _is_array(got) and got.ndim == 2 and "integer" in kind_of(got):
        got = got.tolist()
    if isinstance(expected, set) and isinstance(got, (set, frozenset, list, tuple)):
        try:
            return {tuple(map(int, item)) if isinstance(item, (list, tuple)) else item for item in got}
        except (TypeError, ValueError):  # not of whole numbers, or with a list inside
            return got
    return got.detach() if isinstance(got, torch.Tensor) else got


def wrong_form(expected: Any, got: Any, axes: str = "") -> str | None:
    """A sentence about what holds the answer, its shape or numbers that are none; None if all that is as asked.

    Args:
        axes: what the axes of the answer are, in words; for several results with semicolons between them.
    """
    if isinstance(expected, tuple):
        if not isinstance(got, tuple) or len(got) != len(expected):
            number = f"{len(got)}" if isinstance(got, tuple) else kind_of(got)
            return f"expected {len(expected)} results, got {number}."
        names = axes.split("; ") if axes else [""] * len(got)
        for number, (a, b, name) in enumerate(zip(expected, got, names, strict=True), start=1):
            if (words := wrong_form(a, b, name)) is not None:
                return f"of result {number}: {words}"
        return None
    if as_numbers(expected) is None:
        same = isinstance(got, type(expected))
        return None if same else f"expected {kind_of(expected)}, got {kind_of(got)}."
    if as_numbers(got) is None:
        return f"expected {_form(expected, axes)}, got {kind_of(got)}."
    if as_numbers(expected).shape != as_numbers(got).shape:
        return f"expected {_form(expected, axes)}, got {_form(got)}."
    if not _is_number(expected) and kind_of(expected) != kind_of(got):
        right = "the numbers are right, but " * same_numbers(expected, got, 1e-5)
        return f"{right}expected {kind_of(expected)}, got {kind_of(got)}."
    numbers = as_numbers(got)
    if as_numbers(expected).isfinite().all() and not numbers.isfinite().all():
        first = (~numbers.isfinite()).nonzero()[0].tolist()
        if numbers.isnan().any():
            return (
                f"{int(numbers.isnan().sum())} of {numbers.numel()} numbers are NaN, as after 0/0, inf - inf or the root of "
                "a negative number; a softmax over nothing but -inf gives that, too."
            )
        return f"a number is infinite{f' at {first}' * bool(first)}: expected finite ones only."
    return None


def difference(expected: Any, got: Any, tolerance: float, place: str = "") -> str:
    """What differs, as ``expected …, got …``; what is shown for the two is never the same.

    Args:
        place: where in a larger answer the two stand, such as `` at [1, 3]``.
    """
    for before, where, a, b in _parts(expected, got):
        if not equal(a, b, tolerance):
            return f"{before}{difference(a, b, tolerance, place + where)}"
    kinds = kind_of(expected), kind_of(got)
    one_number = _is_number(expected) and _is_number(got)
    if not one_number and kinds[0] != kinds[1] and same_numbers(expected, got, tolerance):
        return f"the numbers are right, but expected {kinds[0]}{place}, got {kinds[1]}"
    if isinstance(expected, str) and isinstance(got, str) and len(expected) > LONG // 2:
        same = max(
            0, len(commonprefix([expected, got])) - 10
        )  # a few characters before the first that differs
        expected, got = "…" * (same > 0) + expected[same:], "…" * (same > 0) + got[same:]
    for digits in range(4, 18):  # as many as it takes
        texts = short(expected, digits), short(got, digits)
        if texts[0] != texts[1]:
            return f"expected {texts[0]}{place}, got {texts[1]}"
    return f"expected {texts[0]}{place}, got {kinds[1]} that looks the same and is not equal"


def kind_of(value: Any) -> str:
    """What holds the value, in words: ``a float tensor``, ``an integer NumPy array``, ``a list``."""
    if isinstance(value, torch.Tensor):
        name, category = "tensor", _category(value)
    elif isinstance(value, np.ndarray):
        name, category = "NumPy array", _CATEGORIES.get(value.dtype.kind, "")
    else:
        name, category = type(value).__name__, ""
    words = f"{category} {name}".strip()
    return f"{'an' if words[0].lower() in 'aeiou' else 'a'} {words}"


def short(value: Any, digits: int = 4, large: int = LARGE) -> str:
    """A value in a few words on one line: tensors of up to ``large`` numbers by these, others by their shape."""
    if isinstance(value, Exception):
        return _one_line(f"{type(value).__name__}: {value}")
    if isinstance(value, torch.Tensor) and value.is_meta:
        return "a tensor without values"
    if _is_array(value):
        name = "tensor" if isinstance(value, torch.Tensor) else "array"
        if np.prod(value.shape) > large:
            sizes = "×".join(map(str, value.shape))
            return f"a {sizes} {name}" if value.ndim > 1 else f"a {name} of {sizes} numbers"
        return short(value.tolist(), digits) if value.ndim == 0 else f"{name} {short(value.tolist(), digits)}"
    if isinstance(value, (float, np.floating)):
        return f"{float(value):.{digits}g}"
    if isinstance(value, (list, tuple)):
        inside = ", ".join(short(item, digits) for item in value)
        return f"[{inside}]" if isinstance(value, list) else f"({inside})"
    if inspect.isfunction(value):
        return value.__name__
    return _one_line(repr(value.item() if isinstance(value, np.generic) else value))


def _parts(expected: Any, got: Any) -> Iterator[tuple[str, str, Any, Any]]:
    """The parts of two large values of one form: what to say before each, where it is, and the part in both."""
    if isinstance(expected, tuple) and isinstance(got, tuple) and len(expected) == len(got):
        for number, (a, b) in enumerate(zip(expected, got, strict=True), start=1):
            yield f"result {number} of {len(expected)}: ", "", a, b
    elif isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got) > LARGE:
        for index, (a, b) in enumerate(zip(expected, got, strict=True)):
            yield "", f" at [{index}]", a, b
    elif isinstance(expected, dict) and isinstance(got, dict) and expected.keys() == got.keys():
        for key in expected:
            yield "", f" at [{short(key)}]", expected[key], got[key]
    elif (
        _is_array(expected) and _is_array(got) and expected.shape == got.shape and np.prod(got.shape) > LARGE
    ):
        for index in np.ndindex(*expected.shape):
            yield "", f" at {list(index)}", expected[index], got[index]


def as_numbers(value: Any) -> torch.Tensor | None:
    """The value as a tensor of doubles, whatever holds it; None if it is not made of real numbers."""
    try:
        numbers = torch.as_tensor(value).detach().cpu()
        return None if numbers.is_complex() else numbers.double()
    except (TypeError, ValueError, RuntimeError):  # no numbers, or not as a rectangle
        return None


def _form(value: Any, axes: str = "") -> str:
    """What the value is, with its shape and the names of its axes."""
    shape = as_numbers(value).shape
    names = f" ({axes})" if axes else ""
    return f"{kind_of(value)} of shape {'×'.join(map(str, shape))}{names}" if shape else "one number"


def _is_array(value: Any) -> bool:
    return isinstance(value, (torch.Tensor, np.ndarray))


def _is_number(value: Any) -> bool:
    return isinstance(value, (bool, int, float, complex, np.number, np.bool_)) or (
        _is_array(value) and value.ndim == 0
    )


def _category(tensor: torch.Tensor) -> str:
    if tensor.dtype == torch.bool:
        return "bool"
    return "float" if tensor.is_floating_point() else "complex" if tensor.is_complex() else "integer"


def _close(expected: Any, got: Any, tolerance: float) -> bool:
    """Whether two numbers are equal; a whole number must be met exactly."""
    try:
        expected, got = (value.item() if hasattr(value, "item") else value for value in (expected, got))
        if not isinstance(expected, int):
            return bool(np.isclose(expected, got, rtol=tolerance, atol=tolerance, equal_nan=True))
    except TypeError:  # one is no number after all
        pass
    except RuntimeError:  # a tensor without values has nothing to compare
        return False
    return bool(expected == got)


def same_numbers(expected: Any, got: Any, tolerance: float) -> bool:
    """Whether the same numbers stand at the same places, whatever holds them."""
    try:
        a, b = (torch.as_tensor(value).detach().cpu() for value in (expected, got))
    except (TypeError, ValueError, RuntimeError):  # no numbers, or not as a rectangle
        return False
    if a.shape != b.shape:
        return False
    if not a.is_floating_point() and not a.is_complex():
        return torch.equal(a.double(), b.double()) if not b.is_complex() else False
    both = (a.to(torch.complex128), b.to(torch.complex128))
    return torch.allclose(*both, rtol=tolerance, atol=tolerance, equal_nan=True)


def _one_line(text: str) -> str:
    """At most 80 characters, no line breaks, no memory addresses: the same line in every run."""
    text = re.sub(r" at 0x[0-9a-f]+", "", " ".join(text.split()))
    return text if len(text) <= LONG else text[: LONG - 3] + "..."
