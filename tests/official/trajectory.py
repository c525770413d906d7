"""Evo, a package rather than a repository: the checkout to give is a virtual environment that has it."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from geo3d.data_tools.benchmarks.choices import Choices, TrajectoryChoices
from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.metrics.trajectory import STATISTICS
from tests.official.record import Checkout

PROTOCOL = "trajectory"
REPOSITORY, COMMIT = "MichaelGrupp/evo", "v1.38.1"
FRAMES = 120

USUAL = TrajectoryChoices()
CHOICES_OF = {
    name: Choices(trajectory=choices)
    for name, choices in {
        "not aligned": replace(USUAL, align="none"),
        "origin": replace(USUAL, align="origin"),
        "rigid": USUAL,
        "with scale": replace(USUAL, align="sim3"),
        "scaled, aligned without": USUAL,
        "scaled, aligned with": replace(USUAL, align="sim3"),
        "mirrored": USUAL,
        "mirrored, with scale": replace(USUAL, align="sim3"),
        "in a plane": replace(USUAL, align="sim3"),
        "seven frames": replace(USUAL, delta=7.0),
        "seven frames in turn": replace(USUAL, delta=7.0, steps="in_turn"),
        "half a metre": replace(USUAL, delta=0.5, delta_unit="metres"),
        "half a metre in turn": replace(USUAL, delta=0.5, delta_unit="metres", steps="in_turn"),
        "half a metre, with scale": replace(USUAL, delta=0.5, delta_unit="metres", align="sim3"),
        "other rates": USUAL,
        "prediction is denser": USUAL,
        "gaps": replace(USUAL, delta=3.0),
        "stamps as far apart as allowed": replace(USUAL, most_apart=0.25),
        "stamps half way between": replace(USUAL, most_apart=1.0),
        "stamps twice": USUAL,
        "true stamps twice": USUAL,
        "stamps out of order": replace(USUAL, delta=2.0),
        "as many stamps": replace(USUAL, most_apart=0.05),
        "kitti": USUAL,
        "kitti, origin": replace(USUAL, align="origin"),
        "other count without stamps": USUAL,
        "two frames": USUAL,
        "two frames, not aligned": replace(USUAL, align="none"),
        "one frame": USUAL,
        "one frame, not aligned": replace(USUAL, align="none"),
        "on a line": USUAL,
        "at one place": replace(USUAL, align="sim3"),
        "truth at one place": replace(USUAL, align="sim3"),
        "no stamp in common": USUAL,
        "longer than the path": replace(USUAL, delta=500.0),
        "half a frame": replace(USUAL, delta=0.5),
        "not a number": USUAL,
        "no frame": USUAL,
    }.items()
}
FIXTURES = tuple(CHOICES_OF)

DRIVER = """
import json, sys
import evo
from evo import main_ape, main_rpe
from evo.core import sync
from evo.core.metrics import PoseRelation, Unit
from evo.tools import file_interface
from evo.core.trajectory import PoseTrajectory3D
truth, prediction, options = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
assert evo.__version__ == options["version"], evo.__version__
kitti = len(open(truth).readline().split()) == 12
read = file_interface.read_kitti_poses_file if kitti else file_interface.read_tum_trajectory_file
def paths():
    true, given = read(truth), read(prediction)
    return (true, given) if kitti else sync.associate_trajectories(true, given, max_diff=options["most_apart"])
align = {"align": options["align"] in ("se3", "sim3"), "correct_scale": options["align"] == "sim3",
         "align_origin": options["align"] == "origin"}
steps = {"delta": options["delta"], "all_pairs": options["all_pairs"],
         "delta_unit": Unit.meters if options["metres"] else Unit.frames}
found = {
    "ATE": main_ape.ape(*paths(), PoseRelation.translation_part, **align),
    "RPE": main_rpe.rpe(*paths(), PoseRelation.translation_part, **steps, **align),
    "angle": main_rpe.rpe(*paths(), PoseRelation.rotation_angle_deg, **steps, **align),
}
print(json.dumps({name: [float(result.stats[one]) for one in options["statistics"]] for name, result in found.items()}))
"""
"""Evo's own functions for its commands evo_ape and evo_rpe, with their results at full precision."""


def write(fixture: str, predictions: Path, truths: Path) -> None:
    """One sequence: a wavy walk, and the same with noise, moved and turned."""
    random = np.random.default_rng(FIXTURES.index(fixture))
    times = np.arange(FRAMES) / 30
    true = walk(times)
    given = moved(true, random, 0.02)
    stamps = [times, times + random.uniform(-0.005, 0.005, FRAMES)]
    paths = changed(fixture, [true, given], stamps, random)
    for path, at, folder in zip(paths, stamps, (truths, predictions), strict=True):
        lines = path[:, :3].reshape(-1, 12) if "without stamps" in fixture or "kitti" in fixture else tum(at, path)
        (folder / "walk.txt").write_text("".join(" ".join(map(repr, line)) + "\n" for line in lines.tolist()))


