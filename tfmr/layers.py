"""The layers of a Transformer: attention and a small network, each with a way around it and a norm."""

from dataclasses import dataclass, field, replace

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from tfmr.errors import InputError
from tfmr.multi_head import KeyValueCache, MultiHeadAttention, as_tree

NORMS = ("post", "pre")
ACTIVATIONS = {"relu": F.relu, "gelu": F.gelu}


class FeedForward(nn.Module):
    """W_2 act(W_1 x + b_1) + b_2, the same at every position (Vaswani et al. 2017, equation 2).

    Args:
        d_model: size of an input and output vector.
        d_ff: size of the hidden layer.
        dropout: probability of dropping a hidden unit in training.
        activation: one of ``ACTIVATIONS``.
    """

    def __init__(self, d_model: int, d_ff: int, dropout: float = 0.0, activation: str = "relu"):
        super().__init__()
        if activation not in ACTIVATIONS:
            raise InputError(f"activation: expected one of {', '.join(ACTIVATIONS)}; got {activation!r}")
        self.activation = ACTIVATIONS[activation]
        self.hidden = nn.Linear(d_model, d_ff)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(d_ff, d_model)

    def forward(self, x: Float[Tensor, "batch length d_model"]) -> Float[Tensor, "batch length d_model"]:
        return self.output(self.dropout(self.activation(self.hidden(x))))


class Residual(nn.Module):
    """The way around a sublayer, and its norm: before the sublayer (pre) or after the sum (post).

    post: norm(x + sublayer(x)), as in Vaswani et al. 2017, section 3.1. pre: x + sublayer(norm(x)), as in nearly
    everything since (Xiong et al. 2020).

    Args:
        d_model: size of a vector.
        dropout: probability of dropping a number of the sublayer's output in training.
        norm: "post" or "pre".
        eps: keeps the norm from dividing by zero.
    """

    def __init__(self, d_model: int, dropout: float = 0.0, norm: str = "post", eps: float = 1e-5):
        super().__init__()
        if norm not in NORMS:
            raise InputError(f"norm: expected one of {', '.join(NORMS)}; got {norm!r}")
        self.is_pre = norm == "pre"
        self.norm = nn.LayerNorm(d_model, eps)
        self.dropout = nn.Dropout(dropout)

    def enter(self, x: Tensor) -> Tensor:
        """What the sublayer reads."""
        return self.norm(x) if self.is_pre else x

    def leave(self, x: Tensor, update: Tensor) -> Tensor:
        """What goes on: the way around, plus what the sublayer said."""
        total = x + self.dropout(update)
        return total if self.is_pre else self.norm(total)


class EncoderLayer(nn.Module):
    """Self-attention, then a feed-forward network (Vaswani et al. 2017, section 3.1).

    Args:
        d_model, num_heads, d_ff: sizes.
        dropout: on the weights, the hidden units and what each sublayer adds.
        norm: "post" (the paper) or "pre"; a stack of pre-norm layers needs one more norm at its end.
        activation: see :class:`FeedForward`.
        eps: of the norms.
        d_key, d_value, relative: see :class:`tfmr.multi_head.MultiHeadAttention`.
    """

    def __init__(
        self,
        d_model: int,
        num_heads: int,
        d_ff: int,
        dropout: float = 0.0,
        *,
        norm: str = "post",
        activation: str = "relu",
        eps: float = 1e-5,
        d_key: int | None = None,
        d_value: int | None = None,
        relative: nn.Module | None = None,
    ):
        super().__init__()
        sizes = {"d_key": d_key, "d_value": d_value}
        self.self_attention = MultiHeadAttention(d_model, num_heads, dropout, **sizes, relative=relative)
        self.feed_forward = FeedForward(d_model, d_ff, dropout, activation)
        self.around_attention = Residual(d_model, dropout, norm, eps)
        self.around_feed_forward = Residual(d_model, dropout, norm, eps)

    def forward(
        self, x: Float[Tensor, "batch length d_model"], mask: Tensor | None = None, need_weights: bool = False
    ) -> tuple[Float[Tensor, "batch length d_model"], Float[Tensor, "batch heads length length"] | None]:
        """One layer up.

        Args:
            mask: boolean, broadcastable to (batch, length, length); ``True`` = may be attended.
            need_weights: whether to return the attention weights.
        """
        h = self.around_attention.enter(x)
        h, weights = self.self_attention(h, h, h, mask, need_weights)
        x = self.around_attention.leave(x, h)
        h = self.feed_forward(self.around_feed_forward.enter(x))
        return self.around_feed_forward.leave(x, h), weights


