"""Tanks and Temples' training scenes (Knapitsch et al. 2017): F-score of points within a scene's own threshold."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.label_files import read_bytes
from geo3d.data_tools.benchmarks.pairing import named, refuse_extra
from geo3d.data_tools.benchmarks.protocol import Curve, Protocol, Scene, Scores
from geo3d.data_tools.benchmarks.surfaces.sampled import DISTANCES_PICTURED, as_notes, distance_panels, means, noted
from geo3d.data_tools.benchmarks.surfaces.surface_files import read_surface
from geo3d.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.benchmarks.protocol import Tally

THRESHOLDS = {
    "Barn": 0.01,
    "Caterpillar": 0.005,
    "Church": 0.025,
    "Courthouse": 0.025,
    "Ignatius": 0.003,
    "Meetingroom": 0.01,
    "Truck": 0.005,
}
"""By scene, in metres."""
STRETCH, STEPS = 5, 100
"""The curves go up to so many times the threshold, in so many steps for each."""
PREDICTIONS = ("*.ply", "*/mesh.ply", "*/*.ply", "*/artifact.json", "*.xyz")


def find(predictions: Path, truths: Path) -> list[Scene]:
    """A scene for every ``NAME/NAME.ply`` or ``NAME.ply``, with its crop, and the prediction's alignment."""
    wanted = {name: file for name, file in named(truths, ("*/*.ply", "*.ply"), "truth").items() if "/" not in name}
    given = named(predictions, PREDICTIONS, "predictions")
    refuse_extra(predictions, {name: given[name] for name in given.keys() - wanted.keys()})
    return [
        Scene(
            name,
            _with(given[name], f"{given[name].stem}_trans.txt") if name in given else (),
            _with(wanted[name], f"{wanted[name].stem}.json"),
        )
        for name in sorted(wanted)
    ]


def count(scene: Scene, choices: Choices) -> Tally | None:
    """F-score, precision and recall of one scene, and its curves."""
    import numpy as np

    from geo3d.metrics.surface import correspond, f_score, share_within

    if not scene.prediction:
        return None
    threshold, notes = _threshold(scene, choices)
    prediction, truth = _points(scene, threshold)
    found = correspond(prediction, truth)
    if 0 in (len(prediction), len(truth)):
        notes.append("a side has no points within the crop: all scores are 0, as in the official code")
    cuts = [threshold, *(threshold / STEPS * step for step in range(1, STRETCH * STEPS))]
    precision, recall = (
        np.nan_to_num(share_within(side, cuts), nan=0.0) for side in (found.accuracy, found.completeness)
    )
    if precision[0] + recall[0] == 0 and len(prediction) and len(truth):
        notes.append("nothing is within the threshold: F-score 0, where the official code divides by 0 and stops")
    return {
        "values": np.array([f_score(precision[:1], recall[:1])[0], precision[0], recall[0]]),
        "curves": np.stack([precision[1:], recall[1:]]),
        "notes": as_notes(notes),
    }


def score(tallies: Sequence[Tally], choices: Choices) -> Scores:
    """Means over scenes."""
    f, precision, recall = means(tallies, "values").tolist()
    across = [step / STEPS for step in range(1, STRETCH * STEPS)]
    lines = dict(zip(("precision", "recall"), means(tallies, "curves").tolist(), strict=True))
    curve = Curve(
        "Precision and recall over the threshold",
        "threshold, in thresholds of the scene",
        "share",
        {name: (across, line) for name, line in lines.items()},
    )
    return Scores({"F-score": f, "precision": precision, "recall": recall}, curves=(curve,), notes=noted(tallies))


def picture(scene: Scene, choices: Choices) -> NDArray[np.uint8] | None:
    """The prediction's points by their distance, and the truth's; dark from three thresholds on."""
    from geo3d.metrics.surface import correspond

    threshold, _ = _threshold(scene, choices)
    prediction, truth = _points(scene, threshold)
    found = correspond(prediction, truth)
    return distance_panels(prediction, found.accuracy, truth, found.completeness, 3 * threshold)


def _with(file: Path, beside: str) -> tuple[Path, ...]:
    other = file.with_name(beside)
    return (file, other) if other.is_file() else (file,)


def _threshold(scene: Scene, choices: Choices) -> tuple[float, list[str]]:
    if scene.name in THRESHOLDS:
        return THRESHOLDS[scene.name], []
    threshold = choices.mesh.thresholds[-1]
    return threshold, [
        f"a scene is none of the benchmark's: scored within {threshold:g}, the last of mesh.thresholds, where the "
        "official code refuses"
    ]


