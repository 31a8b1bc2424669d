"""tools/robust.py: seeds are shifted, assertions are recorded and stop nothing, and the table is right."""

import ast
import json
import random
from pathlib import Path

import nbformat
import numpy as np
import pytest
import recorder
import robust
import torch
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook


def notebook(path: Path, *cells: str) -> Path:
    nbformat.write(new_notebook(cells=[new_code_cell(cell) for cell in cells]), path)
    return path


def recorded(tmp_path, source: str, **names) -> list[dict]:
    """What the recorder writes down when a cell of this source runs."""
    one = recorder.Recorder(tmp_path / "lines")
    one.next_cell(None)
    tree = ast.fix_missing_locations(one.visit(ast.parse(source)))
    exec(compile(tree, "cell", "exec"), names | {one.NAME: one})
    return [json.loads(line) for line in one.path.read_text(encoding="utf-8").splitlines()]


def drawn() -> list[float]:
    """One number of every generator that a cell may seed, each after its seed was set to 1."""
    torch.manual_seed(1)
    random.seed(1)
    np.random.seed(seed=1)
    return [
        torch.rand(1).item(),
        random.random(),
        np.random.rand(),
        np.random.default_rng(1).random(),
        torch.rand(1, generator=torch.Generator().manual_seed(1)).item(),
    ]


def test_a_shift_reaches_every_seed(monkeypatch):
    for module in (torch, torch.random):
        monkeypatch.setattr(module, "manual_seed", torch.manual_seed)  # puts it back afterwards
    monkeypatch.setattr(torch, "Generator", torch.Generator)
    for name in ("seed", "default_rng"):
        monkeypatch.setattr(np.random, name, getattr(np.random, name))
    monkeypatch.setattr(random, "seed", random.seed)

    from tfmr.training import set_seed

    plain, corpus = drawn(), random.Random(1).random()
    set_seed(1)
    by_package = torch.rand(1).item()
    recorder.shift_seeds(0)
    assert drawn() == plain
    recorder.shift_seeds(3)
    assert all(a != b for a, b in zip(drawn(), plain, strict=True))
    set_seed(1)
    assert torch.rand(1).item() == drawn()[0] != by_package
    assert random.Random(1).random() == corpus  # a corpus is the same on every machine


def test_margins_are_the_smallest_and_each_part_of_an_and_has_its_own(tmp_path):
    source = """
assert 1 < x <= 5 and y > 0.5
assert all(v > 1 for v in (2, 0.5, 0.25))
assert (t < 10).all()
assert ((t > 2).all() if x > 2 else None) and x in (3, 4)
assert (t > 0).float().mean() == 1
"""
    found = recorded(tmp_path, source, x=3, y=0.25, t=torch.tensor([4.0, 9.5], requires_grad=True))
    assert [(e["text"], e["held"], e["margin"], e["values"]) for e in found] == [
        ("1 < x <= 5", True, 2, "1 < 3"),
        ("y > 0.5", False, -0.25, "0.25 > 0.5"),
        ("all((v > 1 for v in (2, 0.5, 0.25)))", False, -0.75, "0.25 > 1"),
        ("(t < 10).all()", True, 0.5, "9.5 < 10"),
        ("(t > 2).all() if x > 2 else None", True, 2, "4 > 2"),
        ("x in (3, 4)", True, None, None),
        ("(t > 0).float().mean() == 1", True, None, None),
    ]


def test_what_cannot_be_evaluated_does_not_hold(tmp_path):
    source = """
def inside(n):
    for i in range(n):
        assert i < 1, "a message"

inside(2)
assert 1 / 0 > 2
assert_close(1, 2)
assert_close(1, 1)
assert float("nan") < 1
"""

    def assert_close(a, b):
        if a != b:
            raise AssertionError("apart")

    found = recorded(tmp_path, source, assert_close=assert_close)
    assert [e["held"] for e in found] == [True, False, False, False, True, False]
    assert found[3]["values"] == "AssertionError: apart" and "ZeroDivisionError" in found[2]["values"]
    assert [e["margin"] for e in found] == [1, 0, None, None, None, None]


def test_a_loop_is_one_entry_with_its_nearest_miss():
    lines = [
        {"cell": 2, "text": "a", "held": held, "margin": margin, "values": str(margin)}
        for held, margin in ((True, 3), (False, -1), (True, 2), (True, None))
    ] + [{"cell": 3, "text": "a", "held": True, "margin": None, "values": None}]
    assert [(e["cell"], e["held"], e["values"]) for e in robust.merged(lines)] == [
        (2, False, "-1"),
        (3, True, None),
    ]


def test_threads_take_turns_unless_all_is_asked_for():
    runs = robust.plan([Path("01_a.ipynb"), Path("02_b.ipynb")], [0, 1, 2], ["own", "avx2"], [1, 2])
    assert [(r.chapter.stem, r.shift, r.kernels, r.threads) for r in runs][2:7] == [
        ("01_a", 2, "own", 1),
        ("02_b", 0, "own", 1),
        ("02_b", 1, "own", 2),
        ("02_b", 2, "own", 1),
        ("01_a", 0, "avx2", 1),
    ]
    assert len(runs) == 12
    assert len(robust.plan([Path("a")], [0, 1, 2], ["own", "avx2"], [1, 2], full=True)) == 12


