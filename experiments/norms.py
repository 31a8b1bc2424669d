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
import json
import platform
import time
from functools import partial
from itertools import product
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tfmr.book.results import RESULTS
from tfmr.files import atomic_write
from tfmr.layers import NORMS, EncoderLayer, FeedForward, Residual
from tfmr.multi_head import MultiHeadAttention
from tfmr.training import pick_device, set_seed

SYMBOLS, LENGTH, BATCH = 16, 8, 32
SIZES = {"d_model": 64, "num_heads": 4, "d_ff": 128}
DEPTHS, RATES, WARM_UP = (6, 9, 12), (3e-4, 1e-3, 3e-3), 100
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


def learn(
    model: Stack, seed: int, rate: float, warm_up: int, steps: int, device: torch.device
) -> list[float]:
    """Train until it has learned; the mean loss of each window of steps, on batches that were never seen."""
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), rate, betas=(0.9, 0.98))
    losses, windows = [], []
    for step in range(steps):
        ids = torch.randint(SYMBOLS, (BATCH, LENGTH), generator=generator).to(device)
        optimizer.param_groups[0]["lr"] = rate * min(1.0, (step + 1) / warm_up) if warm_up else rate
        loss = F.cross_entropy(model(ids).flatten(0, 1), ids.flip(1).flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if len(losses) == WINDOW:
            windows.append(round(sum(losses) / WINDOW, 4))
            losses = []
            if windows[-1] < LEARNED:
                break
    return windows


def main(argv: list[str] | None = None) -> None:
    args = parse(argv)
    for depth in args.depths:
        for seed in args.seeds:
            for norm in NORMS:
                result = run(norm, depth, seed, args)
                with atomic_write(args.out / f"{norm}-{depth}-seed-{seed}.json") as path:
                    path.write_text(json.dumps(result) + "\n", encoding="utf-8")
                ends = [f"{one['loss'][-1]:.2f}" for one in result["runs"]]
                print(f"{norm} {depth} seed {seed}:", *ends, f"({result['seconds']:.0f} s)", flush=True)


def parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--depths", nargs="+", type=int, default=list(DEPTHS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=300, help="at most, a multiple of the window")
    parser.add_argument("--device")
    parser.add_argument("--out", type=Path, default=RESULTS / "norms")
    return parser.parse_args(argv)


def run(norm: str, depth: int, seed: int, args: argparse.Namespace) -> dict:
    """All settings of one norm, depth and seed."""
    started, device = time.process_time(), pick_device(args.device)
    runs = []
    for rate, warm_up in product(RATES, (0, WARM_UP)):
        set_seed(seed)
        losses = learn(Stack(depth, norm, **SIZES).to(device), seed, rate, warm_up, args.steps, device)
        runs.append({"rate": rate, "warm_up": warm_up, "loss": losses})
    return {
        "experiment": "norms",
        "norm": norm,
        "depth": depth,
        "seed": seed,
        "config": SIZES | {"symbols": SYMBOLS, "length": LENGTH, "batch": BATCH, "betas": [0.9, 0.98]},
        "steps": args.steps,
        "window": WINDOW,
        "learned_below": LEARNED,
        "failed_above": FAILED,
        "runs": runs,
        "seconds": round(time.process_time() - started, 1),
        "device": device.type if device.type != "cuda" else torch.cuda.get_device_name(device),
        "threads": torch.get_num_threads(),
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
    }


if __name__ == "__main__":
    main()
