"""Train deep stacks of encoder layers until they have learned: the norm's place, the rate, the warm-up.

    python experiments/norms.py                                # every norm, depth, rate, warm-up and seed
    python experiments/norms.py --depths 3 --seeds 0 --steps 20 --out elsewhere

The task: write a sequence of eight symbols backwards. Every batch is new, so nothing can be learned by heart,
and a model that knows nothing has a loss of log 16. Adam with a constant learning rate, or with one that grows in
a straight line over the first steps, as many as the warm-up has. No dropout, no gradient clipping.

What counts was fixed before these runs, after trials with seed 100 and a recording of 300 steps, too few to tell.
A run has *learned*, and ends, when the mean
loss of WINDOW steps is below LEARNED. A run that has not after all its steps is *flat* when the mean loss of its
last STRETCH windows is less than FLAT below that of the STRETCH windows before, and *falling* otherwise: flat says
that more of the same steps would hardly help, falling that they were too few to tell.

Beside the losses a record holds, from the last step of each window, how different the words are at the top of the
stack, and how long the gradients of the projections are, all layers together: those of queries and keys, and those
of values and outputs.

Each run writes one small file, OUT/NORM-DEPTH-RATE-WARM_UP-seed-SEED.json. Chapter 7 reads these files.
"""

import argparse
from functools import partial

import harness
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tfmr.book.stacks import difference, gradient_lengths
from tfmr.layers import NORMS, EncoderLayer, FeedForward, Residual
from tfmr.multi_head import MultiHeadAttention
from tfmr.training import set_seed, train_step

SYMBOLS, LENGTH, BATCH = 16, 8, 32
SIZES = {"d_model": 64, "num_heads": 4, "d_ff": 128}
WINDOW, LEARNED = 20, 0.1
STRETCH, FLAT = 10, 0.02


def encoder_layer(d_model: int, num_heads: int, d_ff: int, norm: str = "post") -> EncoderLayer:
    parts = MultiHeadAttention(d_model, num_heads), FeedForward(d_model, d_ff)
    return EncoderLayer(*parts, partial(Residual, d_model, norm=norm))


class Stack(nn.Module):
    """Symbols to symbols through encoder layers: the last norm is there if the layers are pre-norm."""

    def __init__(self, depth: int, norm: str, d_model: int = 64, num_heads: int = 4, d_ff: int = 128):
        super().__init__()
        self.symbols, self.positions = nn.Embedding(SYMBOLS, d_model), nn.Embedding(LENGTH, d_model)
        sizes = d_model, num_heads, d_ff
        layers = (encoder_layer(*sizes, norm=norm) for _ in range(depth))
        self.layers = nn.ModuleList(layers)
        self.norm = nn.LayerNorm(d_model) if norm == "pre" else nn.Identity()
        self.readout = nn.Linear(d_model, SYMBOLS)
        for module in self.modules():
            if isinstance(module, nn.Linear):  # as in tfmr.transformer
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)

    def climb(self, ids: Tensor) -> list[Tensor]:
        """The vectors below the first layer and above each."""
        heights = [self.symbols(ids) + self.positions.weight]
        for layer in self.layers:
            heights.append(layer(heights[-1])[0])
        return heights

    def forward(self, ids: Tensor) -> Tensor:
        return self.readout(self.norm(self.climb(ids)[-1]))


def main(argv: list[str] | None = None) -> None:
    parser = harness.parser(__doc__)
    parser.add_argument("--depths", nargs="+", type=int, default=[6, 9, 12])
    parser.add_argument("--rates", nargs="+", type=float, default=[3e-4, 1e-3, 3e-3])
    parser.add_argument("--warm-ups", nargs="+", type=int, default=[0, 100, 400], help="steps")
    parser.add_argument("--steps", type=int, default=2000, help="at most, a multiple of the window")
    args = parser.parse_args(argv)
    grid = {
        "norm": NORMS,
        "depth": args.depths,
        "rate": args.rates,
        "warm_up": args.warm_ups,
        "seed": args.seeds,
    }
    harness.record("norms", args, grid, measure)


def measure(args: argparse.Namespace, norm: str, depth: int, rate: float, warm_up: int, seed: int) -> dict:
    """Train one stack until it has learned, on batches that were never seen."""
    set_seed(seed)
    model = Stack(depth, norm, **SIZES).to(args.device)
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), rate, betas=(0.9, 0.98), fused=True)
    windows, losses = [], []
    for step in range(1, args.steps + 1):
        ids = torch.randint(SYMBOLS, (BATCH, LENGTH), generator=generator).to(args.device)
        optimizer.param_groups[0]["lr"] = rate * min(1.0, step / warm_up) if warm_up else rate
        *_, top = model.climb(ids)
        logits = model.readout(model.norm(top))
        loss = F.cross_entropy(logits.flatten(0, 1), ids.flip(1).flatten())
        train_step(loss, model, optimizer)
        losses.append(loss.item())
        if step % WINDOW == 0:
            found = {"loss": sum(losses) / WINDOW, "difference": difference(top)}
            lengths = gradient_lengths(layer.self_attention for layer in model.layers)
            found |= dict(zip(("query_key", "value_output"), lengths, strict=True))
            windows.append({name: float(f"{value:.4g}") for name, value in found.items()})
            losses = []
            if windows[-1]["loss"] < LEARNED:
                break
    measured = {name: [window[name] for window in windows] for name in windows[0]}
    return {
        "config": SIZES | {"symbols": SYMBOLS, "length": LENGTH, "batch": BATCH, "betas": [0.9, 0.98]},
        "window": WINDOW,
        "learned_below": LEARNED,
        "ended": ending(measured["loss"]),
        **measured,
    }


def ending(losses: list[float]) -> str:
    """``learned``, ``flat`` or ``falling``, as the text above says."""
    if losses[-1] < LEARNED:
        return "learned"
    before, last = losses[-2 * STRETCH : -STRETCH], losses[-STRETCH:]
    return "flat" if before and sum(before) / len(before) - sum(last) / len(last) < FLAT else "falling"


if __name__ == "__main__":
    harness.command(main)
