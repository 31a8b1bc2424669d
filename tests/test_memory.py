"""Attention without weights holds no matrix over all pairs of positions; a run needs no more memory as it goes on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# In mebibytes: the weights of all heads would be 512.
LENGTH, HEADS, MOST = 4096, 8, 300
# What is freed goes back to the system at once, so that a peak is what was in use. Left to itself, glibc keeps some of
# it, and the same peak differs by up to 100 from run to run.
ENVIRONMENT = {**os.environ, "MALLOC_MMAP_THRESHOLD_": str(2**20), "PYTHONPATH": str(ROOT)}

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="the memory of a process is in /proc on Linux only"
)

# What each script begins with: the memory in use now (VmRSS), or at most so far (VmHWM), in mebibytes.
MEMORY = """
from pathlib import Path

def memory(name):
    status = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith(name + ":")).split()[1]) / 1024
"""


def printed_by(script: str, *arguments: str) -> float:
    """The number that a script prints, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", MEMORY + script, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        cwd=ROOT,
        env=ENVIRONMENT,
    )
    return float(done.stdout)


# Names: what the mask is, of how many axes, and which positions are inside. Three axes are (sentence, query, key):
# then there are two sentences, for with one it would be the mask of two axes over again. Everything is made before
# the first measurement but the mask, which belongs to what is measured.
SCRIPT = f"""
import sys, torch
from tfmr.masks import causal_mask
from tfmr.multi_head import MultiHeadAttention
from tfmr.positions import ALiBi, RotaryPositions

name, axes, relative, dropout = sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4])
relative = {{"alibi": ALiBi({HEADS}), "rotary": RotaryPositions(8)}}.get(relative)
attention = MultiHeadAttention(64, {HEADS}, dropout, positions=relative)

def attend(length):
    mask = {{"none": lambda: None, "causal": lambda: causal_mask(length),
            "padding": lambda: torch.arange(length) < length - length // 8,
            "heads": lambda: causal_mask(length).expand({HEADS}, -1, -1).clone()}}[name]()
    while mask is not None and mask.dim() < axes:
        mask = mask[None]
    sentences = 2 if axes == 3 else 1
    if axes == 3:
        mask = mask.expand(sentences, -1, -1).clone()
    x = torch.randn(sentences, length, 64)
    attention(x, x, x, mask, need_weights=False)[0].sum().backward()

attend(4)
before = memory("VmHWM")
attend({LENGTH})
print(memory("VmHWM") - before)
"""

CASES = [
    ("none", 0, "none", 0.0),
    ("causal", 2, "none", 0.0),
    ("causal", 3, "none", 0.0),
    ("heads", 4, "none", 0.0),
    ("padding", 1, "none", 0.0),
    ("padding", 3, "none", 0.0),
    ("causal", 2, "rotary", 0.0),
    ("none", 0, "alibi", 0.0),
    ("causal", 2, "alibi", 0.0),
    ("padding", 2, "alibi", 0.0),
    ("causal", 2, "none", 0.1),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(map(str, case)))
def test_long_sentences_fit(case):
    assert printed_by(SCRIPT, *map(str, case)) < MOST


DECODE = """
import torch
from tfmr import Transformer, TransformerConfig
from tfmr.decoding import Rules, beam_search, greedy_decode

torch.manual_seed(0)
model = Transformer(TransformerConfig(1000, 1000, 64, 4, 1, 2, 128))
rules = Rules(min_length=30)  # all of one length, so that one batch needs as much as the next

def decode(sentences):
    for src in torch.randint(3, 1000, (sentences, 12)).split(50):
        greedy_decode(model, src, 30, rules=rules)
        beam_search(model, src, 4, max_length=30, rules=rules)

decode(100)
before = memory("VmHWM")
decode(1000)
print(memory("VmHWM") - before)
"""


def test_decoding_many_sentences_needs_no_more_memory_than_few():
    """A batch of 200 rows keeps some 12 MiB: 20 batches that left theirs behind would be 240."""
    assert printed_by(DECODE) < 20


TRAINING = """
import sys, torch
sys.path.insert(0, "tests")
from dataclasses import replace
from learners import CONFIG, make_batches, make_model, train

torch.set_num_threads(1)
kept, batches = [], make_batches(count=400, batch_size=40)

config = replace(CONFIG, epochs=10, average=3, label_smoothing=0.1, accumulate=2, log_every=3, checkpoint_every=4)
train(make_model(vocab_size=20_000, width=32), batches, make_batches(1, 6), config, device="cpu",
      checkpoint=sys.argv[1] + "/c", log=sys.argv[1] + "/log.csv", on_epoch=lambda epoch: kept.append(memory("VmRSS")))
print(max(kept[6:]) - max(kept[3:5]))
"""


def test_a_run_that_goes_on_needs_no_more_memory(tmp_path):
    """From the epoch on in which all that is averaged is there. One more set of parameters would be 2.4 MiB an epoch."""
    assert printed_by(TRAINING, str(tmp_path)) < 5
