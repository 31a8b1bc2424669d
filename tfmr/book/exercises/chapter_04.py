"""Chapter 4: the mask of a decoder, causal and without padding."""

from collections.abc import Callable

import torch
from torch import Tensor

from tfmr.book.checks import check


def check_target_mask(candidate: Callable) -> None:
    """Check ``candidate(ids, pad_id)``: which position may attend to which, for a batch of target sentences.

    ``ids`` is (batch, length); the mask is boolean, (batch, length, length), true where the key stands at the
    query's position or before it and is not padding.
    """
    cases = [
        (torch.tensor([[5, 8, 3, 2]]), 0),
        (torch.tensor([[5, 8, 3, 2], [7, 2, 0, 0]]), 0),
        (torch.tensor([[0, 4, 9, 9, 9], [9, 9, 0, 4, 3], [1, 2, 3, 4, 5]]), 9),
    ]
    check(
        candidate,
        target_mask,
        cases,
        mistakes=[
            ("this is the opposite: true means may be attended.", inverted),
            ("a word may not see itself: its own position counts too, j ≤ t.", without_itself),
            ("you keep the future and hide the past: swap queries and keys.", future_only),
            ("padding can be attended.", causal_only),
            ("the future can be attended.", padding_only),
            ("either mask alone lets a key through; both have to allow it.", either),
            ("you hide padded queries, not padded keys: padding belongs to the columns.", padded_rows),
            ("padding is not always 0: use pad_id.", zero_is_padding),
            ("the mask holds numbers; it has to be boolean.", numbers),
            (
                "you hide padded queries too: leave the rows alone, padding belongs to the columns.",
                rows_and_columns,
            ),
        ],
    )


def target_mask(ids: Tensor, pad_id: int) -> Tensor:
    return causal_only(ids, pad_id) & padding_only(ids, pad_id)


def causal_only(ids: Tensor, pad_id: int) -> Tensor:
    length = ids.size(1)
    return torch.ones(len(ids), length, length, dtype=torch.bool).tril()


def padding_only(ids: Tensor, pad_id: int) -> Tensor:
    return (ids != pad_id)[:, None, :].expand(-1, ids.size(1), -1)


def inverted(ids: Tensor, pad_id: int) -> Tensor:
    return ~target_mask(ids, pad_id)


def without_itself(ids: Tensor, pad_id: int) -> Tensor:
    return causal_only(ids, pad_id).tril(-1) & padding_only(ids, pad_id)


def future_only(ids: Tensor, pad_id: int) -> Tensor:
    return causal_only(ids, pad_id).transpose(1, 2) & padding_only(ids, pad_id)


def either(ids: Tensor, pad_id: int) -> Tensor:
    return causal_only(ids, pad_id) | padding_only(ids, pad_id)


def padded_rows(ids: Tensor, pad_id: int) -> Tensor:
    return causal_only(ids, pad_id) & padding_only(ids, pad_id).transpose(1, 2)


def zero_is_padding(ids: Tensor, pad_id: int) -> Tensor:
    return target_mask(ids, 0)


def numbers(ids: Tensor, pad_id: int) -> Tensor:
    return target_mask(ids, pad_id).float()


def rows_and_columns(ids: Tensor, pad_id: int) -> Tensor:
    return padded_rows(ids, pad_id) & padding_only(ids, pad_id)
