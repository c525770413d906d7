"""SemanticKITTI's evaluate_completion.py, which needs PyYAML and SciPy."""

from pathlib import Path

import numpy as np

from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.data_tools.labels.semantic_kitti import IDS, NAMES, UNLABELLED
from tests.official.record import Checkout, run_script

PROTOCOL = "semantic-kitti-ssc"
REPOSITORY, COMMIT = "PRBonn/semantic-kitti-api", "a9c749e8124b2243b6eef1b8bcf971a9f1173a2d"
FIXTURES = (
    *("random", "nothing invalid", "empty prediction", "empty truth", "both empty", "everything invalid"),
    *("all unlabelled truth", "one voxel", "one voxel missed", "absent class", "unknown ids in the truth"),
    *("unlabelled prediction", "unlabelled prediction where invalid", "ids past the table", "other length"),
)
VOXELS = 256 * 256 * 32


def write(fixture: str, predictions: Path, truths: Path) -> None:
    """Two volumes of sequence 08, filled in a part."""
    random = np.random.default_rng(FIXTURES.index(fixture))
    for name in ("000000", "000005"):
        truth, prediction, invalid = changed(fixture, random)
        true, given = (folder / "sequences" / "08" for folder in (truths, predictions))
        for file, values in ((true / "voxels" / name, truth), (given / "predictions" / name, prediction)):
            file.parent.mkdir(parents=True, exist_ok=True)
            values.astype(np.uint16).tofile(file.with_suffix(".label"))
        np.packbits(invalid).tofile(true / "voxels" / f"{name}.invalid")


def changed(fixture: str, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ids of a volume's voxels, true and predicted, and which are invalid."""
    part, ids = 30_000, np.array([*IDS, *UNLABELLED])
    truth, prediction, invalid = (np.zeros(VOXELS, np.uint16) for _ in range(3))
    truth[:part] = random.choice(ids, part)
    prediction[:part] = random.choice([0, *IDS], part)
    prediction[5000:15_000] = np.where(np.isin(truth[5000:15_000], UNLABELLED), 0, truth[5000:15_000])
    invalid[random.random(VOXELS) < 0.3] = 1
    if fixture == "nothing invalid":
        invalid[:] = 0
    elif fixture == "empty prediction":
        prediction[:] = 0
    elif fixture == "empty truth":
        truth[:] = 0
    elif fixture == "both empty":
        truth[:], prediction[:] = 0, 0
    elif fixture == "everything invalid":
        invalid[:] = 1
    elif fixture == "all unlabelled truth":
        truth[:] = 99
    elif fixture in ("one voxel", "one voxel missed"):
        truth[:], prediction[:], invalid[:] = 0, 0, 0
        truth[77], prediction[77] = 10, 10 if fixture == "one voxel" else 40
    elif fixture == "absent class":
        truth, prediction = (np.where(np.isin(ids, (32, 255)), 40, ids) for ids in (truth, prediction))
    elif fixture == "unknown ids in the truth":
        truth[:2000] = 77
    elif fixture == "unlabelled prediction":
        truth[9], prediction[9], invalid[9] = 10, 52, 0
    elif fixture == "unlabelled prediction where invalid":
        prediction[9], invalid[9] = 52, 1
    elif fixture == "ids past the table":
        prediction[9] = 359
    elif fixture == "other length":
        prediction = prediction[1:]
    return truth, prediction, invalid


def official(checkout: Checkout, place: Path) -> dict:
    """What it writes for the server at full precision, and precision and recall, which it only prints."""
    import yaml

    code = place / "code"
    (code / "auxiliary").mkdir()
    checkout.extract(["evaluate_completion.py", "config/semantic-kitti.yaml"], code)
    checkout.extract(["auxiliary/np_ioueval.py"], code / "auxiliary")
    script = code / "evaluate_completion.py"
    text = script.read_text().replace("np.bool)", "bool)")  # which NumPy 1.24 took away
    for name in ("precision", "recall"):  # printed with two digits
        text = text.replace(f"str(np.round({name} * 100, 2))", f"repr(float({name}))")
    script.write_text(text)
    folders = ("-d", str(place / "truth"), "-p", str(place / "pred"))
    printed = run_script(script, *folders, "-dc", "semantic-kitti.yaml", "--output", str(place))
    rows = dict(line.split(" =\t") for line in printed.splitlines() if " =\t" in line)
    figures = yaml.safe_load((place / "scores.txt").read_text())
    return figures | {name: float(rows[name]) for name in ("Precision", "Recall")}


def ours(scores: Scores) -> dict:
    """The same figures."""
    ious = dict(zip((f"iou_{name}" for name in NAMES), scores.by_class["IoU"][1:], strict=True))
    return {
        "iou_completion": scores.overall["completion IoU"],
        "iou_mean": scores.overall["mean IoU"],
        "Precision": scores.overall["completion precision"],
        "Recall": scores.overall["completion recall"],
        **ious,
    }
