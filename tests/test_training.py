"""The loop learns, measures exactly, and comes back from the dead with the same bits."""

import math
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import jaxtyping
import pytest
import torch
from learners import CONFIG, Interrupted, bits, losses, make_batches, make_model, run
from safetensors import SafetensorError
from torch import nn

from tfmr.data.batches import BucketedBatches
from tfmr.errors import InputError
from tfmr.training import (
    Epoch,
    History,
    TrainConfig,
    checkpoints,
    evaluate_loss,
    learning_rate_at,
    loop,
    pick_device,
    train,
    train_step,
)
from tfmr.training.checkpoints import load_tensors, save_tensors
from tfmr.training.loss import TranslationLoss, try_longest
from tfmr.training.machine import autocast_type, is_out_of_memory
from tfmr.training.run import mean_parameters
from tfmr.training.step import train_step_in_parts


@pytest.fixture(autouse=True)
def _fast_disk(monkeypatch):
    """Do not wait for the disk, which may be busy: a process may die in these tests, but not the machine."""
    monkeypatch.setattr(os, "fsync", lambda file: None)


# --- learning -------------------------------------------------------------------------------------------


def test_the_loss_falls_and_the_history_says_so():
    model, history = run(replace(CONFIG, epochs=15), model=make_model(dropout=0.0))
    first, last = history.epochs[0], history.epochs[-1]
    assert [epoch.number for epoch in history.epochs] == list(range(1, 16))
    assert last.train_loss < 0.8 * first.train_loss
    assert last.tokens == sum(batch.num_tokens for batch in make_batches().batches(0))
    assert last.tokens_per_second == last.tokens / last.seconds > 0
    assert first.valid_perplexity == math.exp(first.valid_loss)


def test_the_same_seed_gives_the_same_weights_and_another_seed_others():
    one, _ = run()
    torch.rand(7)  # whatever was drawn before must not matter
    two, _ = run()
    other, _ = run(replace(CONFIG, seed=6))
    assert bits(one) == bits(two) != bits(other)


def test_training_ends_with_the_best_weights_in_eval_mode():
    # Four sentences are soon known by heart, and the validation loss rises again.
    batches, valid, model = make_batches(count=4), make_batches(seed=1, count=10), make_model(dropout=0.0)
    model, history = run(replace(CONFIG, epochs=40), batches=batches, valid=valid, model=model)
    assert history.best.number < 40
    assert evaluate_loss(model, valid) == history.best.valid_loss
    assert evaluate_loss(model, valid) == min(epoch.valid_loss for epoch in history.epochs)
    assert not any(module.training for module in model.modules())


def test_of_equal_losses_the_first_epoch_is_the_best(monkeypatch):
    """The weights too: later ones were no better, and had more time to learn by heart."""
    losses, seen = iter([2.0, 1.0, 1.0, 1.5]), []

    def scripted(model, *args):
        seen.append(bits(model))
        return next(losses)

    monkeypatch.setattr(loop, "evaluate_loss", scripted)
    model, history = run(replace(CONFIG, epochs=4))
    assert history.best.number == 2 and bits(model) == seen[1] != seen[2]
    later = History([Epoch(1, 1.0, 1.0, 1, 1.0), Epoch(2, 1.0, 1.0, 1, 1.0)])
    assert later.is_over(TrainConfig(epochs=9, patience=1)) and later.best.number == 1


def test_the_perplexity_of_an_epoch_may_be_infinite():
    assert Epoch(1, 9.0, 1e4, 1, 1.0).valid_perplexity == math.inf


def test_what_a_model_cannot_take_is_known_before_it_learns(tmp_path):
    """The longest validation pair alone, first: not after an epoch of training."""
    model, seen = make_model(), []
    encode = model.encode

    def narrow(src):
        seen.append(tuple(src.shape))
        if src.size(1) > 100:
            raise InputError("length: expected at most 100 positions, got 201")
        return encode(src)

    model.encode = narrow
    examples = make_batches(seed=1, count=6).examples
    valid = BucketedBatches([*examples, ([5] * 200 + [2], [1, 5, 2])], 4)
    before = bits(model)
    with pytest.raises(InputError, match="at most 100 positions"):
        run(checkpoint=tmp_path / "c.safetensors", valid=valid, model=model)
    assert seen == [(1, 201)] and bits(model) == before and os.listdir(tmp_path) == []
    seen.clear()
    longer_target = ([5, 2], [1, *[5] * 90, 2])
    try_longest(model, BucketedBatches([*examples, ([5] * 50 + [2], [1, 2]), longer_target], 4))
    assert seen == [(1, 2)]  # the wider side counts, whichever it is


