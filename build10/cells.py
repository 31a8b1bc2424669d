"""Cells of the chapter, in order: (kind, source, metadata)."""
CELLS = []
def md(source): CELLS.append(("markdown", source.strip("\n"), {}))
def code(source, *tags, figure=None, alt=None, name=None):
    meta = {}
    if figure: meta["mystnb"] = {"figure": {"caption": figure, "name": name}, "image": {"alt": alt}}
    if tags: meta["tags"] = list(tags)
    CELLS.append(("code", source.strip("\n"), meta))

import os
ABLATION = os.environ.get("ABLATION") == "1"
TEXT = open("/tmp/ch10/text.py").read()
exec(TEXT)

VARIANTS = {
    "Which of these parts is worth most, and is there one that is worth nothing? Can a loss": "Can a loss",
    "Guess before you read on. Can a loss": "Guess before you read on. Can a loss",
    "the parts of the recipe, each by hand, in code, and taken away again from a training run to see what is missing; and a measurement": "the parts of the recipe, each by hand and in code; and a measurement",
    "About 55 minutes to read": "About 45 minutes to read",
    "{{SUMMARY}}": "Parameters can be averaged within a run, and in general not between two models, even if they say the same.",
    "from tfmr.book.results import results, results_folder": "from tfmr.book.results import results_folder",
    " The error of calibration is that of {cite:t}`guo2017`.": "",
}
if not ABLATION:
    for n, (kind, source, meta) in enumerate(CELLS):
        for old, new in VARIANTS.items():
            source = source.replace(old, new)
        CELLS[n] = (kind, source, meta)
