"""Multi-head attention: parity with PyTorch, both paths, masks, and kept keys."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from parity import TOLERANCE, random_biases

from tfmr import fused
from tfmr.attention import scaled_dot_product_attention
from tfmr.book.twins import attention_twin
from tfmr.errors import InputError
from tfmr.fused import fused_attention, fused_in_blocks
from tfmr.masks import causal_mask, padding_mask
from tfmr.multi_head import MultiHeadAttention, explicit_attention
from tfmr.positions import ALiBi, RotaryPositions

SIZES = st.integers(1, 5)
BOTH_PATHS = pytest.mark.parametrize("need_weights", [True, False], ids=["explicit", "fused"])


@settings(max_examples=25)
@given(SIZES, SIZES, SIZES, st.integers(1, 4), st.integers(1, 4), st.booleans(), st.integers(0, 10**6))
def test_equals_pytorch_forward_and_gradients(batch, queries, keys, heads, d_head, masked, seed):
    torch.manual_seed(seed)
    for dtype, atol in TOLERANCE.items():
        ours = MultiHeadAttention(heads * d_head, heads).to(dtype)
        random_biases(ours)
        theirs = attention_twin(ours)
        inputs = [torch.randn(batch, length, heads * d_head, dtype=dtype) for length in (queries, keys, keys)]
        mine, other = ([x.clone().requires_grad_() for x in inputs] for _ in range(2))
        mask = torch.rand(batch, queries, keys) < 0.6 if masked else None
        if masked:
            mask[..., 0] = True  # PyTorch gives NaN where nothing is allowed
        output, weights = ours(*mine, mask)
        # True means the opposite there: may not be attended; and it wants the heads in the batch axis.
        hidden = None if mask is None else (~mask).repeat_interleave(heads, dim=0)
        expected, expected_weights = theirs(*other, attn_mask=hidden, average_attn_weights=False)
        torch.testing.assert_close(output, expected, atol=atol, rtol=atol)
        torch.testing.assert_close(weights, expected_weights, atol=atol, rtol=atol)
        direction = torch.randn_like(output)
        (output * direction).sum().backward()
        (expected * direction).sum().backward()
        for x, y in zip(mine, other, strict=True):
            torch.testing.assert_close(x.grad, y.grad, atol=10 * atol, rtol=atol)
        torch.testing.assert_close(
            torch.cat([p.weight.grad for p in (ours.query_projection, ours.key_projection, ours.value_projection)]),
            theirs.in_proj_weight.grad, atol=10 * atol, rtol=atol,
        )  # fmt: skip


@settings(max_examples=25)
@given(SIZES, SIZES, SIZES, st.booleans(), st.booleans(), st.integers(0, 10**6))
def test_fused_path_equals_explicit_path(batch, queries, keys, masked, biased, seed):
    torch.manual_seed(seed)
    q, k = (torch.randn(batch, 2, n, 4, dtype=torch.float64, requires_grad=True) for n in (queries, keys))
    v = torch.randn(batch, 2, keys, 3, dtype=torch.float64, requires_grad=True)
    mask = torch.rand(batch, 1, queries, keys) < 0.5 if masked else None  # some rows all False
    bias = torch.randn(2, queries, keys, dtype=torch.float64) if biased else None
    fused = fused_attention(q, k, v, mask, bias)
    scores = q @ k.transpose(-2, -1) / 2 + (0 if bias is None else bias)
    weights = scores.softmax(-1) if mask is None else scores.masked_fill(~mask, -1e300).softmax(-1) * mask
    torch.testing.assert_close(fused, weights @ v)
    gradients = torch.autograd.grad(fused.square().sum(), (q, k, v))
    expected = torch.autograd.grad((weights @ v).square().sum(), (q, k, v))
    for got, wanted in zip(gradients, expected, strict=True):
        torch.testing.assert_close(got, wanted)


def test_one_head_is_scaled_dot_product_attention_between_projections():
    attention, x, memory = MultiHeadAttention(6, 1), torch.randn(2, 3, 6), torch.randn(2, 4, 6)
    projected = (
        attention.query_projection(x),
        attention.key_projection(memory),
        attention.value_projection(memory),
    )
    head, _ = scaled_dot_product_attention(*projected)
    torch.testing.assert_close(attention(x, memory, memory)[0], attention.output_projection(head))


def test_heads_of_any_size():
    attention, x = MultiHeadAttention(10, 3, d_key=2, d_value=5), torch.randn(2, 4, 10)
    output, weights = attention(x, x, x)
    assert output.shape == x.shape and weights.shape == (2, 3, 4, 4)
    assert attention.query_projection.out_features == 6 and attention.output_projection.in_features == 15


def test_one_size_may_be_given_where_heads_divide():
    for sizes, expected in (({"d_key": 3}, (6, 6, 8)), ({"d_value": 5}, (8, 8, 10)), ({}, (8, 8, 8))):
        attention, x = MultiHeadAttention(8, 2, **sizes), torch.randn(1, 3, 8)
        parts = attention.query_projection, attention.key_projection, attention.value_projection
        assert tuple(part.out_features for part in parts) == expected
        assert attention(x, x, x)[0].shape == x.shape


def test_biases_can_be_left_out():
    with_bias, without = MultiHeadAttention(8, 2), MultiHeadAttention(8, 2, bias=False)
    assert sum(name.endswith("bias") for name, _ in with_bias.named_parameters()) == 4
    assert not any(name.endswith("bias") for name, _ in without.named_parameters())


@pytest.mark.parametrize("relative", ["rotary", "alibi"])
def test_both_paths_agree_with_relative_positions(relative):
    scheme = {"rotary": RotaryPositions(4), "alibi": ALiBi(2)}[relative]
    attention, x = MultiHeadAttention(8, 2, positions=scheme), torch.randn(2, 5, 8)
    for mask in (None, causal_mask(5)):
        explicit, fused = (attention(x, x, x, mask, need_weights)[0] for need_weights in (True, False))
        torch.testing.assert_close(fused, explicit)


def test_relative_positions_by_hand():
    """Queries and keys are turned, values are not; ALiBi's numbers are added to the scaled scores."""
    x = torch.randn(1, 4, 8)
    for scheme in (RotaryPositions(4), ALiBi(2)):
        attention = MultiHeadAttention(8, 2, positions=scheme)
        projections = attention.query_projection, attention.key_projection, attention.value_projection
        q, k, v = (part(x).unflatten(-1, (2, 4)).transpose(1, 2) for part in projections)
        scores = scheme.rotate(q) @ scheme.rotate(k).transpose(-2, -1) / 2
        bias = scheme.bias(4, 4)
        weights = (scores if bias is None else scores + bias).softmax(-1)
        torch.testing.assert_close(attention(x, x, x)[1], weights)
        heads = (weights @ v).transpose(1, 2).flatten(2)
        torch.testing.assert_close(attention(x, x, x)[0], attention.output_projection(heads))


