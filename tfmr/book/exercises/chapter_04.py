"""Chapter 4: the mask of a decoder, causal and without padding."""

from collections.abc import Callable

import torch
from torch import Tensor

from tfmr.book.checks import Exercise
from tfmr.book.properties import alone, close, unmoved_by


def target_mask(
    ids: Tensor,
    pad_id: int,
    *,
    places: Callable = lambda ids: torch.arange(ids.size(1)).expand_as(ids),
    causal: Callable = lambda query, key: key <= query,
    is_word: Callable = lambda ids, pad_id: ids != pad_id,
    padded: Callable = lambda words: words[:, None, :],
    both: Callable = torch.logical_and,
    rows: Callable = lambda mask, words: mask,
    form: Callable = lambda mask: mask,
) -> Tensor:
    """Which position may attend to which, for a batch of target sentences.

    ``ids`` is (batch, length); the mask is boolean, (batch, length, length), true where the key stands at the
    query's position or before it and is not padding.
    """
    position, words = places(ids), is_word(ids, pad_id)
    before = causal(position[:, :, None], position[:, None, :])
    mask = both(before, padded(words)).expand(len(ids), ids.size(1), ids.size(1))
    return form(rows(mask, words))


def _all(part: Callable, value: bool) -> Callable:
    """Where ``part(query, key, word)`` says so, the mask has this value."""

    def holds(call: Callable, ids: Tensor, pad_id: int) -> bool:
        position = torch.arange(ids.size(1))
        word = (ids != pad_id)[:, None, :]
        mask = call(ids, pad_id).double()
        chosen = part(position[:, None], position[None, :], word).expand_as(mask)
        return close(mask[chosen], torch.full_like(mask[chosen], value))

    return holds


_OPENED = (
    "rows of padding, or rows that may look nowhere, were opened: leave them as they are. Nobody reads what padding "
    "gets, and attention knows what to do with an empty row."
)

check_target_mask = Exercise(
    target_mask,
    [
        (torch.tensor([[5, 8, 3, 2]]), 0),
        (torch.tensor([[5, 8, 2, 0], [7, 2, 0, 0]]), 0),
        (torch.tensor([[0, 4, 9, 9, 9], [9, 9, 0, 4, 3], [1, 2, 3, 4, 5]]), 9),
    ],
    axes="batch, query, key",
    case_names=["a sentence without padding", "padding behind the words", "padding in front and behind"],
    properties=[
        ("a sentence's mask may not depend on its neighbours in the batch.", alone(0, 0)),
        ("no position may see a later one: above the diagonal everything is False.",
         _all(lambda query, key, word: key > query, False)),
        ("no position may see padding: its column is False in every row.", _all(lambda query, key, word: ~word, False)),
        ("the diagonal is True wherever there is no padding: a word sees itself.",
         _all(lambda query, key, word: word & (key == query), True)),
        ("padding is what `pad_id` says, whatever its number: ids and pad_id one larger give the same mask.",
         unmoved_by(lambda ids, pad_id: (ids + 1, pad_id + 1))),
        ("a position may see every word before it, and so may a padded one: its row stays.",
         _all(lambda query, key, word: word & (key < query), True)),
    ],
    mistakes=[
        ("this is the opposite: true means may be attended.", {"form": torch.logical_not}),
        ("you compare the tokens: compare where they stand.", {"places": lambda ids: ids}),
        ("each position sees one place ahead: the diagonal of `tril` is 0, not 1.",
         {"causal": lambda query, key: key <= query + 1}),
        ("a word may not see itself: its own position counts too, j ≤ t.", {"causal": torch.gt}),
        ("you keep the future and hide the past: swap queries and keys.", {"causal": torch.le}),
        ("you keep the future only: triu is for the other half, and so is its offset.", {"causal": torch.lt}),
        ("padding can be attended.", {"padded": lambda words: words[:, None, :] | True}),
        ("the future can be attended.", {"causal": lambda query, key: (key == key) & (query == query)}),
        ("either mask alone lets a key through; both have to allow it.", {"both": torch.logical_or}),
        ("you hide padded queries, not padded keys: padding belongs to the columns.",
         {"padded": lambda words: words[:, :, None]}),
        ("padding is not always 0: use pad_id.", {"is_word": lambda ids, pad_id: ids != 0}),
        ("padding is the one number that equals pad_id, and words may be smaller or larger: it is `!=`.",
         {"is_word": torch.gt}),
        ("you count the words, as if padding stood behind them always; here it may stand in front as well: ask each "
         "token.", {"is_word": lambda ids, pad_id: torch.arange(ids.size(1)) < (ids != pad_id).sum(1, keepdim=True)}),
        ("all that stands behind the first padding is hidden; here words may follow: ask each token.",
         {"is_word": lambda ids, pad_id: (ids != pad_id).cumprod(1).bool()}),
        ("words are hidden and padding is kept: it is `!=`, not `==`.", {"is_word": lambda ids, pad_id: ids == pad_id}),
        ("the mask holds numbers; it has to be boolean.", {"form": Tensor.float}),
        (_OPENED, {"rows": lambda mask, words: mask | ~words[:, :, None]}),
        (_OPENED, {"rows": lambda mask, words: mask | (~words[:, :, None] & mask.new_ones(mask.shape).tril())}),
        (_OPENED, {"rows": lambda mask, words: mask | ~mask.any(dim=-1, keepdim=True)}),
        (_OPENED, {"rows": lambda mask, words: mask | torch.eye(mask.size(1)).bool()}),
        ("you hide padded queries too: leave the rows alone, padding belongs to the columns.",
         {"padded": lambda words: words[:, None, :] & words[:, :, None]}),
        ("there is an axis for heads; here the mask is (batch, length, length).",
         {"form": lambda mask: mask[:, None]}),
        ("there is an axis for heads; here the mask is (batch, length, length).",
         {"form": lambda mask: mask[:, None].expand(-1, len(mask), -1, -1)}),
    ],
)  # fmt: skip
