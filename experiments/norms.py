"""Train deep stacks of encoder layers, norm after or before, with warm-up and without, over several seeds.

    python experiments/norms.py                                # all depths, rates and seeds
    python experiments/norms.py --depths 3 --seeds 0 --steps 20 --out elsewhere

The task: write a sequence of eight symbols backwards. Every batch is new, so nothing can be learned by heart,
and a model that knows nothing has a loss of log 16. Adam with a constant learning rate, or with one that grows in
a straight line over the first WARM_UP steps; every rate of RATES is tried with warm-up and without. No dropout, no
gradient clipping.

What counts was fixed before these runs, after a few trials with seed 100: a run has *learned*, and ends, when the
mean loss of WINDOW steps is below LEARNED; it has *failed* when that of its last WINDOW steps is above FAILED. The depth
9 was added after the runs at 6 and 12 had been seen, with the same rules.

Each norm, depth and seed writes one small file, OUT/NORM-DEPTH-seed-SEED.json. Chapter 7 reads these files.
"""

import argparse
from functools import partial
from itertools import product

import harness
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tfmr.layers import NORMS, EncoderLayer, FeedForward, Residual
from tfmr.multi_head import MultiHeadAttention
from tfmr.training import set_seed, train_step

SYMBOLS, LENGTH, BATCH = 16, 8, 32
SIZES = {"d_model": 64, "num_heads": 4, "d_ff": 128}
RATES, WARM_UP = (3e-4, 1e-3, 3e-3), 100
WINDOW, LEARNED, FAILED = 20, 0.1, 1.0


def encoder_layer(d_model: int, num_heads: int, d_ff: int, norm: str = "post") -> EncoderLayer:
    parts = MultiHeadAttention(d_model, num_heads), FeedForward(d_model, d_ff)
    return EncoderLayer(*parts, partial(Residual, d_model, norm=norm))


class Stack(nn.Module):
    """Symbols to symbols through encoder layers: the last norm is there if the layers are pre-norm."""

    def __init__(self, depth: int, norm: str, d_model: int = 64, num_heads: int = 4, d_ff: int = 128):
        super().__init__()
        self.symbols, self.places = nn.Embedding(SYMBOLS, d_model), nn.Embedding(LENGTH, d_model)
        sizes = d_model, num_heads, d_ff
        layers = (encoder_layer(*sizes, norm=norm) for _ in range(depth))
        self.layers = nn.ModuleList(layers)
        self.norm = nn.LayerNorm(d_model) if norm == "pre" else nn.Identity()
        self.readout = nn.Linear(d_model, SYMBOLS)
        for module in self.modules():
            if isinstance(module, nn.Linear):  # as in tfmr.transformer
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.symbols(ids) + self.places.weight
        for layer in self.layers:
            x, _ = layer(x)
        return self.readout(self.norm(x))


def main(argv: list[str] | None = None) -> None:
    parser = harness.parser(__doc__)
    parser.add_argument("--depths", nargs="+", type=int, default=[6, 9, 12])
    parser.add_argument("--steps", type=int, default=300, help="at most, a multiple of the window")
    args = parser.parse_args(argv)
    harness.record("norms", args, {"norm": NORMS, "depth": args.depths, "seed": args.seeds}, measure)


def measure(args: argparse.Namespace, norm: str, depth: int, seed: int) -> dict:
    """All settings of one norm, depth and seed."""
    runs = []
    for rate, warm_up in product(RATES, (0, WARM_UP)):
        set_seed(seed)
        losses = learn(Stack(depth, norm, **SIZES).to(args.device), seed, rate, warm_up, args)
        runs.append({"rate": rate, "warm_up": warm_up, "loss": losses})
    return {
        "config": SIZES | {"symbols": SYMBOLS, "length": LENGTH, "batch": BATCH, "betas": [0.9, 0.98]},
        "window": WINDOW,
        "learned_below": LEARNED,
        "failed_above": FAILED,
        "runs": runs,
    }


def learn(model: Stack, seed: int, rate: float, warm_up: int, args: argparse.Namespace) -> list[float]:
    """Train until it has learned; the mean loss of each window of steps, on batches that were never seen."""
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), rate, betas=(0.9, 0.98))
    losses, windows = [], []
    for step in range(args.steps):
        ids = torch.randint(SYMBOLS, (BATCH, LENGTH), generator=generator).to(args.device)
        optimizer.param_groups[0]["lr"] = rate * min(1.0, (step + 1) / warm_up) if warm_up else rate
        loss = F.cross_entropy(model(ids).flatten(0, 1), ids.flip(1).flatten())
        train_step(loss, model, optimizer)
        losses.append(loss.item())
        if len(losses) == WINDOW:
            windows.append(round(sum(losses) / WINDOW, 4))
            losses = []
            if windows[-1] < LEARNED:
                break
    return windows


if __name__ == "__main__":
    harness.command(main)
