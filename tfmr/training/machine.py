"""The machine that trains: its devices, their random numbers and their memory."""

from collections.abc import Mapping

import torch
from torch import Tensor

from tfmr.errors import InputError


def set_seed(seed: int) -> None:
    """Seed PyTorch's generators, on every device. Nothing in tfmr draws from any other global generator."""
    torch.manual_seed(seed)


def pick_device(name: str | torch.device | None = None) -> torch.device:
    """The device called ``name``; without a name the first that is there of CUDA, MPS and CPU.

    Raises:
        InputError: no such device on this machine.
    """
    counts = {"cuda": torch.cuda.device_count(), "mps": int(torch.backends.mps.is_available()), "cpu": 1}
    there = [kind for kind, count in counts.items() if count]
    try:
        device = torch.device(there[0] if name is None else name)
    except RuntimeError:
        device = None
    if device is None or (device.index or 0) >= counts.get(device.type, 0):
        raise InputError(f"device: expected one that is there ({', '.join(there)}), got {str(name)!r}")
    return device


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the machine or its accelerator had no room; PyTorch has no one exception for that."""
    signs = "out of memory", "can't allocate memory", "not enough memory"
    return isinstance(error, MemoryError) or any(sign in str(error) for sign in signs)


def autocast_type(precision: str, device: torch.device) -> torch.dtype | None:
    """What matrix products are computed in; None for "fp32".

    Raises:
        InputError: fp16 on a device on which gradients cannot be scaled.
    """
    if precision == "fp16" and device.type not in ("cuda", "cpu"):
        raise InputError(f"precision: expected fp32 or bf16 on {device.type}, got 'fp16'")
    return {"fp32": None, "bf16": torch.bfloat16, "fp16": torch.float16}[precision]


def random_states(device: torch.device) -> dict[str, Tensor]:
    """Where the generators that dropout draws from stand, by kind of device."""
    states = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(device)
    elif device.type == "mps":
        states["mps"] = torch.mps.get_rng_state()
    return states


def set_random_states(states: Mapping[str, Tensor], device: torch.device) -> None:
    """Put the generators back to where :func:`random_states` found them."""
    torch.set_rng_state(states["cpu"])
    if device.type == "cuda" and "cuda" in states:
        torch.cuda.set_rng_state(states["cuda"], device)
    elif device.type == "mps" and "mps" in states:
        torch.mps.set_rng_state(states["mps"])
