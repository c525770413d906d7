"""Single objects as occupancy_networks scores them (Mescheder et al. 2019), from its files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.pairing import named, refuse_extra
from geo3d.data_tools.benchmarks.protocol import Protocol, Scene, Scores
from geo3d.data_tools.benchmarks.surfaces.comparison import crossings
from geo3d.data_tools.benchmarks.surfaces.sampled import (
    DISTANCES_PICTURED,
    Sampled,
    as_notes,
    distance_panels,
    means,
    noted,
    sampled,
)
from geo3d.data_tools.benchmarks.surfaces.surface_files import Surface, made, read_arrays, read_surface
from geo3d.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.benchmarks.protocol import Tally

TRUTHS = ("*/*/pointcloud.npz", "*/pointcloud.npz")
PREDICTIONS = (
    *("meshes/*/*.off", "meshes/*.off", "*/*.off", "*.off"),
    *("pointcloud/*/*.ply", "pointcloud/*.ply", "*/*.ply", "*.ply", "*/*.npz", "*.npz"),
)
NAMES = (
    *("chamfer-L1", "chamfer-L2", "completeness", "accuracy", "completeness2", "accuracy2"),
    *("normals", "normals completeness", "normals accuracy", "iou"),
)
BY_CLASS = ("chamfer-L1", "chamfer-L2", "normals", "iou")
"""Those that the paper reports."""
NO_CLASS = "n/a"


def find(predictions: Path, truths: Path) -> list[Scene]:
    """A model for every folder with a ``pointcloud.npz``; of a category with a ``test.lst``, those that it lists."""
    wanted, given = named(truths, TRUTHS, "truth"), named(predictions, PREDICTIONS, "predictions")
    wanted = {name: file for name, file in wanted.items() if _in_test(file)}
    refuse_extra(predictions, {name: given[name] for name in given.keys() - wanted.keys()})
    scenes = []
    for name, file in sorted(wanted.items()):
        beside = (file.with_name("points.npz"), truths / "metadata.yaml")
        truth = (file, *(other for other in beside if other.is_file()))
        scenes.append(Scene(name, (given[name],) if name in given else (), truth))
    return scenes


def count(scene: Scene, choices: Choices) -> Tally | None:
    """The ten numbers of one model, and its class."""
    import numpy as np

    if not scene.prediction:
        return None
    surface, truth = read_surface(scene.prediction[0]), _truth(scene)
    prediction, notes = _points(surface, choices), list[str]()
    if len(prediction.points) == 0:
        values, notes = _empty(choices), [EMPTY[choices.reading]]
    else:
        values = _values(prediction, truth)
    values["iou"], said = _iou(surface, scene, choices)
    if np.isnan(values["normals"]) and surface.normals is not None:
        notes.append("a normal has no length: no score for normals, as in the official code")
    classes = _class_of(scene, choices)
    return {
        "values": np.array([values[name] for name in NAMES]),
        "class": np.array(classes),
        "notes": as_notes([*notes, *said]),
    }


def score(tallies: Sequence[Tally], choices: Choices) -> Scores:
    """The means of each class over its models, and of all over the classes."""
    classes = tuple(sorted({str(tally["class"]) for tally in tallies}))
    rows = [means([tally for tally in tallies if str(tally["class"]) == name], "values") for name in classes]
    overall = means([{"values": row} for row in rows], "values")
    columns: dict[str, Sequence[float]]
    columns = {name: [float(row[NAMES.index(name)]) for row in rows] for name in BY_CLASS}
    counts = [sum(str(tally["class"]) == name for tally in tallies) for name in classes]
    return Scores(
        dict(zip(NAMES, overall.tolist(), strict=True)), classes, columns | {"models": counts}, notes=noted(tallies)
    )


def picture(scene: Scene, choices: Choices) -> NDArray[np.uint8] | None:
    """The prediction's points by their distance, and the truth's; dark from a tenth of the unit cube on."""
    from geo3d.metrics.surface import correspond

    prediction, truth = _points(read_surface(scene.prediction[0]), choices), _truth(scene)
    found = correspond(prediction.points, truth.points)
    upright = ([0, 2, 1], [1.0, -1.0, 1.0])  # these models stand along y
    sides = (side.points[:, upright[0]] * upright[1] for side in (prediction, truth))
    return distance_panels(next(sides), found.accuracy, next(sides), found.completeness, 0.1)


EMPTY = {
    "compatible": "a prediction is empty: sqrt(3) for distances, 3 for their squares, -1 for normals, IoU 0, and no "
    "chamfer-L1 and -L2, because the official code gives it none under these names and leaves it out of their means",
    "strict": "a prediction is empty: sqrt(3) for distances and chamfer-L1, 3 for squares, -1 for normals",
}


def _empty(choices: Choices) -> dict[str, float]:
    import numpy as np

    values = dict.fromkeys(NAMES, -1.0) | dict.fromkeys(("completeness", "accuracy"), float(np.sqrt(3)))
    values |= dict.fromkeys(("completeness2", "accuracy2"), 3.0)
    chamfers = (np.nan, np.nan) if choices.reading == "compatible" else (np.sqrt(3), 3.0)
    return values | dict(zip(("chamfer-L1", "chamfer-L2"), map(float, chamfers), strict=True))


def _values(prediction: Sampled, truth: Sampled) -> dict[str, float]:
    import numpy as np

    from geo3d.metrics.surface import correspond, normal_consistency

    found = correspond(prediction.points, truth.points)
    nan = float("nan")
    of_prediction, of_truth = nan, nan
    if prediction.normals is not None and truth.normals is not None:
        (of_prediction, of_truth), _ = normal_consistency(found, prediction.normals, truth.normals, without=nan)
    accuracy, completeness = float(found.accuracy.mean()), float(found.completeness.mean())
    accuracy2, completeness2 = (float(np.square(side).mean()) for side in (found.accuracy, found.completeness))
    return {
        "chamfer-L1": (completeness + accuracy) / 2,
        "chamfer-L2": (completeness2 + accuracy2) / 2,
        "completeness": completeness,
        "accuracy": accuracy,
        "completeness2": completeness2,
        "accuracy2": accuracy2,
        "normals": float(of_truth + of_prediction) / 2,
        "normals completeness": float(of_truth),
        "normals accuracy": float(of_prediction),
    }


def _iou(surface: Surface, scene: Scene, choices: Choices) -> tuple[float, list[str]]:
    """Of the points whose occupancy the truth knows; 0 for an empty mesh, and NaN where it cannot be told."""
    import numpy as np

    from geo3d.metrics.surface import jaccard

    if len(surface.points) == 0 or _is_empty(surface):
        return 0.0, []
    if len(surface.faces) == 0:
        return float("nan"), ["a prediction has no faces: left out of the IoU"]
    file = scene.truth[0].with_name("points.npz")
    if file not in scene.truth:
        return float("nan"), ["a truth has no points.npz: left out of the IoU"]
    points, held = _occupancies(file, choices)
    _, below, above = crossings(points, surface)
    iou = jaccard((below % 2 == 1) & (above % 2 == 1), held)
    if np.isnan(iou):
        return iou, ["neither side holds any point: left out of the IoU, as the official code's 0 / 0 is"]
    return float(np.float32(iou)) if choices.reading == "compatible" else iou, []


def _occupancies(file: Path, choices: Choices) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Points, and whether each is in the truth."""
    import numpy as np

    stored = read_arrays(file, ("points", "occupancies"))
    points, held = stored["points"], stored["occupancies"]
    if held.dtype == np.uint8 and len(held) == -(-len(points) // 8):
        held = np.unpackbits(held)[: len(points)]
    if held.shape != points.shape[:1]:
        raise InputError(f"{file} has {len(points):,} points and {held.size:,} occupancies; one each is needed")
    placed = made(file, points.astype(np.float32)).points
    if not np.isfinite(placed).all():
        raise InputError(f"{file} has points that are not finite")
    if points.dtype == np.float16 and choices.reading == "compatible":
        noise = np.random.default_rng((choices.mesh.seed, 2)).standard_normal(placed.shape)
        placed = (placed + 1e-4 * noise).astype(np.float32).astype(np.float64)
    return placed, held >= 0.5


def _points(surface: Surface, choices: Choices) -> Sampled:
    """Samples of a mesh in single precision, or a cloud's points."""
    if _is_empty(surface):
        return Sampled(surface.points[:0], surface.points[:0])
    return _single(sampled(surface, choices.mesh.samples, (choices.mesh.seed, 0)))


def _is_empty(surface: Surface) -> bool:
    """Whether it is a file for meshes that has none."""
    return surface.file.suffix == ".off" and len(surface.faces) == 0


def _truth(scene: Scene) -> Sampled:
    file = scene.truth[0]
    surface = read_surface(file)
    if len(surface.points) == 0 or surface.normals is None:
        raise InputError(f"{file} has {len(surface.points)} points and needs some, and their normals")
    return _single(Sampled(surface.points, surface.normals))


def _single(side: Sampled) -> Sampled:
    import numpy as np

    return Sampled(side.points.astype(np.float32).astype(np.float64), side.normals)


def _in_test(file: Path) -> bool:
    listed = file.parent.parent / "test.lst"
    return not listed.is_file() or file.parent.name in listed.read_text(encoding="utf-8").split("\n")


def _class_of(scene: Scene, choices: Choices) -> str:
    """The category's folder; where no metadata.yaml names the categories, the official code has one class."""
    category, _, model = scene.name.rpartition("/")
    known = any(file.name == "metadata.yaml" for file in scene.truth) or choices.reading == "strict"
    return category if model and category and known else NO_CLASS


PROTOCOL = Protocol(
    name="mesh-occupancy-networks",
    version=1,
    title="Single objects as occupancy_networks: chamfer-L1, normals, IoU",
    explained=(
        ("unit", "lengths are in the files' unit; the benchmark's models fill a cube of side 1"),
        (
            "truth",
            f"the first of {', '.join(TRUTHS)}: points and normals, taken to single precision; beside it points.npz, "
            "points and (packed) occupancies; where a category has a test.lst, the models that it lists",
        ),
        ("prediction", f"the first of {', '.join(PREDICTIONS)} that the folder has"),
        (
            "points",
            "mesh.samples (the official number is 100,000) drawn evenly by area on a predicted mesh, in single "
            "precision; a cloud's points as they are; the official draw has no seed, ours has mesh.seed, so official "
            "figures of meshes differ by the chance of the draw; with the same points they are equal",
        ),
        (
            "distance",
            "Euclidean (the L1 in chamfer-L1 is no L1 norm), unscaled; in double precision, where the official tree "
            "has single",
        ),
        ("completeness, accuracy", "mean distance from the truth's points to the prediction's, and the other way"),
        ("completeness2, accuracy2", "means of the squared distances"),
        ("chamfer-L1, chamfer-L2", "half the sum of the two means, and of the two means of squares"),
        (
            "normals",
            "mean |n . n'| with the normal at the nearest point, the first of equally near ones; half the sum of both "
            "ways; clouds without normals have none; one normal without length leaves the model without a score",
        ),
        (
            "iou",
            "of the points of points.npz: in a mesh is a point that an odd number of faces lie above of and an odd "
            "number below; compatible: the ratio in single precision, and points stored in half precision moved by "
            "noise of 1e-4 (ours by mesh.seed, the official without a seed); strict: as stored, in double precision",
        ),
        ("on an edge", "lines through edges count right here; the official code counts neither face of the edge there"),
        (
            "empty prediction",
            "sqrt(3), 3 for squares, -1 for normals, IoU 0; compatible: no chamfer-L1 and -L2, since the official code "
            "names that of an empty mesh otherwise and so leaves it out of their means; strict: sqrt(3) and 3",
        ),
        ("averaging", "mean over the models of a class, then over classes; what a model lacks it is left out of"),
        (
            "classes",
            "the category's folder; compatible: all models are one class where the truth has no metadata.yaml",
        ),
        ("missing prediction", "with allow_missing it is left out, as the official script does"),
    ),
    sources=(
        "autonomousvision/occupancy_networks im2mesh/eval.py @ 406f7946",
        "autonomousvision/occupancy_networks eval_meshes.py @ 406f7946",
        "autonomousvision/occupancy_networks im2mesh/utils/libmesh/inside_mesh.py @ 406f7946",
        "autonomousvision/occupancy_networks im2mesh/data/fields.py, im2mesh/data/core.py @ 406f7946",
    ),
    find=find,
    count=count,
    score=score,
    lower_is_better=True,
    picture=picture,
    pictured=DISTANCES_PICTURED,
)
