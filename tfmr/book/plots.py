"""Figures that more than one chapter draws.

Plain matplotlib functions: arrays (or tensors) in, ``Axes`` out; nothing is shown or saved here. Colours are
those of Okabe and Ito, which stay apart for colour-blind readers; where lines cross, markers tell them
apart as well. Every figure brings its own white card, so that it reads on a dark page too.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from tfmr.errors import InputError

# Okabe and Ito (2008), "Color Universal Design", ordered so that neighbours differ in lightness too.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")


def style() -> None:
    """Set matplotlib's defaults for the book: fonts, colours, size, and an opaque white card."""
    plt.rcParams.update(
        {
            "axes.grid": True,
            "axes.prop_cycle": plt.cycler(color=COLOURS),
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.titlesize": 12,
            "axes.labelsize": 11,
            "figure.constrained_layout.use": True,
            "figure.dpi": 120,
            "figure.facecolor": "white",
            "figure.figsize": (5.6, 3.6),
            "font.size": 11,
            "grid.alpha": 0.3,
            "image.cmap": "Blues",
            "legend.frameon": False,
            "lines.markersize": 5,
            "savefig.facecolor": "white",
            "savefig.transparent": False,
            "svg.hashsalt": "tfmr",  # the same figure gives the same file
        }
    )


