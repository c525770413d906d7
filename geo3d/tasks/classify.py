"""What a thing is, as a whole."""

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from geo3d.batches.room_pieces import LabelledPieces
from geo3d.metrics.confusion import class_accuracy, confusion_matrix, mean_of, overall_accuracy


class Classify:
    """Cross-entropy of the class logits of each of the batch's things."""

    def __init__(self, smoothing: float = 0.0) -> None:
        self.smoothing = smoothing

    def parts(self, model: nn.Module) -> dict[str, nn.Module]:
        """One optimiser owns it all."""
        return {"model": model}

    def losses(self, model: nn.Module, batch: LabelledPieces) -> Iterator[tuple[str, Tensor]]:
        """Yield the one loss."""
        logits = model(batch.voxels, len(batch.labels))
        yield "model", cross_entropy(logits, batch.labels, label_smoothing=self.smoothing)

    @torch.no_grad()
    def scores(self, model: nn.Module, batches: Iterable[LabelledPieces]) -> dict[str, float]:
        """Mean over classes of the share that is right, and that share over all."""
        truth, found, classes = [], [], 0
        for batch in batches:
            logits = model(batch.voxels, len(batch.labels))
            classes = logits.shape[1]
            truth.append(batch.labels.cpu())
            found.append(logits.argmax(dim=1).cpu())
        counts = confusion_matrix(torch.cat(truth).numpy(), torch.cat(found).numpy(), classes, classes)
        return {"class_accuracy": mean_of(class_accuracy(counts)), "accuracy": overall_accuracy(counts)}
