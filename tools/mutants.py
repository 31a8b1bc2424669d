"""Break the code in one place at a time, and see whether a test notices.

    python tools/mutants.py [--only PATTERN] [--sample N] [--seed N] [--jobs N]

A test that cannot fail guards nothing. The table ``tests/mutants.toml`` holds breakages, above all those that give
wrong numbers silently. Each is made alone, in a temporary copy of the tracked files, and the tests that should
notice are run there: *seen* if one fails. The exit status is 1 if a breakage goes unseen or no longer fits its
source, or if the tests fail on code that is whole.
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
TABLE = Path("tests", "mutants.toml")
TIME_LIMIT = 900  # seconds; a breakage under which the tests never end is seen


class Mutant(NamedTuple):
    """A breakage: ``old``, which stands in ``file`` exactly once, becomes ``new``."""

    file: str
    breaks: str  # what goes wrong, in words
    old: str
    new: str
    tests: list[str]  # the files (or folders) that should notice

    def __str__(self) -> str:
        return f"{self.file}: {self.breaks}"


def read_table(path: Path) -> list[Mutant]:
    """The table's breakages: ``[["tfmr/x.py"]]`` with ``breaks``, ``old``, ``new``.

    ``tests`` names the files or folders that should notice; without it, that is ``tests/test_x.py`` alone.
    """
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return [
        Mutant(**{"file": file, "tests": [f"tests/test_{Path(file).stem}.py"]} | entry)
        for file, entries in table.items()
        for entry in entries
    ]


def problem(mutant: Mutant, root: Path) -> str | None:
    """Why a breakage cannot be made, in words; None if it can."""
    missing = [name for name in (mutant.file, *mutant.tests) if not (root / name).exists()]
    if missing:
        return f"no file {missing[0]}"
    source = (root / mutant.file).read_text(encoding="utf-8")
    if source.count(mutant.old) != 1:
        return f"expected its old text once, found it {source.count(mutant.old)} times"
    try:
        compile(source.replace(mutant.old, mutant.new), mutant.file, "exec")
    except SyntaxError as error:  # every test would notice, and none would have been tried
        return f"expected code that can be read, got {error}"
    return None


def is_seen(mutant: Mutant, root: Path) -> str | None:
    """The test that notices the breakage, "no end" if they run on for ever, or None."""
    with copy_of(root) as copy:
        path = copy / mutant.file
        path.write_text(
            path.read_text(encoding="utf-8").replace(mutant.old, mutant.new), encoding="utf-8", newline="\n"
        )
        return first_failure(mutant.tests, copy)


@contextmanager
def copy_of(root: Path) -> Iterator[Path]:
    """A temporary copy of the tracked files, as they are in the working tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        for name in filter(None, listed.stdout.split("\0")):
            if (root / name).is_file():  # not one that was just removed
                target = Path(folder, name)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(root / name, target)
        yield Path(folder)


def first_failure(tests: Sequence[str], root: Path) -> str | None:
    """The first test that fails in this tree, or None."""
    # The package may be installed as a link to the working tree: the copy must come before it.
    environment = os.environ | {"PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider", *tests]
    try:
        run = subprocess.run(
            command,
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT,
            encoding="utf-8",
        )
    except subprocess.TimeoutExpired:
        return "no end"
    if run.returncode == 0:
        return None
    failed = re.search(r"^(?:FAILED|ERROR) (?:tests/)?(\S+)", run.stdout, re.MULTILINE)
    return failed[1] if failed else (run.stdout + run.stderr).strip().splitlines()[-1]


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Make the chosen breakages and say of each whether it was seen; 1 if anything is wrong, else 0."""
    parser = argparse.ArgumentParser(description="Break the code in one place at a time; does a test notice?")
    parser.add_argument("--only", metavar="PATTERN", default="", help="breakages whose line matches")
    parser.add_argument("--sample", metavar="N", type=int, help="only N of them, drawn by chance")
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="which N (default: 0)")
    parser.add_argument("--jobs", metavar="N", type=int, default=1, help="how many at once (default: 1)")
    options = parser.parse_args(arguments)

    mutants = [mutant for mutant in read_table(root / TABLE) if re.search(options.only, str(mutant))]
    if options.sample is not None and options.sample < len(mutants):
        mutants = random.Random(options.seed).sample(mutants, options.sample)
    stale = [f"stale   {mutant} ({problem(mutant, root)})" for mutant in mutants if problem(mutant, root)]
    if stale or not mutants:
        print("\n".join(stale) or f"no breakage matches {options.only!r}")
        return 1
    with copy_of(root) as copy:
        failed = first_failure(sorted({test for mutant in mutants for test in mutant.tests}), copy)
    if failed:  # else every breakage would look seen
        print(f"expected tests that pass on the code as it is, but {failed} fails")
        return 1

    unseen = 0
    with ThreadPoolExecutor(options.jobs) as pool:
        for mutant, by in zip(mutants, pool.map(lambda m: is_seen(m, root), mutants), strict=True):
            print(f"seen    {mutant} ({by})" if by else f"UNSEEN  {mutant}", flush=True)
            unseen += by is None
    print(f"{len(mutants) - unseen} of {len(mutants)} seen")
    return int(unseen > 0)


if __name__ == "__main__":
    sys.exit(main())
