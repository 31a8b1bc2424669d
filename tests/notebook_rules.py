"""The rules that a chapter keeps, each a function from a notebook to the sentences that say what is wrong.

The sections of a chapter are headings of level two, in this order: By hand, The mathematics, The code, The
measurement, The trap, Exercises, Summary, Sources. Above them stand the title, the question in bold and
what the reader needs ("You need") and gets ("You get").
"""

import ast
import copy
import importlib.util
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECTIONS = (
    "By hand",
    "The mathematics",
    "The code",
    "The measurement",
    "The trap",
    "Exercises",
    "Summary",
    "Sources",
)
TAGS = {
    "taught",  # the package's own class or function, compared with it below
    "solution",  # inside a folded solution
    "nbval-ignore-output",
    "nbval-check-output",
    "hide-input",
    "hide-cell",
    "remove-cell",
    "remove-input",
    "remove-output",
}
MAX_CODE_CELLS, MAX_CODE_LINES, MAX_BYTES, MIN_ALT = 40, 420, 2_000_000, 40
WORDS_A_MINUTE, LINES_A_MINUTE = 230, 10  # of one who reads to understand
MAX_COLUMNS = 88  # what a page shows without cutting; chapters/ruff.toml lays code out for it
MACHINE = re.compile(r"(?<![\w/.])/(home|root|tmp|work|Users|usr|opt|mnt|var|content)/|[A-Z]:\\\\")
RESIDUE = re.compile(r"\r|\x1b\[|\d+%\||\b\d+(\.\d+)?(it/s|s/it)\b|\bat 0x[0-9a-f]{6,}")
WARNING = re.compile(r"\b\w*Warning\b|\bwarnings\.warn\b|^WARNING", re.MULTILINE)
NETWORK = {"requests", "urllib", "httpx", "http", "socket", "huggingface_hub", "urllib3", "ftplib"}

_spec = importlib.util.spec_from_file_location("execute", ROOT / "tools" / "execute.py")
execute = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(execute)


def stored_as_executed(nb) -> list[str]:
    """The file is what tools/execute.py writes: ids from the text, counts 1…n, no times, no versions."""
    counts = [cell.execution_count for cell in code_cells(nb)]
    problems = []
    if counts != list(range(1, len(counts) + 1)):
        problems.append(f"execution counts are {counts}, not 1…{len(counts)}: nbval would skip cells")
    if execute.normalise(copy.deepcopy(nb)) != nb:
        problems.append("ids, metadata or outputs are not as `make notebooks` leaves them")
    return problems


def tags_are_known(nb) -> list[str]:
    """An unknown tag does nothing, silently."""
    return [
        f"unknown tag {tag!r}: {name(cell)}"
        for cell in nb.cells
        for tag in cell.metadata.get("tags", [])
        if tag not in TAGS
    ]


def figures_are_described(nb) -> list[str]:
    """Every picture has an alt text that says what it shows, a caption, and a name to refer to."""
    problems = []
    for cell in code_cells(nb):
        images = [o for o in cell.outputs if any(kind.startswith("image/") for kind in o.get("data", {}))]
        if not images:
            continue
        settings = cell.metadata.get("mystnb", {})
        alt = settings.get("image", {}).get("alt", "")
        figure = settings.get("figure", {})
        if len(images) > 1:
            problems.append(f"{len(images)} pictures in one cell, for one alt text: {name(cell)}")
        if len(alt) < MIN_ALT or "heatmap" in alt.lower():
            problems.append(f"alt text {alt!r} does not say what the picture shows: {name(cell)}")
        if not figure.get("caption") or not figure.get("name", "").startswith("fig-"):
            problems.append(
                f"picture without a caption, or without a name that starts with fig-: {name(cell)}"
            )
    return problems


