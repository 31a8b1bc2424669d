"""Train one attention layer with few and with many heads on a task that asks for two things at once.

    python experiments/heads.py                                     # all models, three seeds: twenty minutes
    python experiments/heads.py --models heads-1 heads-8 --seeds 0 --steps 60 --out elsewhere

Twelve children stand in a circle. Each wears a hat and points at one child with the left hand and at another with
the right; each has to name the hat on the left hand's side, and the one on the right hand's. The model is an
embedding, attention, and a linear map to two colours.

heads-N       one layer with N heads; all of them have the same number of parameters
layers-2      two layers after each other, with one head of half the size each: as many parameters but for some biases
mlp-1         one head, and a readout with a hidden layer: more parameters
heads-1-long  one head, trained four times as long

Each run takes from twenty seconds to two and a half minutes and writes OUT/MODEL-seed-SEED.json: its configuration,
versions, device, duration, twenty looks while training (the mean loss since the look before, and the share of
children with both hats right), that share after training, and how much of each head's attention goes to the child
on the left and on the right. Chapter 5 reads these files. Its functions ``circles`` and ``Circle`` are those below.
"""

import argparse

import harness
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tfmr.multi_head import MultiHeadAttention
from tfmr.training import set_seed, train_step

CHILDREN, COLOURS, D_MODEL = 12, 8, 64
MODELS = [f"heads-{number}" for number in (1, 2, 4, 8, 16, 32, 64)] + ["layers-2", "mlp-1", "heads-1-long"]
MEASURED = 1_000  # circles, always the same


def circles(batch: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Hats, left and right hands (batch, children), and the two right answers (batch, children, 2)."""
    hats = torch.randint(COLOURS, (batch, CHILDREN), generator=generator)
    draws = torch.rand(batch, CHILDREN, CHILDREN, generator=generator)
    draws = draws + 2 * torch.eye(CHILDREN)  # nobody draws himself
    left, right = draws.argsort(dim=-1)[..., :2].unbind(-1)  # two different children
    answers = torch.stack([hats.gather(1, left), hats.gather(1, right)], dim=-1)
    return hats, left, right, answers


class Circle(nn.Module):
    """Embeddings, one or more attentions, and a readout of two colours for each child."""

    def __init__(self, *attentions: nn.Module, readout: nn.Module | None = None):
        super().__init__()
        self.hat = nn.Embedding(COLOURS, D_MODEL)
        children = (nn.Embedding(CHILDREN, D_MODEL) for _ in range(3))
        self.position, self.left, self.right = children
        self.attentions = nn.ModuleList(attentions)
        self.readout = readout or nn.Linear(D_MODEL, 2 * COLOURS)

    def forward(self, hats: Tensor, left: Tensor, right: Tensor) -> tuple[Tensor, list[Tensor]]:
        x = self.hat(hats) + self.position.weight + self.left(left) + self.right(right)
        maps = []
        for attention in self.attentions:
            output, weights = attention(x, x, x)
            x = x + output
            maps.append(weights)
        return self.readout(x).unflatten(-1, (2, COLOURS)), maps


def main(argv: list[str] | None = None) -> None:
    parser = harness.parser(__doc__)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=MODELS)
    parser.add_argument("--steps", type=int, default=3_000)
    parser.add_argument("--batch-size", type=int, default=64, help="circles a step")
    parser.add_argument("--learning-rate", type=float, default=3e-3, help="falls to zero in a straight line")
    args = parser.parse_args(argv)
    harness.record("heads", args, {"model": args.models, "seed": args.seeds}, measure)


def build(name: str) -> Circle:
    kind, number = name.removesuffix("-long").split("-")
    if kind == "layers":
        size = D_MODEL // int(number)
        return Circle(*[MultiHeadAttention(D_MODEL, 1, d_key=size, d_value=size) for _ in range(int(number))])
    hidden = 4 * D_MODEL
    mlp = nn.Sequential(nn.Linear(D_MODEL, hidden), nn.ReLU(), nn.Linear(hidden, 2 * COLOURS))
    return Circle(MultiHeadAttention(D_MODEL, int(number)), readout=mlp if kind == "mlp" else None)


def measure(args: argparse.Namespace, model: str, seed: int) -> dict:
    """Train one model with one seed and measure it."""
    steps = args.steps * (4 if model.endswith("-long") else 1)
    set_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    held_out = [x.to(args.device) for x in circles(MEASURED, torch.Generator().manual_seed(10**6))]
    learner = build(model).to(args.device)
    optimizer = torch.optim.Adam(learner.parameters(), args.learning_rate)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, steps)
    curve, losses = [], []
    for step in range(1, steps + 1):
        *circle, answers = (x.to(args.device) for x in circles(args.batch_size, generator))
        loss = F.cross_entropy(learner(*circle)[0].flatten(0, 2), answers.flatten())
        train_step(loss, learner, optimizer)
        schedule.step()
        losses.append(loss.item())
        if step % max(steps // 20, 1) == 0:
            both = quality(learner, held_out)["both"]
            curve.append({"step": step, "loss": round(sum(losses) / len(losses), 5), "both": both})
            losses.clear()
    return {
        "config": {
            "children": CHILDREN,
            "colours": COLOURS,
            "d_model": D_MODEL,
            "measured_circles": MEASURED,
        },
        "train_config": {
            "steps": steps,
            "batch_size": args.batch_size,
            "learning_rate": args.learning_rate,
            "schedule": "linear to zero",
            "optimizer": "Adam",
        },
        "parameters": sum(parameter.numel() for parameter in learner.parameters()),
        "attention_parameters": sum(parameter.numel() for parameter in learner.attentions.parameters()),
        "curve": curve,
        **quality(learner, held_out),
    }


@torch.no_grad()
def quality(model: Circle, held_out: list[Tensor]) -> dict:
    """Shares of right answers, and where each head of each layer looks."""
    hats, left, right, answers = held_out
    logits, maps = model(hats, left, right)
    correct = logits.argmax(-1) == answers
    looks = [
        [
            [round(weights[:, head].gather(-1, hand[..., None]).mean().item(), 4) for hand in (left, right)]
            for head in range(weights.size(1))
        ]
        for weights in maps
    ]
    return {
        "both": round(correct.all(-1).float().mean().item(), 4),
        "left": round(correct[..., 0].float().mean().item(), 4),
        "right": round(correct[..., 1].float().mean().item(), 4),
        "weight_on_left_and_right": looks,  # layer, head, hand
    }


if __name__ == "__main__":
    harness.command(main)
