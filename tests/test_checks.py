"""What a check prints, returns and raises: one line that says what is wrong, from the general to the exact."""

import numpy as np
import pytest
import torch
from IPython.core.formatters import DisplayFormatter

from tfmr.book.checks import Exercise, Verdict
from tfmr.book.properties import alone, close, doubles_with
from tfmr.errors import InputError


def mean(values, *, divide=lambda values: values.size(-1), factor=1, more=0):
    return factor * values.sum(dim=-1) / divide(values) + more


CASES = [(torch.tensor([1.0, 2.0, 6.0]),), (torch.arange(40.0).view(2, 20),)]
SUM = ("the sum is not divided by the length.", {"divide": lambda values: 1})
DOUBLES = ("numbers twice as large have a mean twice as large.", doubles_with(0))


def said(capsys, candidate, solution=mean, cases=CASES, mistakes=(SUM,), **more):
    """The one line that a check prints."""
    verdict = Exercise(solution, cases, mistakes=mistakes, **more)(candidate)
    out = capsys.readouterr().out
    assert out.count("\n") == 1 and out.endswith("\n") and verdict.message == out.strip()
    assert verdict.right == bool(verdict) == out.startswith("Right") == (not verdict.reasons)
    return out.strip()


def reasons(candidate, solution=mean, cases=CASES, **more):
    return Exercise(solution, cases, **more).judge(candidate).reasons


# What it returns and raises


def test_a_check_returns_whether_the_answer_is_right(capsys):
    check = Exercise(mean, CASES)
    assert check(mean) and not check(lambda values: values)
    assert capsys.readouterr().out.startswith("Right in all 2 cases.\nNot yet: ")


def test_a_strict_check_raises_what_it_would_print(capsys):
    check = Exercise(mean, CASES, mistakes=[SUM])
    assert check(mean, strict=True)
    for wrong in (lambda values: values.sum(-1), lambda values: None):
        with pytest.raises(AssertionError) as caught:
            check(wrong, strict=True)
        assert str(caught.value) == check.judge(wrong).message
    assert capsys.readouterr().out == "Right in all 2 cases.\n"


def test_a_notebook_shows_no_verdict_a_second_time():
    assert DisplayFormatter().format(Verdict(True, "Right.")) == ({}, {})


@pytest.mark.parametrize("cases", [[], [3], [[1]]])
def test_cases_must_be_tuples_of_arguments(cases):
    with pytest.raises(InputError, match="cases"):
        Exercise(mean, cases)


# What is right


def test_right(capsys):
    assert said(capsys, lambda values: values.sum(-1) / values.size(-1)) == "Right in all 2 cases."
    assert said(capsys, mean, cases=CASES[:1]) == "Right."


@pytest.mark.parametrize(
    "right", [lambda x: x.item(), lambda x: np.float32(x), lambda x: torch.nn.Parameter(x)]
)
def test_a_right_number_of_another_type_is_right(capsys, right):
    assert said(capsys, right, lambda x: x, [(torch.tensor(2.81),)], []) == "Right."


@pytest.mark.parametrize(
    "right", [lambda x: x.numpy(), lambda x: x.double(), lambda x: x.numpy()[::-1][::-1]]
)
def test_right_numbers_in_another_array_are_right(capsys, right):
    assert said(capsys, right, lambda x: x, [(torch.rand(2, 3),)], []) == "Right."


def test_numbers_are_equal_up_to_the_tolerance(capsys):
    near = [lambda x: x + 1e-7, lambda x: x + 1e-3]
    assert said(capsys, near[0], lambda x: x, [(1.0,)], []).startswith("Right")
    assert said(capsys, near[1], lambda x: x, [(1.0,)], []).startswith("Not yet")
    assert said(capsys, near[1], lambda x: x, [(1.0,)], [], tolerance=0.01).startswith("Right")


@pytest.mark.parametrize(
    "value", [{"a": [1, 2.0]}, (1, "x"), np.ones(3), torch.tensor([np.nan]), True, {1, 2}]
)
def test_values_of_many_kinds_equal_themselves(capsys, value):
    assert said(capsys, lambda: value, lambda: value, [()], []).startswith("Right")


def greedy(values):
    result = mean(values)
    values.zero_()
    return result


def test_a_function_that_changes_its_arguments_spoils_nothing_and_is_told(capsys):
    line = said(capsys, greedy)
    assert line.startswith("Right in all 2 cases. (It changes `values` in place")
    assert CASES[0][0].tolist() == [1.0, 2.0, 6.0]