def in_heads(q, k, v, mask, need_weights: bool):
    """Attention between vectors that are in heads already, by either path."""
    attention = explicit_attention if need_weights else fused_in_blocks
    return attention(q, k, v, mask, lambda first, count: None)


@BOTH_PATHS
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_trap_03_a_fully_masked_row_gives_zero_and_zero_gradient(need_weights, dtype):
    q, k, v = (torch.randn(2, 2, 3, 4, dtype=dtype, requires_grad=True) for _ in range(3))
    mask = torch.ones(2, 1, 3, 3, dtype=torch.bool)
    mask[0, :, 1] = False
    output, weights = in_heads(q, k, v, mask, need_weights)
    assert (output[0, :, 1] == 0).all() and output.isfinite().all()
    assert weights is None or (weights[0, :, 1] == 0).all()
    output.float().sum().backward()
    assert (q.grad[0, :, 1] == 0).all() and (q.grad[0, :, 0] != 0).any()
    assert all(x.grad.isfinite().all() for x in (q, k, v))


@BOTH_PATHS
def test_trap_04_masked_keys_change_nothing(need_weights):
    attention, x, memory = MultiHeadAttention(8, 2).eval(), torch.randn(2, 3, 8), torch.randn(2, 4, 8)
    longer = torch.cat([memory, 100 * torch.randn(2, 2, 8)], dim=1)
    mask = torch.tensor([True] * 4 + [False] * 2).expand(2, 1, 6)
    expected, _ = attention(x, memory, memory, None, need_weights)
    torch.testing.assert_close(attention(x, longer, longer, mask, need_weights)[0], expected)


