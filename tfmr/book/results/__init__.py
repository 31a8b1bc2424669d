"""What the experiments recorded: small files, part of the package, so that a chapter runs in any folder."""

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tfmr.errors import InputError
from tfmr.files import read_text

RESULTS = Path(__file__).parent  # one folder for each experiment; its script writes there
# Which script, in experiments/, records an experiment.
SCRIPTS = {
    "aligners": "aligners.py",
    "alibi": "alibi.py",
    "alignment": "recurrent.py alignment",
    "attention_memory": "attention_memory.py",
    "baselines": "baselines.py",
    "bottleneck": "recurrent.py bottleneck",
    "cross_attention": "cross_attention.py",
    "decoding": "decoding.py",
    "heads": "heads.py",
    "length": "recurrent.py length",
    "norms": "norms.py",
    "patience": "recurrent.py patience",
    "positions": "positions.py",
    "reading": "reading.py",
    "scores": "recurrent.py scores",
    "training": "training.py",
}


def results(experiment: str, pattern: str = "*") -> dict[str, dict[str, Any]]:
    """The records of an experiment's runs by the runs' names, in the order of these names.

    Args:
        experiment: a key of ``SCRIPTS``.
        pattern: which runs, as in a shell: ``fixed-seed-*``.

    Raises:
        InputError: there is no such experiment or run, or a file is broken.
    """
    folder = _folder(experiment)
    paths = {path.stem: path for path in folder.glob("*.json") if fnmatchcase(path.stem, pattern)}
    if not paths:
        raise _missing(experiment, f"runs that match {pattern!r}")
    return {name: _record(experiment, paths[name]) for name in sorted(paths)}


def results_folder(experiment: str, name: str) -> Path:
    """The folder of a trained model that an experiment kept, for :func:`tfmr.translator.load_run`.

    Raises:
        InputError: there is no such experiment, or it kept no such model.
    """
    folder = _folder(experiment) / name
    if not folder.is_dir():
        raise _missing(experiment, f"a model {name!r}")
    return folder


def _folder(experiment: str) -> Path:
    if experiment not in SCRIPTS:
        raise InputError(f"experiment: expected one of {', '.join(SCRIPTS)}, got {experiment!r}")
    return RESULTS / experiment


def _record(experiment: str, path: Path) -> dict[str, Any]:
    text = read_text(path)
    try:
        record = json.loads(text)
    except ValueError:
        record = None
    if not isinstance(record, dict):
        raise InputError(f"{path}: expected one JSON object, got something else; {_again(experiment)}")
    return record


def _missing(experiment: str, what: str) -> InputError:
    return InputError(f"{experiment}: expected {what}, found none in {RESULTS}; {_again(experiment)}")


def _again(experiment: str) -> str:
    return f"record it with: python experiments/{SCRIPTS[experiment]}"
