"""The learning rate of every step."""

from tfmr.training.config import TrainConfig


def learning_rate_at(step: int, config: TrainConfig, total_steps: int) -> float:
    """The learning rate of optimizer step ``step`` (from 0) of ``total_steps``: warm-up, then schedule."""
    if step < config.warmup_steps:
        return config.learning_rate * (step + 1) / config.warmup_steps
    if config.schedule == "linear":
        return config.learning_rate * (total_steps - step) / (total_steps - config.warmup_steps)
    return config.learning_rate
