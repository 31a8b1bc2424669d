"""The table of breakages fits the sources, and tools/mutants.py tells a test that notices from one that sleeps."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

_spec = importlib.util.spec_from_file_location("mutants", ROOT / "tools" / "mutants.py")
mutants = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(mutants)

TREE = {
    "pkg/sums.py": "def add(a, b):\n    return a + b\n\n\ndef twice(a):\n    return 2 * a\n",
    "tests/test_sums.py": "from pkg.sums import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n",
    "tests/mutants.toml": """
[["pkg/sums.py"]]
breaks = "it subtracts"
old = 'a + b'
new = 'a - b'

[["pkg/sums.py"]]
breaks = "twice is once"
old = '2 * a'
new = 'a'
""",
}


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A small repository: one function is tested, the other is not."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # its test needs none, and each run loads all
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    for name, text in TREE.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    (tmp_path / "conftest.py").write_text(
        "raise RuntimeError('not tracked, so not copied')", encoding="utf-8"
    )
    return tmp_path


def test_every_breakage_of_the_table_can_be_made():
    table = mutants.read_table(ROOT / mutants.TABLE)
    assert not [f"{mutant}: {why}" for mutant in table if (why := mutants.problem(mutant, ROOT))]
    assert len({str(mutant) for mutant in table}) == len(table), "two breakages have one name"
    assert all(mutant.old != mutant.new for mutant in table)


def test_what_is_seen_and_what_is_not(tree, capsys):
    assert mutants.main(["--jobs", "2"], tree) == 1
    assert capsys.readouterr().out.splitlines() == [
        "seen    pkg/sums.py: it subtracts (test_sums.py::test_add)",
        "UNSEEN  pkg/sums.py: twice is once",
        "1 of 2 seen",
    ]
    assert {name: (tree / name).read_text(encoding="utf-8") for name in TREE} == TREE
    assert mutants.main(["--only", "subtracts"], tree) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 of 1 seen"


def test_a_sample_is_drawn_by_its_seed(tree, monkeypatch, capsys):
    monkeypatch.setattr(mutants, "first_failure", lambda tests, root: None)

    def drawn(*arguments):
        mutants.main(arguments, tree)
        return capsys.readouterr().out.splitlines()

    assert len(drawn("--sample", "1")) == 2  # one line, and the sum
    assert drawn("--sample", "1") == drawn("--sample", "1", "--seed", "0")
    assert {drawn("--sample", "1", "--seed", str(seed))[0] for seed in range(10)} == set(drawn()[:2])


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"old": "a * b"}, "expected its old text once, found it 0 times"),
        ({"old": "return"}, "expected its old text once, found it 2 times"),
        ({"new": "a +"}, "expected code that can be read, got invalid syntax"),
        ({"file": "pkg/no.py"}, "no file pkg/no.py"),
        ({"tests": ["tests/test_no.py"]}, "no file tests/test_no.py"),
    ],
)
def test_a_breakage_that_cannot_be_made_is_named(tree, changes, why):
    mutant = mutants.read_table(tree / mutants.TABLE)[0]
    assert mutants.problem(mutant, tree) is None
    assert mutants.problem(mutant._replace(**changes), tree).startswith(why)


def test_a_stale_table_and_a_pattern_without_a_match_end_in_1(tree, capsys):
    assert mutants.main(["--only", "divides"], tree) == 1
    (tree / "pkg" / "sums.py").write_text("def add(a, b):\n    return sum((a, b))\n", encoding="utf-8")
    assert mutants.main([], tree) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "no breakage matches 'divides'" and len(lines) == 3
    assert lines[1] == "stale   pkg/sums.py: it subtracts (expected its old text once, found it 0 times)"


def test_tests_that_fail_anyway_prove_nothing(tree, capsys):
    path = tree / "tests" / "test_sums.py"
    path.write_text(path.read_text(encoding="utf-8").replace("== 3", "== 4"), encoding="utf-8")
    assert mutants.main([], tree) == 1
    assert "but test_sums.py::test_add fails" in capsys.readouterr().out
