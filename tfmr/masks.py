"""Boolean masks. Everywhere in this package ``True`` means *may be attended*.

The convention is that of ``torch.nn.functional.scaled_dot_product_attention``. (That of
``torch.nn.MultiheadAttention`` is the opposite.) With it, masks combine by ``&``: what both allow is allowed.
"""

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from tfmr.errors import InputError


def padding_mask(ids: Int[Tensor, "batch length"], pad_id: int = 0) -> Bool[Tensor, "batch 1 length"]:
    """Which keys are words and not padding.

    Args:
        ids: token ids of the sentences whose positions serve as keys.
        pad_id: the id that fills short sentences up.

    Returns:
        A mask with an axis of size 1 where the queries go, so that it broadcasts over them.
    """
    return (ids != pad_id).unsqueeze(1)


def sentence_lengths(ids: Int[Tensor, "batch length"], pad_id: int = 0) -> Int[Tensor, " batch"]:
    """How many tokens each source sentence has, on the CPU.

    It looks at the ids' values, so it belongs where ids enter, and not into a model: a GPU would have to stop
    and hand them over, and a compiler cannot see what comes of them. (The recurrent encoder, which packs, has to.)

    Args:
        ids: source token ids, padded at the end.
        pad_id: the id that fills short sentences up.

    Raises:
        InputError: there is no sentence, or one without a token, or one with padding before a token.
    """
    if ids.size(0) == 0:
        raise InputError("src: expected at least one sentence, got an empty batch")
    real = (ids != pad_id).cpu()
    lengths = real.sum(dim=1)
    if (lengths == 0).any():
        raise InputError(
            "src: expected at least one token in every sentence, got one of padding only (row "
            f"{lengths.argmin().item()})"
        )
    gaps = (real[:, 1:] & ~real[:, :-1]).any(dim=1)  # a token after padding
    if gaps.any():
        raise InputError(
            "src: expected padding at the end of a sentence only, got some before a token in row "
            f"{gaps.int().argmax().item()}"
        )
    return lengths


def causal_mask(length: int, device: torch.device | str | None = None) -> Bool[Tensor, "length length"]:
    """Position ``t`` may attend to positions up to and including ``t`` (Vaswani et al. 2017, section 3.2.3).

    Raises:
        InputError: ``length`` is less than 1.
    """
    if length < 1:
        raise InputError(f"length: expected at least 1 position, got {length}")
    return torch.ones(length, length, dtype=torch.bool, device=device).tril()
