"""AdamW and its learning rate over the steps."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn
    from torch.optim import Optimizer

    from geo3d.learning.config import TrainConfig


def rate_at(step: int, config: TrainConfig) -> float:
    """Share of its height that the learning rate has at a step."""
    if step < config.warmup:
        return (step + 1) / (config.warmup + 1)
    if config.schedule == "constant":
        return 1.0
    done = (step - config.warmup) / max(config.steps - config.warmup, 1)
    return (1 + math.cos(math.pi * done)) / 2


def make_optimiser(part: nn.Module, config: TrainConfig) -> Optimizer:
    """AdamW of what a part learns; weight decay is for what has two or more dimensions, not for norms and biases."""
    import torch

    learned = [value for value in part.parameters() if value.requires_grad]
    groups = [
        {"params": [value for value in learned if value.ndim > 1], "weight_decay": config.weight_decay},
        {"params": [value for value in learned if value.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, betas=config.betas)
