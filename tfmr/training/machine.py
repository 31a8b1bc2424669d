"""The machine that trains: its devices, their random numbers and their memory."""

import torch

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
