"""Train a small causal model with each kind of positions, and test it on sentences longer than it has seen.

    python experiments/positions.py
    python experiments/positions.py --kinds rotary --seeds 0 --steps 50 --out elsewhere

Two tasks on random sequences, each with an answer at every position:

*distance*  which token stood three positions before this one? (16 tokens)
*nearest*   a token is a letter with a digit, 8 of each: which digit had this letter when it last occurred?

The first asks for an exact distance, the second for the nearest of several. The model has two pre-norm layers
and sees what stands before. It trains on sequences of 32 and is tested on new ones of 32, 64 and 128, on their last
16 positions. The learned positions get a table of 128 rows, of which training touches 32.

Trained for 1,500 steps, ALiBi still had a loss a thousand times that of the others, and its accuracy was told as what
it can do. So the runs are four times as long, and the losses are kept.

Each run writes OUT/TASK-KIND-seed-SEED.json. Chapter 6 reads these files.
"""

import argparse
from functools import partial

import harness
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tfmr.layers import EncoderLayer, FeedForward, Residual
from tfmr.masks import causal_mask
from tfmr.multi_head import MultiHeadAttention
from tfmr.positions import ALiBi, LearnedPositions, Positions, RotaryPositions, SinusoidalPositions
from tfmr.training import set_seed, train_step

KINDS = ("none", "sinusoidal", "learned", "rotary", "alibi")
TASKS = ("distance", "nearest")
D_MODEL, NUM_HEADS, NUM_LAYERS, D_FF = 64, 4, 2, 128
LENGTHS = (32, 64, 128)  # the first is that of training
LAST = 16  # positions at the end of a sequence that are tested
DISTANCE, LETTERS, DIGITS = 3, 8, 8
WINDOWS = 24  # mean losses that are kept, so that one can see whether the last ones still fall
IGNORE = -100  # positions without an answer


class Model(nn.Module):
    """Embeddings, causal layers with one kind of positions, an answer at every position."""

    def __init__(self, kind: str, vocab_size: int, num_answers: int):
        super().__init__()
        added = {
            "sinusoidal": SinusoidalPositions(D_MODEL),
            "learned": LearnedPositions(max(LENGTHS), D_MODEL),
        }
        inside = {"rotary": RotaryPositions(D_MODEL // NUM_HEADS), "alibi": ALiBi(NUM_HEADS)}.get(kind)
        self.embedding = nn.Embedding(vocab_size, D_MODEL)
        self.positions = added.get(kind, Positions())
        self.layers = nn.ModuleList(
            EncoderLayer(
                MultiHeadAttention(D_MODEL, NUM_HEADS, positions=inside),
                FeedForward(D_MODEL, D_FF),
                partial(Residual, D_MODEL, norm="pre"),
            )
            for _ in range(NUM_LAYERS)
        )
        self.norm, self.output = nn.LayerNorm(D_MODEL), nn.Linear(D_MODEL, num_answers)

    def forward(self, ids: Tensor) -> Tensor:
        x, mask = self.positions(self.embedding(ids)), causal_mask(ids.size(1), ids.device)
        for layer in self.layers:
            x, _ = layer(x, mask)
        return self.output(self.norm(x))


def questions(task: str, batch: int, length: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Random sequences and the answer at each position: (batch, length) each."""
    if task == "distance":
        ids = torch.randint(16, (batch, length), generator=generator)
        answers = F.pad(ids, (DISTANCE, 0), value=IGNORE)[:, :length]
        return ids, answers
    letters = torch.randint(LETTERS, (batch, length), generator=generator)
    digits = torch.randint(DIGITS, (batch, length), generator=generator)
    positions = torch.arange(length)
    earlier = (letters[:, :, None] == letters[:, None]) & (positions[:, None] > positions)
    last = torch.where(earlier, positions, -1).amax(dim=-1)  # the nearest earlier one, -1 if there is none
    answers = torch.where(last >= 0, digits.gather(1, last.clamp(min=0)), IGNORE)
    return letters * DIGITS + digits, answers


def sizes(task: str) -> tuple[int, int]:
    """Tokens and answers of a task."""
    return (16, 16) if task == "distance" else (LETTERS * DIGITS, DIGITS)


def main(argv: list[str] | None = None) -> None:
    parser = harness.parser(__doc__)
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=TASKS)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--steps", type=int, default=6_000)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=2e-3, help="after a warm-up; falls to zero")
    args = parser.parse_args(argv)
    axes = {"task": args.tasks, "kind": args.kinds, "seed": args.seeds}
    harness.record("positions", args, axes, measure)


def measure(args: argparse.Namespace, task: str, kind: str, seed: int) -> dict:
    """Train one model with one seed; the share of right answers at each length."""
    set_seed(seed)
    model = Model(kind, *sizes(task)).to(args.device)
    optimizer = torch.optim.Adam(model.parameters())
    generator = torch.Generator().manual_seed(seed)
    losses = []
    for step in range(args.steps):
        # A warm-up, then a straight line to zero.
        rate = args.learning_rate * min((step + 1) / 100, (args.steps - step) / max(args.steps - 100, 1))
        optimizer.param_groups[0]["lr"] = rate
        ids, answers = (x.to(args.device) for x in questions(task, args.batch_size, LENGTHS[0], generator))
        loss = F.cross_entropy(model(ids).flatten(0, 1), answers.flatten(), ignore_index=IGNORE)
        train_step(loss, model, optimizer)
        losses.append(loss.item())
    window = max(args.steps // WINDOWS, 1)
    return {
        "config": {"d_model": D_MODEL, "num_heads": NUM_HEADS, "num_layers": NUM_LAYERS, "d_ff": D_FF},
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "train_loss": [
            round(sum(losses[i : i + window]) / window, 5) for i in range(0, args.steps - window + 1, window)
        ],
        "accuracy": {str(length): accuracy(model, task, length, args.device) for length in LENGTHS},
    }


@torch.no_grad()
def accuracy(model: Model, task: str, length: int, device: torch.device) -> float:
    """The share of right answers at the last positions of 200 new sequences."""
    ids, answers = questions(task, 200, length, torch.Generator().manual_seed(10_000 + length))
    found = model(ids.to(device)).argmax(dim=-1).cpu()[:, -LAST:]
    answers = answers[:, -LAST:]
    asked = answers != IGNORE
    return round((found == answers)[asked].float().mean().item(), 4)


if __name__ == "__main__":
    harness.command(main)
