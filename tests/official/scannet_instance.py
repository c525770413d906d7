"""ScanNet's evaluate_semantic_instance.py."""

from pathlib import Path

import numpy as np

from geo3d.data_tools.benchmarks.instances.scannet_instance import IDS, RESULTS
from geo3d.data_tools.benchmarks.protocol import Scores
from tests.official.record import Checkout, run_script

PROTOCOL = "scannet-instance"
REPOSITORY, COMMIT = "ScanNet/ScanNet", "3830fce7f8b2e48ef047ef7fd76ea5f62903f51c"
FIXTURES = (
    *("random", "sharp", "few classes", "equal confidences", "no predictions", "no true instances", "absent class"),
    *("other labels", "one vertex", "small instances", "small truth in a large prediction", "second match is better"),
    *("late match matches again", "one prediction over two instances", "all ignored", "overlap is the threshold"),
    *("walls and groups without a label", "same mask twice", "same mask by another name", "label is cut"),
    *("masks of other numbers", "negative confidences", "negative ids", "instance number 0", "empty masks"),
    *("other length", "absolute path", "outside of the folder", "mask is missing", "two blanks", "no confidence"),
    *("label is a word", "empty line", "mask is no number", "nothing at all"),
)
DENSE = ("few classes", "small instances", "walls and groups without a label", "empty masks", "negative ids")
"""Fixtures of three classes, so that a curve has more than a few points."""
VERTICES = 4000

Lines = list[tuple[np.ndarray, float, float]]
"""Mask, label id and confidence of each prediction."""


def write(fixture: str, predictions: Path, truths: Path) -> None:
    """Three scenes as they are submitted, with masks as text."""
    random = np.random.default_rng(FIXTURES.index(fixture))
    for i in range(3):
        truth, lines = _scene(fixture, random, i)
        name, listed = f"scene000{i}_00", []
        (predictions / "predicted_masks").mkdir(exist_ok=True)
        for number, (mask, label, confidence) in enumerate(lines):
            path = f"predicted_masks/{name}_{number:03d}.txt"
            (predictions / path).write_text("".join(f"{value}\n" for value in mask.astype(int)))
            listed.append(f"{path} {label:g} {confidence:.6f}")
        (predictions / f"{name}.txt").write_text(
            "".join(f"{line}\n" for line in _spoiled(fixture, listed, predictions))
        )
        (truths / f"{name}.txt").write_text("".join(f"{number}\n" for number in truth))


def _scene(fixture: str, random: np.random.Generator, i: int) -> tuple[np.ndarray, Lines]:
    if fixture in BY_HAND:
        return BY_HAND[fixture]()
    pieces = np.sort(random.integers(0, VERTICES, 24))
    ids = random.choice((5, 7, 34) if fixture in DENSE else (*IDS, 1, 2, 40), 25)
    ids[ids == 33] = 5 if fixture == "absent class" else 33
    groups = np.searchsorted(pieces, np.arange(VERTICES), side="right")
    truth = ids[groups] * 1000 + groups + 1
    noise = 0.02 if fixture == "sharp" else 0.12
    lines: Lines = []
    for group in range(25):
        for _ in range(random.integers(0, 3)):
            mask = (groups == group) ^ (random.random(VERTICES) < noise * random.random() * (groups == group).mean())
            mask &= random.random(VERTICES) > random.choice([0.02, 0.3, 0.6])
            label = ids[group] if random.random() < 0.8 else random.choice(IDS)
            lines.append((mask, label, random.choice([0.1, 0.5, 0.9]) if "equal" in fixture else random.random()))
    return _changed(fixture, random, truth, lines)


