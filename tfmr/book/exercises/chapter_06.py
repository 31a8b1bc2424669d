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
    first: Callable = lambda offset: offset,
    exponent: Callable = lambda pair, d: 2 * pair / d,
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
    position = first(offset) + torch.arange(length)[:, None]
    angles = unit * position / base ** exponent(torch.arange(d // 2), d)
    pairs = x.chunk(2, dim=1) if halves_in else (x[:, 0::2], x[:, 1::2])
    turned = turn(*pairs, angles.cos(), angles.sin())
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
        ("`offset` is not used: a later part of a sentence must go on counting.", {"first": lambda offset: 0}),
        ("positions are counted from 1; the first is 0.", {"first": lambda offset: offset + 1}),
        ("every pair turns at the same speed; the exponent is 2i/d, with i the number of the pair.",
         {"exponent": lambda pair, d: 0.0 * pair}),
        ("the exponent is i/d; it should be 2i/d, so that the slowest pair is nearly 10000 times slower.",
         {"exponent": lambda pair, d: pair / d}),
        ("the exponent is 4i/d: arange(0, d, 2) is 2i already, and another 2 is too much.",
         {"exponent": lambda pair, d: 4 * pair / d}),
        ("the speeds grow from pair to pair: divide the position by the power, or give it a minus.",
         {"exponent": lambda pair, d: -2 * pair / d}),
        ("the base is 10000.", {"base": 1_000}),
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
        ("you add sines and cosines; rotary positions multiply.", {"turn": lambda a, b, cos, sin: (a + sin, b + cos)}),
        ("both sines have the same sign; one of them is negative.",
         {"turn": lambda a, b, cos, sin: (a * cos + b * sin, a * sin + b * cos)}),
        ("sine and cosine are exchanged.",
         {"turn": lambda a, b, cos, sin: (a * sin - b * cos, a * cos + b * sin)}),
        ("the two coordinates of a pair are exchanged.",
         {"turn": lambda a, b, cos, sin: (a * sin + b * cos, a * cos - b * sin)}),
    ],
)  # fmt: skip
