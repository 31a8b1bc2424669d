"""The layers of a Transformer: attention and a small network, each with a way around it and a norm."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from tfmr.errors import InputError
from tfmr.multi_head import MultiHeadAttention

NORMS = ("post", "pre")
ACTIVATIONS = {"relu": F.relu, "gelu": F.gelu}


class FeedForward(nn.Module):
    """W_2 act(W_1 x + b_1) + b_2, the same at every position (Vaswani et al. 2017, equation 2).

    Args:
        d_model: size of an input and output vector.
        d_ff: size of the hidden layer.
        dropout: probability of dropping a hidden unit in training.
        activation: one of ``ACTIVATIONS``.

    Raises:
        InputError: there is no such activation.
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
    """The way around a sublayer, and its norm: after the sum (post) or before the sublayer (pre).

    Post-norm is that of Vaswani et al. 2017, section 3.1; pre-norm is treated in Xiong et al. 2020.

    Args:
        d_model: size of a vector.
        dropout: probability of dropping a number of the sublayer's output in training.
        norm: "post" or "pre".
        eps: keeps the norm from dividing by zero.

    Raises:
        InputError: ``norm`` is neither.
    """

    def __init__(self, d_model: int, dropout: float = 0.0, norm: str = "post", eps: float = 1e-5):
        super().__init__()
        if norm not in NORMS:
            raise InputError(f"norm: expected one of {', '.join(NORMS)}; got {norm!r}")
        self.is_pre = norm == "pre"
        self.norm = nn.LayerNorm(d_model, eps)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, x: Float[Tensor, "batch length d_model"], sublayer: Callable[[Tensor], Tensor]
    ) -> Float[Tensor, "batch length d_model"]:
        """``x``, and what the sublayer adds to it."""
        if self.is_pre:
            return x + self.dropout(sublayer(self.norm(x)))
        return self.norm(x + self.dropout(sublayer(x)))


def keep(seen: list, answer: tuple[Tensor, Any]) -> Tensor:
    """The output alone, as a :class:`Residual` wants it; what came with it, such as weights, goes into the list."""
    output, beside = answer
    seen.append(beside)
    return output


class EncoderLayer(nn.Module):
    """Self-attention, then a feed-forward network (Vaswani et al. 2017, section 3.1).

    Args:
        self_attention, feed_forward: the two sublayers.
        residual: makes the way around a sublayer; it is called once for each. A stack of pre-norm layers needs one
            more norm at its end.
    """

    def __init__(
        self, self_attention: MultiHeadAttention, feed_forward: FeedForward, residual: Callable[[], Residual]
    ):
        super().__init__()
        self.self_attention, self.feed_forward = self_attention, feed_forward
        self.around_attention, self.around_feed_forward = residual(), residual()

    def forward(
        self, x: Float[Tensor, "batch length d_model"], mask: Tensor | None = None, need_weights: bool = False
    ) -> tuple[Float[Tensor, "batch length d_model"], Float[Tensor, "batch heads length length"] | None]:
        """One layer up.

        Args:
            mask: boolean, broadcastable to (batch, length, length); ``True`` = may be attended.
            need_weights: whether to return the attention weights.
        """
        seen = []
        x = self.around_attention(x, lambda h: keep(seen, self.self_attention(h, h, h, mask, need_weights)))
        return self.around_feed_forward(x, self.feed_forward), *seen


class DecoderLayer(nn.Module):
    """Self-attention to the words before, attention to the memory, a feed-forward network.

    Vaswani et al. 2017, section 3.1. Positions inside attention are for the self-attention only, since source and
    target words have no common scale to measure a distance.

    Args:
        self_attention, cross_attention, feed_forward: the three sublayers.
        residual: makes the way around a sublayer; it is called once for each.
    """

    def __init__(
        self,
        self_attention: MultiHeadAttention,
        cross_attention: MultiHeadAttention,
        feed_forward: FeedForward,
        residual: Callable[[], Residual],
    ):
        super().__init__()
        self.self_attention, self.cross_attention = self_attention, cross_attention
        self.feed_forward = feed_forward
        self.around_self_attention = residual()
        self.around_cross_attention = residual()
        self.around_feed_forward = residual()

    def forward(
        self,
        x: Float[Tensor, "batch tgt_len d_model"],
        memory: Float[Tensor, "batch src_len d_model"],
        mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        need_weights: bool = False,
    ) -> tuple[Float[Tensor, "batch tgt_len d_model"], Tensor | None, Tensor | None]:
        """One layer up: the output, the weights of the self-attention and those of the cross-attention.

        Args:
            memory: what the encoder made of the source.
            mask: which positions may see which, broadcastable to (batch, tgt_len, tgt_len); the causal mask.
            memory_mask: which source positions may be seen, broadcastable to (batch, tgt_len, src_len).
            need_weights: whether to return weights; None stands for them otherwise.
        """
        seen = []
        x = self.around_self_attention(
            x, lambda h: keep(seen, self.self_attention(h, h, h, mask, need_weights))
        )
        x = self.around_cross_attention(
            x, lambda h: keep(seen, self.cross_attention(h, memory, memory, memory_mask, need_weights))
        )
        return self.around_feed_forward(x, self.feed_forward), *seen


