"""Multi-head attention: several attentions side by side, each in a space of its own."""

from jaxtyping import Float
from torch import Tensor, nn

from tfmr.attention import attend, scaled_scores
from tfmr.errors import InputError, check_count
from tfmr.fused import MakeBias, fused_in_blocks
from tfmr.positions import Positions


class MultiHeadAttention(nn.Module):
    """Concat(head_1, …, head_h) W_o, with head_i = attention(Q W_q,i, K W_k,i, V W_v,i).

    Vaswani et al. 2017, section 3.2.2. The h small projections are slices of one large one.

    Args:
        d_model: size of a query, key, value and output vector.
        num_heads: number of heads h.
        dropout: probability of dropping an attention weight in training.
        d_key, d_value: sizes of a head's keys and values; by default d_model / num_heads.
        bias: whether the four projections add a vector.
        positions: a kind of :class:`tfmr.positions.Positions`, which turns queries and keys or adds to scores.

    Raises:
        InputError: ``num_heads`` does not divide ``d_model``, or a size is not positive.
    """

    def __init__(
        self,
        d_model: int,
        num_heads: int,
        dropout: float = 0.0,
        *,
        d_key: int | None = None,
        d_value: int | None = None,
        bias: bool = True,
        positions: nn.Module | None = None,
    ):
        super().__init__()
        check_heads(d_model, num_heads, d_key, d_value)
        d_key, d_value = d_key or d_model // num_heads, d_value or d_model // num_heads
        self.num_heads, self.dropout = num_heads, dropout
        self.positions = positions or Positions()
        self.query_projection = nn.Linear(d_model, num_heads * d_key, bias)
        self.key_projection = nn.Linear(d_model, num_heads * d_key, bias)
        self.value_projection = nn.Linear(d_model, num_heads * d_value, bias)
        self.output_projection = nn.Linear(num_heads * d_value, d_model, bias)

    def forward(
        self,
        query: Float[Tensor, "batch query d_model"],
        key: Float[Tensor, "batch key d_model"],
        value: Float[Tensor, "batch key d_model"],
        mask: Tensor | None = None,
        need_weights: bool = True,
    ) -> tuple[Float[Tensor, "batch query d_model"], Float[Tensor, "batch heads query key"] | None]:
        """Attend, in every head at once.

        Args:
            query, key, value: the same tensor three times is self-attention; memory as key and value is
                cross-attention.
            mask: boolean, ``True`` = may be attended; broadcastable to (batch, query, key), the same for all
                heads, or to (batch, heads, query, key).
            need_weights: whether to return the weights. Without, the matrix of weights is never stored
                (:mod:`tfmr.fused`).

        Returns:
            The output, and the weights before dropout (or None).

        Raises:
            InputError: sizes do not fit, there is no position, the mask is not boolean or of another shape.
        """
        check_inputs(query, key, value, self.query_projection.in_features)
        k, v = self.project(key, value)
        return self.attend(query, k, v, mask, need_weights=need_weights)

    def project(
        self,
        key: Float[Tensor, "batch key d_model"],
        value: Float[Tensor, "batch key d_model"],
        offset: int = 0,
    ) -> tuple[Float[Tensor, "batch heads key d_key"], Float[Tensor, "batch heads key d_value"]]:
        """The heads' keys and values: what does not depend on the queries, and can be kept while they come.

        Args:
            offset: the position of the first key.
        """
        k = self.positions.rotate(self._split(self.key_projection(key)), offset)
        return k, self._split(self.value_projection(value))

    def attend(
        self,
        query: Float[Tensor, "batch query d_model"],
        k: Float[Tensor, "batch heads key d_key"],
        v: Float[Tensor, "batch heads key d_value"],
        mask: Tensor | None = None,
        *,
        offset: int = 0,
        need_weights: bool = False,
    ) -> tuple[Float[Tensor, "batch query d_model"], Float[Tensor, "batch heads query key"] | None]:
        """Attend to the keys and values that :meth:`project` made; the rest as in :meth:`forward`.

        Args:
            offset: the position of the first query. The first key stands at 0.
            need_weights: off unless asked for, since a decoder seldom asks.
        """
        q = self.positions.rotate(self._split(self.query_projection(query)), offset)

        def make_bias(first: int, count: int) -> Tensor | None:
            """What is added to the scores of ``count`` queries from number ``first`` on."""
            return self.positions.bias(count, k.size(-2), offset + first, q.device)

        attention = explicit_attention if need_weights else fused_in_blocks
        dropout_p = self.dropout if self.training else 0.0
        heads, weights = attention(q, k, v, with_heads(mask), make_bias, dropout_p)
        return self.output_projection(heads.transpose(1, 2).flatten(2)), weights

    def _split(self, x: Float[Tensor, "batch length size"]) -> Float[Tensor, "batch heads length d_head"]:
        return x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)


def explicit_attention(
    query: Float[Tensor, "batch heads query d_key"],
    key: Float[Tensor, "batch heads key d_key"],
    value: Float[Tensor, "batch heads key d_value"],
    mask: Tensor | None,
    make_bias: MakeBias,
    dropout_p: float = 0.0,
) -> tuple[Float[Tensor, "batch heads query d_value"], Float[Tensor, "batch heads query key"]]:
    """Scaled dot-product attention and its weights; the arguments are those of :func:`fused_in_blocks`."""
    scores = scaled_scores(query, key)
    bias = make_bias(0, query.size(-2))
    if bias is not None:
        scores = scores + bias.to(scores.dtype)
    return attend(scores, value, mask, dropout_p)


def with_heads(mask: Tensor | None) -> Tensor | None:
    """A mask with the axes (batch, heads, query, key); of what it lacks, there is one for all."""
    return mask if mask is None or mask.dim() > 3 else mask[(None,) * (3 - mask.dim())].unsqueeze(1)


def check_inputs(query: Tensor, key: Tensor, value: Tensor, d_model: int) -> None:
    """Refuse what is not a batch of vectors of this size, or keys without values."""
    for name, x in (("query", query), ("key", key), ("value", value)):
        if x.dim() != 3 or x.size(-1) != d_model or x.size(1) == 0:
            raise InputError(
                f"{name}: expected shape (batch, at least one position, {d_model}), got {tuple(x.shape)}"
            )
    if key.shape != value.shape or query.size(0) != key.size(0):
        raise InputError(
            "query, key, value: expected one batch size, and a value for every key, got shapes "
            f"{tuple(query.shape)}, {tuple(key.shape)}, {tuple(value.shape)}"
        )


def check_heads(d_model: int, num_heads: int, d_key: int | None, d_value: int | None) -> None:
    """Refuse sizes that make no heads."""
    sizes = {"d_model": d_model, "num_heads": num_heads, "d_key": d_key, "d_value": d_value}
    for name, size in sizes.items():
        if size is not None or name in ("d_model", "num_heads"):
            check_count(name, size)
    if d_model % num_heads and (d_key is None or d_value is None):
        raise InputError(
            f"num_heads: expected a divisor of d_model = {d_model} (or d_key and d_value given), got {num_heads}"
        )