def test_every_epoch_has_its_own_order_and_validation_always_the_same():
    class Noting(BucketedBatches):
        def batches(self, epoch):
            asked.append(epoch)
            return super().batches(epoch)

    examples = make_batches().examples
    for role, expected in (("train", [0, 1, 2]), ("valid", [0, 0, 0])):
        asked = []
        noting = Noting(examples, 4)
        run(batches=noting) if role == "train" else run(valid=noting)
        assert asked == expected


def test_early_stop_waits_for_patience_epochs_without_a_better_one():
    batches, valid = make_batches(count=4), make_batches(seed=1, count=10)
    config = replace(CONFIG, epochs=40, patience=3)
    _, history = run(config, batches=batches, valid=valid, model=make_model(dropout=0.0))
    assert len(history.epochs) < 40
    assert len(history.epochs) - history.best.number == 3


def test_on_epoch_is_called_with_each_record_after_its_checkpoint(tmp_path):
    path, seen = tmp_path / "c.safetensors", []

    def note(epoch):
        _, state = load_tensors(path)
        assert len(state["history"]["epochs"]) == len(seen) + 1
        seen.append(epoch)

    history = train(
        make_model(), make_batches(), make_batches(1), CONFIG, device="cpu", checkpoint=path, on_epoch=note
    )
    assert seen == history.epochs


def test_the_bar_is_shown_on_standard_error_and_only_when_asked_for(capsys):
    run()
    assert capsys.readouterr() == ("", "")
    train(make_model(), make_batches(), make_batches(1), CONFIG, device="cpu", progress=True)
    out, err = capsys.readouterr()
    assert out == "" and "epoch 1/3" in err


def test_gradients_are_clipped_to_the_norm(monkeypatch):
    norms = []
    step = torch.optim.Adam.step

    def spy(self, *args, **kwargs):
        gradients = [p.grad.norm() for p in self.param_groups[0]["params"]]
        norms.append(torch.stack(gradients).norm().item())
        return step(self, *args, **kwargs)

    monkeypatch.setattr(torch.optim.Adam, "step", spy)
    run(replace(CONFIG, clip_norm=0.1))
    assert max(norms) <= 0.1001 and len(norms) == 15
    norms.clear()
    run(replace(CONFIG, clip_norm=math.inf))
    assert max(norms) > 0.2


# --- schedule -------------------------------------------------------------------------------------------


def test_the_optimizer_follows_the_schedule_over_all_epochs(monkeypatch):
    rates = []
    step = torch.optim.Adam.step

    def spy(self, *args, **kwargs):
        rates.append(self.param_groups[0]["lr"])
        return step(self, *args, **kwargs)

    monkeypatch.setattr(torch.optim.Adam, "step", spy)
    config = replace(CONFIG, learning_rate=0.01, warmup_steps=2, schedule="linear")
    run(config)
    assert rates == [learning_rate_at(number, config, 15) for number in range(15)]


# --- the loss -------------------------------------------------------------------------------------------


def test_the_mean_is_over_tokens_whatever_the_batches():
    model = make_model()
    means = [evaluate_loss(model, make_batches(count=23, batch_size=size)) for size in (1, 3, 4, 23)]
    assert means == pytest.approx([means[0]] * 4, rel=1e-6)


def test_the_loss_is_the_definition_worked_out_token_by_token():
    model = make_model().eval()
    batches = make_batches(count=7, batch_size=3)
    nll, tokens = 0.0, 0
    for src, tgt in batches.examples:
        src, tgt = torch.tensor([src]), torch.tensor([tgt])
        log_p = model.decode(tgt[:, :-1], model.encode(src)).log_softmax(-1)
        for position in range(tgt.shape[1] - 1):
            nll -= log_p[0, position, tgt[0, position + 1]].item()
            tokens += 1
    assert evaluate_loss(model, batches) == pytest.approx(nll / tokens, rel=1e-6)


def test_training_loss_is_the_mean_over_tokens_too():
    """With a learning rate of next to nothing, the epoch's loss is that of the untouched model."""
    model, batches = make_model(dropout=0.0), make_batches(count=21)
    before = evaluate_loss(model, batches)
    _, history = run(TrainConfig(epochs=1, learning_rate=1e-12), batches=batches, model=model)
    assert history.epochs[0].train_loss == pytest.approx(before, rel=1e-5)


