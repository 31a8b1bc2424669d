"""What wrong numbers have to do with the right ones: a factor, a sign, a step too many, another order, …

:func:`of` looks for one step that leads from the right numbers to those that came, in every case.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations, product
from typing import Any

import torch
from torch import Tensor

from tfmr.book.answers import as_numbers
from tfmr.book.places import alike, axis_name, in_turn

Numbers = Sequence[Tensor]  # one tensor of doubles for each case
Named = Sequence[dict[str, Any]]  # the arguments of each case, by their names


@dataclass(frozen=True)
class Given:
    """What is known beside the numbers: the arguments of each case, and what the axes of the result are."""

    named: Named
    axes: str


def of(expected: Sequence, got: Sequence, named: Named, simple: bool = False, axes: str = "") -> str | None:
    """A sentence about how what came follows from what was expected; None if no such step is known.

    Args:
        expected: the right results, one for each case.
        got: the results that came.
        named: the arguments of each case by their names, for a factor that is the size of one of them.
        simple: only steps that lose nothing. Others would undo a mistake that they are tried with.
        axes: what the axes of the right result are, in words; of several results, with semicolons between them.
    """
    if all(isinstance(value, tuple) and len(value) == len(expected[0]) for value in (*expected, *got)):
        return _of_parts(expected, got, named, simple, axes)
    a, b = [as_numbers(value) for value in expected], [as_numbers(value) for value in got]
    if any(value is None or not value.numel() for value in (*a, *b)) or all(map(alike, a, b)):
        return None
    if any(value.isnan().any() for value in b):
        return None
    if all(x.shape == y.shape for x, y in zip(a, b, strict=True)):
        looks = (
            (_a_step, _factor, _shift, _other_axes)
            if simple
            else (_an_argument, _a_step, _a_losing_step, _a_step_along_an_axis, _factor, _shift, _other_axes)
        )
    else:
        looks = (_other_axes, _other_shape) if simple else (_other_axes, _other_shape, _one_axis_less, _piece)
    return next(filter(None, (look(a, b, Given(named, axes)) for look in looks)), None)


def case_by_case(expected: Sequence, got: Sequence) -> str | None:
    """A factor or an amount that is one for all numbers of a case, and another in the next case."""
    a, b = [as_numbers(value) for value in expected], [as_numbers(value) for value in got]
    if any(x is None or y is None or x.shape != y.shape or x.numel() < 2 for x, y in zip(a, b, strict=True)):
        return None
    if _are_truths(a):
        return None
    for words, by, changed in (
        ("one factor", _factors(a, b), torch.mul),
        ("the same amount", _steps(a, b), torch.add),
    ):
        if all(alike(changed(x, c), y) for c, x, y in zip(by, a, b, strict=True)):
            return (
                f"in each case all numbers are off by {words}, by {in_turn(f'{c:.3g}' for c in by)} in turn."
            )
    return None


def coarse(expected: Sequence, got: Sequence) -> str | None:
    """A sentence about numbers that are right, but not to the last digit: rounded, or held in half precision."""
    if all(isinstance(value, tuple) and len(value) == len(expected[0]) for value in (*expected, *got)):
        expected, got = sum(expected, ()), sum(got, ())
    a, b = [as_numbers(value) for value in expected], [as_numbers(value) for value in got]
    if any(x is None or y is None or x.shape != y.shape for x, y in zip(a, b, strict=True)):
        return None
    if all(map(alike, a, b)):
        return None
    for digits in (1, 2, 3):
        if all(alike(x.round(decimals=digits), y) for x, y in zip(a, b, strict=True)):
            return f"the numbers are right, but rounded to {10**-digits:g}: return them as they are."
    halves = {getattr(value, "dtype", None) for value in got} & {torch.float16, torch.bfloat16}
    if len(halves) == 1 and all(isinstance(value, Tensor) for value in got):
        off = 4 * torch.finfo(*halves).eps
        if all(torch.allclose(x, y, rtol=off, atol=off) for x, y in zip(a, b, strict=True)):
            return f"the numbers are right up to the few digits of {str(*halves).removeprefix('torch.')}: stay with float32."
    return None


def _are_truths(a: Numbers) -> bool:
    """Whether all numbers are 0 or 1: of true and false, a factor says nothing."""
    return all(set(x.unique().tolist()) <= {0.0, 1.0} for x in a)


def _factors(a: Numbers, b: Numbers) -> list[float]:
    return [((x * y).sum() / (x * x).sum()).item() for x, y in zip(a, b, strict=True)]


def _steps(a: Numbers, b: Numbers) -> list[float]:
    return [(y - x).mean().item() for x, y in zip(a, b, strict=True)]


def _of_parts(
    expected: Sequence[tuple], got: Sequence[tuple], named: Named, simple: bool, axes: str
) -> str | None:
    """The same for results of several parts: the parts in another order, or one that is like the right one."""
    number = len(expected[0])
    for order in list(permutations(range(number)))[1:]:
        if all(_same_parts(a, [b[i] for i in order]) for a, b in zip(expected, got, strict=True)):
            return "these are the right results in another order."
    for i in range(number):
        rest = [(a[:i] + a[i + 1 :], b[:i] + b[i + 1 :]) for a, b in zip(expected, got, strict=True)]
        if all(_same_parts(a, b) for a, b in rest):
            names = axes.split("; ")[i] if axes else ""
            words = of([value[i] for value in expected], [value[i] for value in got], named, simple, names)
            return words and f"of result {i + 1}: {words}"
    return None


def _same_parts(a: Sequence, b: Sequence) -> bool:
    return all(alike(as_numbers(x), as_numbers(y)) for x, y in zip(a, b, strict=True))


# One step, for results of the right shape


_STEPS: dict[str, Callable[[Tensor], Tensor]] = {
    "these are 1 minus the right numbers; of true and false, the opposite": lambda x: 1 - x,
    "the sign is the wrong way round: these are the negatives of the right numbers": torch.neg,
    "these are 1 over the right numbers": torch.reciprocal,
    "these are the right numbers after an exponential too many": torch.exp,
    "these are the right numbers' negatives after an exponential": lambda x: (-x).exp(),
}
# Steps that lead back. What is masked may be any large negative number, and its logarithm is none.
_STEPS_BACK: dict[str, Callable[[Tensor], Tensor]] = {
    "these are the logarithms of the right numbers": torch.exp,
    "these are the negative logarithms of the right numbers": lambda y: (-y).exp(),
}
_ADDED = "these are numbers to add to scores, 0 and very negative ones; what is asked for is true or false."
_LOSING_STEPS: dict[str, Callable[[Tensor], Tensor]] = {
    "all numbers are 0": torch.zeros_like,
    "these are the right numbers squared": torch.square,
    "these are the roots of the right numbers": torch.sqrt,
    "these are the right numbers without their signs": torch.abs,
    "these are the right numbers rounded": torch.round,
    "these are the right numbers cut to whole ones": torch.trunc,
    "these are the right numbers with all negative ones set to 0": torch.relu,
}
_AXIS_STEPS: dict[str, Callable[[Tensor, int], Tensor]] = {
    "a softmax along {} was taken once too often": lambda x, axis: x.softmax(axis),
    "a log-softmax along {} was taken once too often": lambda x, axis: x.log_softmax(axis),
    "the right numbers stand in reverse order along {}": lambda x, axis: x.flip(axis),
    "the right numbers stand one position too far along {}": lambda x, axis: x.roll(1, axis),
    "the right numbers stand one position too early along {}": lambda x, axis: x.roll(-1, axis),
    "the right numbers were divided by their sum along {}": lambda x, axis: x / x.sum(axis, keepdim=True),
    "the right vectors along {} were made 1 long": lambda x, axis: x / x.norm(dim=axis, keepdim=True),
    "the right vectors along {} were normalised to mean 0 and variance 1":
        lambda x, axis: (x - x.mean(axis, keepdim=True)) / (x.var(axis, keepdim=True, correction=0) + 1e-5).sqrt(),
    "the right numbers are added up along {}": lambda x, axis: x.cumsum(axis),
}  # fmt: skip
_MISSING: dict[str, Callable[[Tensor, int], Tensor]] = {
    "a softmax along {} is missing": lambda x, axis: x.softmax(axis),
    "a log-softmax along {} is missing": lambda x, axis: x.log_softmax(axis),
    "they still have to be divided by their sum along {}": lambda x, axis: x / x.sum(axis, keepdim=True),
}


def _an_argument(a: Numbers, b: Numbers, given: Given) -> str | None:
    for name in given.named[0]:
        values = [as_numbers(arguments[name]) for arguments in given.named]
        if all(x is not None and x.ndim and alike(x, y) for x, y in zip(values, b, strict=True)):
            return f"the result is `{name}`, unchanged."
    return None


def _a_step(a: Numbers, b: Numbers, given: Given) -> str | None:
    back = _first_step(_STEPS_BACK, b, a) if any(x.any() for x in a) else None
    return _first_step(_STEPS, a, b) or (_ADDED if back and _are_truths(a) else back)


def _a_losing_step(a: Numbers, b: Numbers, given: Given) -> str | None:
    return _first_step(_LOSING_STEPS, a, b)


def _first_step(steps: dict[str, Callable[[Tensor], Tensor]], a: Numbers, b: Numbers) -> str | None:
    for words, step in steps.items():
        if all(alike(step(x), y) for x, y in zip(a, b, strict=True)):
            return f"{words}."
    return None


def _a_step_along_an_axis(a: Numbers, b: Numbers, given: Given) -> str | None:
    axes = range(-1, -1 - min(x.ndim for x in a), -1)
    for (words, step), axis in product(_AXIS_STEPS.items(), axes):
        if all(alike(step(x, axis), y) for x, y in zip(a, b, strict=True)):
            return f"{words.format(axis_name(axis, given.axes))}."
    for (words, step), axis in product(_MISSING.items(), axes):
        if all(alike(x, step(y, axis)) for x, y in zip(a, b, strict=True)):
            return f"{words.format(axis_name(axis, given.axes))}."
    return None


def _factor(a: Numbers, b: Numbers, given: Given) -> str | None:
    if _are_truths(a) or not all(x.any() for x in a):
        return None
    factors = _factors(a, b)
    if not all(factors) or not all(alike(c * x, y) for c, x, y in zip(factors, a, b, strict=True)):
        return None
    first = factors[0]
    if all(math.isclose(c, first, rel_tol=1e-4, abs_tol=1e-6) for c in factors):
        sign = " and have the wrong sign" * (first < 0)
        bases = [base for base in (2, 10) if math.isclose(first, 1 / math.log(base), rel_tol=1e-4)]
        base = f", as with a logarithm to base {bases[0]} for a natural one" if bases else ""
        return f"all numbers are {_times(abs(first))}{sign}{base}."
    for words, sizes in _sizes(given.named):
        for power, n in ((1, "{}"), (0.5, "√{}"), (2, "{}²")):
            grown = [float(size) ** power for size in sizes]
            if all(math.isclose(c, n, rel_tol=1e-4) for c, n in zip(factors, grown, strict=True)):
                return f"all numbers are multiplied by n, with n = {n.format(words)}."
            if all(math.isclose(c * n, 1, rel_tol=1e-4) for c, n in zip(factors, grown, strict=True)):
                return f"all numbers are divided by n, with n = {n.format(words)}."
    return None


def _shift(a: Numbers, b: Numbers, given: Given) -> str | None:
    steps = _steps(a, b)
    if not all(alike(x + s, y) for s, x, y in zip(steps, a, b, strict=True)):
        return None
    if all(math.isclose(s, steps[0], rel_tol=1e-4, abs_tol=1e-6) for s in steps):
        return f"all numbers are {abs(steps[0]):.4g} too {'large' if steps[0] > 0 else 'small'}."
    if all(x.ndim == 0 and x == x.round() for x in a):
        return _product_off(steps, given.named)
    return None


def _product_off(steps: list[float], named: Named) -> str | None:
    """For a count: what is too much or too little, as a small number times powers of the arguments."""
    names = [name for name, value in named[0].items() if isinstance(value, int)]
    for powers in sorted(product((0, 1, 2), repeat=len(names)), key=sum):
        sizes = [
            math.prod(arguments[name] ** power for name, power in zip(names, powers, strict=True))
            for arguments in named
        ]
        times = steps[0] / sizes[0]
        if all(step == times * size for step, size in zip(steps, sizes, strict=True)):
            factors = [f"{abs(times):g}"] * (abs(times) != 1 or not any(powers))
            factors += [name + "²" * (power == 2) for name, power in zip(names, powers, strict=True) if power]
            return f"the number is {' · '.join(factors)} too {'large' if times > 0 else 'small'}."
    return None


def _other_axes(a: Numbers, b: Numbers, given: Given) -> str | None:
    """The result's axes have to be put into another order."""
    if len({x.ndim for x in (*a, *b)}) == 1:
        for order in permutations(range(a[0].ndim)):
            if all(alike(x, y.permute(order)) for x, y in zip(a, b, strict=True)):
                return f"the right numbers, but the axes are in another order: {_result(f'permute{order}')}."
    if all(x.ndim == y.ndim >= 2 and alike(x, y.mT) for x, y in zip(a, b, strict=True)):
        return f"the last two axes are swapped: {_result('transpose(-2, -1)')}."
    return None


