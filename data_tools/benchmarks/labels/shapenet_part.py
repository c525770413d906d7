"""ShapeNet's part segmentation (Yi et al. 2016) as PointNet and PointNet++ evaluate it: a part for every point."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.label_files import same_length
from geo3d.data_tools.benchmarks.label_tables import in_range, read_array, whole_column
from geo3d.data_tools.benchmarks.labels.scores import listed
from geo3d.data_tools.benchmarks.logits import are_logits, best
from geo3d.data_tools.benchmarks.pairing import named, refuse_extra
from geo3d.data_tools.benchmarks.pictures import LABELS_PICTURED, label_panels, palette
from geo3d.data_tools.benchmarks.protocol import Protocol, Scene, Scores
from geo3d.data_tools.labels.shapenet_parts import CATEGORIES, NAME_OF, NAMES, PART_COUNT, parts_of
from geo3d.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.benchmarks.protocol import Tally

TEST_SHAPES = 2874
SEGMENTS = ("*/expert_verified/points_label/*.seg", "*/points_label/*.seg", "*/*.seg")
TRUTHS = (*SEGMENTS, "*/*.txt", "*/*.npy")
PREDICTIONS = ("*/*.npy", "*/*.txt", *SEGMENTS)


def find(predictions: Path, truths: Path) -> list[Scene]:
    """Shapes by category and name, whichever of the layouts each folder has."""
    wanted, given = _shapes(truths, TRUTHS, "truth"), _shapes(predictions, PREDICTIONS, "predictions")
    refuse_extra(predictions, {name: given[name] for name in given.keys() - wanted.keys()})
    return [Scene(name, (given[name],) if name in given else (), (wanted[name],)) for name in sorted(wanted)]


def count(scene: Scene, choices: Choices) -> Tally | None:
    """Mean IoU of one shape's parts, its accuracy, its category, and how many points have a part of another one."""
    import numpy as np

    from geo3d.metrics.parts import part_ious

    if not scene.prediction:
        return None
    category = _category(scene)
    parts, (truth, prediction) = parts_of(category), _labels(scene)
    foreign = ~np.isin(prediction, parts)
    return {
        "category": np.array(NAMES.index(category)),
        "iou": np.array(part_ious(truth, prediction, parts).mean()),
        "accuracy": np.array((truth == prediction).mean()),
        "foreign": np.array(foreign.sum()),
    }


def score(tallies: Sequence[Tally], choices: Choices) -> Scores:
    """Means over shapes, and over the categories' means over shapes."""
    import numpy as np

    from geo3d.metrics.confusion import divided, mean_of

    categories, ious, accuracies = (
        np.array([tally[name] for tally in tallies]) for name in ("category", "iou", "accuracy")
    )
    counts = np.bincount(categories, minlength=len(NAMES))
    by_category = divided(np.bincount(categories, ious, len(NAMES)), counts)
    overall = {
        "instance mean IoU": float(ious.mean()),
        "class mean IoU": mean_of(by_category),
        "accuracy": float(accuracies.mean()),
    }
    notes = _notes(counts, int(sum(tally["foreign"] for tally in tallies)), choices)
    if choices.reading == "compatible" and not counts.all():
        overall["class mean IoU"] = float("nan")
    columns = {
        "IoU": by_category,
        "accuracy": divided(np.bincount(categories, accuracies, len(NAMES)), counts),
        "shapes": counts,
    }
    return Scores(overall, NAMES, columns, notes=notes)


def picture(scene: Scene, choices: Choices) -> NDArray[np.uint8] | None:
    """Truth, prediction and mistakes, where the truth has the points, or a ``.pts`` lies where the data set has it."""
    import numpy as np

    truth, prediction = _labels(scene)
    file = scene.truth[0]
    places = [parent / "points" / f"{file.stem}.pts" for parent in list(file.parents)[:3]]
    for table in (read_array(place) for place in (file, *places) if place.is_file()):
        if table.ndim == 2 and table.shape[1] >= 3 and len(table) == len(truth):
            points = np.stack([table[:, 0], -table[:, 2], table[:, 1]], axis=1)  # y is up in ShapeNet
            parts = parts_of(_category(scene))
            return label_panels(points, truth - parts[0], prediction - parts[0], palette(len(parts)), len(parts))
    return None


