"""Chapter 10: smoothed targets, and the learning rate of the paper."""

from collections.abc import Callable

import torch
from torch import Tensor

from tfmr.book.checks import Exercise
from tfmr.book.properties import close


def smoothed_targets(
    targets: Tensor,
    vocab_size: int,
    pad_id: int,
    smoothing: float,
    *,
    kept: Callable = lambda smoothing: 1 - smoothing,
    sharers: Callable = lambda vocab_size: vocab_size - 1,
    share: Callable = lambda smoothing: smoothing,
    own_share: int = 1,
    pad_column: bool = False,
    pad_rows: bool = False,
    turned: bool = False,
) -> Tensor:
    """The probabilities that each word should get, for each target token.

    ``targets`` is (tokens,), the result (tokens, vocab). The right word keeps ``1 - smoothing``; ``smoothing`` is
    spread evenly over all words, the right one too, but for padding. Where the target is padding, the row is zero.
    """
    words = torch.arange(vocab_size)
    right = words == targets[:, None]
    spread = torch.full((len(targets), vocab_size), share(smoothing) / sharers(vocab_size))
    if not own_share:
        spread = spread.masked_fill(right, 0)
    if not pad_column:
        spread = spread.masked_fill(words == pad_id, 0)
    rows = spread + kept(smoothing) * right
    if not pad_rows:
        rows = rows.masked_fill(targets[:, None] == pad_id, 0)
    return rows.T if turned else rows


def _where_there_is_a_word(then: Callable) -> Callable:
    """``then(rows, targets, vocab_size, pad_id, smoothing)`` of the rows whose target is no padding."""

    def holds(call: Callable, targets: Tensor, vocab_size: int, pad_id: int, smoothing: float) -> bool:
        real = targets != pad_id
        rows = call(targets, vocab_size, pad_id, smoothing)[real].double()
        return bool(then(rows, targets[real], vocab_size, pad_id, smoothing))

    return holds


def _even(rows: Tensor, targets: Tensor, vocab_size: int, pad_id: int, smoothing: float) -> bool:
    """Whether all words but the right one and padding get the same."""
    words = torch.arange(vocab_size)
    others = (words != targets[:, None]) & (words != pad_id)
    shares = rows[others].view(len(rows), -1)
    return close(shares, shares[:, :1].expand_as(shares))


check_smoothed_targets = Exercise(
    smoothed_targets,
    [
        (torch.tensor([2, 3, 1]), 5, 0, 0.2),
        (torch.tensor([4, 6, 0, 2, 2]), 7, 6, 0.1),
        (torch.tensor([3, 0, 0]), 4, 0, 0.3),
    ],
    axes="token, word",
    case_names=["words alone", "padding that is the last word", "rows of padding"],
    properties=[
        ("where the target is padding, nothing is wanted: the whole row is 0.",
         lambda call, targets, vocab_size, pad_id, smoothing:
         not call(targets, vocab_size, pad_id, smoothing)[targets == pad_id].any()),
        ("padding is no word: its column is 0 in every row.",
         lambda call, targets, vocab_size, pad_id, smoothing:
         not call(targets, vocab_size, pad_id, smoothing)[:, pad_id].any()),
        ("these are probabilities: a row sums to 1 unless its target is padding.",
         _where_there_is_a_word(lambda rows, *_: close(rows.sum(dim=1), torch.ones(len(rows))))),
        ("the words that are not right get equal shares.", _where_there_is_a_word(_even)),
        ("without smoothing the right word gets 1 and the others get 0.",
         lambda call, targets, vocab_size, pad_id, smoothing:
         close(call(targets, vocab_size, pad_id, 0.0).sum(), (targets != pad_id).sum())
         and close(call(targets, vocab_size, pad_id, 0.0).max(), 1.0)),
    ],
    mistakes=[
        ("the right word has its share of what is spread, too: 1 − ε + ε/(V − 1).", {"own_share": 0}),
        ("the share is spread over V − 1 words: padding is none of them.", {"sharers": lambda vocab_size: vocab_size}),
        ("the right word keeps only 1 − ε, and then its share.", {"kept": lambda smoothing: 1.0}),
        ("padding gets a share.", {"pad_column": True}),
        ("targets that are padding want nothing: their rows are 0.", {"pad_rows": True}),
        ("ε is what is spread over all words together, not what each of them gets.",
         {"share": lambda smoothing: smoothing, "sharers": lambda vocab_size: 1}),
        ("without the right word and padding there would be V − 2 others; the right word shares, too.",
         {"sharers": lambda vocab_size: vocab_size - 2}),
        ("what is kept and what is spread changed places.",
         {"kept": lambda smoothing: smoothing, "share": lambda smoothing: 1 - smoothing}),
    ],
)  # fmt: skip


