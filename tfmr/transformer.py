"""The Transformer of Vaswani et al. 2017: an encoder that reads, a decoder that writes, nothing recurrent.

The same class gives what came after: the norm first, positions inside attention, GELU.
"""

import math
from typing import NamedTuple

from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from tfmr.config import (
    ADDED,
    INSIDE,
    TransformerConfig,
    make_decoder_layer,
    make_encoder_layer,
    make_last_norm,
    make_positions,
)
from tfmr.errors import InputError
from tfmr.layers import LayerState, start_layer, step_layer
from tfmr.masks import causal_mask, padding_mask
from tfmr.seq2seq import Memory


class AttentionWeights(NamedTuple):
    """All weights of one pass, a tensor for each layer.

    Attributes:
        encoder: self-attention among the source tokens, (batch, heads, src_len, src_len).
        decoder: self-attention among the target tokens, (batch, heads, tgt_len, tgt_len).
        cross: attention from target to source, (batch, heads, tgt_len, src_len).
    """

    encoder: list[Tensor]
    decoder: list[Tensor]
    cross: list[Tensor]


class DecoderState(NamedTuple):
    """All that a decoder step needs to know; a step makes a new one and leaves the old one as it was.

    Attributes:
        mask: which source tokens may be looked at.
        layers: what each layer keeps: keys and values of the tokens read so far, and of the memory.
    """

    mask: Bool[Tensor, "batch 1 src_len"]
    layers: list[LayerState]

    @property
    def position(self) -> int:
        """How many tokens were read, and so where the next one stands."""
        return self.layers[0].position

    def select(self, rows: Int[Tensor, " rows"]) -> "DecoderState":
        """The state of these rows of the batch, in this order."""
        return DecoderState(self.mask[rows], [one.select(rows) for one in self.layers])

    def reorder(self, rows: Int[Tensor, " rows"]) -> "DecoderState":
        """:meth:`select` where each row stays with its sentence: what comes from the source is kept."""
        return self._replace(layers=[one.reorder(rows) for one in self.layers])


class Embedding(nn.Module):
    """Token ids to vectors: a table, times √d_model, plus positions, with dropout.

    Vaswani et al. 2017, sections 3.4 and 3.5. The factor lets one table serve as the output layer too: its
    entries are as small as such a layer's, and the vectors as large as the positions added to them.
    """

    def __init__(self, vocab_size: int, config: TransformerConfig):
        super().__init__()
        self.table = nn.Embedding(vocab_size, config.d_model)
        self.positions = make_positions(ADDED, config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self, ids: Int[Tensor, "batch length"], offset: int = 0
    ) -> Float[Tensor, "batch length d_model"]:
        """Embed tokens that stand at positions ``offset``, ``offset + 1``, …"""
        x = self.table(ids) * math.sqrt(self.table.embedding_dim)
        return self.dropout(self.positions(x, offset))


class Encoder(nn.Module):
    """A stack of encoder layers; after pre-norm layers, one more norm."""

    def __init__(self, config: TransformerConfig):
        super().__init__()
        positions = make_positions(INSIDE, config)
        self.layers = nn.ModuleList(
            make_encoder_layer(config, positions) for _ in range(config.num_encoder_layers)
        )
        self.norm = make_last_norm(config)

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
        positions = make_positions(INSIDE, config)
        self.layers = nn.ModuleList(
            make_decoder_layer(config, positions) for _ in range(config.num_decoder_layers)
        )
        self.norm = make_last_norm(config)

    def forward(
        self,
        x: Float[Tensor, "batch tgt_len d_model"],
        memory: Memory,
        mask: Tensor | None = None,
        need_weights: bool = False,
    ) -> tuple[Float[Tensor, "batch tgt_len d_model"], list[Tensor | None], list[Tensor | None]]:
        """All layers, and of each the weights of its self-attention and of its cross-attention."""
        self_weights, cross_weights = [], []
        for layer in self.layers:
            x, among, across = layer(x, memory.vectors, mask, memory.mask, need_weights)
            self_weights.append(among)
            cross_weights.append(across)
        return self.norm(x), self_weights, cross_weights

    def start(self, memory: Memory) -> DecoderState:
        """The state before the first token."""
        layers = [start_layer(layer, memory.vectors) for layer in self.layers]
        return DecoderState(memory.mask, layers)

    def step(
        self, x: Float[Tensor, "batch 1 d_model"], state: DecoderState, need_weights: bool = False
    ) -> tuple[Float[Tensor, "batch 1 d_model"], list[Tensor | None], DecoderState]:
        """All layers for one more token, the weights of each cross-attention, and the state after."""
        cross_weights, layers = [], []
        for layer, before in zip(self.layers, state.layers, strict=True):
            x, across, after = step_layer(layer, x, before, state.mask, need_weights)
            cross_weights.append(across)
            layers.append(after)
        return self.norm(x), cross_weights, state._replace(layers=layers)


