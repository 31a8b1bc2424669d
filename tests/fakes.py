"""Models to decode: one with the whole contract and nothing behind it, one that copies, and small real ones."""

from types import SimpleNamespace
from typing import NamedTuple

import torch
from torch import nn

from tfmr import RecurrentConfig, RecurrentSeq2Seq, Transformer, TransformerConfig


class Fake(nn.Module):
    """What a test needs, it overrides."""

    config = SimpleNamespace(pad_id=0, bos_id=1, eos_id=2)
    attends = False
    max_target_length = None

    def encode(self, src):
        raise NotImplementedError

    def decode(self, tgt, memory):
        raise NotImplementedError

    def start(self, memory):
        raise NotImplementedError

    def step(self, token, state, need_weights=False):
        raise NotImplementedError

    def align(self, src, tgt):
        raise NotImplementedError


class Copier(Fake):
    """Writes its source, word for word; decoding may know no more of a model than the contract."""

    def __init__(self):
        super().__init__()
        self.anchor = nn.Parameter(torch.zeros(()))  # tells where the model is

    def encode(self, src):
        return src

    def start(self, memory):
        return Place(memory, 0)

    def step(self, token, state, need_weights=False):
        memory, position = state
        following = memory[:, position] if position < memory.size(1) else torch.full_like(token, 2)
        logits = nn.functional.one_hot(torch.where(following == 0, 2, following), 30).float()
        return logits, None, Place(memory, position + 1)


class Place(NamedTuple):
    """What a Copier knows between two words."""

    memory: torch.Tensor
    position: int

    def select(self, rows):
        return Place(self.memory[rows], self.position)

    def reorder(self, rows):
        return self


SRC = torch.tensor([[5, 6, 7, 8, 9], [4, 3, 0, 0, 0], [11, 12, 13, 0, 0], [15, 0, 0, 0, 0]])
KINDS = ("recurrent", "fixed", "transformer")


def lively(kind: str, seed: int = 0, words: int = 12, dropout: float = 0.0) -> nn.Module:
    """A small model with random weights, large enough that it writes different words, and stops at times.

    In float64: no choice hangs on how a processor rounds.
    """
    torch.manual_seed(seed)
    if kind == "transformer":
        model = Transformer(TransformerConfig(20, words, 16, 4, 1, 2, 24, dropout=dropout))
    else:
        score = "additive" if kind == "recurrent" else None
        model = RecurrentSeq2Seq(RecurrentConfig(20, words, 8, 8, score, dropout))
    for name, parameter in model.named_parameters():
        if "norm" not in name:
            nn.init.normal_(parameter, std=0.8)
    return model.double()


def single(src: torch.Tensor):
    """The sentences of a batch, each as a batch of its own without padding."""
    return [sentence[sentence != 0][None] for sentence in src]
