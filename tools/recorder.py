"""Loaded into a chapter's kernel by tools/robust.py: shifts every seed and writes down every assertion.

An IPython extension, not a change of the chapter. It reads two variables: TFMR_ROBUST_SHIFT, which seeds to
use instead, and TFMR_ROBUST_RECORD, the file that gets one line of JSON for each assertion evaluated.

A seed is shifted wherever a cell may set one: ``torch.manual_seed`` (``set_seed`` calls it), ``random.seed``,
``numpy.random.seed`` and ``default_rng``, and the ``manual_seed`` of a ``torch.Generator``, since several
trainings draw their data from one. ``random.Random(seed)`` is left alone: it names a corpus and the order of
its batches, which are the same on every machine.
"""

import ast
import functools
import json
import operator
import os
import random
from pathlib import Path

import numpy as np
import torch

# Chapters use seeds 0, 1, 2, … side by side: a shift by 1 would run most of them again.
STRIDE = 1000
HOLDS = {
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
    "Eq": operator.eq,
    "NotEq": operator.ne,
    "Is": operator.is_,
    "IsNot": operator.is_not,
    "In": lambda a, b: a in b,
    "NotIn": lambda a, b: a not in b,
}


def load_ipython_extension(ip) -> None:
    """Called by ``--ext=recorder`` when the kernel starts."""
    shift_seeds(int(os.environ["TFMR_ROBUST_SHIFT"]))
    recorder = Recorder(Path(os.environ["TFMR_ROBUST_RECORD"]))
    ip.user_global_ns[Recorder.NAME] = recorder
    ip.events.register("pre_run_cell", recorder.next_cell)
    ip.ast_transformers.append(recorder)


def shift_seeds(shift: int) -> None:
    """From now on ``seed`` means ``seed + 1000 · shift`` to every generator named above."""

    def shifted(function):
        @functools.wraps(function)
        def seed_elsewhere(*arguments, **named):
            arguments = [a + STRIDE * shift if isinstance(a, int) else a for a in arguments]
            named = {k: a + STRIDE * shift if isinstance(a, int) else a for k, a in named.items()}
            return function(*arguments, **named)

        return seed_elsewhere

    class Generator(torch.Generator):
        manual_seed = shifted(torch.Generator.manual_seed)

    # A method gets the generator first, which is no number and stays as it is.
    torch.Generator = Generator
    torch.manual_seed = torch.random.manual_seed = shifted(torch.manual_seed)
    random.seed = shifted(random.seed)
    np.random.seed, np.random.default_rng = shifted(np.random.seed), shifted(np.random.default_rng)


class Recorder(ast.NodeTransformer):
    """Turns ``assert test`` and ``assert_close(…)`` into a recorded call that never stops the cell.

    Args:
        path: the file that gets a line for each assertion evaluated.
    """

    NAME = "_assertion_recorder"

    def __init__(self, path: Path):
        self.path, self.cell = path, 0
        self.seen = []  # the comparisons of the assertion under way: (margin, what it says in numbers)
        path.touch()

    # While a cell is compiled

    def next_cell(self, _info) -> None:
        self.cell += 1

    def visit_Assert(self, node):
        """One check for each part of an ``and``: each has a margin of its own kind."""
        is_and = isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.And)
        parts = node.test.values if is_and else [node.test]
        return [self._recorded(node, part, self._open(part)) for part in parts]

    def visit_Expr(self, node):
        call = node.value
        if isinstance(call, ast.Call):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            if name.startswith("assert_"):  # these raise, or return None
                return self._recorded(node, call, ast.Compare(call, [ast.Is()], [ast.Constant(None)]))
        return node

    def _recorded(self, node, shown, test):
        """``recorder.check(cell, "text", lambda: test)`` in place of the statement."""
        later = ast.Lambda(ast.arguments([], [], None, [], [], None, []), test)
        new = ast.Expr(self._call("check", ast.Constant(self.cell), ast.Constant(ast.unparse(shown)), later))
        return ast.fix_missing_locations(ast.copy_location(new, node))

    def _open(self, test):
        """The same test, with every comparison that must hold for it to hold made visible.

        These are the parts of an ``and``, what an ``all`` runs through, and a comparison by itself. All are
        evaluated, also those behind one that does not hold.
        """
        if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
            return self._all(ast.List([self._open(part) for part in test.values], ast.Load()))
        if isinstance(test, ast.Call) and getattr(test.func, "id", "") == "all" and len(test.args) == 1:
            (inner,) = test.args
            if isinstance(inner, (ast.GeneratorExp, ast.ListComp)):
                return self._all(ast.ListComp(self._open(inner.elt), inner.generators))
        method = isinstance(test, ast.Call) and isinstance(test.func, ast.Attribute)
        if method and test.func.attr == "all" and isinstance(test.func.value, ast.Compare):  # of a tensor
            inner = self._open(test.func.value)
            return ast.Call(ast.Attribute(inner, "all", ast.Load()), test.args, test.keywords)
        if isinstance(test, ast.IfExp):
            return ast.IfExp(test.test, self._open(test.body), self._open(test.orelse))
        if isinstance(test, ast.Compare):
            names = ast.Constant(" ".join(type(op).__name__ for op in test.ops))
            return self._call("compare", names, test.left, *test.comparators)
        return test

    def _call(self, method: str, *arguments):
        return ast.Call(
            ast.Attribute(ast.Name(self.NAME, ast.Load()), method, ast.Load()), list(arguments), []
        )

    @staticmethod
    def _all(parts):
        return ast.Call(ast.Name("all", ast.Load()), [parts], [])

    # While a cell runs

    def compare(self, names: str, *values):
        """The comparison ``a < b < c``; keeps for each pair how far it was from failing."""
        held = True
        for name, left, right in zip(names.split(), values[:-1], values[1:], strict=True):
            if name in ("Lt", "LtE"):
                self.seen += margin(left, right, "{:.4g} < {:.4g}")
            elif name in ("Gt", "GtE"):
                self.seen += margin(right, left, "{1:.4g} > {0:.4g}")
            held = held and HOLDS[name](left, right)
        return held

    def check(self, cell: int, text: str, test) -> None:
        """Evaluate the test and write down whether it held, and its smallest margin."""
        self.seen, error = [], None
        try:
            held = bool(test())
        except Exception as raised:  # assert_close raises, and so may anything in a chapter
            held, error = False, f"{type(raised).__name__}: {raised}"[:200]
        least, values = min(self.seen, default=(None, error))
        line = {"cell": cell, "text": text, "held": held, "margin": least, "values": values}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def margin(smaller, larger, says: str) -> list[tuple[float, str]]:
    """The least of ``larger - smaller``, of arrays and tensors over all their places; [] if not numbers."""
    try:
        low, high = (
            np.asarray(getattr(x, "detach", lambda x=x: x)(), dtype=float) for x in (smaller, larger)
        )
    except (TypeError, ValueError):
        return []
    low, high = (side.ravel() for side in np.broadcast_arrays(low, high))
    if not low.size or np.isnan(high - low).any():
        return []
    least = (high - low).argmin()
    return [(float(high[least] - low[least]), says.format(low[least], high[least]))]
