"""How much memory attention needs while it trains: with its weights written out, and fused.

    python experiments/attention_memory.py
    python experiments/attention_memory.py --lengths 64 --seeds 0 --out elsewhere

Every length is measured in a process of its own (see one_attention.py), with one thread. One sentence, one head,
float32.

Each run writes OUT/METHOD-seed-SEED.json: for each length MiB and milliseconds. Chapter 4 reads these files. Needs
Linux, which keeps the peak of a process in /proc.
"""

import argparse
import json
import os
import subprocess
import sys

import harness
import one_attention


def main(argv: list[str] | None = None) -> None:
    parser = harness.parser(__doc__, device=False)
    parser.add_argument("--lengths", nargs="+", type=int, default=[512, 1024, 2048, 4096, 8192])
    args = parser.parse_args(argv)
    axes = {"method": list(one_attention.METHODS), "seed": args.seeds}
    harness.record("attention_memory", args, axes, measure)


def measure(args: argparse.Namespace, method: str, seed: int) -> dict:
    """Attention over one sentence of each length, each in a process of its own."""
    return {
        "config": {"d": one_attention.D, "batch": 1, "heads": 1, "dtype": "float32"},
        "measured": [in_own_process(method, length, seed) for length in args.lengths],
        "threads": 1,
    }


def in_own_process(method: str, length: int, seed: int) -> dict:
    command = [sys.executable, one_attention.__file__, method, str(length), str(seed)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, encoding="utf-8", check=True
    )
    return json.loads(done.stdout)


if __name__ == "__main__":
    harness.command(main)
