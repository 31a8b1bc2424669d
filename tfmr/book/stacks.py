"""What chapter 7 measures in a stack of layers, and its drawings."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
from jaxtyping import Float
from matplotlib.axes import Axes
from torch import Tensor

from tfmr.book.plots import COLOURS, MARKERS
from tfmr.multi_head import MultiHeadAttention

# What stands on the road of a vector, and what beside it: texts and heights.
WAYS = {
    "nothing around: $f(x)$": ([("f", 3)], []),
    "post-norm: norm$(x + f(x))$": ([("+", 4), ("norm", 5.3)], [("f", 2.4)]),
    "pre-norm: $x + f($norm$(x))$": ([("+", 4)], [("norm", 1.7), ("f", 3)]),
}


def difference(x: Float[Tensor, "batch words d_model"]) -> float:
    """How different the words of a sentence are: which share of their length is left without the mean word.

    Sentences of a batch count together. 0: in each sentence all words are the same.
    """
    return ((x - x.mean(dim=1, keepdim=True)).norm() / x.norm()).item()


def gradient_lengths(attentions: Iterable[MultiHeadAttention]) -> tuple[float, float]:
    """How long the gradients of the projections are, those of all these attentions together.

    Returns:
        That of W_Q and W_K, which choose between words, and that of W_V and W_O, which carry them.
    """
    squares = {"query": 0.0, "key": 0.0, "value": 0.0, "output": 0.0}
    for attention in attentions:
        for name in squares:
            squares[name] += getattr(attention, f"{name}_projection").weight.grad.norm().item() ** 2
    query, key, value, output = squares.values()
    return math.sqrt(query + key), math.sqrt(value + output)


def plot_ways() -> Sequence[Axes]:
    """Draw three ways to wire a sublayer f: the road of a vector x from below, and what stands on it or beside it."""
    _, axes = plt.subplots(1, len(WAYS), figsize=(10, 3.4))
    for ax, (title, (road, beside)) in zip(axes, WAYS.items(), strict=True):
        ax.plot([0, 0], [0.2, 6.3], color=COLOURS[4], lw=9)
        ax.plot([0], [6.3], "^", color=COLOURS[4], ms=18)
        if beside:
            ax.plot([0, 1.2, 1.2, 0], [0.8, 0.8, 4, 4], color="black")
        for x, boxes in ((0, road), (1.2, beside)):
            for text, y in boxes:
                box = {"boxstyle": "circle" if text == "+" else "round", "fc": "white"}
                ax.text(x, y, text, ha="center", va="center", size=13, bbox=box)
        ax.set(title=title, xlim=(-1, 2.2), ylim=(0, 6.7))
        ax.axis("off")
    return axes


def plot_layers(
    found: Mapping[tuple[str, bool], Float[Tensor, "layers kinds"]], titles: Sequence[str]
) -> Sequence[Axes]:
    """Draw a panel for each kind of measurement, and in it a line over the layers for each wiring.

    Args:
        found: what was measured, by the name of the wiring and by whether it has feed-forward networks.
        titles: one for each kind.
    """
    _, axes = plt.subplots(1, len(titles), figsize=(12, 4.2))
    names = list(dict.fromkeys(name for name, _ in found))
    for number, (ax, title) in enumerate(zip(axes, titles, strict=True)):
        for (name, network), layers in found.items():
            kind = names.index(name)
            look = {"color": COLOURS[kind], "marker": MARKERS[kind]}
            look |= {"ls": "-", "label": name} if network else {"ls": ":", "mfc": "white"}
            ax.plot(range(1, len(layers) + 1), layers[:, number], **look)
        ax.set(yscale="log", title=title, xlabel="layer")
    axes[1].legend(loc="lower left", fontsize=9)
    return axes


def plot_runs(ax: Axes, groups: Mapping[str, Sequence[Mapping[str, Any]]], what: str) -> Axes:
    """Draw recorded runs, a colour for each group and a line for each run, with a marker where it ends.

    Args:
        groups: label -> records, with the steps of a ``window``, and ``what`` for each window.
    """
    for number, (label, runs) in enumerate(groups.items()):
        style = {"color": COLOURS[number], "marker": MARKERS[number], "markevery": [-1], "lw": 1}
        for index, run in enumerate(runs):
            steps = [run["window"] * (window + 1) for window in range(len(run[what]))]
            ax.plot(steps, run[what], label=label if index == 0 else None, **style)
    ax.set(xlabel="training step")
    return ax
