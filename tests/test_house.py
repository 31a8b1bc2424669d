"""The house stands as drawn: what imports what, how long files are, what is pinned, what make does."""

import ast
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "tfmr"

# At the top stands what the book teaches, with what everything needs; folders, the rooms, hold the work around it.
# A module may import only from those above it; a room counts as one module.
TAUGHT = (
    "masks",
    "attention",
    "fused",
    "positions",
    "multi_head",
    "layers",
    "config",
    "seq2seq",
    "recurrent",
    "transformer",
)
ORDER = (
    "errors",
    "files",
    *TAUGHT,
    "family",
    "data",
    "decoding",
    "training",
    "evaluation",
    "translator",
    "cli",
    "__main__",
    "book",
)
# These rely on the contract of a model, and import none.
NO_MODEL = ("data", "decoding", "training", "evaluation")
MODELS = {*TAUGHT, "family"} - {"masks", "seq2seq"}
MAX_LINES, MAX_FUNCTION_LINES = 300, 60
MODULES = sorted(PACKAGE.rglob("*.py"))


def module_of(path: Path) -> str:
    """The name in ORDER that a file belongs to."""
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else path.stem


def imports(path: Path) -> set[str]:
    """Modules of the package that a file imports, by their names in ORDER, wherever the import stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            names = (
                [f"{node.module}.{a.name}" for a in node.names] if node.module == "tfmr" else [node.module]
            )
        elif isinstance(node, ast.Import):
            names = [a.name for a in node.names if a.name != "tfmr"]  # import tfmr: for its __version__
        else:
            continue
        found |= {name.split(".")[1] for name in names if name.startswith("tfmr.")}
    return found


def definitions(path: Path):
    """All functions of a file, methods too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def each_module(test):
    """Run a test once for each file of the package."""
    return pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))(test)


@each_module
def test_arrows_point_one_way(path):
    module = module_of(path)
    if module == "__init__":
        assert imports(path) <= {*TAUGHT, "translator"}  # the last one when it is asked for: the next test
        return
    assert module in ORDER, f"{module} has no place in ORDER"
    above = set(ORDER[: ORDER.index(module)]) | {module}
    assert imports(path) <= above, f"{module} imports {sorted(imports(path) - above)} from below"
    if module in NO_MODEL:
        assert not imports(path) & MODELS


def test_importing_the_package_brings_what_is_taught_and_no_room():
    script = (
        "import sys, tfmr; before = set(sys.modules); tfmr.load_translator;"
        "print(*sorted(n for n in before if n.startswith('tfmr.')), 'tfmr.translator' in sys.modules)"
    )
    environment = {key: value for key, value in os.environ.items() if key != "TFMR_CHECK_SHAPES"}
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", env=environment, cwd=ROOT
    )
    *brought, loaded = run.stdout.split()
    assert {name.removeprefix("tfmr.") for name in brought} == {"errors", *TAUGHT} and loaded == "True"
    import tfmr

    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = tfmr.nothing


def test_at_the_top_stands_what_is_taught():
    files = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__"}
    assert files == {"errors", "files", *TAUGHT}
    assert {path.parent.name for path in PACKAGE.glob("*/__init__.py")} <= set(ORDER) - files


def test_arrows_are_read_from_every_form_of_import(tmp_path):
    path = tmp_path / "x.py"
    path.write_text(
        "import tfmr.masks\nfrom tfmr import book\ndef f():\n    from tfmr.data.words import g\n",
        encoding="utf-8",
    )
    assert imports(path) == {"masks", "book", "data"}


