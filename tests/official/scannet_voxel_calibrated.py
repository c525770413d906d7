"""PointNet++'s eval_whole_scene_one_epoch, with its own data set and voxels, and a session that gives stored labels."""

import json
import pickle
import re
from pathlib import Path

import numpy as np

from geo3d.data_tools.benchmarks.choices import Choices, SquareChoices
from geo3d.data_tools.benchmarks.protocol import Scores
from tests.official.record import Checkout, run_script

PROTOCOL = "scannet-voxel-calibrated"
REPOSITORY, COMMIT = "charlesq34/pointnet2", "42926632a3c33461aebfbee2d829098b30a23aaa"
FIXTURES = (
    *("random", "several points a voxel", "absent class", "unannotated", "zeros predicted", "duplicates", "exact grid"),
    *("small scenes", "more squares than batches", "too few squares", "all right", "nothing annotated", "one point"),
)
CHOICES = Choices(squares=SquareChoices(batch=4))
RUN = """
import pickle, types
import numpy as np
NUM_POINT, BATCH_SIZE, NUM_CLASSES, EPOCH_CNT = 4096, 4, 21, 0
np.random.choice = lambda count, size, replace: np.arange(size) % count  # every point of a square, none at random
from datetime import datetime
import scannet_dataset, pc_util
TEST_DATASET_WHOLE_SCENE = scannet_dataset.ScannetDatasetWholeScene(".", NUM_POINT, "test")
TEST_DATASET = TEST_DATASET_WHOLE_SCENE
log_string = print
with open("predictions.pickle", "rb") as stored:
    predicted = pickle.load(stored)
class Session:
    def run(self, wanted, feed_dict):
        places = feed_dict["points"]
        labels = [[predicted[place.tobytes()] for place in block] for block in places]
        return None, None, 0.0, np.eye(NUM_CLASSES)[np.array(labels)]
names = ("pred", "loss", "merged", "step", "labels_pl", "smpws_pl", "is_training_pl")
ops = {name: name for name in names} | {"pointclouds_pl": "points"}
exec(open("evaluation.py").read())
writer = types.SimpleNamespace(add_summary=lambda summary, step: None)
eval_whole_scene_one_epoch(Session(), ops, writer)
"""


def write(fixture: str, predictions: Path, truths: Path) -> None:
    """Three scenes of points, positions in float64, and labels."""
    random = np.random.default_rng(FIXTURES.index(fixture))
    extent = {"small scenes": (1.2, 1.2, 1), "too few squares": (1.2, 1.2, 1), "more squares than batches": (5, 5, 1)}
    for i in range(3):
        count = 1 if fixture == "one point" and i == 1 else 2000
        points = random.uniform(0, extent.get(fixture, (4, 2.5, 2)), (count, 3)) - 1
        truth = random.integers(0, 21, count)
        prediction = np.where(random.random(count) < 0.6, truth, random.integers(1, 21, count))
        if fixture == "several points a voxel":
            points /= 12
            points[:4] = [[-1, -1, -1], [2, -1, -1], [-1, 1, -1], [0.2, 0.3, 1]]
        elif fixture == "absent class":
            truth[truth == 5], prediction[prediction == 5] = 6, 4
        elif fixture == "unannotated":
            truth[random.random(count) < 0.7] = 0
        elif fixture == "zeros predicted":
            prediction[::2] = 0
        elif fixture == "duplicates":
            points[1000:], prediction[1000:] = points[:1000], prediction[:1000]
        elif fixture == "exact grid":
            points = np.unique(np.round(points / 0.125) * 0.125, axis=0)
            truth, prediction = truth[: len(points)], prediction[: len(points)]
        elif fixture == "too few squares" and i == 2:
            break
        elif fixture == "all right":
            prediction = truth
        elif fixture == "nothing annotated":
            truth[:] = 0
        points[:, 0] += 16 * i  # no two scenes share a position, by which the session knows what was predicted
        np.savez(truths / f"scene{i}.npz", points=points, labels=truth)
        np.save(predictions / f"scene{i}.npy", prediction)


def official(checkout: Checkout, place: Path) -> dict:
    """What it logs, to all digits."""
    code, points, truths, predicted = place / "code", [], [], {}
    for file in sorted((place / "truth").iterdir()):
        with np.load(file) as read:
            points.append(read["points"])
            truths.append(read["labels"])
        labels = np.load(place / "pred" / f"{file.stem}.npy")
        predicted |= {where.tobytes(): label for where, label in zip(points[-1], labels, strict=True)}
    with (code / "scannet_test.pickle").open("wb") as file:
        pickle.dump(points, file)
        pickle.dump(truths, file)
    (code / "predictions.pickle").write_bytes(pickle.dumps(predicted))
    train, voxels = (_turned(checkout.text(f"scannet/{name}.py")) for name in ("train", "pc_util"))
    (code / "evaluation.py").write_text(_between(train, "def eval_whole_scene_one_epoch", "if __name__"))
    cut = _between(voxels, "def point_cloud_label_to_surface_voxel_label_fast", "def point_cloud_to_volume_batch")
    (code / "pc_util.py").write_text(f"import numpy as np\n{cut}")
    (code / "scene_util.py").touch()
    (code / "scannet_dataset.py").write_text(_turned(checkout.text("scannet/scannet_dataset.py")))
    (code / "record.py").write_text(RUN)
    printed = run_script(code / "record.py")

    def logged(name: str) -> float:
        return float(re.findall(rf"{name}: (\S+)", printed)[0])

    rows = re.findall(r"class (\d+) weight: \S+, acc: (\S+);", printed)
    return {
        "calibrated voxel accuracy": logged("calibrated average acc vox"),
        "voxel accuracy": logged("point accuracy vox"),
        "mean class voxel accuracy": logged("point avg class acc vox"),
        "classes": [json.loads(value.replace("nan", "NaN")) for _, value in rows],
    }


def ours(scores: Scores) -> dict:
    """The same figures; without the 1e-6 that only the means have."""
    rows = zip(scores.by_class["accuracy"], scores.by_class["voxels"], strict=True)
    return scores.overall | {"classes": [value * (count + 1e-6) / count if count else None for value, count in rows]}


def _turned(text: str) -> str:
    """As Python 3 and NumPy 2 take it: tabs are 8 wide, and all digits are logged."""
    text = text.expandtabs(8).replace("xrange", "range").replace("dtype=np.float)", "dtype=float)")
    return text.replace("print ii", "print(ii)").replace("print labelweights_vox", "print(labelweights_vox)")


def _between(text: str, start: str, end: str) -> str:
    """Also, all digits of what is logged."""
    first = text.index(start)
    return re.sub(r"%f", "%.17g", text[first : text.index(end, first)])