def outputs_are_clean(nb) -> list[str]:
    """No error, warning, progress bar, memory address or folder of the machine it ran on."""
    problems = []
    for cell in code_cells(nb):
        for output in cell.outputs:
            if output.output_type == "error":
                problems.append(f"output is an error: {name(cell)}")
            if output.output_type == "stream" and output.name == "stderr":
                problems.append(f"output on stderr: {name(cell)}")
            if "application/vnd.jupyter.widget-view+json" in output.get("data", {}):
                problems.append(f"output is a widget, which needs a kernel: {name(cell)}")
        text = output_text(cell)
        for kind, pattern in (
            ("a path of a machine", MACHINE),
            ("progress or an address", RESIDUE),
            ("a warning", WARNING),
        ):
            if pattern.search(text):
                problems.append(f"output holds {kind} ({pattern.search(text)[0]!r}): {name(cell)}")
    return problems


def size_is_bounded(nb) -> list[str]:
    """Few enough cells and lines to read in one sitting."""
    cells = code_cells(nb)
    lines = sum(1 for cell in cells for line in cell.source.splitlines() if line.strip())
    problems = [f"{len(cells)} code cells, more than {MAX_CODE_CELLS}"] if len(cells) > MAX_CODE_CELLS else []
    return problems + (
        [f"{lines} lines of code, more than {MAX_CODE_LINES}"] if lines > MAX_CODE_LINES else []
    )


def reading_time_is_counted(nb) -> list[str]:
    """The opening says how long the chapter takes to read, solutions left out, to within five minutes."""
    text = re.sub(r"\{solution-start\}.*?\{solution-end\}", "", prose(nb), flags=re.DOTALL)
    code = [cell.source for cell in code_cells(nb) if "solution" not in cell.metadata.get("tags", [])]
    lines = sum(1 for source in code for line in source.splitlines() if line.strip())
    counted = len(text.split()) / WORDS_A_MINUTE + lines / LINES_A_MINUTE
    promised = re.search(r"\b(\d+)\s+minutes\s+to\s+read", nb.cells[0].source)
    if promised and abs(int(promised[1]) - counted) <= 5:
        return []
    return [f"{counted:.0f} minutes are counted; the opening says {promised[0] if promised else 'nothing'!r}"]


def lines_are_narrow(nb) -> list[str]:
    """No line of code is cut on the page, in cells or in the text between them."""
    blocks = [cell.source for cell in code_cells(nb)]
    blocks += re.findall(r"^```python\n(.*?)^```", prose(nb), re.MULTILINE | re.DOTALL)
    return [
        f"a line of {len(line)} columns, more than {MAX_COLUMNS}: {line.strip()[:60]!r}"
        for block in blocks
        for line in block.splitlines()
        if len(line) > MAX_COLUMNS
    ]


def stands_alone(nb) -> list[str]:
    """A chapter runs in any folder: no code that names a file of the repository."""
    return [
        f"a path: {name(cell)}"
        for cell in code_cells(nb)
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, (ast.Name, ast.alias))
        and getattr(node, "id", getattr(node, "name", "")) in {"Path", "pathlib", "open", "os", "__file__"}
    ]


def code_is_plain(nb) -> list[str]:
    """Only Python, only what is installed: no shell, no magics, no search path, no network."""
    problems = []
    for cell in code_cells(nb):
        if re.search(r"^\s*[!%]", cell.source, re.MULTILINE) or "get_ipython" in cell.source:
            problems.append(f"a shell command or a magic: {name(cell)}")
            continue
        tree = ast.parse(cell.source)
        if "sys.path" in cell.source:
            problems.append(f"sys.path: {name(cell)}")
        for node in ast.walk(tree):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(module.split(".")[0] in NETWORK for module in modules):
                problems.append(f"a module for the network: {name(cell)}")
    return problems