@BOTH_PATHS
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_trap_13_the_mask_holds_in_half_precision(need_weights, dtype):
    """A fill of -1e9 is -inf in float16, and a small one lets large scores through."""
    q, k = 120 * torch.ones(1, 1, 1, 4, dtype=dtype), 120 * torch.ones(1, 1, 3, 4, dtype=dtype)
    v = torch.tensor([1.0, 2.0, 4.0], dtype=dtype)[None, None, :, None]
    k[..., 0, :] *= -1  # the only allowed key has the lowest score
    mask = torch.tensor([True, False, False])[None, None, None]
    output, _ = in_heads(q, k, v, mask, need_weights)
    assert output.item() == 1.0


@BOTH_PATHS
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_trap_13_large_vectors_do_not_overflow_in_half_precision(need_weights, dtype):
    """60 · 60 · 64 is more than float16 can hold; divided by √64 beforehand it is not."""
    q = k = torch.full((1, 1, 3, 64), 60.0, dtype=dtype)
    v = torch.ones(1, 1, 3, 2, dtype=dtype)
    output, _ = in_heads(q, k, v, None, need_weights)
    assert torch.equal(output, v)


@BOTH_PATHS
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("relative", ["rotary", "alibi"])
def test_positions_inside_attention_keep_its_type(need_weights, dtype, relative):
    scheme = {"rotary": RotaryPositions(4), "alibi": ALiBi(2)}[relative]
    attention, x = MultiHeadAttention(8, 2, positions=scheme), torch.randn(2, 5, 8)
    expected = attention(x, x, x, causal_mask(5))[0]
    output, _ = attention.to(dtype)(*[x.to(dtype)] * 3, causal_mask(5), need_weights)
    assert output.dtype == dtype
    torch.testing.assert_close(output.float(), expected, atol=0.05, rtol=0.05)


@BOTH_PATHS
@pytest.mark.parametrize(
    "shape", [(), (4,), (1,), (3, 4), (3, 1), (1, 3, 4), (2, 1, 4), (2, 2, 3, 4), (1, 2, 1, 4)]
)
def test_whatever_broadcasts_is_a_mask(need_weights, shape):
    attention, x, memory = MultiHeadAttention(8, 2), torch.randn(2, 3, 8), torch.randn(2, 4, 8)
    mask = torch.rand(shape) < 0.6
    whole = mask.expand(2, 3, 4) if mask.dim() < 4 else mask.expand(2, 2, 3, 4)
    expected = attention(x, memory, memory, whole)[0]
    torch.testing.assert_close(attention(x, memory, memory, mask, need_weights)[0], expected)


def test_a_mask_may_differ_from_head_to_head():
    attention, x = MultiHeadAttention(8, 2), torch.randn(2, 3, 8)
    mask = torch.ones(1, 2, 3, 3, dtype=torch.bool)
    mask[:, 1] = causal_mask(3)
    _, weights = attention(x, x, x, mask)
    assert (weights[:, 0] > 0).all() and (weights[:, 1].triu(1) == 0).all()


@BOTH_PATHS
def test_dropout_is_for_training_and_weights_come_before_it(need_weights):
    attention, x = MultiHeadAttention(8, 2, dropout=0.5), torch.randn(2, 5, 8)
    output, weights = attention(x, x, x, need_weights=need_weights)
    assert not torch.equal(output, attention(x, x, x, need_weights=need_weights)[0])
    if need_weights:
        torch.testing.assert_close(weights.sum(-1), torch.ones(2, 2, 5))
    attention.eval()
    assert torch.equal(attention(x, x, x)[0], attention(x, x, x)[0])


