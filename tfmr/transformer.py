"""The Transformer of Vaswani et al. 2017: an encoder that reads, a decoder that writes, nothing recurrent.

The same class gives what came after: the norm first, positions inside attention, GELU.
"""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from tfmr.errors import InputError
from tfmr.layers import ACTIVATIONS, NORMS, DecoderCache, DecoderLayer, EncoderLayer
from tfmr.masks import causal_mask, padding_mask
from tfmr.multi_head import check_heads
from tfmr.positions import ALiBi, LearnedPositions, RotaryPositions, SinusoidalPositions

POSITIONS = ("sinusoidal", "learned", "rotary", "alibi", "none")
TIES = ("none", "output", "all")


@dataclass(frozen=True)
class TransformerConfig:
    """The sizes and choices of a :class:`Transformer`; the defaults are the paper's base model.

    Attributes:
        src_vocab_size, tgt_vocab_size: numbers of tokens.
        d_model: size of the vectors between layers.
        num_heads: attention heads.
        num_encoder_layers, num_decoder_layers: depth.
        d_ff: size of the feed-forward networks' hidden layer.
        dropout: probability, on embeddings, attention weights, hidden units and sublayer outputs.
        norm: "post" (the paper) or "pre"; pre-norm stacks end with one more norm.
        positions: one of ``POSITIONS``.
        max_length: number of learned positions; the other kinds have no limit.
        activation: of the feed-forward networks, "relu" or "gelu".
        tie_embeddings: "none"; "output": the target embedding is also the output layer; "all": the source
            embedding too, as in the paper, which needs one vocabulary for both languages.
        d_key, d_value: sizes of a head's keys and values; by default d_model / num_heads.
        pad_id, bos_id, eos_id: padding, begin and end of a sentence.
    """

    src_vocab_size: int
    tgt_vocab_size: int
    d_model: int = 512
    num_heads: int = 8
    num_encoder_layers: int = 6
    num_decoder_layers: int = 6
    d_ff: int = 2048
    dropout: float = 0.1
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
            if getattr(self, name) < 1:
                raise InputError(f"{name}: expected a positive number, got {getattr(self, name)}")
        check_heads(self.d_model, self.num_heads, self.d_key, self.d_value)
        if not 0.0 <= self.dropout < 1.0:
            raise InputError(f"dropout: expected a probability in [0, 1), got {self.dropout}")
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


class AttentionWeights(NamedTuple):
    """All weights of one pass, a tensor for each layer: (batch, heads, query, key)."""

    encoder: list[Tensor]
    decoder: list[Tensor]
    cross: list[Tensor]


class DecoderState(NamedTuple):
    """All that a decoder step needs to know; a step makes a new one and leaves the old one as it was.

    Attributes:
        memory: a vector for each source token.
        mask: which of them are words and not padding.
        caches: one a layer, with the keys and values of the tokens read so far.
    """

    memory: Float[Tensor, "batch src_len d_model"]
    mask: Bool[Tensor, "batch 1 src_len"]
    caches: list[DecoderCache]

    def select(self, rows: Int[Tensor, " rows"]) -> "DecoderState":
        """The state of these rows of the batch, in this order: what a beam search does with its survivors."""
        return DecoderState(self.memory[rows], self.mask[rows], [cache.select(rows) for cache in self.caches])


class Embedding(nn.Module):
    """Token ids to vectors: a table, times √d_model, plus positions, with dropout.

    Vaswani et al. 2017, sections 3.4 and 3.5. The factor lets one table serve as the output layer too: its
    entries are as small as such a layer's, and the vectors as large as the positions added to them.
    """

    def __init__(self, vocab_size: int, config: TransformerConfig):
        super().__init__()
        self.table = nn.Embedding(vocab_size, config.d_model)
        self.positions = _added_positions(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self, ids: Int[Tensor, "batch length"], start: int = 0
    ) -> Float[Tensor, "batch length d_model"]:
        """Embed tokens that stand at positions ``start``, ``start + 1``, …"""
        x = self.table(ids) * math.sqrt(self.table.embedding_dim)
        return self.dropout(x if self.positions is None else self.positions(x, start))


