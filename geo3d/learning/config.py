"""What can be set about how a model learns."""

from typing import Annotated, Literal

from pydantic import Field

from geo3d.config import settings
from geo3d.scene.device import Device

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, lt=1)]
Count = Annotated[int, Field(ge=1)]


@settings
class TrainConfig:
    """How a model learns."""

    steps: Count = 1000
    """Batches that each process learns from."""
    learning_rate: Positive = 1e-3
    """Of AdamW, at its height."""
    learning_rates: dict[str, Positive] = Field(default_factory=dict)
    """Of single parts of the task, in place of that."""
    betas: tuple[Share, Share] = (0.9, 0.999)
    """Of AdamW: how long gradients and their squares are remembered."""
    weight_decay: Annotated[float, Field(ge=0)] = 0.01
    """Of AdamW, for weights of two or more dimensions: norms and biases are left alone."""
    warmup: Annotated[int, Field(ge=0)] = 0
    """Steps over which the learning rate grows to its height."""
    schedule: Literal["cosine", "constant"] = "cosine"
    """How the learning rate goes on from there: cosine ends at 0."""
    clip: Positive | None = 1.0
    """Largest norm of a part's gradients; None lets all pass."""
    ema: Share = 0.999
    """Share that the moving average of the weights keeps at each step; it is what is scored and kept. 0: off."""
    precision: Literal["32-true", "bf16-mixed"] = "32-true"
    """bf16-mixed computes products in bfloat16."""
    device: Device = "auto"
    """Where to compute; auto is the graphics card where there is one."""
    processes: Count = 1
    """That learn together, each from batches of its own, on a device each; gradients are averaged."""
    threads: Count = 1
    """Of each process, that make batches ahead."""
    save_every: Count = 500
    """Steps between checkpoints."""
    score_every: Count = 500
    """Steps between scores on validation."""
    patience: Count | None = None
    """Scores in a row that are not the best so far, after which to stop; None goes on to the end."""
    seed: int = 0
    """Of all random numbers."""


FREE = {"device", "threads", "save_every"}
"""What a run may go on with otherwise."""
