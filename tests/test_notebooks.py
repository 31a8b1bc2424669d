"""Every chapter keeps the rules of notebook_rules.py, and every rule catches a notebook that breaks it."""

import re
from collections import Counter

import nbformat
import notebook_rules as rules
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

CHAPTERS = sorted((rules.ROOT / "chapters").glob("*.ipynb"))
NOTEBOOKS = {path: nbformat.read(path, as_version=4) for path in CHAPTERS}
PAGES = {path: path.read_text(encoding="utf-8") for path in sorted((rules.ROOT / "chapters").glob("*.md"))}

# What the chapters teach in full, each exactly once. Grows with the book.
CORE = {
    "01_sequence_to_sequence": {"RecurrentEncoder", "RecurrentDecoder", "RecurrentSeq2Seq", "train_step"},
    "02_bahdanau_attention": {"Attention", "AdditiveAttention", "masked_softmax", "attend", "padding_mask"},
    "03_scoring_functions": {
        "GeneralAttention",
        "DotAttention",
        "scaled_scores",
        "scaled_dot_product_attention",
    },
    "04_self_attention": {"causal_mask"},
    "05_multi_head_attention": {"MultiHeadAttention", "explicit_attention", "fused_attention"},
    "06_positional_encoding": {
        "Positions",
        "SinusoidalPositions",
        "LearnedPositions",
        "RotaryPositions",
        "ALiBi",
    },
    "07_encoder_and_decoder_layers": {"FeedForward", "Residual", "EncoderLayer", "DecoderLayer"},
    "09_the_transformer": {"Embedding", "Encoder", "start_layer", "step_layer", "Decoder", "Transformer"},
    "10_training": {"negative_log_likelihood", "smoothed_loss", "learning_rate_at", "mean_parameters"},
    "11_decoding": {"Partial", "penalty", "Beam", "exact_search"},
    "12_reading_attention": {"hiding_effects", "without_heads", "changed_weights"},
}


def each_chapter(test):
    """Run a test once for each chapter."""
    return pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)(test)


@each_chapter
@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_chapter_keeps_the_rule(path, rule):
    problems = rule(NOTEBOOKS[path])
    assert not problems, "\n".join([f"{path.name}:", *problems])


@each_chapter
def test_chapter_file_is_bounded(path):
    assert path.stat().st_size <= rules.MAX_BYTES


def test_toc_and_folder_agree():
    toc = yaml.safe_load((rules.ROOT / "_toc.yml").read_text(encoding="utf-8"))
    listed = [toc["root"]] + [entry["file"] for part in toc["parts"] for entry in part["chapters"]]
    there = [f"chapters/{path.stem}" for path in [*CHAPTERS, *PAGES]]
    assert sorted(listed) == sorted(there)
    numbered = [file for file in listed if re.match(r"chapters/\d", file)]
    assert numbered == sorted(numbered)


def test_core_code_is_taught_exactly_once():
    taught = {path.stem: set(rules.taught_names(nb)) for path, nb in NOTEBOOKS.items()}
    for chapter, names in CORE.items():
        assert names <= taught.get(chapter, set()), f"{chapter} does not teach all of {sorted(names)}"
    counts = Counter(name for nb in NOTEBOOKS.values() for name in rules.taught_names(nb))
    assert [name for name, count in counts.items() if count > 1] == []


