"""Setting up a notebook: seeds, style, device."""

import random

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from tfmr.book import notebook
from tfmr.errors import InputError


def test_setup_seeds_and_styles_and_returns_a_device(monkeypatch):
    monkeypatch.setenv("TFMR_DEVICE", "cpu")
    draws = []
    with plt.rc_context():
        for _ in range(2):
            assert notebook.setup(3) == torch.device("cpu")
            draws.append((torch.rand(1).item(), np.random.rand(), random.random()))
        assert plt.rcParams["figure.facecolor"] == "white"
    assert draws[0] == draws[1]


def test_setup_refuses_a_device_that_is_not_there(monkeypatch):
    monkeypatch.setenv("TFMR_DEVICE", "abacus")
    with plt.rc_context(), pytest.raises(InputError, match="device"):
        notebook.setup()


def test_the_clock_shows_the_quickest_run(monkeypatch):
    ticks = iter([0.0, 3.0, 10.0, 11.0, 20.0, 22.0])
    monkeypatch.setattr(notebook.time, "process_time", lambda: next(ticks))
    assert notebook.quickest(lambda: None) == 1.0
