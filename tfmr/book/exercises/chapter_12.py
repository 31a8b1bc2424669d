"""Chapter 12: hiding a word that may have several pieces, and links that both sides agree on."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from tfmr.book.checks import Exercise


def hide_word(
    mask: Tensor,
    word_of: Sequence[int],
    word: int,
    *,
    pieces: Callable = lambda word_of, word: [place for place, its in enumerate(word_of) if its == word],
    start: Callable = lambda mask: mask,
    turn: Callable = lambda seen, mask: seen,
) -> Tensor:
    """The mask with one word hidden: all of its pieces, and nothing else.

    ``mask`` is boolean (S,), True = may be attended; the end symbol and padding stand behind the pieces. ``word_of`` has
    for each piece the number of its word, counted from 0.
    """
    seen = start(mask).clone()
    seen[pieces(word_of, word)] = False
    return turn(seen, mask)


def _pieces(word_of: Sequence[int], word: int) -> list[int]:
    return [place for place, its in enumerate(word_of) if its == word]


def _alone(numbers: Sequence[int], padding: int, word: int) -> tuple[Tensor, list[int], int]:
    """A sentence whose words have so many pieces each, its end symbol, and some padding."""
    word_of = [number for number, count in enumerate(numbers) for _ in range(count)]
    mask = torch.ones(len(word_of) + 1 + padding, dtype=torch.bool)
    mask[len(word_of) + 1 :] = False
    return mask, word_of, word


check_hide_word = Exercise(
    hide_word,
    [_alone([1, 2, 1], 0, 1), _alone([2, 1, 3, 1], 2, 2), _alone([1, 1, 1, 2], 1, 3)],
    axes="S",
    properties=[
        ("the word has to be hidden: where its pieces stand, the mask must be False.",
         lambda call, mask, word_of, word: not call(mask, word_of, word)[_pieces(word_of, word)].any()),
        ("padding was hidden before and must stay so.",
         lambda call, mask, word_of, word: not call(mask, word_of, word)[~mask].any()),
        ("the end symbol is no piece of the word and must stay visible.",
         lambda call, mask, word_of, word: bool(call(mask, word_of, word)[len(word_of)])),
        ("the other words must stay visible.",
         lambda call, mask, word_of, word: bool(call(mask, word_of, word)[
             [place for place, its in enumerate(word_of) if its != word]].all())),
        ("two words hidden one after the other are both hidden.",
         lambda call, mask, word_of, word: not call(call(mask, word_of, 0), word_of, word)[
             _pieces(word_of, 0) + _pieces(word_of, word)].any()),
    ],
    mistakes=[
        ("one piece is hidden, the one whose *place* is the word's number; ask `word_of` which pieces are the word's.",
         {"pieces": lambda word_of, word: [word]}),
        ("only the word's first piece is hidden; it may have several.",
         {"pieces": lambda word_of, word: _pieces(word_of, word)[:1]}),
        ("only the word's last piece is hidden; it may have several.",
         {"pieces": lambda word_of, word: _pieces(word_of, word)[-1:]}),
        ("words are counted from 0, so the word before this one is hidden.",
         {"pieces": lambda word_of, word: _pieces(word_of, word - 1)}),
        ("everything from the word on is hidden; hide the word alone.",
         {"pieces": lambda word_of, word: slice(word_of.index(word), None)}),
        ("everything up to the word is hidden; hide the word alone.",
         {"pieces": lambda word_of, word: slice(0, max(_pieces(word_of, word)) + 1)}),
        ("the end symbol is hidden as well.",
         {"pieces": lambda word_of, word: [*_pieces(word_of, word), len(word_of)]}),
        ("padding becomes visible: start from the mask that is given.", {"start": torch.ones_like}),
        ("the mask is upside down: True means that a position may be attended.", {"turn": lambda seen, mask: ~seen}),
        ("only the word is visible, and all the rest is hidden.", {"turn": lambda seen, mask: mask & ~seen}),
    ],
)  # fmt: skip


def mutual_links(
    weights: Tensor,
    *,
    rows: Callable = lambda weights: {(src, tgt) for tgt, src in enumerate(weights.argmax(dim=1).tolist())},
    columns: Callable = lambda weights: {
        (src, tgt) for src, tgt in enumerate(weights.argmax(dim=0).tolist())
    },
    join: Callable = lambda by_row, by_column: by_row & by_column,
    pair: Callable = lambda link: link,
) -> set[tuple[int, int]]:
    """The links (source, target) that are chosen from both sides.

    ``weights`` is (target words, source words). A link is kept where the weight is the greatest of its row *and* of its
    column.
    """
    return set(map(pair, join(rows(weights), columns(weights))))


def _weights(num_tgt: int, num_src: int) -> tuple[Tensor]:
    generator = torch.Generator().manual_seed(10 * num_tgt + num_src)
    return ((3 * torch.rand(num_tgt, num_src, generator=generator)).softmax(dim=-1),)


ONE_SIDE = "only the target words choose; a link needs the source word's choice as well."

check_mutual_links = Exercise(
    mutual_links,
    [_weights(4, 5), _weights(6, 4), _weights(5, 7)],
    properties=[
        ("a link is a pair of whole numbers: the source word's and the target word's, from 0.",
         lambda call, weights: all(isinstance(link, tuple) and list(map(type, link)) == [int, int]
                                   for link in call(weights))),
        ("a link's first number is a source word's, a column, and its second a target word's, a row.",
         lambda call, weights: all(link[0] < weights.size(1) and link[1] < weights.size(0) for link in call(weights))),
        ("no source word and no target word has two links.",
         lambda call, weights: all(len({link[side] for link in call(weights)}) == len(call(weights)) for side in (0, 1))),
        ("the greatest weight of all is the greatest of its row and of its column: it must be among the links.",
         lambda call, weights: (int(weights.argmax()) % weights.size(1), int(weights.argmax()) // weights.size(1))
         in call(weights)),
        ("a link's weight must be the greatest of its row.",
         lambda call, weights: all(weights[tgt, src] == weights[tgt].max() for src, tgt in call(weights))),
        ("a link's weight must be the greatest of its column.",
         lambda call, weights: all(weights[tgt, src] == weights[:, src].max() for src, tgt in call(weights))),
        ("with the two sides exchanged, each link is turned round.",
         lambda call, weights: call(weights.T) == {(tgt, src) for src, tgt in call(weights)}),
    ],
    mistakes=[
        (ONE_SIDE, {"join": lambda by_row, by_column: by_row}),
        ("only the source words choose; a link needs the target word's choice as well.",
         {"join": lambda by_row, by_column: by_column}),
        ("a link that one side chooses is enough here; both sides have to choose it.",
         {"join": lambda by_row, by_column: by_row | by_column}),
        ("the links are those that only one side chooses.", {"join": lambda by_row, by_column: by_row ^ by_column}),
        ("each link is (target, source); it should be (source, target).", {"pair": lambda link: link[::-1]}),
        ("words are counted from 1; count from 0.", {"pair": lambda link: (link[0] + 1, link[1] + 1)}),
        ("the target words choose their smallest weights.",
         {"rows": lambda weights: {(src, tgt) for tgt, src in enumerate(weights.argmin(dim=1).tolist())}}),
        ("a word's one link is missing: the first source word and the first target word count, too.",
         {"join": lambda by_row, by_column: {link for link in by_row & by_column if link[0] and link[1]}}),
    ],
)  # fmt: skip
