"""What chapter 6 draws: a rotation, as hands of a clock, and what became of five kinds of positions."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import torch
from matplotlib.axes import Axes
from matplotlib.patches import Arc, Circle

from tfmr.book.plots import COLOURS, plot_curves
from tfmr.positions import RotaryPositions

LOWEST = 1e-4  # losses are recorded to five decimals: below this a curve goes in steps


def plot_hands(pairs: Sequence[tuple[int, int]]) -> list[Axes]:
    """Draw, for each two positions, the vector (1, 0) as a query at the first and as a key at the second.

    They have one pair of coordinates, which :class:`tfmr.positions.RotaryPositions` turns by one radian a
    position. Above each clock stands the angle from key to query, and their dot product.
    """
    _, axes = plt.subplots(1, len(pairs), figsize=(2.7 * len(pairs), 3), squeeze=False, facecolor="white")
    for ax, (p, r) in zip(axes[0], pairs, strict=True):
        query, key = (_hand(position) for position in (p, r))
        ax.add_patch(Circle((0, 0), 1, fill=False, color="0.75"))
        ax.add_patch(Arc((0, 0), 0.6, 0.6, theta1=math.degrees(min(p, r)), theta2=math.degrees(max(p, r))))
        for name, position, (x, y), colour in (
            ("query", p, query.tolist(), COLOURS[0]),
            ("key", r, key.tolist(), COLOURS[1]),
        ):
            look = {"arrowstyle": "-|>", "color": colour, "lw": 2.5, "shrinkA": 0, "shrinkB": 0}
            ax.annotate("", (x, y), (0, 0), arrowprops=look)
            where = {"ha": "center", "va": "center", "color": colour}
            ax.text(1.32 * x, 1.24 * y, f"{name}\nat {position}", **where)
        ax.set_title(f"angle {p - r} rad, product {(query @ key).item():.2f}")
        ax.set(aspect="equal", xlim=(-1.7, 1.7), ylim=(-1.5, 1.5))
        ax.axis("off")
    return list(axes[0])


def plot_beyond(
    steps: Any,
    losses: Mapping[str, Mapping[str, Any]],
    lengths: Sequence[int],
    shares: Mapping[str, Mapping[str, Any]],
    guesses: Mapping[str, float],
) -> None:
    """Draw, for each task, the losses in training above and the shares of right answers by length below.

    The axis of the losses ends at ``LOWEST``.

    Args:
        steps: shape ``(points,)``, the training steps of the losses.
        losses: task -> label -> values of shape ``(seeds, points)``.
        lengths: of the tested sequences, in tokens.
        shares: task -> label -> values of shape ``(seeds, lengths)``.
        guesses: task -> the share of right answers that a guess gives.
    """
    form = {"figsize": (4 * len(losses), 7.2), "facecolor": "white", "layout": "constrained"}
    figure, axes = plt.subplots(2, len(losses), sharey="row", squeeze=False, **form)
    for (above, below), task in zip(axes.T, losses, strict=True):
        labels = {"xlabel": "training step", "ylabel": "training loss"}
        plot_curves(steps, losses[task], title=task, ax=above, **labels).set_yscale("log")
        labels = {"xlabel": "length (tokens)", "ylabel": "share of right answers"}
        plot_curves(lengths, shares[task], ax=below, **labels).set_xscale("log", base=2)
        below.set_xticks(lengths, labels=[str(length) for length in lengths])
        below.set_ylim(0, 1.05)
        below.axhline(guesses[task], color="0.4", linestyle="--", label="a guess")
    axes[0, 0].set_ylim(bottom=LOWEST)
    for ax in axes[:, 1:].flat:
        ax.set_ylabel("")
    for ax in axes.flat:
        ax.get_legend().remove()
    figure.legend(*axes[1, 0].get_legend_handles_labels(), loc="outside upper center", ncols=6)


def _hand(position: int) -> torch.Tensor:
    """The vector (1, 0) as it is turned at a position."""
    return RotaryPositions(2).rotate(torch.tensor([[[[1.0, 0.0]]]]), position).flatten()
