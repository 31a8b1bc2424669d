"""What every translation model can do: the contract that training and decoding rely on."""

from typing import Any, NamedTuple, Protocol, runtime_checkable

from jaxtyping import Bool, Float, Int
from torch import Tensor


class Memory(NamedTuple):
    """What a decoder gets to know of the source.

    Attributes:
        vectors: one for each source token, or, without attention, one for the whole sentence.
        mask: which of them may be looked at (True), so that padding is not; to hide a word, set it to False.
    """

    vectors: Float[Tensor, "batch memory_len d_model"]
    mask: Bool[Tensor, "batch 1 memory_len"]

    def select(self, rows: Int[Tensor, " rows"]) -> "Memory":
        """What the decoder knows of these sentences of the batch, in this order."""
        return Memory(self.vectors[rows], self.mask[rows])


@runtime_checkable
class State(Protocol):
    """What a decoder knows between two words. A step makes a new one and leaves the old one as it was."""

    def select(self, rows: Int[Tensor, " rows"]) -> "State":
        """The state of these rows of the batch, in this order; a row may be there more than once, or not at all."""

    def reorder(self, rows: Int[Tensor, " batch"]) -> "State":
        """:meth:`select` where each row stays with its source sentence, so that what comes from there is kept.

        What a beam search does with its survivors: hypotheses of one sentence change places among themselves.
        """


@runtime_checkable
class Seq2Seq(Protocol):
    """An encoder–decoder. ``encode`` and ``decode`` serve training; ``start`` and ``step`` write word by word.

    It is an ``nn.Module`` as well: training changes its parameters, and decoding puts it into eval mode.

    Attributes:
        config: has ``pad_id``, ``bos_id`` and ``eos_id``.
        attends: whether the decoder has cross-attention weights to show.
        max_target_length: how many tokens the decoder can read; None for no limit.
    """

    config: Any
    attends: bool
    max_target_length: int | None

    def encode(self, src: Int[Tensor, "batch src_len"]) -> Memory:
        """Read the source."""

    def decode(
        self, tgt: Int[Tensor, "batch tgt_len"], memory: Memory
    ) -> Float[Tensor, "batch tgt_len tgt_vocab"]:
        """Logits of the token after each given one: all positions at once (teacher forcing)."""

    def start(self, memory: Memory) -> State:
        """The state before the first token."""

    def step(
        self, token: Int[Tensor, " batch"], state: State, need_weights: bool = False
    ) -> tuple[Float[Tensor, "batch tgt_vocab"], Float[Tensor, "batch src_len"] | None, State]:
        """Read one token: logits of the next one, the cross-attention weights if asked for, the state after."""

    def align(
        self, src: Int[Tensor, "batch src_len"], tgt: Int[Tensor, "batch tgt_len"]
    ) -> Float[Tensor, "batch tgt_len src_len"]:
        """Cross-attention weights under forced decoding: row ``t`` for the choice of the token after ``tgt[:, t]``."""
