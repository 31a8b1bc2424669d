"""The whole Transformer: parity with PyTorch and Hugging Face, no look ahead, the cache, the paper's counts."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from parity import TOLERANCE, random_biases
from torch import nn

from tfmr.book.twins import transformer_twin
from tfmr.config import POSITIONS, TransformerConfig
from tfmr.data import BucketedBatches
from tfmr.decoding import greedy_decode
from tfmr.errors import InputError
from tfmr.masks import causal_mask
from tfmr.multi_head import MultiHeadAttention
from tfmr.positions import ALiBi, Positions, RotaryPositions, sinusoids
from tfmr.training import TrainConfig, train
from tfmr.training.checkpoints import load_tensors, load_weights, save_tensors
from tfmr.transformer import Transformer

TINY = TransformerConfig(
    11, 13, d_model=16, num_heads=4, num_encoder_layers=2, num_decoder_layers=2, d_ff=24, dropout=0.0
)
NORM = pytest.mark.parametrize("norm", ["post", "pre"])
KIND = pytest.mark.parametrize("positions", POSITIONS)


def make(**changes) -> Transformer:
    return Transformer(replace(TINY, **changes)).eval()


def sentences(batch: int, src_len: int, tgt_len: int) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.randint(3, 11, (batch, src_len)), torch.randint(3, 13, (batch, tgt_len))


@NORM
@settings(max_examples=8)
@given(st.integers(1, 3), st.integers(1, 6), st.integers(1, 6), st.booleans(), st.integers(0, 10**6))
def test_equals_torch_nn_transformer_forward_and_gradients(norm, batch, src_len, tgt_len, padded, seed):
    torch.manual_seed(seed)
    for dtype, atol in TOLERANCE.items():
        ours = make(norm=norm).to(dtype)
        random_biases(ours)
        theirs = transformer_twin(ours).train()  # no fast path; there is no dropout
        src, tgt = sentences(batch, src_len, tgt_len)
        if padded and src_len > 1:
            src[0, src_len // 2 + 1 :] = 0
        hidden = ~causal_mask(tgt_len)
        x, y = ours.src_embedding(src), ours.tgt_embedding(tgt)
        vectors = theirs(
            x, y, tgt_mask=hidden, src_key_padding_mask=src == 0, memory_key_padding_mask=src == 0
        )
        expected = vectors @ ours.output.weight.T
        logits = ours(src, tgt)
        torch.testing.assert_close(logits, expected, atol=10 * atol, rtol=10 * atol)
        parameters = [ours.src_embedding.table.weight, ours.tgt_embedding.table.weight, ours.output.weight]
        direction = torch.randn_like(logits)
        got = torch.autograd.grad((logits * direction).sum(), parameters)
        wanted = torch.autograd.grad((expected * direction).sum(), parameters)
        for a, b in zip(got, wanted, strict=True):
            torch.testing.assert_close(a, b, atol=100 * atol, rtol=100 * atol)


def growth(stack, *options) -> float:
    """Enormous vectors go in, then twice as large: how much the output grows; 0 behind a norm, 1 without."""
    x = 1e6 * torch.randn(2, 5, TINY.d_model, dtype=torch.float64)
    once, twice = stack(x, *options)[0], stack(2 * x, *options)[0]
    return ((twice - once).norm() / once.norm()).item()


@NORM
def test_trap_05_each_stack_ends_with_a_norm_whatever_its_parameters(norm):
    """Mean 0 and variance 1 would hold before training only; size is forgotten by a norm with any gain and bias."""
    ours = make(norm=norm).double()
    for name, parameter in ours.named_parameters():
        nn.init.normal_(parameter, mean=1.0 if "norm.weight" in name else 0.0, std=0.5)
    memory = ours.encode(sentences(2, 4, 1)[0])
    stacks = {"encoder": (ours.encoder,), "decoder": (ours.decoder, memory, causal_mask(5))}
    assert all(growth(*stack) < 0.01 for stack in stacks.values())
    for stack, *options in stacks.values():
        stack.norm = nn.Identity()
        assert growth(stack, *options) == pytest.approx(1 if norm == "pre" else 0, abs=0.01)


def test_equals_hugging_face_marian():
    """The same weights in MarianMTModel, the class that thousands of published translators are stored in."""
    transformers = pytest.importorskip("transformers")
    ours = make(tgt_vocab_size=11, tie_embeddings="all", activation="gelu").double()
    random_biases(ours)
    config = transformers.MarianConfig(
        vocab_size=11, d_model=16, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4,
        decoder_attention_heads=4, encoder_ffn_dim=24, decoder_ffn_dim=24, dropout=0.0, attention_dropout=0.0,
        activation_function="gelu", scale_embedding=True, pad_token_id=0, eos_token_id=2,
        decoder_start_token_id=1, max_position_embeddings=32,
    )  # fmt: skip
    theirs = transformers.MarianMTModel(config).double().eval()
    attention = {"q_proj": "query", "k_proj": "key", "v_proj": "value", "out_proj": "output"}
    with torch.no_grad():
        theirs.model.shared.weight.copy_(ours.src_embedding.table.weight)
        for stack, name in ((ours.encoder, "encoder"), (ours.decoder, "decoder")):
            other = getattr(theirs.model, name)
            # Marian keeps all sines before all cosines; ours is the paper's order.
            other.embed_positions.weight.copy_(sinusoids(32, 16))
            for mine, layer in zip(stack.layers, other.layers, strict=True):
                pairs = {
                    "self_attn": mine.self_attention,
                    "encoder_attn": getattr(mine, "cross_attention", None),
                }
                for module, source in pairs.items():
                    for to, of in attention.items() if source is not None else ():
                        projection = getattr(source, f"{of}_projection")
                        getattr(getattr(layer, module), to).load_state_dict(projection.state_dict())
                first = mine.around_attention if name == "encoder" else mine.around_self_attention
                layer.self_attn_layer_norm.load_state_dict(first.norm.state_dict())
                if name == "decoder":
                    layer.encoder_attn_layer_norm.load_state_dict(
                        mine.around_cross_attention.norm.state_dict()
                    )
                layer.fc1.load_state_dict(mine.feed_forward.hidden.state_dict())
                layer.fc2.load_state_dict(mine.feed_forward.output.state_dict())
                layer.final_layer_norm.load_state_dict(mine.around_feed_forward.norm.state_dict())
    src, tgt = torch.randint(3, 11, (3, 7)), torch.randint(3, 11, (3, 5))
    src[1, 4:] = 0
    with torch.no_grad():
        expected = theirs(input_ids=src, attention_mask=(src != 0).long(), decoder_input_ids=tgt).logits
        torch.testing.assert_close(ours(src, tgt), expected, atol=1e-10, rtol=1e-10)


# --- what it may see ------------------------------------------------------------------------------------


@KIND
@pytest.mark.parametrize("mode", ["train", "eval"])
def test_trap_01_no_token_changes_what_comes_before_it(positions, mode):
    model = make(positions=positions, dropout=0.2).train(mode == "train")
    src, tgt = sentences(2, 5, 6)

    def logits(ids):
        torch.manual_seed(0)  # the same numbers dropped
        return model(src, ids)

    before = logits(tgt)
    for t in range(6):
        changed = tgt.clone()
        changed[:, t] = 3 + (changed[:, t] - 2) % 10
        after = logits(changed)
        torch.testing.assert_close(after[:, :t], before[:, :t], atol=1e-6, rtol=0)
        assert not torch.allclose(after[:, t], before[:, t])


@NORM
@KIND
def test_trap_02_step_by_step_equals_all_at_once(positions, norm):
    model = make(positions=positions, norm=norm)
    src, tgt = sentences(3, 5, 7)
    src[1, 3:] = 0
    state = model.start(model.encode(src))
    steps = []
    for token in tgt.unbind(dim=1):
        logits, weights, state = model.step(token, state, need_weights=True)
        steps.append(logits)
    torch.testing.assert_close(torch.stack(steps, dim=1), model(src, tgt), atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(weights, model.align(src, tgt)[:, -1], atol=1e-5, rtol=1e-5)
    assert (weights[1, 3:] == 0).all()


@KIND
def test_trap_04_padding_changes_nothing_and_a_batch_equals_its_sentences(positions):
    model = make(positions=positions)
    src, tgt = sentences(4, 6, 5)
    src[1, 4:], src[2, 1:], tgt[3, 2:] = 0, 0, 0
    together = model(src, tgt)
    for row, (s, t) in enumerate(zip(src, tgt, strict=True)):
        alone = model(s[s != 0][None], t[t != 0][None])
        torch.testing.assert_close(together[row, : alone.size(1)], alone[0], atol=1e-5, rtol=1e-5)


def test_trap_05_pre_norm_stacks_end_with_a_norm_and_post_norm_stacks_do_not_need_one():
    src, tgt = sentences(2, 5, 6)
    pre, post = make(norm="pre", num_encoder_layers=6), make(norm="post")
    for model in (pre, post):
        memory = model.encode(src).vectors
        torch.testing.assert_close(memory.mean(-1), torch.zeros(2, 5), atol=1e-5, rtol=0)
        torch.testing.assert_close(memory.var(-1, correction=0), torch.ones(2, 5), atol=1e-3, rtol=0)
    assert isinstance(pre.decoder.norm, nn.LayerNorm) and not list(post.decoder.norm.parameters())


def test_trap_12_greedy_decoding_equals_decoding_without_a_cache():
    model, (src, _) = make(), sentences(3, 5, 1)
    src[2, 2:] = 0
    decoded = greedy_decode(model, src, max_length=8).ids
    for row in range(3):
        ids = [TINY.bos_id]
        while len(ids) <= 8 and ids[-1] != TINY.eos_id:
            ids.append(model(src[row : row + 1], torch.tensor([ids]))[0, -1].argmax().item())
        assert decoded[row, : len(ids) - 1].tolist() == ids[1:]


def test_weights_belong_to_their_words():
    model, (src, tgt) = make(), sentences(2, 5, 4)
    src[0, 3:] = 0
    weights = model.attention_weights(src, tgt)
    assert [w.shape for w in weights.encoder] == [(2, 4, 5, 5)] * 2
    assert [w.shape for w in weights.cross] == [(2, 4, 4, 5)] * 2
    assert (weights.decoder[0].triu(1) == 0).all() and (weights.cross[1][0, ..., 3:] == 0).all()
    for layer in weights.encoder + weights.decoder + weights.cross:
        torch.testing.assert_close(layer.sum(-1), torch.ones(layer.shape[:-1]))
    torch.testing.assert_close(model.align(src, tgt, layer=0), weights.cross[0].mean(1))
    torch.testing.assert_close(
        model.align(src, tgt), weights.cross[1].mean(1)
    )  # by default, the last layer's


# --- sizes ----------------------------------------------------------------------------------------------


def millions(config: TransformerConfig) -> float:
    with torch.device("meta"):  # counted, not allocated
        return sum(parameter.numel() for parameter in Transformer(config).parameters()) / 1e6


def test_base_and_big_have_the_papers_number_of_parameters():
    assert millions(TransformerConfig.base()) == pytest.approx(65, abs=0.5)
    assert millions(TransformerConfig.big()) == pytest.approx(213, abs=0.5)
    # With the 37,000 tokens that section 5.1 speaks of:
    assert millions(TransformerConfig.base(37_000)) == pytest.approx(63.1, abs=0.05)
    assert millions(TransformerConfig.big(37_000)) == pytest.approx(214.2, abs=0.05)


def test_base_and_big_have_the_papers_settings():
    names = ("num_encoder_layers", "num_decoder_layers", "d_model", "d_ff", "num_heads", "dropout", "norm",
             "positions", "activation", "tie_embeddings", "d_key", "d_value")  # fmt: skip
    rest = ("post", "sinusoidal", "relu", "all", None, None)
    base, big = TransformerConfig.base(), TransformerConfig.big()
    assert tuple(getattr(base, name) for name in names) == (6, 6, 512, 2048, 8, 0.1, *rest)
    assert tuple(getattr(big, name) for name in names) == (6, 6, 1024, 4096, 16, 0.3, *rest)
    assert TransformerConfig.big(dropout=0.1, norm="pre") == replace(big, dropout=0.1, norm="pre")


@pytest.mark.parametrize("tie", ["none", "all"])
def test_initial_weights_are_glorots_biases_zero_and_embeddings_of_length_one(tie):
    config = TransformerConfig(300, 300, 64, 4, 1, 1, 128, tie_embeddings=tie)
    model, linear, tables = Transformer(config), 0, 0
    for name, module in model.named_modules():
        if isinstance(module, nn.Embedding) or (tie == "all" and module is model.output):
            tables += 1
            assert module.weight.std().item() == pytest.approx(1 / 8, rel=0.05), name
            assert module.weight.norm(dim=-1).mean().item() == pytest.approx(1, rel=0.05), name
        elif isinstance(module, nn.Linear):
            linear += 1
            bound = (6 / (module.in_features + module.out_features)) ** 0.5
            assert 0.95 * bound < module.weight.abs().max().item() <= bound, name
            assert module.weight.std().item() == pytest.approx(bound / 3**0.5, rel=0.05), name
            assert module.bias is None or (module.bias == 0).all(), name
        elif isinstance(module, nn.LayerNorm):
            assert (module.weight == 1).all() and (module.bias == 0).all() and module.eps == 1e-5, name
    assert (linear, tables) == ((4 + 2 + 8 + 2 + 1, 2) if tie == "none" else (16, 3))


def test_embeddings_are_scaled_and_know_where_they_stand():
    for positions in POSITIONS:
        model = make(positions=positions)
        ids = torch.tensor([[3, 4, 5, 6]])
        for embedding in (model.src_embedding, model.tgt_embedding):
            scaled = embedding.table(ids) * 4  # the root of d_model = 16
            added = 0.0
            if positions == "sinusoidal":
                added = sinusoids(9, 16)[5:]
            elif positions == "learned":
                added = embedding.positions.table[5:9]
            torch.testing.assert_close(embedding(ids, offset=5), scaled + added)


def test_the_sizes_of_heads_reach_every_layer():
    model = make(d_key=6, d_value=5)
    found = [module for module in model.modules() if isinstance(module, MultiHeadAttention)]
    parts = ("query_projection", "key_projection", "value_projection")
    sizes = {tuple(getattr(attention, part).out_features for part in parts) for attention in found}
    assert len(found) == 2 + 2 * 2 and sizes == {(4 * 6, 4 * 6, 4 * 5)}


@pytest.mark.parametrize("positions", ["rotary", "alibi"])
def test_relative_positions_fit_heads_of_any_size_and_are_in_every_layer(positions):
    model = make(positions=positions, d_key=6)
    for layer in [*model.encoder.layers, *model.decoder.layers]:
        assert type(layer.self_attention.positions) is {"rotary": RotaryPositions, "alibi": ALiBi}[positions]
        if hasattr(layer, "cross_attention"):  # two languages have no common distances
            assert type(layer.cross_attention.positions) is Positions
    src, tgt = sentences(2, 5, 6)
    order = torch.tensor([4, 2, 0, 1, 3])
    assert not torch.allclose(model.encode(src[:, order])[0], model.encode(src)[0][:, order])
    assert not torch.allclose(model(src, tgt.flip(1))[:, -1], model(src, tgt)[:, -1])


def test_without_positions_the_encoder_does_not_see_the_order():
    model, (src, _) = make(positions="none"), sentences(2, 5, 1)
    order = torch.tensor([4, 2, 0, 1, 3])
    torch.testing.assert_close(model.encode(src[:, order])[0], model.encode(src)[0][:, order])


@pytest.mark.parametrize(
    ("printed", "changes"),
    [
        (58, {"d_key": 16}),
        (60, {"d_key": 32}),
        (36, {"num_encoder_layers": 2, "num_decoder_layers": 2}),
        (50, {"num_encoder_layers": 4, "num_decoder_layers": 4}),
        (80, {"num_encoder_layers": 8, "num_decoder_layers": 8}),
        (28, {"d_model": 256, "d_key": 32, "d_value": 32}),
        (168, {"d_model": 1024, "d_key": 128, "d_value": 128}),
        (53, {"d_ff": 1024}),
        (90, {"d_ff": 4096}),
    ],
)
def test_table_3_rows_b_and_c(printed, changes):
    assert round(millions(TransformerConfig.base(**changes))) == printed


# --- training and keeping -------------------------------------------------------------------------------


@pytest.mark.parametrize("tie", ["none", "output", "all"])
def test_it_learns_to_copy_and_is_the_same_after_saving(tie, tmp_path):
    torch.manual_seed(0)
    rows = torch.randint(3, 11, (64, 4)).tolist()
    examples = [([*row, 2], [1, *row, 2]) for row in rows]
    batches = BucketedBatches(examples, batch_size=16)
    model = Transformer(replace(TINY, tgt_vocab_size=11, tie_embeddings=tie, norm="pre"))
    history = train(model, batches, batches, TrainConfig(epochs=12, learning_rate=5e-3, seed=0), device="cpu")
    assert history.epochs[-1].valid_loss < 0.6 * history.epochs[0].valid_loss
    path = tmp_path / "model.safetensors"
    save_tensors(path, model.state_dict(), {})
    again = Transformer(model.config).eval()
    load_weights(again, load_tensors(path)[0], path)
    src, tgt = sentences(2, 4, 4)
    assert torch.equal(again(src, tgt.clamp(max=10)), model(src, tgt.clamp(max=10)))
    tied = again.output.weight is again.tgt_embedding.table.weight
    assert tied == (tie != "none")
    assert (again.src_embedding.table.weight is again.tgt_embedding.table.weight) == (tie == "all")


def test_works_on_meta_in_double_and_under_autocast():
    with torch.device("meta"):
        assert make().output.weight.is_meta
    src, tgt = sentences(2, 4, 5)
    for positions in POSITIONS:
        model = make(positions=positions)
        expected = model.double()(src, tgt)
        model.float()
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(src, tgt)
        torch.testing.assert_close(logits.double(), expected, atol=0.2, rtol=0.1)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@KIND
def test_gpu_equals_cpu(positions):
    model, (src, tgt) = make(positions=positions), sentences(2, 4, 5)
    expected = model(src, tgt)
    logits = model.cuda()(src.cuda(), tgt.cuda())
    torch.testing.assert_close(logits.cpu(), expected, atol=1e-3, rtol=1e-3)
    assert greedy_decode(model, src.cuda(), 6).ids.is_cuda


# --- errors ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"num_heads": 3}, "num_heads: expected a divisor of d_model = 16, "),
        ({"d_ff": 0}, "d_ff: expected a whole number of at least 1, got 0"),
        ({"d_ff": True}, "d_ff: expected a whole number of at least 1, got True"),
        ({"max_length": True}, "max_length: expected a whole number of at least 1, got True"),
        ({"num_decoder_layers": 0}, "num_decoder_layers: expected a whole number"),
        ({"dropout": 1.0}, "dropout: expected a probability"),
        ({"attention_dropout": -0.1}, "attention_dropout: expected a probability"),
        ({"hidden_dropout": 1.0}, "hidden_dropout: expected a probability"),
        ({"norm": "none"}, "norm: expected one of post, pre; got 'none'"),
        ({"positions": "relative"}, "positions: expected one of sinusoidal"),
        ({"activation": "swish"}, "activation: expected one of relu, gelu"),
        ({"tie_embeddings": "src"}, "tie_embeddings: expected one of none"),
        ({"tie_embeddings": "all"}, "tie_embeddings: expected one vocabulary size .* 11 and 13"),
        ({"d_model": 15, "num_heads": 3}, "d_model: expected an even number"),
    ],
)
def test_sizes_and_choices_that_do_not_fit_are_refused(changes, message):
    with pytest.raises(InputError, match=message.replace("16, ", "16")):
        make(**changes)


def test_sentences_without_a_token_are_refused():
    model, (src, tgt) = make(), sentences(2, 4, 5)
    with pytest.raises(InputError, match="src: expected a token in every sentence"):
        model(src[:, :0], tgt)
    with pytest.raises(InputError, match="length: expected at least 1 position"):
        model(src, tgt[:, :0])
    with pytest.raises(InputError, match="length: expected at most 4 learned positions, got 5"):
        make(positions="learned", max_length=4)(src, tgt)


# --- states ---------------------------------------------------------------------------------------------


@KIND
@pytest.mark.parametrize("gradients", [False, True])
def test_a_step_leaves_the_state_as_it_was(positions, gradients):
    """Whoever searches may step from one state more than once."""
    model, (src, tgt) = make(positions=positions), sentences(2, 5, 3)
    with torch.set_grad_enabled(gradients):
        state = model.start(model.encode(src))
        _, _, state = model.step(tgt[:, 0], state)
        first, _, after = model.step(tgt[:, 1], state)
        model.step(tgt[:, 2], state)
        assert torch.equal(model.step(tgt[:, 1], state)[0], first)
        logits, _, _ = model.step(tgt[:, 2], after)
        torch.testing.assert_close(logits, model(src, tgt)[:, 2], atol=1e-5, rtol=1e-5)


@KIND
def test_select_keeps_rows_of_all_that_a_state_holds(positions):
    model, (src, tgt) = make(positions=positions), sentences(3, 5, 3)
    src[1, 2:] = 0  # another mask a row
    for steps in range(3):
        state = model.start(model.encode(src))
        for token in tgt.unbind(dim=1)[:steps]:
            _, _, state = model.step(token, state)
        rows = torch.tensor([1, 2, 2, 0])
        logits, weights, _ = model.step(tgt[rows, steps], state.select(rows), need_weights=True)
        expected = model.step(tgt[:, steps], state, need_weights=True)
        torch.testing.assert_close(logits, expected[0][rows])
        torch.testing.assert_close(weights, expected[1][rows])


@KIND
def test_reorder_is_select_among_the_rows_of_one_sentence(positions):
    model, (src, tgt) = make(positions=positions), sentences(3, 5, 3)
    src[1, 2:] = 0
    src, tgt = src.repeat_interleave(2, dim=0), tgt.repeat_interleave(2, dim=0)
    tgt[::2, 1] = 3 + (tgt[::2, 1] - 2) % 10  # the two hypotheses of a sentence differ
    state = model.start(model.encode(src))
    for token in tgt.unbind(dim=1)[:2]:
        _, _, state = model.step(token, state)
    rows = torch.tensor([1, 0, 2, 2, 5, 4])
    found = model.step(tgt[rows, 2], state.reorder(rows), need_weights=True)
    expected = model.step(tgt[rows, 2], state.select(rows), need_weights=True)
    torch.testing.assert_close(found[:2], expected[:2])
    assert state.reorder(rows).mask is state.mask


def test_decoding_ends_where_learned_positions_end():
    """One sentence that never stops may not cost the others their translation."""
    model = make(positions="learned", max_length=6)
    with torch.no_grad():
        model.output.weight[model.config.eos_id] = 0  # never the greatest logit
    ids = greedy_decode(model, torch.tensor([[5, 6, 2], [7, 2, 0]])).ids
    assert (ids != 0).sum(dim=1).tolist() == [6, 6]
    assert make().max_target_length is None


def test_half_precision_decodes_what_it_computes_at_once():
    """Step by step the weights are written out, at once they are not: both stay within the type's range."""
    model = make(d_model=64, num_heads=1).half()
    for layer in model.decoder.layers:
        for projection in (layer.self_attention.query_projection, layer.self_attention.key_projection):
            nn.init.zeros_(projection.weight)
            nn.init.constant_(projection.bias, 60.0)  # 60 · 60 · 64 is more than float16 can hold
    src, tgt = sentences(2, 5, 4)
    state = model.start(model.encode(src))
    for token, expected in zip(tgt.unbind(dim=1), model(src, tgt).unbind(dim=1), strict=True):
        logits, _, state = model.step(token, state)
        torch.testing.assert_close(logits, expected, atol=0.02, rtol=0.02)
