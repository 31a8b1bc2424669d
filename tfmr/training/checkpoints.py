"""Tensors and their story in one file: whole or not at all, and read without running code from it.

A file holds named tensors in the safetensors format and, in its metadata, a JSON object (the *state*: a
config, a history, where training stands). Formats that can run code when they are opened, such as pickle, are
not used anywhere.
"""

import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save_file
from torch import Tensor, nn

from tfmr.errors import InputError
from tfmr.files import atomic_write

Tensors = Mapping[str, Tensor]


def save_tensors(path: str | Path, tensors: Tensors, state: Mapping[str, Any]) -> None:
    """Write named tensors and a JSON-able state into one safetensors file, atomically.

    A process that is killed while writing leaves the file that was there before.

    Raises:
        InputError: the file cannot be written, for example because the disk is full; it stays as it was.
    """
    # Cloned, because safetensors refuses two names for the same bytes, which is what tied embeddings are.
    plain = {name: tensor.detach().cpu().clone().contiguous() for name, tensor in tensors.items()}
    # One entry only: safetensors writes several in any order, and equal contents should make equal files.
    metadata = {"tfmr": json.dumps({"state": state, "crc32": _checksum(plain)})}
    with atomic_write(path) as temporary:
        try:
            save_file(plain, temporary, metadata=metadata)
        except SafetensorError as error:  # its own exception, not the system's, when the disk is full
            raise InputError(f"{path}: expected to write this file, got {error}") from None


def load_tensors(path: str | Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors and the state that :func:`save_tensors` wrote.

    Raises:
        InputError: no such file, not a safetensors file, cut short, changed since, or not written by tfmr.
    """
    try:
        content = Path(path).read_bytes()  # once: another process may be about to replace the file
        tensors = load(content)
        length = int.from_bytes(content[:8], "little")  # a JSON header of this length comes first
        metadata = json.loads(content[8 : 8 + length]).get("__metadata__", {})
    except FileNotFoundError:
        raise InputError(f"checkpoint: expected a file at {path}, found none") from None
    except (SafetensorError, OSError) as error:
        raise InputError(f"checkpoint: expected a whole safetensors file at {path}, but {error}") from None
    try:
        story = json.loads(metadata["tfmr"])
        state, crc32 = dict(story["state"]), story["crc32"]
    except (KeyError, TypeError, ValueError):
        raise InputError(
            f"checkpoint: expected a file written by tfmr at {path}, found other tensors"
        ) from None
    if crc32 != _checksum(tensors):
        raise InputError(f"checkpoint: expected {path} as it was written, but its checksum differs")
    return tensors, state


def remove_leftovers(path: str | Path) -> None:
    """Remove what a process killed while writing ``path`` left beside it."""
    path = Path(path)
    for leftover in path.parent.glob(f".{path.name}.*.part"):
        leftover.unlink(missing_ok=True)


def load_weights(model: nn.Module, weights: Tensors, path: str | Path) -> None:
    """Copy parameters, ``weights``, into ``model``; ``path`` is where they come from, for the message.

    Raises:
        InputError: a tensor is missing, unknown, or of another shape than in the model; nothing is copied.
    """
    own = model.state_dict()
    for name in own | weights:
        expected = list(own[name].shape) if name in own else "nothing"
        found = list(weights[name].shape) if name in weights else "nothing"
        if expected != found:
            raise InputError(f"checkpoint: expected {name} of shape {expected} in {path}, found {found}")
    model.load_state_dict(weights)


def capture(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    random: Mapping[str, Tensor],
    kept: Mapping[str, Tensors],
) -> dict[str, Tensor]:
    """All tensors that decide how training goes on, each under a name of its own.

    Args:
        random: where random generators stand: without them a resumed run would drop other numbers.
        kept: further sets of parameters, by name.
    """
    tensors = {f"random.{name}": tensor for name, tensor in random.items()}
    for kind, parameters in {"model": model.state_dict(), **kept}.items():
        tensors |= {f"{kind}.{name}": tensor for name, tensor in parameters.items()}
    for number, moments in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{number}.{name}": tensor for name, tensor in moments.items()}
    return tensors


def restore(
    tensors: Tensors,
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    path: str | Path,
) -> None:
    """Put parameters and Adam's moments back as :func:`capture` took them; :func:`under` finds the rest.

    Raises:
        InputError: the parameters do not fit the model.
    """
    load_weights(model, under("model", tensors), path)
    moments: dict[int, dict[str, Tensor]] = {}
    for name, tensor in under("optimizer", tensors).items():
        number, moment = name.split(".", 1)
        moments.setdefault(int(number), {})[moment] = tensor.clone()
    optimizer.load_state_dict({"state": moments, "param_groups": optimizer.state_dict()["param_groups"]})


def under(kind: str, tensors: Tensors) -> dict[str, Tensor]:
    """The tensors whose names start with ``kind`` and a dot, without these."""
    prefix = kind + "."
    return {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}


def _checksum(tensors: Tensors) -> str:
    """A checksum of all bytes: safetensors notices a missing byte, but not a changed one."""
    crc = 0
    for name in sorted(tensors):
        crc = zlib.crc32(tensors[name].reshape(-1).view(torch.uint8).numpy(), crc)
    return f"{crc:08x}"
