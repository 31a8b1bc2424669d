"""The training loop: one model, Adam, validation after every epoch, and a checkpoint to come back to.

It trains anything that keeps the contract (:class:`tfmr.seq2seq.Seq2Seq`). A run is a function of the initial
parameters, the data and the config: batches depend on the seed and the epoch only, dropout on the generator whose
state the checkpoint keeps. A run that was killed and resumed therefore ends with the same parameters, bit for bit,
as one that was not (on one machine, on a CPU, with the same number of threads).
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor, nn
from tqdm import tqdm

from tfmr.data.batches import BucketedBatches
from tfmr.errors import InputError
from tfmr.training.checkpoints import capture, load_tensors, remove_leftovers, restore, save_tensors
from tfmr.training.config import TrainConfig
from tfmr.training.history import Epoch, History
from tfmr.training.loss import evaluate_loss, negative_log_likelihood, try_longest
from tfmr.training.machine import pick_device, set_seed
from tfmr.training.schedule import learning_rate_at
from tfmr.training.step import train_step


def train(
    model: nn.Module,
    train_batches: BucketedBatches,
    valid_batches: BucketedBatches,
    config: TrainConfig,
    *,
    device: torch.device | str | None = None,
    checkpoint: str | Path | None = None,
    identity: Mapping[str, str] | None = None,
    progress: bool = False,
    on_epoch: Callable[[Epoch], None] | None = None,
) -> History:
    """Train ``model`` in place with Adam (Kingma and Ba, 2015); it ends with its best parameters, in eval mode.

    Args:
        model: what is to learn.
        train_batches, valid_batches: what to learn from, and what decides which parameters are best.
        device: where to train; None: CUDA, MPS or CPU, the first that is there.
        checkpoint: where to keep all that is needed to go on. If the file is there, training goes on from it.
        identity: what else makes the run what it is, by name, such as checksums of its vocabularies; kept in
            the checkpoint, and compared when training goes on.
        progress: show a bar on standard error.
        on_epoch: called with the record of each epoch, after its checkpoint is written.

    Raises:
        InputError: batches are padded with another id than the model's; the device is not there; the checkpoint is broken, or of another model, config or data
            (only ``epochs`` may be raised, and only if the schedule does not depend on it); the loss is not
            finite any more; the longest validation pair is too long for the model.
    """
    for name, batches in (("train_batches", train_batches), ("valid_batches", valid_batches)):
        if batches.pad_id != model.config.pad_id:
            raise InputError(
                f"{name}: expected the model's padding, {model.config.pad_id}, got {batches.pad_id}"
            )
    device = pick_device(device)
    set_seed(config.seed)
    model.to(device)
    run = _Run(model, torch.optim.Adam(model.parameters()), device)
    data = {"train_batches": train_batches.fingerprint(), "valid_batches": valid_batches.fingerprint()}
    data |= identity or {}

    def save() -> None:
        if checkpoint is not None:
            state = {"config": asdict(config), "data": data, "history": asdict(run.history)}
            save_tensors(checkpoint, run.tensors(), state | {"partial": asdict(run.partial)})

    if checkpoint is not None:
        remove_leftovers(checkpoint)
        if Path(checkpoint).exists():
            run.resume(checkpoint, asdict(config), data)

    try_longest(model, valid_batches)
    while not run.history.is_over(config):
        _train_epoch(run, train_batches, config, save, progress)
        valid_loss = evaluate_loss(model, valid_batches)
        if not math.isfinite(valid_loss):
            raise InputError(
                f"learning_rate: expected one so small that losses stay finite, got validation loss {valid_loss} "
                f"{run.where()}"
            )
        run.end_epoch(valid_loss)
        save()
        if on_epoch is not None:
            on_epoch(run.history.epochs[-1])

    model.load_state_dict(run.best)
    model.eval()
    return run.history


@dataclass
class _Partial:
    """The epoch under way: steps done, and the sums that its record will be made of."""

    steps: int = 0
    nll: float = 0.0
    tokens: int = 0
    seconds: float = 0.0


@dataclass
class _Run:
    """All that changes while training, and so all that a checkpoint must keep."""

    model: nn.Module
    optimizer: torch.optim.Optimizer
    device: torch.device
    best: dict[str, Tensor] = field(default_factory=dict)
    history: History = field(default_factory=History)
    partial: _Partial = field(default_factory=_Partial)

    def where(self) -> str:
        """Where training stands, for an error that stops it."""
        return f"after {self.partial.steps} steps of epoch {len(self.history.epochs) + 1}"

    def tensors(self) -> dict[str, Tensor]:
        return capture(self.model, self.optimizer, self.best, self.device)

    def resume(self, path: str | Path, config: dict, data: dict) -> None:
        tensors, state = load_tensors(path)
        if not {"config", "data", "history", "partial"} <= state.keys():
            raise InputError(f"checkpoint: expected where training stands in {path}, found something else")
        _require_same(state, config, data, path)
        self.best = restore(tensors, self.model, self.optimizer, self.device, path)
        self.history = History([Epoch(**epoch) for epoch in state["history"]["epochs"]])
        self.partial = _Partial(**state["partial"])

    def end_epoch(self, valid_loss: float) -> None:
        done, number = self.partial, len(self.history.epochs) + 1
        epoch = Epoch(number, done.nll / done.tokens, valid_loss, done.tokens, done.seconds)
        self.history.epochs.append(epoch)
        if self.history.best is epoch:
            self.best = {name: tensor.clone() for name, tensor in self.model.state_dict().items()}
        self.partial = _Partial()


def _train_epoch(
    run: _Run, batches: BucketedBatches, config: TrainConfig, save: Callable[[], None], progress: bool
) -> None:
    """Take the steps of the current epoch that are not taken yet."""
    model, optimizer, partial, epoch = run.model, run.optimizer, run.partial, len(run.history.epochs)
    model.train()
    bar = tqdm(
        islice(batches.batches(epoch), partial.steps, None),  # those before were seen before the resume
        total=len(batches),
        initial=partial.steps,
        desc=f"epoch {epoch + 1}/{config.epochs}",
        unit="step",
        leave=False,
        disable=not progress,
    )
    started = time.perf_counter()
    for batch in bar:
        step = epoch * len(batches) + partial.steps
        optimizer.param_groups[0]["lr"] = learning_rate_at(step, config, config.epochs * len(batches))
        num_tokens = batch.num_tokens
        loss = negative_log_likelihood(model, batch.to(run.device)) / num_tokens
        try:
            train_step(loss, model, optimizer, config.clip_norm)
        except InputError as error:
            raise InputError(f"{error} {run.where()}") from None

        partial.steps += 1
        partial.nll += loss.item() * num_tokens
        partial.tokens += num_tokens
        partial.seconds += time.perf_counter() - started
        bar.set_postfix(loss=f"{partial.nll / partial.tokens:.4g}", refresh=False)
        if partial.steps % config.checkpoint_every == 0 and partial.steps < len(batches):
            save()
        started = time.perf_counter()


def _require_same(state: dict, config: dict, data: dict, path: str | Path) -> None:
    """Refuse to go on with another config or other data: the result would belong to neither run."""
    saved, given = {**state["config"], **state["data"]}, {**config, **data}
    if config["schedule"] == "constant" and config["epochs"] > saved["epochs"]:
        given["epochs"] = saved["epochs"]  # more of the same: what is done so far would have been done alike
    for name in given:
        if saved.get(name) != given[name]:
            raise InputError(f"{name}: expected {saved.get(name)!r}, as in {path}, got {given[name]!r}")
