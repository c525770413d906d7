"""Labels of surface voxels."""

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional

from geo3d.batches.room_surfaces import IGNORED, LabelledCells
from geo3d.metrics.confusion import confusion_matrix, intersection_over_union, mean_of, overall_accuracy


class LabelCells:
    """Cross-entropy of class logits, the rare classes' errors counted more."""

    def __init__(self, smoothing: float = 0.05) -> None:
        self.smoothing = smoothing

    def parts(self, model: nn.Module) -> dict[str, nn.Module]:
        """One optimiser owns it all."""
        return {"model": model}

    def losses(self, model: nn.Module, batch: LabelledCells) -> Iterator[tuple[str, Tensor]]:
        """Yield the one loss."""
        logits = model(batch.cells).features
        yield (
            "model",
            functional.cross_entropy(
                logits, batch.labels, batch.class_weights, ignore_index=IGNORED, label_smoothing=self.smoothing
            ),
        )

    @torch.no_grad()
    def scores(self, model: nn.Module, batches: Iterable[LabelledCells]) -> dict[str, float]:
        """Mean IoU over the classes, share of voxels that are right, and each class's IoU."""
        total = 0
        for batch in batches:
            classes = len(batch.class_weights)
            best = model(batch.cells).features.argmax(dim=1)
            total = total + confusion_matrix(batch.labels.numpy(), best.numpy(), classes, classes)
        iou = intersection_over_union(total)
        found = {"miou": mean_of(iou), "accuracy": overall_accuracy(total)}
        return found | {f"iou {i}": float(value) for i, value in enumerate(iou)}