@each_module
def test_files_and_functions_are_short(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= MAX_LINES * 1.15, f"{len(lines)} lines"  # about 300
    for function in definitions(path):
        length = function.end_lineno - function.body[0].end_lineno  # from the docstring on
        assert length <= MAX_FUNCTION_LINES, f"{function.name}: {length} lines do not fit on a screen"


@each_module
def test_importing_does_nothing_else(path):
    """At the top level stand imports, definitions and constants only."""
    allowed = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # a docstring
        if isinstance(node, ast.If):
            test = ast.unparse(node.test)
            assert "__main__" in test or "TYPE_CHECKING" in test or "TFMR_CHECK_SHAPES" in test
            continue
        assert isinstance(node, allowed), f"line {node.lineno}: {ast.unparse(node)[:60]}"


def test_importing_changes_nothing():
    """No output, no file, no random number, no setting; and without being asked for, no shape checks."""
    names = [".".join(p.relative_to(ROOT).with_suffix("").parts) for p in MODULES if p.name != "__main__.py"]
    names = [name.removesuffix(".__init__") for name in names]
    script = f"""
import importlib, random, sys, numpy, torch, matplotlib
state = lambda: (
    torch.get_rng_state().tolist(), random.getstate(), repr(numpy.random.get_state()),
    torch.get_num_threads(), torch.get_default_dtype(), dict(matplotlib.rcParams))
before = state()
for name in {names!r}:
    importlib.import_module(name)
assert state() == before
assert "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()
from tfmr import padding_mask
assert not hasattr(padding_mask, "__wrapped__")
"""
    environment = {key: value for key, value in os.environ.items() if key != "TFMR_CHECK_SHAPES"}
    run = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        cwd=ROOT,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_shapes_are_checked_when_asked_for():
    import torch

    from tfmr import padding_mask

    with pytest.raises(TypeError, match="length"):
        padding_mask(torch.ones(2, 3, 4, dtype=torch.long))


def test_fixed_names_are_there():
    import tfmr

    for name in tfmr.__all__:
        assert getattr(tfmr, name).__doc__, f"{name} has no docstring"


# What is text


def without_encoding(path: Path) -> list[str]:
    """Calls that read or write text in whatever encoding a machine has: each must name one, or be binary."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        function = ast.unparse(node.func)
        modes = [*node.args[:2], named.get("mode")]
        is_binary = any(
            isinstance(m, ast.Constant) and re.fullmatch(r"[rwxa]\+?b\+?", str(m.value)) for m in modes
        )
        is_text = function != "os.open" and re.search(r"\.(read|write)_text$|(^|\.)open$", function)
        is_pipe = function.startswith("subprocess.") and ("text" in named or "universal_newlines" in named)
        if (is_pipe or (is_text and not is_binary)) and "encoding" not in named:
            found.append(f"{path.name}:{node.lineno}: {ast.unparse(node)[:80]}")
    return found


SOURCES = [
    *ROOT.glob("*.py"),
    *(
        p
        for name in ("tfmr", "tests", "tools", "experiments", "benchmarks", "_ext")
        for p in ROOT.glob(f"{name}/**/*.py")
    ),
]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_text_has_an_encoding(path):
    assert without_encoding(path) == []


def test_text_without_an_encoding_is_found(tmp_path):
    good = ["p.read_text(encoding='utf-8')", "open(p, 'rb')", "read_text(p)", "subprocess.run(c)"]
    bad = ["p.read_text()", "p.write_text('…')", "open(p)", "p.open('w')", "subprocess.run(c, text=True)"]
    path = tmp_path / "x.py"
    path.write_text("\n".join(good + bad), encoding="utf-8")
    assert [line.split(": ")[1] for line in without_encoding(path)] == bad


def test_a_clone_has_the_same_line_ends_on_every_machine():
    """A bash script with carriage returns does not run, and git may put them in."""
    assert "* text=auto eol=lf" in (ROOT / ".gitattributes").read_text(encoding="utf-8").splitlines()
    for path in (ROOT / ".ci" / "run", ROOT / "Makefile", *ROOT.glob("chapters/*.ipynb"), *SOURCES):
        assert b"\r\n" not in path.read_bytes(), path


# What is pinned


def pins() -> dict[str, str]:
    """Name -> version of every line of requirements.txt."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if line and not line.startswith("#")]
    assert lines[-1] == "-e ."
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines[:-1])
    return {_canonical(line.split("==")[0]): line.split("==")[1] for line in lines[:-1]}


def _canonical(name: str) -> str:
    return name.lower().replace("_", "-")


PROJECT_FILE = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PROJECT_FILE["project"]


def test_pins_lie_within_the_ranges():
    for dependency in map(Requirement, PROJECT["dependencies"]):
        assert dependency.specifier.contains(pins()[_canonical(dependency.name)]), dependency