def test_both_draw_the_same_random_numbers_and_leave_the_generator_alone(capsys):
    before = torch.get_rng_state()
    assert said(capsys, lambda n: torch.rand(n), lambda n: torch.rand(n), [(3,)], []) == "Right."
    assert torch.equal(before, torch.get_rng_state())


def test_equal_numbers_in_all_cases_are_wrong_if_a_property_is_broken(capsys):
    sizes = lambda values: mean(values) if values.max() < 50 else mean(values) + 1  # noqa: E731
    assert said(capsys, sizes).startswith("Right")
    assert said(capsys, sizes, properties=[DOUBLES]) == f"Not yet: {DOUBLES[0]}"


# What is not written


def unwritten(values):
    raise NotImplementedError


@pytest.mark.parametrize("candidate", [unwritten, lambda values: None, lambda values: ...])
def test_not_written_yet(capsys, candidate):
    assert said(capsys, candidate) == "Not written yet: the function returns nothing."
    assert reasons(candidate) == ("unwritten",)


def test_half_written_is_not_written(capsys):
    line = said(capsys, lambda values: mean(values) if values.ndim == 1 else None)
    assert line == (
        "Not written yet: for (a 2×20 tensor) the function returns nothing (right so far: 1 of 2 cases)."
    )


def test_what_pytorch_does_not_implement_is_not_unwritten(capsys):
    def raising(values):
        raise NotImplementedError("\"exp\" not implemented for 'Bool'")

    assert said(capsys, raising).startswith("Not yet: for (tensor [1, 2, 6]) it raises NotImplementedError")


# From the general to the exact


def test_a_listed_mistake_is_named(capsys):
    assert said(capsys, lambda values: values.sum(-1)) == "Not yet: the sum is not divided by the length."


def test_a_mistake_must_fit_in_every_case(capsys):
    assert "divided" not in said(capsys, lambda values: values.sum(-1) if values.ndim == 1 else values)


def test_a_symptom_stands_before_its_cause(capsys):
    line = said(capsys, lambda values: values.sum(-1)[None])
    assert line.startswith("Not yet: expected one number, got a float tensor of shape 1.")
    too_large = lambda values: mean(values) + 1  # noqa: E731
    assert reasons(too_large, properties=[DOUBLES]) == ("property", "likeness")
    assert said(capsys, too_large, properties=[DOUBLES]) == (
        f"Not yet: {DOUBLES[0]} In numbers: all numbers are 1 too large."
    )


def test_the_first_property_that_is_broken_is_told():
    properties = [("rows are apart.", alone(0, 0)), DOUBLES, ("never.", lambda call, values: False)]
    check = Exercise(lambda values: values, [(torch.rand(3, 2),)], properties=properties)
    assert check.broken_property(lambda values: values - values.mean(dim=0)) == "rows are apart."
    assert check.broken_property(lambda values: values + 1) == DOUBLES[0]
    assert check.broken_property(lambda values: values) == "never."


def test_complex_numbers_are_close_in_both_parts():
    assert close(torch.tensor(1 + 2j), torch.tensor(1 + 2j)) and close(torch.tensor(1 + 0j), 1.0)
    assert not close(torch.tensor(1 + 2j), torch.tensor(1 + 1j))


def test_a_property_that_cannot_be_asked_is_kept():
    check = Exercise(mean, CASES, properties=[DOUBLES])
    assert check.broken_property(unwritten) is None


PAIR = [("it is too large.", {"more": 1}), SUM, ("it is doubled.", {"factor": 2})]


def test_two_mistakes_at_once_are_both_named(capsys):
    line = said(capsys, lambda values: 2 * values.sum(-1), mistakes=PAIR)
    assert (
        line
        == "Not yet: two things at once. First, the sum is not divided by the length. Second, it is doubled."
    )


def test_two_mistakes_that_undo_each_other_are_none(capsys):
    line = said(capsys, lambda values: mean(values).tolist(), mistakes=PAIR)
    assert line.startswith("Not yet: the numbers are right, but expected a float tensor, got a list.")
    assert "two things" not in line


def test_a_mistake_and_a_likeness_are_both_named(capsys):
    line = said(capsys, lambda values: -values.sum(-1))
    assert line.startswith(
        "Not yet: two things at once. First, the sum is not divided by the length. Second, with that mended: the sign"
    )


