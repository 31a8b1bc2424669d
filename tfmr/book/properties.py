"""Properties that an answer must have: functions ``holds(call, *arguments)`` that are true for a right one.

``call`` is the reader's function; a property may call it as often as it likes, with the arguments of a case or with
others made of them. An exercise lists pairs (sentence, holds) and gives each its own words.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

Holds = Callable[..., bool]


def close(a: Any, b: Any) -> bool:
    """Whether two results are the same up to rounding; results of several parts, part by part."""
    if isinstance(a, (tuple, list)) and isinstance(b, (tuple, list)):
        return len(a) == len(b) and all(map(close, a, b))
    a, b = (torch.as_tensor(value).to(torch.complex128) for value in (a, b))  # a wrong answer may be complex
    return a.shape == b.shape and torch.allclose(a, b, rtol=1e-4, atol=1e-4)


def part(result: Any, index: int | None) -> Any:
    """One part of a result of several, or the whole."""
    return result if index is None else result[index]


def rows_sum_to_one(index: int | None = None) -> Holds:
    """Along the last axis the numbers (of one part of the result) sum to 1."""

    def holds(call: Callable, *arguments) -> bool:
        sums = part(call(*arguments), index).sum(dim=-1)
        return close(sums, torch.ones_like(sums))

    return holds


def hidden_weigh_nothing(visible: int, index: int | None = None) -> Holds:
    """Where argument number ``visible``, a mask of the last axis, is False, the result is 0."""

    def holds(call: Callable, *arguments) -> bool:
        weights = part(call(*arguments), index)[..., ~arguments[visible]]
        return bool((weights.abs() < 1e-6).all())

    return holds


def follows(change: Callable, then: Callable) -> Holds:
    """Arguments changed by ``change(*arguments)`` give the result changed by ``then(result)``."""

    def holds(call: Callable, *arguments) -> bool:
        return close(call(*change(*arguments)), then(call(*arguments)))

    return holds


def unmoved_by(change: Callable) -> Holds:
    """The result stays when the arguments are changed by ``change(*arguments)``."""
    return follows(change, lambda result: result)


def moved_by(change: Callable) -> Holds:
    """The result must change when the arguments are changed by ``change(*arguments)``."""
    stays = unmoved_by(change)
    return lambda call, *arguments: not stays(call, *arguments)


def alone(number: int, axis: int) -> Holds:
    """The first slice of argument ``number`` alone gives the first slice of the result (all its parts)."""
    return follows(
        lambda *arguments: replaced(arguments, number, arguments[number].narrow(axis, 0, 1)),
        lambda result: _each(lambda values: values.narrow(axis, 0, 1), result),
    )


def turned_round(number: int, axis: int, result_axis: int, *more: int) -> Holds:
    """Argument ``number`` (and ``more``) in reverse order along ``axis`` reverse the result along another."""

    def change(*arguments) -> tuple:
        for each in (number, *more):
            arguments = replaced(arguments, each, arguments[each].flip(axis))
        return arguments

    return follows(change, lambda result: _each(lambda values: values.flip(result_axis), result))


def doubles_with(number: int) -> Holds:
    """Twice the argument gives twice the result."""
    return follows(
        lambda *arguments: replaced(arguments, number, 2 * arguments[number]),
        lambda result: _each(lambda values: 2 * values, result),
    )


def replaced(arguments: tuple, number: int, value: Any) -> tuple:
    """The arguments with another value for one of them."""
    return (*arguments[:number], value, *arguments[number + 1 :])


def _each(function: Callable[[Tensor], Tensor], result: Any) -> Any:
    """A function applied to a result, or to each of its parts."""
    return tuple(map(function, result)) if isinstance(result, tuple) else function(result)
