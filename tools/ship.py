"""Make a trained run the translator that comes with the package.

    python tools/ship.py RUN_FOLDER

Writes ``tfmr/translator/shipped/``, a run folder like any other but smaller: the weights are rounded to half precision
(they become float32 again when they are loaded) and a tied matrix is there once, the configuration names no path, and the history is an excerpt. What
was shipped before is replaced at once or, if anything fails, not at all.
"""

import argparse
import json
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import torch

from tfmr.errors import InputError
from tfmr.files import read_text
from tfmr.training.checkpoints import save_tensors
from tfmr.translator import load_run
from tfmr.translator.run_folder import (
    CONFIG,
    HISTORY,
    MODEL,
    SRC_TOKENIZER,
    TGT_TOKENIZER,
    vocabulary_checksums,
)
from tfmr.translator.translator import SHIPPED

MOST_BYTES = 10 * 10**6  # what a clone of the repository and an installation may be made to carry


def ship(run_folder: Path, shipped: Path = SHIPPED) -> int:
    """Write what is to be shipped of a finished run; its size in bytes.

    Raises:
        InputError: there is no finished run in ``run_folder``, a weight does not fit into half precision, or all
            together is more than ``MOST_BYTES``.
    """
    run = load_run(run_folder, torch.device("cpu"), option="run_folder")
    if not (run_folder / HISTORY).is_file():
        raise InputError(f"run_folder: expected a finished run, but {run_folder} has no {HISTORY}")
    half = {name: weight.half() for name, weight in run.model.named_parameters()}  # a tied matrix comes once
    if too_large := [name for name, weight in half.items() if not weight.isfinite().all()]:
        raise InputError(f"run_folder: expected weights within half precision, got others in {too_large[0]}")
    shipped.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=shipped.parent, prefix=".shipped-") as temporary:
        folder = Path(temporary, "shipped")
        folder.mkdir()
        for name in (SRC_TOKENIZER, TGT_TOKENIZER):
            shutil.copyfile(run_folder / name, folder / name)
        state = {"model": asdict(run.model.config), "vocabularies": vocabulary_checksums(folder)}
        save_tensors(folder / MODEL, half, state)
        _write(folder / CONFIG, _without_paths(json.loads(read_text(run_folder / CONFIG))))
        _write(folder / HISTORY, _excerpt(json.loads(read_text(run_folder / HISTORY))))
        size = sum(path.stat().st_size for path in folder.iterdir())
        if size > MOST_BYTES:
            raise InputError(f"run_folder: expected at most {MOST_BYTES:,} bytes to ship, got {size:,}")
        if shipped.exists():
            shipped.rename(Path(temporary, "before"))
        folder.rename(shipped)
    return size


def _without_paths(config: dict) -> dict:
    """The configuration with a file's name where there was a file's path: nobody else has that folder."""
    arguments = {
        name: Path(value).name if isinstance(value, str) and ("/" in value or "\\" in value) else value
        for name, value in config["arguments"].items()
    }
    return config | {"arguments": arguments}


def _excerpt(history: dict) -> dict:
    """The best epoch and the test scores."""
    epochs = [epoch for epoch in history["epochs"] if epoch["number"] == history["best_epoch"]]
    return history | {"epochs": epochs}


def _write(path: Path, content: dict) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("run_folder", type=Path, help="what python -m tfmr train made")
    try:
        size = ship(parser.parse_args().run_folder)
    except InputError as error:
        print(f"ship: {error}", file=sys.stderr)
        return 2
    print(f"{size:,} bytes in {SHIPPED}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
