"""The recurrent models: padding changes nothing, steps equal the whole, attention is masked."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tfmr.errors import InputError
from tfmr.recurrent import RecurrentConfig, RecurrentSeq2Seq

KINDS = [None, "additive", "general", "dot", "scaled_dot"]


def build(attention="additive", dropout: float = 0.0) -> RecurrentSeq2Seq:
    torch.manual_seed(0)
    return RecurrentSeq2Seq(RecurrentConfig(20, 25, 6, 8, attention, dropout)).eval()


def sentences(*lengths: int, vocab: int = 20) -> torch.Tensor:
    rows = torch.zeros(len(lengths), max(lengths), dtype=torch.long)
    for row, length in zip(rows, lengths, strict=True):
        row[:length] = torch.randint(3, vocab, (length,))
    return rows


@pytest.mark.parametrize("attention", KINDS)
def test_shapes(attention):
    model, src, tgt = build(attention), sentences(5, 3), sentences(4, 2)
    memory = model.encode(src)
    assert memory.vectors.shape == ((2, 1, 8) if attention is None else (2, 5, 8))
    assert model(src, tgt).shape == (2, 4, 25)
    torch.testing.assert_close(model.decode(tgt, memory), model(src, tgt))


def test_the_fixed_vector_does_not_grow_with_the_sentence():
    model = build(None)
    assert model.encode(sentences(2)).vectors.shape == model.encode(sentences(40)).vectors.shape


@pytest.mark.parametrize("attention", KINDS)
@given(st.lists(st.integers(1, 7), min_size=2, max_size=4), st.integers(0, 3))
def test_trap_04_padding_changes_nothing_and_a_batch_equals_its_sentences(attention, lengths, extra):
    model = build(attention)
    src = torch.nn.functional.pad(sentences(*lengths), (0, extra))
    tgt = sentences(*[4] * len(lengths))
    together = model(src, tgt)
    for row, length in enumerate(lengths):
        alone = model(src[row : row + 1, :length], tgt[row : row + 1])
        torch.testing.assert_close(together[row], alone[0], atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("attention", KINDS)
def test_steps_equal_the_parallel_logits(attention):
    model, src, tgt = build(attention), sentences(5, 3), sentences(6, 6)
    state = model.start(model.encode(src))
    for t, expected in enumerate(model(src, tgt).unbind(dim=1)):
        logits, weights, state = model.step(tgt[:, t], state, need_weights=True)
        torch.testing.assert_close(logits, expected)
        if attention is not None:
            torch.testing.assert_close(weights, model.align(src, tgt)[:, t])


def score(kind: str, attention, query: torch.Tensor, key: torch.Tensor) -> torch.Tensor:
    """The papers' formulas, for one query (d) and one key (d)."""
    match kind:
        case "additive":
            hidden = attention.query_projection.weight @ query + attention.key_projection.weight @ key
            return attention.score_vector.weight[0] @ hidden.tanh()
        case "general":
            return query @ attention.key_projection.weight @ key
        case "dot":
            return query @ key
        case "scaled_dot":
            return query @ key / len(query) ** 0.5


@pytest.mark.parametrize("attention", KINDS)
def test_every_step_is_the_formula(attention):
    """Bahdanau et al. 2015, A.2: look with the state before the step, step, then read out what was seen."""
    model, src, tgt = build(attention), sentences(3), sentences(4)
    encoder, decoder = model.encoder, model.decoder
    words, last = encoder.gru(encoder.embedding(src))
    memory = last.flatten()[None] if attention is None else words[0]  # forward's last state, then backward's
    state = torch.tanh(decoder.bridge(memory.mean(dim=0)))
    logits = model(src, tgt)[0]
    for t, word in enumerate(decoder.embedding(tgt[0])):
        if attention is None:
            context = memory[0]
        else:
            scores = torch.stack([score(attention, decoder.attention, state, key) for key in memory])
            weights = scores.softmax(dim=0)
            torch.testing.assert_close(model.align(src, tgt)[0, t], weights)
            context = weights @ memory
        state = decoder.cell(torch.cat([word, context]), state)
        readout = torch.tanh(decoder.readout(torch.cat([state, context, word])))
        torch.testing.assert_close(logits[t], decoder.output(readout))


@pytest.mark.parametrize("attention", KINDS)
@pytest.mark.parametrize("training", [False, True])
def test_no_future_leaks(attention, training):
    model, src, tgt = build(attention).train(training), sentences(5), sentences(6)
    before = model(src, tgt)
    for t in range(6):
        changed = tgt.clone()
        changed[0, t] = 3 + (changed[0, t] - 2) % 17
        torch.testing.assert_close(model(src, changed)[:, :t], before[:, :t])


@pytest.mark.parametrize("attention", KINDS[1:])
def test_alignment_rows_are_distributions_over_words_not_padding(attention):
    model, src = build(attention), sentences(5, 2)
    weights = model.align(src, sentences(4, 4))
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 4))
    assert (weights[1, :, 2:] == 0).all()