@pytest.mark.parametrize("training_mode", [True, False])
def test_trap_06_evaluation_has_no_dropout_and_puts_the_mode_back(training_mode):
    model = make_model(dropout=0.9).train(training_mode)
    first, second = evaluate_loss(model, make_batches()), evaluate_loss(model, make_batches())
    assert first == second == evaluate_loss(model.eval(), make_batches())
    model.train(training_mode)
    model.output = None  # and when it fails
    with pytest.raises(TypeError):
        evaluate_loss(model, make_batches())
    assert model.training is training_mode


def test_trap_06_every_epoch_trains_with_dropout():
    """Validation puts the model into eval mode in between; it must not stay there."""
    model, modes = make_model(), []
    decode = model.decode

    def spy(tgt, memory):
        if torch.is_grad_enabled():
            modes.append(model.dropout.training)
        return decode(tgt, memory)

    model.decode = spy
    run(model=model.eval())
    assert modes == [True] * 15


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_stops_with_a_reason_and_keeps_the_last_checkpoint(tmp_path, value):
    model, path = make_model(), tmp_path / "c.safetensors"
    decode, calls = model.decode, []

    def spoilt(tgt, memory):
        calls.append(1)  # the first call tries the longest validation pair
        return decode(tgt, memory) * (value if len(calls) > 4 else 1.0)

    model.decode = spoilt
    with pytest.raises(InputError, match="learning_rate: .* loss (nan|inf) .* by update 4 of epoch 1"):
        run(checkpoint=path, model=model)
    tensors, state = load_tensors(path)
    assert state["partial"]["updates"] == 3
    assert all(tensor.isfinite().all() for tensor in tensors.values() if tensor.is_floating_point())


def test_a_gradient_that_is_not_finite_stops_it_too(tmp_path):
    """A root is vertical at 0: the loss is as it was, its gradient infinite."""
    model, path = make_model(), tmp_path / "c.safetensors"
    decode, calls = model.decode, []

    def steep(tgt, memory):
        calls.append(1)
        bias = model.output.bias
        return decode(tgt, memory) + ((bias - bias.detach()).sqrt() if len(calls) > 4 else 0.0)

    model.decode = steep
    with pytest.raises(InputError, match=r"got loss \d.* and gradient norm (nan|inf) by update 4 of epoch 1"):
        run(checkpoint=path, model=model)
    assert load_tensors(path)[1]["partial"]["updates"] == 3


def test_a_loss_is_looked_at_where_it_is_logged_and_before_checkpoints(tmp_path):
    """Not after every update: that would make a GPU wait."""
    for settings, expected in (
        ({"log_every": 2, "checkpoint_every": 100}, 4),
        ({"log_every": 100, "checkpoint_every": 3}, 3),
        ({"log_every": 100, "checkpoint_every": 100}, 5),
    ):
        model = make_model()
        decode, calls = model.decode, []

        def spoilt(tgt, memory, decode=decode, calls=calls):
            calls.append(1)
            return decode(tgt, memory) * (math.nan if len(calls) > 3 else 1.0)

        model.decode = spoilt
        with pytest.raises(InputError, match=f"by update {expected} of epoch 1"):
            run(replace(CONFIG, **settings), model=model)


def test_a_validation_loss_that_is_not_finite_stops_with_a_reason(monkeypatch):
    monkeypatch.setattr(loop, "evaluate_loss", lambda *args: math.nan)
    with pytest.raises(InputError, match="learning_rate: .* validation loss nan by update 5 of epoch 1"):
        run()


# --- updates of several batches ---------------------------------------------------------------------------


def in_order(batch_size):
    """The same sentences in the same order, whatever the size of a batch."""
    return BucketedBatches(make_batches(count=22).examples, batch_size, shuffle=False)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_accumulated_batches_are_one_large_batch(smoothing):
    """Each token counts the same, though the small batches have different numbers of them."""
    config = replace(CONFIG, label_smoothing=smoothing, log_every=1)
    large, expected = run(config, batches=in_order(8), model=make_model(dropout=0.0))
    small, found = run(replace(config, accumulate=4), batches=in_order(2), model=make_model(dropout=0.0))
    torch.testing.assert_close(small.state_dict(), large.state_dict(), rtol=1e-5, atol=1e-6)
    for one, two in zip(losses(found), losses(expected), strict=True):
        assert one == pytest.approx(two, rel=1e-6)


