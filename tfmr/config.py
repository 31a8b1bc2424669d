"""The sizes and choices of a Transformer, and the parts that follow from them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from torch import nn

from tfmr.errors import InputError, check_count, check_probability
from tfmr.layers import ACTIVATIONS, NORMS, DecoderLayer, EncoderLayer, FeedForward, Residual
from tfmr.multi_head import MultiHeadAttention, check_heads
from tfmr.positions import ALiBi, LearnedPositions, Positions, RotaryPositions, SinusoidalPositions

# Kinds of positions, and what makes them from a config: those that are added to embeddings, those inside attention.
ADDED = {
    "sinusoidal": lambda config: SinusoidalPositions(config.d_model),
    "learned": lambda config: LearnedPositions(config.max_length, config.d_model),
}
INSIDE = {
    "rotary": lambda config: RotaryPositions(config.d_key or config.d_model // config.num_heads),
    "alibi": lambda config: ALiBi(config.num_heads),
}
POSITIONS = (*ADDED, *INSIDE, "none")
TIES = ("none", "output", "all")


@dataclass(frozen=True)
class TransformerConfig:
    """The sizes and choices of a :class:`tfmr.transformer.Transformer`; the defaults are the paper's base model.

    Attributes:
        src_vocab_size, tgt_vocab_size: numbers of tokens.
        d_model: size of the vectors between layers.
        num_heads: attention heads.
        num_encoder_layers, num_decoder_layers: depth.
        d_ff: size of the feed-forward networks' hidden layer.
        dropout: probability, on embeddings and sublayer outputs: where the paper drops (section 5.4).
        attention_dropout, hidden_dropout: the same on attention weights and on the feed-forward networks' hidden
            units, as later models have it. Off unless asked for: drawing such a mask costs more than a product of its size.
        norm: "post" (the paper) or "pre"; pre-norm stacks end with one more norm.
        positions: one of ``POSITIONS``.
        max_length: number of learned positions; the other kinds have no limit.
        activation: of the feed-forward networks, "relu" or "gelu".
        tie_embeddings: "none"; "output": the target embedding is also the output layer; "all": the source
            embedding too, as in the paper, which needs one vocabulary for both languages.
        d_key, d_value: sizes of a head's keys and values; by default d_model / num_heads.
        pad_id, bos_id, eos_id: padding, begin and end of a sentence.

    Raises:
        InputError: a size is no whole number of at least 1 or does not fit the others; a choice or a dropout is out of
            range.
    """

    src_vocab_size: int
    tgt_vocab_size: int
    d_model: int = 512
    num_heads: int = 8
    num_encoder_layers: int = 6
    num_decoder_layers: int = 6
    d_ff: int = 2048
    dropout: float = 0.1
    attention_dropout: float = 0.0
    hidden_dropout: float = 0.0
    norm: str = "post"
    positions: str = "sinusoidal"
    max_length: int = 512
    activation: str = "relu"
    tie_embeddings: str = "none"
    d_key: int | None = None
    d_value: int | None = None
    pad_id: int = 0
    bos_id: int = 1
    eos_id: int = 2

    def __post_init__(self):
        sizes = (
            "src_vocab_size",
            "tgt_vocab_size",
            "num_encoder_layers",
            "num_decoder_layers",
            "d_ff",
            "max_length",
        )
        for name in sizes:
            check_count(name, getattr(self, name))
        check_heads(self.d_model, self.num_heads, self.d_key, self.d_value)
        for name in ("dropout", "attention_dropout", "hidden_dropout"):
            check_probability(name, getattr(self, name))
        choices = {"norm": NORMS, "positions": POSITIONS, "activation": ACTIVATIONS, "tie_embeddings": TIES}
        for name, known in choices.items():
            if getattr(self, name) not in known:
                raise InputError(f"{name}: expected one of {', '.join(known)}; got {getattr(self, name)!r}")
        if self.tie_embeddings == "all" and self.src_vocab_size != self.tgt_vocab_size:
            raise InputError(
                "tie_embeddings: expected one vocabulary size to tie both embeddings, got "
                f"{self.src_vocab_size} and {self.tgt_vocab_size}"
            )

    @classmethod
    def base(cls, vocab_size: int = 41_000, **changes) -> "TransformerConfig":
        """The paper's base model, 65 million parameters (Table 3).

        Args:
            vocab_size: of the vocabulary that both languages share. The paper says "about 37000", but with it
                the model has 63 million. With 41,000 this model and all rows B and C of Table 3 have the printed
                number of parameters, to the million.
            changes: any other field.
        """
        return replace(cls(vocab_size, vocab_size, tie_embeddings="all"), **changes)

    @classmethod
    def big(cls, vocab_size: int = 35_800, **changes) -> "TransformerConfig":
        """The paper's big model, 213 million parameters (Table 3).

        Args:
            vocab_size: of the vocabulary that both languages share; see :meth:`base`. With 37,000 tokens it
                has 214 million.
            changes: any other field.
        """
        sizes = {"d_model": 1024, "num_heads": 16, "d_ff": 4096, "dropout": 0.3}
        return cls.base(vocab_size, **(sizes | changes))


def make_positions(kinds: dict, config: TransformerConfig) -> Positions:
    """The config's positions, if they are one of these kinds; else none."""
    return kinds[config.positions](config) if config.positions in kinds else Positions()


def make_encoder_layer(config: TransformerConfig, positions: Positions) -> EncoderLayer:
    """One layer of the encoder, made of its parts; the positions are those inside attention."""
    return EncoderLayer(_attention(config, positions), _feed_forward(config), _residual(config))


def make_decoder_layer(config: TransformerConfig, positions: Positions) -> DecoderLayer:
    """One layer of the decoder.

    Its cross-attention has no positions, for two languages have no common distances.
    """
    attentions = _attention(config, positions), _attention(config, Positions())
    return DecoderLayer(*attentions, _feed_forward(config), _residual(config))


def make_last_norm(config: TransformerConfig) -> nn.Module:
    """What leaves a pre-norm stack is a sum that was never normalised; a post-norm layer ends with its norm."""
    return nn.LayerNorm(config.d_model) if config.norm == "pre" else nn.Identity()


def _attention(config: TransformerConfig, positions: Positions) -> MultiHeadAttention:
    sizes = {"d_key": config.d_key, "d_value": config.d_value}
    return MultiHeadAttention(
        config.d_model, config.num_heads, config.attention_dropout, **sizes, positions=positions
    )


def _feed_forward(config: TransformerConfig) -> FeedForward:
    return FeedForward(config.d_model, config.d_ff, config.hidden_dropout, config.activation)


def _residual(config: TransformerConfig) -> Callable[[], Residual]:
    return partial(Residual, config.d_model, config.dropout, config.norm)
