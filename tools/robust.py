"""Do the chapters' assertions hold with other random numbers, other processors' kernels, other threads?

    python tools/robust.py [chapters/06_positional_encoding.ipynb ...] [--shifts 0-9]
                           [--kernels own,default,avx2] [--threads 1,2] [--full] [--jobs 2]

Runs each chapter many times, unchanged but for its seeds (tools/recorder.py shifts them all), with PyTorch's
kernels for this machine, for one without vector units ("default") and for AVX2. An assertion that fails does
not stop its cell. The table says for each assertion in which share of the runs it held, and how near it came to
failing. The exit status is 1 if one failed, or a cell raised, in any run.

Without --full the numbers of threads take turns: the first shift runs with the first number, the second with
the second, and so on. Each run leaves a small file in --folder, named after what the chapter and the package
*do* (prose, comments and layout do not count), so that a stopped command goes on where it was and nothing is
run twice. Remove the folder to begin again.
"""

import argparse
import ast
import hashlib
import itertools
import json
import math
import os
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
from execute import ENVIRONMENT, ROOT
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from tfmr.files import atomic_write

KERNELS = ("own", "default", "avx2")


@dataclass(frozen=True)
class Run:
    """One run of one chapter: what is shifted, with which kernels and threads, and where its record lies."""

    chapter: Path
    shift: int
    kernels: str
    threads: int

    @property
    def name(self) -> str:
        return (
            f"{self.chapter.stem[:2]}, shift {self.shift}, {self.kernels} kernels, {self.threads} thread(s)"
        )

    def record(self, folder: Path, what: str) -> Path:
        return folder / f"{self.chapter.stem}-{what}-{self.shift}-{self.kernels}-{self.threads}.json"

    def environment(self, lines: Path) -> dict[str, str]:
        """The variables of the kernel; ``lines`` is where the recorder writes."""
        kept = {k: v for k, v in os.environ.items() if k not in ("ATEN_CPU_CAPABILITY", "MPLBACKEND")}
        kept |= ENVIRONMENT | {
            "OMP_NUM_THREADS": str(self.threads),
            "OMP_WAIT_POLICY": "passive",  # threads that spin while they wait starve the run beside them
            "TFMR_ROBUST_SHIFT": str(self.shift),
            "TFMR_ROBUST_RECORD": str(lines),
            "PYTHONPATH": os.pathsep.join(
                [str(ROOT / "tools"), *filter(None, [os.environ.get("PYTHONPATH")])]
            ),
        }
        del kept["TFMR_CHECK_SHAPES"]  # the tests check shapes; here it would only take time
        return kept if self.kernels == "own" else kept | {"ATEN_CPU_CAPABILITY": self.kernels}


def plan(chapters, shifts, kernels, threads, full: bool = False) -> list[Run]:
    """All runs in their order: first every shift with the first kernels, the shifts of a chapter together."""
    runs = []
    for kind, chapter, (index, shift) in itertools.product(kernels, chapters, enumerate(shifts)):
        for number in threads if full else [threads[index % len(threads)]]:
            runs.append(Run(chapter, shift, kind, number))
    return runs


def digest(chapter: Path, root: Path = ROOT) -> str:
    """Eight letters for what a chapter and the package do, by their syntax trees, and for what they read."""
    cells = [c.source for c in nbformat.read(chapter, as_version=4).cells if c.cell_type == "code"]
    sources = cells + [path.read_text(encoding="utf-8") for path in sorted((root / "tfmr").rglob("*.py"))]
    text = "\n".join(ast.dump(ast.parse(source)) for source in sources)
    data = [p for p in (root / "tfmr").rglob("*") if p.is_file() and p.suffix not in (".py", ".pyc")]
    whole = text.encode() + b"".join(path.read_bytes() for path in sorted(data))
    return hashlib.sha256(whole).hexdigest()[:8]


def execute(run: Run, timeout: int = 600) -> dict:
    """Run the chapter in a kernel with the recorder: its assertions, one entry each, and its exceptions."""
    notebook = nbformat.read(run.chapter, as_version=4)
    start, errors = time.perf_counter(), []
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "assertions.jsonl"
        client = NotebookClient(
            notebook,
            timeout=timeout,
            kernel_name="python3",
            extra_arguments=["--ext=recorder", "--log-level=ERROR"],
            resources={"metadata": {"path": str(run.chapter.resolve().parent)}},
            allow_errors=True,
        )
        try:
            client.execute(env=run.environment(lines))
        except (CellTimeoutError, DeadKernelError) as error:
            errors.append({"cell": 0, "text": f"{type(error).__name__}: the rest of the chapter did not run"})
        if not lines.exists():
            raise RuntimeError("the kernel started without tools/recorder.py")
        assertions = merged(map(json.loads, lines.read_text(encoding="utf-8").splitlines()))
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    for number, cell in enumerate(cells, start=1):
        for output in cell.outputs:
            if output.output_type == "error":
                text = f"{output.ename}: {output.evalue}".splitlines()[0][:100]
                errors.append({"cell": number, "text": text})
    return {"seconds": round(time.perf_counter() - start), "assertions": assertions, "errors": errors}