def test_trap_10_schedule_log_and_checkpoints_count_updates(tmp_path, monkeypatch):
    """Eleven batches, four an update: three updates an epoch, the last of three batches."""
    rates, step, saved = [], torch.optim.Adam.step, []

    def spy(self, *args, **kwargs):
        rates.append(self.param_groups[0]["lr"])
        return step(self, *args, **kwargs)

    monkeypatch.setattr(torch.optim.Adam, "step", spy)
    monkeypatch.setattr(
        loop, "save_tensors", lambda path, tensors, state: saved.append(state["partial"]["updates"])
    )
    settings = {
        "accumulate": 4,
        "checkpoint_every": 2,
        "warmup_steps": 2,
        "schedule": "linear",
        "log_every": 1,
    }
    config, log = replace(CONFIG, **settings), tmp_path / "log.csv"
    train(
        make_model(), in_order(2), make_batches(1), config, device="cpu", checkpoint=tmp_path / "c", log=log
    )
    assert rates == [learning_rate_at(number, config, 9) for number in range(9)]
    assert saved == [2, 0] * 3
    rows = log.read_text(encoding="utf-8").splitlines()[1:]
    assert [int(row.split(",")[0]) for row in rows] == list(range(1, 10))


# --- the mean of the last epochs --------------------------------------------------------------------------


@pytest.mark.parametrize("average", [1, 3])
def test_the_mean_of_the_last_epochs_is_measured_and_kept(average):
    seen = []
    config = replace(CONFIG, epochs=6, average=average)
    model, valid = make_model(), make_batches(seed=1, count=6)
    history = train(
        model, make_batches(), valid, config, device="cpu",
        on_epoch=lambda epoch: seen.append({n: t.clone() for n, t in model.state_dict().items()}),
    )  # fmt: skip
    assert (
        len({tensors["output.bias"].sum().item() for tensors in seen}) == 6
    )  # it went on from its own, not the mean
    for number, epoch in enumerate(history.epochs, start=1):
        last = seen[max(0, number - average) : number]
        mean = {name: sum(tensors[name] for tensors in last) / len(last) for name in last[0]}
        if epoch is history.best:
            torch.testing.assert_close(dict(model.state_dict()), mean)
        other = make_model()
        other.load_state_dict(mean)
        assert evaluate_loss(other, valid) == pytest.approx(epoch.valid_loss, rel=1e-6)


def test_what_is_no_real_number_has_no_mean():
    sets = [{"weight": torch.tensor([1.0, 4.0]), "steps": torch.tensor(n)} for n in (3, 5)]
    sets[1]["weight"] += 2
    mean = mean_parameters(sets)
    assert mean["weight"].tolist() == [2.0, 5.0] and mean["steps"].item() == 5


# --- precision and compilation ----------------------------------------------------------------------------


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_16_bits_learn_about_the_same_and_keep_parameters_in_32(precision):
    config = replace(CONFIG, epochs=6, label_smoothing=0.1)
    _, expected = run(config, model=make_model(dropout=0.0))
    model, found = run(replace(config, precision=precision), model=make_model(dropout=0.0))
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    assert losses(found) != losses(expected)
    assert found.epochs[-1].valid_loss == pytest.approx(expected.epochs[-1].valid_loss, rel=0.05)


def test_fp16_scales_its_gradients_and_leaves_out_what_overflows(tmp_path):
    """A loss scaled by 2 ** 30 overflows: the scale falls until it does not, and the checkpoint knows it."""
    path, norms = tmp_path / "log.csv", []
    scaler = torch.amp.GradScaler
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            torch.amp, "GradScaler", lambda device, enabled: scaler(device, 2.0**30, enabled=enabled)
        )
        train(
            make_model(), make_batches(), make_batches(1), replace(CONFIG, precision="fp16", epochs=8),
            device="cpu", checkpoint=tmp_path / "c.safetensors", log=path,
        )  # fmt: skip
    norms = [float(row.split(",")[4]) for row in path.read_text(encoding="utf-8").splitlines()[1:]]
    assert not math.isfinite(norms[0]) and math.isfinite(norms[-1])
    assert load_tensors(tmp_path / "c.safetensors")[1]["scaler"]["scale"] < 2.0**30


def test_a_device_that_cannot_scale_gradients_is_refused():
    assert autocast_type("fp32", torch.device("mps")) is None
    assert autocast_type("bf16", torch.device("mps")) is torch.bfloat16
    with pytest.raises(InputError, match="precision: expected fp32 or bf16 on mps, got 'fp16'"):
        autocast_type("fp16", torch.device("mps"))


def test_a_compiled_loss_learns_the_same(monkeypatch):
    """By Dynamo without a code generator, which needs no C++ compiler; widths may differ from batch to batch."""
    asked, compiler = [], torch.compile

    def spy(function, **options):
        asked.append(options)
        return compiler(function, backend="eager", **options)

    config = replace(CONFIG, label_smoothing=0.1)
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    expected, _ = run(config, model=make_model(dropout=0.0))
    assert asked == []
    monkeypatch.setattr(torch, "compile", spy)
    torch._dynamo.reset()
    model, _ = run(replace(config, compile=True), model=make_model(dropout=0.0))
    assert asked == [{"dynamic": True}]
    torch.testing.assert_close(model.state_dict(), expected.state_dict(), rtol=1e-5, atol=1e-6)


