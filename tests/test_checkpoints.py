"""Tensors come back bit for bit, or not at all; nothing in a file is ever run. (Resuming: test_training.)"""

import ast
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import nn

from tfmr.errors import InputError
from tfmr.training.checkpoints import load_tensors, load_weights, save_tensors


def test_tensors_come_back_bit_for_bit(tmp_path):
    shared = torch.randn(3, 4)
    tensors = {
        "a": shared, "b": shared, "view": shared.T, "scalar": torch.tensor(2.5), "half": shared.bfloat16(),
        "mask": torch.tensor([True, False]), "bytes": torch.get_rng_state(),
    }  # fmt: skip
    state = {"loss": 0.1 + 0.2, "none": None, "text": "é «»", "list": [1, 2]}
    save_tensors(tmp_path / "t.safetensors", tensors, state)
    loaded, loaded_state = load_tensors(tmp_path / "t.safetensors")
    assert loaded_state == state
    assert loaded.keys() == tensors.keys()
    assert all(torch.equal(loaded[name], tensors[name]) for name in tensors)
    assert all(loaded[name].dtype == tensors[name].dtype for name in tensors)


def test_equal_contents_make_equal_files(tmp_path):
    for name in "abcdefgh":
        save_tensors(tmp_path / name, {"one": torch.ones(2), "two": torch.zeros(2)}, {"x": 1, "y": 2})
    assert len({(tmp_path / name).read_bytes() for name in "abcdefgh"}) == 1


def test_a_changed_byte_in_any_tensor_is_noticed(tmp_path):
    path = tmp_path / "c.safetensors"
    save_tensors(path, {name: torch.ones(4) for name in "abc"}, {})
    content = path.read_bytes()
    for place in range(len(content) - 3 * 4 * 4, len(content)):  # the numbers stand at the end
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(InputError, match="checksum differs"):
            load_tensors(path)


def test_other_peoples_files_are_refused(tmp_path):
    with pytest.raises(InputError, match="found none"):
        load_tensors(tmp_path / "missing.safetensors")
    with pytest.raises(InputError, match="checkpoint: expected"):
        load_tensors(tmp_path)
    save_file({"a": torch.zeros(2)}, tmp_path / "other.safetensors")
    with pytest.raises(InputError, match="written by tfmr"):
        load_tensors(tmp_path / "other.safetensors")
    torch.save({"a": torch.zeros(2)}, tmp_path / "pickle.safetensors")
    with pytest.raises(InputError, match="checkpoint: expected"):
        load_tensors(tmp_path / "pickle.safetensors")


def test_a_failed_write_leaves_the_old_file_and_nothing_beside_it(tmp_path, monkeypatch):
    path = tmp_path / "c.safetensors"
    save_tensors(path, {"a": torch.zeros(2)}, {})
    before = path.read_bytes()

    def full_disk(*args, **kwargs):
        raise SafetensorError("I/O error: No space left on device (os error 28)")

    monkeypatch.setattr("tfmr.training.checkpoints.save_file", full_disk)
    with pytest.raises(InputError, match="c.safetensors: expected to write this file, got .* No space left"):
        save_tensors(path, {"a": torch.ones(2)}, {})
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["c.safetensors"]


_FULL_DISK = """
import resource, sys, torch
from tfmr.training.checkpoints import save_tensors
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
save_tensors(sys.argv[1], {"a": torch.zeros(100_000)}, {})
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of a file")
def test_what_a_disk_really_answers_is_one_sentence(tmp_path):
    """The library's exception on a file that may not grow: the real thing, not one made up here."""
    path = tmp_path / "c.safetensors"
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
    result = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, str(path)],
        capture_output=True,
        text=True,
        env=environment,
        encoding="utf-8",
    )
    last = result.stderr.splitlines()[-1]
    assert last.startswith(f"tfmr.errors.InputError: {path}: expected to write this file, got"), last
    assert os.listdir(tmp_path) == []


class Trap:
    """Pickled, it creates a file when it is opened by pickle."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def test_opening_a_checkpoint_runs_no_code_from_it(tmp_path):
    sprung = tmp_path / "sprung"
    (tmp_path / "bad.safetensors").write_bytes(pickle.dumps(Trap(sprung)))
    with pytest.raises(InputError, match="checkpoint: expected"):
        load_tensors(tmp_path / "bad.safetensors")
    assert not sprung.exists()


def test_no_module_unpickles():
    for path in Path(__file__).parent.parent.joinpath("tfmr").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {"pickle", "shelve", "dill", "joblib"} & {name.split(".")[0] for name in names}, path
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                assert (node.value.id, node.attr) not in {("torch", "load"), ("torch", "save")}, path


def test_weights_are_copied_all_or_none():
    model, other = nn.Linear(2, 3), nn.Linear(2, 3)
    load_weights(model, other.state_dict(), "file")
    assert torch.equal(model.weight, other.weight) and torch.equal(model.bias, other.bias)
    before = model.weight.clone()
    wrong = {"weight": torch.zeros(3, 2), "bias": torch.zeros(4)}
    with pytest.raises(InputError, match=r"expected bias of shape \[3\] in file, found \[4\]"):
        load_weights(model, wrong, "file")
    with pytest.raises(InputError, match=r"expected more of shape nothing in file, found \[1\]"):
        load_weights(model, {**other.state_dict(), "more": torch.zeros(1)}, "file")
    assert torch.equal(model.weight, before)
