"""PointNet's sem_seg/eval_iou_accuracy.py, on all rooms and on those of each area."""

import os
from pathlib import Path

import numpy as np

from geo3d.data_tools.benchmarks.labels.s3dis import CLASSES
from geo3d.data_tools.benchmarks.protocol import Scores
from tests.official.record import Checkout, run_script

PROTOCOL = "s3dis"
REPOSITORY, COMMIT = "charlesq34/pointnet", "2618f72bc1a0fd21b074096e748016960d44ef55"
FIXTURES = (
    *("one area", "two areas of different size", "six areas", "all wrong", "all right", "never predicted"),
    *("absent but predicted", "absent class", "outside the label set", "prediction too short", "empty rooms"),
)


def write(fixture: str, predictions: Path, truths: Path) -> None:
    """Rooms as batch_inference.py leaves them: points, colours, probability and id in a line; true ids apart."""
    random = np.random.default_rng(FIXTURES.index(fixture))
    areas = {"six areas": range(1, 7), "two areas of different size": (2, 5)}.get(fixture, (5,))
    for area in areas:
        for room in ("office_1", "WC_2", "hallway_13"):
            truth = np.concatenate([np.arange(13), random.integers(0, 13, 400 * area)])
            prediction = np.where(random.random(len(truth)) < 0.2 * area / 2 + 0.3, truth, random.permutation(truth))
            truth, prediction = changed(fixture, truth, prediction)
            points = random.uniform(0, 5, (len(prediction), 3))
            rows = zip(points, prediction, strict=True)
            lines = (f"{x:f} {y:f} {z:f} 10 20 30 0.5 {label}\n" for (x, y, z), label in rows)
            (predictions / f"Area_{area}_{room}_pred.txt").write_text("".join(lines))
            (truths / f"Area_{area}_{room}_gt.txt").write_text("".join(f"{label}\n" for label in truth))


def changed(fixture: str, truth: np.ndarray, prediction: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ids of a room's points, true and predicted."""
    if fixture == "all wrong":
        prediction = (truth + 1) % 13
    elif fixture == "all right":
        prediction = truth
    elif fixture == "never predicted":
        prediction = np.where(prediction == 3, 12, prediction)
    elif fixture == "absent but predicted":
        truth = np.where(truth == 3, 12, truth)
    elif fixture == "absent class":
        truth, prediction = np.where(truth == 3, 12, truth), np.where(prediction == 3, 12, prediction)
    elif fixture == "outside the label set":
        prediction[5] = 13
    elif fixture == "prediction too short":
        prediction = prediction[:-1]
    elif fixture == "empty rooms":
        truth, prediction = truth[:0], prediction[:0]
    return truth, prediction


def official(checkout: Checkout, place: Path) -> dict:
    """What the script prints, which is at full precision, for all rooms, and the mean of each area."""
    checkout.extract(["sem_seg/eval_iou_accuracy.py"], place / "code", python2=True)
    for file in (place / "truth").iterdir():
        os.symlink(file, place / "pred" / file.name)  # which the script looks for beside the predictions
    rooms = sorted((place / "pred").glob("*_pred.txt"))
    areas = sorted({room.name[:6] for room in rooms})
    figures = _run(place / "code" / "eval_iou_accuracy.py", rooms)
    if len(areas) > 1:
        for area in areas:
            its = [room for room in rooms if room.name.startswith(area)]
            figures[area] = _run(place / "code" / "eval_iou_accuracy.py", its)["mean"]
    return figures


def ours(scores: Scores) -> dict:
    """The same figures."""
    figures = {
        "accuracy": scores.overall["overall accuracy"],
        "IoU": list(scores.by_class["IoU"]),
        "mean": scores.overall["mean IoU"],
    }
    means = {name: value for name, value in scores.overall.items() if name.startswith("mean IoU, Area_")}
    return figures | {name.removeprefix("mean IoU, "): value for name, value in means.items()}


def _run(script: Path, rooms: list[Path]) -> dict:
    (script.parent / "all_pred_data_label_filelist.txt").write_text("".join(f"{room}\n" for room in rooms))
    lines = run_script(script).splitlines()
    accuracy = next(line for line in lines if line.startswith("Overall accuracy: "))
    numbers = [float(line) for line in lines[lines.index("IoU:") + 1 :]]
    return {"accuracy": float(accuracy.split(": ")[1]), "IoU": numbers[: len(CLASSES)], "mean": numbers[-1]}
