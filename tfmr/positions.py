"""How a model knows where a word stands.

A model that only attends sees a bag of words. Order can come in at three points: at the embeddings, where
something is added for each position; inside attention, where queries and keys are turned; or at the scores, where
a number for each distance is added. :class:`Positions` has all three and does nothing at any of them; each kind
fills one. Positions count from 0.

What follows from a formula is computed when it is needed, on the device and for the length at hand: no table has
to grow, to move, or to be loaded.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from tfmr.errors import InputError, check_count

Device = torch.device | str | None


class Positions(nn.Module):
    """No positions, and the form that all kinds have; an ``offset`` is where the first of the vectors stands."""

    @property
    def max_length(self) -> int | None:
        """How many positions there are; None: any number."""
        return None

    def forward(
        self, x: Float[Tensor, "batch length d_model"], offset: int = 0
    ) -> Float[Tensor, "batch length d_model"]:
        """Embeddings, with their positions ``offset``, ``offset + 1``, … added."""
        return x

    def rotate(
        self, x: Float[Tensor, "batch heads length d_head"], offset: int = 0
    ) -> Float[Tensor, "batch heads length d_head"]:
        """Queries or keys of a head, turned as their positions ask for."""
        return x

    def bias(
        self, num_queries: int, num_keys: int, offset: int = 0, device: Device = None
    ) -> Float[Tensor, "heads queries keys"] | None:
        """What is added to the scores of queries at ``offset``, ``offset + 1``, … and keys at 0, 1, …"""
        return None


def sinusoids(
    length: int, d_model: int, offset: int = 0, device: Device = None
) -> Float[Tensor, "length d_model"]:
    """sin(p / 10000^(2i/d)) in column 2i, cos of the same in column 2i + 1 (Vaswani et al. 2017, section 3.5).

    A row for each of the positions p = ``offset``, ``offset + 1``, …

    Raises:
        InputError: ``d_model`` is odd, so that a sine would lack its cosine.
    """
    angles = _angles(torch.arange(offset, offset + length, device=device), d_model, "d_model")
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)


class SinusoidalPositions(Positions):
    """Embeddings plus :func:`sinusoids`: nothing is learned, nothing is kept, and any length will do."""

    def __init__(self, d_model: int):
        super().__init__()
        sinusoids(1, d_model)  # refuses an odd size

    def forward(
        self, x: Float[Tensor, "batch length d_model"], offset: int = 0
    ) -> Float[Tensor, "batch length d_model"]:
        return x + sinusoids(x.size(1), x.size(2), offset, x.device).to(x.dtype)


class LearnedPositions(Positions):
    """Embeddings plus a vector learned for each position (Gehring et al. 2017; BERT and GPT-2 too).

    Args:
        max_length: number of positions that have a vector.
        d_model: size of a vector.

    Raises:
        InputError: ``max_length`` is no whole number of at least 1.
    """

    def __init__(self, max_length: int, d_model: int):
        super().__init__()
        check_count("max_length", max_length)
        self.table = nn.Parameter(torch.randn(max_length, d_model) / math.sqrt(d_model))

    @property
    def max_length(self) -> int:
        return len(self.table)

    def forward(
        self, x: Float[Tensor, "batch length d_model"], offset: int = 0
    ) -> Float[Tensor, "batch length d_model"]:
        """Embeddings, with the vectors of their positions added.

        Raises:
            InputError: a position has no vector.
        """
        end = offset + x.size(1)
        if end > self.max_length:
            raise InputError(f"length: expected at most {self.max_length} learned positions, got {end}")
        return x + self.table[offset:end]


class RotaryPositions(Positions):
    """Turn each pair of coordinates by an angle that grows with the position (Su et al. 2021, equation 15).

    The product of a turned query with a turned key depends on the distance between them alone.

    Args:
        d_head: size of a head's queries and keys; even.
        base: the slowest pair turns by about 1/base a position.

    Raises:
        InputError: ``d_head`` is odd; heads of another size are to be turned.
    """

    def __init__(self, d_head: int, base: float = 10_000.0):
        super().__init__()
        self.d_head, self.base = d_head, base
        _angles(torch.arange(1), d_head, "d_head")  # refuses an odd size

    def rotate(
        self, x: Float[Tensor, "batch heads length d_head"], offset: int = 0
    ) -> Float[Tensor, "batch heads length d_head"]:
        if x.size(-1) != self.d_head:
            raise InputError(f"d_head: expected heads of {self.d_head} dimensions, got {x.size(-1)}")
        positions = torch.arange(offset, offset + x.size(-2), device=x.device)
        angles = _angles(positions, self.d_head, "d_head", self.base)
        cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
        even, odd = x[..., 0::2], x[..., 1::2]
        turned = even * cos - odd * sin, even * sin + odd * cos
        return torch.stack(turned, dim=-1).flatten(-2)


class ALiBi(Positions):
    """Take from each score a number that grows with the distance (Press et al. 2022, section 3).

    Every head has its own slope: the steep ones look near, the flat ones far. The paper's decoder looks to
    the left only; here the distance counts in both directions, so that an encoder can use it too.

    Args:
        num_heads: number of heads.

    Raises:
        InputError: ``num_heads`` is no whole number of at least 1; the heads at hand are more or fewer.
    """

    def __init__(self, num_heads: int):
        super().__init__()
        self.num_heads = num_heads
        alibi_slopes(num_heads)  # refuses a number that is not positive

    def rotate(
        self, x: Float[Tensor, "batch heads length d_head"], offset: int = 0
    ) -> Float[Tensor, "batch heads length d_head"]:
        """Nothing is turned; but here the heads can be counted, and one slope would silently serve many."""
        if x.size(-3) != self.num_heads:
            raise InputError(f"num_heads: expected {self.num_heads} heads, one a slope, got {x.size(-3)}")
        return x

    def bias(
        self, num_queries: int, num_keys: int, offset: int = 0, device: Device = None
    ) -> Float[Tensor, "heads queries keys"]:
        """-slope · |distance|."""
        queries = torch.arange(offset, offset + num_queries, device=device)
        distance = (queries[:, None] - torch.arange(num_keys, device=device)).abs()
        return -alibi_slopes(self.num_heads, device)[:, None, None] * distance


def alibi_slopes(num_heads: int, device: Device = None) -> Float[Tensor, " heads"]:
    """2^(-8/n), 2^(-16/n), …, 2^(-8): a geometric sequence (Press et al. 2022, section 3).

    For a number of heads that is no power of two, the sequence of the power below, and then every second
    number of the one for the power above, as in the authors' code.
    """
    check_count("num_heads", num_heads)
    power = 2 ** int(math.log2(num_heads))
    slopes = 2.0 ** (-8 / power * torch.arange(1, power + 1, device=device))
    odd = 2 * torch.arange(num_heads - power, device=device) + 1
    return torch.cat([slopes, 2.0 ** (-4 / power * odd)])


def _angles(
    positions: Tensor,
    size: int,
    name: str,
    base: float = 10_000.0,
) -> Float[Tensor, "length half"]:
    """p / base^(2i/size) for each position p and each pair i of coordinates.

    In float32, whatever the model's type: bfloat16 cannot tell all positions above 256 apart.
    """
    if size < 2 or size % 2:
        raise InputError(f"{name}: expected an even number, one sine and cosine a pair, got {size}")
    pairs = torch.arange(0, size, 2, device=positions.device, dtype=torch.float32)
    return positions[:, None].float() * base ** (-pairs / size)