def merged(lines) -> list[dict]:
    """One entry an assertion, however often a loop went over it: whether it always held, the nearest miss."""
    found = {}
    for line in lines:
        entry = found.setdefault((line["cell"], line["text"]), line)
        entry["held"] = entry["held"] and line["held"]
        if line["margin"] is not None and (entry["margin"] is None or line["margin"] < entry["margin"]):
            entry["margin"], entry["values"] = line["margin"], line["values"]
    return list(found.values())


def table(results: list[tuple[Run, dict]]) -> tuple[str, bool]:
    """The table of all runs, and whether everything held in each of them.

    An exception has a row of its own: it "holds" in the runs of the chapter that did not raise it.
    """
    runs, rows, of = Counter(run.chapter.stem for run, _ in results), {}, {}
    for run, result in results:
        for entry in result["assertions"]:
            rows.setdefault((run.chapter.stem, entry["cell"], entry["text"]), []).append((entry, run))
        for error in result["errors"]:
            entry, key = (
                {"held": False, "margin": None},
                (run.chapter.stem, error["cell"], f"no {error['text']}"),
            )
            rows.setdefault(key, []).append((entry, run))
            of[key] = runs[run.chapter.stem]
    lines, well = ["chapter  cell   held   nearest miss                      assertion"], True
    for key, entries in sorted(rows.items()):
        chapter, cell, text = key
        reached = of.get(key, len(entries))
        missed = sum(not entry["held"] for entry, _ in entries)
        # Of those that did not hold the one that was furthest off, else the one that came nearest to it.
        nearest, run = min(
            entries, key=lambda e: (e[0]["held"], math.inf if e[0]["margin"] is None else e[0]["margin"])
        )
        miss = "" if nearest["margin"] is None else f"{nearest['margin']:.3g} ({nearest['values']})"
        where = f"   <- {run.name}" if missed else ""
        lines.append(
            f"{chapter[:2]:7}  {cell:4}  {reached - missed:2}/{reached:<2}  {miss:32}  {text}{where}"
        )
        well = well and not missed
    return "\n".join(lines), well


def numbers(text: str) -> list[int]:
    """ "0-3,7" as [0, 1, 2, 3, 7]."""
    spans = [part.split("-") for part in text.split(",")]
    return [n for span in spans for n in range(int(span[0]), int(span[-1]) + 1)]


def kinds(text: str) -> list[str]:
    """ "own,avx2" as a list of known kernels."""
    names = text.split(",")
    if not set(names) <= set(KERNELS):
        raise argparse.ArgumentTypeError(f"expected some of {','.join(KERNELS)}; got {text}")
    return names


def main(arguments: list[str]) -> int:
    """Do what is not done yet of the plan, and print the table; 1 if anything failed in any run, else 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("chapters", nargs="*", type=Path, help="notebooks (all)")
    parser.add_argument("--shifts", type=numbers, default="0-9", help="of the seeds, in thousands (0-9)")
    parser.add_argument("--kernels", type=kinds, default=",".join(KERNELS), help="(own,default,avx2)")
    parser.add_argument("--threads", type=numbers, default="1,2", help="in turn, from shift to shift (1,2)")
    parser.add_argument("--full", action="store_true", help="each shift with each number of threads")
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time (1)")
    parser.add_argument("--folder", type=Path, default=ROOT / "_build" / "robust", help="(_build/robust)")
    options = parser.parse_args(arguments)
    chapters = options.chapters or sorted((ROOT / "chapters").glob("*.ipynb"))
    runs = plan(chapters, options.shifts, options.kernels, options.threads, options.full)
    digests = {chapter: digest(chapter) for chapter in chapters}
    options.folder.mkdir(parents=True, exist_ok=True)

    def result(run: Run) -> dict:
        record = run.record(options.folder, digests[run.chapter])
        if not record.exists():
            done = execute(run)
            with atomic_write(record) as temporary:
                temporary.write_text(json.dumps(done, indent=1), encoding="utf-8")
            failed = sum(not entry["held"] for entry in done["assertions"]) + len(done["errors"])
            print(f"{run.name}: {done['seconds']} s, {failed or 'nothing'} failed", file=sys.stderr)
        return json.loads(record.read_text(encoding="utf-8"))

    with ThreadPoolExecutor(options.jobs) as pool:
        results = list(zip(runs, pool.map(result, runs), strict=True))
    text, well = table(results)
    print(text)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