# --- one step -------------------------------------------------------------------------------------------


def line_and_loss(slope=1.0):
    """A line with parameters 2 and 3, its optimizer, and a loss with gradients 8 and 4, times ``slope``."""
    line = nn.Linear(1, 1)
    nn.init.constant_(line.weight, 2.0)
    nn.init.constant_(line.bias, 3.0)
    return line, torch.optim.SGD(line.parameters(), lr=0.125), slope * 4 * line(torch.tensor([[2.0]])).sum()


@pytest.mark.parametrize(("clip_norm", "share"), [(math.inf, 1.0), (1e3, 1.0), (80**0.5 / 2, 0.5)])
def test_a_step_goes_against_the_clipped_gradient_and_returns_the_whole_one(clip_norm, share):
    line, optimizer, loss = line_and_loss()
    assert train_step(loss, line, optimizer, clip_norm).item() == pytest.approx(math.hypot(8, 4))
    assert line.weight.item() == pytest.approx(2 - share * 8 * 0.125)
    assert line.bias.item() == pytest.approx(3 - share * 4 * 0.125)


def test_unless_told_otherwise_a_gradient_is_taken_whole():
    steps = []
    for clip_norm in ((), (math.inf,)):
        line, optimizer, loss = line_and_loss()
        train_step(loss, line, optimizer, *clip_norm)
        steps.append((line.weight.item(), line.bias.item()))
    assert steps[0] == steps[1]


def test_a_step_forgets_the_gradient_of_the_one_before():
    line, optimizer, loss = line_and_loss()
    line.weight.grad = torch.full_like(line.weight, 100.0)
    assert train_step(loss, line, optimizer).item() == pytest.approx(math.hypot(8, 4))


def test_a_step_in_parts_is_the_same_step():
    """The sum of the parts' gradients; of one part alone, the same bits."""
    steps = []
    for parts in (None, [1.0], [0.25, 0.75]):
        line, optimizer, loss = line_and_loss()
        if parts is None:
            norm = train_step(loss, line, optimizer, 5.0)
        else:
            line.weight.grad = torch.full_like(line.weight, 100.0)  # of an earlier step
            losses = (part * 4 * line(torch.tensor([[2.0]])).sum() for part in parts)
            norm = train_step_in_parts(
                losses, line, optimizer, 5.0, torch.amp.GradScaler("cpu", enabled=False)
            )
        steps.append((norm.item(), bits(line)))
    assert steps[0] == steps[1] == steps[2]
    assert steps[0][0] == pytest.approx(math.hypot(8, 4))


def test_a_scaled_loss_makes_the_same_step():
    """The gradient is measured and clipped in the loss's own units; powers of two change no digit."""
    steps = []
    for scaler in (torch.amp.GradScaler("cpu", enabled=False), torch.amp.GradScaler("cpu", 2.0**10)):
        torch.manual_seed(0)
        line, x = nn.Linear(3, 2), torch.randn(4, 3)
        optimizer = torch.optim.SGD(line.parameters(), lr=0.1)
        norm = train_step_in_parts([line(x).square().sum()], line, optimizer, 0.5, scaler)
        steps.append((norm.item(), bits(line)))
    assert steps[0] == steps[1] and steps[0][0] > 0.5


def test_a_step_waits_for_no_device():
    """What waits is an ``item()`` somewhere; on a device without numbers there can be none."""
    line = nn.Linear(2, 2, device="meta")
    norm = train_step(
        line(torch.zeros(1, 2, device="meta")).sum(), line, torch.optim.SGD(line.parameters()), 1.0
    )
    assert norm.is_meta


def test_whatever_learns_takes_this_step():
    """One learning step stands in the whole project; what else calls ``step()`` are schedules."""
    root = Path(__file__).resolve().parent.parent
    paths = [path for folder in ("tfmr", "experiments") for path in (root / folder).rglob("*.py")]
    found = {p.name for p in paths if re.search(r"optimi[sz]er\.step\(", p.read_text(encoding="utf-8"))}
    assert found == {"step.py"}