def test_figure_names_are_unique():
    names = Counter(
        cell.metadata["mystnb"]["figure"]["name"]
        for nb in NOTEBOOKS.values()
        for cell in nb.cells
        if "name" in cell.metadata.get("mystnb", {}).get("figure", {})
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_every_numbered_equation_is_referred_to():
    texts = [rules.prose(nb) for nb in NOTEBOOKS.values()] + list(PAGES.values())
    labels = [label for text in texts for label in rules.equation_labels(text)]
    references = set().union(*(rules.equation_references(text) for text in texts)) if texts else set()
    assert sorted(set(labels) - references) == []


def test_terms_are_in_the_glossary():
    glossary = next((text for path, text in PAGES.items() if path.stem == "glossary"), "")
    entries = {
        line.strip().lower()
        for line in glossary.splitlines()
        if line and not line.startswith((" ", "#", ":", "`"))
    }
    used = {
        " ".join(term.split()).lower()
        for text in [*map(rules.prose, NOTEBOOKS.values()), *PAGES.values()]
        for term in re.findall(r"\{term\}`(?:[^`<]*<)?([^`>]+)>?`", text)
    }
    assert sorted(used - entries) == []


# Each rule, and notebooks that break it: the rule must find the fault, and nothing in the good one.

FIGURE = {"image/png": "iVBORw0KGgo=", "text/plain": "<Figure size 1x1 with 1 Axes>"}
ALT = "A line that falls from forty to eight while sentences grow from three to forty words."
DESCRIBED = {"mystnb": {"image": {"alt": ALT}, "figure": {"caption": "It falls.", "name": "fig-falls"}}}


def markdown(*names):
    """Sections of a chapter, by name."""
    return [new_markdown_cell(f"## {name}") for name in names]


def code(source, *outputs, **metadata):
    """A code cell with its outputs."""
    return new_code_cell(source, outputs=list(outputs), metadata=metadata)


def printed(text, stream="stdout"):
    return new_output("stream", name=stream, text=text)


def shown(data):
    return new_output("display_data", data=data)


def exercise(label, solved="dropdown"):
    solution = f"\n\n```{{solution}} {label}\n:class: {solved}\nSo.\n```" if solved else ""
    return new_markdown_cell(f"```{{exercise}} One\n:label: {label}\nDo.\n```{solution}")


def good():
    """A chapter that keeps every rule."""
    opening = "# A chapter\n\n**Does it hold?**\n\n*You need* nothing. *You get* all. It takes about 0 minutes to read."
    cells = [new_markdown_cell(opening)]
    cells += [*markdown("By hand"), code("print(1 + 1)", printed("2\n"))]
    cells += [*markdown("The mathematics"), new_markdown_cell("$$\nx = 1\n$$ (eq-x)\n\nBy {eq}`eq-x`.")]
    cells += [
        *markdown("The code", "The measurement"),
        code("draw()", shown(FIGURE), **DESCRIBED),
        code("assert True"),
    ]
    cells += [*markdown("The trap", "Exercises"), *(exercise(f"ex-{i}") for i in "abc")]
    return rules.execute.normalise(new_notebook(cells=[*cells, *markdown("Summary", "Sources")]))


def with_cells(*cells):
    """The good chapter and these cells."""
    notebook = good()
    notebook.cells += cells
    return rules.execute.normalise(notebook)


def changed(change):
    """The good chapter after a change that `make notebooks` has not seen."""
    notebook = good()
    change(notebook)
    return notebook


def count_is_missing(notebook):
    rules.code_cells(notebook)[0].execution_count = None


def has_versions(notebook):
    notebook.metadata["language_info"]["version"] = "3.11.7"


def has_times(notebook):
    notebook.cells[2].metadata["execution"] = {"iopub.execute_input": "2020-01-01"}


def sections_swapped(notebook):
    notebook.cells[1], notebook.cells[3] = notebook.cells[3], notebook.cells[1]


def solution_lost(notebook):
    notebook.cells[-3] = exercise("ex-c", solved="")


def solution_open(notebook):
    notebook.cells[-3] = exercise("ex-c", solved="tip")


def no_question(notebook):
    notebook.cells[0].source = notebook.cells[0].source.replace("?", ".")


def no_time(notebook):
    notebook.cells[0].source = notebook.cells[0].source.replace("minutes", "hours")


def ignored(source="noise()"):
    return code(source, printed("0.3\n"), tags=["nbval-ignore-output"])


def figure(alt=ALT, caption="It falls.", label="fig-b"):
    return {"mystnb": {"image": {"alt": alt}, "figure": {"caption": caption, "name": label}}}


TAUGHT = {"tags": ["taught"]}
HERE = code("assert True")
BROKEN = [
    (rules.stored_as_executed, changed(count_is_missing)),
    (rules.stored_as_executed, changed(has_versions)),
    (rules.stored_as_executed, changed(has_times)),
    (rules.tags_are_known, with_cells(code("1", tags=["nbval-ignore-outptu"]))),
    (rules.figures_are_described, with_cells(code("draw()", shown(FIGURE)))),
    (rules.figures_are_described, with_cells(code("draw()", shown(FIGURE), **figure(alt="A curve.")))),
    (rules.figures_are_described, with_cells(code("draw()", shown(FIGURE), **figure(alt="A heatmap. " * 9)))),
    (rules.figures_are_described, with_cells(code("draw()", shown(FIGURE), **figure(caption="")))),
    (rules.figures_are_described, with_cells(code("draw()", shown(FIGURE), **figure(label="picture")))),
    (rules.figures_are_described, with_cells(code("draw()", shown(FIGURE), shown(FIGURE), **DESCRIBED))),
    (
        rules.outputs_are_clean,
        with_cells(code("1/0", new_output("error", ename="E", evalue="", traceback=[]))),
    ),
    (rules.outputs_are_clean, with_cells(code("f()", printed("oh", "stderr")))),
    (rules.outputs_are_clean, with_cells(code("f()", printed("saved to /home/ada/model")))),
    (rules.outputs_are_clean, with_cells(code("f()", printed("<ipython> UserWarning: no")))),
    (rules.outputs_are_clean, with_cells(code("f()", printed("100%|####| 3/3")))),
    (rules.outputs_are_clean, with_cells(code("f()", printed("epoch 1\repoch 2")))),
    (rules.outputs_are_clean, with_cells(code("f()", printed("<object at 0x7f2a51cc>")))),
    (rules.size_is_bounded, with_cells(*[code(f"x{i} = 1") for i in range(40)])),
    (rules.size_is_bounded, with_cells(code("\n".join(f"x{i} = 1" for i in range(420))))),
    (rules.reading_time_is_counted, changed(no_time)),
    (rules.reading_time_is_counted, with_cells(new_markdown_cell("word " * 6 * rules.WORDS_A_MINUTE))),
    (
        rules.reading_time_is_counted,
        with_cells(code("\n".join(f"x{i} = 1" for i in range(6 * rules.LINES_A_MINUTE)))),
    ),
    (rules.lines_are_narrow, with_cells(code(f"x = '{'a' * 83}'"))),
    (rules.lines_are_narrow, with_cells(new_markdown_cell(f"```python\nx = '{'a' * 83}'\n```"))),
    (rules.stands_alone, with_cells(code("from pathlib import Path"))),
    (rules.stands_alone, with_cells(code("text = open('../README.md').read()"))),
    (rules.code_is_plain, with_cells(code("!ls"))),
    (rules.code_is_plain, with_cells(code("%pip install x"))),
    (rules.code_is_plain, with_cells(code("import sys\nsys.path.append('..')"))),
    (rules.code_is_plain, with_cells(code("from urllib.request import urlopen"))),
    (rules.outputs_are_checked, with_cells(ignored(), code("x = 1"), HERE)),
    (rules.outputs_are_checked, with_cells(ignored())),
    (rules.outputs_are_checked, with_cells(code("x = 1"), code("draw()", shown(FIGURE)), code("x = 2"))),
    (rules.sections_are_there, changed(lambda notebook: notebook.cells.pop())),
    (rules.sections_are_there, changed(sections_swapped)),
    (rules.sections_are_there, changed(no_question)),
    (rules.exercises_have_solutions, changed(solution_lost)),
    (rules.exercises_have_solutions, changed(solution_open)),
    (rules.exercises_have_solutions, with_cells(*(exercise(f"ex-{i}") for i in "def"))),
    (rules.equations_are_numbered, with_cells(new_markdown_cell("$$\ny\n$$ (mine)"))),
    (rules.tables_have_headers, with_cells(new_markdown_cell("| | key |\n|---|---|\n| J' | 2 |"))),
    (rules.equations_are_numbered, with_cells(new_markdown_cell("$$\ny\n$$ (eq-x)"))),
    (rules.taught_code_is_the_packages, with_cells(code("def nowhere():\n    pass", **TAUGHT))),
    (rules.taught_code_is_the_packages, with_cells(code("def padding_mask(ids):\n    return ids", **TAUGHT))),
    (rules.taught_code_is_the_packages, with_cells(code("x = 1", **TAUGHT))),
]


@pytest.mark.parametrize(
    ("rule", "notebook"), BROKEN, ids=[f"{r.__name__}-{i}" for i, (r, _) in enumerate(BROKEN)]
)
def test_rule_catches_a_notebook_that_breaks_it(rule, notebook):
    assert rule(notebook)


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_rule_is_content_with_a_good_notebook(rule):
    assert rule(good()) == []


def test_every_rule_is_tested():
    assert {rule for rule, _ in BROKEN} == set(rules.RULES)


def test_checked_outputs_are_accepted():
    beside = [ignored(), HERE], [ignored("noise()\nassert True")]
    pictures = (
        [code("print(3)", printed("3\n")), code("draw()", shown(FIGURE))],
        [HERE, code("draw()", shown(FIGURE))],
    )
    for cells in (*beside, *pictures):
        assert rules.outputs_are_checked(with_cells(code("x = 1"), *cells)) == []


def test_a_picture_alone_counts_as_nothing_compared():
    assert not rules.is_compared(code("draw()", shown(FIGURE)))


def test_taught_code_may_differ_in_docstrings_and_annotations_alone():
    package = rules.ast.parse('def f(x: int = 1) -> int:\n    """Doc."""\n    # why\n    return x').body[0]
    taught, other = (rules.ast.parse(f"def f(x={d}):\n    return x").body[0] for d in (1, 2))
    assert rules.bare(package) == rules.bare(taught) != rules.bare(other)


def test_dataclass_fields_and_their_defaults_are_compared():
    one, two, three = (
        rules.bare(rules.ast.parse(f"class C:\n    {field}").body[0])
        for field in ("a: int = 1", "a: str = 1", "a: int = 2")
    )
    assert one == two != three


def test_equation_labels_and_references_are_found():
    text = (
        "$$\nx\n$$ (eq-a)\n\n$$ y $$ (eq-b)\n\n```{math}\n:label: eq-c\nz\n```\n{eq}`eq-a`, {eq}`so <eq-b>`"
    )
    assert rules.equation_labels(text) == ["eq-a", "eq-b", "eq-c"]
    assert rules.equation_references(text) == {"eq-a", "eq-b"}
