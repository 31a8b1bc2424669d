"""Start a script in several processes that find each other, as torchrun does, but without its watchman."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent
PRELUDE = f"""
import os, signal, sys
sys.path.insert(0, {str(TESTS)!r})
import torch
torch.set_num_threads(1)
from learners import *
from dataclasses import replace
from tfmr.training.checkpoints import save_tensors
from tfmr.training.processes import Processes, joined
os.fsync = lambda file: None  # processes die here, but not the machine
"""


def run_together(script: str, *arguments: object, count: int = 2) -> list[int]:
    """Run a script (:data:`PRELUDE` goes before it) in ``count`` processes; the exit status of each.

    When one of them fails, the others, who would wait for it, are killed.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(TESTS.parent), os.environ.get("PYTHONPATH", "")]),
        "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": str(count),
        "TORCHELASTIC_RUN_ID": "test", "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    command = [sys.executable, "-c", PRELUDE + script, *map(str, arguments)]
    children = [
        subprocess.Popen(command, env=environment | {"RANK": str(rank), "LOCAL_RANK": str(rank)})
        for rank in range(count)
    ]
    deadline = time.monotonic() + 240
    try:
        while any(child.poll() is None for child in children) and time.monotonic() < deadline:
            if any(child.poll() for child in children):
                break
            time.sleep(0.05)
    finally:
        for child in children:
            child.kill()
    return [child.wait() for child in children]
