"""Attention: a score for every query and key, a softmax, a weighted mean of the values.

The mechanisms differ in the score alone (:class:`Attention`), and share all the rest (:func:`attend`). None of them
keeps anything between calls.
"""

import math

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from tfmr.errors import InputError


def masked_softmax(scores: Float[Tensor, "*batch query key"], mask: Tensor | None = None) -> Tensor:
    """Softmax over the keys that the mask allows; the others get weight 0 exactly.

    A query that may look at no key at all gets a row of zeros, with zero gradient, rather than NaN or a
    uniform distribution over forbidden keys.

    Args:
        scores: one number for each query and key.
        mask: boolean, broadcastable to ``scores``; ``True`` = may be attended.

    Raises:
        InputError: the mask is not boolean or does not broadcast to the scores.
    """
    if mask is None:
        return scores.softmax(dim=-1)
    check_mask(mask, scores.shape)
    # The lowest finite number of this very dtype: -1e9 would overflow float16, and -inf would make
    # a row with no allowed key 0/0.
    lowest = torch.finfo(scores.dtype).min
    weights = scores.masked_fill(~mask, lowest).softmax(dim=-1)
    return weights.masked_fill(~mask, 0.0)


def attend(
    scores: Float[Tensor, "*batch query key"],
    value: Float[Tensor, "*batch key d_value"],
    mask: Tensor | None = None,
    dropout_p: float = 0.0,
) -> tuple[Float[Tensor, "*batch query d_value"], Float[Tensor, "*batch query key"]]:
    """Turn scores into weights and average the values with them.

    Args:
        scores: one number for each query and key.
        value: what is averaged.
        mask: boolean, broadcastable to ``scores``; ``True`` = may be attended.
        dropout_p: probability of dropping a weight; pass 0.0 outside training.

    Returns:
        The output, and the weights before dropout: each row sums to 1, or is 0 where no key is allowed.
    """
    weights = masked_softmax(scores, mask)
    return F.dropout(weights, dropout_p) @ value, weights


def scaled_dot_product_attention(
    query: Float[Tensor, "*batch query d_key"],
    key: Float[Tensor, "*batch key d_key"],
    value: Float[Tensor, "*batch key d_value"],
    mask: Tensor | None = None,
    dropout_p: float = 0.0,
) -> tuple[Float[Tensor, "*batch query d_value"], Float[Tensor, "*batch query key"]]:
    """softmax(Q Kᵀ / √d_key) V, and its weights (Vaswani et al. 2017, equation 1).

    Args:
        query, key, value: any number of leading batch axes.
        mask: boolean, broadcastable to ``(*batch, query, key)``; ``True`` = may be attended.
        dropout_p: probability of dropping a weight; pass 0.0 outside training.

    Returns:
        The output, and the weights before dropout.

    Raises:
        InputError: sizes do not fit, there is no key, the mask is not boolean or of another shape.
    """
    check_shapes(query, key, value)
    return attend(scaled_scores(query, key), value, mask, dropout_p)


def scaled_scores(
    query: Float[Tensor, "*batch query d_key"], key: Float[Tensor, "*batch key d_key"]
) -> Float[Tensor, "*batch query key"]:
    """Q Kᵀ / √d_key."""
    # Divided before the product, not after: in float16 the product alone may be too large a number.
    return (query / math.sqrt(query.size(-1))) @ key.transpose(-2, -1)


class Attention(nn.Module):
    """What all mechanisms share. Each kind says what it makes of a key, and how a query and a key are scored."""

    def project_key(self, key: Float[Tensor, "batch key d_key"]) -> Float[Tensor, "batch key d_projected"]:
        """The work that depends on the keys only: a decoder does it once a sentence."""
        return key

    def score(
        self,
        query: Float[Tensor, "batch query d_query"],
        projected_key: Float[Tensor, "batch key d_projected"],
    ) -> Float[Tensor, "batch query key"]:
        """One number for each query and key: how well they fit."""
        raise NotImplementedError

    def forward(
        self,
        query: Float[Tensor, "batch query d_query"],
        key: Float[Tensor, "batch key d_key"],
        value: Float[Tensor, "batch key d_value"],
        mask: Tensor | None = None,
    ) -> tuple[Float[Tensor, "batch query d_value"], Float[Tensor, "batch query key"]]:
        """The output, and the weights; the mask as in :func:`attend`."""
        return attend(self.score(query, self.project_key(key)), value, mask)


