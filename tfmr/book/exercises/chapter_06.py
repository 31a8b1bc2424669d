"""Chapter 6: turn vectors by angles that grow with the position."""

from collections.abc import Callable

import torch
from torch import Tensor

from tfmr.book.checks import check


def check_rotate(candidate: Callable) -> None:
    """Check ``candidate(x, start)``: rotary positions.

    ``x`` is (length, d) with d even. Row p stands at position ``start + p``, and its pair of places
    (2i, 2i + 1) is turned by the angle ``(start + p) / 10000^(2i/d)``, anticlockwise.
    """
    generator = torch.Generator().manual_seed(6)
    cases = [
        (torch.randn(size, d, generator=generator), start)
        for size, d, start in ((3, 2, 0), (4, 6, 0), (2, 8, 5))
    ]
    check(
        candidate,
        rotate,
        cases,
        mistakes=[
            ("`start` is not used: a later part of a sentence must go on counting.", without_start),
            ("every pair turns at the same speed; the exponent is 2i/d, with i the number of the pair.", one_speed),
            ("the exponent is i/d; it should be 2i/d, so that the slowest pair is nearly 10000 times slower.", half_exponent),
            ("pairs are (i, i + d/2); here they are neighbours, (2i, 2i + 1).", halves),
            ("you turn clockwise: the sign of the sine is the wrong way round.", clockwise),
            ("the turned pairs are there, but all first places come before all second ones.", not_interleaved),
            ("you add sines and cosines; rotary positions multiply.", added),
        ],
    )  # fmt: skip


def rotate(x: Tensor, start: int) -> Tensor:
    return _turn(x, _angles(x, start))


def without_start(x: Tensor, start: int) -> Tensor:
    return _turn(x, _angles(x, 0))


def one_speed(x: Tensor, start: int) -> Tensor:
    return _turn(x, _angles(x, start)[:, :1].expand(-1, x.size(1) // 2))


def half_exponent(x: Tensor, start: int) -> Tensor:
    return _turn(x, _angles(x, start, per_pair=1))


def halves(x: Tensor, start: int) -> Tensor:
    angles = _angles(x, start)
    first, second = x.chunk(2, dim=1)
    return torch.cat(
        [first * angles.cos() - second * angles.sin(), first * angles.sin() + second * angles.cos()], dim=1
    )


def clockwise(x: Tensor, start: int) -> Tensor:
    return _turn(x, -_angles(x, start))


def not_interleaved(x: Tensor, start: int) -> Tensor:
    turned = rotate(x, start)
    return torch.cat([turned[:, 0::2], turned[:, 1::2]], dim=1)


def added(x: Tensor, start: int) -> Tensor:
    angles = _angles(x, start)
    return x + torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)


def _angles(x: Tensor, start: int, per_pair: int = 2) -> Tensor:
    length, d = x.shape
    positions = torch.arange(start, start + length)[:, None]
    return positions / 10_000 ** (per_pair * torch.arange(d // 2) / d)


def _turn(x: Tensor, angles: Tensor) -> Tensor:
    even, odd = x[:, 0::2], x[:, 1::2]
    turned = even * angles.cos() - odd * angles.sin(), even * angles.sin() + odd * angles.cos()
    return torch.stack(turned, dim=-1).flatten(1)
