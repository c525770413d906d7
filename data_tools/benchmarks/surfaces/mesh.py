"""Surfaces against surfaces by samples: distances both ways, Chamfer in each meaning, F-scores, normals, volume."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.pairing import finder
from geo3d.data_tools.benchmarks.protocol import Curve, Protocol, Scene, Scores
from geo3d.data_tools.benchmarks.surfaces.comparison import closed, draw, normals, remarks, shares, volume
from geo3d.data_tools.benchmarks.surfaces.sampled import DISTANCES_PICTURED, as_notes, distance_panels, means, noted
from geo3d.data_tools.benchmarks.surfaces.surface_files import PATTERNS, Surface, read_surface

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.benchmarks.protocol import Tally

CUTS = 41
"""Thresholds of the curves, from 0 to twice the largest one chosen."""
CHAMFERS = (
    "Chamfer, acc + comp",
    "Chamfer, (acc + comp) / 2",
    "Chamfer, max(acc, comp)",
    "Chamfer, squared: acc2 + comp2",
    "Chamfer, squared: (acc2 + comp2) / 2",
)


def count(scene: Scene, choices: Choices) -> Tally:
    """Shares within the thresholds, means of distances and of normals, and the IoU of one scene."""
    import numpy as np

    from geo3d.metrics.surface import chamfers, correspond, summary

    surfaces = _surfaces(scene)
    sides = draw(surfaces, choices)
    found, are_closed = correspond(sides[0].points, sides[1].points), (closed(surfaces[0]), closed(surfaces[1]))
    distances = np.stack([summary(found.accuracy), summary(found.completeness)])
    return {
        "shares": shares(found, choices.mesh.thresholds),
        "curves": shares(found, _cuts(choices)),
        "distances": distances,
        "hausdorff": distances[:, 2].max(),
        "chamfers": chamfers(found.accuracy, found.completeness),
        "normals": normals(sides, found),
        "volume": np.array(volume(surfaces, choices) if all(are_closed) else np.nan),
        "notes": as_notes(remarks(surfaces, sides, are_closed)),
    }


def score(tallies: Sequence[Tally], choices: Choices) -> Scores:
    """Means over scenes."""
    hits, overall = means(tallies, "shares"), {}
    for i in reversed(range(len(choices.mesh.thresholds))):
        for row, what in enumerate(("F-score", "precision", "recall")):
            overall[f"{what} at {choices.mesh.thresholds[i]:g}"] = hits[row, i]
    distances = means(tallies, "distances")
    for way, of_way in zip(("accuracy", "completeness"), distances, strict=True):
        overall |= {f"{way}, {what}": of_way[i] for i, what in enumerate(("mean", "median", "largest"))}
    overall |= dict(zip(CHAMFERS, means(tallies, "chamfers"), strict=True))
    overall["Hausdorff"] = means(tallies, "hausdorff")
    for kind, (prediction, truth) in zip(("unsigned", "signed"), means(tallies, "normals"), strict=True):
        overall[f"normal consistency, {kind}"] = (prediction + truth) / 2
        overall[f"normal consistency, {kind}, of the prediction"] = prediction
        overall[f"normal consistency, {kind}, of the truth"] = truth
    overall["volumetric IoU"] = means(tallies, "volume")
    return Scores(
        {name: float(value) for name, value in overall.items()},
        curves=(_curve(tallies, choices),),
        notes=noted(tallies),
    )


def picture(scene: Scene, choices: Choices) -> NDArray[np.uint8] | None:
    """The prediction's points by their distance, and the truth's."""
    from geo3d.metrics.surface import correspond

    prediction, truth = draw(_surfaces(scene), choices)
    found = correspond(prediction.points, truth.points)
    most = 2 * max(choices.mesh.thresholds)
    return distance_panels(prediction.points, found.accuracy, truth.points, found.completeness, most)


def _surfaces(scene: Scene) -> tuple[Surface, Surface]:
    """Prediction and truth; a missing prediction is an empty one."""
    import numpy as np

    truth = read_surface(scene.truth[0])
    if scene.prediction:
        return read_surface(scene.prediction[0]), truth
    return Surface(truth.file, np.zeros((0, 3)), np.zeros((0, 3), np.int64), None), truth


def _curve(tallies: Sequence[Tally], choices: Choices) -> Curve:
    f_scores, precision, recall = means(tallies, "curves").tolist()
    cuts = _cuts(choices)
    lines: dict[str, tuple[Sequence[float], Sequence[float]]]
    lines = {"precision": (cuts, precision), "recall": (cuts, recall), "F-score": (cuts, f_scores)}
    return Curve("Precision, recall and F-score over the threshold", "threshold, in the files' unit", "share", lines)


def _cuts(choices: Choices) -> list[float]:
    return [2 * max(choices.mesh.thresholds) * i / (CUTS - 1) for i in range(CUTS)]


PROTOCOL = Protocol(
    name="mesh",
    version=1,
    title="Surfaces by samples: distances, Chamfer, F-score, normals, volumetric IoU",
    explained=(
        (
            "unit",
            "lengths are in the unit of the files, which has to be the same in both; nothing is aligned or scaled",
        ),
        ("truth, prediction", f"the first of {', '.join(PATTERNS)} that the folder has; glTF's units are metres"),
        (
            "points",
            "mesh.samples drawn evenly by area on each surface, by mesh.seed, independently of each other: a surface "
            "scored against itself has the distances of its samples, not 0; a file without faces, or whose faces have "
            "no area, gives its points as they are",
        ),
        ("distance", "Euclidean, to the nearest point of the other side, exact in double precision; no limit"),
        ("accuracy, acc", "of the prediction's points to the truth's: mean, median and largest; acc2: mean of squares"),
        ("completeness, comp", "of the truth's points to the prediction's, likewise"),
        (
            "Chamfer",
            "five meanings, each with its formula as its name; (acc + comp) / 2 is chamfer-L1 of occupancy_networks, "
            "and (acc2 + comp2) / 2 its chamfer-L2",
        ),
        ("Hausdorff", "the larger of the two largest distances; of samples, so it grows with their number"),
        (
            "precision, recall, F-score",
            "precision: share of the prediction's points less than the threshold away, not at it; recall: of the "
            "truth's; F = 2 P R / (P + R), 0 where both are 0; thresholds are mesh.thresholds, and the last one ranks",
        ),
        (
            "normal consistency",
            "mean over points of |n . n'| with the normal at the nearest point (the first of equally near ones), of "
            "faces where there are faces, else the file's; half the sum of both ways; signed: of n . n'; a normal "
            "without length counts 0",
        ),
        (
            "volumetric IoU",
            "where both meshes are closed (every edge passed as often one way as the other): of mesh.samples points in "
            "the box around both, those in both over those in any; in a mesh is what it winds around, whichever way "
            "its faces look",
        ),
        ("averaging", "each score of each scene, then the mean over those scenes that have it"),
        (
            "empty or missing scene",
            "F-score, precision and recall 0; it has no distances and normals, and a note says so",
        ),
        ("readings", "both are the same: there is no official code"),
    ),
    sources=(
        "Mescheder et al. 2019, Occupancy Networks, section 4 (chamfer-L1, normal consistency, IoU)",
        "Knapitsch et al. 2017, Tanks and Temples, section 5 (precision, recall, F-score)",
        "Fan et al. 2017, A Point Set Generation Network, section 4 (squared Chamfer)",
    ),
    find=finder(PATTERNS, PATTERNS),
    count=count,
    score=score,
    picture=picture,
    pictured=DISTANCES_PICTURED,
)