def changed(
    fixture: str, paths: list[np.ndarray], stamps: list[np.ndarray], random: np.random.Generator
) -> list[np.ndarray]:
    """The paths of a fixture; their stamps are replaced in place."""
    true, given = paths
    if fixture.startswith("scaled"):
        given[:, :3, 3] *= 2.7
    elif fixture.startswith("mirrored"):
        given[:, 0, 3] *= -1
    elif fixture == "in a plane":
        true[:, 2, 3] = given[:, 2, 3] = 0
    elif fixture == "at one place":
        given[:, :3, 3] = 1.0
        true[:, :3, 3] = 2.0
    elif fixture == "truth at one place":
        true[:, :3, 3] = 2.0
    elif fixture == "on a line":
        true[:, 1:3, 3] = given[:, 1:3, 3] = 0
    elif fixture == "not a number":
        given[5, 0, 3] = np.nan
    elif fixture == "other count without stamps":
        given = given[:-1]
    rows = chosen(fixture, stamps)
    stamps[:] = [at[row] for at, row in zip(stamps, rows, strict=True)]
    return [path[row] for path, row in zip((true, given), rows, strict=True)]


def chosen(fixture: str, stamps: list[np.ndarray]) -> list[np.ndarray]:
    """Rows of truth and prediction that a fixture has; some have stamps of their own."""
    every = [np.arange(FRAMES), np.arange(FRAMES)]
    shuffled = np.random.default_rng(7).permutation(FRAMES)
    rows = {
        "other rates": [every[0], every[1][::4]],
        "prediction is denser": [every[0][::3], every[1]],
        "gaps": [np.delete(every[0], np.s_[30:50]), np.delete(every[1], np.s_[10:15])],
        "stamps twice": [every[0], every[1][:80]],
        "stamps out of order": [shuffled, every[1][::-1][:80]],
        **{name: [every[0][:2], every[1][:2]] for name in FIXTURES if name.startswith("two frames")},
        **{name: [every[0][:1], every[1][:1]] for name in FIXTURES if name.startswith("one frame")},
        "no frame": [every[0], every[1][:0]],
        "other count without stamps": [every[0], every[1][:-1]],
    }.get(fixture, every)
    if fixture == "stamps as far apart as allowed":
        stamps[:] = [np.arange(FRAMES) * 1.0, np.arange(FRAMES) + np.where(np.arange(FRAMES) % 3, 0.25, 0.375)]
    elif fixture == "stamps half way between":
        stamps[:] = [np.arange(FRAMES) * 1.0, np.arange(FRAMES) + 0.5]
    elif fixture == "stamps twice":
        stamps[1][1::2] = stamps[1][::2]
    elif fixture == "true stamps twice":
        stamps[0][1::2] = stamps[0][::2]
    elif fixture == "as many stamps":
        stamps[1] = 0.9 * stamps[1]
    elif fixture == "no stamp in common":
        stamps[1] = stamps[1] + 1000
    return rows


def walk(times: np.ndarray) -> np.ndarray:
    """``world_from_camera`` of somebody who looks around."""
    paths = np.tile(np.eye(4), (len(times), 1, 1))
    paths[:, :3, 3] = np.stack([times, np.sin(2 * times), 0.3 * np.cos(3 * times)], axis=1)
    angles = np.stack([times, 0.4 * np.sin(times), 0.2 * np.cos(2 * times)], axis=1)
    paths[:, :3, :3] = Rotation.from_euler("zyx", angles).as_matrix()
    return paths


def moved(true: np.ndarray, random: np.random.Generator, noise: float) -> np.ndarray:
    """The same path with noise, in a frame of its own."""
    own = np.eye(4)
    own[:3, :3], own[:3, 3] = Rotation.random(rng=random).as_matrix(), random.normal(size=3)
    given = own @ true
    given[:, :3, 3] += random.normal(scale=noise, size=(len(true), 3))
    given[:, :3, :3] @= Rotation.from_rotvec(random.normal(scale=noise, size=(len(true), 3))).as_matrix()
    return given


def tum(stamps: np.ndarray, path: np.ndarray) -> np.ndarray:
    """Lines of stamp, position and quaternion, its real part last."""
    quaternions = Rotation.from_matrix(path[:, :3, :3]).as_quat() if len(path) else np.zeros((0, 4))
    return np.column_stack([stamps, path[:, :3, 3], quaternions])


def official(checkout: Checkout, place: Path, choices: Choices) -> dict:
    """Statistics of the absolute error, and of the steps' lengths and angles."""
    return run(checkout, place / "truth" / "walk.txt", place / "pred" / "walk.txt", choices.trajectory)


def run(checkout: Checkout, truth: Path, prediction: Path, choices: TrajectoryChoices) -> dict:
    """What evo finds for two files."""
    options = {
        "version": checkout.commit,
        "most_apart": choices.most_apart,
        "align": choices.align,
        "delta": choices.delta,
        "all_pairs": choices.steps == "overlapping",
        "metres": choices.delta_unit == "metres",
        "statistics": STATISTICS,
    }
    command = [str(checkout.folder / "bin" / "python"), "-W", "ignore", "-c", DRIVER, str(truth), str(prediction)]
    done = subprocess.run([*command, json.dumps(options)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["no message"])[-1])
    return json.loads(done.stdout.splitlines()[-1])


def ours(scores: Scores) -> dict:
    """The same figures."""
    labels = {"ATE": "ATE {} (m)", "RPE": "RPE {} (m)", "angle": "RPE {} (degrees)"}
    return {name: [scores.overall[label.format(one)] for one in STATISTICS] for name, label in labels.items()}
