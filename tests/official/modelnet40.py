"""PointNet's evaluate.py and provider.py, with a network that gives the scores that a fixture has."""

import shutil
from pathlib import Path

import numpy as np

from geo3d.data_tools.benchmarks.labels.modelnet40 import CLASSES
from geo3d.data_tools.benchmarks.protocol import Scores
from tests.official.record import Checkout, run_script

PROTOCOL = "modelnet40"
REPOSITORY, COMMIT = "charlesq34/pointnet", "2618f72bc1a0fd21b074096e748016960d44ef55"
STAND_INS = Path(__file__).parent / "stand_ins"
FIXTURES = (
    *("ids", "scores", "ties", "lines of predicted and true ids", "cut batches of two files", "cut batch", "all wrong"),
    *("absent class", "fewer than a batch", "one batch", "id outside the label set"),
)
SHAPES = {"cut batches of two files": 2048 + 423, "cut batch": 203, "fewer than a batch": 3, "one batch": 4}
GIVEN = """
import numpy as np

LOGITS = np.load("logits.npy")


def logits(points):
    return LOGITS[points[:, 0, 1].astype(int)]
"""


def write(fixture: str, predictions: Path, truths: Path) -> None:
    """True ids as text, and ids, scores, or lines of both ids."""
    random = np.random.default_rng(FIXTURES.index(fixture))
    count = SHAPES.get(fixture, 2468)
    truth = np.concatenate([np.arange(40), random.integers(0, 40, count)])[:count]
    prediction = np.where(random.random(count) < 0.8, truth, random.integers(0, 40, count))
    if fixture == "all wrong":
        prediction = (truth + 1) % 40
    elif fixture == "absent class":
        truth = np.where(truth == 7, 8, truth)
    elif fixture == "id outside the label set":
        truth[3] = 40
    (truths / "labels.txt").write_text("".join(f"{label}\n" for label in truth))
    if fixture in ("scores", "ties"):
        logits = random.normal(size=(count, 40)).astype(np.float32)
        logits[np.arange(count), truth] += 2
        np.save(predictions / "logits.npy", np.rint(logits) if fixture == "ties" else logits)
    elif fixture == "lines of predicted and true ids":
        lines = (f"{one}, {true}\n" for one, true in zip(prediction, truth, strict=True))
        (predictions / "pred_label.txt").write_text("".join(lines))
    else:
        (predictions / "labels.txt").write_text("".join(f"{label}\n" for label in prediction))


def official(checkout: Checkout, place: Path) -> dict:
    """What it logs, at full precision."""
    code = place / "code"
    checkout.extract(["evaluate.py", "provider.py"], code, python2=True)
    shutil.copy(STAND_INS / "tensorflow.py", code)
    shutil.copy(STAND_INS / "h5py.py", code)
    shutil.copy(STAND_INS / "network.py", code / "pointnet_cls.py")
    (code / "pc_util.py").write_text("")  # which only draws pictures
    (code / "given.py").write_text(GIVEN)
    script = code / "evaluate.py"
    text = script.read_text().replace("import scipy.misc\n", "")  # which SciPy no longer has, for pictures too
    script.write_text(text.replace("%f'", "%.17g'").replace("%0.3f'", "%.17g'"))
    _write_data(place)
    rows = [line.split(":") for line in run_script(script).splitlines() if ":" in line]
    figures = {name.strip(): float(value) for name, value in rows}
    accuracies = [figures[name] for name in CLASSES]
    return {"overall": figures["eval accuracy"], "mean": figures["eval avg class acc"], "accuracy": accuracies}


def ours(scores: Scores) -> dict:
    """The same figures."""
    return {
        "overall": scores.overall["overall accuracy"],
        "mean": scores.overall["mean class accuracy"],
        "accuracy": list(scores.by_class["accuracy"]),
    }


def _write_data(place: Path) -> None:
    """Shapes of one point, whose y is their number, 2,048 a file as in the published test set; and the scores."""
    code, folder = place / "code", place / "code" / "data" / "modelnet40_ply_hdf5_2048"
    folder.mkdir(parents=True)
    (folder / "shape_names.txt").write_text("".join(f"{name}\n" for name in CLASSES))
    (folder / "train_files.txt").write_text("")
    truth, file = np.loadtxt(place / "truth" / "labels.txt", int, ndmin=1), next((place / "pred").iterdir())
    if file.suffix == ".npy":
        np.save(code / "logits.npy", np.load(file))
    else:
        ids = np.loadtxt(file, int, delimiter="," if file.name == "pred_label.txt" else None, ndmin=2)[:, 0]
        np.save(code / "logits.npy", np.eye(40)[ids])
    names = []
    for start in range(0, len(truth), 2048):
        numbers = np.arange(len(truth))[start : start + 2048]
        points = np.zeros((len(numbers), 1, 3), np.float32)
        points[:, 0, 1] = numbers
        names.append(folder / f"test{start}.npz")
        np.savez(names[-1], data=points, label=truth[numbers][:, None])
    (folder / "test_files.txt").write_text("".join(f"{name}\n" for name in names))
