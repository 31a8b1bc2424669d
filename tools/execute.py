"""Run notebooks in place, so that the same notebook gives the same file.

    python tools/execute.py [chapters/01_sequence_to_sequence.ipynb ...]      (default: every chapter)

Cell ids follow from the cells' text, counts run from 1, and neither times nor versions are stored. A
notebook that fails leaves its file as it was, and the exit status is 1.
"""

import hashlib
import os
import sys
import time
from pathlib import Path

import matplotlib.font_manager  # noqa: F401 - its messages, if any, here and not in a first cell: see conftest.py
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from tfmr.files import atomic_write

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = {
    "JUPYTER_PREFER_ENV_PATH": "1",  # this environment's kernel, not one of the same name elsewhere
    # As in the tests: sums are added in one order. Shapes are not checked, for a chapter may show a reader's seconds.
    "OMP_NUM_THREADS": "1",
    "TFMR_DEVICE": "cpu",  # the stored outputs are the reference for every machine
}
KEPT_CELL_METADATA = {"tags", "mystnb"}


def execute(notebook, folder: Path, timeout: int = 300):
    """Run every cell in a fresh kernel that starts in ``folder``; raises when a cell fails."""
    NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        coalesce_streams=True,
        store_widget_state=False,
    ).execute()
    return notebook


def normalise(notebook):
    """Remove all that differs from run to run, and give the cells ids that follow from their text."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    seen, count = set(), 0
    for cell in notebook.cells:
        cell.id = _new_id(cell, seen)
        cell.metadata = {key: value for key, value in cell.metadata.items() if key in KEPT_CELL_METADATA}
        if cell.cell_type != "code":
            continue
        count += 1 if cell.source.strip() else 0
        cell.execution_count = count if cell.source.strip() else None
        cell.outputs = _merge_streams(cell.outputs)
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = cell.execution_count
    return notebook


def _new_id(cell, seen: set[str]) -> str:
    """Eight letters from the cell's text, so that a cell keeps its id when others come and go."""
    digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()
    number, name = 1, digest[:8]
    while name in seen:  # the same text twice
        number, name = number + 1, f"{digest[:8]}-{number}"
    seen.add(name)
    return name


def _merge_streams(outputs) -> list:
    """All of a cell's printed text in one output a stream: how it was cut into pieces is chance."""
    merged = []
    for output in outputs:
        same = [
            o for o in merged if o.output_type == "stream" == output.output_type and o.name == output.name
        ]
        if same:
            same[0].text += output.text
        else:
            merged.append(output)
    return merged


def main(paths: list[str]) -> int:
    """Run the notebooks one after the other; 1 if any failed, else 0."""
    os.environ.update(ENVIRONMENT)
    os.environ.pop("MPLBACKEND", None)  # figures must land in the notebook
    failed = 0
    for path in [Path(p) for p in paths] or sorted((ROOT / "chapters").glob("*.ipynb")):
        start = time.perf_counter()
        try:
            notebook = nbformat.read(path, as_version=4)
            normalise(execute(notebook, path.resolve().parent))
            with atomic_write(path) as temporary:
                nbformat.write(notebook, temporary)
        except (
            CellExecutionError,
            CellTimeoutError,
            DeadKernelError,
            OSError,
            nbformat.ValidationError,
        ) as error:
            print(f"{path}: failed, file unchanged\n{error}", file=sys.stderr)
            failed = 1
        else:
            print(f"{path}: {time.perf_counter() - start:.0f} s")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
