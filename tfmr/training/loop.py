"""The training loop: one model, Adam, validation after every epoch, and a checkpoint to come back to.

It trains anything that keeps the contract (:class:`tfmr.seq2seq.Seq2Seq`). A run is a function of the initial
parameters, the data and the config: batches depend on the seed and the epoch only, dropout on the generator whose
state the checkpoint keeps. A run that was killed and resumed therefore ends with the same parameters, bit for bit,
as one that was not (on one machine, on a CPU, with the same number of threads and processes).
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path

import torch
from torch import nn
from tqdm import tqdm

from tfmr.data.batches import BucketedBatches
from tfmr.errors import InputError
from tfmr.training.checkpoints import remove_leftovers, save_tensors
from tfmr.training.config import TrainConfig
from tfmr.training.history import Epoch, History
from tfmr.training.log import Log, Row
from tfmr.training.loss import evaluate_loss, try_longest
from tfmr.training.machine import pick_device, set_seed
from tfmr.training.run import Run
from tfmr.training.schedule import learning_rate_at


def train(
    model: nn.Module,
    train_batches: BucketedBatches,
    valid_batches: BucketedBatches,
    config: TrainConfig,
    *,
    device: torch.device | str | None = None,
    checkpoint: str | Path | None = None,
    identity: Mapping[str, str] | None = None,
    log: str | Path | None = None,
    tensorboard: str | Path | None = None,
    progress: bool = False,
    on_epoch: Callable[[Epoch], None] | None = None,
) -> History:
    """Train ``model`` in place with Adam (Kingma and Ba, 2015); it ends with its best parameters, in eval mode.

    Several processes that were joined (:func:`tfmr.training.processes.joined`) train one model, if all call this with
    the same arguments: each takes its rows of every batch, and only the first writes files.

    Args:
        model: what is to learn.
        train_batches, valid_batches: what to learn from, and what decides which parameters are best.
        device: where to train; None: CUDA, MPS or CPU, the first that is there.
        checkpoint: where to keep all that is needed to go on. If the file is there, training goes on from it.
        identity: what else makes the run what it is, by name, such as checksums of its vocabularies; kept in
            the checkpoint, and compared when training goes on.
        log: a CSV file that gets a row of figures (:class:`tfmr.training.log.Row`) at every look.
        tensorboard: a folder that gets the same figures for TensorBoard.
        progress: show a bar on standard error.
        on_epoch: called with the record of each epoch, after its checkpoint is written (by the first process only).

    Raises:
        InputError: batches are padded with another id than the model's; the device is not there, or cannot compute in
            this precision; the checkpoint is broken, or of another model, config, data or number of processes
            (only ``epochs`` may be raised, and only if the schedule does not depend on it); the loss is not
            finite any more; the longest validation pair is too long for the model; TensorBoard is not installed.
    """
    for name, batches in (("train_batches", train_batches), ("valid_batches", valid_batches)):
        if batches.pad_id != model.config.pad_id:
            raise InputError(
                f"{name}: expected the model's padding, {model.config.pad_id}, got {batches.pad_id}"
            )
    device = pick_device(device)
    model.to(device)
    run = Run(model, config, device, math.ceil(len(train_batches) / config.accumulate))
    set_seed(config.seed + run.processes.rank)  # each process drops other numbers
    data = {"train_batches": train_batches.fingerprint(), "valid_batches": valid_batches.fingerprint()}
    data |= {"processes": run.processes.count, **(identity or {})}

    if checkpoint is not None:
        if run.processes.is_first:
            remove_leftovers(checkpoint)
        if Path(checkpoint).exists():
            run.resume(checkpoint, asdict(config), data)
    try_longest(model, valid_batches)
    rows = Log(log, tensorboard, run.done) if run.processes.is_first else Log()

    def save() -> None:
        rows.to_disk()
        if checkpoint is not None:
            tensors = run.tensors()  # with the random numbers of all processes: each takes part
            if run.processes.is_first:
                save_tensors(checkpoint, tensors, {"config": asdict(config), "data": data, **run.state()})

    while not run.history.is_over(config):
        last_row = _train_epoch(run, train_batches, rows, save, progress and run.processes.is_first)
        with run.averaged() as parameters:
            valid_loss = evaluate_loss(model, valid_batches, run.processes)
            if not math.isfinite(valid_loss):
                raise InputError(
                    f"learning_rate: expected one so small that losses stay finite, got validation loss {valid_loss} "
                    f"{run.where()}"
                )
        rows.write(replace(last_row, valid_loss=valid_loss))
        run.end_epoch(valid_loss, parameters)
        save()
        if on_epoch is not None and run.processes.is_first:
            on_epoch(run.history.epochs[-1])

    model.load_state_dict(run.best)
    model.eval()
    return run.history


def _train_epoch(
    run: Run, batches: BucketedBatches, rows: Log, save: Callable[[], None], progress: bool
) -> Row:
    """Make the updates of the current epoch that are not made yet; what the last look showed."""
    config, partial = run.config, run.partial
    run.model.train()
    # Those before were seen before the resume.
    stream = islice(batches.batches(run.epoch), partial.updates * config.accumulate, None)
    bar = tqdm(
        total=run.updates,
        initial=partial.updates,
        desc=f"epoch {run.epoch + 1}/{config.epochs}",
        unit="update",
        leave=False,
        disable=not progress,
    )
    with bar:
        run.begin()
        while True:
            rate = learning_rate_at(run.done, config, config.epochs * run.updates)
            norm = run.update(list(islice(stream, config.accumulate)), rate)
            bar.update()
            is_last, is_due = partial.updates == run.updates, partial.updates % config.checkpoint_every == 0
            if not (is_last or is_due or partial.updates % config.log_every == 0):
                continue
            row = run.look(norm, rate)
            bar.set_postfix(loss=f"{partial.nll / partial.tokens:.4g}", refresh=False)
            if is_last:
                return row
            rows.write(row)
            if is_due:
                save()
            run.begin()