# --- exact resume ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("every", "more"),
    [
        (1, {}),
        (2, {}),
        (100, {}),
        (1, {"accumulate": 2, "average": 2, "label_smoothing": 0.1, "log_every": 2}),
        (2, {"average": 3, "precision": "fp16", "schedule": "cosine", "log_every": 3}),
    ],
)
def test_interrupted_after_any_step_it_resumes_to_the_same_bits(tmp_path, every, more):
    config = replace(CONFIG, **{"checkpoint_every": every, "schedule": "linear", "warmup_steps": 3} | more)
    expected, expected_history = run(config)
    for step in range(15):
        path = tmp_path / f"{step}.safetensors"
        with pytest.raises(KeyboardInterrupt):
            run(config, path, batches=Interrupted(make_batches(), step))
        if path.exists():  # what a lost step would be: the weights of a fresh model
            assert load_tensors(path)[1]["config"]["checkpoint_every"] == every
        model, history = run(config, path, model=make_model(seed=99) if path.exists() else None)
        assert bits(model) == bits(expected), f"interrupted after step {step}"
        assert losses(history) == losses(expected_history)


def test_a_checkpoint_goes_on_where_it_was_written(tmp_path, monkeypatch):
    """The steps before the checkpoint are not taken a second time."""
    path, taken = tmp_path / "c.safetensors", []
    with pytest.raises(KeyboardInterrupt):
        run(checkpoint=path, batches=Interrupted(make_batches(), 8))
    original = TranslationLoss.forward

    def spy(self, src, tgt):
        taken.append(src)
        return original(self, src, tgt)

    monkeypatch.setattr(TranslationLoss, "forward", spy)
    run(checkpoint=path)
    assert len(taken) == 15 - 8


_KILLED = """
import os, random, signal, sys, time, traceback
import torch
torch.set_num_threads(1)
sys.path.insert(0, {tests!r})
from learners import CONFIG, make_model, make_batches
from tfmr.training import checkpoints, loop
from tfmr.training.checkpoints import load_tensors, save_tensors
from dataclasses import replace

folder, how = sys.argv[1], sys.argv[2]
checkpoint, final = folder + "/checkpoint.safetensors", folder + "/final.safetensors"
# Wide enough that writing takes a good part of the time, so that many kills hit it.
config = replace(CONFIG, epochs=4, schedule="linear")
batches, valid = make_batches(count=24), make_batches(seed=1, count=6)

def life(checkpoint, final):
    model = make_model(width=128)
    history = loop.train(model, batches, valid, config, device="cpu", checkpoint=checkpoint)
    save_tensors(final, model.state_dict(), {{"losses": [e.valid_loss for e in history.epochs]}})
    os._exit(0)

def die_while_writing(half, calls):
    # In the middle of the file, or with the whole file written but not yet under its name.
    count = [0]
    def save_file(tensors, path, metadata):
        real_save(tensors, path, metadata=metadata)
        count[0] += 1
        if half and count[0] == calls:
            os.truncate(path, os.path.getsize(path) // 2)
            os.kill(os.getpid(), signal.SIGKILL)
    def replace(source, target):
        if count[0] == calls:
            os.kill(os.getpid(), signal.SIGKILL)
        real_replace(source, target)
    real_save, real_replace = checkpoints.save_file, os.replace
    checkpoints.save_file, os.replace = save_file, replace

def fork(*args):
    # The child is as good as a new process, without its 2 s of imports.
    death = generator.choice([(True, 2), (False, 2), (True, 5), (False, 5)])
    child = os.fork()
    if child == 0:
        if how != "random" and args[0] == checkpoint:
            die_while_writing(*death)
        try:
            life(*args)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    return child

torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))])  # imports more than a second's worth of modules
generator = random.Random(3)
os.fsync = lambda file: None  # the process dies, not the machine
started = time.perf_counter()
os.waitpid(fork(folder + "/whole.safetensors", folder + "/expected.safetensors"), 0)
whole_life = time.perf_counter() - started
kills, stands = 0, set()
while not os.path.exists(final):
    child = fork(checkpoint, final)
    if how == "random":
        time.sleep(generator.uniform(0.0, whole_life / 3))
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        kills += 1
    elif os.WEXITSTATUS(status) != 0:
        sys.exit("a life ended in an error")
    if os.path.exists(checkpoint):
        _, state = load_tensors(checkpoint)  # whole, whenever it is looked at
        stands.add((len(state["history"]["epochs"]), state["partial"]["updates"]))
    if kills > 300:
        sys.exit("no progress")
print(kills, len(stands))
"""