def test_two_choices_of_one_argument_are_no_pair(capsys):
    ways = [("a.", {"factor": 2, "more": 1}), ("b.", {"factor": 3})]
    assert "First, a. Second, b." not in said(capsys, lambda values: 3 * mean(values) + 1, mistakes=ways)


def test_an_exception_is_explained_and_where_it_is_right_is_told(capsys):
    line = said(capsys, lambda values: mean(values) if values.ndim == 1 else values.t() @ values.t())
    assert line.startswith("Not yet: for (a 2×20 tensor) it raises RuntimeError: mat1 and mat2")
    assert "the shapes do not fit" in line and line.endswith("But it is right for (tensor [1, 2, 6]).")


def test_mistakes_that_raise_differ_by_what_they_say():
    def solution(values, *, name=""):
        if name:
            raise ValueError(name)
        return values

    mistakes = [("the first.", {"name": "one"}), ("the second.", {"name": "two"})]

    def candidate(values):
        raise ValueError("two")

    assert (
        Exercise(solution, CASES, mistakes=mistakes)
        .judge(candidate)
        .message.endswith("Probably: the second.")
    )


def test_right_cases_are_called_by_their_names(capsys):
    half = lambda values: mean(values) if values.ndim == 1 else values.t() @ values.t()  # noqa: E731
    line = said(capsys, half, case_names=["a single row", "two rows"])
    assert line.endswith("But it is right for a single row.")
    with pytest.raises(InputError, match="case_names: expected one for each of 2 cases, got 1"):
        Exercise(mean, CASES, case_names=["a single row"])


def test_an_exception_is_told_without_address_or_line_breaks(capsys):
    def broken(values):
        raise TypeError(f"cannot\nadd {object()}")

    line = said(capsys, broken)
    assert "TypeError: cannot add <object object>" in line and "0x" not in line


def test_chance_is_told(capsys):
    line = said(capsys, lambda values: values + torch.rand(1), lambda values: values, mistakes=[])
    assert line.startswith("Not yet: the same arguments have to give the same numbers each time")


def test_an_unknown_mistake_shows_the_first_number_that_differs(capsys):
    wrong = lambda x: x**3 + x  # noqa: E731
    assert reasons(wrong, lambda x: x, [(2.0,)]) == ("likeness",)
    assert (
        said(capsys, wrong, lambda x: x, [(2.0,), (3.0,), (4.0,)], [])
        == "Not yet: for (2) expected 2, got 10."
    )


def test_in_a_large_result_the_first_number_that_differs_is_shown(capsys):
    def off(values):
        wrong = values.clone()
        wrong[1, 3] = 5
        return wrong

    line = said(capsys, off, lambda values: values, [(torch.ones(4, 5),)], [])
    assert "the first at [1, 3]: expected 1, got 5" in line


def test_of_several_results_the_one_that_differs_is_shown(capsys):
    line = said(capsys, lambda x: (x, x**2 + x), lambda x: (x, x), [(1.0,), (5.0,)], [])
    assert line == "Not yet: for (1) result 2 of 2: expected 1, got 2."


@pytest.mark.parametrize(
    "other", [lambda v: mean(v)[..., None], lambda v: mean(v).tolist(), lambda v: mean(v).long()]
)
def test_shape_and_kind_count(capsys, other):
    assert said(capsys, other, mistakes=[]).startswith("Not yet")


def test_axes_are_named_where_the_shape_is_wrong(capsys):
    line = said(capsys, lambda x: x.T, lambda x: x, [(torch.rand(2, 3),)], [], axes="query, key")
    assert line.startswith(
        "Not yet: expected a float tensor of shape 2×3 (query, key), got a float tensor of"
    )


def test_the_line_is_the_same_whatever_was_drawn_before(capsys):
    lines = set()
    for seed in (1, 2):
        torch.manual_seed(seed)
        lines.add(said(capsys, lambda n: torch.rand(n), lambda n: torch.ones(n), [(3,)], []))
    assert len(lines) == 1


@pytest.mark.parametrize("other", [{"a": 1, "b": 2}, {}])
def test_keys_too_many_or_too_few_are_not_right(capsys, other):
    line = said(capsys, lambda: other, lambda: {"a": 1}, [()], [])
    assert line.startswith("Not yet: for () expected {'a': 1}")
