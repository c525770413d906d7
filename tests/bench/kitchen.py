"""Labels of a real scan beside parts of it that were labelled by hand: the 7-Scenes kitchen, planes and network.

``python -m tests.bench.kitchen SCAN [WEIGHTS]``: accuracy and IoU over the vertices in the boxes below, which were
drawn on plans and elevations of the fused mesh, with the frames beside them. They hold what is beyond doubt: not table
legs, what lies on tops, or the shelf that no class fits.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from geo3d.metrics.confusion import confusion_matrix, intersection_over_union, mean_of, overall_accuracy
from geo3d.ops.camera import rotation_between
from geo3d.pipelines.scan_to_mesh import ScanToMeshConfig, scan_to_mesh
from geo3d.scene.kinds import SemanticMesh
from geo3d.stages.complete import CompleteConfig
from geo3d.stages.segment import SegmentConfig

UP = (0.0185, -0.8936, -0.4484)
"""In the scan's world."""
BOXES = (
    ("floor", (-2.1, 0.8, -1.6), (-0.9, 2.3, -1.48)),
    ("table", (-1.0, 1.15, -0.92), (1.25, 2.08, -0.75)),
    ("cabinet", (-2.15, 1.0, -1.35), (-1.75, 2.7, -0.72)),
    ("cabinet", (-2.0, 2.65, -1.3), (-0.25, 3.0, -0.72)),
    ("counter", (-2.7, 1.4, -0.68), (-2.1, 2.8, -0.57)),
    ("counter", (-2.1, 2.85, -0.68), (-0.35, 3.25, -0.57)),
    ("wall", (-1.9, 3.25, -0.4), (-0.3, 3.6, -0.05)),
    ("wall", (0.1, 3.25, -1.4), (1.6, 3.6, -0.8)),
    ("chair", (-1.45, 1.45, -1.4), (-1.08, 2.2, -0.6)),
    ("chair", (-0.8, 2.22, -1.0), (-0.2, 2.5, -0.6)),
    ("chair", (0.3, 2.22, -1.0), (0.9, 2.5, -0.6)),
)
"""Class, lowest and highest corner, in metres, turned so that `UP` is z."""
CLASSES = ("floor", "wall", "cabinet", "counter", "table", "chair", "other")
METHODS = {
    "planes": (SegmentConfig(method="planar"), CompleteConfig(method="off")),
    "network": (SegmentConfig(method="learned"), CompleteConfig(method="off")),
    "network, scan completed": (SegmentConfig(method="learned"), CompleteConfig(method="learned")),
}
PLANAR = {"floor", "wall", "table"}
"""What planes can name; all else is other there."""


def main(scan: Path, weights: str) -> None:
    """Print a table."""
    with tempfile.TemporaryDirectory() as scratch:
        for name, (segment, complete) in METHODS.items():
            config = ScanToMeshConfig(segment=segment, complete=complete, label_weights=weights)
            tell(name, counts(scan_to_mesh(scan, Path(scratch), config).load()))


def counts(mesh: SemanticMesh) -> np.ndarray:
    """How often each class of CLASSES got each, over the vertices that have a label by hand."""
    truth = by_hand(mesh.vertices)
    if mesh.observed is not None:
        truth[mesh.observed == 0] = -1
    names = [name if name in CLASSES else "other" for name in mesh.classes]
    columns = torch.tensor([CLASSES.index(name) for name in names])
    sure = (truth >= 0) & (mesh.labels != 255)
    found = columns[mesh.labels[sure].long()]
    return confusion_matrix(truth[sure].numpy(), found.numpy(), len(CLASSES), len(CLASSES))


def by_hand(vertices: Tensor) -> Tensor:
    """Place in CLASSES of each vertex; -1 where it is in no box."""
    upright = rotation_between(torch.tensor(UP, dtype=torch.float64), torch.tensor([0, 0, 1.0]).double())
    points, labels = vertices.double() @ upright.T, torch.full((len(vertices),), -1)
    for name, low, high in BOXES:
        inside = ((points >= points.new_tensor(low)) & (points <= points.new_tensor(high))).all(dim=1)
        labels[inside] = CLASSES.index(name)
    return labels


def tell(name: str, confusion: np.ndarray) -> None:
    """Of all classes, and of those that planes know."""
    iou = intersection_over_union(confusion)
    right = np.diag(confusion) / np.maximum(confusion.sum(axis=1), 1)
    rows = range(len(CLASSES) - 1)
    each = ", ".join(f"{CLASSES[i]} {100 * right[i]:.0f} ({100 * iou[i]:.0f})" for i in rows)
    accuracy = 100 * overall_accuracy(confusion)
    print(f"{name}: {confusion.sum():,} vertices, accuracy {accuracy:.1f}; recall (IoU): {each}")
    coarse = [i if name in PLANAR else len(CLASSES) - 1 for i, name in enumerate(CLASSES)]
    folded = np.zeros_like(confusion)
    np.add.at(folded, (np.array(coarse)[:, None], np.array(coarse)[None]), confusion)
    kept = [i for i in rows if CLASSES[i] in PLANAR]
    iou = intersection_over_union(folded)
    each = ", ".join(f"{CLASSES[i]} {100 * iou[i]:.0f}" for i in (*kept, len(CLASSES) - 1))
    accuracy, mean = 100 * overall_accuracy(folded), 100 * mean_of(iou[[*kept, -1]])
    print(f"  planes' classes: accuracy {accuracy:.1f}, mIoU {mean:.1f} ({each})")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "segment")
