"""The drawing of chapter 11: how probable two words are together, one after the other."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from tfmr.book.plots import COLOURS
from tfmr.errors import InputError

WIDTH = 8.0  # of a line that stands for probability 1, in points


def plot_tree(
    begin: str, first: Mapping[str, float], second: Mapping[str, Mapping[str, float]], ax: Axes | None = None
) -> Axes:
    """Draw what can follow a beginning, two steps deep; the thicker a line, the more probable is what it leads to.

    The way of greedy decoding, the best word and then the best word after it, is blue; the most probable end of all
    that differs from it is orange.

    Args:
        begin: what stands at the root.
        first: word -> its probability.
        second: word of the first step -> word -> its probability after that word. Words without an entry are ends.
        ax: where to draw; by default a new figure.

    Raises:
        InputError: there is no first word, or ``second`` has one that is not among them.
    """
    if not first or not second.keys() <= first.keys():
        raise InputError(f"second: expected words of the first step, {sorted(first)}, got {sorted(second)}")
    if ax is None:
        _, ax = plt.subplots(figsize=(8.4, 3.6), facecolor="white")
    ends = {
        (word, after): p * q for word, p in first.items() for after, q in second.get(word, {"": 1.0}).items()
    }
    greedy = max(first, key=first.get)
    chosen = (greedy, max(second.get(greedy, {"": 1.0}), key=second.get(greedy, {"": 1.0}).get))
    colours = {max(ends, key=ends.get): COLOURS[1], chosen: COLOURS[0]}
    ax.axis("off")
    ax.text(0, 0, begin, ha="right", va="center")
    height = (len(ends) - 1) / 2
    for word, p in first.items():
        own = {after: total for (before, after), total in ends.items() if before == word}
        middle = height - (len(own) - 1) / 2
        colour = next((c for (before, _), c in colours.items() if before == word), "0.6")
        ax.plot([0.1, 1.0], [0, middle], color=colour, linewidth=WIDTH * p)
        side = "right" if middle > 0 else "left"  # over the line, wherever it goes
        ax.text(0.7, 0.7 * middle + 0.25, f"{p:.2f}", ha=side)
        label = word if word in second else f"{word}   {p:.3f}"
        ax.text(1.05, middle, label, va="center")
        for after, total in own.items() if word in second else ():
            colour = colours.get((word, after), "0.6")
            ax.plot([1.75, 2.6], [middle, height], color=colour, linewidth=WIDTH * total)
            product = f"{p:.2f} · {second[word][after]:.2f} = {total:.3f}"
            ax.text(2.65, height, f"{after}   {product}", va="center")
            height -= 1
        height -= word not in second
    ax.set(xlim=(-0.5, 4.4), ylim=(-len(ends) / 2 - 0.2, len(ends) / 2 + 0.2))
    return ax
