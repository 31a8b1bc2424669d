"""What holds for every test: shapes are checked, one thread, no window, the same examples every time."""

import os

os.environ["TFMR_CHECK_SHAPES"] = "1"  # before the first import of tfmr

import hypothesis  # noqa: E402
import jaxtyping  # noqa: E402
import matplotlib  # noqa: E402
import pytest  # noqa: E402
import torch  # noqa: E402

matplotlib.use("Agg")
torch.set_num_threads(1)  # tests run side by side, and one thread adds up in one order

# The same examples on every machine; no deadline, since a busy machine is not a bug.
hypothesis.settings.register_profile("book", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("book")


@pytest.fixture(autouse=True)
def _seeded():
    """Each test starts from the same random numbers, whatever ran before it."""
    torch.manual_seed(0)


@pytest.fixture
def unchecked(monkeypatch):
    """Without shape checks, as in most programs: what is refused here, the function itself refuses."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)


@pytest.fixture(autouse=True)
def _close_figures():
    """No figure outlives its test."""
    yield
    if "matplotlib.pyplot" in __import__("sys").modules:
        import matplotlib.pyplot as plt

        plt.close("all")