def _shapes(folder: Path, patterns: Sequence[str], what: str) -> dict[str, Path]:
    """Files by ``Chair/NAME``."""
    shapes = {}
    for name, file in named(folder, patterns, what).items():
        category, _, shape = name.partition("/")
        if category not in NAME_OF:
            raise InputError(f"{file} lies in {category}, which is no category; {', '.join(NAME_OF)} are allowed")
        shapes[f"{NAME_OF[category]}/{shape}"] = file
    return shapes


def _category(scene: Scene) -> str:
    return scene.name.partition("/")[0]


def _labels(scene: Scene) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """True and predicted part of each point, counted through all categories."""
    parts = parts_of(_category(scene))
    true_file, file = scene.truth[0], scene.prediction[0]
    truth = _parts(read_array(true_file), parts, true_file)
    if len(foreign := truth[(truth < parts[0]) | (truth > parts[-1])]):
        raise InputError(f"{true_file} has the part {foreign[0]}; its category has {parts[0]} to {parts[-1]}")
    table = read_array(file)
    prediction = best(table, parts, file) if are_logits(table, PART_COUNT) else _parts(table, parts, file)
    same_length(prediction, truth, (file, true_file), "points")
    if not len(truth):
        raise InputError(f"{true_file} has no points; one at least is needed")
    return truth, prediction


def _parts(table: NDArray, parts: range, file: Path) -> NDArray[np.int64]:
    """Ids from the last column: of ``.seg`` files from 1 on in each category, of others counted through."""
    ids = whole_column(table if table.ndim == 1 else table[:, -1], file)
    if file.suffix == ".seg":
        return in_range(ids, len(parts), file, first=1) - 1 + parts[0]
    return in_range(ids, PART_COUNT, file)


def _notes(counts: NDArray[np.int64], foreign: int, choices: Choices) -> tuple[str, ...]:
    notes = []
    if missing := [name for name, number in zip(NAMES, counts, strict=True) if number == 0]:
        how = "the official mean is not a number" if choices.reading == "compatible" else "left out of the class mean"
        notes.append(f"without a shape, so {how}: {listed(missing)}")
    if foreign:
        notes.append(
            f"{foreign:,} points have a part that their shape's category does not have, and count as wrong; the "
            "official code takes the best part of the category, for which scores are needed"
        )
    if (shapes := int(counts.sum())) != TEST_SHAPES:
        notes.append(f"{shapes:,} shapes; the test set has {TEST_SHAPES:,}")
    return tuple(notes)


PROTOCOL = Protocol(
    name="shapenet-part",
    version=1,
    title="ShapeNet part segmentation: mean IoU over shapes, and over 16 categories",
    explained=(
        ("unit", "a point of a shape, and a shape (instance); categories are known"),
        ("scene", f"a shape; the test set has {TEST_SHAPES:,}; its folder is the category's synset or name"),
        (
            "truth",
            f"the first of {', '.join(TRUTHS)} that the folder has: parts from 1 on in each category in .seg files, "
            f"and counted through from 0 to {PART_COUNT - 1} in others, in the last column",
        ),
        (
            "prediction",
            f"the first of {', '.join(PREDICTIONS)} that the folder has: parts likewise, or {PART_COUNT} scores each",
        ),
        (
            "ids",
            "; ".join(f"{name} {synset} {parts_of(name)[0]}-{parts_of(name)[-1]}" for name, synset, _ in CATEGORIES),
        ),
        ("scores", "the best part of the shape's own category counts, the first of several; others do not matter"),
        ("parts of other categories", "where parts are given, not scores, these miss and are no false hit of any part"),
        ("ignored", "nothing"),
        ("absent part", "IoU 1 where a part of the category is neither in the truth nor predicted"),
        (
            "averaging",
            "the mean over the parts of a shape's category; instance mean: over shapes; class mean: over the 16 "
            "categories' means over shapes; accuracy: share of points of each shape, then over shapes",
        ),
        (
            "absent category",
            "compatible: the class mean is not a number, as PointNet++ has it (PointNet prints no class mean); strict: "
            "it is left out of the mean",
        ),
        (
            "points",
            "PointNet scores all points of a shape, PointNet++ 2,048 that it draws, and sums the scores of 12 "
            "passes: figures of one are not those of the other",
        ),
        ("rounding", "PointNet sums a category in 32 bits, which changes the seventh digit; ours sums in 64"),
        ("missing shape", "with allow_missing it is left out"),
    ),
    sources=(
        "charlesq34/pointnet part_seg/test.py @ 2618f72b",
        "charlesq34/pointnet2 part_seg/evaluate.py @ 42926632",
    ),
    find=find,
    count=count,
    score=score,
    picture=picture,
    pictured=LABELS_PICTURED,
)
