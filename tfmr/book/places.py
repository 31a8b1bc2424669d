"""In which places the numbers of an answer are wrong."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from tfmr.book.answers import as_numbers, short


def where(expected: Any, got: Any, axes: str = "") -> str | None:
    """Which numbers of a result are wrong, in words without a full stop; None if that says nothing.

    Args:
        axes: what the axes of the result are, in words; for several results with semicolons between them.
    """
    if isinstance(expected, tuple) and isinstance(got, tuple) and len(expected) == len(got):
        each = map(where, expected, got, axes.split("; ") if axes else [""] * len(got))
        return next((f"of result {i}, {words}" for i, words in enumerate(each, start=1) if words), None)
    if isinstance(expected, set) and isinstance(got, set):
        return _of_sets(expected, got)
    a, b = as_numbers(expected), as_numbers(got)
    if a is None or b is None or a.shape != b.shape or a.ndim == 0 or alike(a, b) or b.isnan().any():
        return None
    wrong = ~torch.isclose(a, b, rtol=1e-4, atol=1e-5)
    first = wrong.nonzero()[0].tolist()
    shown = f"the first at {first}: expected {short(a[tuple(first)])}, got {short(b[tuple(first)])}"
    if set(a.unique().tolist()) <= {0.0, 1.0} and set(b.unique().tolist()) <= {0.0, 1.0}:
        counts = {
            "true and should be false": int((b > a).sum()),
            "false and should be true": int((a > b).sum()),
        }
        return f"{' and '.join(f'{n} are {words}' for words, n in counts.items() if n)}, the first at {first}"
    if alike(a.flatten().sort().values, b.flatten().sort().values):
        return f"the right numbers stand in another order, {shown}"
    for axis in range(a.ndim):
        bad = wrong.movedim(axis, 0).reshape(a.size(axis), -1).any(dim=1).nonzero().flatten().tolist()
        if len(bad) < a.size(axis):
            return (
                f"along {axis_name(axis - a.ndim, axes)} only what stands at {in_turn(bad)} is wrong, {shown}"
            )
    for axis in range(-1, -1 - a.ndim, -1):
        if a.size(axis) > 1 and a.ndim > 1:
            ratio, step = b / a, b - a
            if alike(ratio, ratio.narrow(axis, 0, 1).expand_as(ratio)):
                return f"along {axis_name(axis, axes)} all numbers are off by one factor, {shown}"
            if alike(step, step.narrow(axis, 0, 1).expand_as(step)):
                return f"along {axis_name(axis, axes)} all numbers are off by the same amount, {shown}"
            if alike(b, b.narrow(axis, 0, 1).expand_as(b)):
                return f"along {axis_name(axis, axes)} all numbers are the same, {shown}"
    if (off := ((a - b).abs() / a.abs().clamp(min=1e-9)).max()) < 0.01:
        return f"the numbers are nearly right, off by {100 * off:.2g} % at most: rounded, or a constant is a little off"
    return f"{int(wrong.sum())} of {wrong.numel()} numbers are wrong, {shown}"


def _of_sets(expected: set, got: set) -> str | None:
    missing, extra = sorted(expected - got, key=repr), sorted(got - expected, key=repr)
    parts = [
        f"{len(items)} {word}, such as {items[0]}"
        for word, items in (("missing", missing), ("too many", extra))
        if items
    ]
    return f"of the set, {' and '.join(parts)}" if parts else None


def alike(a: Tensor | None, b: Tensor | None) -> bool:
    """Whether both are there and the same up to rounding."""
    return (
        a is not None and b is not None and a.shape == b.shape and torch.allclose(a, b, rtol=1e-4, atol=1e-5)
    )


def axis_name(axis: int, axes: str = "") -> str:
    """An axis that is counted from the end, in words, with the name that it has among ``axes``."""
    names = axes.split(", ")
    name = f" ({names[axis]})" if axes and -axis <= len(names) else ""
    counted = {-1: "", -2: " but one", -3: " but two"}.get(axis, f" but {-axis - 1}")
    return f"the last axis{counted}{name}"


def in_turn(items: Iterable) -> str:
    """The items, with commas."""
    return ", ".join(map(str, items))
