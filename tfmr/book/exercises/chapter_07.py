"""Chapter 7: the way around a sublayer, with the norm before it or after the sum."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from tfmr.book.checks import check


def check_around(candidate: Callable) -> None:
    """Check ``candidate(x, sublayer, norm, place)``: one sublayer with its way around, and its norm.

    ``x`` is (batch, length, d_model); ``sublayer`` and ``norm`` are functions of such a tensor; ``place`` is
    "pre" or "post". The result has the shape of ``x``.
    """
    check(
        candidate,
        around,
        cases=[(_vectors(seed), function, normalise, place) for seed, function, place in _CASES],
        mistakes=[
            ("nothing leads around the sublayer: add x.", no_way_around),
            ("this is post-norm for both places.", always_post),
            ("this is pre-norm for both places.", always_pre),
            ("the two places are the wrong way round.", swapped),
            ("for pre, the way around must carry x itself, not norm(x).", way_from_the_normed),
            ("for pre, the sublayer's answer is not normalised, only what it reads.", normed_answer),
            ("for post, the sum is normalised, not the sublayer's answer alone.", sum_of_normed),
            ("there is no norm.", no_norm),
            ("for pre, nothing may be normalised on the way out.", norm_twice),
        ],
    )


def around(x: Tensor, sublayer: Callable, norm: Callable, place: str) -> Tensor:
    return x + sublayer(norm(x)) if place == "pre" else norm(x + sublayer(x))


def no_way_around(x: Tensor, sublayer: Callable, norm: Callable, place: str) -> Tensor:
    return sublayer(norm(x)) if place == "pre" else norm(sublayer(x))


def always_post(x: Tensor, sublayer: Callable, norm: Callable, place: str) -> Tensor:
    return norm(x + sublayer(x))


def always_pre(x: Tensor, sublayer: Callable, norm: Callable, place: str) -> Tensor:
    return x + sublayer(norm(x))


def swapped(x: Tensor, sublayer: Callable, norm: Callable, place: str) -> Tensor:
    return around(x, sublayer, norm, "post" if place == "pre" else "pre")


def way_from_the_normed(x: Tensor, sublayer: Callable, norm: Callable, place: str) -> Tensor:
    return norm(x) + sublayer(norm(x)) if place == "pre" else norm(x + sublayer(x))


def normed_answer(x: Tensor, sublayer: Callable, norm: Callable, place: str) -> Tensor:
    return x + norm(sublayer(x)) if place == "pre" else norm(x + sublayer(x))


def sum_of_normed(x: Tensor, sublayer: Callable, norm: Callable, place: str) -> Tensor:
    return x + sublayer(norm(x)) if place == "pre" else x + norm(sublayer(x))


def no_norm(x: Tensor, sublayer: Callable, norm: Callable, place: str) -> Tensor:
    return x + sublayer(x)


def norm_twice(x: Tensor, sublayer: Callable, norm: Callable, place: str) -> Tensor:
    return norm(x + sublayer(norm(x))) if place == "pre" else norm(x + sublayer(x))


def normalise(x: Tensor) -> Tensor:
    """A layer norm without parameters."""
    return F.layer_norm(x, x.shape[-1:])


def bend(x: Tensor) -> Tensor:
    """A sublayer that is not linear, so that what it reads matters."""
    return torch.tanh(x) - 0.5 * x.flip(-1)


def mix(x: Tensor) -> Tensor:
    """A sublayer that looks at the other words."""
    return x.softmax(dim=-2) * x.cumsum(dim=-2)


_CASES = [(0, bend, "post"), (1, bend, "pre"), (2, mix, "pre"), (3, mix, "post")]


def _vectors(seed: int) -> Tensor:
    """Vectors far from normalised: a mean of 2, and three times too long."""
    return 2 + 3 * torch.randn(2, 4, 8, generator=torch.Generator().manual_seed(seed))