def _points(scene: Scene, threshold: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both sides aligned, cropped, and one point a voxel of half the threshold."""
    from geo3d.metrics.point_selection import voxel_means

    prediction, truth = (read_surface(files[0]).points for files in (scene.prediction, scene.truth))
    if len(scene.prediction) > 1:
        world_from_prediction = _alignment(scene.prediction[1])
        moved = prediction @ world_from_prediction[:3, :3].T + world_from_prediction[:3, 3]
        prediction = moved / (prediction @ world_from_prediction[3, :3] + world_from_prediction[3, 3])[:, None]
    if len(scene.truth) > 1:
        prediction, truth = (_cropped(points, scene.truth[1]) for points in (prediction, truth))
    return voxel_means(prediction, threshold / 2), voxel_means(truth, threshold / 2)


def _alignment(file: Path) -> NDArray[np.float64]:
    """Four lines of four numbers; raises InputError for anything else."""
    import numpy as np

    words = read_bytes(file).decode("utf-8", "replace").split()
    try:
        matrix = np.array([float(word) for word in words]).reshape(4, 4)
    except ValueError:
        raise InputError(f"{file} holds {len(words)} words; 4 lines of 4 numbers are needed") from None
    if not np.isfinite(matrix).all() or not np.linalg.det(matrix):
        raise InputError(f"{file} is no transform: its numbers must be finite, and it must keep all three dimensions")
    return matrix


def _cropped(points: NDArray[np.float64], file: Path) -> NDArray[np.float64]:
    """The points in a ``SelectionPolygonVolume``, as Open3D writes it; raises InputError for anything else."""
    import numpy as np

    from geo3d.metrics.point_selection import in_prism

    try:
        read = json.loads(read_bytes(file))
        corners = np.array(read["bounding_polygon"], np.float64).reshape(-1, 3)
        axis, low, high = list("XYZ").index(read["orthogonal_axis"]), float(read["axis_min"]), float(read["axis_max"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{file} is no crop with bounding_polygon, orthogonal_axis, axis_min and axis_max ({error})"
        ) from error
    across = ([1, 2], [0, 2], [0, 1])[axis]
    return points[in_prism(points, corners[:, across], axis, low, high)]


PROTOCOL = Protocol(
    name="mesh-tanks-and-temples",
    version=1,
    title="Tanks and Temples, training scenes: F-score within each scene's threshold",
    explained=(
        ("unit", "metres, in the world of the truth"),
        (
            "truth",
            "NAME/NAME.ply or NAME.ply, and beside it the crop NAME.json, if it is there: both sides are cut to it",
        ),
        ("prediction", f"the first of {', '.join(PREDICTIONS)} that the folder has: points, or the vertices of a mesh"),
        (
            "alignment",
            "a 4 x 4 matrix in FILE_trans.txt beside the prediction FILE.ply, applied first; none: as it stands. The "
            "official script finds it by itself, by RANSAC on camera centres and three rounds of ICP with scale; that "
            "is not done here, so give its result, or figures are lower than the official ones",
        ),
        (
            "points",
            "after the crop, all in a voxel of half the threshold become their mean, on a grid that begins half a "
            "voxel below the side's lowest coordinates, as Open3D's voxel_down_sample",
        ),
        ("threshold", ", ".join(f"{name} {value:g}" for name, value in THRESHOLDS.items())),
        ("other scenes", "are scored within the last of mesh.thresholds, where the official script refuses them"),
        (
            "precision, recall, F-score",
            "shares of the prediction's and of the truth's points less than the threshold from the other side, not at "
            "it; F = 2 P R / (P + R); where both are 0, F is 0, where the official code divides by 0",
        ),
        ("empty side", "all scores 0"),
        ("averaging", "the mean over scenes; the official script does one scene at a time"),
        ("missing scene", "with allow_missing it is left out"),
        ("readings", "both are the same"),
    ),
    sources=(
        "isl-org/TanksAndTemples python_toolbox/evaluation/evaluation.py @ 3c2c2125",
        "isl-org/TanksAndTemples python_toolbox/evaluation/{run,config,registration}.py @ 3c2c2125",
        "Knapitsch et al. 2017, Tanks and Temples, section 5",
    ),
    find=find,
    count=count,
    score=score,
    picture=picture,
    pictured=DISTANCES_PICTURED,
)
