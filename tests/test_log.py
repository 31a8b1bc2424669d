"""The log says what happened, once, also where a run was killed and went on."""

import csv
import math
import sys
from dataclasses import replace

import pytest
import torch
from learners import CONFIG, Interrupted, make_batches, make_model

from tfmr.errors import InputError
from tfmr.training import learning_rate_at, negative_log_likelihood, train
from tfmr.training.log import HEADER, Log, Row, summary_writer

SPARSE = replace(CONFIG, log_every=2, checkpoint_every=3, schedule="cosine")  # of 5 updates: 2, 3, 4, 5


def logged(folder, batches=None, config=SPARSE, **more):
    """Train and read the log's rows; of an interrupted training too."""
    batches = make_batches() if batches is None else batches
    path = folder / "log.csv"
    try:
        history = train(
            make_model(), batches, make_batches(1, 6), config,
            device="cpu", checkpoint=folder / "c.safetensors", log=path, **more,
        )  # fmt: skip
    except KeyboardInterrupt:
        history = None
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file)), history


def timeless(rows):
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def test_a_row_says_what_the_updates_since_the_last_one_showed(tmp_path):
    rows, history = logged(tmp_path)
    assert [int(row["update"]) for row in rows] == [2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 14, 15]
    assert [int(row["epoch"]) for row in rows] == [1] * 4 + [2] * 4 + [3] * 4
    for row in rows:
        rate = learning_rate_at(int(row["update"]) - 1, SPARSE, 15)
        assert float(row["learning_rate"]) == rate
        assert float(row["gradient_norm"]) > 0 and float(row["seconds"]) > 0
    for number, epoch in enumerate(history.epochs):
        mine = rows[4 * number : 4 * number + 4]
        tokens = [int(row["tokens"]) for row in mine]
        assert sum(tokens) == epoch.tokens
        mean = sum(float(row["train_loss"]) * n for row, n in zip(mine, tokens, strict=True)) / sum(tokens)
        assert mean == pytest.approx(epoch.train_loss, rel=1e-6)
        assert sum(float(row["seconds"]) for row in mine) == pytest.approx(epoch.seconds)
        assert [row["valid_loss"] for row in mine] == ["", "", "", str(epoch.valid_loss)]


def test_the_gradient_is_that_of_the_mean_over_tokens(tmp_path):
    """Of all batches of an update together: with Adam and clipping, another scale would show nowhere else."""
    config, log = replace(CONFIG, epochs=1, accumulate=2), tmp_path / "log.csv"
    train(make_model(dropout=0.0), make_batches(), make_batches(1), config, device="cpu", log=log)
    model, batches = make_model(dropout=0.0), list(make_batches().batches(0))[:2]
    tokens = sum(batch.num_tokens for batch in batches)
    (sum(negative_log_likelihood(model, batch) for batch in batches) / tokens).backward()
    expected = torch.stack([parameter.grad.norm() for parameter in model.parameters()]).norm().item()
    first = log.read_text(encoding="utf-8").splitlines()[1].split(",")
    assert float(first[4]) == pytest.approx(expected, rel=1e-5) and int(first[5]) == tokens


@pytest.mark.parametrize("left", range(1, 15, 2))
def test_a_resumed_run_has_the_rows_of_a_whole_one(tmp_path, left):
    """The rows behind the last checkpoint come again, and stand there once."""
    (tmp_path / "whole").mkdir()
    expected, _ = logged(tmp_path / "whole")
    logged(tmp_path, Interrupted(make_batches(), left))
    with open(tmp_path / "log.csv", "a", encoding="utf-8") as file:
        file.write("1,1,0.0")  # and the power went out in the middle of a row
    rows, _ = logged(tmp_path)
    assert timeless(rows) == timeless(expected)


def test_a_new_run_begins_a_new_log(tmp_path):
    logged(tmp_path)
    (tmp_path / "c.safetensors").unlink()
    rows, _ = logged(tmp_path, config=replace(SPARSE, epochs=1))
    assert [int(row["update"]) for row in rows] == [2, 3, 4, 5]


def test_another_file_is_not_mistaken_for_the_log(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("some,thing,else\n1,2,3\n", encoding="utf-8")
    Log(path, update=7)
    assert path.read_text(encoding="utf-8") == HEADER + "\n"


def test_a_log_that_cannot_be_written_is_named(tmp_path):
    log = Log(tmp_path / "log.csv")
    (tmp_path / "log.csv").unlink()
    (tmp_path / "log.csv").mkdir()
    with pytest.raises(InputError, match="log.csv: expected to write this file, got"):
        log.write(Row(1, 1, 0.1, 1.0, 1.0, 1, 1.0))


def test_a_missing_tensorboard_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(InputError, match="tensorboard: expected it installed .*pip install tensorboard"):
        summary_writer()
    with pytest.raises(InputError, match="tensorboard"):
        logged(tmp_path, tensorboard=tmp_path / "tensorboard")


def test_tensorboard_shows_the_same_figures_once(tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    folder = tmp_path / "tensorboard"
    logged(tmp_path, Interrupted(make_batches(), 9), tensorboard=folder)
    rows, _ = logged(tmp_path, tensorboard=folder)
    shown = EventAccumulator(str(folder))
    shown.Reload()
    assert set(shown.Tags()["scalars"]) == set(HEADER.split(",")) - {"update"}
    for name in ("train_loss", "learning_rate", "gradient_norm", "tokens", "valid_loss"):
        events = [(event.step, event.value) for event in shown.Scalars(name)]
        expected = [(int(row["update"]), float(row[name])) for row in rows if row[name]]
        assert [step for step, _ in events] == [step for step, _ in expected]
        assert all(math.isclose(a[1], b[1], rel_tol=1e-6) for a, b in zip(events, expected, strict=True))
