"""PointNet's part_seg/test.py, with a network that gives the scores that a fixture has."""

import json
import shutil
from pathlib import Path

import numpy as np

from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.data_tools.labels.shapenet_parts import CATEGORIES, PART_COUNT, parts_of
from tests.official.record import Checkout, run_script

PROTOCOL = "shapenet-part"
REPOSITORY, COMMIT = "charlesq34/pointnet", "2618f72bc1a0fd21b074096e748016960d44ef55"
STAND_INS = Path(__file__).parent / "stand_ins"
FIXTURES = (
    *("scores", "higher scores for other categories", "ties", "ids", "absent parts", "absent part predicted"),
    *("one point a shape", "all right", "all wrong", "categories missing", "part outside the category"),
)
GIVEN = """
import pathlib
import numpy as np

SHAPES = iter(pathlib.Path("shapes.txt").read_text().split())


def logits(points):
    given = np.load(next(SHAPES))
    padded = np.zeros((1, points.shape[1], given.shape[1]), given.dtype)
    padded[0, : len(given)] = given
    return padded
"""


def write(fixture: str, predictions: Path, truths: Path) -> None:
    """Shapes of every category as the data set has them; scores as arrays, or ids as text."""
    random = np.random.default_rng(FIXTURES.index(fixture))
    categories = CATEGORIES[2:5] if fixture == "categories missing" else CATEGORIES
    for place, (name, synset, _) in enumerate(categories):
        for number in range(1 + place % 3):
            parts = np.array(parts_of(name))
            count = 1 if fixture == "one point a shape" else int(random.integers(40, 90))
            truth, logits = changed(fixture, parts, count, random)
            write_truth(truths / synset, f"shape{number}", truth - parts[0] + 1, random)
            (predictions / synset).mkdir(exist_ok=True)
            if fixture == "ids":
                ids = parts[logits[:, parts].argmax(axis=1)]
                text = "".join(f"{label}\n" for label in ids)
                (predictions / synset / f"shape{number}.txt").write_text(text)
            else:
                np.save(predictions / synset / f"shape{number}.npy", logits)


def changed(fixture: str, parts: np.ndarray, count: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """True parts of a shape's points, and the scores of all parts."""
    truth = random.choice(parts, count)
    if fixture in ("absent parts", "absent part predicted"):
        truth = np.where(truth == parts[-1], parts[0], truth)
    logits = random.normal(size=(count, PART_COUNT)).astype(np.float32)
    logits[np.arange(count), truth] += {"all right": 100, "all wrong": -100}.get(fixture, 2)
    if fixture == "higher scores for other categories":
        logits[:, np.setdiff1d(np.arange(PART_COUNT), parts)] += 50
    elif fixture == "ties":
        logits = np.rint(logits)
    elif fixture == "absent parts":
        logits[:, parts[-1]] = -100
    elif fixture == "part outside the category":
        truth[0] = parts[-1] + 1
    return truth, logits


def write_truth(folder: Path, name: str, parts: np.ndarray, random: np.random.Generator) -> None:
    """Points and parts of one shape, beside each other as the data set has them."""
    for file, rows in (
        (folder / "expert_verified" / "points_label" / f"{name}.seg", [f"{part}" for part in parts]),
        (folder / "points" / f"{name}.pts", [f"{x:f} {y:f} {z:f}" for x, y, z in random.normal(size=(len(parts), 3))]),
    ):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f"{row}\n" for row in rows))


def official(checkout: Checkout, place: Path) -> dict:
    """What it logs, at full precision."""
    code = place / "code"
    checkout.extract(["part_seg/test.py"], code)
    shutil.copy(STAND_INS / "tensorflow.py", code)
    (code / "provider.py").write_text("")  # which is not used
    (code / "pointnet_part_seg.py").write_text((STAND_INS / "network.py").read_text())
    (code / "given.py").write_text(GIVEN)
    script = code / "test.py"
    text = script.read_text().replace("output_verbose = True", "output_verbose = False")  # pictures of every shape
    for kind in ("acc", "iou"):  # sums in 32 bits, of which figures to nine digits cannot be asked
        line = f"total_per_cat_{kind} = np.zeros((NUM_OBJ_CATS))"
        text = text.replace(f"{line}.astype(np.float32)", line)
    script.write_text(text.replace("%f'", "%.17g'"))
    _write_data(place)
    rows = [line.split(":") for line in run_script(script).splitlines() if ":" in line]
    figures = {name.strip(): float(value) for name, value in rows}
    names = {synset: name for name, synset, _ in CATEGORIES}
    by_category = {names[key.split()[0]]: value for key, value in figures.items() if key.endswith(" IoU")}
    return {"accuracy": figures["Accuracy"], "IoU": figures["IoU"], "categories": by_category}


def ours(scores: Scores) -> dict:
    """The same figures."""
    ious = dict(zip(scores.classes, scores.by_class["IoU"], strict=True))
    return {
        "accuracy": scores.overall["accuracy"],
        "IoU": scores.overall["instance mean IoU"],
        "categories": {name: iou for name, iou in ious.items() if not np.isnan(iou)},
    }


def given_logits(file: Path) -> np.ndarray:
    """The scores of a prediction: those it has, or 1 for the id of each point."""
    return np.load(file) if file.suffix == ".npy" else np.eye(PART_COUNT)[np.loadtxt(file, int, ndmin=1)]


def _write_data(place: Path) -> None:
    """The lists of the data set, and the scores in the order in which they are asked for."""
    code, data = place / "code", place / "code" / "hdf5_data"
    data.mkdir()
    (code / "PartAnnotation").symlink_to(place / "truth")
    every = [(synset, part) for _, synset, count in CATEGORIES for part in range(1, count + 1)]
    (data / "overallid_to_catid_partid.json").write_text(json.dumps(every))
    through = {f"{synset}_{part}": number for number, (synset, part) in enumerate(every)}
    (data / "catid_partid_to_overallid.json").write_text(json.dumps(through))
    (data / "all_object_categories.txt").write_text("".join(f"{name}\t{synset}\n" for name, synset, _ in CATEGORIES))
    (data / "part_color_mapping.json").write_text(json.dumps([[0, 0, 0]] * PART_COUNT))
    lines, shapes = [], []
    for number, file in enumerate(sorted((place / "pred").glob("*/*"))):
        synset, name = file.parent.name, file.stem
        lines.append(f"{synset}/points/{name}.pts {synset}/expert_verified/points_label/{name}.seg {synset}\n")
        shapes.append(f"scores{number}.npy\n")
        np.save(code / f"scores{number}.npy", given_logits(file))
    (code / "testing_ply_file_list.txt").write_text("".join(lines))
    (code / "shapes.txt").write_text("".join(shapes))
