"""What training makes small: how surprised a model is by the right translations."""

import math
from itertools import islice

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn

from tfmr.data.batches import Batch, BucketedBatches
from tfmr.decoding.eval_mode import evaluating
from tfmr.seq2seq import Seq2Seq
from tfmr.training.processes import Processes


def negative_log_likelihood(model: Seq2Seq, batch: Batch) -> Float[Tensor, ""]:
    """The sum of ``-log p(token | tokens before it, source)`` over the batch's target tokens, in nats.

    The decoder reads ``tgt`` without its last column and predicts ``tgt`` without its first: teacher forcing.
    Padding is not predicted, so a sentence costs the same in whatever batch it stands.
    """
    logits = model.decode(batch.tgt[:, :-1], model.encode(batch.src))
    targets = batch.tgt[:, 1:]
    return F.cross_entropy(
        logits.flatten(0, 1), targets.flatten(), ignore_index=model.config.pad_id, reduction="sum"
    )


def smoothed_loss(
    logits: Float[Tensor, "tokens vocab"],
    targets: Int[Tensor, " tokens"],
    pad_id: int,
    smoothing: float,
) -> tuple[Float[Tensor, ""], Float[Tensor, ""]]:
    """The loss with label smoothing (Szegedy et al. 2016, section 7; Vaswani et al. 2017, section 5.4), and without.

    The right word should get ``1 - smoothing`` of the probability; the rest is spread evenly over all words (the right
    one too), but for padding, which is none. With ``z`` for the logits, ``y`` for the right word and the mean over all
    words, a token costs ``logsumexp(z) - (1 - smoothing) * z[y] - smoothing * mean(z)``.

    Args:
        targets: the right words; where padding stands, nothing is lost.
        smoothing: from 0 (none) to below 1.

    Returns:
        Two sums over tokens, in nats: what training makes small, and the negative log-likelihood, without a gradient.
    """
    if smoothing == 0:
        nll = F.cross_entropy(logits, targets, ignore_index=pad_id, reduction="sum")
        return nll, nll.detach()
    return _SmoothedLoss.apply(logits, targets, pad_id, smoothing)


class _SmoothedLoss(torch.autograd.Function):
    """The gradient is written out, ``softmax(z) - wanted``: left to autograd, it takes two to three times as long."""

    @staticmethod
    def forward(ctx, logits, targets, pad_id, smoothing):
        log_p = logits.log_softmax(dim=-1)
        padding = targets == pad_id
        right = log_p.gather(-1, targets.unsqueeze(-1)).squeeze(-1).masked_fill(padding, 0).sum()
        # Not the whole sum without the padding's part: a model may give padding a logit of minus infinity.
        others = log_p[:, :pad_id].sum(dim=-1) + log_p[:, pad_id + 1 :].sum(dim=-1)
        mean = others.masked_fill(padding, 0).sum() / (log_p.size(-1) - 1)
        ctx.save_for_backward(log_p, targets)
        ctx.pad_id, ctx.smoothing = pad_id, smoothing
        nll = -right
        ctx.mark_non_differentiable(nll)
        return -(1 - smoothing) * right - smoothing * mean, nll

    @staticmethod
    def backward(ctx, upstream, _):
        log_p, targets = ctx.saved_tensors
        pad_id, smoothing = ctx.pad_id, ctx.smoothing
        each = smoothing / (log_p.size(-1) - 1)
        gradient = log_p.exp().sub_(each)
        gradient[:, pad_id] = log_p[:, pad_id].exp()
        gradient.scatter_add_(-1, targets.unsqueeze(-1), torch.full_like(log_p[:, :1], smoothing - 1))
        gradient *= ((targets != pad_id) * upstream).unsqueeze(-1)
        return gradient, None, None, None


class TranslationLoss(nn.Module):
    """A model with its loss: the module that is compiled, and that several processes wrap.

    Args:
        model: keeps the contract of :class:`tfmr.seq2seq.Seq2Seq`.
        label_smoothing: see :func:`smoothed_loss`.
        dtype: what matrix products are computed in (``torch.autocast``); None: as the parameters are.
    """

    def __init__(self, model: Seq2Seq, label_smoothing: float = 0.0, dtype: torch.dtype | None = None):
        super().__init__()
        self.model, self.label_smoothing, self.dtype = model, label_smoothing, dtype

    def forward(
        self, src: Int[Tensor, "batch src_len"], tgt: Int[Tensor, "batch tgt_len"]
    ) -> tuple[Float[Tensor, ""], Float[Tensor, ""]]:
        """The two sums of :func:`smoothed_loss` over the batch's target tokens."""
        with torch.autocast(src.device.type, self.dtype, enabled=self.dtype is not None):
            logits = self.model.decode(tgt[:, :-1], self.model.encode(src)).flatten(0, 1)
        # In 32 bits: a sum over the vocabulary needs more digits than 16 bits hold.
        return smoothed_loss(
            logits.float(), tgt[:, 1:].flatten(), self.model.config.pad_id, self.label_smoothing
        )


def evaluate_loss(model: Seq2Seq, batches: BucketedBatches, processes: Processes | None = None) -> float:
    """Mean negative log-likelihood of a target token, in nats, without dropout; the model's mode is put back.

    The sum over all batches divided by all their tokens: the mean of the batches' means would count a token
    of a small batch for more. :func:`perplexity` makes the perplexity of it. There is no label smoothing here.

    Args:
        processes: those that call this together and share the batches out; None: this one measures all of them.
    """
    processes = processes or Processes()
    device = next(model.parameters()).device
    nll, tokens = 0.0, 0.0
    with evaluating(model):
        for batch in islice(batches.batches(epoch=0), processes.rank, None, processes.count):
            nll += negative_log_likelihood(model, batch.to(device)).item()
            tokens += batch.num_tokens
    nll, tokens = processes.total(nll, tokens)
    return nll / tokens


def try_longest(model: Seq2Seq, batches: BucketedBatches) -> None:
    """Measure the longest example alone: what a model or its machine cannot take, is known before it learns.

    Raises:
        InputError: the model has no position for so many tokens.
    """
    longest = max(batches.examples, key=lambda example: max(map(len, example)))
    evaluate_loss(model, BucketedBatches([longest], 1, pad_id=batches.pad_id))


def perplexity(mean_nll: float) -> float:
    """exp of the mean negative log-likelihood per token, in nats and without label smoothing.

    Where that is more than a number can hold (from about 710 nats on), it is infinite.
    """
    try:
        return math.exp(mean_nll)
    except OverflowError:
        return math.inf
