"""ScanNet's test_scenes.lua under ``luajit``, with a stand-in for Torch and a model that gives stored scores."""

import re
import subprocess
from pathlib import Path

import numpy as np

from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.data_tools.labels import nyu40
from tests.official.record import Checkout

PROTOCOL = "scannet-voxel"
REPOSITORY, COMMIT = "ScanNet/ScanNet", "3830fce7f8b2e48ef047ef7fd76ea5f62903f51c"
FIXTURES = (
    *("random", "mostly right", "unannotated likeliest", "empty predicted", "empty columns", "taller than 62"),
    *("occupied above 62 only", "too small", "just one column", "one class", "nothing annotated", "255 and 41"),
)
SIDES = {"taller than 62": (66, 32, 33), "occupied above 62 only": (64, 32, 33), "too small": (5, 30, 40)}
TORCH = Path(__file__).with_name("torch_stand_in.lua")
FOLDER = "Tasks/SemanticVoxelLabeling/torch/"


def write(fixture: str, predictions: Path, truths: Path) -> None:
    """Two scenes: scores of 42 classes, of which labels are made, and labels with an occupancy."""
    random = np.random.default_rng(FIXTURES.index(fixture))
    for i in range(2):
        sides = SIDES.get(fixture, (5, 31, 31) if fixture == "just one column" else (5, 33, 34))
        labels = random.integers(0, 42, sides)
        occupied = (random.random(sides) < 0.3).astype(np.float32)
        scores = random.random((42, *sides)).astype(np.float32)
        if fixture == "mostly right":
            scores[labels.clip(0, 40), *np.indices(sides)] += 0.95
        elif fixture == "unannotated likeliest":
            scores[41] += 2
        elif fixture == "empty predicted":
            scores[0] += 2
        elif fixture == "empty columns":
            occupied[:, ::2] = 0
        elif fixture == "occupied above 62 only":
            occupied[:62] = 0
        elif fixture == "one class":
            labels[:] = 7
        elif fixture == "nothing annotated":
            labels[labels > 0] = 255
        elif fixture == "255 and 41":
            labels[labels > 20] = np.where(labels[labels > 20] % 2, 255, 41)
        np.savez(truths / f"scene{i}.npz", label=labels, data=np.stack([occupied, np.zeros_like(occupied)]))
        np.save(predictions / f"scene{i}.npy", scores)


def official(checkout: Checkout, place: Path) -> dict:
    """Accuracy, and right and all voxels of each class that is there."""
    checkout.extract([f"{FOLDER}test_scenes.lua", f"{FOLDER}provider.lua"], place / "code")
    names = []
    for truth in sorted((place / "truth").iterdir()):
        name = place / "code" / truth.stem
        with np.load(truth) as read:
            data, labels = read["data"], read["label"]
        data[1] = np.arange(data[0, 0].size).reshape(data.shape[2:])  # which column it is, for the model
        for what, values in (
            ("data", data),
            ("label", labels),
            ("scores", np.load(place / "pred" / f"{truth.stem}.npy")),
        ):
            sides = " ".join(str(side) for side in values.shape)
            numbers = "\n".join(repr(float(value)) for value in values.ravel())
            Path(f"{name}.{what}").write_text(f"{values.ndim} {sides}\n{numbers}\n")
        names.append(str(name))
    (place / "code" / "list.txt").write_text("\n".join(names) + "\n")
    start = f"package.path = './?.lua;' .. package.path\ndofile('{TORCH}')\n"
    (place / "code" / "record.lua").write_text(start + "dofile('test_scenes.lua')\n")
    command = ["luajit", "record.lua", "list.txt"]
    printed = subprocess.run(command, cwd=place / "code", capture_output=True, text=True, check=True).stdout
    right, total = re.findall(r"^accuracy = \S+ = (\d+) / (\d+)", printed, flags=re.MULTILINE)[0]
    rows = re.findall(r"^class (\d+): \S+ \((\d+)/(\d+)\)", printed, flags=re.MULTILINE)
    mean, classes = re.findall(r"avg class accuracy = (\S+) \(\S+/(\d+)\)", printed)[0]
    return {
        "right": int(right),
        "voxels": int(total),
        "classes": {nyu40.NYU40[int(row) - 2][0]: [int(hits), int(all_)] for row, hits, all_ in rows if int(all_)},
        "mean class accuracy": None if int(classes) == 0 else float(mean),
    }


def ours(scores: Scores) -> dict:
    """The same figures."""
    assert scores.confusion is not None
    places = [scores.confused_with.index(name) for name in scores.classes]
    hits = [int(row[place]) for row, place in zip(scores.confusion, places, strict=True)]
    voxels = [int(count) for count in scores.by_class["voxels"]]
    mean = scores.overall["mean class accuracy"]
    return {
        "right": sum(hits),
        "voxels": sum(voxels),
        "classes": {name: list(row) for name, row in zip(scores.classes, zip(hits, voxels, strict=True), strict=True)},
        "mean class accuracy": mean,
    }
