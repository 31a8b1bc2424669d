"""Pairs from a text file with one pair a line: sentence, tab, translation."""

from pathlib import Path

from tfmr.data.corpus import Corpus, Pair
from tfmr.data.splits import split_pairs
from tfmr.data.text import canonical
from tfmr.errors import InputError
from tfmr.files import read_lines


def load_tsv(path: str | Path, src: str, tgt: str) -> Corpus:
    """A corpus from the user's own file, split by :func:`tfmr.data.splits.split_pairs`.

    Args:
        path: a UTF-8 file, plain or gzip (``.gz``): source, tab, target. Further columns are passed over.
        src, tgt: what the languages of the first and of the second column are called.

    Raises:
        InputError: the file cannot be read, is empty, has a line with only one side, or too few pairs.
    """
    pairs = parse_pairs(read_lines(path), str(path))
    try:
        train, valid, test = split_pairs(pairs)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    return Corpus(str(path), src, tgt, train, valid, test)


def parse_pairs(lines: list[str], name: str) -> list[Pair]:
    """The pairs that the lines of a file hold, written as :func:`tfmr.data.text.canonical` writes.

    Args:
        lines: source, tab, target; whatever follows a second tab is passed over.
        name: what the file is called in an error.

    Raises:
        InputError: there is no line, or a line lacks a side (the message gives its number).
    """
    if not any(map(canonical, lines)):
        raise InputError(f"{name}: expected pairs of sentences, but the file is empty")
    pairs = []
    for number, line in enumerate(lines, start=1):
        columns = [canonical(column) for column in line.split("\t")]
        if len(columns) < 2:
            raise InputError(
                f"{name}: expected source, tab, target on each line, but line {number} has no tab"
            )
        if not columns[0] or not columns[1]:
            side = "source" if not columns[0] else "target"
            raise InputError(
                f"{name}: expected text on both sides of the tab, but line {number} has no {side}"
            )
        pairs.append(Pair(columns[0], columns[1]))
    return pairs
