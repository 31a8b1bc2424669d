"""Recurrent encoder–decoders for translation: one with a fixed vector, one that attends.

Both are the same model but for one thing: what the encoder hands over. Without attention it is a single
vector; with attention it is one vector for each source word, and every decoder step chooses among them. The
model follows Bahdanau et al. 2015: a bidirectional GRU reads, and a GRU writes, one word a step, from the
previous word and a context.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from tfmr.attention import AdditiveAttention, DotAttention, GeneralAttention, attend
from tfmr.errors import InputError, check_count, check_probability
from tfmr.masks import padding_mask, sentence_lengths
from tfmr.seq2seq import Memory

# Kinds of score, and what makes each from the size of a state, which is that of a memory vector too.
SCORES = {
    "additive": lambda size: AdditiveAttention(size, size, size),
    "general": lambda size: GeneralAttention(size, size),
    "dot": lambda size: DotAttention(),
    "scaled_dot": lambda size: DotAttention(scaled=True),
}


@dataclass(frozen=True)
class RecurrentConfig:
    """The sizes of a :class:`RecurrentSeq2Seq`.

    Attributes:
        src_vocab_size, tgt_vocab_size: numbers of tokens.
        d_embed: size of a word embedding.
        d_hidden: size of a memory vector and of the decoder's state; even, for the encoder's two directions
            get half of it each.
        attention: the score, one of ``SCORES``, or ``None`` for the model that hands over one fixed vector.
        dropout: probability, on embeddings and on the readout.
        pad_id, bos_id, eos_id: padding, begin and end of a sentence.

    Raises:
        InputError: a size is no whole number of at least 1, or ``d_hidden`` is odd; the score or the dropout is out of
            range.
    """

    src_vocab_size: int
    tgt_vocab_size: int
    d_embed: int = 256
    d_hidden: int = 256
    attention: str | None = "additive"
    dropout: float = 0.0
    pad_id: int = 0
    bos_id: int = 1
    eos_id: int = 2

    def __post_init__(self):
        for name in ("src_vocab_size", "tgt_vocab_size", "d_embed", "d_hidden"):
            check_count(name, getattr(self, name))
        if self.d_hidden % 2:
            raise InputError(f"d_hidden: expected an even number, half a direction, got {self.d_hidden}")
        check_probability("dropout", self.dropout)
        if self.attention is not None and self.attention not in SCORES:
            known = ", ".join(SCORES)
            raise InputError(f"attention: expected None or one of {known}; got {self.attention!r}")


class RecurrentState(NamedTuple):
    """All that a decoder step needs to know; only ``hidden`` changes from step to step.

    Attributes:
        hidden: the GRU's state.
        memory: what the encoder handed over.
        projected_key: what attention makes of the memory's vectors, once a sentence; None without attention.
    """

    hidden: Float[Tensor, "batch d_hidden"]
    memory: Memory
    projected_key: Float[Tensor, "batch memory_len d_projected"] | None

    def select(self, rows: Int[Tensor, " rows"]) -> "RecurrentState":
        """The state of these rows of the batch, in this order."""
        projected_key = None if self.projected_key is None else self.projected_key[rows]
        return RecurrentState(self.hidden[rows], self.memory.select(rows), projected_key)

    def reorder(self, rows: Int[Tensor, " rows"]) -> "RecurrentState":
        """:meth:`select` where each row stays with its sentence: what comes from the source is kept."""
        return self._replace(hidden=self.hidden[rows])


class RecurrentEncoder(nn.Module):
    """A bidirectional GRU: each word's vector has read the sentence from both ends.

    Packing needs the lengths on the CPU. So this module, alone among the models, makes a GPU wait, and neither
    the ``meta`` device nor a compiler can go through it; the decoder is free of that.
    """

    def __init__(self, config: RecurrentConfig):
        super().__init__()
        self.pad_id = config.pad_id
        self.embedding = nn.Embedding(config.src_vocab_size, config.d_embed, padding_idx=config.pad_id)
        self.dropout = nn.Dropout(config.dropout)
        self.gru = nn.GRU(config.d_embed, config.d_hidden // 2, bidirectional=True, batch_first=True)

    def forward(
        self, src: Int[Tensor, "batch src_len"]
    ) -> tuple[Float[Tensor, "batch src_len d_hidden"], Float[Tensor, "batch d_hidden"]]:
        """One vector for each word, and one for the sentence: the two directions' last states.

        Raises:
            InputError: there is no sentence, or one has no token, or padding before a token.
        """
        lengths = sentence_lengths(src, self.pad_id)
        # Packing keeps the padding out of the GRU: the backward direction would otherwise start in it.
        packed = pack_padded_sequence(self.dropout(self.embedding(src)), lengths, True, enforce_sorted=False)
        outputs, last = self.gru(packed)
        words, _ = pad_packed_sequence(outputs, batch_first=True, total_length=src.size(1))
        sentence = last.transpose(0, 1).flatten(1)  # (2, batch, d/2) -> (batch, d)
        return words, sentence


class RecurrentDecoder(nn.Module):
    """A GRU that writes the target; each step reads the previous word and a context.

    Without attention the context is the same vector at every step. With attention it is chosen at every step,
    by the state as it was before the step.
    """

    def __init__(self, config: RecurrentConfig):
        super().__init__()
        d_embed, d_hidden = config.d_embed, config.d_hidden
        self.embedding = nn.Embedding(config.tgt_vocab_size, d_embed, padding_idx=config.pad_id)
        self.dropout = nn.Dropout(config.dropout)
        self.attention = None if config.attention is None else SCORES[config.attention](d_hidden)
        self.bridge = nn.Linear(d_hidden, d_hidden)
        self.cell = nn.GRUCell(d_embed + d_hidden, d_hidden)
        self.readout = nn.Linear(d_hidden + d_hidden + d_embed, d_embed)
        self.output = nn.Linear(d_embed, config.tgt_vocab_size)

    def embed(self, tokens: Int[Tensor, "batch tgt_len"]) -> Float[Tensor, "batch tgt_len d_embed"]:
        """The words' vectors, with dropout."""
        return self.dropout(self.embedding(tokens))

    def start(self, memory: Memory) -> RecurrentState:
        """The state before the first word, and what is computed once a sentence: the projected keys."""
        vectors, mask = memory
        # Equal scores give the mean of the memory (without attention, the one vector itself). A state made
        # from one word's vector would know that word already, and the decoder might never learn to look for it.
        mean, _ = attend(vectors.new_zeros(vectors.size(0), 1, vectors.size(1)), vectors, mask)
        hidden = torch.tanh(self.bridge(mean[:, 0]))
        projected_key = None if self.attention is None else self.attention.project_key(vectors)
        return RecurrentState(hidden, memory, projected_key)

    def look(self, state: RecurrentState) -> tuple[Float[Tensor, "batch d_hidden"], Tensor | None]:
        """The context of the next step and, with attention, its weights over the source words."""
        if self.attention is None:
            return state.memory.vectors[:, 0], None
        scores = self.attention.score(state.hidden[:, None], state.projected_key)
        context, weights = attend(scores, *state.memory)
        return context[:, 0], weights[:, 0]

    def unroll(
        self, embedded: Float[Tensor, "batch tgt_len d_embed"], state: RecurrentState
    ) -> tuple[Tensor, Tensor, Tensor | None]:
        """Step along given words: hidden states and contexts (batch, tgt_len, d_hidden), weights.

        Raises:
            InputError: there is no word.
        """
        if embedded.size(1) == 0:
            raise InputError("tgt: expected at least one word, got none")
        hiddens, contexts, weights = [], [], []
        for word in embedded.unbind(dim=1):
            context, weight = self.look(state)
            hidden = self.cell(torch.cat([word, context], dim=-1), state.hidden)
            state = state._replace(hidden=hidden)
            hiddens.append(hidden)
            contexts.append(context)
            weights.append(weight)
        stacked = None if self.attention is None else torch.stack(weights, dim=1)
        return torch.stack(hiddens, dim=1), torch.stack(contexts, dim=1), stacked

    def logits(self, hidden: Tensor, context: Tensor, embedded: Tensor) -> Tensor:
        """Scores of all target words from a step's state, its context and the word it read."""
        readout = torch.tanh(self.readout(torch.cat([hidden, context, embedded], dim=-1)))
        return self.output(self.dropout(readout))