def outputs_are_checked(nb) -> list[str]:
    """An output that nbval ignores, or a picture (which it cannot compare), stands beside an assertion.

    Ignored: the cell itself or the next one asserts. A picture: the same, or the cell before asserts, or
    prints what is drawn, which nbval compares.
    """
    problems, cells = [], code_cells(nb)
    for index, cell in enumerate(cells):
        here_or_next = any(asserts(c) for c in cells[index : index + 2])
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            if not here_or_next:
                problems.append(f"output ignored, and no assertion in this or the next cell: {name(cell)}")
        elif any(kind.startswith("image/") for o in cell.outputs for kind in o.get("data", {})):
            before = cells[max(index - 1, 0) : index + 1]
            if not here_or_next and not any(asserts(c) or is_compared(c) for c in before):
                problems.append(f"a picture of which nothing is compared or asserted: {name(cell)}")
    return problems


def sections_are_there(nb) -> list[str]:
    """The eight sections in their order, after a title, a question, and what is needed and given."""
    problems = []
    opening = nb.cells[0].source if nb.cells and nb.cells[0].cell_type == "markdown" else ""
    if not opening.startswith("# "):
        problems.append("the first cell does not start with the title")
    if not re.search(r"\*\*[^*]+\?\*\*", opening):
        problems.append("the first cell asks no question in bold")
    problems += [
        f"the first cell does not say what {it}"
        for it in ("you need", "you get")
        if it not in opening.lower()
    ]
    found = re.findall(r"^## +(.+?) *$", prose(nb), re.MULTILINE)
    wanted = [section for section in found if section in SECTIONS]
    if wanted != list(SECTIONS):
        problems.append(f"sections are {wanted}, not {list(SECTIONS)}")
    return problems


def exercises_have_solutions(nb) -> list[str]:
    """Three to five exercises, each with a solution that is folded away."""
    blocks = re.findall(
        r"^`{3,}\{(exercise|solution)(?:-start)?\} *(.*)\n((?::.*\n)*)", prose(nb) + "\n", re.MULTILINE
    )
    labels = [
        match[1]
        for kind, _, options in blocks
        if kind == "exercise" and (match := re.search(r":label: *(\S+)", options))
    ]
    solutions = {argument.strip(): options for kind, argument, options in blocks if kind == "solution"}
    exercises = sum(kind == "exercise" for kind, _, _ in blocks)
    problems = [] if 3 <= exercises <= 5 else [f"{exercises} exercises, not three to five"]
    if len(labels) != exercises:
        problems.append("an exercise without a label")
    problems += [f"exercise {label} has no solution" for label in labels if label not in solutions]
    problems += [
        f"the solution of {label} is not folded" for label, o in solutions.items() if "dropdown" not in o
    ]
    return problems


def equations_are_numbered(nb) -> list[str]:
    """Labels of equations start with eq-, and no label is used twice."""
    labels = equation_labels(prose(nb))
    problems = [
        f"equation label {label!r} does not start with eq-" for label in labels if not label.startswith("eq-")
    ]
    return problems + [
        f"equation label {label!r} used twice" for label in set(labels) if labels.count(label) > 1
    ]


def tables_have_headers(nb) -> list[str]:
    """Every column of a table says what it holds: a screen reader announces it with each entry."""
    heads = re.findall(r"^(\|.*\|) *\n\|[-:| ]+\| *$", prose(nb), re.MULTILINE)
    return [f"a column without a name in the table {head}" for head in heads if re.search(r"\| *\|", head)]


def taught_code_is_the_packages(nb) -> list[str]:
    """A taught cell holds classes and functions of the package, the same syntax tree, and nothing else."""
    problems = []
    for cell in code_cells(nb):
        if "taught" not in cell.metadata.get("tags", []):
            continue
        for node in ast.parse(cell.source).body:
            if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
                if node.name not in PACKAGE:
                    problems.append(f"taught {node.name} is not in the package")
                elif bare(node) != PACKAGE[node.name]:
                    problems.append(f"taught {node.name} differs from the package's")
            elif not isinstance(node, (ast.Import, ast.ImportFrom)):
                problems.append(f"a taught cell holds more than a class or function: {name(cell)}")
    return problems


RULES = (
    stored_as_executed,
    tags_are_known,
    figures_are_described,
    outputs_are_clean,
    size_is_bounded,
    reading_time_is_counted,
    lines_are_narrow,
    stands_alone,
    code_is_plain,
    outputs_are_checked,
    sections_are_there,
    exercises_have_solutions,
    equations_are_numbered,
    tables_have_headers,
    taught_code_is_the_packages,
)


