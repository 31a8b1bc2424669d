"""What all experiments share: their options, the grid of runs, and a record of each run in a file of its own.

A script says what is varied and what is measured, and the rest is here:

    def main(argv=None):
        parser = harness.parser(__doc__)
        parser.add_argument("--depths", nargs="+", type=int, default=[6, 9, 12])
        args = parser.parse_args(argv)
        harness.record("norms", args, {"depth": args.depths, "seed": args.seeds}, measure)

    def measure(args, depth, seed):
        return {"loss": ...}

A run that is recorded already is not repeated, so a stopped script goes on where it was; one that was recorded with
other options is not passed off as this one. A record holds, besides what was measured:

experiment, and the run's place in the grid, such as depth and seed
options            what the command line said, for all runs alike
seconds            from the run's begin to its end by the clock on the wall: preparing, training and measuring
processor_seconds  the same by the processor's clock, children included: what a busy machine does not stretch
device, threads    of the training; versions of Python and PyTorch
"""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import torch

from tfmr.book.results import RESULTS
from tfmr.errors import InputError
from tfmr.files import atomic_write, read_text
from tfmr.training import pick_device

OWN = {
    "experiment",
    "seeds",
    "device",
    "out",
    "runs",
    "again",
    "list",
}  # options that are no setting of a run


def parser(doc: str, device: bool = True, seeds: bool = True) -> argparse.ArgumentParser:
    """The options that every script has; ``doc`` is the script's own text.

    Args:
        device: whether a device can be chosen; else all is done on the CPU.
        seeds: whether there is something to draw.
    """
    made = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    if seeds:
        made.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    if device:
        made.add_argument("--device", help="(default: cuda, mps or cpu, the first that is there)")
    else:
        made.set_defaults(device="cpu")
    made.add_argument("--out", type=Path, help="folder to write to (default: tfmr/book/results/EXPERIMENT)")
    made.add_argument("--again", action="store_true", help="repeat what is recorded already")
    made.add_argument("--list", action="store_true", help="say which runs there are, and run none")
    return made


def folder(experiment: str, args: argparse.Namespace) -> Path:
    """Where the records of an experiment are written."""
    return args.out or RESULTS / experiment


def record(
    experiment: str,
    args: argparse.Namespace,
    axes: Mapping[str, Sequence[Any]],
    measure: Callable[..., dict[str, Any]],
    prepare: Callable[[], dict[str, Any]] = dict,
) -> None:
    """Measure each run of a grid that is not recorded yet, and write its record.

    Args:
        args: what :func:`parser` made of the command line.
        axes: the values of each thing that varies; every combination is a run. The option that chooses the
            values of ``seed`` is called ``seeds``, and so on.
        measure: called with ``args``, its ``device`` picked, with a value for each axis and with all that
            ``prepare`` made. What it returns goes into the record, before what would stand there otherwise.
        prepare: makes by name what all runs share, such as a corpus; called if there is a run to measure, and
            in no run's time.

    Raises:
        InputError: a run is recorded with other options; there is no such device; a file can't be written.
    """
    options, missing, told = _options(args, axes), [], sys.stdout if args.list else sys.stderr
    for values in product(*axes.values()):
        run = dict(zip(axes, values, strict=True))
        path = folder(experiment, args) / f"{name_of(run)}.json"
        if path.exists() and not args.again:
            _require_same(path, options)
            print(path.stem, "is recorded", file=told)
        else:
            missing.append((path, run))
            print(path.stem, "is to be measured", file=told)
    if args.list or not missing:
        return
    args = argparse.Namespace(**vars(args) | {"device": pick_device(args.device)})
    shared = prepare()
    for number, (path, run) in enumerate(missing, start=1):
        wall, processor = time.perf_counter(), _processor_seconds()
        measured = measure(args, **run, **shared)
        seconds = time.perf_counter() - wall
        envelope = _envelope(seconds, _processor_seconds() - processor, args.device)
        write(path, {"experiment": experiment, **run, "options": options} | envelope | measured)
        print(f"{number}/{len(missing)} {path} ({seconds:.0f} s)", file=sys.stderr)


def name_of(run: Mapping[str, Any]) -> str:
    """What the file of a run is called: ``pre-6-seed-0``."""
    return "-".join(f"seed-{value}" if axis == "seed" else str(value) for axis, value in run.items())


def _options(args: argparse.Namespace, axes: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """What holds for all runs alike, as a file has it: without tuples."""
    varied = {f"{axis}s" for axis in axes}
    kept = {name: value for name, value in vars(args).items() if name not in OWN | varied}
    return json.loads(json.dumps(kept))


def _require_same(path: Path, options: dict[str, Any]) -> None:
    try:
        saved = json.loads(read_text(path))["options"]
    except (ValueError, KeyError, TypeError):
        saved = None
    if saved != options:
        raise InputError(
            f"{path}: expected a run with the options {options}, got one with {saved}; give --again to replace it, "
            "or another --out"
        )


def _envelope(seconds: float, processor_seconds: float, device: torch.device) -> dict[str, Any]:
    return {
        "seconds": round(seconds, 1),
        "processor_seconds": round(processor_seconds, 1),
        "device": device.type if device.type != "cuda" else torch.cuda.get_device_name(device),
        "threads": torch.get_num_threads(),
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
    }


def _processor_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def write(path: Path, content: dict[str, Any]) -> None:
    """Write a file whole or not at all."""
    with atomic_write(path) as temporary:
        temporary.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def command(main: Callable[[], None]) -> None:
    """Run a script; what was wrong with its options is said in one sentence."""
    try:
        main()
    except InputError as error:
        sys.exit(str(error))
