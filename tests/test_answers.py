"""A right answer is right in whatever type it comes; a line never contradicts itself."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tfmr.book.answers import as_asked, difference, equal, wrong_form

RIGHT = [
    (torch.tensor(2.81), 2.81),  # .item() or not
    (torch.tensor(2.81), np.float32(2.81)),
    (torch.tensor(2.81), np.array(2.81)),
    (2.81, torch.tensor(2.81)),
    (np.float64(2.81), 2.81),
    (2.0, 2),
    (2.0, torch.tensor(2)),
    (2, torch.tensor(2)),
    (2, 2.0),
    (True, torch.tensor(True)),
    (torch.tensor([1.0, 2.0]), torch.nn.Parameter(torch.tensor([1.0, 2.0]))),
    (torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0], dtype=torch.float64)),
    (torch.tensor([1, 2]), torch.tensor([1, 2], dtype=torch.int32)),
    ((torch.tensor(1.0), [2, 3]), (1.0, [2, torch.tensor(3)])),
    ({"a": torch.tensor(1.0)}, {"a": 1}),
    (math.nan, torch.tensor(math.nan)),
    (1 + 2j, torch.tensor(1 + 2j)),
]


@pytest.mark.parametrize(("expected", "got"), RIGHT, ids=str)
def test_a_right_number_is_right_whatever_holds_it(expected, got):
    assert equal(expected, got, 1e-5)


WRONG = [
    (torch.tensor([1.0, 2.0]), [1.0, 2.0], "the numbers are right, but expected a float tensor, got a list"),
    (
        torch.tensor([1.0, 2.0]),
        np.array([1.0, 2.0]),
        "the numbers are right, but expected a float tensor, got a float NumPy array",
    ),
    (
        torch.tensor([1.0, 2.0]),
        torch.tensor([1, 2]),
        "the numbers are right, but expected a float tensor, got an integer tensor",
    ),
    (
        torch.tensor([True, False]),
        torch.tensor([1.0, 0.0]),
        "the numbers are right, but expected a bool tensor, got a float tensor",
    ),
    (
        torch.zeros(4, 5),
        np.zeros((4, 5)),
        "the numbers are right, but expected a float tensor, got a float NumPy array",
    ),
    ([1.0, 2.0], (1.0, 2.0), "the numbers are right, but expected a list, got a tuple"),
    ((1, [2.0, 3.0]), (1, torch.tensor([2.0, 3.0])),
     "result 2 of 2: the numbers are right, but expected a list, got a float tensor"),
    (2.81, 2.8101, "expected 2.81, got 2.8101"),
    (torch.tensor(2.81), 2.8101, "expected 2.81, got 2.8101"),
    (torch.tensor([1.0, 2.81]), torch.tensor([1.0, 2.8101]), "expected tensor [1, 2.81], got tensor [1, 2.8101]"),
    (1000000, 1000001, "expected 1000000, got 1000001"),
    (torch.tensor([1000000]), torch.tensor([1000001]), "expected tensor [1000000], got tensor [1000001]"),
    (3, 3.0000001, "expected 3, got 3.0000001"),
    (torch.zeros(20), torch.cat([torch.zeros(19), torch.tensor([1.0])]), "expected 0 at [19], got 1"),
    ([0] * 20, [0] * 19 + [0.5], "expected 0 at [19], got 0.5"),
    ({"a": 1, "b": 2.0}, {"a": 1, "b": 3.0}, "expected 2 at ['b'], got 3"),
    ({"a": 1}, {"a": 1, "b": 2}, "expected {'a': 1}, got {'a': 1, 'b': 2}"),
    ({"a": 1, "b": 2}, {"a": 1}, "expected {'a': 1, 'b': 2}, got {'a': 1}"),
    ("a" * 100 + "b", "a" * 100 + "c", "expected '…aaaaaaaaaab', got '…aaaaaaaaaac'"),
    ("a" * 100, "a" * 101, "expected '…aaaaaaaaaa', got '…aaaaaaaaaaa'"),
    (torch.tensor([1.0]), "1", "expected tensor [1], got '1'"),
    (torch.tensor(1.0), torch.tensor([1.0]), "expected 1, got tensor [1]"),
    (torch.zeros(4, 5), torch.zeros(5, 4), "expected a 4×5 tensor, got a 5×4 tensor"),
    (1.0, torch.zeros(1, device="meta").sum(), "expected 1, got a tensor without values"),
    (ValueError("a"), TypeError("a"), "expected ValueError: a, got TypeError: a"),
]  # fmt: skip


@pytest.mark.parametrize(("expected", "got", "said"), WRONG, ids=lambda value: str(value)[:40])
def test_what_differs_is_said(expected, got, said):
    assert not equal(expected, got, 1e-5)
    line = difference(expected, got, 1e-5)
    assert line == said
    assert "\n" not in line


def test_what_looks_the_same_is_said_to_be_another_thing():
    class Thing:
        def __repr__(self):
            return "thing"

    said = difference(Thing(), Thing(), 1e-5)
    assert said == "expected thing, got a Thing that looks the same and is not equal"


SAME = [
    (torch.ones(2), np.ones(2)),
    (torch.ones(2, 3), np.ones((3, 2)).T),
    (torch.tensor([True]), np.array([True])),
    (torch.ones(2), torch.ones(2, requires_grad=True)),
    ((torch.ones(2), 1), [np.ones(2), 1]),
    ({(1, 2)}, [(1, 2)]),
    ({(1, 2)}, frozenset({(np.int64(1), torch.tensor(2))})),
    ({(1, 2)}, [[1, 2]]),
    ({(1, 2), (3, 4)}, torch.tensor([[3, 4], [1, 2]])),
    ({(1, 2)}, np.array([[1, 2]])),
]


@pytest.mark.parametrize(("expected", "got"), SAME, ids=str)
def test_what_makes_no_difference_is_put_into_the_form_that_was_asked_for(expected, got):
    assert equal(expected, as_asked(expected, got), 1e-5)
    assert wrong_form(expected, as_asked(expected, got)) is None


OTHER = [
    (torch.ones(2), [1.0, 1.0], "the numbers are right, but expected a float tensor, got a list."),
    (torch.ones(2), [1.0, 2.0], "expected a float tensor, got a list."),
    (
        torch.ones(2),
        torch.ones(2).int(),
        "the numbers are right, but expected a float tensor, got an integer tensor.",
    ),
    (torch.ones(2), None, "expected a float tensor of shape 2 (rows), got a NoneType."),
    (torch.ones(2), "a", "expected a float tensor of shape 2 (rows), got a str."),
    (
        torch.ones(2),
        torch.ones(2, 1),
        "expected a float tensor of shape 2 (rows), got a float tensor of shape 2×1.",
    ),
    (1.0, torch.ones(2), "expected one number, got a float tensor of shape 2."),
    ((1, 2), 3, "expected 2 results, got an int."),
    ((1, 2), (3,), "expected 2 results, got 1."),
    ({1}, "a", "expected a set, got a str."),
    ({(1, 2)}, torch.tensor([[1.0, 2.0]]), "expected a set, got a float tensor."),
    ({(1, 2)}, torch.tensor([1, 2]), "expected a set, got an integer tensor."),
    (torch.ones(2), torch.tensor([1.0, math.inf]), "a number is infinite at [1]: expected finite ones only."),
]


@pytest.mark.parametrize(("expected", "got", "words"), OTHER, ids=lambda value: str(value)[:40])
def test_another_form_is_told(expected, got, words):
    assert wrong_form(expected, as_asked(expected, got), "rows" if "(rows)" in words else "") == words


def test_numbers_that_are_none_are_told():
    assert wrong_form(torch.ones(2), torch.tensor([1, math.nan])).startswith(
        "1 of 2 numbers are NaN, as after 0/0"
    )
    assert wrong_form(torch.tensor([1, math.nan]), torch.tensor([1, math.nan])) is None


def test_of_several_results_the_first_of_another_form_is_told():
    words = wrong_form(
        (torch.ones(2), torch.ones(3)), (torch.ones(2), torch.ones(4)), "output: d; weights: S"
    )
    assert (
        words
        == "of result 2: expected a float tensor of shape 3 (weights: S), got a float tensor of shape 4."
    )


NUMBERS = st.one_of(
    st.integers(-3, 3), st.floats(-3, 3), st.sampled_from([2.81, 2.8100001, 2.8101, 1e6, 1e6 + 1])
)
HOLDERS = st.sampled_from(
    [lambda x: x, torch.tensor, np.array, lambda x: [x], lambda x: (x, x), lambda x: {"a": x}, str]
    + [
        lambda x: torch.tensor([x]),
        lambda x: torch.full((4, 5), x),
        lambda x: np.full((4, 5), x),
        lambda x: [x] * 20,
    ]
    + [lambda x: torch.nn.Parameter(torch.tensor([float(x)])), lambda x: f"{'a' * 90}{x}", ValueError]
)


@given(NUMBERS, HOLDERS, NUMBERS, HOLDERS)
def test_no_line_contradicts_itself(first, hold, second, hold_other):
    expected, got = hold(first), hold_other(second)
    if not equal(expected, got, 1e-5):
        line = difference(expected, got, 1e-5)
        before, after = line.removeprefix("the numbers are right, but ").split(", got ", 1)
        assert before.split("expected ", 1)[1] != after, line