def paper_rate(
    step: int,
    d_model: int,
    warmup_steps: int,
    *,
    first: int = 0,
    size: Callable = lambda d_model: d_model**-0.5,
    falling: Callable = lambda step: step**-0.5,
    warm: float = -1.5,
    smaller: Callable = min,
) -> float:
    """The learning rate of Vaswani et al. 2017, equation 3, at update ``step``, counted from 1."""
    step = step + first
    return size(d_model) * smaller(falling(step), step * warmup_steps**warm)


def _times(factor: float, change: Callable, where: Callable) -> Callable:
    """Where ``where`` says so, arguments changed by ``change`` multiply the rate by a factor."""
    return lambda call, *arguments: (
        not where(*arguments) or close(1e4 * call(*change(*arguments)), 1e4 * factor * call(*arguments))
    )


check_paper_rate = Exercise(
    paper_rate,
    [(1, 512, 4000), (4000, 512, 4000), (16_000, 512, 4000), (30, 64, 100), (250, 64, 100)],
    case_names=["the first update", "the peak", "long after", "half way up", "half way down"],
    tolerance=1e-9,
    properties=[
        ("during warm-up the rate grows in a straight line: twice as many updates, twice the rate.",
         _times(2, lambda step, *rest: (2 * step, *rest), lambda step, d_model, warmup_steps: 2 * step <= warmup_steps)),
        ("after the warm-up the rate falls with the root: at four times as many updates it is half.",
         _times(0.5, lambda step, *rest: (4 * step, *rest), lambda step, d_model, warmup_steps: step >= warmup_steps)),
        ("a model four times as wide gets half the rate.",
         _times(0.5, lambda step, d_model, warmup_steps: (step, 4 * d_model, warmup_steps), lambda *_: True)),
        ("after the warm-up its length plays no role any more.",
         _times(1, lambda step, d_model, warmup_steps: (step, d_model, warmup_steps // 2),
                lambda step, d_model, warmup_steps: step >= warmup_steps)),
        ("at the end of the warm-up the rate is (d_model · warmup_steps) ** -0.5.",
         lambda call, step, d_model, warmup_steps:
         close(1e4 * call(warmup_steps, d_model, warmup_steps), 1e4 * (d_model * warmup_steps) ** -0.5)),
    ],
    mistakes=[
        ("of the two rates the smaller holds: `min`, not `max`.", {"smaller": max}),
        ("updates are counted from 1 here, and that is what `step` is: add nothing.", {"first": 1}),
        ("the factor is d_model ** -0.5: one divided by the root.", {"size": lambda d_model: d_model**0.5}),
        ("the factor d_model ** -0.5 is missing.", {"size": lambda d_model: 1.0}),
        ("the warm-up is step · warmup_steps ** -1.5, with 1.5, or the two lines do not meet.", {"warm": -0.5}),
        ("after the warm-up the rate falls with the *root* of the steps.", {"falling": lambda step: 1 / step}),
    ],
)  # fmt: skip
