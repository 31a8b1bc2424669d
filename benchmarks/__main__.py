"""All benchmarks, one after the other, and their table: ``python -m benchmarks [--output FILE]``.

Real captions where they are at hand, else the grammar corpus. The table says what was measured on; nothing else should
run on the machine meanwhile.
"""

import argparse
from pathlib import Path

from benchmarks import attention, decoding, recurrent, training
from benchmarks.timing import Row, machine
from tfmr.data import load_corpus
from tfmr.errors import InputError
from tfmr.files import atomic_write

TABLE = Path(__file__).resolve().parent / "RESULTS.md"


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=TABLE, help="where the table is written")
    args = parser.parse_args(argv)
    try:
        load_corpus("multi30k")
        corpus = "multi30k"
    except InputError as error:
        print(f"{error}\nMeasuring on the grammar corpus instead.")
        corpus = "grammar"
    rows = [
        *training.main(["--corpus", corpus]),
        *recurrent.main(["--corpus", corpus]),
        *decoding.main([]),
        *attention.main([]),
    ]
    with atomic_write(args.output) as temporary:
        temporary.write_text(table(rows, corpus), encoding="utf-8")
    print(f"the table is in {args.output}")


def table(rows: list[Row], corpus: str) -> str:
    """The rows in Markdown."""
    lines = [
        "# tfmr beside its peers",
        "",
        f"Made by `make bench`; corpus {corpus}; {machine()}. All contestants take turns in one run; a ratio is the median of",
        "paired ratios, above 1 where `tfmr` is the faster (or takes less).",
        "",
        "| what | tfmr | peer | | ratio |",
        "|---|---:|---|---:|---:|",
    ]
    lines += [
        f"| {row.what} | {row.ours:,.4g} | {row.peer} | {row.theirs:,.4g} | {_shown(row)} |" for row in rows
    ]
    return "\n".join(lines) + "\n"


def _shown(row: Row) -> str:
    """The ratio; nothing has none to nothing."""
    return f"{row.ratio:.2f}" if row.ours and row.theirs else "–"


if __name__ == "__main__":
    main()