@pytest.mark.parametrize("how", ["random", "writing"])
def test_killed_at_any_moment_it_resumes_to_the_same_bits(tmp_path, how):
    """SIGKILL, again and again: at random moments, in the middle of writing, and just before the renaming."""
    script = _KILLED.format(tests=str(Path(__file__).parent))
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    result = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), how],
        capture_output=True, text=True, encoding="utf-8", env=environment, timeout=120,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    kills, stands = map(int, result.stdout.split())
    assert kills >= 3 and stands >= 3, "too few deaths to show anything"
    expected, expected_state = load_tensors(tmp_path / "expected.safetensors")
    final, final_state = load_tensors(tmp_path / "final.safetensors")
    assert final_state == expected_state
    assert {n: t.numpy().tobytes() for n, t in final.items()} == {
        n: t.numpy().tobytes() for n, t in expected.items()
    }
    assert not list(tmp_path.glob(".checkpoint*")), "what a kill left half-written is still there"


def test_a_disk_that_fills_up_leaves_the_last_good_checkpoint(tmp_path, monkeypatch):
    """It is read, gone on from, and the run ends with the same bits."""
    path, save, count = tmp_path / "c.safetensors", checkpoints.save_file, []
    expected, _ = run()

    def full_disk(tensors, temporary, metadata):
        count.append(1)
        if len(count) == 8:
            temporary.write_bytes(b"half a file")
            raise SafetensorError("I/O error: No space left on device (os error 28)")
        save(tensors, temporary, metadata)

    monkeypatch.setattr(checkpoints, "save_file", full_disk)
    with pytest.raises(InputError, match="c.safetensors: expected to write this file, got .* No space left"):
        run(checkpoint=path)
    assert os.listdir(tmp_path) == ["c.safetensors"]
    assert load_tensors(path)[1]["partial"]["updates"] == 2  # of the second epoch: the seventh update
    model, _ = run(checkpoint=path)
    assert bits(model) == bits(expected)


def test_the_best_weights_survive_a_resume_in_a_later_and_worse_epoch(tmp_path):
    path, config = tmp_path / "c.safetensors", replace(CONFIG, epochs=40)
    batches, valid = make_batches(count=4, batch_size=2), make_batches(seed=1, count=10)
    expected, history = run(config, batches=batches, valid=valid, model=make_model(dropout=0.0))
    assert history.best.number < 39
    with pytest.raises(KeyboardInterrupt):
        late = Interrupted(batches, 2 * 39 + 1)
        run(config, path, batches=late, valid=valid, model=make_model(dropout=0.0))
    model, _ = run(config, path, batches=batches, valid=valid, model=make_model(dropout=0.0))
    assert bits(model) == bits(expected)


def test_more_epochs_go_on_as_if_they_had_been_asked_for_at_once(tmp_path):
    path = tmp_path / "c.safetensors"
    expected, expected_history = run(replace(CONFIG, epochs=5))
    run(replace(CONFIG, epochs=2), path)
    model, history = run(replace(CONFIG, epochs=5), path)
    assert bits(model) == bits(expected)
    assert losses(history) == losses(expected_history)


def test_a_finished_run_is_not_trained_again(tmp_path):
    path = tmp_path / "c.safetensors"
    expected, _ = run(checkpoint=path)
    before = path.read_bytes()
    model, history = run(checkpoint=path, model=make_model(seed=3))
    assert bits(model) == bits(expected) and len(history.epochs) == 3
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"learning_rate": 0.01}, "learning_rate: expected 0.02, .* got 0.01"),
        ({"seed": 6}, "seed"),
        ({"clip_norm": 0.5}, "clip_norm"),
        ({"patience": 2}, "patience"),
        ({"epochs": 2}, "epochs: expected 3, .* got 2"),
        ({"schedule": "linear"}, "schedule"),
        ({"checkpoint_every": 2}, "checkpoint_every"),
    ],
)
def test_another_config_is_refused(tmp_path, change, named):
    path = tmp_path / "c.safetensors"
    run(checkpoint=path)
    before = path.read_bytes()
    with pytest.raises(InputError, match=named):
        run(replace(CONFIG, **change), path)
    assert path.read_bytes() == before


def test_more_epochs_are_refused_where_the_schedule_depends_on_them(tmp_path):
    path = tmp_path / "c.safetensors"
    linear = replace(CONFIG, schedule="linear")
    run(linear, path)
    with pytest.raises(InputError, match="epochs: expected 3"):
        run(replace(linear, epochs=4), path)