@pytest.mark.parametrize("relative", [None, "alibi", "rotary"])
@pytest.mark.parametrize("masked", [None, "causal", "padding", "heads"])
def test_blocks_of_queries_change_no_number(relative, masked, monkeypatch):
    """Where matrices would be large, queries are taken in blocks; here every matrix counts as large."""
    scheme = {None: None, "rotary": RotaryPositions(4), "alibi": ALiBi(2)}[relative]
    attention, x = MultiHeadAttention(8, 2, positions=scheme), torch.randn(3, 7, 8, requires_grad=True)
    mask = {None: None, "causal": causal_mask(7), "padding": torch.arange(7) < 5}.get(masked)
    if masked == "heads":
        mask = torch.rand(3, 2, 7, 7) < 0.5  # some queries see nothing
    parameters = [x, *attention.parameters()]
    expected, _ = attention(x, x, x, mask, False)
    calls = []
    original = fused.fused_attention
    monkeypatch.setattr(fused, "fused_attention", lambda *a: calls.append(a[0].size(-2)) or original(*a))
    monkeypatch.setattr(fused, "BLOCK", 60)
    output, _ = attention(x, x, x, mask, False)
    large = masked == "heads" or relative == "alibi"  # one matrix for all heads has 49 numbers
    assert (max(calls) < 7 and sum(calls) == 7) if large else calls == [7]
    torch.testing.assert_close(output, expected)
    direction = torch.randn_like(output)
    got = torch.autograd.grad((output * direction).sum(), parameters)
    wanted = torch.autograd.grad((expected * direction).sum(), parameters)
    torch.testing.assert_close(got, wanted)


@pytest.mark.parametrize("shape", [(), (7,), (7, 7), (2, 7, 7), (3, 1, 1, 7)])
def test_blocks_take_whatever_broadcasts(shape, monkeypatch):
    q, k, v = (torch.randn(3, 2, 7, 4) for _ in range(3))
    mask = torch.rand(shape) < 0.7

    def bias(first: int, count: int) -> torch.Tensor:
        return torch.arange(7.0).expand(2, count, 7)

    expected, _ = fused_in_blocks(q, k, v, mask, bias)
    monkeypatch.setattr(fused, "BLOCK", 10)
    torch.testing.assert_close(fused_in_blocks(q, k, v, mask, bias)[0], expected)


def test_dropout_in_blocks_drops_the_same_in_the_backward_pass(monkeypatch):
    """A block is computed again for its gradient: with other numbers dropped, it would be another function's."""
    monkeypatch.setattr(fused, "BLOCK", 10)
    attention, x = MultiHeadAttention(8, 2, dropout=0.5).double(), torch.randn(1, 5, 8, dtype=torch.float64)

    def output(x):
        torch.manual_seed(0)
        return attention(x, x, x, None, False)[0]

    assert torch.autograd.gradcheck(output, x.requires_grad_())


# --- kept keys -----------------------------------------------------------------------------------------


@BOTH_PATHS
@pytest.mark.parametrize("kind", [None, "rotary", "alibi"])
def test_trap_12_word_by_word_with_kept_keys_equals_all_at_once(need_weights, kind):
    scheme = {None: None, "rotary": RotaryPositions(4), "alibi": ALiBi(2)}[kind]
    attention, x = MultiHeadAttention(8, 2, positions=scheme).eval(), torch.randn(3, 5, 8)
    expected, weights = attention(x, x, x, causal_mask(5))
    keys, values = attention.project(x[:, :0], x[:, :0])  # none yet
    for t, word in enumerate(x.split(1, dim=1)):
        key, value = attention.project(word, word, offset=t)
        keys, values = torch.cat([keys, key], dim=2), torch.cat([values, value], dim=2)
        output, row = attention.attend(word, keys, values, offset=t, need_weights=need_weights)
        torch.testing.assert_close(output, expected[:, t : t + 1])
        if need_weights:
            torch.testing.assert_close(row[:, :, 0], weights[:, :, t, : t + 1])
        else:
            assert row is None


@BOTH_PATHS
def test_what_depends_on_the_keys_alone_is_projected_once(need_weights):
    attention, x, memory = MultiHeadAttention(8, 2), torch.randn(2, 3, 8), torch.randn(2, 4, 8)
    mask = padding_mask(torch.tensor([[5, 6, 7, 8], [5, 6, 0, 0]]))
    k, v = attention.project(memory, memory)
    assert k.shape == v.shape == (2, 2, 4, 4)
    expected = attention(x, memory, memory, mask, need_weights)[0]
    calls = []
    attention.key_projection.register_forward_hook(lambda *_: calls.append("key"))
    attention.value_projection.register_forward_hook(lambda *_: calls.append("value"))
    words = [attention.attend(word, k, v, mask, need_weights=need_weights)[0] for word in x.split(1, dim=1)]
    torch.testing.assert_close(torch.cat(words, dim=1), expected)
    assert calls == []


