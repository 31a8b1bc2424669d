"""Label smoothing gives nothing to padding, and what is measured has none. (The mean over tokens: test_training.)"""

import math
from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from learners import CONFIG, make_batches, make_model, run

from tfmr.training import evaluate_loss
from tfmr.training.loss import TranslationLoss, smoothed_loss

VOCAB, PAD = 7, 2


def logits_and_targets(dtype=torch.float64):
    logits = torch.randn(9, VOCAB, dtype=dtype, requires_grad=True)
    return logits, torch.tensor([0, 1, PAD, 3, 4, 5, 6, PAD, 3])


def dense(logits, targets, smoothing):
    """Cross-entropy against a target distribution that is written out, and that distribution's entropy."""
    wanted = torch.full((len(targets), VOCAB), smoothing / (VOCAB - 1), dtype=logits.dtype)
    wanted[:, PAD] = 0
    wanted[range(len(targets)), targets] += 1 - smoothing
    wanted[targets == PAD] = 0
    divergence = F.kl_div(logits.log_softmax(-1), wanted, reduction="sum")
    return divergence - torch.special.xlogy(wanted, wanted).sum()


def test_without_smoothing_it_is_cross_entropy():
    logits, targets = logits_and_targets()
    loss, nll = smoothed_loss(logits, targets, PAD, 0.0)
    expected = F.cross_entropy(logits, targets, ignore_index=PAD, reduction="sum")
    assert loss.item() == nll.item() == expected.item()
    assert torch.equal(*(torch.autograd.grad(x, logits)[0] for x in (loss, expected)))


@pytest.mark.parametrize("smoothing", [0.05, 0.1, 0.5, 0.9])
def test_with_smoothing_it_is_the_distance_to_a_smooth_distribution(smoothing):
    logits, targets = logits_and_targets()
    loss, nll = smoothed_loss(logits, targets, PAD, smoothing)
    expected = dense(logits, targets, smoothing)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-12)
    assert nll.item() == pytest.approx(smoothed_loss(logits, targets, PAD, 0.0)[0].item(), rel=1e-12)
    assert not nll.requires_grad
    (2 * loss).backward()  # whatever stands above it
    (gradient,) = torch.autograd.grad(2 * expected, logits)
    torch.testing.assert_close(logits.grad, gradient, atol=1e-12, rtol=0)


def test_pytorchs_own_smoothing_is_another_one():
    """It spreads over padding too: what is compared with is not what is meant."""
    logits, targets = logits_and_targets()
    theirs = F.cross_entropy(logits, targets, ignore_index=PAD, label_smoothing=0.1, reduction="sum")
    assert abs(theirs.item() - smoothed_loss(logits, targets, PAD, 0.1)[0].item()) > 0.01


def test_trap_07_padding_gets_no_probability():
    """A step against the gradient never makes padding likelier, where it stands nor where it does not."""
    logits, targets = logits_and_targets()
    smoothed_loss(logits, targets, PAD, 0.3)[0].backward()
    real = targets != PAD
    assert (logits.grad[~real] == 0).all()
    torch.testing.assert_close(logits.grad[real, PAD], logits.softmax(-1)[real, PAD])
    for word in set(range(VOCAB)) - {PAD}:  # while every word that was almost impossible becomes likelier
        with torch.no_grad():
            low = logits.clone()
            low[:, word] = -20
        low.requires_grad_()
        smoothed_loss(low, targets, PAD, 0.3)[0].backward()
        assert (low.grad[real, word] < 0).all()


@pytest.mark.parametrize("pad_id", [0, PAD, VOCAB - 1])
def test_trap_07_the_loss_is_finite_even_where_padding_is_impossible(pad_id):
    logits = torch.randn(4, VOCAB)
    logits[:, pad_id] = -math.inf
    logits.requires_grad_()
    loss, nll = smoothed_loss(logits, torch.tensor([3, 4, pad_id, 5]), pad_id, 0.1)
    loss.backward()
    assert loss.isfinite() and nll.isfinite() and logits.grad.isfinite().all()
    padding_alone, _ = smoothed_loss(torch.randn(2, VOCAB), torch.full((2,), pad_id), pad_id, 0.1)
    assert padding_alone.item() == 0


def test_trap_07_what_is_measured_has_no_smoothing():
    """Neither the validation loss, so the perplexity, nor the training loss that stands beside it."""
    model, batches = make_model(dropout=0.0), make_batches(count=21)
    before = evaluate_loss(model, batches)
    still = replace(CONFIG, epochs=1, learning_rate=1e-12, label_smoothing=0.4)
    _, history = run(still, batches=batches, valid=batches, model=model)
    assert history.epochs[0].train_loss == pytest.approx(before, rel=1e-5)
    assert history.epochs[0].valid_loss == pytest.approx(before, rel=1e-5)


def test_smoothing_reaches_the_training():
    """With half of the probability for all words, no word gets much more than its share."""
    batches = make_batches(count=4)
    for smoothing, low in ((0.0, 0.2), (0.5, 0.5)):
        config = replace(CONFIG, epochs=60, label_smoothing=smoothing)
        _, history = run(config, batches=batches, valid=batches, model=make_model(dropout=0.0))
        assert (history.best.valid_loss < 0.3) is (low == 0.2)


def test_a_loss_in_16_bits_is_summed_up_in_32():
    model = make_model(dropout=0.0)
    batch = next(make_batches().batches(0))
    exact, _ = TranslationLoss(model, 0.1)(batch.src, batch.tgt)
    loss, nll = TranslationLoss(model, 0.1, torch.bfloat16)(batch.src, batch.tgt)
    assert loss.dtype == nll.dtype == torch.float32
    assert loss.item() != exact.item() and loss.item() == pytest.approx(exact.item(), rel=0.02)
