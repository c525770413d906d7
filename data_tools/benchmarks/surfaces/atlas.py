"""Meshes of rooms as Atlas scores them (Murez et al. 2020): vertices, thinned out, within 5 cm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.pairing import finder
from geo3d.data_tools.benchmarks.protocol import Protocol, Scene, Scores
from geo3d.data_tools.benchmarks.surfaces.sampled import DISTANCES_PICTURED, as_notes, distance_panels, means, noted
from geo3d.data_tools.benchmarks.surfaces.surface_files import read_surface

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.benchmarks.protocol import Tally

VOXEL_SIZE, THRESHOLD = 0.02, 0.05
"""Metres."""
TRUTHS = ("*_vh_clean_2.ply", "*/*_vh_clean_2.ply", "*.ply", "*/mesh.ply", "*/artifact.json")
PREDICTIONS = ("*_trim.ply", "*.ply", "*/mesh.ply", "*/artifact.json", "*/3_mesh/artifact.json")
NAMES = ("fscore", "prec", "recal", "dist1", "dist2")


def count(scene: Scene, choices: Choices) -> Tally | None:
    """The five numbers of one scene."""
    import numpy as np

    from geo3d.metrics.surface import correspond, f_score, share_within

    if not scene.prediction:
        return None
    prediction, truth = _points(scene)
    if 0 in (len(prediction), len(truth)):
        return _empty(choices)
    found = correspond(prediction, truth)
    of_prediction, of_truth = (
        (share_within(side, [THRESHOLD])[0], side.mean()) for side in (found.accuracy, found.completeness)
    )
    first, second = (of_truth, of_prediction) if choices.reading == "compatible" else (of_prediction, of_truth)
    shares = np.array(first[0]), np.array(second[0])
    f, notes = float(f_score(*shares)), list[str]()
    if shares[0] + shares[1] == 0 and choices.reading == "compatible":
        f, notes = float("nan"), ["nothing is within 5 cm: no F-score, as the official code's 0 / 0 has none"]
    return {"values": np.array([f, first[0], second[0], first[1], second[1]]), "notes": as_notes(notes)}


def score(tallies: Sequence[Tally], choices: Choices) -> Scores:
    """Means over scenes."""
    return Scores(dict(zip(NAMES, means(tallies, "values").tolist(), strict=True)), notes=noted(tallies))


def picture(scene: Scene, choices: Choices) -> NDArray[np.uint8] | None:
    """The prediction's points by their distance, and the truth's."""
    from geo3d.metrics.surface import correspond

    prediction, truth = _points(scene)
    found = correspond(prediction, truth)
    return distance_panels(prediction, found.accuracy, truth, found.completeness, 3 * THRESHOLD)


def _points(scene: Scene) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from geo3d.metrics.point_selection import voxel_means

    files = scene.prediction[0], scene.truth[0]
    prediction, truth = (voxel_means(read_surface(file).points, VOXEL_SIZE) for file in files)
    return prediction, truth


def _empty(choices: Choices) -> Tally:
    """What a scene without points on a side gives."""
    import numpy as np

    nan = float("nan")
    if choices.reading == "compatible":
        note = "a side has no points: the official code has no number for such a scene, and leaves it out of the means"
        return {"values": np.full(len(NAMES), nan), "notes": as_notes([note])}
    note = "a side has no points: F-score, prec and recal 0, no distances"
    return {"values": np.array([0, 0, 0, nan, nan]), "notes": as_notes([note])}


PROTOCOL = Protocol(
    name="mesh-atlas",
    version=1,
    title="Meshes of rooms as Atlas: vertices, one a voxel of 2 cm, F-score within 5 cm",
    explained=(
        ("unit", "metres; prediction and truth in one world, nothing is aligned"),
        ("truth", f"the first of {', '.join(TRUTHS)} that the folder has"),
        (
            "prediction",
            f"the first of {', '.join(PREDICTIONS)} that the folder has; the official script first renders the mesh "
            "from the scan's cameras and fuses the depth again, to take away what no camera saw (its NAME_trim.ply): "
            "do that before, or filled holes count as mistakes",
        ),
        (
            "points",
            "the vertices, not samples of the faces; all in a voxel of 2 cm become their mean, on a grid of its own "
            "for each side that begins half a voxel below its lowest coordinates, as Open3D's voxel_down_sample",
        ),
        (
            "dist1, dist2",
            "compatible: dist1 is the mean distance from the truth's points to the prediction's, which is "
            "completeness, and dist2 from the prediction's to the truth's, accuracy; strict: the other way",
        ),
        (
            "prec, recal",
            "share of these distances below 0.05, not at it; compatible: prec is that of dist1, the share of the truth "
            "that was found, elsewhere called recall, since the official nn_correspondance(a, b) goes through b; "
            "strict: prec is the share of the prediction's points, as in the paper's table of definitions",
        ),
        ("fscore", "2 P R / (P + R), the same in both readings; where both are 0, compatible: none; strict: 0"),
        (
            "averaging",
            "each number of each scene, then the mean over those scenes that have it, as in visualize_metrics",
        ),
        ("empty side", "compatible: no numbers, left out of the means; strict: prec, recal and fscore 0"),
        ("missing scene", "with allow_missing it is left out; the official script fails"),
        ("left out", "the 2D numbers of depth maps and the L1 of TSDF volumes"),
    ),
    sources=(
        "magicleap/Atlas atlas/evaluation.py @ bee3ddbd",
        "magicleap/Atlas visualize_metrics.py @ bee3ddbd",
        "Murez et al. 2020, Atlas, the table that defines Acc, Comp, Prec, Recal and F-score",
    ),
    find=finder(TRUTHS, PREDICTIONS),
    count=count,
    score=score,
    picture=picture,
    pictured=DISTANCES_PICTURED,
)
