"""Camera paths: absolute and relative errors, as TUM's RGB-D benchmark defines them (Sturm et al. 2012)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices, TrajectoryChoices
from geo3d.data_tools.benchmarks.pairing import finder
from geo3d.data_tools.benchmarks.paths.look import PATHS_PICTURED, path_picture
from geo3d.data_tools.benchmarks.paths.matching import matched_paths
from geo3d.data_tools.benchmarks.protocol import Curve, Protocol, Scene, Scores
from geo3d.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.benchmarks.protocol import Tally

TRUTHS = ("*-groundtruth.txt", "*/groundtruth.txt", "*.txt", "*.log", "*/trajectory.log", "*/artifact.json")
PREDICTIONS = ("*.txt", "*.log", "*/trajectory.txt", "*/trajectory.log", "*/artifact.json")
ERRORS = {"absolute": "ATE {} (m)", "translation": "RPE {} (m)", "rotation": "RPE {} (degrees)"}
"""Names of a tally's errors, and of their scores."""


def count(scene: Scene, choices: Choices) -> Tally | None:
    """The errors of one path, frame by frame and step by step; angles in degrees."""
    import numpy as np

    from geo3d.metrics.trajectory import absolute_errors, relative_errors

    if not scene.prediction:
        return None
    found = matched_paths(scene.prediction[0], scene.truth[0], choices)
    pairs = _steps(found.given[:, :3, 3], choices.trajectory)
    translation, rotation = relative_errors(found.given, found.true, pairs)
    return {
        "name": np.array(scene.name),
        "times": found.times,
        "ends": found.times[pairs[:, 1]],
        "absolute": absolute_errors(found.given[:, :3, 3], found.true[:, :3, 3]),
        "translation": translation,
        "rotation": np.degrees(rotation),
        "stamped": np.array(found.stamped),
        "share": np.array(found.share),
        "scale": np.array(found.scale),
        "determined": np.array(found.determined),
    }


def score(tallies: Sequence[Tally], choices: Choices) -> Scores:
    """The statistics of each path's errors, and their means over paths."""
    import numpy as np

    from geo3d.metrics.confusion import mean_of
    from geo3d.metrics.trajectory import STATISTICS, statistics

    overall: dict[str, float] = {}
    found = {name: np.array([statistics(tally[name]) for tally in tallies]) for name in ERRORS}
    for at, statistic in enumerate(STATISTICS):
        overall |= {label.format(statistic): mean_of(found[name][:, at]) for name, label in ERRORS.items()}
    overall["matched share of predicted frames"] = float(np.mean([tally["share"] for tally in tallies]))
    if choices.trajectory.align == "sim3":
        overall["scale"] = float(np.mean([tally["scale"] for tally in tallies]))
    return Scores(overall, curves=_curves(tallies), notes=_notes(tallies))


def picture(scene: Scene, choices: Choices) -> NDArray[np.uint8] | None:
    """Both paths from above, the predicted one in the colours of its absolute errors."""
    from geo3d.metrics.trajectory import absolute_errors

    found = matched_paths(scene.prediction[0], scene.truth[0], choices)
    given, true = found.given[:, :3, 3], found.true[:, :3, 3]
    return path_picture(true, given, absolute_errors(given, true))


def _steps(positions: NDArray[np.float64], choices: TrajectoryChoices) -> NDArray[np.int64]:
    from geo3d.metrics.trajectory import pairs_by_distance, pairs_by_frames

    every = choices.steps == "overlapping"
    if choices.delta_unit == "metres":
        return pairs_by_distance(positions, choices.delta, every)
    if choices.delta != int(choices.delta):
        raise InputError(f"trajectory.delta {choices.delta} is not a whole number of frames")
    return pairs_by_frames(len(positions), int(min(choices.delta, len(positions))), every)