class Encoder(nn.Module):
    """A stack of encoder layers; after pre-norm layers, one more norm."""

    def __init__(self, config: TransformerConfig):
        super().__init__()
        options = _layer_options(config)
        self.layers = nn.ModuleList(EncoderLayer(**options) for _ in range(config.num_encoder_layers))
        # What leaves a pre-norm stack is a sum that was never normalised; a post-norm layer ends with its norm.
        self.norm = nn.LayerNorm(config.d_model) if config.norm == "pre" else nn.Identity()

    def forward(
        self, x: Float[Tensor, "batch length d_model"], mask: Tensor | None = None, need_weights: bool = False
    ) -> tuple[Float[Tensor, "batch length d_model"], list[Tensor | None]]:
        """All layers, and the attention weights of each."""
        weights = []
        for layer in self.layers:
            x, layer_weights = layer(x, mask, need_weights)
            weights.append(layer_weights)
        return self.norm(x), weights


class Decoder(nn.Module):
    """A stack of decoder layers; after pre-norm layers, one more norm."""

    def __init__(self, config: TransformerConfig):
        super().__init__()
        options = _layer_options(config)
        self.layers = nn.ModuleList(DecoderLayer(**options) for _ in range(config.num_decoder_layers))
        self.norm = nn.LayerNorm(config.d_model) if config.norm == "pre" else nn.Identity()

    def forward(
        self,
        x: Float[Tensor, "batch tgt_len d_model"],
        memory: Float[Tensor, "batch src_len d_model"],
        mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        need_weights: bool = False,
        caches: list[DecoderCache] | None = None,
    ) -> tuple[Float[Tensor, "batch tgt_len d_model"], list[Tensor | None], list[Tensor | None]]:
        """All layers, and of each the weights of its self-attention and of its cross-attention."""
        self_weights, cross_weights = [], []
        for number, layer in enumerate(self.layers):
            cache = None if caches is None else caches[number]
            x, seen_before, seen_in_memory = layer(x, memory, mask, memory_mask, need_weights, cache)
            self_weights.append(seen_before)
            cross_weights.append(seen_in_memory)
        return self.norm(x), self_weights, cross_weights


