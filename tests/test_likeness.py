"""How wrong numbers follow from right ones, where they are wrong, and what an exception means."""

import math

import pytest
import torch

from tfmr.book import likeness
from tfmr.book.places import axis_name, where
from tfmr.book.raised import in_words

SIZES = ((3, 4), (5, 2), (2, 7))
RIGHT = [torch.rand(size, generator=torch.Generator().manual_seed(sum(size))) + 0.3 for size in SIZES]
NAMED = [{"x": torch.full(size, 7.0), "n": size[0] + 1} for size in SIZES]

STEPS = [
    (lambda x: -x, "the sign is the wrong way round"),
    (lambda x: 1 - x, "1 minus"),
    (torch.log, "logarithms"),
    (torch.exp, "an exponential too many"),
    (torch.reciprocal, "1 over"),
    (lambda x: x**2, "squared"),
    (lambda x: 0 * x, "all numbers are 0"),
    (torch.round, "rounded"),
    (lambda x: x.softmax(-2), "a softmax along the last axis but one was taken once too often"),
    (lambda x: x.log(), "logarithms"),
    (lambda x: x.flip(0), "reverse order along the last axis but one"),
    (lambda x: x.roll(1, -1), "one position too far along the last axis"),
    (lambda x: x / x.sum(-1, keepdim=True), "divided by their sum along the last axis"),
    (lambda x: x / x.norm(dim=-1, keepdim=True), "made 1 long"),
    (lambda x: 3 * x, "all numbers are 3 times too large"),
    (lambda x: -x / 4, "all numbers are 4 times too small and have the wrong sign"),
    (lambda x: x / math.log(2), "as with a logarithm to base 2"),
    (lambda x: x * x.size(-1), "multiplied by n, with n = the size of the last axis of `x`"),
    (lambda x: x / math.sqrt(x.size(0)), "divided by n, with n = √the size of the first axis of `x`"),
    (lambda x: x * (x.size(0) + 1), "n = `n`"),
    (lambda x: x + 1, "all numbers are 1 too large"),
    (lambda x: x.T, "result.permute(1, 0) would be right"),
    (lambda x: x.flatten(), "the right numbers in the right order; only the shape"),
    (lambda x: x[None], "only the shape"),
    (lambda x: x.sum(-1), "after a sum along the last axis, which is one too many"),
    (lambda x: x[:1], "only the first along the last axis but one"),
    (lambda x: x[0], "only the first along the last axis but one"),
    (lambda x: x[:, :-1], "all but the last along the last axis"),
    (lambda x: x[..., : x.size(1) // 2], "only the beginning of the last axis"),
    (lambda x: x[..., -(x.size(1) // 2) :], "only the end of the last axis"),
    (lambda x: -x.log(), "negative logarithms"),
    (lambda x: torch.full_like(x, 7.0), "the result is `x`, unchanged"),
]


@pytest.mark.parametrize(("step", "words"), STEPS)
def test_a_step_is_named(step, words):
    assert words in likeness.of(RIGHT, [step(x) for x in RIGHT], NAMED)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (lambda x: x.softmax(-1), "a softmax along the last axis is missing"),
        (lambda x: x / x.sum(0), "have to be divided by their sum along the last axis but one"),
        (lambda x: x.mean(), "the mean of these numbers would be right"),
        (lambda x: x.sum(-1), "a sum along the last axis is missing"),
        (lambda x: x[:1].expand(4, -1), "not repeated along every axis"),
    ],
)
def test_a_missing_step_is_named(step, words):
    got = [x[:1] for x in RIGHT] if "repeated" in words else RIGHT
    assert words in likeness.of([step(x) for x in RIGHT], got, NAMED)


def test_a_logarithm_is_known_by_its_exponential():
    masked = [torch.cat([x, torch.zeros(len(x), 1)], dim=1) for x in RIGHT]
    logs = [x.log().clamp(min=-1e9) for x in masked]  # as of scores that were filled with -1e9
    assert likeness.of(masked, logs, NAMED) == "these are the logarithms of the right numbers."
    assert likeness.of([0 * x for x in RIGHT], [x - 30 for x in RIGHT], NAMED) is None


def test_of_true_and_false_other_words_hold():
    """Large negative numbers are added to scores; and a factor says nothing."""
    masks = [x > 0.8 for x in RIGHT]
    added = [torch.zeros(mask.shape).masked_fill(~mask, -1e4) for mask in masks]
    assert "numbers to add to scores" in likeness.of(masks, added, NAMED)
    one_empty = [masks[0], *(0 * mask for mask in masks[1:])]
    assert likeness.case_by_case(masks, one_empty) is None


def test_an_axis_has_the_name_that_the_exercise_gives_it():
    turned = [x.flip(0) for x in RIGHT]
    words = likeness.of(RIGHT, turned, NAMED, axes="word, coordinate")
    assert words == "the right numbers stand in reverse order along the last axis but one (word)."
    both = likeness.of(
        [(x, x) for x in RIGHT],
        [(x, y) for x, y in zip(RIGHT, turned, strict=True)],
        NAMED,
        axes="a, b; c, d",
    )
    assert both.endswith("along the last axis but one (c).")
    right = torch.arange(24.0).view(4, 6)
    words = where((right, right), (right, at((2, 3))), "a, b; word, coordinate")
    assert words.startswith("of result 2, along the last axis but one (word) only what stands at 2 is wrong")
    assert axis_name(-3) == "the last axis but two" and axis_name(-4, "a") == "the last axis but 3"


def test_several_results_that_lack_digits_are_told_at_once():
    both = [(x, x + 1) for x in RIGHT]
    assert "float16" in likeness.coarse(both, [(x.half(), y.half()) for x, y in both])
    assert likeness.coarse(both, [(x.half(), (y + 1).half()) for x, y in both]) is None


def test_zeros_that_are_cut_out_are_named():
    kept = [x * (torch.arange(x.numel()).view_as(x) > 0) for x in RIGHT]  # a single 0 is no reason
    masked = [torch.cat([x[:, :1], torch.zeros(len(x), 1), x[:, 1:]], dim=1) for x in kept]
    words = likeness.of(masked, kept, NAMED)
    assert words == "along the last axis the zeros are cut out: they keep their places."


def test_zeros_that_are_cut_out_of_a_result_with_one_axis_are_named():
    kept = [x[0] for x in RIGHT]
    masked = [torch.cat([x[:1], torch.zeros(1), x[1:]]) for x in kept]
    assert "zeros are cut out" in likeness.of(masked, kept, NAMED)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (lambda x: x.round(decimals=1), "rounded to 0.1:"),
        (lambda x: x.round(decimals=3), "rounded to 0.001:"),
        (torch.Tensor.half, "the few digits of float16"),
        (torch.Tensor.bfloat16, "the few digits of bfloat16"),
    ],
)
def test_numbers_that_lack_digits_are_told(step, words):
    assert words in likeness.coarse(RIGHT, [step(x) for x in RIGHT])


@pytest.mark.parametrize(
    "step", [lambda x: x, lambda x: x[:1], lambda x: (x + 1).half(), lambda x: x + 1, str]
)
def test_numbers_that_are_otherwise_wrong_do_not_lack_digits(step):
    assert likeness.coarse(RIGHT, [step(x) for x in RIGHT]) is None


@pytest.mark.parametrize("step", [lambda x: x, lambda x: x * math.nan, lambda x: x.T @ x, lambda x: x + x**3])
def test_what_is_like_nothing_is_not_explained(step):
    assert likeness.of(RIGHT, [step(x) for x in RIGHT], NAMED) is None


def test_a_step_has_to_lead_there_in_every_case():
    assert likeness.of(RIGHT, [-RIGHT[0], *(x**2 for x in RIGHT[1:])], NAMED) is None


def test_a_factor_may_be_another_in_each_case():
    assert "off by one factor, by 2, 3, 4 in turn" in likeness.case_by_case(
        RIGHT, [n * x for n, x in enumerate(RIGHT, 2)]
    )
    assert "off by the same amount, by 2, 3, 4 in turn" in likeness.case_by_case(
        RIGHT, [n + x for n, x in enumerate(RIGHT, 2)]
    )
    assert likeness.case_by_case(RIGHT, [x**2 for x in RIGHT]) is None
    assert likeness.case_by_case([1.0, 2.0], [2.0, 8.0]) is None, "of one number, everything is a multiple"


def test_a_count_is_off_by_a_product_of_the_arguments():
    named = [{"d": 3, "n": 2}, {"d": 5, "n": 4}, {"d": 7, "n": 3}]
    right = [100, 200, 300]
    off = lambda more: likeness.of(right, [r + more(**a) for r, a in zip(right, named, strict=True)], named)  # noqa: E731
    assert off(lambda d, n: 2 * d * n) == "the number is 2 · d · n too large."
    assert off(lambda d, n: -d * d) == "the number is d² too small."
    assert off(lambda d, n: d**3 + n) is None


def test_of_several_results_all_others_have_to_be_right():
    right = [(x, x + 1) for x in RIGHT]
    assert (
        likeness.of(right, [(y, x) for x, y in right], NAMED)
        == "these are the right results in another order."
    )
    assert likeness.of(right, [(x, -y) for x, y in right], NAMED).startswith("of result 2: the sign")
    assert likeness.of(right, [(x + x**3, -y) for x, y in right], NAMED) is None


@pytest.mark.parametrize(
    "step", [torch.square, lambda x: x.flip(0), lambda x: x.softmax(-1), lambda x: 0 * x]
)
def test_a_simple_step_loses_nothing(step):
    assert likeness.of(RIGHT, [step(x) for x in RIGHT], NAMED, simple=True) is None


def at(index, value=9.0):
    wrong = torch.arange(24.0).view(4, 6)
    wrong[index] = value
    return wrong


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (at((2, 3)), "along the last axis but one only what stands at 2 is wrong, the first at [2, 3]"),
        (
            at((slice(None), slice(None, None, 2)), -1.0),
            "along the last axis only what stands at 0, 2, 4 is wrong",
        ),
        (torch.arange(24.0).flip(0).view(4, 6), "the right numbers stand in another order"),
        (torch.arange(24.0).view(4, 6) + torch.arange(1.0, 5)[:, None], "off by the same amount"),
        (torch.arange(1.0, 5)[:, None].expand(4, 6) * -1, "all numbers are the same"),
        (torch.arange(24.0).view(4, 6) ** 2 + 1, "24 of 24 numbers are wrong"),
    ],
)
def test_places_are_named(got, words):
    assert words in where(torch.arange(24.0).view(4, 6), got)


