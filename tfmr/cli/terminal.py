"""Attention weights as text: a matrix of shades, and the strongest link of every target word."""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor

SHADES = " ░▒▓█"  # up to 10 %, 30 %, 50 %, 75 %, above
_LIMITS = (0.10, 0.30, 0.50, 0.75)


def shade(weight: float) -> str:
    """The character that stands for a weight from 0 to 1."""
    return SHADES[sum(weight > limit for limit in _LIMITS)]


def alignment_text(
    weights: Float[Tensor, "tgt_words src_words"],
    src_words: Sequence[str],
    tgt_words: Sequence[str],
    width: int = 80,
) -> str:
    """Weights as a block of text: a row for each target word, a column for each source word.

    Below the matrix, each target word with the source word that it looked at most, and how much.

    Args:
        weights: numbers from 0 to 1.
        src_words, tgt_words: what stands above the columns and left of the rows.
        width: columns of the terminal. Where the source words have no room side by side, they stand upright.
    """
    margin = max(map(len, tgt_words), default=0)
    cells = [max(2, len(word)) for word in src_words]
    if margin + sum(cells) + len(cells) + 1 <= width:
        heading = [" ".join(word.center(cell) for word, cell in zip(src_words, cells, strict=True))]
    else:
        cells = [2 if margin + 3 * len(cells) + 1 <= width else 1] * len(cells)
        heading = _upright(src_words, cells)
    lines = [" " * (margin + 2) + line for line in heading]
    rows = weights.tolist()
    for word, row in zip(tgt_words, rows, strict=True):
        blocks = [shade(weight) * cell for weight, cell in zip(row, cells, strict=True)]
        lines.append(f"{word:>{margin}}  " + " ".join(blocks))
    lines.append("")
    for word, row in zip(tgt_words, rows, strict=True):
        best = max(range(len(row)), key=row.__getitem__)
        lines.append(f"{word:>{margin}} ← {src_words[best]} {row[best]:.2f}")
    return "\n".join(line.rstrip() for line in lines)


def _upright(words: Sequence[str], cells: Sequence[int]) -> list[str]:
    """The words written from top to bottom, all ending on the last line."""
    height = max(map(len, words))
    letters = zip(*(word.rjust(height) for word in words), strict=True)
    return [" ".join(c.ljust(cell) for c, cell in zip(line, cells, strict=True)) for line in letters]


def shown(value: float, decimals: int = 2) -> str:
    """A measured number to be read: with this many decimals, or, from a million on, as a power of ten."""
    return f"{value:.{decimals}f}" if abs(value) < 1e6 else f"{value:.{decimals}e}"