def test_alignment_of_a_model_without_attention_is_refused():
    with pytest.raises(InputError, match="model: expected one with attention"):
        build(None).align(sentences(3), sentences(3))


@pytest.mark.parametrize("attention", [None, "additive"])
def test_trap_06_dropout_acts_in_training_only(attention):
    model, src, tgt = build(attention, dropout=0.5), sentences(5), sentences(4)
    assert torch.equal(model(src, tgt), model(src, tgt))
    model.train()
    assert not torch.equal(model(src, tgt), model(src, tgt))


def test_keys_are_projected_once_a_sentence(monkeypatch):
    model, calls = build("additive"), []
    attention = model.decoder.attention
    original = attention.project_key
    monkeypatch.setattr(attention, "project_key", lambda key: calls.append(key.shape) or original(key))
    model(sentences(5, 3), sentences(9, 7))
    assert calls == [(2, 5, 8)]


def test_every_parameter_learns():
    for attention in KINDS:
        model = build(attention).train()
        model(sentences(5, 3), sentences(4, 4, vocab=25)).logsumexp(-1).sum().backward()
        for name, parameter in model.named_parameters():
            assert parameter.grad is not None and parameter.grad.abs().sum() > 0, f"{attention}: {name}"


@pytest.mark.parametrize("src", [torch.zeros(1, 3, dtype=torch.long), torch.zeros(1, 0, dtype=torch.long)])
def test_a_source_with_no_token_is_refused(src):
    with pytest.raises(InputError, match="src: expected at least one token"):
        build().encode(src)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"d_hidden": 7}, "d_hidden"),
        ({"d_embed": 0}, "d_embed"),
        ({"d_embed": True}, "d_embed"),
        ({"d_hidden": True}, "d_hidden"),
        ({"src_vocab_size": -1}, "src_vocab_size"),
        ({"dropout": 1.0}, "dropout"),
        ({"attention": "multiplicative"}, "attention"),
    ],
)
def test_a_wrong_config_names_the_argument(change, name):
    sizes = {"src_vocab_size": 20, "tgt_vocab_size": 25} | change
    with pytest.raises(InputError, match=f"^{name}: expected"):
        RecurrentConfig(**sizes)


def test_device_and_dtype_follow_the_model():
    model = build().double()
    assert model(sentences(3), sentences(2)).dtype == torch.float64
    if torch.cuda.is_available():
        cuda = build().cuda()
        assert cuda(sentences(3).cuda(), sentences(2).cuda()).is_cuda


@pytest.mark.parametrize("src", [[[0, 3, 4]], [[3, 0, 4]], [[3, 4, 5], [0, 0, 6]]])
@pytest.mark.parametrize("attention", [None, "additive"])
def test_padding_before_a_word_is_refused(src, attention):
    """The GRU would read it as a shorter sentence, and attention would look at the wrong vectors."""
    with pytest.raises(InputError, match="src: expected padding at the end of a sentence only"):
        build(attention).encode(torch.tensor(src))


@pytest.mark.parametrize("attention", [None, "additive"])
def test_nothing_to_read_or_to_write_is_refused(attention):
    model = build(attention)
    with pytest.raises(InputError, match="src: expected at least one sentence"):
        model.encode(torch.zeros(0, 3, dtype=torch.long))
    with pytest.raises(InputError, match="tgt: expected at least one word"):
        model(sentences(3), torch.zeros(1, 0, dtype=torch.long))


@pytest.mark.parametrize("attention", KINDS)
def test_select_keeps_rows_of_all_that_a_state_holds(attention):
    model, src, tgt = build(attention), sentences(5, 2, 4), sentences(3, 3, 3)
    state = model.start(model.encode(src))
    _, _, state = model.step(tgt[:, 0], state)
    rows = torch.tensor([1, 2, 2, 0])
    logits, weights, _ = model.step(tgt[rows, 1], state.select(rows), need_weights=True)
    expected = model.step(tgt[:, 1], state, need_weights=True)
    torch.testing.assert_close(logits, expected[0][rows])
    assert weights is None or torch.allclose(weights, expected[1][rows])


@pytest.mark.parametrize("attention", KINDS)
def test_reorder_is_select_among_the_rows_of_one_sentence(attention):
    model, src, tgt = build(attention), sentences(5, 2).repeat_interleave(2, dim=0), sentences(3, 3, 3, 3)
    state = model.start(model.encode(src))
    _, _, state = model.step(tgt[:, 0], state)
    rows = torch.tensor([1, 0, 2, 2])
    found = model.step(tgt[rows, 1], state.reorder(rows), need_weights=True)
    expected = model.step(tgt[rows, 1], state.select(rows), need_weights=True)
    torch.testing.assert_close(found[0], expected[0])
    assert attention is None or torch.allclose(found[1], expected[1])
    assert state.reorder(rows).memory is state.memory