def code_cells(nb) -> list:
    """The cells that run: code, and not empty."""
    return [cell for cell in nb.cells if cell.cell_type == "code" and cell.source.strip()]


def prose(nb) -> str:
    """All the text between the code."""
    return "\n\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")


def name(cell) -> str:
    """How a message calls a cell: its first line."""
    return f"cell {cell.source.strip().splitlines()[0][:60]!r}"


def output_text(cell) -> str:
    """All text of a cell's outputs."""
    texts = [o.get("text", "") for o in cell.outputs]
    texts += [o.data.get("text/plain", "") + o.data.get("text/html", "") for o in cell.outputs if "data" in o]
    texts += ["\n".join(o.get("traceback", [])) for o in cell.outputs]
    return "\n".join(texts)


def asserts(cell) -> bool:
    """Whether the cell fails when something does not hold."""
    for node in ast.walk(ast.parse(cell.source)):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            function = (
                node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            )
            if function.startswith("assert_"):
                return True
    return False


def is_compared(cell) -> bool:
    """Whether nbval compares something of this cell that says more than the kind of a figure."""
    text = re.sub(r"<Figure size .*?>", "", output_text(cell)).strip()
    return bool(text) and "nbval-ignore-output" not in cell.metadata.get("tags", [])


def equation_labels(text: str) -> list[str]:
    """Labels of numbered equations: ``$$ … $$ (eq-x)`` and the math directive's ``:label:``."""
    dollars = re.findall(r"^ *\$\$ *\(([^)\s]+)\) *$", text, re.MULTILINE)
    dollars += re.findall(r"\S *\$\$ *\(([^)\s]+)\) *$", text, re.MULTILINE)
    return dollars + re.findall(r"`{3,}\{math\}\n:label: *(\S+)", text)


def equation_references(text: str) -> set[str]:
    """Labels that the text refers to."""
    return set(re.findall(r"\{(?:eq|math:numref|numref)\}`(?:[^`<]*<)?([^`>]+)>?`", text))


def taught_names(nb) -> list[str]:
    """The classes and functions that a notebook teaches."""
    cells = [cell for cell in code_cells(nb) if "taught" in cell.metadata.get("tags", [])]
    nodes = [node for cell in cells for node in ast.parse(cell.source).body]
    return [node.name for node in nodes if isinstance(node, (ast.ClassDef, ast.FunctionDef))]


class _Bare(ast.NodeTransformer):
    """Removes what does not run: docstrings and annotations. A dataclass field keeps its name and default."""

    def visit_FunctionDef(self, node):
        node.returns = None
        self.generic_visit(node)
        return self._without_docstring(node)

    def visit_ClassDef(self, node):
        self.generic_visit(node)
        return self._without_docstring(node)

    def visit_arg(self, node):
        node.annotation = None
        return node

    def visit_AnnAssign(self, node):
        value = node.value or ast.Constant(None)
        return ast.Assign(targets=[node.target], value=value, lineno=0)

    @staticmethod
    def _without_docstring(node):
        first = node.body[0]
        if (
            isinstance(first, ast.Expr)
            and isinstance(first.value, ast.Constant)
            and isinstance(first.value.value, str)
        ):
            node.body = node.body[1:] or [ast.Pass()]
        return node


def bare(node) -> str:
    """The syntax tree of a class or function, without docstrings and annotations, as text to compare."""
    return ast.dump(_Bare().visit(copy.deepcopy(node)))


def package_definitions(folder: Path = ROOT / "tfmr") -> dict[str, str]:
    """Public classes and functions of the package, by name."""
    found = {}
    for path in sorted(folder.rglob("*.py")):
        if "grammar" in path.parts or "exercises" in path.parts or path.name.startswith("__"):
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and not node.name.startswith("_"):
                found[node.name] = bare(node)
    return found


PACKAGE = package_definitions()