def _curves(tallies: Sequence[Tally]) -> tuple[Curve, ...]:
    across = "time (s)" if all(tally["stamped"] for tally in tallies) else "frame"

    def lines(times: str, errors: str) -> dict[str, tuple[Sequence[float], Sequence[float]]]:
        return {str(tally["name"]): (tally[times].tolist(), tally[errors].tolist()) for tally in tallies}

    return (
        Curve("absolute error", across, "ATE (m)", lines("times", "absolute")),
        Curve("relative error, at the end of each step", across, "RPE (m)", lines("ends", "translation")),
    )


def _notes(tallies: Sequence[Tally]) -> tuple[str, ...]:
    loose = [str(tally["name"]) for tally in tallies if not tally["determined"]]
    short = [str(tally["name"]) for tally in tallies if not len(tally["translation"])]
    notes = []
    if loose:
        notes.append(
            f"on a line or at one place, so that no rotation is determined and one of the best was taken: "
            f"{', '.join(loose)} (evo as the official code refuses to align these)"
        )
    if short:
        notes.append(
            f"without a step of the chosen length, so left out of the means of RPE: {', '.join(short)} (evo as the "
            "official code refuses these)"
        )
    return tuple(notes)


PROTOCOL = Protocol(
    name="trajectory",
    version=1,
    title="Camera paths: absolute trajectory error (ATE) and relative error of steps (RPE)",
    explained=(
        ("unit", "a camera path: a sequence"),
        ("truth", f"the first of {', '.join(TRUTHS)} that the folder has"),
        ("prediction", f"the first of {', '.join(PREDICTIONS)} that the folder has"),
        (
            "formats",
            "lines of stamp tx ty tz qx qy qz qw (TUM), of 12 or 16 numbers of world_from_camera (KITTI), matrices of "
            "4 lines, with or without a line of 3 numbers before each (Redwood), or an artifact with cameras; metres, "
            "seconds; told apart by content",
        ),
        (
            "same frame",
            "with time stamps, not farther apart than trajectory.most_apart; without, in order, and then there must be "
            "as many; frames that have no other do not count, and their share is a score of its own",
        ),
        (
            "readings",
            "compatible: as evo does it, each frame of the path with fewer frames takes the nearest of the other, "
            "which can be taken again, and the limit is within; strict: as TUM's associate.py does it, the closest "
            "stamps first, each at most once, and the limit is not within; of a stamp that is there again the last "
            "line counts",
        ),
        (
            "alignment",
            "none; origin: the first frames that match are the same; se3 or sim3: least squares over positions that "
            "match, by Umeyama, without reflection, and with scale for sim3",
        ),
        ("ATE", "distance of each predicted position to the true one after alignment"),
        (
            "RPE",
            "what is left of a step between two frames after the true step is undone: length and angle; steps of "
            "trajectory.delta frames or metres of the predicted path, from every frame on (the paper; evo's all_pairs) "
            "or in turn (what evo does unless told otherwise); with metres, steps from every frame on that come no "
            "closer than a tenth are left out",
        ),
        ("statistics", "rmse, mean, median, standard deviation (of all errors), min, max of a sequence's errors"),
        ("averaging", "the plain mean of each number over sequences; sequences without a step do not count for RPE"),
        (
            "undefined",
            "where positions lie on a line no rotation is determined: evo refuses, here it is one of the best and a "
            "note says so; where they are at one place, the scale is 1",
        ),
        ("refused", "numbers that are not finite, and transforms that are not rigid or that mirror"),
        ("missing scene", "with allow_missing it is left out: neither script knows of other sequences"),
    ),
    sources=(
        "Sturm et al. 2012, A Benchmark for the Evaluation of RGB-D SLAM Systems, section IV",
        "MichaelGrupp/evo evo/core/{sync,geometry,filters,metrics}.py, version 1.38.1",
        "Umeyama 1991, Least-Squares Estimation of Transformation Parameters Between Two Point Patterns",
    ),
    find=finder(TRUTHS, PREDICTIONS),
    count=count,
    score=score,
    lower_is_better=True,
    picture=picture,
    pictured=PATHS_PICTURED,
)
