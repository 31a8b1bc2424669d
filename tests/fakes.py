"""A model with the whole contract and nothing behind it: what a test needs, it overrides."""

from types import SimpleNamespace

from torch import nn


class Fake(nn.Module):
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