def plot_alignment(
    weights: Any,
    src_tokens: Sequence[str],
    tgt_tokens: Sequence[str],
    *,
    gold: Iterable[tuple[int, int]] | None = None,
    title: str | None = None,
    colourbar: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draw attention weights: the source along the top, the target down the side, as in a page of text.

    Args:
        weights: shape ``(target, source)``; row t holds the weights used when target token t was predicted.
        src_tokens: one label for each column.
        tgt_tokens: one label for each row.
        gold: links ``(source index, target index)``, drawn as outlined squares.
        title: shown above the figure.
        colourbar: whether to draw the scale from 0 to 1.
        ax: where to draw; by default a new figure sized to the sentence.

    Raises:
        InputError: the labels do not fit the weights, a link lies outside, or the matrix is transposed.

    Source: the figure is that of Bahdanau et al. (2015), Figure 3.
    """
    matrix = _alignment_matrix(weights, len(src_tokens), len(tgt_tokens))
    links = _checked_links(gold or (), len(src_tokens), len(tgt_tokens))
    if ax is None:
        size = (1.8 + 0.42 * len(src_tokens), 1.5 + 0.38 * len(tgt_tokens))
        _, ax = plt.subplots(figsize=size, facecolor="white")
    image = ax.imshow(matrix, cmap="Blues", vmin=0.0, vmax=1.0, aspect="equal", interpolation="nearest")
    ax.set_xticks(range(len(src_tokens)), labels=[_literal(token) for token in src_tokens])
    ax.set_yticks(range(len(tgt_tokens)), labels=[_literal(token) for token in tgt_tokens])
    ax.tick_params(axis="x", top=True, labeltop=True, bottom=False, labelbottom=False, rotation=60)
    plt.setp(ax.get_xticklabels(), ha="left", rotation_mode="anchor")
    ax.xaxis.set_label_position("top")
    ax.set_xlabel("source")
    ax.set_ylabel("target")
    ax.grid(False)
    for source, target in links:
        ax.add_patch(
            Rectangle(
                (source - 0.46, target - 0.46), 0.92, 0.92, fill=False, edgecolor=COLOURS[1], linewidth=2
            )
        )
    if title is not None:
        ax.set_title(title)
    if colourbar:
        ax.figure.colorbar(image, ax=ax, label="weight", shrink=0.8)
    return ax


def plot_curves(
    x: Any,
    curves: Mapping[str, Any],
    *,
    xlabel: str,
    ylabel: str,
    title: str | None = None,
    ax: Axes | None = None,
    first_colour: int = 0,
) -> Axes:
    """Draw one line a curve: the mean over seeds, and a band from the lowest seed to the highest.

    Args:
        x: shape ``(points,)``.
        curves: label -> values of shape ``(seeds, points)``, or ``(points,)`` for a single run.
        xlabel: with its unit.
        ylabel: with its unit.
        title: shown above the axes.
        ax: where to draw; by default a new figure.
        first_colour: place in ``COLOURS`` and ``MARKERS`` of the first curve, so that a model looks alike everywhere.

    Raises:
        InputError: a curve does not fit ``x``, or a value is not finite.
    """
    positions = _array(x, "x", 1)
    runs = {label: _runs(values, label, len(positions)) for label, values in curves.items()}
    if not runs:
        raise InputError("curves: expected at least one curve, got none")
    if ax is None:
        _, ax = plt.subplots(facecolor="white")
    for index, (label, values) in enumerate(runs.items(), start=first_colour):
        colour = COLOURS[index % len(COLOURS)]
        marker = MARKERS[index % len(MARKERS)] if len(positions) <= 30 else None
        ax.plot(positions, values.mean(axis=0), color=colour, marker=marker, label=label)
        if len(values) > 1:
            lowest, highest = values.min(axis=0), values.max(axis=0)
            ax.fill_between(positions, lowest, highest, color=colour, alpha=0.2, linewidth=0)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    if title is not None:
        ax.set_title(title)
    ax.legend()
    return ax


def plot_by_length(
    buckets: Sequence[tuple[int, int]],
    scores: Mapping[str, Any],
    *,
    counts: Sequence[int] | None = None,
    xlabel: str = "source length (words)",
    ylabel: str = "BLEU",
    title: str | None = None,
    ax: Axes | None = None,
    first_colour: int = 0,
) -> Axes:
    """Draw a score for each bucket of sentence lengths: the mean over seeds as a line, each seed as a dot.

    Args:
        buckets: first and last length of each bucket, both included, in rising order without overlap.
        scores: label -> values of shape ``(seeds, buckets)``, or ``(buckets,)`` for a single run.
        counts: sentences in each bucket, written under its label.
        xlabel: with its unit.
        ylabel: with its unit.
        title: shown above the axes.
        ax: where to draw; by default a new figure.
        first_colour: as in :func:`plot_curves`.

    Raises:
        InputError: buckets overlap, or scores or counts do not fit them.
    """
    _check_buckets(buckets)
    if counts is not None and len(counts) != len(buckets):
        raise InputError(f"counts: expected one for each of {len(buckets)} buckets, got {len(counts)}")
    positions = np.arange(len(buckets))
    ax = plot_curves(
        positions, scores, xlabel=xlabel, ylabel=ylabel, title=title, ax=ax, first_colour=first_colour
    )
    for index, (label, values) in enumerate(scores.items()):
        runs = _runs(values, label, len(buckets))
        colour = COLOURS[(first_colour + index) % len(COLOURS)]
        # A little to the side of each other, so that two models with equal scores both show.
        shift = 0.06 * (index - (len(scores) - 1) / 2)
        for run in runs if len(runs) > 1 else ():
            ax.plot(positions + shift, run, ".", color=colour, alpha=0.7, markersize=6)
    labels = [f"{low}–{high}" if low != high else f"{low}" for low, high in buckets]
    if counts is not None:
        labels = [f"{label}\n({count:,})" for label, count in zip(labels, counts, strict=True)]
    ax.set_xticks(positions, labels=labels)
    ax.set_ylim(bottom=0)
    return ax


def _array(values: Any, name: str, dimensions: int) -> np.ndarray:
    """A float array of the values (tensors come off their device and their graph), with a fixed rank."""
    if hasattr(values, "detach"):
        values = values.detach().cpu().float().numpy()
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise InputError(f"{name}: expected an array of numbers, got {type(values).__name__}") from None
    if array.ndim != dimensions:
        axes = "one axis" if dimensions == 1 else "two axes"
        raise InputError(f"{name}: expected {axes}, got shape {array.shape}")
    if not np.isfinite(array).all():
        raise InputError(f"{name}: expected finite numbers, got NaN or infinity")
    return array


def _runs(values: Any, label: str, points: int) -> np.ndarray:
    """Values as ``(seeds, points)``."""
    single = np.ndim(values.detach().cpu() if hasattr(values, "detach") else values) == 1
    array = _array(values, f"curve {label!r}", 1 if single else 2)
    array = array[None] if single else array
    if array.shape[1] != points or len(array) == 0:
        raise InputError(f"curve {label!r}: expected shape (seeds, {points}), got {np.shape(values)}")
    return array


def _alignment_matrix(weights: Any, columns: int, rows: int) -> np.ndarray:
    """The weights as ``(target, source)``; refuses labels of the wrong side and a transposed matrix."""
    matrix = _array(weights, "weights", 2)
    if matrix.shape != (rows, columns):
        raise InputError(
            f"weights: expected shape (target, source), by the labels ({rows}, {columns}), got {matrix.shape}"
        )
    if matrix.size == 0:
        raise InputError("weights: expected at least one source and one target token, got none")
    if matrix.min() < -1e-4 or matrix.max() > 1 + 1e-4:
        raise InputError("weights: expected numbers from 0 to 1, got others (scores before the softmax?)")
    # A softmax over the source makes each row sum to one. A square matrix fits both ways round, but its
    # sums still tell which way it lies.
    rows_sum_to_one = np.allclose(matrix.sum(axis=1), 1, atol=1e-2)
    if np.allclose(matrix.sum(axis=0), 1, atol=1e-2) and not rows_sum_to_one:
        raise InputError(
            "weights: expected rows that sum to 1, got columns that do: the matrix is transposed"
        )
    return matrix


def _checked_links(links: Iterable[tuple[int, int]], columns: int, rows: int) -> list[tuple[int, int]]:
    """The links, sorted; each must lie inside the matrix."""
    links = sorted(links)
    for source, target in links:
        if not (0 <= source < columns and 0 <= target < rows):
            raise InputError(
                f"gold: expected (source, target) with source < {columns} and target < {rows}, "
                f"got ({source}, {target})"
            )
    return links


def _check_buckets(buckets: Sequence[tuple[int, int]]) -> None:
    """Raise unless the buckets rise without overlap."""
    last = -1
    for low, high in buckets:
        if not last < low <= high:
            raise InputError(f"buckets: expected rising ranges without overlap, got {list(buckets)}")
        last = high
    if not len(buckets):
        raise InputError("buckets: expected at least one, got none")


def _literal(token: str) -> str:
    """A token as matplotlib must see it: a dollar sign is a dollar sign, not the start of a formula."""
    return token.replace("$", r"\$")
