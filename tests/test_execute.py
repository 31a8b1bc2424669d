"""tools/execute.py writes the same file for the same notebook, and nothing for one that fails."""

import json

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from notebook_rules import execute


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