@as_tree
@dataclass
class DecoderCache:
    """What one decoder layer keeps from step to step."""

    self_attention: KeyValueCache = field(default_factory=KeyValueCache)
    cross_attention: KeyValueCache = field(default_factory=lambda: KeyValueCache(fixed=True))

    def copy(self) -> "DecoderCache":
        """A cache with the same keys and values that grows by itself."""
        return DecoderCache(replace(self.self_attention), replace(self.cross_attention))

    def select(self, rows: Tensor) -> "DecoderCache":
        """A cache of these rows of the batch, in this order."""
        return DecoderCache(self.self_attention.select(rows), self.cross_attention.select(rows))


class DecoderLayer(nn.Module):
    """Self-attention to the words before, attention to the memory, a feed-forward network.

    Vaswani et al. 2017, section 3.1. The arguments are those of :class:`EncoderLayer`; ``relative`` positions
    are for the self-attention only, since source and target words have no common scale to measure a distance.
    """

    def __init__(
        self,
        d_model: int,
        num_heads: int,
        d_ff: int,
        dropout: float = 0.0,
        *,
        norm: str = "post",
        activation: str = "relu",
        eps: float = 1e-5,
        d_key: int | None = None,
        d_value: int | None = None,
        relative: nn.Module | None = None,
    ):
        super().__init__()
        sizes = {"d_key": d_key, "d_value": d_value}
        self.self_attention = MultiHeadAttention(d_model, num_heads, dropout, **sizes, relative=relative)
        self.cross_attention = MultiHeadAttention(d_model, num_heads, dropout, **sizes)
        self.feed_forward = FeedForward(d_model, d_ff, dropout, activation)
        self.around_self_attention = Residual(d_model, dropout, norm, eps)
        self.around_cross_attention = Residual(d_model, dropout, norm, eps)
        self.around_feed_forward = Residual(d_model, dropout, norm, eps)

    def forward(
        self,
        x: Float[Tensor, "batch tgt_len d_model"],
        memory: Float[Tensor, "batch src_len d_model"],
        mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        need_weights: bool = False,
        cache: DecoderCache | None = None,
    ) -> tuple[Float[Tensor, "batch tgt_len d_model"], Tensor | None, Tensor | None]:
        """One layer up: the output, the weights of the self-attention and those of the cross-attention.

        Args:
            memory: what the encoder made of the source.
            mask: which positions may see which, broadcastable to (batch, tgt_len, tgt_len); the causal mask.
            memory_mask: which source positions may be seen, broadcastable to (batch, tgt_len, src_len).
            need_weights: whether to return weights; None stands for them otherwise.
            cache: keys and values of earlier calls; ``x`` then holds the new positions only.
        """
        self_cache = None if cache is None else cache.self_attention
        cross_cache = None if cache is None else cache.cross_attention
        h = self.around_self_attention.enter(x)
        h, self_weights = self.self_attention(h, h, h, mask, need_weights, self_cache)
        x = self.around_self_attention.leave(x, h)
        h = self.around_cross_attention.enter(x)
        h, cross_weights = self.cross_attention(h, memory, memory, memory_mask, need_weights, cross_cache)
        x = self.around_cross_attention.leave(x, h)
        h = self.feed_forward(self.around_feed_forward.enter(x))
        return self.around_feed_forward.leave(x, h), self_weights, cross_weights