class Transformer(nn.Module):
    """An encoder–decoder built from attention (Vaswani et al. 2017).

    ``encode`` and ``decode`` serve training; ``start`` and ``step`` serve decoding one word at a time;
    ``attention_weights`` and ``align`` show where the model looks.

    Sentences are padded at the end: there the causal mask keeps every real target position from seeing it. No
    method looks at the values of its tensors, so a model exports and compiles whole and never makes a GPU wait;
    what ids have to be is checked where they enter (:func:`tfmr.masks.sentence_lengths`).
    """

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.config = config
        self.src_embedding = Embedding(config.src_vocab_size, config)
        self.tgt_embedding = Embedding(config.tgt_vocab_size, config)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        self.output = nn.Linear(config.d_model, config.tgt_vocab_size, bias=False)
        self.apply(_initialise)
        if config.tie_embeddings != "none":
            self.output.weight = self.tgt_embedding.table.weight
        if config.tie_embeddings == "all":
            self.src_embedding.table.weight = self.tgt_embedding.table.weight

    def forward(
        self, src: Int[Tensor, "batch src_len"], tgt: Int[Tensor, "batch tgt_len"]
    ) -> Float[Tensor, "batch tgt_len tgt_vocab"]:
        """Logits of the token after each one of ``tgt``."""
        return self.decode(tgt, self.encode(src), src)

    @property
    def max_target_length(self) -> int | None:
        """How many tokens the decoder can read: as many as there are learned positions; None for no limit."""
        return self.config.max_length if self.config.positions == "learned" else None

    def encode(self, src: Int[Tensor, "batch src_len"]) -> Float[Tensor, "batch src_len d_model"]:
        """The memory: one vector for each source token.

        Raises:
            InputError: sentences of length 0.
        """
        if src.size(1) == 0:
            raise InputError("src: expected a token in every sentence, got none")
        mask = padding_mask(src, self.config.pad_id)
        return self.encoder(self.src_embedding(src), mask)[0]

    def decode(
        self,
        tgt: Int[Tensor, "batch tgt_len"],
        memory: Float[Tensor, "batch src_len d_model"],
        src: Int[Tensor, "batch src_len"],
    ) -> Float[Tensor, "batch tgt_len tgt_vocab"]:
        """Logits of the token after each given one (teacher forcing). ``src`` serves to mask its padding."""
        x, mask = self.tgt_embedding(tgt), causal_mask(tgt.size(1), tgt.device)
        src_mask = padding_mask(src, self.config.pad_id)
        return self.output(self.decoder(x, memory, mask, src_mask)[0])

    def attention_weights(
        self, src: Int[Tensor, "batch src_len"], tgt: Int[Tensor, "batch tgt_len"]
    ) -> AttentionWeights:
        """The weights of every head of every layer, as the model reads ``src`` and writes along ``tgt``.

        Row ``t`` of a decoder's weights belongs to the choice of the token *after* ``tgt[:, t]``.
        """
        src_mask = padding_mask(src, self.config.pad_id)
        mask = causal_mask(tgt.size(1), tgt.device)
        memory, encoder = self.encoder(self.src_embedding(src), src_mask, need_weights=True)
        x = self.tgt_embedding(tgt)
        _, decoder, cross = self.decoder(x, memory, mask, src_mask, need_weights=True)
        return AttentionWeights(encoder, decoder, cross)

    def align(
        self, src: Int[Tensor, "batch src_len"], tgt: Int[Tensor, "batch tgt_len"], layer: int = -1
    ) -> Float[Tensor, "batch tgt_len src_len"]:
        """Cross-attention under forced decoding, the mean over a layer's heads.

        Row ``t`` belongs to the token *after* ``tgt[:, t]``.
        """
        return self.attention_weights(src, tgt).cross[layer].mean(dim=1)

    def start(
        self, memory: Float[Tensor, "batch src_len d_model"], src: Int[Tensor, "batch src_len"]
    ) -> DecoderState:
        """The state before the first token."""
        mask = padding_mask(src, self.config.pad_id)
        return DecoderState(memory, mask, [DecoderCache() for _ in self.decoder.layers])

    def step(
        self, token: Int[Tensor, " batch"], state: DecoderState
    ) -> tuple[Float[Tensor, "batch tgt_vocab"], Float[Tensor, "batch src_len"], DecoderState]:
        """Read one token: logits of the next one, the last layer's mean cross-attention, the state after.

        The keys and values of the tokens before are in the state's caches; those of the state after have this
        token's, too.
        """
        past = state.caches[0].self_attention.length  # where this token stands; a step is not a new sentence
        caches = [cache.copy() for cache in state.caches]
        x = self.tgt_embedding(token[:, None], start=past)
        x, _, cross = self.decoder(x, state.memory, None, state.mask, need_weights=True, caches=caches)
        logits, weights = self.output(x)[:, 0], cross[-1].mean(dim=1)[:, 0]
        return logits, weights, state._replace(caches=caches)


def _initialise(module: nn.Module) -> None:
    """Glorot and Bengio's uniform weights and zero biases; embeddings of length about 1 (see Embedding)."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.normal_(module.weight, std=module.embedding_dim**-0.5)


def _added_positions(config: TransformerConfig) -> nn.Module | None:
    """What is added to the embeddings, if positions are of that kind."""
    match config.positions:
        case "sinusoidal":
            return SinusoidalPositions(config.d_model)
        case "learned":
            return LearnedPositions(config.max_length, config.d_model)
    return None


def _layer_options(config: TransformerConfig) -> dict:
    """The arguments of a layer; all layers of a stack share one module of relative positions."""
    relative = None
    if config.positions == "rotary":
        relative = RotaryPositions(config.d_key or config.d_model // config.num_heads)
    elif config.positions == "alibi":
        relative = ALiBi(config.num_heads)
    names = ("d_model", "num_heads", "d_ff", "dropout", "norm", "activation", "d_key", "d_value")
    return {name: getattr(config, name) for name in names} | {"relative": relative}