def test_whatever_is_imported_is_pinned():
    own = {"tfmr", "benchmarks", "experiments"}
    own |= {p.stem for folder in ("experiments", "tests", "tools") for p in ROOT.glob(f"{folder}/*.py")}
    named = {"yaml": "pyyaml", "packaging": None, "markdown_it": None}  # None: pytest and Sphinx bring it
    files = [
        p
        for folder in ("tfmr", "tests", "tools", "experiments", "benchmarks", "_ext")
        for p in ROOT.glob(f"{folder}/**/*.py")
    ]
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for top in {module.split(".")[0] for module in modules} - own - set(sys.stdlib_module_names):
                package = named.get(top, _canonical(top))
                assert package is None or package in pins(), f"{path.name} imports {top}, which is not pinned"


def test_the_package_depends_on_what_it_imports():
    needed = {
        top
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for top in (
            [a.name.split(".")[0] for a in node.names]
            if isinstance(node, ast.Import)
            else [node.module.split(".")[0]]
        )
    }
    needed -= set(sys.stdlib_module_names) | {"tfmr"}
    assert needed | {"beartype"} == {Requirement(dependency).name for dependency in PROJECT["dependencies"]}


def venv_tool():
    """tools/make_venv.py as a module."""
    spec = importlib.util.spec_from_file_location("venv_tool", ROOT / "tools" / "make_venv.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_python_versions_agree_everywhere():
    tool = venv_tool()
    versions = [f"3.{minor}" for minor in range(tool.OLDEST[1], tool.NEWEST[1] + 1)]
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8"))
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == versions
    assert PROJECT["requires-python"] == f">={versions[0]},<3.{tool.NEWEST[1] + 1}"
    assert [c.split()[-1] for c in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", c)] == versions
    assert all(version in (ROOT / "README.md").read_text(encoding="utf-8") for version in versions)


# What the commands do


def test_a_missing_piece_is_named_in_one_sentence():
    problem = venv_tool().problem
    assert problem((3, 12, 1)) is None
    for version in ((3, 10, 2), (3, 14, 0), (2, 7, 18)):
        sentence = problem(version)
        assert "3.11, 3.12 or 3.13" in sentence and "install" in sentence and "\n" not in sentence
    sentence = problem((3, 11, 2), ["ensurepip"])
    assert "apt install python3.11-venv" in sentence and "\n" not in sentence


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize(
    ("target", "parts"),
    [
        ("book", ["pip install", "jupyter-book build -W -n --keep-going ."]),
        (
            "test",
            [
                "pip install",
                "ruff check",
                "pytest -n 2 --dist loadfile tests",
                "pytest --nbval",
                "--dist loadfile chapters",
            ],
        ),
        ("kernels", ["pip install", "ATEN_CPU_CAPABILITY=default", "pytest --nbval", "chapters"]),
        ("robust", ["pip install", "tools/robust.py"]),
    ],
)
def test_each_command_starts_from_nothing(target, parts):
    """Without an environment, the command first makes one, then installs, then does its work."""
    command = ["make", "--dry-run", "--no-print-directory", target, "VENV=not-there"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    steps = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", cwd=ROOT, env=environment, check=True
    ).stdout
    places = [steps.index(part) for part in ["tools/make_venv.py", *parts]]
    assert places == sorted(places)


def test_readme_and_ci_name_the_commands():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    plain = (
        "jupyter-book build -W -n --keep-going .",
        "python -m pytest -n 2 --dist loadfile tests",
        "--nbval-current-env",
    )
    assert all(command in readme for command in ("make book", "make test", "-m venv .venv", *plain))
    for path in (".ci/run", ".github/workflows/test.yml"):
        text = (ROOT / path).read_text(encoding="utf-8")
        assert -1 < text.find("make test") < text.find("make kernels"), f"{path}: the chapters, twice"
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_formulas_need_no_network():
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    script = (ROOT / "_static" / config["sphinx"]["config"]["mathjax_path"]).resolve()
    vendored = ROOT / "_vendor" / script.relative_to(ROOT)
    assert vendored.is_file() and list(vendored.parent.glob("output/chtml/fonts/woff-v2/*.woff"))