def test_a_kernel_gets_its_kernels_and_threads(monkeypatch):
    monkeypatch.setenv("ATEN_CPU_CAPABILITY", "avx512")
    monkeypatch.setenv("TFMR_CHECK_SHAPES", "1")
    own, default = (robust.Run(Path("a"), 4, kind, 2).environment(Path("x")) for kind in ("own", "default"))
    assert "ATEN_CPU_CAPABILITY" not in own and default["ATEN_CPU_CAPABILITY"] == "default"
    assert (own["OMP_NUM_THREADS"], own["TFMR_ROBUST_SHIFT"], own["TFMR_DEVICE"]) == ("2", "4", "cpu")
    assert "TFMR_CHECK_SHAPES" not in own and "tools" in own["PYTHONPATH"]


def test_only_what_runs_makes_a_run_new(tmp_path):
    package, path = tmp_path / "tfmr", tmp_path / "01_a.ipynb"
    results = package / "results"
    results.mkdir(parents=True)
    (package / "a.py").write_text("x = 1  # one\n", encoding="utf-8")
    (package / "words.txt").write_text("chat\n", encoding="utf-8")

    def digest(*cells):
        nbformat.write(new_notebook(cells=list(cells)), path)
        return robust.digest(path, tmp_path)

    first = digest(new_code_cell("f(1, 2)"))
    assert digest(new_markdown_cell("# A"), new_code_cell("f(1,\n  2)  # laid out")) == first
    assert digest(new_code_cell("f(1, 3)")) != first
    (package / "a.py").write_text("x = 1\n", encoding="utf-8")
    assert digest(new_code_cell("f(1, 2)")) == first
    for changed in (package / "words.txt", results / "seed-0.json"):
        changed.write_text("[]", encoding="utf-8")
        first, before = digest(new_code_cell("f(1, 2)")), first
        assert first != before


def test_the_table_counts_runs_and_shows_the_nearest_miss():
    def result(held, margin, *errors):
        entry = {"cell": 7, "text": "a > b", "held": held, "margin": margin, "values": f"{margin} more"}
        return {"seconds": 1, "assertions": [entry], "errors": [{"cell": 8, "text": e} for e in errors]}

    runs = [robust.Run(Path("06_x.ipynb"), shift, "avx2", 1) for shift in range(3)]
    results = [result(True, 0.25), result(False, -0.5), result(True, 4, "KeyError: 'x'")]
    text, well = robust.table(list(zip(runs, results, strict=True)))
    rows = [line.split() for line in text.splitlines()]
    assert not well and len(rows) == 3
    assert rows[1][:6] == ["06", "7", "2/3", "-0.5", "(-0.5", "more)"] and "shift 1" in text.splitlines()[1]
    assert (
        rows[2][:3] == ["06", "8", "2/3"] and "no KeyError: 'x'" in text and "shift 2" in text.splitlines()[2]
    )
    text, well = robust.table(list(zip(runs[:1], results, strict=False)))
    assert well and "0.25 (0.25 more)" in text and "<-" not in text
    text, well = robust.table(list(zip(runs[:2], [results[0], result(False, None)], strict=True)))
    assert (
        not well and "shift 1" in text and "0.25" not in text
    )  # what failed is shown, though it has no margin


def test_numbers_and_kernels_are_read():
    assert robust.numbers("0-3,7") == [0, 1, 2, 3, 7]
    assert robust.kinds("avx2,own") == ["avx2", "own"]
    with pytest.raises(
        robust.argparse.ArgumentTypeError, match="expected some of own,default,avx2; got own,sse"
    ):
        robust.kinds("own,sse")


def test_a_chapter_runs_to_its_end_and_nothing_runs_twice(tmp_path, monkeypatch, capsys):
    path = notebook(
        tmp_path / "01_a.ipynb",
        "import os, torch\nfrom tfmr.training import set_seed\nset_seed(7)",
        "\n",
        "assert torch.initial_seed() == 7 and len('a') > 0\nhere = os.getcwd()",
        "raise KeyError('x')",
        f"assert here == {str(tmp_path)!r} and torch.get_num_threads() == 1",
    )
    arguments = [str(path), "--kernels", "default", "--threads", "1", "--jobs", "2"]
    arguments += ["--folder", str(tmp_path / "records")]
    assert robust.main([*arguments, "--shifts", "0"]) == 1
    rows = [line.split(maxsplit=3) for line in capsys.readouterr().out.splitlines()[1:]]
    assert [row[:3] for row in rows] == [
        ["01", "2", "1/1"],
        ["01", "2", "1/1"],
        ["01", "3", "0/1"],
        ["01", "4", "1/1"],
        ["01", "4", "1/1"],
    ]
    assert "no KeyError: 'x'" in rows[2][3]

    monkeypatch.setattr(robust, "execute", None)  # the record is there: nothing has to run
    assert robust.main([*arguments, "--shifts", "0"]) == 1
    monkeypatch.undo()
    capsys.readouterr()
    robust.main([*arguments, "--shifts", "0,1"])
    (seeded,) = [line for line in capsys.readouterr().out.splitlines() if "initial_seed" in line]
    assert "1/2" in seeded and "shift 1" in seeded  # the seed was 1007
