"""One step of learning: from a loss to slightly better parameters."""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from tfmr.errors import InputError


def train_step(
    loss: Float[Tensor, ""], model: nn.Module, optimizer: torch.optim.Optimizer, clip_norm: float = math.inf
) -> float:
    """Change the model's parameters a little so that ``loss`` becomes smaller.

    Args:
        loss: what the model just computed, one number.
        optimizer: decides how far each parameter goes along its gradient.
        clip_norm: a gradient longer than this is shortened to it (Pascanu et al. 2013); by default none is.

    Returns:
        The norm of the gradient of all parameters together, before it was clipped.

    Raises:
        InputError: the loss or its gradient is not finite; the parameters are as they were.
    """
    optimizer.zero_grad()  # else the gradient of the last step is added
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), clip_norm).item()
    if not math.isfinite(loss.item() + norm):
        raise InputError(
            f"learning_rate: expected one so small that loss and gradient stay finite, got loss {loss.item()} "
            f"and gradient norm {norm}"
        )
    optimizer.step()
    return norm
