"""ScanNet's evaluate_semantic_label.py."""

from pathlib import Path

import numpy as np

from geo3d.data_tools.benchmarks.labels.scannet_semantic import IDS
from geo3d.data_tools.benchmarks.protocol import Scores
from tests.official.record import Checkout, run_script

PROTOCOL = "scannet-semantic"
REPOSITORY, COMMIT = "ScanNet/ScanNet", "3830fce7f8b2e48ef047ef7fd76ea5f62903f51c"
FIXTURES = (
    *("random", "outside the label set", "one vertex a scene", "all wrong", "absent class", "absent but predicted"),
    *("no valid truth", "empty prediction", "empty both", "negative and huge ids"),
)


def write(fixture: str, predictions: Path, truths: Path) -> None:
    """Three scenes as text, an id a line."""
    random = np.random.default_rng(FIXTURES.index(fixture))
    ids = np.array(IDS)
    for i in range(3):
        truth = random.choice(ids, 3000)
        prediction = np.where(random.random(3000) < 0.7, truth, random.choice(ids, 3000))
        if fixture == "outside the label set":
            truth[::7], prediction[::5] = 13, random.integers(0, 45, 600)
        elif fixture == "one vertex a scene":
            truth, prediction = np.array([IDS[i]]), np.array([IDS[i]])
        elif fixture == "all wrong":
            prediction = ids[(np.searchsorted(ids, truth) + 1) % 20]
        elif fixture == "absent class":
            truth, prediction = np.where(truth == 33, 1, truth), np.where(prediction == 33, 2, prediction)
        elif fixture == "absent but predicted":
            truth = np.where(truth == 33, 1, truth)
        elif fixture == "no valid truth":
            truth = np.full(3000, 13)
        elif fixture == "empty prediction":
            prediction = prediction[:0]
        elif fixture == "empty both":
            truth, prediction = truth[:0], prediction[:0]
        elif fixture == "negative and huge ids":
            prediction[:50], prediction[50:100], truth[100:150] = -1, 10**12, -7
        for folder, labels in ((predictions, prediction), (truths, truth)):
            (folder / f"scene000{i}_00.txt").write_text("".join(f"{label}\n" for label in labels))


def extract(checkout: Checkout, folder: Path) -> None:
    """The script and what it imports, for Python 3."""
    scripts = "BenchmarkScripts/3d_evaluation/evaluate_semantic_label.py"
    checkout.extract([scripts, "BenchmarkScripts/util_3d.py", "BenchmarkScripts/util.py"], folder, python2=True)


def official(checkout: Checkout, place: Path) -> dict:
    """IoU, hits and denominator of each class, at full precision rather than as printed."""
    extract(checkout, place / "code")
    script = place / "code" / "evaluate_semantic_label.py"
    text = script.read_text().replace("float(tp) / denom, tp, denom", "repr(float(float(tp) / denom)), tp, denom")
    script.write_text(text.replace("{1:>5.3f}   (", "{1}   (").replace("{2:>5.3f}", "{2}"))
    printed = run_script(script, "--pred_path", str(place / "pred"), "--gt_path", str(place / "truth"))
    rows = [line.split(":") for line in printed.splitlines() if ": " in line and "(" in line and "/" in line]
    return {"IoU": {name.strip(): float(rest.split()[0]) for name, rest in rows}}


def ours(scores: Scores) -> dict:
    """The same figures."""
    return {"IoU": dict(zip(scores.classes, scores.by_class["IoU"], strict=True))}