class Cache(NamedTuple):
    """Keys and values of the words read so far, in a buffer with room for more: nothing is copied to add a word.

    A cache is not changed by being used. The one that :meth:`append` makes shares the buffer, and each knows how much
    of it is its own. Only the newest may write behind its end; an older one goes on in a copy.

    Attributes:
        keys, values: the buffer, in heads: (batch, heads, room, size of a head).
        length: how many words were read; what stands behind them is not part of this cache.
        written: the length of the newest cache in this buffer, in a list of one that all of them share.
    """

    keys: Float[Tensor, "batch heads room d_key"]
    values: Float[Tensor, "batch heads room d_value"]
    length: int
    written: list[int]

    @classmethod
    def of(cls, k: Float[Tensor, "batch heads words d_key"], v: Tensor) -> "Cache":
        """The cache of these words."""
        return cls(k, v, k.size(-2), [k.size(-2)])

    @property
    def words(self) -> tuple[Tensor, Tensor]:
        """Keys and values of the words, without the room behind them."""
        return self.keys[:, :, : self.length], self.values[:, :, : self.length]

    def append(self, k: Float[Tensor, "batch heads words d_key"], v: Tensor) -> "Cache":
        """The cache with these words behind those that it has."""
        start, end = self.length, self.length + k.size(-2)
        is_newest, fits = self.written[0] == start, end <= self.keys.size(-2)
        if is_newest and fits and not torch.is_grad_enabled():  # gradients need what an earlier step read
            keys, values, written = self.keys, self.values, self.written
        else:
            keys, values, written = *(_with_room(x, end) for x in self.words), [end]
        keys[:, :, start:end], values[:, :, start:end], written[0] = k, v, end
        return Cache(keys, values, end, written)

    def select(self, rows: Int[Tensor, " rows"]) -> "Cache":
        """The cache of these rows of the batch, in this order, with room as before."""
        return Cache(self.keys[rows], self.values[rows], self.length, [self.length])


def _with_room(x: Float[Tensor, "batch heads words d_head"], length: int) -> Tensor:
    """A copy with room for about twice ``length`` words, so that few of them are copied again and again."""
    buffer = x.new_empty(*x.shape[:2], 2 * max(length, 8), x.size(-1))
    buffer[:, :, : x.size(-2)] = x
    return buffer


class LayerState(NamedTuple):
    """What a decoder layer need not compute again for the next word; :func:`step_layer` makes a new one.

    Attributes:
        past: keys and values of the words read so far.
        source: keys and values of the memory, in heads: (batch, heads, src_len, size of a head).
    """

    past: Cache
    source: tuple[Tensor, Tensor]

    @property
    def position(self) -> int:
        """How many words were read, and so where the next one stands."""
        return self.past.length

    def select(self, rows: Int[Tensor, " rows"]) -> "LayerState":
        """The state of these rows of the batch, in this order."""
        return LayerState(self.past.select(rows), tuple(x[rows] for x in self.source))

    def reorder(self, rows: Int[Tensor, " rows"]) -> "LayerState":
        """:meth:`select` where each row stays with its sentence: the memory's keys and values are kept."""
        return self._replace(past=self.past.select(rows))


def start_layer(layer: DecoderLayer, memory: Float[Tensor, "batch src_len d_model"]) -> LayerState:
    """The state before the first word: keys and values of the memory, computed once a sentence, and no past."""
    no_word = memory[:, :0]
    past = Cache.of(*layer.self_attention.project(no_word, no_word))
    return LayerState(past, layer.cross_attention.project(memory, memory))


def step_layer(
    layer: DecoderLayer,
    x: Float[Tensor, "batch 1 d_model"],
    state: LayerState,
    memory_mask: Tensor | None = None,
    need_weights: bool = False,
) -> tuple[Float[Tensor, "batch 1 d_model"], Tensor | None, LayerState]:
    """One layer up for one more word: what :meth:`DecoderLayer.forward` would give at the last position.

    No causal mask is needed: the words after this one are not there yet.

    Returns:
        The output, the weights of the cross-attention (or None), and the state after.
    """
    seen = []

    def attend_to_past(h: Tensor) -> Tensor:
        past = state.past.append(*layer.self_attention.project(h, h, state.position))
        output, _ = layer.self_attention.attend(h, *past.words, offset=state.position)
        return keep(seen, (output, past))

    def attend_to_memory(h: Tensor) -> Tensor:
        attend = partial(layer.cross_attention.attend, need_weights=need_weights)
        return keep(seen, attend(h, *state.source, memory_mask))

    x = layer.around_self_attention(x, attend_to_past)
    x = layer.around_cross_attention(x, attend_to_memory)
    past, weights = seen
    x = layer.around_feed_forward(x, layer.feed_forward)
    return x, weights, state._replace(past=past)
