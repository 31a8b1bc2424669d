"""One step of learning: from a loss to slightly better parameters."""

import math
from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor, nn


def train_step(
    loss: Float[Tensor, ""], model: nn.Module, optimizer: torch.optim.Optimizer, clip_norm: float = math.inf
) -> Float[Tensor, ""]:
    """Change the model's parameters a little so that ``loss`` becomes smaller.

    Nothing here waits for the device. Whoever wants to know whether loss and norm are finite looks at them, now and
    then: a step with a loss that is not finite spoils the parameters.

    Args:
        loss: what the model just computed, one number.
        optimizer: decides how far each parameter goes along its gradient.
        clip_norm: a gradient longer than this is shortened to it (Pascanu et al. 2013); by default none is.

    Returns:
        The norm of the gradient of all parameters together, before it was clipped.
    """
    optimizer.zero_grad()  # else the gradient of the last step is added
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
    optimizer.step()
    return norm


def train_step_in_parts(
    losses: Iterable[Float[Tensor, ""]],
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    clip_norm: float,
    scaler: torch.amp.GradScaler,
) -> Float[Tensor, ""]:
    """:func:`train_step` for a loss that is the sum of several: their gradients add up, then comes one step.

    Args:
        losses: made one after the other, so that the memory of one suffices.
        scaler: multiplies a loss so that its gradients can be told from 0 in 16 bits (Micikevicius et al. 2018, section
            3.2), and leaves out steps in which they overflow; one that is not enabled does nothing.
    """
    optimizer.zero_grad()
    for loss in losses:
        scaler.scale(loss).backward()
    scaler.unscale_(optimizer)  # the norm is measured in the loss's own units
    norm = nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
    scaler.step(optimizer)
    scaler.update()
    return norm