def test_nearly_right_is_told():
    right = torch.linspace(1, 2, 24).view(4, 6)
    noise = 1 + 0.004 * torch.rand(4, 6, generator=torch.Generator().manual_seed(1)) + 0.001
    assert "nearly right, off by" in where(right, right * noise)


def test_truth_values_are_counted():
    right = torch.eye(3).bool()
    assert where(right, right | True) == "6 are true and should be false, the first at [0, 1]"
    assert where(right, ~right).startswith(
        "6 are true and should be false and 3 are false and should be true"
    )


def test_sets_lack_items_or_have_too_many():
    assert where({1, 2}, {2, 3, 4}) == "of the set, 1 missing, such as 1 and 2 too many, such as 3"


@pytest.mark.parametrize(("right", "got"), [(1.0, 2.0), ("a", "b"), (torch.ones(2), torch.ones(3))])
def test_where_there_are_no_places_nothing_is_said(right, got):
    assert where(right, got) is None


def raised(function):
    with pytest.raises(Exception) as caught:  # noqa: B017 - whatever PyTorch raises, for its message
        function()
    return in_words(caught.value)


x, cube = torch.rand(2, 3), torch.rand(2, 3, 4)


@pytest.mark.parametrize(
    ("function", "meaning"),
    [
        (lambda: cube.transpose(1, 2).view(-1), "use reshape()"),
        (lambda: x @ x, "in a product"),
        (lambda: cube @ cube, "in a product"),
        (lambda: cube.t(), "for matrices only"),
        (lambda: x + torch.rand(2, 4), "axes are matched from the last one on"),
        (lambda: x.view(5), "another number of numbers"),
        (lambda: x.transpose(1, 2), "fewer axes"),
        (lambda: (lambda a: a)(), "the arguments have to stay"),
        (lambda: x.masked_fill(x, 0), "the types do not fit"),
        (lambda: torch.sqrt(2), "math has the same"),
        (lambda: torch.tanh(torch.tanh), "has to be called"),
        (lambda: torch.cat(x), "a list of tensors"),
        (lambda: torch.einsum("ij,jk", cube, x), "letters are for"),
        (lambda: x.sofmax(-1), "missing or misspelt"),
        (lambda: x[5], "an index points outside"),
        (lambda: x[torch.ones(3).bool()], "x[..., mask]"),
        (lambda: x.expand(4, 3), "axes are matched from the last one on"),
        (lambda: torch.softmax(x), "say it, as dim=-1"),
        (lambda: sum(x, axis=0), "say it, as dim=-1"),
        (lambda: torch.cat([x, torch.rand(3, 4)], 0), "agree in all other axes"),
        (lambda: [None for a, b, c in [x.shape]], "names on the left"),
        (lambda: x[0, 1, 2], "more indices than axes"),
        (lambda: list(x[0, 0]), "no axis to go along"),
        (lambda: torch.tril(x[0]), "another number of axes"),
        (lambda: x.narrow(1, 2, 4), "a size does not fit"),
        (lambda: math.sqrt(x), "a single one is needed"),
        (lambda: 1 - (x > 0), "turns true and false round"),
        (lambda: ~x, "turns true and false round"),
        (lambda: torch.nn.Parameter(x).numpy(), "detach()"),
        (lambda: torch.rand(3).expand(2, 3).add_(x), "clone()"),
        (lambda: x.shape(0), ".shape takes square brackets"),
        (lambda: x + None, "a function without return"),
        (lambda: {[1, 2]}, "numbers and tuples, not lists"),
        (lambda: range(2.0), "it takes whole numbers"),
        (lambda: [1].tolist(), "what stands there is none"),
        (lambda: math.log(0), "where torch would give inf or nan"),
        (lambda: bool(x > 0), "take one truth value"),
        (lambda: torch.nn.functional.one_hot(x), "the types do not fit"),
        (
            lambda: torch.nn.functional.cross_entropy(torch.rand(2, 3, 4), torch.ones(2, 3).long()),
            "vocabulary",
        ),
        (lambda: torch.nn.functional.cross_entropy(torch.rand(6, 4), torch.ones(5).long()), "not as many"),
    ],
)
def test_an_exception_is_put_into_words(function, meaning):
    words = raised(function)
    assert words.startswith("it raises ") and meaning in words and "\n" not in words


def test_an_unknown_exception_keeps_its_own_words():
    assert in_words(KeyError("odd")) == "it raises KeyError: 'odd'."
    assert in_words(AssertionError()) == "it raises AssertionError."
    assert len(in_words(ValueError("long " * 100))) < 300
