"""What only a notebook needs: one call to set it up, and a clock."""

import os
import random
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from tfmr.book import plots
from tfmr.training.machine import pick_device, set_seed


def setup(seed: int = 0) -> torch.device:
    """Seed every random number, set the figures' style, and return the device to compute on.

    The device is the best one there is (CUDA, MPS, CPU); the environment variable ``TFMR_DEVICE`` names
    another, for example ``cpu``.

    Raises:
        InputError: ``TFMR_DEVICE`` names a device that is not there.
    """
    set_seed(seed)
    random.seed(seed)  # the package draws from torch alone; a reader's cell may draw from these two
    np.random.seed(seed)
    plots.style()
    return pick_device(os.environ.get("TFMR_DEVICE") or None)


def quickest(work: Callable[[], Any], runs: int = 3) -> float:
    """The seconds of the processor that the quickest of several runs takes.

    The processor's own seconds, and the quickest run: what else a machine does can only make one slower.
    """
    seconds = []
    for _ in range(runs):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return min(seconds)
