"""Checkpoints: all that a run needs to go on as if nothing had happened, in one file that is replaced at once."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geo3d.errors import InputError
from geo3d.scene.publish import published_file

CHECKPOINT = "checkpoint.pt"


@dataclass
class Progress:
    """How far a run is, and how it went."""

    step: int = 0
    """Steps taken."""
    best_step: int = 0
    """After which the average scored best."""
    best_scores: dict[str, float] = field(default_factory=dict)
    """That it had there."""
    losses: dict[str, list[float | None]] = field(default_factory=dict)
    """Of each part at each step, averaged over processes; None where it had none."""
    scores: list[dict[str, Any]] = field(default_factory=list)
    """Each with its step; None for what is no number."""
    seconds: float = 0.0
    """That the steps took, scoring and saving aside."""
    waited: float = 0.0
    """Of these, for batches."""

    def history(self) -> dict[str, Any]:
        """What is worth keeping when the run is over."""
        share = self.waited / self.seconds if self.seconds else 0.0
        return {"losses": self.losses, "scores": self.scores, "seconds": self.seconds, "waiting_share": share}


def write_checkpoint(state: dict[str, Any], file: Path) -> None:
    """Put tensors and plain values into the place of the last checkpoint."""
    import torch

    with published_file(file) as aside:
        torch.save(state, aside)


def read_checkpoint(file: Path) -> dict[str, Any]:
    """A checkpoint as it was written, on the CPU; raises InputError where it cannot be read."""
    import torch

    content = file.read_bytes()
    try:
        return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception as error:  # whatever damage makes of the reader
        raise InputError(f"{file} is damaged; remove it to begin anew") from error


def refuse_other(saved: dict[str, Any], state: dict[str, Any], free: set[str], file: Path) -> None:
    """Raise InputError where a checkpoint is of other settings, but for those in `free`, or of another model."""
    there, here = saved["config"], state["config"]
    other = sorted(name for name in here if name not in free and there.get(name) != here[name])
    if other:
        raise InputError(f"{file} was made with other settings ({', '.join(other)}); give those, or another folder")
    shapes = [{name: value.shape for name, value in one["model"].items()} for one in (saved, state)]
    if shapes[0] != shapes[1] or saved["optimisers"].keys() != state["optimisers"].keys():
        raise InputError(f"{file} is of another model or task; give that, or another folder")
