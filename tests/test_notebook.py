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
