"""The memory and the time that attention over one sentence takes, forward and backward.

    python experiments/one_attention.py fused 1024 0

A process cannot give back its peak, so attention_memory.py starts one for each measurement. It attends to four
words, notes the highest memory it has had so far (peak resident set), attends once to the whole sentence, forward
and backward, and notes it again; the difference is what the sentence took. Then it does so twice more for the time;
the fastest of the three counts. Prints one JSON object.
"""

import argparse
import json
import time
from pathlib import Path

import torch

from tfmr.attention import scaled_dot_product_attention
from tfmr.fused import fused_attention

D, REPEATS = 64, 3
METHODS = {
    "explicit": lambda query, key, value: scaled_dot_product_attention(query, key, value)[0],
    "fused": fused_attention,
}


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("method", choices=METHODS)
    parser.add_argument("length", type=int, help="words")
    parser.add_argument("seed", type=int)
    args = parser.parse_args(argv)
    print(json.dumps(measure(args.method, args.length, args.seed)))


def measure(method: str, length: int, seed: int) -> dict:
    """Peak memory and time of attention over one sentence, forward and backward."""
    torch.manual_seed(seed)
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