def _changed(fixture: str, random: np.random.Generator, truth: np.ndarray, lines: Lines) -> tuple[np.ndarray, Lines]:
    if fixture == "no predictions":
        lines = []
    elif fixture == "no true instances":
        truth = np.zeros(VERTICES, int)
    elif fixture == "other labels":
        lines = [(mask, random.choice([1, 2, 13, 40, 0, 99]), score) for mask, _, score in lines]
    elif fixture == "small instances":
        truth += 100 * (np.arange(VERTICES) // 90 % 9) * (np.arange(VERTICES) < VERTICES // 2)
    elif fixture == "walls and groups without a label":
        truth[::9] = np.arange(VERTICES)[::9] % 900
        truth[1::19] = 1000
    elif fixture == "label is cut":
        lines = [(mask, label + 0.7, score) for mask, label, score in lines]
    elif fixture == "masks of other numbers":
        lines = [(mask * random.integers(-3, 300, VERTICES), label, score) for mask, label, score in lines]
    elif fixture == "negative confidences":
        lines = [(mask, label, score - 0.5) for mask, label, score in lines]
    elif fixture == "negative ids":
        truth[::5] *= -1
    elif fixture == "instance number 0":
        truth = truth // 1000 * 1000
    elif fixture == "empty masks":
        lines = [(mask & (random.random() < 0.8), label, score) for mask, label, score in lines]
    elif fixture == "other length":
        lines = [(mask[:-1], label, score) for mask, label, score in lines]
    elif fixture == "nothing at all":
        truth, lines = truth[:0], []
    return truth, lines


def _spoiled(fixture: str, lines: list[str], predictions: Path) -> list[str]:
    first = lines[0].split() if lines else []
    spoiled = {
        "same mask twice": [*lines, f"{first[0]} 5 0.99", *lines[3:6]] if lines else [],
        "same mask by another name": [*lines, *(f"./predicted_masks/../{line}" for line in lines)],
        "absolute path": [*lines, f"{predictions.absolute()}/{' '.join(first)}"],
        "outside of the folder": [*lines, "../truth/scene0000_00.txt 5 0.5"],
        "mask is missing": [*lines, "predicted_masks/none.txt 5 0.5"],
        "two blanks": [line.replace(" ", "  ") for line in lines],
        "no confidence": [line.rsplit(" ", 1)[0] for line in lines],
        "label is a word": [*lines, f"{first[0] if first else ''} chair 0.5"],
        "empty line": [*lines, "", *lines],
        "mask is no number": lines,
    }
    if fixture == "mask is no number":
        (predictions / first[0]).write_text("yes\n" * VERTICES)
    return spoiled.get(fixture, lines)


def _pieces(
    truth: dict[int, tuple[int, int]], predicted: list[tuple[int, int, int, float]]
) -> tuple[np.ndarray, Lines]:
    """A truth of ids and a prediction of labels by their ranges of vertices."""
    ids, at = np.zeros(VERTICES, int), np.arange(VERTICES)
    for number, (start, stop) in truth.items():
        ids[start:stop] = number
    return ids, [((at >= start) & (at < stop), label, score) for start, stop, label, score in predicted]


BY_HAND = {
    "one vertex": lambda: (np.array([5001]), [(np.ones(1, bool), 5, 0.5)]),
    "small truth in a large prediction": lambda: _pieces(
        {5001: (0, 99), 5002: (200, 290), 7001: (300, 700), 5003: (800, 1000)},
        [(0, 110, 5, 0.9), (200, 310, 5, 0.8), (150, 300, 5, 0.7), (800, 950, 5, 0.6), (250, 420, 5, 0.95)],
    ),
    "second match is better": lambda: _pieces(
        {5001: (0, 400), 5002: (500, 900), 5003: (1000, 1400)},
        [(0, 390, 5, 0.3), (0, 380, 5, 0.8), (10, 400, 5, 0.5), (500, 900, 5, 0.6), (510, 900, 5, 0.2)],
    ),
    "late match matches again": lambda: _pieces(
        {5001: (0, 400), 5002: (400, 800), 5003: (1000, 1400)},
        [(0, 420, 5, 0.4), (150, 650, 5, 0.9), (380, 800, 5, 0.1), (200, 700, 5, 0.7)],
    ),
    "one prediction over two instances": lambda: _pieces(
        {5001: (0, 400), 5002: (400, 800), 5003: (800, 1200)}, [(0, 800, 5, 0.4), (100, 1100, 5, 0.6)]
    ),
    "all ignored": lambda: _pieces({5001: (0, 400), 7001: (500, 900)}, [(2000, 2400, 5, 0.9), (500, 900, 7, 0.8)]),
    "overlap is the threshold": lambda: _pieces(
        {5001: (0, 400), 5002: (400, 800), 5003: (800, 1800), 7001: (2000, 3000)},
        [(0, 200, 5, 0.9), (400, 500, 5, 0.8), (800, 1500, 5, 0.7), (2000, 2600, 7, 0.6), (2000, 2500, 7, 0.5),
         (2000, 2900, 7, 0.55), (2000, 2650, 7, 0.3), (2250, 2500, 7, 0.25), (3000, 3500, 7, 0.2),
         (1900, 2100, 5, 0.1)],
    ),
}  # fmt: skip


def official(checkout: Checkout, place: Path) -> dict:
    """AP, AP50 and AP25 of each class, and their means, at full precision rather than as printed."""
    extract(checkout, place / "code")
    script = place / "code" / "evaluate_semantic_instance.py"
    script.write_text(script.read_text().replace("{:>15.3f}", "{:>30.17g}"))  # all digits
    printed = run_script(script, "--pred_path", str(place / "pred"), "--gt_path", str(place / "truth"))
    average = next(line for line in printed.splitlines() if line.startswith("average"))
    rows = [line.split(",") for line in (place / "pred" / f"{RESULTS}.txt").read_text().splitlines()[1:]]
    return {
        "means": [float(value) for value in average.split(":")[1].split()],
        "by class": {name: [float(value) for value in values] for name, _, *values in rows},
    }


def extract(checkout: Checkout, folder: Path) -> None:
    """The script and what it imports, made to run under Python 3 and NumPy 2."""
    parts = ("3d_evaluation/evaluate_semantic_instance.py", "util_3d.py", "util.py")
    checkout.extract([f"BenchmarkScripts/{part}" for part in parts], folder, python2=True)
    script = folder / "evaluate_semantic_instance.py"
    text = script.read_text().replace("np.float )", "float )")  # gone since NumPy 1.24
    script.write_text(text.replace("np.in1d(", "np.isin("))  # gone since NumPy 2.4


def ours(scores: Scores) -> dict:
    """The same figures."""
    columns = [scores.by_class[name] for name in ("AP", "AP50", "AP25")]
    return {
        "means": list(scores.overall.values()),
        "by class": dict(zip(scores.classes, zip(*columns, strict=True), strict=True)),
    }
