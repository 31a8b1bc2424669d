"""Trained runs and corpora to try the command line on."""

import os
import shutil

import pytest
from cli_tools import TINY, pairs_text

from tfmr.__main__ import main


@pytest.fixture(autouse=True)
def _fast_disk(monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda file: None)


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """A folder with a corpus and two trained runs; the attending one is the later. Not to be changed."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "pairs.tsv").write_text(pairs_text(), encoding="utf-8")
    for model in ("fixed", "attention"):
        out = f"--out={folder}/runs/pairs-fr-en-{model}"
        assert main(["train", f"--corpus={folder}/pairs.tsv", f"--model={model}", out, *TINY]) == 0
    return folder


@pytest.fixture
def copy(trained, tmp_path, monkeypatch):
    """The same, to be changed, as the current folder."""
    shutil.copytree(trained, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    """A corpus alone, in the current folder."""
    (tmp_path / "pairs.tsv").write_text(pairs_text(), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TFMR_DATA", raising=False)
    return tmp_path
