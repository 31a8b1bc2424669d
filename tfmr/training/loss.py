"""What training makes small: how surprised a model is by the right translations."""

import math

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from tfmr.data.batches import Batch, BucketedBatches
from tfmr.decoding.eval_mode import evaluating
from tfmr.seq2seq import Seq2Seq


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


def evaluate_loss(model: Seq2Seq, batches: BucketedBatches) -> float:
    """Mean negative log-likelihood of a target token, in nats, without dropout; the model's mode is put back.

    The sum over all batches divided by all their tokens: the mean of the batches' means would count a token
    of a small batch for more. :func:`perplexity` makes the perplexity of it.
    """
    device = next(model.parameters()).device
    nll, tokens = 0.0, 0
    with evaluating(model):
        for batch in batches.batches(epoch=0):
            nll += negative_log_likelihood(model, batch.to(device)).item()
            tokens += batch.num_tokens
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
