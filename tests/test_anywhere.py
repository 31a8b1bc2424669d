"""A chapter needs the installed package and nothing else: two run in an empty folder, from a wheel alone."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from notebook_rules import ROOT, execute

BUILT_FROM = ("pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """A folder that holds what a wheel of the package brings.

    Built from a copy, so that nothing is left in the repository, with the setuptools that PyTorch depends on, so
    that nothing is downloaded.
    """
    source, wheels, target = (tmp_path_factory.mktemp(name) for name in ("source", "wheels", "target"))
    for name in BUILT_FROM:
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "tfmr", source / "tfmr", ignore=shutil.ignore_patterns("__pycache__"))
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", str(wheels), str(source)], check=True)
    [wheel] = wheels.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def test_the_wheel_holds_every_file_of_the_package(installed):
    there = {path.relative_to(ROOT) for path in (ROOT / "tfmr").rglob("*") if path.is_file()}
    expected = {path for path in there if "__pycache__" not in path.parts}
    brought = {path.relative_to(installed) for path in (installed / "tfmr").rglob("*") if path.is_file()}
    assert brought == expected


@pytest.mark.timeout(600)
@pytest.mark.parametrize("chapter", ["02_bahdanau_attention", "05_multi_head_attention"])
def test_a_chapter_runs_in_an_empty_folder(chapter, installed, tmp_path, monkeypatch):
    for name, value in execute.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PYTHONPATH", str(installed))
    monkeypatch.delenv("MPLBACKEND", raising=False)
    notebook = nbformat.read(ROOT / "chapters" / f"{chapter}.ipynb", as_version=4)
    notebook.cells.append(new_code_cell("import tfmr\nprint(tfmr.__file__)"))
    execute.execute(notebook, tmp_path)  # raises when a cell fails
    assert Path(notebook.cells[-1].outputs[0].text.strip()).is_relative_to(installed)
    assert list(tmp_path.iterdir()) == []
