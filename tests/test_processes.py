"""Two processes learn what one learns, row by row of the same batches, and come back from the dead alike."""

import csv
import json
import signal
import sys
from dataclasses import replace

import pytest
import torch
from learners import CONFIG, losses, make_batches, make_model
from several import run_together

from tfmr.data.batches import Batch
from tfmr.training import train
from tfmr.training.checkpoints import load_tensors
from tfmr.training.processes import Processes, alone, joined

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="PyTorch's processes meet on Unix")

# 21 sentences in batches of 4: the last batch of an epoch has one row, and the second process none of it.
SETTINGS = {
    "epochs": 3,
    "accumulate": 2,
    "label_smoothing": 0.1,
    "schedule": "cosine",
    "average": 2,
    "log_every": 2,
}

TRAIN = """
folder, dropout, last, settings = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), eval(sys.argv[4])
steps, step = 0, torch.optim.Adam.step
def dying_step(self, *args, **kwargs):
    global steps
    steps += 1
    if steps == last and os.environ["RANK"] == "1":
        signal.raise_signal(signal.SIGKILL)
    return step(self, *args, **kwargs)
torch.optim.Adam.step = dying_step

with joined(torch.device("cpu")) as processes:
    model = make_model(dropout=dropout)
    history = train(
        model, make_batches(count=21), make_batches(seed=1, count=6), replace(CONFIG, **settings),
        device="cpu", checkpoint=folder + "/c.safetensors", log=folder + "/log.csv",
    )
    save_tensors(f"{folder}/{processes.rank}.safetensors", model.state_dict(), {"losses": losses(history)})
"""


def test_a_batch_is_dealt_out_row_by_row():
    ids = torch.arange(10).view(5, 2)
    batch = Batch(ids, ids + 10)
    for rank, rows in enumerate([[0, 3], [1, 4], [2]]):
        share, counts = Processes(rank, 3).share(batch)
        assert torch.equal(share.src, ids[rows]) and torch.equal(share.tgt, ids[rows] + 10) and counts == 1
    share, counts = Processes(6, 7).share(batch)
    assert len(share.src) == 1 and counts == 0
    assert Processes().share(batch)[0].src is not None and Processes().share(batch)[1] == 1


def test_one_process_is_alone():
    with joined(torch.device("cpu")) as processes:
        assert processes == Processes.current() == Processes(0, 1) and processes.is_first
    model = make_model()
    assert processes.wrap(model) is model
    assert processes.total(2.0, 3.0) == [2.0, 3.0]
    assert processes.gather(torch.ones(4)).shape == (1, 4)
    processes.wait()
    with alone(model):
        pass


def test_two_processes_find_what_one_finds(tmp_path):
    """Without dropout: the same losses and parameters, up to the order in which numbers are added."""
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    model = make_model(dropout=0.0)
    history = train(
        model, make_batches(count=21), make_batches(seed=1, count=6), replace(CONFIG, **SETTINGS),
        device="cpu", log=tmp_path / "one" / "log.csv",
    )  # fmt: skip
    assert run_together(TRAIN, tmp_path / "two", 0.0, 0, SETTINGS) == [0, 0]
    for rank in (0, 1):
        parameters, state = load_tensors(tmp_path / "two" / f"{rank}.safetensors")
        for found, expected in zip(state["losses"], losses(history), strict=True):
            assert found == pytest.approx(expected, rel=1e-5)
        torch.testing.assert_close(parameters, dict(model.state_dict()), rtol=1e-4, atol=1e-5)
    rows = []
    for name in ("one", "two"):
        with open(tmp_path / name / "log.csv", encoding="utf-8", newline="") as file:
            rows.append(
                [{k: float(v or 0) for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]
            )
    assert len(rows[0]) == len(rows[1]) == 9  # only the first process writes, and each row once
    for one, two in zip(*rows, strict=True):
        assert two == pytest.approx(one, rel=1e-4)


def test_two_processes_drop_other_numbers_and_resume_to_the_same_bits(tmp_path):
    """One of them is killed in the middle of an update, and the other with it."""
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    settings = SETTINGS | {"checkpoint_every": 2}
    assert run_together(TRAIN, tmp_path / "whole", 0.3, 0, settings) == [0, 0]
    states = load_tensors(tmp_path / "whole" / "c.safetensors")[0]["random.cpu"]
    assert states.shape[0] == 2 and not torch.equal(states[0], states[1])

    assert -signal.SIGKILL in run_together(TRAIN, tmp_path / "killed", 0.3, 6, settings)
    assert load_tensors(tmp_path / "killed" / "c.safetensors")[1]["partial"]["updates"] == 2
    assert run_together(TRAIN, tmp_path / "killed", 0.3, 0, settings) == [0, 0]
    for rank in (0, 1):
        expected, resumed = (
            (tmp_path / name / f"{rank}.safetensors").read_bytes() for name in ("whole", "killed")
        )
        assert resumed == expected
    # A checkpoint of two is none of one.
    with pytest.raises(ValueError, match="processes: expected 2, .* got 1"):
        train(
            make_model(), make_batches(count=21), make_batches(seed=1, count=6), replace(CONFIG, **settings),
            device="cpu", checkpoint=tmp_path / "whole" / "c.safetensors",
        )  # fmt: skip


SUMS = """
with joined(torch.device("cpu")) as processes:
    rank = processes.rank
    found = [processes.total(1.5, float(rank)), processes.gather(torch.tensor([rank, 7])).tolist(), processes.count]
    open(f"{sys.argv[1]}/{rank}.json", "w").write(__import__("json").dumps(found))
assert Processes.current() == Processes()
"""


def test_sums_and_tensors_are_those_of_all(tmp_path):
    assert run_together(SUMS, tmp_path, count=3) == [0, 0, 0]
    for rank in range(3):
        found = json.loads((tmp_path / f"{rank}.json").read_text(encoding="utf-8"))
        assert found == [[4.5, 3.0], [[0, 7], [1, 7], [2, 7]], 3]
