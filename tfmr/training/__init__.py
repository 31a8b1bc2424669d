"""From pairs of sentences to a trained model: the loss, the step, the schedule, the loop, and its checkpoints."""

from tfmr.training.config import TrainConfig
from tfmr.training.history import Epoch, History
from tfmr.training.loop import train
from tfmr.training.loss import evaluate_loss, negative_log_likelihood, perplexity
from tfmr.training.machine import pick_device, set_seed
from tfmr.training.schedule import learning_rate_at
from tfmr.training.step import train_step

__all__ = [
    "Epoch",
    "History",
    "TrainConfig",
    "evaluate_loss",
    "learning_rate_at",
    "negative_log_likelihood",
    "perplexity",
    "pick_device",
    "set_seed",
    "train",
    "train_step",
]
