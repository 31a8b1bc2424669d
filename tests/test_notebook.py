"""Setting up a notebook, and checks whose one line says what is wrong."""

import random

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from tfmr.book import notebook
from tfmr.book.checks import check
from tfmr.errors import InputError


def mean(values):
    return values.mean(dim=-1)


CASES = [(torch.tensor([1.0, 2.0, 6.0]),), (torch.arange(40.0).view(2, 20),)]
MISTAKES = [("the sum is not divided by the length.", lambda values: values.sum(dim=-1))]


def said(capsys, candidate, solution=mean, cases=CASES, mistakes=MISTAKES, **more):
    """The one line that a check prints."""
    assert check(candidate, solution, cases, mistakes, **more) is None
    out = capsys.readouterr().out
    assert out.count("\n") == 1 and out.endswith("\n")
    return out.strip()


def test_setup_seeds_and_styles_and_returns_a_device(monkeypatch):
    monkeypatch.setenv("TFMR_DEVICE", "cpu")
    draws = []
    with plt.rc_context():
        for _ in range(2):
            assert notebook.setup(3) == torch.device("cpu")
            draws.append((torch.rand(1).item(), np.random.rand(), random.random()))
        assert plt.rcParams["figure.facecolor"] == "white"
    assert draws[0] == draws[1]


def test_setup_refuses_a_device_that_is_not_there(monkeypatch):
    monkeypatch.setenv("TFMR_DEVICE", "abacus")
    with plt.rc_context(), pytest.raises(InputError, match="device"):
        notebook.setup()


def test_right(capsys):
    assert said(capsys, lambda values: values.sum(-1) / values.size(-1)) == "Right in all 2 cases."


def test_a_known_mistake_is_named(capsys):
    assert said(capsys, lambda values: values.sum(-1)) == "Not yet: the sum is not divided by the length."


def test_a_mistake_must_fit_in_every_case(capsys):
    line = said(capsys, lambda values: values.sum(-1) if values.ndim == 1 else values)
    assert "divided" not in line


def test_an_unknown_mistake_shows_the_first_case_that_differs(capsys):
    line = said(capsys, lambda values: mean(values) + (values.ndim == 1))
    assert line == "Not yet: for (tensor [1, 2, 6]) expected 3, got 4."


def test_in_a_large_result_the_first_number_that_differs_is_shown(capsys):
    def off(values):
        wrong = values.clone()
        wrong[1, 3] = 5
        return wrong

    line = said(capsys, off, lambda values: values, [(torch.zeros(4, 5),)])
    assert line == "Not yet: for (a 4×5 tensor) expected 0 at [1, 3], got 5."


def test_of_several_results_the_one_that_differs_is_shown(capsys):
    line = said(capsys, lambda x: (x, x), lambda x: (x, x + 1), [(1,)])
    assert line == "Not yet: for (1) result 2 of 2: expected 2, got 1."


@pytest.mark.parametrize(
    "other", [lambda v: mean(v)[..., None], lambda v: mean(v).tolist(), lambda v: mean(v).long()]
)
def test_shape_and_kind_count(capsys, other):
    assert said(capsys, other, mistakes=[]).startswith("Not yet")


def unwritten(values):
    raise NotImplementedError


@pytest.mark.parametrize("candidate", [unwritten, lambda values: None, lambda values: ...])
def test_not_written_yet(capsys, candidate):
    assert said(capsys, candidate).startswith("Not written yet")


def test_an_exception_is_told_without_address_or_line_breaks(capsys):
    def broken(values):
        raise TypeError(f"cannot\nadd {object()}")

    line = said(capsys, broken)
    assert "TypeError: cannot add <object object>" in line and "0x" not in line


def test_a_function_that_changes_its_arguments_spoils_nothing(capsys):
    def greedy(values):
        result = mean(values)
        values.zero_()
        return result

    assert said(capsys, greedy).startswith("Right")
    assert CASES[0][0].tolist() == [1.0, 2.0, 6.0]


def test_both_draw_the_same_random_numbers_and_leave_the_generator_alone(capsys):
    before = torch.get_rng_state()
    assert said(capsys, lambda n: torch.rand(n), lambda n: torch.rand(n), [(3,)]) == "Right."
    assert torch.equal(before, torch.get_rng_state())


def test_numbers_are_equal_up_to_the_tolerance(capsys):
    near = [lambda x: x + 1e-7, lambda x: x + 1e-3]
    assert said(capsys, near[0], lambda x: x, [(1.0,)]).startswith("Right")
    assert said(capsys, near[1], lambda x: x, [(1.0,)]).startswith("Not yet")
    assert said(capsys, near[1], lambda x: x, [(1.0,)], tolerance=0.01).startswith("Right")


@pytest.mark.parametrize(
    "value", [{"a": [1, 2.0]}, (1, "x"), np.ones(3), torch.tensor([np.nan]), True, {1, 2}]
)
def test_values_of_many_kinds_equal_themselves(capsys, value):
    assert said(capsys, lambda: value, lambda: value, [()]).startswith("Right")


@pytest.mark.parametrize("cases", [[], [3], [[1]]])
def test_cases_must_be_tuples_of_arguments(cases):
    with pytest.raises((InputError, TypeError), match="cases"):  # TypeError: while shapes are checked
        check(mean, mean, cases)


def test_the_line_is_the_same_whatever_was_drawn_before(capsys):
    lines = set()
    for seed in (1, 2):
        torch.manual_seed(seed)
        lines.add(said(capsys, lambda n: torch.rand(n), lambda n: torch.zeros(n), [(3,)]))
    assert len(lines) == 1


def half_written(values):
    return mean(values) if values.ndim == 1 else None


def test_half_written_is_not_written(capsys):
    assert said(capsys, half_written).startswith("Not written yet")


@pytest.mark.parametrize("other", [{"a": 1, "b": 2}, {}])
def test_keys_too_many_or_too_few_are_not_right(capsys, other):
    assert said(capsys, lambda: other, lambda: {"a": 1}, [()], []).startswith(
        "Not yet: for () expected {'a': 1}"
    )


@pytest.mark.parametrize(
    "right", [lambda x: x.item(), lambda x: np.float32(x), lambda x: torch.nn.Parameter(x)]
)
def test_a_right_number_of_another_type_is_right(capsys, right):
    assert said(capsys, right, lambda x: x, [(torch.tensor(2.81),)]) == "Right."
