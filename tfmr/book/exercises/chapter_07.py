"""Chapter 7: the way around a sublayer, with the norm before it or after the sum."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from tfmr.book.checks import Exercise
from tfmr.book.properties import close


def pre_norm(x: Tensor, f: Callable, norm: Callable) -> Tensor:
    return x + f(norm(x))


def post_norm(x: Tensor, f: Callable, norm: Callable) -> Tensor:
    return norm(x + f(x))


def around(
    x: Tensor,
    sublayer: Callable,
    norm: Callable,
    place: str,
    *,
    pre: Callable = pre_norm,
    post: Callable = post_norm,
) -> Tensor:
    """One sublayer with its way around, and its norm.

    ``x`` is (batch, length, d_model); ``sublayer`` and ``norm`` are functions of such a tensor; ``place`` is
    "pre" or "post". The result has the shape of ``x``.
    """
    return (pre if place == "pre" else post)(x, sublayer, norm)


def normalise(x: Tensor) -> Tensor:
    """A layer norm without parameters."""
    return F.layer_norm(x, x.shape[-1:])


def bend(x: Tensor) -> Tensor:
    """A sublayer that is not linear, so that what it reads matters."""
    return torch.tanh(x) - 0.5 * x.flip(-1)


def mix(x: Tensor) -> Tensor:
    """A sublayer that looks at the other words."""
    return x.softmax(dim=-2) * x.cumsum(dim=-2)


def _vectors(seed: int) -> Tensor:
    """Vectors far from normalised: a mean of 2, and three times too long."""
    return 2 + 3 * torch.randn(2, 4, 8, generator=torch.Generator().manual_seed(seed))


def _nothing(x: Tensor) -> Tensor:
    return 0 * x


def _one_more(x: Tensor) -> Tensor:
    return x + 1


def _sevens(x: Tensor) -> Tensor:
    return 0 * x + 7


check_around = Exercise(
    around,
    [(_vectors(0), bend, normalise, "post"), (_vectors(1), bend, normalise, "pre"),
     (_vectors(2), mix, normalise, "pre"), (_vectors(3), mix, normalise, "post")],
    axes="batch, length, d_model, as x",
    properties=[
        ("for pre, x itself goes around: where the sublayer answers 0, x comes out.",
         lambda call, x, sublayer, norm, place: close(call(x, _nothing, norm, "pre"), x)),
        ("for pre, the sublayer's answer is added as it is: where it answers 7, x + 7 comes out.",
         lambda call, x, sublayer, norm, place: close(call(x, _sevens, norm, "pre"), x + 7)),
        ("for pre, the sublayer reads norm(x), of the norm that is given, once: where it adds 1 to what it reads, x + "
         "norm(x) + 1 comes out.",
         lambda call, x, sublayer, norm, place: close(call(x, _one_more, torch.tanh, "pre"), x + torch.tanh(x) + 1)),
        ("for post, the norm that is given comes last: where it says 7 to everything, 7 comes out.",
         lambda call, x, sublayer, norm, place: close(call(x, sublayer, _sevens, "post"), _sevens(x))),
        ("for post, x goes around: where the sublayer answers 0, norm(x) comes out.",
         lambda call, x, sublayer, norm, place: close(call(x, _nothing, torch.tanh, "post"), torch.tanh(x))),
        ("for post, the sublayer reads x, once: where it adds 1 to what it reads, norm(x + x + 1) comes out.",
         lambda call, x, sublayer, norm, place: close(call(x, _one_more, torch.tanh, "post"), torch.tanh(x + x + 1))),
    ],
    mistakes=[
        ("nothing leads around the sublayer: add x.",
         {"pre": lambda x, f, norm: f(norm(x)), "post": lambda x, f, norm: norm(f(x))}),
        ("this is post-norm for both places.", {"pre": post_norm}),
        ("this is pre-norm for both places.", {"post": pre_norm}),
        ("the two places are the wrong way round.", {"pre": post_norm, "post": pre_norm}),
        ("there is no norm.", {"pre": lambda x, f, norm: x + f(x), "post": lambda x, f, norm: x + f(x)}),
        ("norm(x) is taken for x in both places: for pre x itself goes around, for post the norm comes last.",
         {"pre": lambda x, f, norm: norm(x) + f(norm(x)), "post": lambda x, f, norm: norm(x) + f(norm(x))}),
        ("for pre, nothing leads around the sublayer: add x.", {"pre": lambda x, f, norm: f(norm(x))}),
        ("for pre, the way around must carry x itself, not norm(x).",
         {"pre": lambda x, f, norm: norm(x) + f(norm(x))}),
        ("for pre, the sublayer's answer is not normalised, only what it reads.",
         {"pre": lambda x, f, norm: x + norm(f(x))}),
        ("for pre, the norm comes before the sublayer only, not after it too.",
         {"pre": lambda x, f, norm: x + norm(f(norm(x)))}),
        ("for pre, nothing may be normalised on the way out.", {"pre": lambda x, f, norm: norm(x + f(norm(x)))}),
        ("for pre, there is no norm.", {"pre": lambda x, f, norm: x + f(x)}),
        ("for pre, nothing is added: this is norm of the sublayer's answer.", {"pre": lambda x, f, norm: norm(f(x))}),
        ("for post, nothing leads around the sublayer: add x.", {"post": lambda x, f, norm: norm(f(x))}),
        ("for post, the sum is normalised, not the sublayer's answer alone.",
         {"post": lambda x, f, norm: x + norm(f(x))}),
        ("for post, the sublayer reads x as it is, not norm(x).", {"post": lambda x, f, norm: norm(x + f(norm(x)))}),
        ("for post, x itself is added, and the norm comes once, after the sum.",
         {"post": lambda x, f, norm: norm(norm(x) + f(norm(x)))}),
        ("for post, the norm is of the sum, not of its two parts.", {"post": lambda x, f, norm: norm(x) + norm(f(x))}),
        ("for post, the norm comes after the sum; here it is of x alone.",
         {"post": lambda x, f, norm: norm(x) + f(x)}),
        ("for post, x itself is added, not norm(x).", {"post": lambda x, f, norm: norm(norm(x) + f(x))}),
        ("for post, there is no norm.", {"post": lambda x, f, norm: x + f(x)}),
    ],
)  # fmt: skip
