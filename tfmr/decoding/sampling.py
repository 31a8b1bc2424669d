"""From probabilities to a sentence by chance: the same source, another sentence every time."""

import math

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

from tfmr.decoding.request import Prefix, best
from tfmr.decoding.rules import Rules
from tfmr.decoding.write import Decoded, write
from tfmr.errors import InputError, check_count
from tfmr.seq2seq import Seq2Seq


def sample(
    model: Seq2Seq,
    src: Int[Tensor, "batch src_len"],
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    max_length: int | None = None,
    *,
    seed: int | None = None,
    need_weights: bool = False,
    rules: Rules | None = None,
    prefix: Prefix | None = None,
) -> Decoded:
    """Draw each word from the model's distribution, or from what is left of it.

    The logits are divided by the temperature; then all but the ``top_k`` most probable words are left out (Fan et al.
    2018, section 5.4); then all but the nucleus, the smallest set of the most probable words that has at least
    ``top_p`` of what is left (Holtzman et al. 2020, section 3.1). The log-probabilities returned are the model's own.

    Args:
        temperature: below 1 the probable words become more probable, above 1 the others.
        top_k, top_p: None: no word is left out.
        seed: the same seed, the same sentences; None: PyTorch's global random numbers. The words of a sentence depend
            on the others in the batch, since all draw from one sequence of random numbers.

    The other arguments are those of :func:`tfmr.decoding.greedy_decode`.

    Raises:
        InputError: the temperature is not a positive number; ``top_k`` is no whole number of at least 1; ``top_p`` is not
            in (0, 1]; and as for :func:`tfmr.decoding.greedy_decode`.
    """
    if not 0.0 < temperature < math.inf:
        raise InputError(
            f"temperature: expected a positive number (for its limit 0 use greedy_decode), got {temperature!r}"
        )
    if top_k is not None:
        check_count("top_k", top_k)
    if top_p is not None and not 0.0 < top_p <= 1.0:
        raise InputError(f"top_p: expected a probability in (0, 1], got {top_p!r}")
    generator = None if seed is None else torch.Generator(src.device).manual_seed(seed)

    def choose(logits: Tensor) -> Tensor:
        probabilities, ids = distribution(logits, temperature, top_k, top_p)
        return ids.gather(1, torch.multinomial(probabilities, 1, generator=generator))[:, 0]

    return write(model, src, choose, max_length, need_weights, rules, prefix)


def distribution(
    logits: Float[Tensor, "rows vocab"],
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> tuple[Float[Tensor, "rows kept"], Int[Tensor, "rows kept"]]:
    """What a word is drawn from: probabilities in float64, and the ids that they belong to."""
    # The greatest logit becomes 0, so that no temperature, however low, makes it infinite.
    logits = (logits - logits.amax(dim=1, keepdim=True)).double() / temperature
    if top_k is None and top_p is None:
        return logits.softmax(dim=1), torch.arange(logits.size(1), device=logits.device).expand_as(logits)
    logits, ids = best(logits, logits.size(1) if top_k is None else top_k)
    probabilities = logits.softmax(dim=1)
    if top_p is not None:
        # What the more probable ones have together.
        before = F.pad(probabilities.cumsum(dim=1)[:, :-1], (1, 0))
        probabilities = probabilities.masked_fill(before >= top_p, 0.0)
        probabilities = probabilities / probabilities.sum(dim=1, keepdim=True)
    return probabilities, ids
