"""The learning rate of every update."""

import math

from tfmr.training.config import TrainConfig


def learning_rate_at(update: int, config: TrainConfig, total_updates: int) -> float:
    """The learning rate of update ``update`` (from 0) of ``total_updates``: warm-up, then the schedule.

    ===============  ==============================================================================================
    constant         stays where it is
    linear           falls in a straight line to ``min_learning_rate``
    cosine           falls to it along half a wave (Loshchilov and Hutter 2017, equation 5, without restarts)
    inverse_sqrt     falls with the square root of the number of updates, whatever the total (Vaswani et al. 2017,
                     equation 3, whose peak is ``(d_model * warmup_steps) ** -0.5``)
    ===============  ==============================================================================================
    """
    peak, warmup, floor = config.learning_rate, config.warmup_steps, config.min_learning_rate
    if update < warmup:
        return peak * (update + 1) / warmup
    if config.schedule == "constant":
        return peak
    if config.schedule == "inverse_sqrt":
        return peak * math.sqrt(warmup / (update + 1))
    left = (total_updates - update) / (total_updates - warmup)  # 1 at the peak, 0 one update after the last
    if config.schedule == "cosine":
        left = (1 - math.cos(math.pi * left)) / 2
    return floor + (peak - floor) * left
