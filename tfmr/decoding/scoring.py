"""How probable a model finds a translation that somebody else wrote."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from tfmr.decoding.eval_mode import evaluating
from tfmr.decoding.request import log_probability, widened
from tfmr.errors import InputError
from tfmr.seq2seq import Seq2Seq


def log_probabilities(
    model: Seq2Seq, src: Int[Tensor, "batch src_len"], tgt: Int[Tensor, "batch tgt_len"]
) -> Float[Tensor, "batch written"]:
    """The log-probability of each token of given translations: what decoding would report had it written them.

    Args:
        src: source token ids, padded at the end.
        tgt: for each source a row ``bos … eos pad pad``.

    Returns:
        A number for each token after the begin symbol, (batch, tgt_len - 1); 0 at padding.

    Raises:
        InputError: a row does not begin with the begin symbol, or there is not one for each source.
    """
    config = model.config
    if tgt.size(1) == 0 or len(tgt) != len(src) or (tgt[:, 0] != config.bos_id).any():
        raise InputError(
            f"tgt: expected a row for each of {len(src)} sources, each beginning with the begin symbol "
            f"{config.bos_id}, got shape {tuple(tgt.shape)} and first tokens {tgt[:, :1].flatten().tolist()}"
        )
    if tgt.size(1) == 1 or len(tgt) == 0:
        return torch.zeros(len(tgt), tgt.size(1) - 1, device=tgt.device)
    given, following = tgt[:, :-1], tgt[:, 1:]
    with evaluating(model):
        logits = widened(model.decode(given, model.encode(src)))
        found = log_probability(logits, following[..., None])[..., 0]
    return found.masked_fill(following == config.pad_id, 0.0)
