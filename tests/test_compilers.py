"""Models contain no branch on tensor values: they export and compile whole, vectorise, and run on ``meta``."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tfmr import RecurrentConfig, RecurrentSeq2Seq, Transformer, TransformerConfig
from tfmr.config import POSITIONS
from tfmr.recurrent import SCORES
from tfmr.seq2seq import Memory

SCRIPT = Path(__file__).with_name("compilers.py")
CHECKS = (
    "exported_forward",
    "exported_step",
    "compiled_whole",
    "compiled_steps",
    "vectorised",
    "recurrent_decoder",
)


@pytest.mark.parametrize("check", CHECKS)
def test_a_compiler_can_read_every_model(check):
    """In a process of its own: the checks of shapes that the tests switch on are nothing for a compiler."""
    environment = {**os.environ, "TFMR_CHECK_SHAPES": "0", "PYTHONPATH": str(SCRIPT.parent.parent)}
    done = subprocess.run(
        [sys.executable, SCRIPT, check], capture_output=True, text=True, encoding="utf-8", env=environment
    )
    assert done.returncode == 0, done.stderr[-3000:]


def meta(*shape: int) -> torch.Tensor:
    return torch.zeros(*shape, dtype=torch.long, device="meta")


@pytest.mark.parametrize("norm", ["post", "pre"])
@pytest.mark.parametrize("positions", POSITIONS)
def test_a_transformer_runs_without_numbers(positions, norm):
    config = TransformerConfig(11, 13, 16, 4, 2, 2, 24, norm=norm, positions=positions)
    with torch.device("meta"):
        model = Transformer(config)
    src, tgt = meta(3, 5), meta(3, 4)
    model(src, tgt).sum().backward()
    assert all(weight.grad.shape == weight.shape for weight in model.parameters())
    state = model.start(model.encode(src))
    for _ in range(3):
        logits, weights, state = model.step(tgt[:, 0], state, need_weights=True)
    assert logits.shape == (3, 13) and weights.shape == (3, 5)
    assert model.step(meta(2), state.select(meta(2)))[0].shape == (2, 13)
    assert model.align(src, tgt).shape == (3, 4, 5)


@pytest.mark.parametrize("score", [None, *SCORES])
def test_a_recurrent_decoder_runs_without_numbers(score):
    """The encoder cannot: packing sorts the sentences by their lengths, which are values."""
    with torch.device("meta"):
        model = RecurrentSeq2Seq(RecurrentConfig(11, 13, 8, 8, score))
    tgt, src_len = meta(3, 4), 1 if score is None else 5
    mask = torch.ones(3, 1, src_len, dtype=torch.bool, device="meta")
    memory = Memory(torch.randn(3, src_len, 8, device="meta"), mask)
    model.decode(tgt, memory).sum().backward()
    assert all(weight.grad.shape == weight.shape for weight in model.decoder.parameters())
    state = model.start(memory)
    for _ in range(3):
        logits, weights, state = model.step(tgt[:, 0], state, need_weights=True)
    assert logits.shape == (3, 13) and (weights is None) == (score is None)
    assert model.step(meta(2), state.select(meta(2)))[0].shape == (2, 13)


@pytest.mark.parametrize("positions", POSITIONS)
def test_a_model_made_without_numbers_is_whole_once_its_weights_are_loaded(positions):
    """What is not in a checkpoint may not be needed: a table kept beside the weights would hold garbage."""
    config = TransformerConfig(11, 13, 16, 4, 1, 1, 24, dropout=0.0, positions=positions)
    model = Transformer(config).eval()
    with torch.device("meta"):
        other = Transformer(config).eval()
    other.to_empty(device="cpu").load_state_dict(model.state_dict())
    src, tgt = torch.randint(3, 11, (2, 5)), torch.randint(3, 13, (2, 300))
    assert torch.equal(other(src, tgt), model(src, tgt))


def test_a_sentence_with_no_token_costs_no_branch_and_no_nan():
    """Whoever hands over ids checks them (``sentence_lengths``); a model only computes."""
    model = Transformer(TransformerConfig(11, 13, 16, 4, 1, 1, 24)).eval()
    logits = model(torch.tensor([[5, 6], [0, 0]]), torch.tensor([[1, 4], [1, 4]]))
    assert logits.isfinite().all()
