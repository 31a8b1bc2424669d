"""Chapter 6: turn vectors by angles that grow with the position."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from tfmr.book.checks import Exercise
from tfmr.book.properties import close, doubles_with

NEIGHBOURS = (slice(0, None, 2), slice(1, None, 2))


def rotate(
    x: Tensor,
    offset: int,
    *,
    position: Callable = lambda row, offset: offset + row,
    numbers: Callable = lambda pair, d: (pair, pair),
    exponent: Callable = lambda number, d: 2 * number / d,
    base: float = 10_000,
    unit: float = 1.0,
    turn: Callable = lambda a, b, cos, sin: (a * cos - b * sin, a * sin + b * cos),
    halves_in: bool = False,
    halves_out: bool = False,
) -> Tensor:
    """Rotary positions.

    ``x`` is (length, d) with d even. Row p stands at position ``offset + p``, and its pair of coordinates
    (2i, 2i + 1) is turned by the angle ``(offset + p) / 10000^(2i/d)``, anticlockwise.
    """
    length, d = x.shape
    positions = unit * position(torch.arange(length), offset)[:, None]
    pairs = x.chunk(2, dim=1) if halves_in else (x[:, 0::2], x[:, 1::2])
    # One angle for both coordinates of a pair; a mistake may give each its own.
    angles = [positions / base ** exponent(number, d) for number in numbers(torch.arange(d // 2), d)]
    turned = [turn(*pairs, angle.cos(), angle.sin())[i] for i, angle in enumerate(angles)]
    return torch.cat(turned, dim=1) if halves_out else torch.stack(turned, dim=-1).flatten(1)


def _case(length: int, d: int, offset: int) -> tuple[Tensor, int]:
    return torch.randn(length, d, generator=torch.Generator().manual_seed(d)), offset


def _lengths(x: Tensor) -> Tensor:
    return x.square().sum(dim=-1)


def _pair_by_pair(call: Callable, x: Tensor, offset: int) -> bool:
    """Without one pair, the result lacks this pair, and the others stay."""
    without = torch.cat([x[:, :-2], 0 * x[:, -2:]], dim=1)
    return close(call(without, offset)[:, :-2], call(x, offset)[:, :-2]) and close(
        call(without, offset)[:, -2:], 0 * x[:, -2:]
    )


def _angle(pair: int) -> Callable:
    """The angle by which this pair of (1, 0, 1, 0, …) is turned at position 1; it has to be 10000^(-2i/d)."""

    def holds(call: Callable, x: Tensor, offset: int) -> bool:
        ones = torch.tensor([1.0, 0.0]).repeat(x.size(1) // 2)[None]
        i = pair % (x.size(1) // 2)
        a, b = call(ones, 1)[0, 2 * i : 2 * i + 2].tolist()
        return math.isclose(math.atan2(b, a), 10_000 ** (-2 * i / x.size(1)), rel_tol=1e-3)

    return holds


check_rotate = Exercise(
    rotate,
    [_case(3, 2, 0), _case(4, 6, 0), _case(2, 8, 7)],
    axes="length, d",
    case_names=["d = 2", "d = 6", "an offset"],
    properties=[
        ("position 0 is not turned at all: there, x comes out as it went in.",
         lambda call, x, offset: close(call(x, 0)[0], x[0])),
        ("a turn changes no length: each row of the result is as long as that of x.",
         lambda call, x, offset: close(_lengths(call(x, offset)), _lengths(x))),
        ("a pair is made of neighbours, (2i, 2i + 1), in x and in the result: without the last pair, the others stay.",
         _pair_by_pair),
        ("a vector twice as long gives a result twice as long.", doubles_with(0)),
        ("it is the position that counts, offset + p: row 1 of a sentence that starts at 3 stands where row 0 of one "
         "that starts at 4 does.",
         lambda call, x, offset: close(call(x, offset + 3)[1:], call(x[1:], offset + 4))),
        ("turns add up: a row turned at position 2 and again at position 3 is one turned at position 5.",
         lambda call, x, offset: close(call(call(x, 2)[:1], 3), call(x[:1], 5))),
        ("the first pair turns by one radian a position, anticlockwise: at position 1, (1, 0) becomes (0.54, 0.84).",
         _angle(0)),
        ("the last pair turns most slowly, by 10000^(-(d - 2)/d) a position.", _angle(-1)),
    ],
    mistakes=[
        ("`offset` is not used: a later part of a sentence must go on counting.", {"position": lambda row, offset: row}),
        ("positions are counted from 1; the first is 0.", {"position": lambda row, offset: offset + row + 1}),
        ("the offset is multiplied by the number of the row; it is added.",
         {"position": lambda row, offset: offset * row}),
        ("the offset is taken away from the number of the row; it is added.",
         {"position": lambda row, offset: row - offset}),
        ("all rows stand at the same position, `offset`; row p stands at offset + p.",
         {"position": lambda row, offset: offset + 0 * row}),
        ("the two coordinates of a pair have different angles; both are turned by that of 2i/d, with i the number of "
         "the pair.", {"numbers": lambda pair, d: (pair, pair + 0.5)}),
        ("the two coordinates of a pair have different angles: cosines and sines are laid out for pairs (i, i + d/2), "
         "and neighbours are turned. Repeat each angle next to itself, as repeat_interleave does.",
         {"numbers": lambda pair, d: (2 * pair % (d // 2), (2 * pair + 1) % (d // 2))}),
        ("the two coordinates of a pair have different angles: cosines and sines are laid out for neighbours, "
         "(2i, 2i + 1), and (i, i + d/2) are turned. Turn neighbours.",
         {"numbers": lambda pair, d: (pair // 2, (pair + d // 2) // 2), "halves_in": True, "halves_out": True}),
        ("every pair turns at the same speed; the exponent is 2i/d, with i the number of the pair.",
         {"exponent": lambda number, d: 0.0 * number}),
        ("the exponent is i/d; it should be 2i/d, so that the slowest pair is nearly 10000 times slower.",
         {"exponent": lambda number, d: number / d}),
        ("the exponent is 4i/d: arange(0, d, 2) is 2i already, and another 2 is too much.",
         {"exponent": lambda number, d: 4 * number / d}),
        ("the speeds grow from pair to pair: divide the position by the power, or give it a minus.",
         {"exponent": lambda number, d: -2 * number / d}),
        ("the last pair is left as it was: there are d/2 pairs, i = 0, ..., d/2 - 1.",
         {"exponent": lambda number, d: torch.where(number < d // 2 - 1, 2 * number / d, math.inf)}),
        ("the base is 1000; the formula has 10000.", {"base": 1_000}),
        ("the base is 100000; the formula has 10000.", {"base": 100_000}),
        ("the base has become e^4, about 55: exp goes with log, the natural logarithm, and not with log10.",
         {"base": math.exp(4)}),
        ("the angle is in radians; sin and cos of torch take it as it is.", {"unit": math.pi / 180}),
        ("the angle is in whole turns; the formula gives radians.", {"unit": 2 * math.pi}),
        ("pairs are (i, i + d/2); here they are neighbours, (2i, 2i + 1).", {"halves_in": True, "halves_out": True}),
        ("you turn clockwise: the sign of the sine is the wrong way round.",
         {"turn": lambda a, b, cos, sin: (a * cos + b * sin, b * cos - a * sin)}),
        ("the turned pairs are there, but all first coordinates come before all second ones.", {"halves_out": True}),
        ("pairs are read as (i, i + d/2) and written as neighbours; they are neighbours, (2i, 2i + 1), in both.",
         {"halves_in": True}),
        ("the first coordinate is overwritten before the second is computed from it: keep the old one.",
         {"turn": lambda a, b, cos, sin: (a * cos - b * sin, (a * cos - b * sin) * sin + b * cos)}),
        ("the first coordinate of each pair lacks its term with the sine: it is a cos - b sin.",
         {"turn": lambda a, b, cos, sin: (a * cos, a * sin + b * cos)}),
        ("the second coordinate of each pair lacks its term with the sine: it is a sin + b cos.",
         {"turn": lambda a, b, cos, sin: (a * cos - b * sin, b * cos)}),
        ("only the first coordinate of each pair is turned; the second is a sin + b cos.",
         {"turn": lambda a, b, cos, sin: (a * cos - b * sin, b)}),
        ("only the second coordinate of each pair is turned; the first is a cos - b sin.",
         {"turn": lambda a, b, cos, sin: (a, a * sin + b * cos)}),
        ("you add sines and cosines; rotary positions multiply.", {"turn": lambda a, b, cos, sin: (a + sin, b + cos)}),
        ("both sines have the same sign; one of them is negative.",
         {"turn": lambda a, b, cos, sin: (a * cos + b * sin, a * sin + b * cos)}),
        ("sine and cosine are exchanged.",
         {"turn": lambda a, b, cos, sin: (a * sin - b * cos, a * cos + b * sin)}),
        ("the two coordinates of a pair are exchanged.",
         {"turn": lambda a, b, cos, sin: (a * sin + b * cos, a * cos - b * sin)}),
    ],
)  # fmt: skip