def test_attend_gives_no_weights_unless_asked():
    attention, x = MultiHeadAttention(8, 2), torch.randn(2, 3, 8)
    assert attention.attend(x, *attention.project(x, x))[1] is None
    assert attention(x, x, x)[1] is not None


# --- devices and types ----------------------------------------------------------------------------------


@BOTH_PATHS
def test_works_under_autocast(need_weights):
    attention, x = MultiHeadAttention(8, 2, positions=ALiBi(2)), torch.randn(2, 3, 8, requires_grad=True)
    with torch.autocast("cpu", torch.bfloat16):
        output, _ = attention(x, x, x, causal_mask(3), need_weights)
    assert output.dtype == torch.bfloat16
    torch.testing.assert_close(output.float(), attention(x, x, x, causal_mask(3))[0], atol=0.05, rtol=0.05)
    output.float().sum().backward()
    assert x.grad.isfinite().all()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@BOTH_PATHS
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_gpu_equals_cpu(need_weights, dtype):
    attention, x = MultiHeadAttention(64, 4), torch.randn(2, 9, 64)
    mask = causal_mask(9).repeat(2, 1, 1)
    mask[0, 3] = False
    expected = attention(x, x, x, mask)[0]
    on_gpu = attention.to("cuda", dtype)
    x = x.to("cuda", dtype)
    output, _ = on_gpu(x, x, x, mask.cuda(), need_weights)
    torch.testing.assert_close(output.float().cpu(), expected, atol=0.05, rtol=0.05)


# --- errors ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"d_model": 10, "num_heads": 3}, "num_heads: expected a divisor of d_model = 10"),
        ({"d_model": 0, "num_heads": 1}, "d_model: expected a whole number"),
        ({"d_model": 8, "num_heads": 0}, "num_heads: expected a whole number"),
        ({"d_model": 8, "num_heads": True}, "num_heads: expected a whole number of at least 1, got True"),
        ({"d_model": 8, "num_heads": 2, "d_key": 0}, "d_key: expected a whole number"),
        ({"d_model": 8, "num_heads": 2, "d_value": -1}, "d_value: expected a whole number"),
        ({"d_model": 10, "num_heads": 3, "d_key": 4}, "num_heads: expected a divisor of d_model = 10"),
        ({"d_model": 10, "num_heads": 3, "d_value": 4}, "num_heads: expected a divisor of d_model = 10"),
    ],
)
def test_sizes_that_make_no_heads_are_refused(sizes, message):
    with pytest.raises(InputError, match=message):
        MultiHeadAttention(**sizes)


@BOTH_PATHS
def test_masks_of_the_wrong_type_or_shape_are_refused(need_weights):
    attention, x = MultiHeadAttention(8, 2), torch.randn(2, 3, 8)
    for mask in (torch.zeros(3, 3), torch.ones(3, 3, dtype=torch.long), torch.ones(2, 3, 4, dtype=torch.bool),
                 torch.ones(5, 3, 3, dtype=torch.bool)):  # fmt: skip
        with pytest.raises(InputError, match="mask: expected"):
            attention(x, x, x, mask, need_weights)


@pytest.mark.parametrize(
    ("shapes", "name"),
    [
        (((2, 3, 7), (2, 3, 8), (2, 3, 8)), "query"),
        (((2, 0, 8), (2, 3, 8), (2, 3, 8)), "query"),
        (((2, 3, 8), (2, 0, 8), (2, 0, 8)), "key"),
        (((2, 3, 8), (2, 3, 8), (2, 4, 8)), "query, key, value"),
        (((2, 3, 8), (1, 3, 8), (1, 3, 8)), "query, key, value"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(shapes, name, unchecked):
    with pytest.raises(InputError, match=f"^{name}: expected"):
        MultiHeadAttention(8, 2)(*map(torch.randn, shapes))


def test_the_kernel_alone_would_not_do():
    """Why fused_attention treats blind queries: PyTorch promises nothing for them, and -inf gives NaN."""
    scores = torch.full((1, 3), -math.inf)
    assert F.softmax(scores, dim=-1).isnan().all()