class AdditiveAttention(Attention):
    """score(q, k) = vᵀ tanh(W_q q + W_k k): a network with one hidden layer (Bahdanau et al. 2015, A.1.2).

    Args:
        d_query, d_key: sizes of a query and of a key; they may differ.
        d_hidden: size of the hidden layer.
    """

    def __init__(self, d_query: int, d_key: int, d_hidden: int):
        super().__init__()
        self.query_projection = nn.Linear(d_query, d_hidden, bias=False)
        self.key_projection = nn.Linear(d_key, d_hidden, bias=False)
        self.score_vector = nn.Linear(d_hidden, 1, bias=False)

    def project_key(self, key: Float[Tensor, "batch key d_key"]) -> Float[Tensor, "batch key d_hidden"]:
        return self.key_projection(key)

    def score(
        self, query: Float[Tensor, "batch query d_query"], projected_key: Float[Tensor, "batch key d_hidden"]
    ) -> Float[Tensor, "batch query key"]:
        projected_query = self.query_projection(query)
        # (batch, query, 1, d_hidden) + (batch, 1, key, d_hidden)
        hidden = torch.tanh(projected_query[:, :, None] + projected_key[:, None])
        return self.score_vector(hidden).squeeze(-1)


class GeneralAttention(Attention):
    """score(q, k) = qᵀ W k: a learned bilinear form (Luong et al. 2015, section 3.1).

    Args:
        d_query, d_key: sizes of a query and of a key; they may differ.
    """

    def __init__(self, d_query: int, d_key: int):
        super().__init__()
        self.key_projection = nn.Linear(d_key, d_query, bias=False)

    def project_key(self, key: Float[Tensor, "batch key d_key"]) -> Float[Tensor, "batch key d_query"]:
        return self.key_projection(key)

    def score(
        self, query: Float[Tensor, "batch query d_query"], projected_key: Float[Tensor, "batch key d_query"]
    ) -> Float[Tensor, "batch query key"]:
        return query @ projected_key.transpose(-2, -1)


class DotAttention(Attention):
    """score(q, k) = qᵀ k, or qᵀ k / √d with ``scaled``: no parameter at all.

    The plain one is the *dot* score of Luong et al. 2015, section 3.1; the scaled one is the score of
    Vaswani et al. 2017, equation 1. Queries and keys have the same size.

    Args:
        scaled: divide by the square root of that size.
    """

    def __init__(self, scaled: bool = False):
        super().__init__()
        self.scaled = scaled

    def score(
        self, query: Float[Tensor, "batch query d_key"], projected_key: Float[Tensor, "batch key d_key"]
    ) -> Float[Tensor, "batch query key"]:
        return scaled_scores(query, projected_key) if self.scaled else query @ projected_key.transpose(-2, -1)


def check_shapes(query: Tensor, key: Tensor, value: Tensor) -> None:
    """Refuse queries and keys of different sizes, and values that do not belong to the keys."""
    shapes = [tuple(x.shape) for x in (query, key, value)]
    fits = min(map(len, shapes)) > 1 and shapes[0][-1] == shapes[1][-1] and shapes[1][-2] == shapes[2][-2] > 0
    if not fits:
        raise InputError(
            "query, key, value: expected queries and keys of one size, at least one key and a value for each, "
            f"got shapes {', '.join(map(str, shapes))}"
        )


def check_mask(mask: Tensor, shape: torch.Size) -> None:
    """Refuse a mask that is not boolean, or that does not broadcast to scores of this shape."""
    if mask.dtype != torch.bool:
        raise InputError(f"mask: expected a boolean tensor (True = may be attended), got {mask.dtype}")
    # Aligned from the right, every size is 1 or the score's own; a mask may not make the scores larger.
    fits = mask.dim() <= len(shape) and all(
        m == 1 or m == s for m, s in zip(reversed(mask.shape), reversed(shape), strict=False)
    )
    if not fits:
        raise InputError(
            f"mask: expected a shape that broadcasts to the scores, {tuple(shape)}, got {tuple(mask.shape)}"
        )