class Transformer(nn.Module):
    """An encoder–decoder built from attention (Vaswani et al. 2017).

    It keeps the contract of :class:`tfmr.seq2seq.Seq2Seq`; ``attention_weights`` shows where all its heads look.

    Sentences are padded at the end: there the causal mask keeps every real target position from seeing it. No
    method looks at the values of its tensors, so a model exports and compiles whole and never makes a GPU wait;
    what ids have to be is checked where they enter (:func:`tfmr.masks.sentence_lengths`).
    """

    attends = True

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
        return self.decode(tgt, self.encode(src))

    @property
    def max_target_length(self) -> int | None:
        """How many tokens the decoder can read: as many as there are learned positions; None for no limit."""
        return self.tgt_embedding.positions.max_length

    def encode(self, src: Int[Tensor, "batch src_len"]) -> Memory:
        """The memory: one vector for each source token, and which of them are words.

        Raises:
            InputError: sentences of length 0.
        """
        return self._encode(src)[0]

    def decode(
        self, tgt: Int[Tensor, "batch tgt_len"], memory: Memory
    ) -> Float[Tensor, "batch tgt_len tgt_vocab"]:
        """Logits of the token after each given one (teacher forcing)."""
        mask = causal_mask(tgt.size(1), tgt.device)
        return self.output(self.decoder(self.tgt_embedding(tgt), memory, mask)[0])

    def attention_weights(
        self, src: Int[Tensor, "batch src_len"], tgt: Int[Tensor, "batch tgt_len"]
    ) -> AttentionWeights:
        """The weights of every head of every layer, as the model reads ``src`` and writes along ``tgt``.

        Row ``t`` of a decoder's weights belongs to the choice of the token *after* ``tgt[:, t]``.
        """
        memory, encoder = self._encode(src, need_weights=True)
        x, mask = self.tgt_embedding(tgt), causal_mask(tgt.size(1), tgt.device)
        _, decoder, cross = self.decoder(x, memory, mask, need_weights=True)
        return AttentionWeights(encoder, decoder, cross)

    def align(
        self, src: Int[Tensor, "batch src_len"], tgt: Int[Tensor, "batch tgt_len"], layer: int = -1
    ) -> Float[Tensor, "batch tgt_len src_len"]:
        """Cross-attention weights under forced decoding, the mean over a layer's heads.

        Row ``t`` belongs to the token *after* ``tgt[:, t]``.
        """
        return self.attention_weights(src, tgt).cross[layer].mean(dim=1)

    def start(self, memory: Memory) -> DecoderState:
        """The state before the first token."""
        return self.decoder.start(memory)

    def step(
        self, token: Int[Tensor, " batch"], state: DecoderState, need_weights: bool = False
    ) -> tuple[Float[Tensor, "batch tgt_vocab"], Float[Tensor, "batch src_len"] | None, DecoderState]:
        """Read one token: logits of the next one, cross-attention weights if asked for, the state after.

        The weights are the mean over the heads of the last layer. A step is not a new sentence: the token stands at
        ``state.position``.
        """
        x = self.tgt_embedding(token[:, None], offset=state.position)
        x, cross, state = self.decoder.step(x, state, need_weights)
        weights = cross[-1].mean(dim=1)[:, 0] if need_weights else None
        return self.output(x)[:, 0], weights, state

    def _encode(self, src: Tensor, need_weights: bool = False) -> tuple[Memory, list[Tensor | None]]:
        """The memory, and the weights of each layer of the encoder."""
        if src.size(1) == 0:
            raise InputError("src: expected a token in every sentence, got none")
        mask = padding_mask(src, self.config.pad_id)
        vectors, weights = self.encoder(self.src_embedding(src), mask, need_weights)
        return Memory(vectors, mask), weights


def _initialise(module: nn.Module) -> None:
    """Glorot and Bengio's uniform matrices and zero biases; embeddings of length about 1 (see Embedding)."""
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Embedding):
        nn.init.normal_(module.weight, std=module.embedding_dim**-0.5)