def test_other_data_and_other_models_are_refused(tmp_path):
    path = tmp_path / "c.safetensors"
    run(checkpoint=path)
    with pytest.raises(InputError, match="train_batches"):
        run(checkpoint=path, batches=make_batches(seed=2))
    with pytest.raises(InputError, match="valid_batches"):
        run(checkpoint=path, valid=make_batches(seed=3, count=6))
    target_changed = make_batches()
    target_changed.examples[7][1][-2] += 1
    with pytest.raises(InputError, match="train_batches"):
        run(checkpoint=path, batches=target_changed)
    shuffled = BucketedBatches(make_batches().examples, 4, seed=9)
    with pytest.raises(InputError, match="train_batches"):
        run(checkpoint=path, batches=shuffled)
    with pytest.raises(InputError, match=r"embedding.weight of shape \[13, 8\].*found \[12, 8\]"):
        run(checkpoint=path, model=make_model(vocab_size=13))
    wider = make_model()
    wider.extra = nn.Linear(2, 2)
    with pytest.raises(InputError, match=r"extra.weight of shape \[2, 2\].*found nothing"):
        run(checkpoint=path, model=wider)


def test_batches_padded_with_another_id_are_refused():
    examples = make_batches().examples
    for name in ("batches", "valid"):
        with pytest.raises(InputError, match=r"batches: expected the model's padding, 0, got 3"):
            run(**{name: BucketedBatches(examples, 4, pad_id=3)})


def test_another_identity_is_refused(tmp_path):
    path = tmp_path / "c.safetensors"

    def go(identity):
        train(
            make_model(),
            make_batches(),
            make_batches(1),
            CONFIG,
            device="cpu",
            checkpoint=path,
            identity=identity,
        )

    go({"vocabulary": "12ab"})
    with pytest.raises(InputError, match="vocabulary: expected '12ab', .* got '34cd'"):
        go({"vocabulary": "34cd"})
    go({"vocabulary": "12ab"})


def test_a_file_that_is_no_checkpoint_is_refused(tmp_path):
    """The weights of a run, copied over its checkpoint."""
    path = tmp_path / "c.safetensors"
    save_tensors(path, make_model().state_dict(), {"model": {}})
    with pytest.raises(InputError, match="checkpoint: expected where training stands"):
        run(checkpoint=path)


def test_a_broken_checkpoint_is_refused_and_kept(tmp_path):
    path = tmp_path / "c.safetensors"
    run(checkpoint=path)
    good = path.read_bytes()
    middle = len(good) // 2
    broken = {
        "empty": b"",
        "short header": good[:6],
        "cut in the header": good[:40],
        "cut in the tensors": good[:middle],
        "one byte less": good[:-1],
        "one byte more": good + b"\0",
        "one bit changed": good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :],
        "text": b"this is no checkpoint at all\n" * 10,
    }
    for name, content in broken.items():
        path.write_bytes(content)
        with pytest.raises(InputError, match="checkpoint: expected"):
            run(checkpoint=path)
        assert path.read_bytes() == content, name


# --- arguments ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"epochs": 0}, {"patience": 0}, {"checkpoint_every": 0}, {"learning_rate": 0.0}, {"warmup_steps": -1},
        {"clip_norm": -1.0}, {"schedule": "cosinus"}, {"learning_rate": math.nan}, {"epochs": 2**63},
        {"checkpoint_every": 2**63}, {"patience": 2**63}, {"warmup_steps": 2**63}, {"seed": 2**63},
        {"log_every": 0}, {"accumulate": 0}, {"average": 0}, {"eps": 0.0}, {"beta1": 1.0}, {"beta2": -0.1},
        {"label_smoothing": 1.0}, {"label_smoothing": -0.1}, {"min_learning_rate": 0.1}, {"precision": "fp8"},
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(wrong):
    with pytest.raises(InputError, match=f"{next(iter(wrong))}: expected"):
        TrainConfig(**wrong)


def test_the_inverse_square_root_needs_a_warm_up():
    with pytest.raises(InputError, match="warmup_steps: expected at least 1"):
        TrainConfig(schedule="inverse_sqrt")


def test_devices():
    assert pick_device("cpu") == pick_device(torch.device("cpu")) == torch.device("cpu")
    assert pick_device() == pick_device(pick_device().type)
    for missing in ("cuda:99", "gpu", "meta", "cpu:1", ""):
        with pytest.raises(InputError, match=f"device: expected .*cpu.*, got '{missing}'"):
            pick_device(missing)
    if not torch.cuda.is_available():
        with pytest.raises(InputError, match="device"):
            train(make_model(), make_batches(), make_batches(), CONFIG, device="cuda")


def test_running_out_of_memory_is_told_from_mistakes():
    assert is_out_of_memory(MemoryError())
    try:
        torch.empty(2**60)
    except RuntimeError as error:  # whatever this version of PyTorch says
        assert is_out_of_memory(error)
    assert not is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
