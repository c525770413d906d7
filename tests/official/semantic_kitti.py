"""SemanticKITTI's evaluate_semantics.py, which needs PyYAML."""

from pathlib import Path

import numpy as np

from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.data_tools.labels.semantic_kitti import IDS, NAMES, UNLABELLED
from tests.official.record import Checkout, run_script

PROTOCOL = "semantic-kitti"
REPOSITORY, COMMIT = "PRBonn/semantic-kitti-api", "a9c749e8124b2243b6eef1b8bcf971a9f1173a2d"
FIXTURES = (
    *("random", "instances in the upper bits", "unlabelled predictions", "all predictions unlabelled"),
    *("absent class", "absent but predicted", "all ignored", "one point", "empty scans", "unknown ids", "all wrong"),
    *("ids past the table", "truth past the table", "other length"),
)


def write(fixture: str, predictions: Path, truths: Path) -> None:
    """Three scans of sequence 08, and one of 00, which is of training."""
    random = np.random.default_rng(FIXTURES.index(fixture))
    labels, given = (folder / "sequences" for folder in (truths, predictions))
    for name in ("08/000000", "08/000001", "08/000100", "00/000000"):
        truth, prediction = changed(fixture, random)
        for folder, ids in ((labels, truth), (given, prediction)):
            kind = "labels" if folder == labels else "predictions"
            file = folder / name.replace("/", f"/{kind}/")
            file.parent.mkdir(parents=True, exist_ok=True)
            ids.astype(np.uint32).tofile(file.with_suffix(".label"))


def changed(fixture: str, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Ids of a scan's points, true and predicted."""
    ids = np.array([*IDS, *UNLABELLED])
    truth = random.choice(ids, 5000)
    prediction = np.where(random.random(5000) < 0.6, truth, random.choice(list(IDS), 5000))
    if fixture == "instances in the upper bits":
        truth, prediction = truth + (random.integers(0, 2**16, 5000) << 16), prediction + (7 << 16)
    elif fixture == "unlabelled predictions":
        prediction[::3] = random.choice(UNLABELLED, len(prediction[::3]))
    elif fixture == "all predictions unlabelled":
        prediction[:] = 0
    elif fixture == "absent class":
        truth, prediction = (np.where(np.isin(ids, (32, 255)), 40, ids) for ids in (truth, prediction))
    elif fixture == "absent but predicted":
        truth = np.where(np.isin(truth, (32, 255)), 40, truth)
    elif fixture == "all ignored":
        truth[:] = 99
    elif fixture == "one point":
        truth, prediction = np.array([10]), np.array([252])
    elif fixture == "empty scans":
        truth, prediction = truth[:0], prediction[:0]
    elif fixture == "unknown ids":
        truth[:500], prediction[300:900] = 77, 358
    elif fixture == "all wrong":
        prediction = np.where(np.isin(truth, (10, 252)), 70, 10)
    elif fixture == "ids past the table":
        prediction[7] = 359
    elif fixture == "truth past the table":
        truth[7] = 60000
    elif fixture == "other length":
        prediction = prediction[1:]
    return truth, prediction


def official(checkout: Checkout, place: Path) -> dict:
    """What it writes for the server, at full precision."""
    import yaml

    code = place / "code"
    (code / "auxiliary").mkdir()
    checkout.extract(["evaluate_semantics.py", "config/semantic-kitti.yaml"], code)
    checkout.extract(["auxiliary/np_ioueval.py"], code / "auxiliary")
    folders = ("-d", str(place / "truth"), "-p", str(place / "pred"))
    run_script(code / "evaluate_semantics.py", *folders, "-dc", "semantic-kitti.yaml", "--codalab", str(place))
    return yaml.safe_load((place / "scores.txt").read_text())


def ours(scores: Scores) -> dict:
    """The same figures."""
    ious = dict(zip((f"iou_{name}" for name in NAMES), scores.by_class["IoU"], strict=True))
    return {"accuracy_mean": scores.overall["accuracy"], "iou_mean": scores.overall["mean IoU"], **ious}
