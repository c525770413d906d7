"""ModelNet40's classification (Wu et al. 2015) as PointNet evaluates it (Qi et al. 2017): one of 40 classes a shape."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.label_files import read_bytes, same_length
from geo3d.data_tools.benchmarks.label_tables import in_range, read_array, whole_column
from geo3d.data_tools.benchmarks.labels.scores import listed, total_confusion
from geo3d.data_tools.benchmarks.logits import are_logits, best
from geo3d.data_tools.benchmarks.pairing import named
from geo3d.data_tools.benchmarks.protocol import Protocol, Scene, Scores
from geo3d.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.benchmarks.protocol import Tally

CLASSES = (
    *("airplane", "bathtub", "bed", "bench", "bookshelf", "bottle", "bowl", "car", "chair", "cone", "cup", "curtain"),
    *("desk", "door", "dresser", "flower_pot", "glass_box", "guitar", "keyboard", "lamp", "laptop", "mantel"),
    *("monitor", "night_stand", "person", "piano", "plant", "radio", "range_hood", "sink", "sofa", "stairs", "stool"),
    *("table", "tent", "toilet", "tv_stand", "vase", "wardrobe", "xbox"),
)
TEST_SHAPES = 2468
TRUTHS = ("modelnet40_test.txt", "pred_label.txt", "*.npy", "*.txt")
PREDICTIONS = ("pred_label.txt", "*.npy", "*.txt")


def find(predictions: Path, truths: Path) -> list[Scene]:
    """The one file of each folder."""
    return [Scene("test", (_only(predictions, PREDICTIONS, "prediction"),), (_only(truths, TRUTHS, "truth"),))]


def count(scene: Scene, choices: Choices) -> Tally | None:
    """The confusion of all shapes that count [40, 40], and how many do not."""
    import numpy as np

    from geo3d.metrics.confusion import confusion_matrix

    truth, (prediction, dumped) = _true_ids(scene.truth[0]), _predicted_ids(scene)
    same_length(prediction, truth, (scene.prediction[0], scene.truth[0]), "shapes")
    counts = np.ones(len(truth), bool)
    if choices.reading == "compatible" and not dumped:
        counts = _in_whole_batches(len(truth), choices)
    if not counts.any():
        raise InputError(f"{scene.prediction[0]} has {len(truth)} shapes, which fill no batch: the official code fails")
    confusion = confusion_matrix(truth[counts], prediction[counts], len(CLASSES), len(CLASSES))
    return {"confusion": confusion, "left_out": np.array(len(truth) - counts.sum())}


def score(tallies: Sequence[Tally], choices: Choices) -> Scores:
    """Share of shapes that were given their class, and its mean over classes."""
    from geo3d.metrics.confusion import class_accuracy, mean_of, overall_accuracy

    confusion, notes = total_confusion(tallies), []
    accuracies, counts = class_accuracy(confusion), confusion.sum(1)
    mean = mean_of(accuracies)
    if missing := [name for name, number in zip(CLASSES, counts, strict=True) if number == 0]:
        mean = float("nan") if choices.reading == "compatible" else mean
        how = "the official mean is not a number" if choices.reading == "compatible" else "left out of the mean"
        notes.append(f"without a shape, so {how}: {listed(missing)}")
    if left_out := int(sum(tally["left_out"] for tally in tallies)):
        notes.append(f"{left_out} shapes do not fill a batch, so the official code leaves them out")
    if (shapes := int(counts.sum()) + left_out) != TEST_SHAPES:
        notes.append(f"{shapes:,} shapes; the test set has {TEST_SHAPES:,}")
    overall = {"overall accuracy": overall_accuracy(confusion), "mean class accuracy": mean}
    columns = {"accuracy": accuracies, "count": counts}
    return Scores(overall, CLASSES, columns, confusion, CLASSES, notes=tuple(notes))


def _only(folder: Path, patterns: Sequence[str], what: str) -> Path:
    files = sorted(named(folder, patterns, what).values())
    if len(files) > 1:
        raise InputError(f"{folder} holds {files[0].name} and {files[1].name}; one file of all shapes is allowed")
    return files[0]


def _true_ids(file: Path) -> NDArray[np.int64]:
    """Ids from a column of ids, the second of two columns, or names of shapes such as ``airplane_0627``."""
    import numpy as np

    content = read_bytes(file)
    if content[:1].isalpha() and not content.startswith(b"ply"):
        names = content.decode("utf-8", "replace").split()
        return np.array([_class_of(name, line, file) for line, name in enumerate(names, start=1)], np.int64)
    table = read_array(file)
    ids = table if table.ndim == 1 else table[:, -1]
    if table.ndim == 2 and table.shape[1] > 2:
        raise InputError(f"{file} has {table.shape[1]} columns; true ids, or predicted and true ones, are needed")
    return in_range(whole_column(ids, file), len(CLASSES), file)


def _class_of(name: str, line: int, file: Path) -> int:
    kind = name.rpartition("_")[0]
    if kind not in CLASSES:
        raise InputError(f"{file}, line {line}: {name[:40]!r} is no shape of ModelNet40, such as airplane_0627")
    return CLASSES.index(kind)


def _predicted_ids(scene: Scene) -> tuple[NDArray[np.int64], bool]:
    """Ids, and whether they are from a file that the official code wrote, with predicted and true ones in each line."""
    file = scene.prediction[0]
    table = read_array(file)
    if are_logits(table, len(CLASSES)):
        return best(table, range(len(CLASSES)), file), False
    if table.ndim == 1 or table.shape[1] == 1:
        return in_range(whole_column(table.ravel(), file), len(CLASSES), file), False
    if table.shape[1] != 2:
        raise InputError(f"{file} has {table.shape[1]} columns; ids, predicted and true ones, or 40 scores are needed")
    _same_truth(whole_column(table[:, 1], file), scene)
    return in_range(whole_column(table[:, 0], file), len(CLASSES), file), True


def _same_truth(beside: NDArray[np.int64], scene: Scene) -> None:
    """Raise InputError where the true ids beside the predictions are not those of the truth."""
    import numpy as np

    truth = _true_ids(scene.truth[0])
    same_length(beside, truth, (scene.prediction[0], scene.truth[0]), "shapes")
    if (other := beside != truth).any():
        row = int(np.argmax(other))
        raise InputError(
            f"{scene.prediction[0]}, line {row + 1}: the true id is {beside[row]}, and {truth[row]} in "
            f"{scene.truth[0]}; the shapes have to be the same in the same order"
        )


def _in_whole_batches(shapes: int, choices: Choices) -> NDArray[np.bool_]:
    """Which shapes lie in a full batch of their file."""
    import numpy as np

    batch, place = choices.shapes.batch, np.arange(shapes)
    start = place // choices.shapes.file * choices.shapes.file
    size = np.minimum(shapes - start, choices.shapes.file)
    return place - start < size // batch * batch


PROTOCOL = Protocol(
    name="modelnet40",
    version=1,
    title="ModelNet40 classification: overall and mean class accuracy",
    explained=(
        ("unit", f"a shape; the test set has {TEST_SHAPES:,}, the benchmark's only scene"),
        (
            "truth",
            f"the one file among the first of {', '.join(TRUTHS)} that the folder has: an id a line, lines of "
            "predicted and true id, an array of ids, or names of shapes such as airplane_0627",
        ),
        (
            "prediction",
            f"the one file among the first of {', '.join(PREDICTIONS)} that the folder has: ids in the order of the "
            "truth, lines of predicted and true id as evaluate.py dumps them, or an array of 40 scores a shape, of "
            "which the first of the best counts",
        ),
        ("ids", ", ".join(f"{number} {name}" for number, name in enumerate(CLASSES))),
        (
            "last batch",
            "compatible: shapes are taken in batches (--shapes.batch 4, evaluate.py's default) out of files of 2,048, "
            "and those that do not fill one are left out, which with 2,048 and 420 shapes are none; at 32, as in "
            "training, 4 are; lines that evaluate.py dumped are counted as they are; strict: all shapes count",
        ),
        ("averaging", "hits over shapes; and hits over shapes of each class, then the plain mean over 40 classes"),
        (
            "absent class",
            "compatible: the mean is not a number where a class has no shape, as in the official code; strict: it is "
            "left out of the mean",
        ),
        ("votes", "evaluate.py sums the scores of rotated shapes where num_votes is over 1: give the sums"),
        ("missing scene", "there is one, so it cannot be missing"),
    ),
    sources=("charlesq34/pointnet evaluate.py @ 2618f72b", "charlesq34/pointnet provider.py @ 2618f72b"),
    find=find,
    count=count,
    score=score,
)
