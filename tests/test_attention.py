"""Attention: parity with PyTorch, and the properties that masks must have."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from tfmr.attention import (
    AdditiveAttention,
    DotAttention,
    GeneralAttention,
    attend,
    check_shapes,
    masked_softmax,
    scaled_dot_product_attention,
)
from tfmr.errors import InputError

SIZES = st.integers(1, 5)


def mechanisms(d_query: int, d_key: int, seed: int = 0) -> list:
    """One of each kind; those without parameters only where the sizes agree."""
    torch.manual_seed(seed)
    found = [AdditiveAttention(d_query, d_key, 7), GeneralAttention(d_query, d_key)]
    if d_query == d_key:
        found += [DotAttention(), DotAttention(scaled=True)]
    return found


@given(SIZES, SIZES, SIZES, SIZES, st.integers(0, 10**6))
def test_scaled_dot_product_equals_pytorch(batch, queries, keys, size, seed):
    generator = torch.Generator().manual_seed(seed)
    query = torch.randn(batch, 2, queries, size, dtype=torch.float64, generator=generator)
    key = torch.randn(batch, 2, keys, size, dtype=torch.float64, generator=generator)
    value = torch.randn(batch, 2, keys, 3, dtype=torch.float64, generator=generator)
    mask = torch.rand(batch, 1, queries, keys, generator=generator) < 0.7
    mask[..., 0] = True  # PyTorch gives NaN where nothing is allowed
    output, weights = scaled_dot_product_attention(query, key, value, mask)
    torch.testing.assert_close(output, F.scaled_dot_product_attention(query, key, value, mask))
    torch.testing.assert_close(weights @ value, output)


@given(SIZES, SIZES, SIZES, SIZES, SIZES)
def test_weights_are_distributions_over_the_allowed_keys(batch, queries, keys, d_query, d_key):
    query, key, value = (
        torch.randn(batch, queries, d_query),
        torch.randn(batch, keys, d_key),
        torch.randn(batch, keys, 3),
    )
    mask = torch.rand(batch, 1, keys) < 0.6
    mask[..., 0] = True
    for mechanism in mechanisms(d_query, d_key):
        output, weights = mechanism(query, key, value, mask)
        assert output.shape == (batch, queries, 3)
        assert weights.shape == (batch, queries, keys)
        assert (weights >= 0).all()
        torch.testing.assert_close(weights.sum(-1), torch.ones(batch, queries))
        assert (weights.masked_select(~mask.expand_as(weights)) == 0).all()


def test_additive_score_is_the_papers_formula():
    attention = AdditiveAttention(3, 5, 4)
    query, key = torch.randn(1, 2, 3), torch.randn(1, 6, 5)
    scores = attention.score(query, attention.project_key(key))
    for t in range(2):
        for j in range(6):
            hidden = torch.tanh(
                attention.query_projection.weight @ query[0, t] + attention.key_projection.weight @ key[0, j]
            )
            torch.testing.assert_close(scores[0, t, j], attention.score_vector.weight[0] @ hidden)


def test_general_score_is_a_bilinear_form():
    attention = GeneralAttention(3, 5)
    query, key = torch.randn(1, 2, 3), torch.randn(1, 6, 5)
    expected = query[0] @ attention.key_projection.weight @ key[0].T
    torch.testing.assert_close(attention.score(query, attention.project_key(key))[0], expected)


def test_dot_scores_and_their_scale():
    query, key = torch.randn(2, 3, 16), torch.randn(2, 4, 16)
    plain, scaled = DotAttention(), DotAttention(scaled=True)
    dots = query @ key.transpose(1, 2)
    torch.testing.assert_close(plain.score(query, plain.project_key(key)), dots)
    torch.testing.assert_close(scaled.score(query, scaled.project_key(key)), dots / 4)
    value = torch.randn(2, 4, 5)
    torch.testing.assert_close(scaled(query, key, value), scaled_dot_product_attention(query, key, value))


def test_the_parts_of_each_score_have_no_bias_and_the_sizes_asked_for():
    shapes = [
        {name: tuple(p.shape) for name, p in mechanism.named_parameters()} for mechanism in mechanisms(3, 5)
    ]
    additive = {
        "query_projection.weight": (7, 3),
        "key_projection.weight": (7, 5),
        "score_vector.weight": (1, 7),
    }
    assert shapes == [additive, {"key_projection.weight": (3, 5)}]
    assert DotAttention().scaled is False


def test_every_mechanism_is_a_softmax_of_its_score_over_the_keys():
    query, key, value = torch.randn(2, 3, 4), torch.randn(2, 5, 4), torch.randn(2, 5, 6)
    mask = torch.rand(2, 3, 5) < 0.6
    mask[..., 2] = True
    for mechanism in mechanisms(4, 4):
        scores = mechanism.score(query, mechanism.project_key(key))
        for allowed in (None, mask):
            kept = scores if allowed is None else scores.masked_fill(~allowed, -torch.inf)
            expected = kept.exp() / kept.exp().sum(-1, keepdim=True)
            output, weights = mechanism(query, key, value, allowed)
            torch.testing.assert_close(weights, expected)
            torch.testing.assert_close(output, torch.einsum("bqk,bkd->bqd", expected, value))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16, torch.float64])
def test_trap_03_a_fully_masked_row_gives_zero_output_and_zero_gradient(dtype):
    query, key, value = (torch.randn(2, 3, 4, dtype=dtype, requires_grad=True) for _ in range(3))
    mask = torch.ones(2, 3, 3, dtype=torch.bool)
    mask[0, 1] = False  # one query of the first sentence may look nowhere
    output, weights = scaled_dot_product_attention(query, key, value, mask)
    assert (output[0, 1] == 0).all() and (weights[0, 1] == 0).all()
    output.sum().backward()
    assert (query.grad[0, 1] == 0).all()
    for tensor in (query, key, value):
        assert tensor.grad.isfinite().all()
    assert (query.grad[0, 0] != 0).any()  # the other rows do learn


def test_trap_03_holds_for_every_score():
    query, key = torch.randn(1, 2, 4, requires_grad=True), torch.randn(1, 3, 4)
    for mechanism in mechanisms(4, 4):
        output, weights = mechanism(query, key, key, torch.zeros(1, 1, 3, dtype=torch.bool))
        assert (output == 0).all() and (weights == 0).all()
        output.sum().backward()
        assert (query.grad == 0).all()
        assert all(p.grad.isfinite().all() for p in mechanism.parameters())


@given(st.integers(1, 6), st.integers(1, 4))
def test_trap_04_masked_keys_change_nothing(keys, extra):
    query, key, value = torch.randn(1, 2, 4), torch.randn(1, keys, 4), torch.randn(1, keys, 3)
    longer_key = torch.cat([key, 100 * torch.randn(1, extra, 4)], dim=1)
    longer_value = torch.cat([value, 100 * torch.randn(1, extra, 3)], dim=1)
    mask = (torch.arange(keys + extra) < keys)[None, None]
    for mechanism in mechanisms(4, 4):
        short, short_weights = mechanism(query, key, value)
        long, long_weights = mechanism(query, longer_key, longer_value, mask)
        torch.testing.assert_close(long, short)
        torch.testing.assert_close(long_weights[..., :keys], short_weights)


def test_trap_13_the_fill_value_fits_half_precision():
    scores = torch.full((1, 1, 4), 3e4, dtype=torch.float16)
    weights = masked_softmax(scores, torch.tensor([[[True, True, False, False]]]))
    assert weights.tolist() == [[[0.5, 0.5, 0.0, 0.0]]]


def test_trap_06_weights_are_those_before_dropout():
    scores, value = torch.randn(4, 5, 6), torch.randn(4, 6, 3)
    output, weights = attend(scores, value, dropout_p=0.5)
    torch.testing.assert_close(weights, scores.softmax(-1))
    assert not torch.allclose(output, weights @ value)  # the output did lose some


def test_a_permutation_of_keys_and_values_changes_nothing():
    query, key, value = torch.randn(1, 2, 4), torch.randn(1, 5, 4), torch.randn(1, 5, 3)
    order = torch.tensor([3, 1, 4, 0, 2])
    for mechanism in mechanisms(4, 4):
        output, weights = mechanism(query, key, value)
        moved, moved_weights = mechanism(query, key[:, order], value[:, order])
        torch.testing.assert_close(moved, output)
        torch.testing.assert_close(moved_weights, weights[..., order])


def test_modules_keep_nothing_between_calls():
    for mechanism in mechanisms(4, 4):
        before = set(vars(mechanism))
        mechanism(torch.randn(1, 2, 4), torch.randn(1, 3, 4), torch.randn(1, 3, 4))
        assert set(vars(mechanism)) == before
        assert not list(mechanism.buffers())


def test_gradients_are_right():
    query, key, value = (torch.randn(1, 3, 2, dtype=torch.float64, requires_grad=True) for _ in range(3))
    mask = torch.tensor([[[True, True, False]]])
    for mechanism in mechanisms(2, 2):
        assert torch.autograd.gradcheck(
            lambda q, k, v, mechanism=mechanism: mechanism.double()(q, k, v, mask)[0], (query, key, value)
        )


def test_autocast_runs():
    mechanism = AdditiveAttention(4, 4, 4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        output, _ = mechanism(
            torch.randn(1, 2, 4),
            torch.randn(1, 3, 4),
            torch.randn(1, 3, 4),
            torch.tensor([[[True, False, True]]]),
        )
    assert output.isfinite().all()


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (torch.ones(1, 2, 3), "mask: expected a boolean tensor"),
        (torch.ones(1, 2, 4, dtype=torch.bool), "mask: expected a shape that broadcasts"),
        (torch.ones(1, 2, 2, dtype=torch.bool), "mask: expected a shape that broadcasts"),  # too narrow
        (torch.ones(5, 1, 2, 3, dtype=torch.bool), "mask: expected a shape that broadcasts"),
    ],
)
def test_a_wrong_mask_is_refused_in_one_sentence(mask, message):
    with pytest.raises(InputError, match=message) as error:
        masked_softmax(torch.zeros(1, 2, 3), mask)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "shapes",
    [
        ((2, 3, 8), (2, 4, 7), (2, 4, 8)),  # query and key of different sizes
        ((2, 3, 8), (2, 4, 8), (2, 5, 8)),  # a value too many
        ((2, 3, 8), (2, 0, 8), (2, 0, 8)),  # nothing to look at
        ((8,), (4, 8), (4, 8)),
    ],
)
def test_shapes_that_do_not_fit_are_refused_in_one_sentence(shapes):
    with pytest.raises(InputError, match="query, key, value: expected") as error:
        check_shapes(*map(torch.zeros, shapes))
    assert "\n" not in str(error.value) and str(shapes[1]) in str(error.value)


def test_scaled_dot_product_attention_looks_at_the_shapes(unchecked):
    with pytest.raises(InputError, match="query, key, value: expected"):  # nothing to look at
        scaled_dot_product_attention(torch.zeros(2, 3, 8), torch.zeros(2, 0, 8), torch.zeros(2, 0, 8))


def test_typical_size_of_a_dot_product_is_the_square_root_of_its_length():
    for size in (16, 256):
        scores = torch.randn(4000, size).mul(torch.randn(4000, size)).sum(-1)
        assert math.isclose(scores.std().item(), math.sqrt(size), rel_tol=0.1)


def test_trap_13_large_vectors_do_not_overflow_in_half_precision():
    """60 · 60 · 64 is more than float16 can hold; divided by √64 beforehand it is not."""
    query = key = torch.full((1, 2, 64), 60.0, dtype=torch.float16)
    scaled = DotAttention(scaled=True)
    for output, weights in (scaled_dot_product_attention(query, key, key), scaled(query, key, key)):
        assert torch.equal(output, key) and torch.equal(weights, torch.full((1, 2, 2), 0.5).half())
