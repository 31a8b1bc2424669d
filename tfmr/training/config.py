"""What decides how a model is trained."""

import math
from dataclasses import dataclass

from tfmr.errors import InputError


@dataclass(frozen=True)
class TrainConfig:
    """What decides how a model is trained.

    Attributes:
        epochs: how often the training pairs are seen, at most.
        learning_rate: Adam's step size (its largest, where it changes).
        warmup_steps: steps in which the learning rate grows in a straight line to ``learning_rate``.
        schedule: after that, ``"constant"``, or ``"linear"``: down in a straight line towards 0, which it would reach one step
            after the last.
        clip_norm: gradients longer than this are shortened to it; ``math.inf`` leaves them as they are.
        patience: stop after this many epochs without a better validation loss; None: never.
        seed: seeds dropout.
        checkpoint_every: write a checkpoint after every this many steps of an epoch, and at its end.
    """

    epochs: int = 10
    learning_rate: float = 1e-3
    warmup_steps: int = 0
    schedule: str = "constant"
    clip_norm: float = 1.0
    patience: int | None = None
    seed: int = 0
    checkpoint_every: int = 500

    def __post_init__(self):
        if self.schedule not in ("constant", "linear"):
            raise InputError(f"schedule: expected 'constant' or 'linear', got {self.schedule!r}")
        for name in ("epochs", "checkpoint_every", "patience"):
            value = getattr(self, name)
            if value is not None and not 1 <= value < 2**63:
                raise InputError(f"{name}: expected at least 1, below 2**63, got {value}")
        for name, most in (("learning_rate", 1.0), ("clip_norm", math.inf)):
            if not 0 < getattr(self, name) <= most:
                raise InputError(f"{name}: expected above 0, at most {most}, got {getattr(self, name)}")
        for name in ("warmup_steps", "seed"):
            if not 0 <= getattr(self, name) < 2**63:
                raise InputError(f"{name}: expected 0 or more, below 2**63, got {getattr(self, name)}")
