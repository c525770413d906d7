"""Labels of the surfaces of held-out rooms: a network's beside those by planes.

``python -m tests.bench.labels FOLDER [WEIGHTS] [OUT]``: rooms of ``geo3d render-dataset --rooms.split test`` with
volumes and scan volumes at 5 cm; without WEIGHTS those that ship. IoU of each class over all voxels with a surface; for
planes over what they know, all else otherprop; for the completing network's own labels of what was seen; and over the
surface that it infers, where the true one is near. And how far confidences, as the stage gives them, are from being
right as often. OUT gets the network's labels, which ``geo3d benchmark scannet-voxel --reading strict`` scores, too.
"""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from geo3d.batches.scenes import IGNORED, fold_table, read_volumes, scene_folders
from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.metrics.calibration import calibration_error
from geo3d.metrics.confusion import confusion_matrix, intersection_over_union, mean_of, overall_accuracy
from geo3d.ops.block_grid import find_rows, pack_blocks, split_blocks
from geo3d.ops.transfer import at_points
from geo3d.pipelines.benchmark import benchmark
from geo3d.scene.artifact import store
from geo3d.scene.kinds import ScannedVolume, SemanticVolume, TsdfVolume, VoxelLabels
from geo3d.stages.predict import predict
from geo3d.stages.segment import CLASSES as PLANAR
from geo3d.stages.segment import SegmentConfig, segment
from geo3d.stages.segment_learned import segment_learned
from geo3d.stages.weights import find_weights
from geo3d.weight_files import read_card

SIZE = 0.05


def main(folder: Path, name: str, out: Path | None) -> None:
    """Print a table."""
    with tempfile.TemporaryDirectory() as memory:
        weights, completing = (find_weights(one, Path(memory) / "hashes.json") for one in (name, "complete"))
    folded = read_card(weights.root / weights.listing["weights"]).classes
    learned, dense, beyond, as_planar, planar, scenes = 0, 0, 0, 0, 0, scene_folders([folder], SIZE)
    chances, truths = [], []
    coarse = {name: folded.get(name, ()) for name in PLANAR if name != "otherprop"}
    for scene in scenes:
        scanned, truth = read_volumes(scene, SIZE, "scan", "labels")
        by_network = segment_learned(scanned, weights, SegmentConfig())
        predicted = predict(scanned, completing)
        by_completing = replace(
            by_network,
            voxels=predicted.voxels,
            probabilities=predicted.probabilities,
            classes=predicted.classes,
        )
        whole = segment_learned(scanned, weights, SegmentConfig(), predicted)
        unseen = find_rows(pack_blocks(by_network.voxels), whole.voxels) < 0
        inferred = replace(whole, voxels=whole.voxels[unseen], probabilities=whole.probabilities[unseen])
        by_planes = segment(as_blocks(scanned), SegmentConfig())
        learned = learned + counts(by_network, by_network, truth, dict(folded))
        dense = dense + counts(by_network, by_completing, truth, dict(folded))
        beyond = beyond + counts(inferred, inferred, truth, dict(folded))
        as_planar = as_planar + counts(by_network, by_network, truth, coarse)
        planar = planar + counts(by_network, by_planes, truth, coarse)
        labels = fold_table(truth.classes, folded)[truth.labels[tuple(by_network.voxels.long().T)].long()]
        if out is not None:
            keep(truth, by_network, labels, out / "truth", scene.name)
            keep(truth, by_network, by_network.probabilities.argmax(dim=1), out / "network", scene.name)
        chances.append(by_network.probabilities[labels != IGNORED].numpy())
        truths.append(labels[labels != IGNORED].numpy())
    print(f"{len(scenes)} rooms, {np.sum(learned):,} voxels")
    for name, matrix, names in (
        ("network", learned, tuple(folded)),
        ("completing network", dense, tuple(folded)),
        ("network, planes' classes", as_planar, PLANAR),
        ("planes", planar, PLANAR),
        (f"inferred surface, {np.sum(beyond):,} voxels", beyond, tuple(folded)),
    ):
        iou = intersection_over_union(np.asarray(matrix))
        each = ", ".join(f"{one} {100 * value:.1f}" for one, value in zip(names, iou, strict=True))
        print(
            f"{name}: accuracy {100 * overall_accuracy(np.asarray(matrix)):.1f}, mIoU {100 * mean_of(iou):.1f} ({each})"
        )
    print(f"ECE of the network's confidences: {calibration_error(np.concatenate(chances), np.concatenate(truths)):.4f}")

    if out is not None:
        benchmark(
            "scannet-voxel",
            pred=out / "network",
            truth=out / "truth",
            out=out / "scores",
            config=Choices(reading="strict"),
        )


def keep(truth: SemanticVolume, found: VoxelLabels, labels: torch.Tensor, out: Path, room: str) -> None:
    """Labels of the voxels of a surface as a scene that `geo3d benchmark` reads."""
    grid = torch.full_like(truth.labels, IGNORED)
    grid[tuple(found.voxels.long().T)] = labels.to(grid.dtype)
    folder = out / room / "volumes" / "050mm" / "labels"
    folder.mkdir(parents=True)
    store(replace(truth, labels=grid, classes=found.classes), folder)


def as_blocks(scanned: ScannedVolume) -> TsdfVolume:
    """The scanned volume as what planes are found in."""
    blocks, tsdf = split_blocks(scanned.distance / scanned.truncation, 1.0)
    _, weight = split_blocks(scanned.known, 0)
    colour = torch.zeros(*weight.shape, 3, dtype=torch.uint8)
    where = scanned.origin, scanned.voxel_size, scanned.truncation, scanned.up
    return TsdfVolume(blocks, tsdf.contiguous(), weight.contiguous(), colour, *where, up_known=True)


def counts(places: VoxelLabels, found: VoxelLabels, truth: SemanticVolume, folded: dict) -> np.ndarray:
    """How often each true class got each; classes of none of `folded` count as otherprop where it names none for it."""
    names = tuple(folded) if "otherprop" in folded else (*folded, "otherprop")
    table = fold_table(truth.classes, folded)[: len(truth.classes)]
    if "otherprop" not in folded:
        table = torch.where(table == IGNORED, len(names) - 1, table)
    table = torch.cat([table, torch.full((256 - len(table),), IGNORED)])
    labels = table[truth.labels[tuple(places.voxels.long().T)].long()]
    chances = at_points(places.voxels.double(), found.voxels, found.probabilities, "nearest")
    columns = fold_table(found.classes, folded)[: len(found.classes)]
    columns = torch.where(columns == IGNORED, names.index("otherprop"), columns).long()
    best = columns[chances.argmax(dim=1)]
    return confusion_matrix(labels.numpy(), best.numpy(), len(names), len(names))


if __name__ == "__main__":
    given = sys.argv[2:]
    main(Path(sys.argv[1]), given[0] if given else "segment", Path(given[1]) if len(given) > 1 else None)
