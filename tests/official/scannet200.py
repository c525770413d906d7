"""ScanNet's evaluate_semantic_label.py with the classes of ScanNet200's constants, and the groups of its splits."""

from pathlib import Path
from typing import Any

import numpy as np

from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.data_tools.labels.scannet200 import GROUPS, IDS
from tests.official.record import Checkout, run_script

PROTOCOL = "scannet200"
REPOSITORY, COMMIT = "ScanNet/ScanNet", "3830fce7f8b2e48ef047ef7fd76ea5f62903f51c"
FIXTURES = (
    *("random", "outside the label set", "all wrong", "NYU40 ids as predictions", "negative and huge ids"),
    *("one vertex a scene", "classes of training only", "absent but predicted", "no valid truth", "empty prediction"),
    "empty both",
)


def write(fixture: str, predictions: Path, truths: Path) -> None:
    """Three scenes as text, an id a line."""
    random = np.random.default_rng(FIXTURES.index(fixture))
    ids = np.array(IDS)
    for i in range(3):
        truth = np.concatenate([ids, random.choice(ids, 3000)])
        prediction = np.where(random.random(3200) < 0.6, truth, random.choice(ids, 3200))
        if fixture == "outside the label set":
            truth[::7], prediction[::5] = 12, random.integers(0, 1300, 640)
        elif fixture == "all wrong":
            prediction = ids[(np.searchsorted(ids, truth) + 1) % 200]
        elif fixture == "NYU40 ids as predictions":
            prediction = np.minimum(prediction, 40)
        elif fixture == "negative and huge ids":
            prediction[:50], prediction[50:100], truth[300:350] = -1, 10**12, -7
        elif fixture == "one vertex a scene":
            truth, prediction = ids[i : i + 1], ids[i : i + 1]
        elif fixture == "classes of training only":
            truth, prediction = np.where(truth == 121, 1, truth), np.where(prediction == 121, 2, prediction)
        elif fixture == "absent but predicted":
            truth = np.where(truth == 121, 1, truth)
        elif fixture == "no valid truth":
            truth = np.full(3200, 12)
        elif fixture == "empty prediction":
            prediction = prediction[:0]
        elif fixture == "empty both":
            truth, prediction = truth[:0], prediction[:0]
        for folder, labels in ((predictions, prediction), (truths, truth)):
            (folder / f"scene000{i}_00.txt").write_text("".join(f"{label}\n" for label in labels))


def official(checkout: Checkout, place: Path) -> dict:
    """IoU of each class at full precision, and the group of each class."""
    scripts = "BenchmarkScripts/3d_evaluation/evaluate_semantic_label.py"
    checkout.extract([scripts, "BenchmarkScripts/util_3d.py", "BenchmarkScripts/util.py"], place / "code", python2=True)
    checkout.extract(["BenchmarkScripts/ScanNet200/scannet200_constants.py"], place / "code")
    script = place / "code" / "evaluate_semantic_label.py"
    text = script.read_text().replace("float(tp) / denom, tp, denom", "repr(float(float(tp) / denom)), tp, denom")
    text = text.replace("{1:>5.3f}   (", "{1}   (").replace("{2:>5.3f}", "{2}")
    lines = text.splitlines()
    labels = next(i for i, line in enumerate(lines) if line.startswith("CLASS_LABELS = "))
    ids = next(i for i, line in enumerate(lines) if line.startswith("VALID_CLASS_IDS = "))
    lines[labels] = "from scannet200_constants import CLASS_LABELS_200 as CLASS_LABELS, VALID_CLASS_IDS_200"
    lines[ids] = "VALID_CLASS_IDS = np.array(VALID_CLASS_IDS_200)"
    script.write_text("\n".join(lines) + "\n")
    printed = run_script(script, "--pred_path", str(place / "pred"), "--gt_path", str(place / "truth"))
    rows = [line.split(":") for line in printed.splitlines() if ": " in line and "(" in line and "/" in line]
    return {"IoU": {name.strip(): float(rest.split()[0]) for name, rest in rows}, "groups": _groups(checkout)}


def ours(scores: Scores) -> dict:
    """The same figures."""
    groups = {group: ", ".join(sorted(names)) for group, names in GROUPS.items()}
    return {"IoU": dict(zip(scores.classes, scores.by_class["IoU"], strict=True)), "groups": groups}


def _groups(checkout: Checkout) -> dict[str, str]:
    found: dict[str, Any] = {}
    exec(checkout.text("BenchmarkScripts/ScanNet200/scannet200_splits.py"), found)
    return {
        group: ", ".join(sorted(found[f"{group.upper()}_CATS_SCANNET_200"])) for group in ("head", "common", "tail")
    }
