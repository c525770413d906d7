"""Held-out rooms, completed and labelled by the 3D U-Net, beside the scans as they are: scored by `geo3d benchmark`.

``python -m tests.bench.completion ROOMS OUT [WEIGHTS]``: rooms of ``geo3d render-dataset --rooms.split test`` with
volumes and scan volumes at 5 cm. ``OUT/network`` holds what the network says of every voxel, ``OUT/unseen`` that where
the scan knows nothing and the scan elsewhere, which is what `--complete learned` does; ``OUT/scan`` takes all that was
not seen for free.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from geo3d.batches.scenes import read_volumes, scene_folders
from geo3d.metrics.occupancy import occupancy_counts
from geo3d.pipelines.benchmark import benchmark
from geo3d.scene.artifact import store
from geo3d.scene.kinds import DistanceVolume, ScannedVolume, SemanticVolume
from geo3d.scene.source import Source
from geo3d.stages.predict import infer
from geo3d.stages.weights import find_weights
from geo3d.weight_files import read_card

SIZE = 0.05
METHODS = "scan", "network", "unseen"


def main(rooms: Path, out: Path, name: str) -> None:
    """Write the predictions and score them."""
    weights = find_weights(name, out / "hashes.json")
    counts = {method: np.zeros((2, 3), np.int64) for method in METHODS}
    for room in scene_folders([rooms], SIZE):
        scanned, truth, distance = read_volumes(room, SIZE, "scan", "labels", "distance")
        found = write(room.name, scanned, truth, weights, out)
        for method, values in found.items():
            counts[method] += at_surface(values, distance.distance, scanned.known)
    for method, both in counts.items():
        whole, unseen = (100 * hits / max(hits + wrong + missed, 1) for hits, wrong, missed in both.tolist())
        print(f"{method}: IoU of the voxels within one of a surface {whole:.1f} %, of those not seen {unseen:.1f} %")
    for method in METHODS:
        print(f"\n{method}")
        benchmark("completion-scancomplete", pred=out / method, truth=rooms, out=out / f"{method}_scores", pictures=6)


def at_surface(found: torch.Tensor, true: torch.Tensor, known: torch.Tensor) -> np.ndarray:
    """Voxels nearer than one to a surface [all, not seen], hit, wrong and missed."""
    near = [(values.abs() < SIZE).int() for values in (true, found)]
    where = torch.ones_like(known, dtype=torch.bool), known == 0
    return np.array([occupancy_counts(*(values[some].numpy() for values in near)) for some in where])


def write(
    room: str, scanned: ScannedVolume, truth: SemanticVolume, weights: Source, out: Path
) -> dict[str, torch.Tensor]:
    """Distances of each method, which are given back, and the network's labels where it finds a surface."""
    distance, probabilities = infer(scanned, weights)
    distance = distance.clamp(-scanned.truncation, scanned.truncation)
    found = {"scan": scanned.distance, "network": distance}
    found["unseen"] = torch.where(scanned.known > 0, scanned.distance, distance)
    classes = tuple(read_card(weights.root / weights.listing["weights"]).classes)
    for method, values in found.items():
        folder = out / method / room / "volumes" / "050mm"
        keep(volume_of(scanned, values), folder / "distance")
        if method != "scan":
            near = values.abs() <= truth.reach
            labels = torch.where(near, probabilities.argmax(dim=0), 255).to(torch.uint8)
            keep(replace(truth, labels=labels, classes=classes), folder / "labels")
    return found


def volume_of(scanned: ScannedVolume, distance: torch.Tensor) -> DistanceVolume:
    """Distances on the scan's grid."""
    where = scanned.origin, scanned.voxel_size, scanned.truncation, scanned.up, scanned.world_from_volume
    return DistanceVolume(distance.contiguous(), *where)


def keep(artifact: DistanceVolume | SemanticVolume, folder: Path) -> None:
    """Store it where there is nothing yet."""
    if not folder.exists():
        folder.mkdir(parents=True)
        store(artifact, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "complete")
