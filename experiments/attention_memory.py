"""How much memory attention needs while it trains: with its weights written out, and fused.

    python experiments/attention_memory.py
    python experiments/attention_memory.py --lengths 64 --seeds 0 --out elsewhere

A process cannot give back its peak, so every measurement has a process of its own. It attends to four words,
notes the highest memory it has had so far (peak resident set), attends once to the whole sentence, forward and
backward, and notes it again; the difference is what the sentence took. Then it does so twice more for the
time; the fastest of the three counts. One sentence, one head, float32, one thread.

Writes OUT/METHOD-seed-SEED.json: configuration, versions, device, duration, and for each length MiB and
milliseconds. Chapter 4 reads these files. Needs Linux, which keeps the peak of a process in /proc.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import torch

from tfmr.attention import scaled_dot_product_attention
from tfmr.book.results import RESULTS
from tfmr.files import atomic_write
from tfmr.fused import fused_attention
from tfmr.training import set_seed

LENGTHS, D, REPEATS = [512, 1024, 2048, 4096, 8192], 64, 3
METHODS = {
    "explicit": lambda query, key, value: scaled_dot_product_attention(query, key, value)[0],
    "fused": fused_attention,
}


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lengths", nargs="+", type=int, default=LENGTHS)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--out", type=Path, default=RESULTS / "attention_memory")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)  # method, length, seed: one measurement
    args = parser.parse_args(argv)
    if args.one:
        print(json.dumps(measure(args.one[0], int(args.one[1]), int(args.one[2]))))
        return
    for seed in args.seeds:
        for method in METHODS:
            started = time.perf_counter()
            result = {
                "method": method,
                "config": {"lengths": args.lengths, "d": D, "batch": 1, "heads": 1, "dtype": "float32"},
                "seed": seed,
                "measured": [in_own_process(method, length, seed) for length in args.lengths],
                "seconds": round(time.perf_counter() - started, 1),
                "device": "cpu",
                "threads": 1,
                "versions": {"python": platform.python_version(), "torch": torch.__version__},
            }
            with atomic_write(args.out / f"{method}-seed-{seed}.json") as path:
                path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
            print(f"{method} seed {seed}: {result['measured'][-1]}", flush=True)


def in_own_process(method: str, length: int, seed: int) -> dict:
    """One measurement in a fresh process."""
    command = [sys.executable, __file__, "--one", method, str(length), str(seed)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, encoding="utf-8", check=True
    )
    return json.loads(done.stdout)


def measure(method: str, length: int, seed: int) -> dict:
    """Peak memory and time of attention over one sentence, forward and backward."""
    set_seed(seed)
    attend_once(method, 4)  # what the libraries need for themselves
    before = peak()
    milliseconds = [attend_once(method, length)]
    mebibytes = (peak() - before) / 2**20
    milliseconds += [attend_once(method, length) for _ in range(REPEATS - 1)]
    return {"length": length, "mebibytes": round(mebibytes, 1), "milliseconds": round(min(milliseconds), 2)}


def attend_once(method: str, length: int) -> float:
    """Processor time of one forward and backward pass, in milliseconds."""
    inputs = [torch.randn(1, 1, length, D, requires_grad=True) for _ in range(3)]
    started = time.process_time()
    METHODS[method](*inputs).sum().backward()
    return 1e3 * (time.process_time() - started)


def peak() -> int:
    """The most memory this process has held so far, in bytes."""
    # Not getrusage: what it calls the peak is inherited from the process that started this one.
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("/proc/self/status has no VmHWM: the peak of a process can be measured on Linux only")


if __name__ == "__main__":
    main()
