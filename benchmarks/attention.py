"""Time and memory of attention by the length of a sentence: its weights written out, and fused.

    python benchmarks/attention.py [--lengths 64 256 1024 4096]

Each measurement runs in a process of its own with one thread (experiments/one_attention.py): forward and backward, one
sentence, one head of size 64, float32. Memory is measured on Linux only.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.timing import Row

SCRIPT = Path(__file__).resolve().parent.parent / "experiments" / "one_attention.py"


def main(argv: list[str] | None = None) -> list[Row]:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lengths", nargs="+", type=int, default=[64, 256, 1024, 4096])
    args = parser.parse_args(argv)
    rows = []
    print(f"{'words':>8}{'explicit':>22}{'fused':>22}   (forward and backward)")
    for length in args.lengths:
        explicit, fused = (measure(method, length) for method in ("explicit", "fused"))
        shown = [f"{one['milliseconds']:,.1f} ms {one['mebibytes']:,.1f} MiB" for one in (explicit, fused)]
        print(f"{length:8,}{shown[0]:>22}{shown[1]:>22}")
        speeds = [1000 / one["milliseconds"] for one in (fused, explicit)]
        what = f"attention over {length:,} words (sentences/s)"
        rows.append(Row(what, "its weights written out", *speeds, speeds[0] / speeds[1]))
        memory = [one["mebibytes"] for one in (fused, explicit)]
        what = f"attention over {length:,} words (MiB; less is better)"
        rows.append(Row(what, "its weights written out", *memory, memory[1] / max(memory[0], 0.1)))
    return rows


def measure(method: str, length: int) -> dict[str, float]:
    """Milliseconds and mebibytes of one method."""
    command = [sys.executable, str(SCRIPT), method, str(length), "0"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, encoding="utf-8", check=True
    )
    return json.loads(done.stdout)


if __name__ == "__main__":
    main()