class RecurrentSeq2Seq(nn.Module):
    """An encoder–decoder for translation (Cho et al. 2014; with attention, Bahdanau et al. 2015).

    It keeps the contract of :class:`tfmr.seq2seq.Seq2Seq`.
    """

    max_target_length = None  # a recurrent decoder goes on as long as it is asked to

    def __init__(self, config: RecurrentConfig):
        super().__init__()
        self.config = config
        self.encoder = RecurrentEncoder(config)
        self.decoder = RecurrentDecoder(config)

    @property
    def attends(self) -> bool:
        """Whether the decoder has weights over the source words to show."""
        return self.config.attention is not None

    def encode(self, src: Int[Tensor, "batch src_len"]) -> Memory:
        """What the decoder gets to know of the source: a vector a word, or (no attention) one for all."""
        words, sentence = self.encoder(src)
        if self.attends:
            return Memory(words, padding_mask(src, self.config.pad_id))
        always = torch.ones_like(src[:, None, :1], dtype=torch.bool)
        return Memory(sentence[:, None], always)

    def decode(
        self, tgt: Int[Tensor, "batch tgt_len"], memory: Memory
    ) -> Float[Tensor, "batch tgt_len tgt_vocab"]:
        """Logits of the word after each given one (teacher forcing)."""
        embedded = self.decoder.embed(tgt)
        hiddens, contexts, _ = self.decoder.unroll(embedded, self.start(memory))
        # The readout does not feed back into the loop, so it is computed for all steps at once.
        return self.decoder.logits(hiddens, contexts, embedded)

    def forward(
        self, src: Int[Tensor, "batch src_len"], tgt: Int[Tensor, "batch tgt_len"]
    ) -> Float[Tensor, "batch tgt_len tgt_vocab"]:
        return self.decode(tgt, self.encode(src))

    def align(
        self, src: Int[Tensor, "batch src_len"], tgt: Int[Tensor, "batch tgt_len"]
    ) -> Float[Tensor, "batch tgt_len src_len"]:
        """Cross-attention weights under forced decoding: row ``t`` belongs to the word *after* ``tgt[:, t]``.

        Raises:
            InputError: the model has no attention.
        """
        if not self.attends:
            raise InputError("model: expected one with attention, got one that hands over a fixed vector")
        embedded = self.decoder.embed(tgt)
        return self.decoder.unroll(embedded, self.start(self.encode(src)))[2]

    def start(self, memory: Memory) -> RecurrentState:
        """The state before the first word."""
        return self.decoder.start(memory)

    def step(
        self, token: Int[Tensor, " batch"], state: RecurrentState, need_weights: bool = False
    ) -> tuple[Float[Tensor, "batch tgt_vocab"], Float[Tensor, "batch src_len"] | None, RecurrentState]:
        """Read one word: logits of the next one, the weights with which it looked if asked for, the state after."""
        embedded = self.decoder.embed(token[:, None])
        hidden, context, weights = self.decoder.unroll(embedded, state)
        logits = self.decoder.logits(hidden, context, embedded)[:, 0]
        weights = weights[:, 0] if need_weights and self.attends else None
        return logits, weights, state._replace(hidden=hidden[:, 0])
