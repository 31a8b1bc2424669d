"""A run while it lasts: all that changes from update to update, and so all that a checkpoint must keep."""

import math
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from tfmr.data.batches import Batch
from tfmr.errors import InputError
from tfmr.training.checkpoints import capture, load_tensors, restore, under
from tfmr.training.config import TrainConfig
from tfmr.training.history import Epoch, History
from tfmr.training.log import Row
from tfmr.training.loss import TranslationLoss
from tfmr.training.machine import autocast_type, random_states, set_random_states
from tfmr.training.processes import Processes, alone
from tfmr.training.step import train_step_in_parts

Parameters = dict[str, Tensor]


@dataclass
class PartialEpoch:
    """The epoch under way: updates done, and the sums that its record will be made of."""

    updates: int = 0
    nll: float = 0.0
    tokens: int = 0
    seconds: float = 0.0


class Run:
    """One model on its way, its optimizer, and what is known of both.

    Between two looks (:meth:`look`) nothing here waits for the device.

    Args:
        model: what learns, on its device.
        updates: how many updates an epoch has.
    """

    def __init__(self, model: nn.Module, config: TrainConfig, device: torch.device, updates: int):
        self.model, self.config, self.device, self.updates = model, config, device, updates
        self.processes = Processes.current()
        betas = config.beta1, config.beta2
        self.optimizer = torch.optim.Adam(model.parameters(), betas=betas, eps=config.eps)
        loss = TranslationLoss(model, config.label_smoothing, autocast_type(config.precision, device))
        if config.compile:
            loss.compile(dynamic=True)  # every batch has a width of its own
        self.loss = self.processes.wrap(loss)
        self.scaler = torch.amp.GradScaler(device.type, enabled=config.precision == "fp16")
        self.best: Parameters = {}
        self.recent: deque[Parameters] = deque(maxlen=config.average - 1)  # of the epochs before
        self.history, self.partial = History(), PartialEpoch()
        self.begin()

    @property
    def epoch(self) -> int:
        """The epoch under way, counted from 0."""
        return len(self.history.epochs)

    @property
    def done(self) -> int:
        """Updates made, over all epochs."""
        return self.epoch * self.updates + self.partial.updates

    def begin(self) -> None:
        """Start the clock, and the sums of the next look."""
        self._nll: Tensor | float = 0.0
        self._tokens, self._started = 0, time.perf_counter()

    def update(self, batches: Sequence[Batch], learning_rate: float) -> Tensor:
        """Change the parameters once, by the gradient of all these batches; its norm.

        Every target token counts the same, in whichever batch and process it stands.
        """
        self.optimizer.param_groups[0]["lr"] = learning_rate
        clip_norm = self.config.clip_norm
        losses = self._losses(batches)
        norm = train_step_in_parts(losses, self.model, self.optimizer, clip_norm, self.scaler)
        self.partial.updates += 1
        return norm

    def _losses(self, batches: Sequence[Batch]) -> Iterator[Tensor]:
        tokens = sum(batch.num_tokens for batch in batches)
        self._tokens += tokens
        for batch in batches:
            rows, counts = self.processes.share(batch)
            rows = rows.to(self.device)
            with alone(self.loss) if batch is not batches[-1] else nullcontext():
                loss, nll = self.loss(rows.src, rows.tgt)
                self._nll = self._nll + nll * counts
                # Adding up gradients, the processes divide by their number: it is taken out again.
                yield loss * counts / (tokens / self.processes.count)

    def look(self, norm: Tensor, learning_rate: float) -> Row:
        """What the updates since the last look showed. Here we wait for the device, and for the other processes.

        Raises:
            InputError: the loss, or the gradient's norm, is not finite: the parameters are spoilt.
        """
        (nll,) = self.processes.total(float(self._nll))
        norm, tokens = norm.item(), self._tokens
        # In 16 bits gradients do overflow now and then: the scaler leaves such a step out.
        if not math.isfinite(nll if self.scaler.is_enabled() else nll + norm):
            raise InputError(
                f"learning_rate: expected one so small that loss and gradient stay finite, got loss {nll / tokens} "
                f"and gradient norm {norm} {self.where()}"
            )
        seconds = time.perf_counter() - self._started
        self.partial.nll += nll
        self.partial.tokens += tokens
        self.partial.seconds += seconds
        return Row(self.done, self.epoch + 1, learning_rate, nll / tokens, norm, tokens, seconds)

    def where(self) -> str:
        """Where training stands, for an error that stops it."""
        return f"by update {self.partial.updates} of epoch {self.epoch + 1}"

    @contextmanager
    def averaged(self) -> Iterator[Parameters]:
        """Inside, the model has the mean parameters of the last ``average`` epochs (Vaswani et al. 2017, section 6.1).

        It is to be entered once, at an epoch's end.
        """
        now = {name: tensor.clone() for name, tensor in self.model.state_dict().items()}
        mean = mean_parameters([*self.recent, now])
        self.recent.append(now)
        self.model.load_state_dict(mean)
        yield mean
        self.model.load_state_dict(now)

    def end_epoch(self, valid_loss: float, parameters: Parameters) -> None:
        """Put the epoch into the history; if none was better, its parameters are the best."""
        done = self.partial
        epoch = Epoch(self.epoch + 1, done.nll / done.tokens, valid_loss, done.tokens, done.seconds)
        self.history.epochs.append(epoch)
        if self.history.best is epoch:
            self.best = parameters
        self.partial = PartialEpoch()

    def tensors(self) -> dict[str, Tensor]:
        """All tensors of a checkpoint; of the random numbers, each process's."""
        states = random_states(self.device)
        random = {kind: self.processes.gather(state) for kind, state in states.items()}
        recent = {f"recent-{number}": parameters for number, parameters in enumerate(self.recent)}
        return capture(self.model, self.optimizer, random, {"best": self.best, **recent})

    def state(self) -> dict[str, Any]:
        """The rest of a checkpoint."""
        history, partial = asdict(self.history), asdict(self.partial)
        return {"history": history, "partial": partial, "scaler": self.scaler.state_dict()}

    def resume(self, path: str | Path, config: dict[str, Any], data: dict[str, str]) -> None:
        """Go on from a checkpoint.

        Raises:
            InputError: it is broken, or of another model, config or data.
        """
        tensors, state = load_tensors(path)
        if not {"config", "data", "history", "partial", "scaler"} <= state.keys():
            raise InputError(f"checkpoint: expected where training stands in {path}, found something else")
        _require_same(state, config, data, path)
        restore(tensors, self.model, self.optimizer, path)
        # Cloned: PyTorch reads a state from where its memory begins, which is not where a row of several begins.
        rank, random = self.processes.rank, under("random", tensors)
        set_random_states({kind: states[rank].clone() for kind, states in random.items()}, self.device)
        self.scaler.load_state_dict(state["scaler"])
        self.best, *recent = (
            {name: tensor.to(self.device, copy=True) for name, tensor in under(kind, tensors).items()}
            for kind in ("best", *(f"recent-{number}" for number in range(self.config.average - 1)))
        )
        self.recent.extend(parameters for parameters in recent if parameters)
        self.history = History([Epoch(**epoch) for epoch in state["history"]["epochs"]])
        self.partial = PartialEpoch(**state["partial"])


def mean_parameters(sets: Sequence[Parameters]) -> Parameters:
    """The mean of each parameter over several sets of them; of what is not a real number, the last."""
    return {
        name: torch.stack([parameters[name] for parameters in sets]).mean(dim=0)
        if last.is_floating_point()
        else last
        for name, last in sets[-1].items()
    }


def _require_same(state: dict, config: dict, data: dict, path: str | Path) -> None:
    """Refuse to go on with another config or other data: the result would belong to neither run."""
    saved, given = {**state["config"], **state["data"]}, {**config, **data}
    if config["schedule"] in ("constant", "inverse_sqrt") and config["epochs"] > saved["epochs"]:
        given["epochs"] = saved["epochs"]  # more of the same: what is done so far would have been done alike
    for name in given:
        if saved.get(name) != given[name]:
            raise InputError(f"{name}: expected {saved.get(name)!r}, as in {path}, got {given[name]!r}")
