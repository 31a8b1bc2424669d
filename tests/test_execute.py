"""tools/execute.py writes the same file for the same notebook, and nothing for one that fails."""

import json
import os
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from notebook_rules import ROOT, execute


def test_ids_follow_from_the_text_and_stay_when_other_cells_come():
    before = new_notebook(cells=[new_markdown_cell("# A"), new_code_cell("x = 1"), new_code_cell("x = 1")])
    after = new_notebook(cells=[new_code_cell("import os"), *[cell.copy() for cell in before.cells]])
    first = [cell.id for cell in execute.normalise(before).cells]
    assert len(set(first)) == 3
    assert [cell.id for cell in execute.normalise(after).cells][1:] == first


def test_counts_streams_and_metadata_are_made_regular():
    outputs = [
        new_output("stream", name="stdout", text="a\n"),
        new_output("execute_result", data={"text/plain": "1"}, execution_count=7),
        new_output("stream", name="stdout", text="b\n"),
    ]
    cell = new_code_cell("f()", execution_count=7, outputs=outputs)
    cell.metadata = {"tags": ["taught"], "execution": {"started": "now"}, "collapsed": False}
    notebook = new_notebook(
        cells=[cell], metadata={"language_info": {"name": "python", "version": "3.11.7"}, "widgets": {"x": 1}}
    )
    notebook = execute.normalise(notebook)
    assert [output.get("text") for output in notebook.cells[0].outputs] == ["a\nb\n", None]
    assert notebook.cells[0].execution_count == notebook.cells[0].outputs[1].execution_count == 1
    assert notebook.cells[0].metadata == {"tags": ["taught"]}
    assert "version" not in json.dumps(notebook.metadata) and "widgets" not in notebook.metadata
    nbformat.validate(notebook)


def test_running_twice_writes_the_same_file_and_failing_writes_none(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(execute.os, "environ", execute.os.environ.copy())
    good, bad = tmp_path / "good.ipynb", tmp_path / "bad.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("import sys\nprint(sys.prefix)")]), good)
    nbformat.write(new_notebook(cells=[new_code_cell("1 / 0")]), bad)
    failing = bad.read_bytes()
    assert execute.main([str(good)]) == 0
    first = good.read_bytes()
    assert execute.main([str(bad), str(good)]) == 1
    assert (good.read_bytes(), bad.read_bytes()) == (first, failing)
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.ipynb", "good.ipynb"]
    # The kernel is the one of this environment.
    assert execute.sys.prefix in nbformat.read(good, as_version=4).cells[0].outputs[0].text


@pytest.fixture
def homeless(tmp_path):
    """The environment of a machine on which no folder can be made in the home folder."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "MPL", "IPYTHON"))}
    runtime = {f"JUPYTER_{kind}_DIR": str(tmp_path / "jupyter") for kind in ("RUNTIME", "DATA", "CONFIG")}
    return kept | runtime | {"HOME": str(tmp_path / "file"), "PYTHONPATH": str(ROOT)}


IMPORT = "import matplotlib.pyplot as plt"


def test_a_chapter_is_executed_without_messages_of_a_missing_home(homeless, tmp_path):
    path = tmp_path / "a.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(IMPORT)]), path)
    command = [sys.executable, str(ROOT / "tools" / "execute.py"), str(path)]
    subprocess.run(command, env=homeless, check=True, capture_output=True, cwd=tmp_path)
    assert nbformat.read(path, as_version=4).cells[0].outputs == []


def test_a_chapter_is_compared_without_messages_of_a_missing_home(homeless, tmp_path):
    shutil.copy(ROOT / "conftest.py", tmp_path)
    nbformat.write(new_notebook(cells=[new_code_cell(IMPORT, execution_count=1)]), tmp_path / "a.ipynb")
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "a.ipynb"]
    run = subprocess.run(
        command, env=homeless, capture_output=True, text=True, encoding="utf-8", cwd=tmp_path
    )
    assert run.returncode == 0, run.stdout