# One step, for results of another shape


def _other_shape(a: Numbers, b: Numbers, given: Given) -> str | None:
    if all(alike(x.flatten(), y.flatten()) for x, y in zip(a, b, strict=True)):
        return "the right numbers in the right order; only the shape is another."
    if all(_broadcasts(x, y) for x, y in zip(a, b, strict=True)):
        return "the right numbers, but not repeated along every axis: expand them to the whole shape."
    return None


def _one_axis_less(a: Numbers, b: Numbers, given: Given) -> str | None:
    for words, step in {"mean": Tensor.mean, "sum": Tensor.sum}.items():
        if all(x.ndim == 0 and alike(x, step(y)) for x, y in zip(a, b, strict=True)):
            return f"the {words} of these numbers would be right."
        for axis in range(-1, -1 - min(x.ndim for x in (*a, *b)), -1):
            if all(alike(step(x, axis), y) for x, y in zip(a, b, strict=True)):
                return f"these are the right numbers after a {words} along {axis_name(axis, given.axes)}, which is one too many."
            if all(alike(x, step(y, axis)) for x, y in zip(a, b, strict=True)):
                return f"a {words} along {axis_name(axis)} is missing."
    return None


def _piece(a: Numbers, b: Numbers, given: Given) -> str | None:
    """Only a piece of the right result."""
    pieces = {
        "only the first along {} came; the rest is missing":
            lambda x, axis, size: (x.narrow(axis, 0, 1), x.select(axis, 0)),
        "only the last along {} came; the rest is missing":
            lambda x, axis, size: (x.narrow(axis, -1, 1), x.select(axis, -1)),
        "all but the first along {} came; the rest is missing":
            lambda x, axis, size: (x.narrow(axis, 1, x.size(axis) - 1),),
        "all but the last along {} came; the rest is missing":
            lambda x, axis, size: (x.narrow(axis, 0, x.size(axis) - 1),),
        "only the beginning of {} came; the rest is missing": lambda x, axis, size: (x.narrow(axis, 0, size),),
        "only the end of {} came; the rest is missing": lambda x, axis, size: (x.narrow(axis, -size, size),),
        "along {} the zeros are cut out: they keep their places":
            lambda x, axis, size: (x.index_select(axis, x.movedim(axis, 0).reshape(x.size(axis), -1).any(dim=1).nonzero().flatten()),),
    }  # fmt: skip
    for (words, cut), axis in product(pieces.items(), range(-1, -1 - min(x.ndim for x in a), -1)):
        sizes = [
            min(x.size(axis), y.size(axis) if y.ndim == x.ndim else 1) for x, y in zip(a, b, strict=True)
        ]
        if all(any(alike(p, y) for p in cut(x, axis, n)) for x, y, n in zip(a, b, sizes, strict=True)):
            return f"{words.format(axis_name(axis, given.axes))}."
    return None


# Words and numbers


def _broadcasts(a: Tensor, b: Tensor) -> bool:
    try:
        return alike(a, b.expand_as(a))
    except RuntimeError:
        return False


def _sizes(named: Named) -> Iterator[tuple[str, list[int]]]:
    """Whole numbers that the cases differ in: arguments, and sizes of axes."""
    for name, value in named[0].items():
        values = [arguments[name] for arguments in named]
        if isinstance(value, int):
            yield f"`{name}`", values
        elif isinstance(value, Tensor) and value.ndim:
            yield f"the size of the first axis of `{name}`", [each.size(0) for each in values]
            for axis in range(-1, -1 - min(each.ndim for each in values), -1):
                yield f"the size of {axis_name(axis)} of `{name}`", [each.size(axis) for each in values]


def _times(factor: float) -> str:
    return f"{factor:.4g} times too large" if factor > 1 else f"{1 / factor:.4g} times too small"


def _result(call: str) -> str:
    return f"result.{call} would be right"
