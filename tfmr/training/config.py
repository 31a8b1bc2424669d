"""What decides how a model is trained."""

import math
from dataclasses import dataclass

from tfmr.errors import InputError

SCHEDULES = ("constant", "linear", "cosine", "inverse_sqrt")
PRECISIONS = ("fp32", "bf16", "fp16")
MOST = 2**63  # counts and seeds are 64-bit numbers


@dataclass(frozen=True)
class TrainConfig:
    """What decides how a model is trained. An *update* is one step of Adam, of however many batches it is made.

    Attributes:
        epochs: how often the training pairs are seen, at most.
        learning_rate: Adam's step size (its largest, the peak, where it changes).
        warmup_steps: updates in which the learning rate grows in a straight line to ``learning_rate``.
        schedule: what follows, one of ``SCHEDULES``; see :func:`tfmr.training.learning_rate_at`.
        min_learning_rate: where the linear and the cosine schedule would arrive one update after the last.
        beta1, beta2, eps: Adam's other numbers (the defaults are those of Kingma and Ba, 2015; Vaswani et al. 2017,
            section 5.3, take 0.9, 0.98 and 1e-9).
        label_smoothing: the share of probability that is spread evenly over all words; see :func:`tfmr.training.loss.smoothed_loss`.
        clip_norm: gradients longer than this are shortened to it; ``math.inf`` leaves them as they are.
        accumulate: batches whose gradients make one update together.
        precision: "fp32"; "bf16" or "fp16": matrix products in 16 bits (autocast), parameters in 32.
        compile: let ``torch.compile`` write the kernels; a minute or more before the first update.
        average: what is validated, and kept as the best, are the mean parameters after this many last epochs.
        patience: stop after this many epochs without a better validation loss; None: never.
        seed: seeds dropout.
        log_every: look at the loss after every this many updates of an epoch, before checkpoints, and at its end.
        checkpoint_every: write a checkpoint after every this many updates of an epoch, and at its end.

    Raises:
        InputError: a choice is unknown or a number out of range.
    """

    epochs: int = 10
    learning_rate: float = 1e-3
    warmup_steps: int = 0
    schedule: str = "constant"
    min_learning_rate: float = 0.0
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    label_smoothing: float = 0.0
    clip_norm: float = 1.0
    accumulate: int = 1
    precision: str = "fp32"
    compile: bool = False
    average: int = 1
    patience: int | None = None
    seed: int = 0
    log_every: int = 100
    checkpoint_every: int = 500

    def __post_init__(self):
        for name, known in (("schedule", SCHEDULES), ("precision", PRECISIONS)):
            if getattr(self, name) not in known:
                raise InputError(f"{name}: expected one of {', '.join(known)}; got {getattr(self, name)!r}")
        for name in ("epochs", "checkpoint_every", "log_every", "accumulate", "average", "patience"):
            value = getattr(self, name)
            if value is not None and not 1 <= value < MOST:
                raise InputError(f"{name}: expected at least 1, below 2**63, got {value}")
        for name, most in (("learning_rate", 1.0), ("clip_norm", math.inf), ("eps", 1.0)):
            if not 0 < getattr(self, name) <= most:
                raise InputError(f"{name}: expected above 0, at most {most}, got {getattr(self, name)}")
        for name in ("beta1", "beta2", "label_smoothing"):
            if not 0 <= getattr(self, name) < 1:
                raise InputError(f"{name}: expected at least 0, below 1, got {getattr(self, name)}")
        for name in ("warmup_steps", "seed"):
            if not 0 <= getattr(self, name) < MOST:
                raise InputError(f"{name}: expected 0 or more, below 2**63, got {getattr(self, name)}")
        if not 0 <= self.min_learning_rate <= self.learning_rate:
            raise InputError(
                f"min_learning_rate: expected at least 0, at most learning_rate, got {self.min_learning_rate}"
            )
        if self.schedule == "inverse_sqrt" and self.warmup_steps == 0:
            raise InputError("warmup_steps: expected at least 1 for the schedule 'inverse_sqrt', got 0")
