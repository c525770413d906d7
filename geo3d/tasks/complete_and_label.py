"""To say of a scanned volume where surfaces are that it has not seen, and what all of them are."""

from collections.abc import Iterable, Iterator
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from geo3d.batches.room_blocks import VolumeBatch
from geo3d.batches.scenes import IGNORED
from geo3d.metrics.confusion import confusion_matrix, divided, intersection_over_union, mean_of, overall_accuracy
from geo3d.metrics.occupancy import occupancy_counts
from geo3d.ops.encodings import signed_log
from geo3d.tasks.label_scores import label_scores

SAMPLES = 10_000
"""Voxels of a room that calibration looks at."""


class CompleteAndLabel:
    """l1 of distances, where nothing was seen `unknown_weight` times as much, and cross-entropy of labels.

    `complete` and `label` are the weights of the two; 0 leaves one away. Distances are compared as logarithms of voxels
    (``log``, which counts errors near the surface most: Dai et al. 2017 and 2018) or as they are (``truncation``).
    """

    def __init__(
        self,
        complete: float = 1.0,
        label: float = 1.0,
        unknown_weight: float = 3.0,
        scale: Literal["log", "truncation"] = "log",
        smoothing: float = 0.0,
    ) -> None:
        self.complete, self.label, self.unknown_weight = complete, label, unknown_weight
        self.scale, self.smoothing = scale, smoothing

    def parts(self, model: nn.Module) -> dict[str, nn.Module]:
        """One optimiser owns it all."""
        return {"model": model}

    def losses(self, model: nn.Module, batch: VolumeBatch) -> Iterator[tuple[str, Tensor]]:
        """Yield the weighted sum of both."""
        distance, logits = model(batch.inputs)
        loss = distance.new_zeros(())
        if self.complete:
            loss = loss + self.complete * self._completion_loss(distance, batch)
        if self.label:
            loss = loss + self.label * self._label_loss(logits, batch)
        yield "model", loss

    @torch.no_grad()
    def scores(self, model: nn.Module, batches: Iterable[VolumeBatch]) -> dict[str, float]:
        """Labels over all voxels with one, and over those at a seen surface; completion where nothing was seen.

        The first is the mean IoU over classes, or without labels the IoU of the voxels at a surface.
        """
        counts = []
        for batch in batches:
            distance, logits = model(batch.inputs)
            counts.append(_count(distance, logits, batch))
        found = _label_scores(counts) if self.label else {}
        return found | _completion_scores(counts) if self.complete else found

    def _completion_loss(self, distance: Tensor, batch: VolumeBatch) -> Tensor:
        found, true = distance.float(), batch.distance
        if self.scale == "log":
            found, true = signed_log(batch.truncation * found), signed_log(batch.truncation * true)
        weights = torch.where(batch.known > 0, 1.0, self.unknown_weight)
        return (weights * (found - true).abs()).sum() / weights.sum()

    def _label_loss(self, logits: Tensor, batch: VolumeBatch) -> Tensor:
        labels = batch.labels.long()
        if not (labels != IGNORED).any():
            return 0 * logits.sum()
        return cross_entropy(
            logits.float(), labels, batch.class_weights, ignore_index=IGNORED, label_smoothing=self.smoothing
        )


def _count(distance: Tensor, logits: Tensor, batch: VolumeBatch) -> dict[str, np.ndarray]:
    """What a batch adds to the scores."""
    x, y, z = batch.inside
    found, true = (values[:, :x, :y, :z].float() for values in (distance.clamp(-1, 1), batch.distance))
    labels, known = batch.labels[:, :x, :y, :z].long(), batch.known[:, :x, :y, :z] > 0
    rows = logits.movedim(1, -1)[:, :x, :y, :z].float()
    at_surface = true.abs() * batch.truncation < 1
    labelled, seen = labels != IGNORED, (labels != IGNORED) & known & at_surface
    sampled = labelled.nonzero()
    sampled = sampled[:: max(len(sampled) // SAMPLES, 1)].unbind(dim=1)
    errors = [batch.truncation * (values - true).abs()[~known].sum(dtype=torch.float64) for values in (found, 1)]
    occupied = occupancy_counts(
        at_surface[~known].cpu().int().numpy(), (found.abs() * batch.truncation < 1)[~known].cpu().int().numpy()
    )
    return {
        "confusion": _confusion(rows, labels, labelled),
        "seen": _confusion(rows, labels, seen),
        "logits": rows[sampled].cpu().numpy(),
        "labels": labels[sampled].cpu().numpy(),
        "errors": np.array([float(error) for error in errors]),
        "unknown": np.array(int((~known).sum())),
        "occupied": np.array(occupied),
    }


def _confusion(logits: Tensor, labels: Tensor, where: Tensor) -> np.ndarray:
    classes = logits.shape[-1]
    best = logits.argmax(dim=-1)[where]
    return confusion_matrix(labels[where].cpu().numpy(), best.cpu().numpy(), classes, classes)


def _label_scores(counts: list[dict[str, np.ndarray]]) -> dict[str, float]:
    """Of all voxels, and of those at a seen surface."""
    logits, labels = (np.concatenate([count[name] for count in counts]) for name in ("logits", "labels"))
    seen = _total(counts, "seen")
    return label_scores(_total(counts, "confusion"), logits, labels) | {
        "miou seen": mean_of(intersection_over_union(seen)),
        "accuracy seen": overall_accuracy(seen),
    }


def _completion_scores(counts: list[dict[str, np.ndarray]]) -> dict[str, float]:
    """Means of errors are in voxels; ``of the scan``: that of taking all that was not seen for free."""
    hits, wrong, missed = _total(counts, "occupied")
    error, of_the_scan = _total(counts, "errors")
    unknown = _total(counts, "unknown")
    found = divided(np.array([hits, error, of_the_scan]), np.array([hits + wrong + missed, unknown, unknown]))
    return dict(zip(("iou unknown", "l1 unknown", "l1 unknown of the scan"), found.tolist(), strict=True))


def _total(counts: list[dict[str, np.ndarray]], name: str) -> np.ndarray:
    return np.sum([count[name] for count in counts], axis=0)
