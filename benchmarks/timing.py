"""Fair timing: contestants take turns, so that a busy machine slows all of them, and their ratios are paired."""

import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import torch


class Row(NamedTuple):
    """A line of the table: ours beside a peer.

    Attributes:
        what: what was done, and in which unit the two speeds are.
        peer: the name of the other.
        ours, theirs: speeds, such as tokens a second: more is better.
        ratio: how many times as fast ours is; the median of paired ratios where the pairs did the same work.
    """

    what: str
    peer: str
    ours: float
    theirs: float
    ratio: float


def in_turn(
    rounds: int,
    runs: Mapping[str, Callable[[], object]],
    device: torch.device | str = "cpu",
    warm_up: int = 1,
) -> dict[str, list[float]]:
    """Seconds of each run in each round; the first rounds, which warm up, are not counted."""
    seconds = {name: [] for name in runs}
    for number in range(warm_up + rounds):
        for name, run in runs.items():
            synchronise(device)
            started = time.perf_counter()
            run()
            synchronise(device)
            if number >= warm_up:
                seconds[name].append(time.perf_counter() - started)
    return seconds


def paired_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """How many times as fast ours is: the median over the rounds of their seconds to ours."""
    return statistics.median(b / a for a, b in zip(ours, theirs, strict=True))


def synchronise(device: torch.device | str) -> None:
    """Wait for an accelerator, which works on while Python goes on."""
    if torch.device(device).type == "cuda":
        torch.cuda.synchronize(device)


def matmul_peak(device: torch.device | str = "cpu", size: int = 2048) -> float:
    """Floating-point operations a second in the product of two large float32 matrices: what this machine can do at best."""
    a, b = torch.randn(2, size, size, device=device)
    seconds = in_turn(5, {"product": lambda: a @ b}, device)["product"]
    return 2 * size**3 / min(seconds)


def machine(device: torch.device | str = "cpu") -> str:
    """What was measured on, in words."""
    if torch.device(device).type == "cuda":
        name = torch.cuda.get_device_name(device)
    else:
        name = f"{platform.machine()} processor, {torch.get_num_threads()} thread(s)"
    return f"{name}; torch {torch.__version__}, Python {platform.python_version()}"
