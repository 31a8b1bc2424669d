"""Several processes that train one model together: each computes the gradient of its rows of every batch.

``torchrun --nproc-per-node 2 -m tfmr train …`` starts them. They have the same parameters at all times, because they
start with the same ones and add up their gradients before each update (data parallelism; Li et al. 2020).
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

import torch
import torch.distributed as dist
from jaxtyping import Shaped
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from tfmr.data.batches import Batch
from tfmr.errors import InputError


@dataclass(frozen=True)
class Processes:
    """Which of how many processes this one is. Alone, it has every row, and its sums are the whole sums.

    What speaks to the others (``total``, ``gather``, ``wait``) must be called by all of them, in the same order.

    Attributes:
        rank: this process, counted from 0. The first one, and no other, writes files.
        count: how many they are.
    """

    rank: int = 0
    count: int = 1

    @classmethod
    def current(cls) -> "Processes":
        """Those that were joined (:func:`joined`, or PyTorch's ``init_process_group``), or this one alone."""
        if dist.is_available() and dist.is_initialized():
            return cls(dist.get_rank(), dist.get_world_size())
        return cls()

    @property
    def is_first(self) -> bool:
        return self.rank == 0

    def share(self, batch: Batch) -> tuple[Batch, int]:
        """This process's rows of a batch, and what they count: 1, or 0 where there is no row for it.

        It then gets a row of another, since it must compute something when all add up their gradients.
        """
        rows = slice(self.rank, None, self.count) if self.rank < len(batch.src) else slice(1)
        return Batch(batch.src[rows], batch.tgt[rows], batch.pad_id), int(self.rank < len(batch.src))

    def wrap(self, module: nn.Module) -> nn.Module:
        """The module, or one that adds up its gradients with the others' (and divides by their number)."""
        return module if self.count == 1 else DistributedDataParallel(module)

    def total(self, *numbers: float) -> list[float]:
        """The sum of each number over all processes, the same for all of them."""
        if self.count == 1:
            return list(numbers)
        sums = torch.tensor(numbers, dtype=torch.float64, device=_meeting_place())
        dist.all_reduce(sums)
        return sums.tolist()

    def gather(self, tensor: Shaped[Tensor, "*shape"]) -> Shaped[Tensor, "count *shape"]:
        """The tensors of all processes, by rank, on the CPU."""
        if self.count == 1:
            return tensor.unsqueeze(0).cpu()
        tensor = tensor.to(_meeting_place())
        gathered = [torch.empty_like(tensor) for _ in range(self.count)]
        dist.all_gather(gathered, tensor)
        return torch.stack(gathered).cpu()

    def wait(self) -> None:
        """Go on when all have come here."""
        self.total(0.0)


def alone(module: nn.Module) -> AbstractContextManager:
    """Inside, gradients of a wrapped module are only kept: they are added up with those of the first one after."""
    return module.no_sync() if isinstance(module, DistributedDataParallel) else nullcontext()


@contextmanager
def joined(device: torch.device) -> Iterator[Processes]:
    """Join the processes that torchrun started with this one, if it did; on GPUs each gets its own.

    Raises:
        InputError: there is no GPU for this process.
    """
    if not (dist.is_available() and dist.is_torchelastic_launched()):
        yield Processes()
        return
    if device.type == "cuda":
        number, there = int(os.environ["LOCAL_RANK"]), torch.cuda.device_count()
        if device.index is not None or number >= there:
            raise InputError(
                f"device: expected a GPU for each process ({there} are there; 'cuda' gives each its own), got "
                f"{str(device)!r} for process {number}"
            )
        torch.cuda.set_device(number)
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield Processes.current()
    finally:
        dist.destroy_process_group()


def _meeting_place() -> str:
    """The kind of device whose tensors the processes exchange."""
    return "cuda" if dist.get_backend() == "nccl" else "cpu"
