"""Held-out rooms, completed and labelled by the 3D U-Net, beside the scans as they are: scored by `geo3d benchmark`.

``python -m tests.bench.completion ROOMS OUT [WEIGHTS]``: rooms of ``geo3d render-dataset --rooms.split test`` with
volumes and scan volumes at 5 cm. ``OUT/network`` holds what the network says of every voxel, ``OUT/unseen`` that where
the scan knows nothing and the scan elsewhere, which is what `--complete learned` does; ``OUT/scan`` takes all that was
not seen for free.
"""

import sys
from dataclasses import replace
from pathlib import Path

import torch

from geo3d.batches.scenes import read_volumes, scene_folders
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
    for room in scene_folders([rooms], SIZE):
        scanned, truth = read_volumes(room, SIZE, "scan", "labels")
        write(room.name, scanned, truth, weights, out)
    for method in METHODS:
        print(f"\n{method}")
        benchmark("completion-scancomplete", pred=out / method, truth=rooms, out=out / f"{method}_scores", pictures=6)


def write(room: str, scanned: ScannedVolume, truth: SemanticVolume, weights: Source, out: Path) -> None:
    """Distances of each method, and the network's labels where it finds a surface."""
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
