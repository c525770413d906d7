"""Labels of surface voxels."""

from collections.abc import Iterable, Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from geo3d.batches.room_surfaces import IGNORED, LabelledCells
from geo3d.metrics.confusion import confusion_matrix
from geo3d.ops.lovasz import lovasz_softmax
from geo3d.tasks.label_scores import label_scores

SAMPLED = 5
"""One voxel of so many is enough to calibrate on."""


class LabelCells:
    """Cross-entropy of class logits, errors in rare classes counted more; `overlap` times the Lovász-Softmax loss."""

    def __init__(self, smoothing: float = 0.05, overlap: float = 0.0) -> None:
        self.smoothing, self.overlap = smoothing, overlap

    def parts(self, model: nn.Module) -> dict[str, nn.Module]:
        """One optimiser owns it all."""
        return {"model": model}

    def losses(self, model: nn.Module, batch: LabelledCells) -> Iterator[tuple[str, Tensor]]:
        """Yield the one loss."""
        logits = model(batch.cells).features
        loss = functional.cross_entropy(
            logits, batch.labels, batch.class_weights, ignore_index=IGNORED, label_smoothing=self.smoothing
        )
        if self.overlap:
            labelled = batch.labels != IGNORED
            chances = logits[labelled].float().softmax(dim=1)
            loss = loss + self.overlap * lovasz_softmax(chances, batch.labels[labelled])
        yield "model", loss

    @torch.no_grad()
    def scores(self, model: nn.Module, batches: Iterable[LabelledCells]) -> dict[str, float]:
        """Mean IoU over the classes, share of voxels that are right, calibration, and each class's IoU."""
        confusion, every, truths = np.zeros((), np.int64), [], []
        for batch in batches:
            logits, classes = model(batch.cells).features.float().cpu().numpy(), len(batch.class_weights)
            labels = batch.labels.cpu().numpy()
            confusion = confusion + confusion_matrix(labels, logits.argmax(axis=1), classes, classes)
            sampled = (labels != IGNORED).nonzero()[0][::SAMPLED]
            every.append(logits[sampled])
            truths.append(labels[sampled])
        return label_scores(confusion, np.concatenate(every), np.concatenate(truths))
