"""What a compiler makes of the models, run by test_compilers.py in a process of its own, without shape checks.

    python tests/compilers.py exported_forward        # for all kinds of positions

Compilation is by Dynamo without a code generator: whether one graph holds the whole model is decided there, and no C++
compiler is needed.
"""

import sys

import torch
from torch import nn
from torch.export import Dim, export

from tfmr import RecurrentConfig, RecurrentSeq2Seq, Transformer, TransformerConfig
from tfmr.config import POSITIONS
from tfmr.recurrent import SCORES
from tfmr.seq2seq import Memory

SRC = torch.tensor([[5, 6, 7, 8, 2], [9, 4, 2, 0, 0], [3, 2, 0, 0, 0]])
TGT = torch.tensor([[1, 5, 6, 12], [1, 7, 0, 0], [1, 9, 3, 3]])
OTHER_SRC, OTHER_TGT = torch.randint(3, 11, (2, 9)), torch.randint(3, 13, (2, 7))


class Step(nn.Module):
    """A model's step as a module, which is what ``export`` takes."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model = model

    def forward(self, token, state):
        return self.model.step(token, state, need_weights=True)


class Decode(Step):
    """A model's decoder alone."""

    def forward(self, tgt, memory):
        return self.model.decode(tgt, memory)


def transformer(positions: str) -> Transformer:
    torch.manual_seed(0)
    return Transformer(TransformerConfig(11, 13, 16, 4, 1, 1, 24, dropout=0.0, positions=positions)).eval()


def recurrent(score: str) -> RecurrentSeq2Seq:
    torch.manual_seed(0)
    return RecurrentSeq2Seq(RecurrentConfig(11, 13, 8, 8, None if score == "none" else score)).eval()


def detached(memory: Memory) -> Memory:
    return memory._replace(vectors=memory.vectors.detach())


def compiled(function):
    torch._dynamo.reset()
    return torch.compile(function, fullgraph=True, backend="eager")


def exported_forward(positions: str) -> None:
    model = transformer(positions)
    batch, src_len, tgt_len = Dim("batch"), Dim("src_len", max=512), Dim("tgt_len", max=512)
    program = export(model, (SRC, TGT), dynamic_shapes=({0: batch, 1: src_len}, {0: batch, 1: tgt_len}))
    for src, tgt in ((SRC, TGT), (OTHER_SRC, OTHER_TGT)):
        torch.testing.assert_close(program.module()(src, tgt), model(src, tgt))


def exported_step(positions: str) -> None:
    """With gradients, which copy the cache, and without, where a step writes into its buffer."""
    model = transformer(positions)
    for gradients in (True, False):
        with torch.set_grad_enabled(gradients):
            state = model.start(model.encode(SRC))
            for token in TGT.unbind(dim=1)[:2]:
                _, _, state = model.step(token, state)
            logits, weights, after = export(Step(model), (TGT[:, 2], state)).module()(TGT[:, 2], state)
            expected = model.step(TGT[:, 2], state, need_weights=True)
        torch.testing.assert_close((logits, weights), expected[:2])
        words = after.layers[0].past.words, expected[2].layers[0].past.words
        torch.testing.assert_close(*words, atol=0, rtol=0)


@torch.no_grad()
def compiled_steps(positions: str) -> None:
    """Word after word, through one buffer and into the next; and twice from the same state."""
    model = transformer(positions)
    step, state = compiled(model.step), model.start(model.encode(SRC))
    expected = state
    for number in range(18):
        token = TGT[:, number % 4]
        logits, _, after = step(token, state)
        again, _, _ = step(TGT[:, 1], state)
        wanted, _, following = model.step(token, expected)
        torch.testing.assert_close(logits, wanted)
        torch.testing.assert_close(again, model.step(TGT[:, 1], expected)[0])
        state, expected = after, following


def compiled_whole(positions: str) -> None:
    model = transformer(positions)
    state = model.start(model.encode(SRC))
    torch.testing.assert_close(compiled(model.step)(TGT[:, 0], state)[0], model.step(TGT[:, 0], state)[0])
    model.train()
    forward = compiled(model)
    torch.testing.assert_close(forward(SRC, TGT), model(SRC, TGT))
    direction = torch.randn(3, 4, 13)
    gradients = [
        torch.autograd.grad((f(SRC, TGT) * direction).sum(), list(model.parameters()))
        for f in (forward, model)
    ]
    torch.testing.assert_close(*gradients)


def vectorised(positions: str) -> None:
    model = transformer(positions)
    one_by_one = torch.func.vmap(lambda src, tgt: model(src[None], tgt[None])[0])
    torch.testing.assert_close(one_by_one(SRC, TGT), model(SRC, TGT))


def recurrent_decoder(score: str) -> None:
    """All but the encoder, which packs; the loop over target words is unrolled, so their number is fixed."""
    model = recurrent(score)
    memory = detached(model.encode(SRC))
    state = model.start(memory)
    torch.testing.assert_close(compiled(model.decode)(TGT, memory), model.decode(TGT, memory))
    torch.testing.assert_close(compiled(model.step)(TGT[:, 0], state)[0], model.step(TGT[:, 0], state)[0])
    batch, src_len = Dim("batch"), Dim("src_len")
    sizes = ({0: batch}, {0: batch}) if score == "none" else ({0: batch, 1: src_len}, {0: batch, 2: src_len})
    program = export(Decode(model), (TGT, memory), dynamic_shapes=({0: batch}, Memory(*sizes)))
    memory, tgt = detached(model.encode(OTHER_SRC)), OTHER_TGT[:, :4]
    torch.testing.assert_close(program.module()(tgt, memory), model.decode(tgt, memory))


if __name__ == "__main__":
    check = globals()[sys.argv[1]]
    for kind in ("none", *SCORES) if check is recurrent_decoder else POSITIONS:
        try:
            check(kind)
        except Exception as error:
            raise AssertionError(f"{kind}: {error}") from error
