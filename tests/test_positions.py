"""Positions: the formulas of the papers, and that only distances count where they say so."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tfmr.errors import InputError
from tfmr.positions import (
    ALiBi,
    LearnedPositions,
    RotaryPositions,
    SinusoidalPositions,
    alibi_slopes,
    sinusoids,
)


def test_sinusoids_are_the_papers_formula():
    table = sinusoids(7, 6)
    for position in range(7):
        for i in range(3):
            angle = position / 10_000 ** (2 * i / 6)
            assert table[position, 2 * i].item() == pytest.approx(math.sin(angle), abs=1e-6)
            assert table[position, 2 * i + 1].item() == pytest.approx(math.cos(angle), abs=1e-6)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 8))
def test_a_shift_is_one_rotation_for_all_positions(position, shift, pairs):
    table = sinusoids(101, 2 * pairs)
    angles = shift / 10_000 ** (torch.arange(0, 2 * pairs, 2) / (2 * pairs))
    sin, cos = table[position].view(-1, 2).unbind(-1)
    turned = torch.stack(
        [sin * angles.cos() + cos * angles.sin(), cos * angles.cos() - sin * angles.sin()], dim=-1
    )
    torch.testing.assert_close(turned.flatten(), table[position + shift], atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("length", [256, 257, 700])
def test_sinusoidal_positions_have_no_limit(length):
    positions = SinusoidalPositions(4)
    torch.testing.assert_close(positions(torch.zeros(1, length, 4))[0], sinusoids(length, 4))
    torch.testing.assert_close(positions(torch.zeros(1, 5, 4), offset=2000)[0], sinusoids(2005, 4)[2000:])


@pytest.mark.parametrize(
    "make", [lambda: SinusoidalPositions(4), lambda: RotaryPositions(4), lambda: ALiBi(2)]
)
def test_what_follows_from_a_formula_is_not_stored(make):
    """A stored table would have to grow, and would hold garbage after ``to_empty`` (none is in a checkpoint)."""
    with torch.device("meta"):
        positions = make()
    assert not list(positions.parameters()) and not list(positions.buffers())
    there = make()
    x = torch.randn(1, 2, 3, 4)
    if isinstance(positions, SinusoidalPositions):
        assert torch.equal(positions.to_empty(device="cpu")(x[0]), there(x[0]))
    else:
        assert torch.equal(positions.to_empty(device="cpu").rotate(x, 7), there.rotate(x, 7))
    if isinstance(positions, ALiBi):
        assert torch.equal(positions.bias(3, 3), there.bias(3, 3))


@pytest.mark.parametrize("length", [1, 255, 256, 257, 258, 513])
def test_sinusoidal_positions_of_any_length(length):
    """Also just beyond whatever is computed beforehand, in one go and one position after the other."""
    positions = SinusoidalPositions(4)
    expected = sinusoids(length, 4)
    torch.testing.assert_close(positions(torch.zeros(1, length, 4))[0], expected)
    torch.testing.assert_close(positions(torch.zeros(1, 1, 4), offset=length - 1)[0], expected[-1:])


def test_learned_positions_start_as_large_as_embeddings():
    table = LearnedPositions(400, 64).table
    assert table.shape == (400, 64) and table.requires_grad
    assert table.std().item() == pytest.approx(1 / 8, rel=0.02)
    assert table.norm(dim=-1).mean().item() == pytest.approx(1, rel=0.02)


def test_every_learned_position_can_be_used():
    positions = LearnedPositions(6, 4)
    torch.testing.assert_close(positions(torch.zeros(1, 2, 4), offset=4)[0], positions.table[4:])


@pytest.mark.parametrize("make", [lambda: SinusoidalPositions(8), lambda: LearnedPositions(20, 8)])
def test_trap_02_later_positions_start_where_they_are_told(make):
    positions, x = make(), torch.randn(2, 9, 8)
    whole = positions(x)
    torch.testing.assert_close(torch.cat([positions(x[:, :4]), positions(x[:, 4:], offset=4)], dim=1), whole)
    assert not torch.allclose(positions(x[:, 4:]), whole[:, 4:])


def test_trap_02_rotary_turns_a_later_chunk_from_where_it_is_told():
    rotary, x = RotaryPositions(8), torch.randn(2, 3, 9, 8)
    whole = rotary.rotate(x)
    parts = [rotary.rotate(x[..., :4, :]), rotary.rotate(x[..., 4:, :], offset=4)]
    torch.testing.assert_close(torch.cat(parts, dim=-2), whole)
    assert not torch.allclose(rotary.rotate(x[..., 4:, :]), whole[..., 4:, :])


@settings(max_examples=30)
@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 200), st.integers(1, 5), st.integers(0, 10**6))
def test_rotary_scores_depend_on_the_distance_alone(a, b, shift, pairs, seed):
    torch.manual_seed(seed)
    rotary = RotaryPositions(2 * pairs)
    q, k = torch.randn(1, 1, 1, 2 * pairs), torch.randn(1, 1, 1, 2 * pairs)
    here = (rotary.rotate(q, a) * rotary.rotate(k, b)).sum()
    there = (rotary.rotate(q, a + shift) * rotary.rotate(k, b + shift)).sum()
    torch.testing.assert_close(here, there, atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(rotary.rotate(q, a).norm(), q.norm())


def test_rotary_turns_pairs_by_the_papers_angles():
    rotary, x = RotaryPositions(4), torch.tensor([1.0, 0.0, 0.0, 1.0]).expand(1, 1, 3, 4)
    turned = rotary.rotate(x)[0, 0]
    for position in range(3):
        fast, slow = position, position / 100
        expected = [math.cos(fast), math.sin(fast), -math.sin(slow), math.cos(slow)]
        torch.testing.assert_close(turned[position], torch.tensor(expected))
    assert rotary.bias(3, 3) is None
    assert rotary.rotate(x.bfloat16()).dtype == torch.bfloat16


def test_the_base_of_rotary_positions_is_the_given_one():
    x = torch.tensor([1.0, 0.0, 1.0, 0.0]).expand(1, 1, 4, 4)
    turned = RotaryPositions(4, base=16.0).rotate(x)[0, 0, 3]
    expected = [math.cos(3), math.sin(3), math.cos(3 / 4), math.sin(3 / 4)]
    torch.testing.assert_close(turned, torch.tensor(expected))


@pytest.mark.parametrize(
    "make", [lambda: SinusoidalPositions(8), lambda: RotaryPositions(8), lambda: ALiBi(2)]
)
def test_what_can_be_computed_is_neither_learned_nor_stored(make):
    assert not list(make().parameters()) and not make().state_dict()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_angles_are_right_in_half_precision_too(dtype):
    """bfloat16 knows no whole numbers between 1,000 and 1,004: angles are computed in float32 and then rounded."""
    start, exact = 1001, {"atol": 0.01, "rtol": 0.01}
    added = SinusoidalPositions(8)(torch.zeros(1, 2, 8, dtype=dtype), start)
    assert added.dtype == dtype
    torch.testing.assert_close(added[0].float(), sinusoids(1003, 8)[start:], **exact)
    x = torch.tensor([1.0, 0.0] * 4).expand(1, 1, 2, 8)
    turned = RotaryPositions(8).rotate(x.to(dtype), start)
    torch.testing.assert_close(turned.float(), RotaryPositions(8).rotate(x, start), **exact)


@given(st.integers(1, 12), st.integers(1, 6), st.integers(0, 6))
def test_alibi_depends_on_the_distance_alone(heads, queries, cached):
    bias = ALiBi(heads).bias(queries, queries + cached, offset=cached)
    assert bias.shape == (heads, queries, queries + cached)
    for q in range(queries):
        for k in range(queries + cached):
            torch.testing.assert_close(bias[:, q, k], -alibi_slopes(heads) * abs(q + cached - k))
    turned = bias[None]
    assert ALiBi(heads).rotate(turned) is turned


@pytest.mark.parametrize(
    ("heads", "slopes"),
    [
        (1, [2**-8]),
        (2, [2**-4, 2**-8]),
        (8, [2**-i for i in range(1, 9)]),
        # The authors' code for a number that is no power of two: those of 8, then every second of 16.
        (12, [2**-i for i in range(1, 9)] + [2**-0.5, 2**-1.5, 2**-2.5, 2**-3.5]),
    ],
)
def test_alibi_slopes_are_those_of_the_paper(heads, slopes):
    torch.testing.assert_close(alibi_slopes(heads), torch.tensor(slopes))


def test_what_cannot_be_is_refused():
    with pytest.raises(InputError, match="d_model: expected an even number"):
        SinusoidalPositions(5)
    with pytest.raises(InputError, match="d_head: expected an even number"):
        RotaryPositions(3)
    with pytest.raises(InputError, match="num_heads: expected a whole number"):
        ALiBi(0)
    with pytest.raises(InputError, match="max_length: expected a whole number"):
        LearnedPositions(0, 4)
    with pytest.raises(InputError, match="length: expected at most 6 learned positions, got 7"):
        LearnedPositions(6, 4)(torch.zeros(1, 2, 4), offset=5)
    heads = torch.zeros(1, 2, 3, 4)
    with pytest.raises(InputError, match="d_head: expected heads of 8 dimensions, got 4"):
        RotaryPositions(8).rotate(heads)
    with pytest.raises(InputError, match="num_heads: expected 4 heads, one a slope, got 2"):
        ALiBi(4).rotate(heads)
