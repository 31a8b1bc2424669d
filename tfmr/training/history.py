"""What the epochs of a run showed, and whether it is over."""

from dataclasses import dataclass, field

from tfmr.training.config import TrainConfig
from tfmr.training.loss import perplexity


@dataclass(frozen=True)
class Epoch:
    """What one epoch showed.

    Attributes:
        number: which epoch it was, counted from 1.
        train_loss: mean negative log-likelihood of a target token in nats, with dropout, while learning; without
            label smoothing.
        valid_loss: the same on the validation pairs after the epoch, without dropout, of the mean parameters if the last
            epochs are averaged.
        tokens: target tokens trained on.
        seconds: time spent on training steps (not on validation, nor on writing checkpoints).
    """

    number: int
    train_loss: float
    valid_loss: float
    tokens: int
    seconds: float

    @property
    def valid_perplexity(self) -> float:
        return perplexity(self.valid_loss)

    @property
    def tokens_per_second(self) -> float:
        return self.tokens / self.seconds


@dataclass
class History:
    """The epochs of a run, in order."""

    epochs: list[Epoch] = field(default_factory=list)

    @property
    def best(self) -> Epoch:
        """The epoch with the lowest validation loss (of equals, the first)."""
        return min(self.epochs, key=lambda epoch: epoch.valid_loss)

    def is_over(self, config: TrainConfig) -> bool:
        """Whether all epochs are done, or ``patience`` of them brought nothing."""
        done = len(self.epochs)
        waited = done - self.best.number if done else 0
        return done >= config.epochs or (config.patience is not None and waited >= config.patience)
