"""What a run showed while it learned: rows of figures in a CSV file and, if asked for, for TensorBoard."""

import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from tfmr.errors import InputError
from tfmr.files import atomic_write, naming, read_text


@dataclass(frozen=True)
class Row:
    """What the updates since the row before showed.

    Attributes:
        update: the last of them, counted from 1 over all epochs.
        epoch: the epoch that they belong to, counted from 1.
        learning_rate: of the last of them.
        train_loss: mean negative log-likelihood of a target token in nats, with dropout and without label
            smoothing, so that it compares with the validation loss.
        gradient_norm: of the last of them, before it was clipped.
        tokens: target tokens trained on.
        seconds: time spent on them.
        valid_loss: at the end of an epoch, the mean negative log-likelihood on the validation pairs.
    """

    update: int
    epoch: int
    learning_rate: float
    train_loss: float
    gradient_norm: float
    tokens: int
    seconds: float
    valid_loss: float | None = None


HEADER = ",".join(field.name for field in fields(Row))


class Log:
    """Rows written as they come. A run that is resumed goes on behind the checkpoint's last row.

    Args:
        path: the CSV file; None: none.
        tensorboard: a folder for TensorBoard; None: none.
        update: what came after this update is forgotten, for it will come again.

    Raises:
        InputError: a file cannot be written; ``tensorboard`` is asked for, but not installed.
    """

    def __init__(
        self, path: str | Path | None = None, tensorboard: str | Path | None = None, update: int = 0
    ):
        self.path = None if path is None else Path(path)
        self.writer = None if tensorboard is None else summary_writer()(tensorboard, purge_step=update + 1)
        if self.path is not None:
            lines = _lines_until(update, self.path)
            with atomic_write(self.path) as temporary:
                temporary.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def write(self, row: Row) -> None:
        figures = asdict(row)
        if self.path is not None:
            text = ",".join("" if value is None else str(value) for value in figures.values())
            with naming(self.path), open(self.path, "a", encoding="utf-8", newline="\n") as file:
                file.write(text + "\n")
        if self.writer is not None:
            update = figures.pop("update")
            for name, value in figures.items():
                if value is not None:
                    self.writer.add_scalar(name, value, update)

    def to_disk(self) -> None:
        """Make all rows outlive a power cut: before a checkpoint that relies on them is written."""
        if self.path is not None:
            with naming(self.path), open(self.path, "r+b") as file:
                os.fsync(file.fileno())
        if self.writer is not None:
            self.writer.flush()


def summary_writer() -> type[Any]:
    """TensorBoard's writer of numbers.

    Raises:
        InputError: TensorBoard is not installed.
    """
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        raise InputError(
            "tensorboard: expected it installed (pip install tensorboard), found it missing"
        ) from None
    return SummaryWriter


def _lines_until(update: int, path: Path) -> list[str]:
    """The header and the rows up to an update; what a kill left half-written is no row."""
    lines = [HEADER]
    if update and path.is_file():
        whole = read_text(path).split("\n")[:-1]  # a line without its end was being written
        header, *rows = whole or [""]
        if header == HEADER:
            lines += [row for row in rows if int(row.split(",", 1)[0]) <= update]
    return lines
