"""PointNet++'s part_seg/evaluate.py, which has a mean over categories, on shapes of as many points each."""

import shutil
from pathlib import Path

import numpy as np

from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.data_tools.labels.shapenet_parts import CATEGORIES, NAME_OF, NAMES, parts_of
from tests.official.record import Checkout, run_script
from tests.official.shapenet_part import STAND_INS, changed, given_logits, write_truth

PROTOCOL = "shapenet-part"
REPOSITORY, COMMIT = "charlesq34/pointnet2", "42926632a3c33461aebfbee2d829098b30a23aaa"
FIXTURES = ("scores", "higher scores for other categories", "absent parts", "all wrong", "categories missing")
POINTS = 64
GIVEN = """
import numpy as np

LOGITS = np.load("logits.npy")


def logits(points):
    return LOGITS[points[:, 0, 1].astype(int)]
"""
DATA_SET = """
import json
import numpy as np

LABELS = np.load("labels.npy")


class PartNormalDataset:
    def __init__(self, **settings):
        self.seg_classes = json.load(open("parts.json"))

    def __len__(self):
        return len(LABELS)

    def __getitem__(self, number):
        points = np.zeros((LABELS.shape[1], 3))
        points[0, 1] = number
        return points, points, LABELS[number]
"""


def write(fixture: str, predictions: Path, truths: Path) -> None:
    """Shapes as the data set has them, and scores as arrays."""
    random = np.random.default_rng(FIXTURES.index(fixture))
    for place, (name, synset, _) in enumerate(CATEGORIES[3:] if fixture == "categories missing" else CATEGORIES):
        for number in range(1 + place % 3):
            parts = np.array(parts_of(name))
            truth, logits = changed(fixture, parts, POINTS, random)
            write_truth(truths / synset, f"shape{number}", truth - parts[0] + 1, random)
            (predictions / synset).mkdir(exist_ok=True)
            np.save(predictions / synset / f"shape{number}.npy", logits)


def official(checkout: Checkout, place: Path) -> dict:
    """What it logs of IoUs, at full precision."""
    import json

    code = place / "code"
    checkout.extract(["part_seg/evaluate.py"], code, python2=True)
    shutil.copy(STAND_INS / "tensorflow.py", code)
    shutil.copy(STAND_INS / "h5py.py", code)
    shutil.copy(STAND_INS / "network.py", code / "pointnet2_part_seg.py")
    (code / "tf_util.py").write_text("")  # which is not used
    (code / "given.py").write_text(GIVEN)
    (code / "part_dataset_all_normal.py").write_text(DATA_SET)  # the official one draws points at random
    (code / "parts.json").write_text(json.dumps({name: list(parts_of(name)) for name in NAMES}))
    files = sorted((place / "pred").glob("*/*.npy"))
    np.save(code / "logits.npy", [given_logits(file) for file in files])
    np.save(code / "labels.npy", [_truth(place, file) for file in files])
    script = code / "evaluate.py"
    text = script.read_text().replace("BATCH_SIZE-1)/BATCH_SIZE", "BATCH_SIZE-1)//BATCH_SIZE")  # as Python 2 divides
    script.write_text(text.replace("%f'", "%.17g'"))
    rows = [line.split(":\t") if ":\t" in line else line.split(": ") for line in _printed(script) if "mIoU" in line]
    figures = {name.strip(): float(value) for name, value in rows}
    return {
        "instance mean": figures["eval mean mIoU (all shapes)"],
        "class mean": figures["eval mean mIoU"],
        "categories": {name: figures[f"eval mIoU of {name}"] for name in NAMES},
    }


def ours(scores: Scores) -> dict:
    """The same figures."""
    return {
        "instance mean": scores.overall["instance mean IoU"],
        "class mean": scores.overall["class mean IoU"],
        "categories": dict(zip(scores.classes, scores.by_class["IoU"], strict=True)),
    }


def _truth(place: Path, prediction: Path) -> np.ndarray:
    synset = prediction.parent.name
    file = place / "truth" / synset / "expert_verified" / "points_label" / f"{prediction.stem}.seg"
    return np.loadtxt(file, int) - 1 + parts_of(NAME_OF[synset])[0]


def _printed(script: Path) -> list[str]:
    return run_script(script, "--num_point", str(POINTS)).splitlines()
