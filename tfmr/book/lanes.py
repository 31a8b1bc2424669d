"""The drawing of chapter 10: what a decoder reads at each position, and what it says there."""

from collections.abc import Collection, Sequence

from matplotlib.axes import Axes

from tfmr.errors import InputError

READ, SAID, CHANGED = "#E8F1F8", "#E3F3EC", "#FBE3D0"


def plot_lanes(
    read: Sequence[str], said: Sequence[str], sure: Sequence[float], ax: Axes, changed: Collection[str] = ()
) -> Axes:
    """Draw a pass of a decoder: a column for each position, the word it reads below, the word it says above.

    Args:
        read, said: a word for each position.
        sure: the probability of each word of ``said``.
        ax: where to draw.
        changed: words of ``read`` to mark by another colour.

    Raises:
        InputError: the three do not have one entry for each position.
    """
    if not len(read) == len(said) == len(sure):
        raise InputError(
            f"read, said, sure: expected as many of each, got {len(read)}, {len(said)}, {len(sure)}"
        )
    for place, (below, above, p) in enumerate(zip(read, said, sure, strict=True)):
        _box(ax, place, 0, below, CHANGED if below in changed else READ)
        _box(ax, place, 1, f"{above}\n{p:.2f}", SAID)
        ax.annotate("", (place, 0.72), (place, 0.22), arrowprops={"arrowstyle": "->", "color": "grey"})
    ax.set(xlim=(-1.2, len(read) - 0.4), ylim=(-0.4, 1.5), xticks=[])
    ax.set_yticks([0, 1], labels=["reads", "says"])
    ax.grid(False)
    ax.spines[:].set_visible(False)
    return ax


def _box(ax: Axes, x: float, y: float, label: str, colour: str) -> None:
    box = {"boxstyle": "round,pad=0.3", "fc": colour, "ec": "grey"}
    ax.text(x, y, label, ha="center", va="center", fontsize=9, bbox=box)
