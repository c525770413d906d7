"""Formats, files that cannot be scored, and real paths beside what evo says of them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from geo3d import cli
from geo3d.data_tools.benchmarks.choices import Choices, TrajectoryChoices
from geo3d.data_tools.benchmarks.counting import find_scenes
from geo3d.data_tools.benchmarks.paths.look import FAR, TRUE
from geo3d.data_tools.benchmarks.paths.trajectory import PROTOCOL
from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.errors import InputError
from geo3d.metrics.trajectory import STATISTICS
from geo3d.scene.artifact import store
from geo3d.scene.kinds import CameraPath
from tests.official.trajectory import moved, tum, walk

TIMES = np.arange(40) / 20
TRUE_PATH = walk(TIMES)
GIVEN = moved(TRUE_PATH, np.random.default_rng(0), 0.02)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "pred").mkdir()
    (tmp_path / "truth").mkdir()
    return tmp_path


def lines(rows: np.ndarray) -> str:
    return "".join(" ".join(map(repr, row)) + "\n" for row in rows.tolist())


def redwood(path: np.ndarray) -> str:
    return "".join(f"{i} {i} {i + 1}\n{lines(one)}" for i, one in enumerate(path))


def write(place: Path, given: str, true: str, name: str = "walk.txt") -> None:
    (place / "pred" / name).write_text(given)
    (place / "truth" / name).write_text(true)


def scored(place: Path, choices: Choices = Choices()) -> Scores:  # noqa: B008 - frozen
    scenes = find_scenes(PROTOCOL, place / "pred", place / "truth", choices)
    return PROTOCOL.score([tally for scene in scenes if (tally := PROTOCOL.count(scene, choices))], choices)


def chosen(**choices) -> Choices:
    return Choices(trajectory=TrajectoryChoices(**choices))


def test_all_formats_have_the_same_score(place: Path):
    write(place, lines(tum(TIMES, GIVEN)), lines(tum(TIMES, TRUE_PATH)))
    wanted = scored(place).overall
    assert 0.01 < wanted["ATE rmse (m)"] < 0.05
    texts = {
        "matrices": lines(GIVEN.reshape(-1, 4)),
        "long lines": lines(GIVEN.reshape(-1, 16)),
        "kitti": lines(GIVEN[:, :3].reshape(-1, 12)),
        "log": redwood(GIVEN),
    }
    for text in texts.values():
        (place / "pred" / "walk.txt").write_text(text)
        assert scored(place).overall == pytest.approx(wanted)
    (place / "pred" / "walk.txt").unlink()
    (place / "pred" / "walk").mkdir()
    cameras = CameraPath(torch.from_numpy(GIVEN), torch.eye(3), (4, 4))
    store(cameras, place / "pred" / "walk")
    assert scored(place).overall == pytest.approx(wanted, rel=1e-6)


def test_true_files_of_tums_names_are_found(place: Path):
    (place / "truth" / "fr1-groundtruth.txt").write_text("# a remark\n" + lines(tum(TIMES, TRUE_PATH)))
    (place / "pred" / "fr1.txt").write_text(lines(tum(TIMES, GIVEN)))
    assert [scene.name for scene in PROTOCOL.find(place / "pred", place / "truth")] == ["fr1"]


def test_alignment_takes_out_what_it_says(place: Path):
    given = GIVEN.copy()
    given[:, :3, 3] *= 3
    write(place, lines(tum(TIMES, given)), lines(tum(TIMES, TRUE_PATH)))
    ate = {align: scored(place, chosen(align=align)).overall for align in ("none", "origin", "se3", "sim3")}
    assert ate["none"]["ATE rmse (m)"] > ate["se3"]["ATE rmse (m)"] > 10 * ate["sim3"]["ATE rmse (m)"]
    assert ate["origin"]["ATE min (m)"] < 1e-12
    assert ate["sim3"]["scale"] == pytest.approx(1 / 3, rel=0.02)
    assert ate["none"]["RPE rmse (m)"] == pytest.approx(ate["se3"]["RPE rmse (m)"])
    assert ate["sim3"]["RPE rmse (m)"] < ate["se3"]["RPE rmse (m)"]


def test_a_mirrored_path_is_not_mirrored_back(place: Path):
    given = TRUE_PATH.copy()
    given[:, 2, 3] *= -1
    write(place, lines(tum(TIMES, given)), lines(tum(TIMES, TRUE_PATH)))
    assert scored(place, chosen(align="sim3")).overall["ATE rmse (m)"] > 0.05


def test_numbers_are_means_over_sequences(place: Path):
    found = []
    for i, name in enumerate("ab"):
        given = lines(tum(TIMES, moved(TRUE_PATH, np.random.default_rng(i), 0.01 + 0.05 * i)))
        (place / name / "pred").mkdir(parents=True)
        (place / name / "truth").mkdir()
        for folder in (place, place / name):
            write(folder, given, lines(tum(TIMES, TRUE_PATH)), f"{name}.txt")
        found.append(scored(place / name).overall)
    both = scored(place)
    assert both.overall == pytest.approx({key: (found[0][key] + found[1][key]) / 2 for key in found[0]})
    assert both.curves[0].lines.keys() == {"a", "b"}
    assert list(both.curves[0].lines["a"][0]) == pytest.approx(TIMES)
    assert list(both.curves[1].lines["a"][0]) == pytest.approx(TIMES[1:])
    assert both.curves[0].across == "time (s)"


def test_the_share_of_matched_frames_is_told(place: Path):
    write(place, lines(tum(TIMES, GIVEN)), lines(tum(TIMES, TRUE_PATH)[:30]))
    assert scored(place).overall["matched share of predicted frames"] == 0.75
    write(place, lines(tum(TIMES[:4], GIVEN[:4])), lines(tum(TIMES[:2] / 100, TRUE_PATH[:2])))
    assert scored(place).overall["matched share of predicted frames"] == 0.25  # both are nearest to one


def test_angles_are_degrees(place: Path):
    given = np.tile(np.eye(4), (10, 1, 1))
    given[:, :3, :3] = Rotation.from_rotvec(np.outer(np.radians(3.0) * np.arange(10), [1, 0, 0])).as_matrix()
    write(place, lines(tum(np.arange(10), given)), lines(tum(np.arange(10), np.tile(np.eye(4), (10, 1, 1)))))
    assert scored(place, chosen(align="none")).overall["RPE mean (degrees)"] == pytest.approx(3)


def test_the_readings_pair_differently(place: Path):
    late = TIMES + np.where(np.arange(40) == 20, 0.02, 0)
    write(place, lines(tum(late, GIVEN)), lines(tum(TIMES, TRUE_PATH)))
    assert scored(place, chosen(most_apart=0.021)).overall["matched share of predicted frames"] == 1
    doubled = np.sort(np.concatenate([TIMES, TIMES + 0.001]))
    write(place, lines(tum(doubled, np.repeat(GIVEN, 2, axis=0))), lines(tum(TIMES, TRUE_PATH)[::3]))
    strict = Choices(reading="strict", trajectory=TrajectoryChoices(most_apart=0.03))
    assert scored(place, strict).overall["matched share of predicted frames"] == 14 / 80
    write(place, lines(tum(TIMES[:3], GIVEN[:3])), lines(tum(TIMES[[0, 0, 0, 0]] + 0.001, TRUE_PATH[:4])))
    loose = chosen(most_apart=0.06, align="none")
    assert scored(place, loose).overall["matched share of predicted frames"] == 2 / 3
    strict = Choices(reading="strict", trajectory=loose.trajectory)
    assert scored(place, strict).overall["matched share of predicted frames"] == 1 / 3


DEGENERATE = {
    "two frames": (GIVEN[:2], TRUE_PATH[:2], "no rotation is determined"),
    "one frame": (GIVEN[:1], TRUE_PATH[:1], "no rotation is determined"),
    "one frame has no step": (GIVEN[:1], TRUE_PATH[:1], "without a step of the chosen length"),
    "at one place": (np.tile(GIVEN[:1], (5, 1, 1)), TRUE_PATH[:5], "no rotation is determined"),
    "truth at one place": (GIVEN[:5], np.tile(TRUE_PATH[:1], (5, 1, 1)), "no rotation is determined"),
}


@pytest.mark.parametrize(("given", "true", "said"), DEGENERATE.values(), ids=DEGENERATE)
@pytest.mark.parametrize("align", ["se3", "sim3"])
def test_degenerate_paths_are_scored_with_a_note(given: np.ndarray, true: np.ndarray, said: str, align, place: Path):
    write(place, lines(tum(np.arange(len(given)), given)), lines(tum(np.arange(len(true)), true)))
    scores = scored(place, chosen(align=align))
    assert any(said in note and "official" in note for note in scores.notes)
    spread = [np.linalg.norm(path[:, :3, 3] - path[:, :3, 3].mean(0), axis=1).max() for path in (given, true)]
    assert 0 <= scores.overall["ATE max (m)"] <= sum(spread) + 1e-9
    assert np.isnan(scores.overall["RPE rmse (m)"]) == (len(given) == 1)


def test_two_frames_differ_by_the_difference_of_their_lengths(place: Path):
    write(place, lines(tum(TIMES[:2], GIVEN[:2])), lines(tum(TIMES[:2], TRUE_PATH[:2])))
    lengths = [np.linalg.norm(path[1, :3, 3] - path[0, :3, 3]) for path in (GIVEN, TRUE_PATH)]
    assert scored(place).overall["ATE rmse (m)"] == pytest.approx(abs(lengths[0] - lengths[1]) / 2)


TUM = lines(tum(TIMES, GIVEN))
WRONG: dict[str, tuple[str, Choices, str]] = {
    "other time": (lines(tum(TIMES + 99, GIVEN)), Choices(), "has no time stamp within 0.02 s of one in"),
    "nan": (TUM + "2.0 nan 0 0 0 0 0 1\n", Choices(), "walk.txt has numbers in line 41 that are not finite"),
    "infinite stamp": ("inf 0 0 0 0 0 0 1\n", Choices(), "numbers in line 1 that are not finite"),
    "empty": ("# nothing\n", Choices(), "walk.txt has no numbers"),
    "words": (TUM + "lost\n", Choices(), "walk.txt has in line 41 what is no number"),
    "short line": (TUM + "2.0 0 0 0\n", Choices(), "walk.txt has 4 numbers in line 41"),
    "other count": (lines(GIVEN[:39, :3].reshape(-1, 12)), Choices(), "has 39 frames and"),
    "mirrored": (lines((GIVEN * [[1], [-1], [1], [1]]).reshape(-1, 16)), Choices(), "number 1, that is not rigid"),
    "no rotation": ("0 0 0 0 0 0 0 0\n", Choices(), "has a quaternion, number 1, of length 0"),
    "broken log": ("0 0 1\n" + lines(GIVEN[0])[:-20], Choices(), "numbers in line"),
    "half a frame": (TUM, Choices(trajectory=TrajectoryChoices(delta=1.5)), "delta 1.5 is not a whole number of"),
}


@pytest.mark.parametrize(("given", "choices", "said"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_scored_is_named(given: str, choices: Choices, said: str, place: Path):
    write(place, given, lines(tum(TIMES, TRUE_PATH)))
    with pytest.raises(InputError) as raised:
        scored(place, choices)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_path_shorter_than_any_step_has_no_relative_error(place: Path):
    path = lines(tum(np.arange(5.0), walk(np.arange(5.0))))
    write(place, path, path)
    scores = scored(place, chosen(delta=1e30))
    assert np.isnan(scores.overall["RPE rmse (m)"])
    assert scores.overall["ATE rmse (m)"] == pytest.approx(0, abs=1e-12)


def test_an_artifact_without_cameras_is_refused(place: Path):
    (place / "truth" / "walk.txt").write_text(TUM)
    (place / "pred" / "walk").mkdir()
    store(CameraPath(torch.zeros(0, 4, 4), torch.eye(3), (4, 4)), place / "pred" / "walk")
    with pytest.raises(InputError, match="walk has no cameras"):
        scored(place)


def test_the_command_ends_with_2_and_one_sentence(place: Path, capsys: pytest.CaptureFixture[str]):
    write(place, lines(tum(TIMES + 99, GIVEN)), TUM)
    folders = [f"--{name}={place / name}" for name in ("pred", "truth", "out")]
    assert cli.main(["benchmark", "trajectory", *folders]) == 2
    said = capsys.readouterr().err.strip()
    assert said.count("\n") == 0
    assert "no time stamp within" in said


def test_the_picture_shows_both_paths_and_where_they_differ(place: Path):
    given = TRUE_PATH.copy()
    given[-1, 1, 3] += 1.0
    write(place, lines(tum(TIMES, given)), lines(tum(TIMES, TRUE_PATH)))
    (scene,) = PROTOCOL.find(place / "pred", place / "truth")
    assert PROTOCOL.picture is not None
    picture = PROTOCOL.picture(scene, chosen(align="none"))
    assert picture is not None
    colours = {tuple(colour) for colour in picture.reshape(-1, 3).tolist()}
    assert {TRUE, FAR, (0, 0, 0)} <= colours
    assert max(picture.shape) <= 480
    write(place, lines(tum(TIMES[:1], given[:1])), lines(tum(TIMES[:1], TRUE_PATH[:1])))
    assert PROTOCOL.picture(scene, Choices()) is not None


EVO: dict[str, tuple[TrajectoryChoices, dict[str, list[float]]]] = {
    "rgbdslam": (
        TrajectoryChoices(),
        {
            "ATE {} (m)": [
                *(0.013473467769906789, 0.012029476392023614, 0.011175751133287538),
                *(0.006068445557180484, 0.0009387027206618755, 0.03472720168113188),
            ],
            "RPE {} (m)": [
                *(0.005759246782235065, 0.00481380044065322, 0.004140749549726829),
                *(0.0031616844903076297, 0.0001710611534622783, 0.020865814532329875),
            ],
            "RPE {} (degrees)": [
                *(0.35282746125711184, 0.29999228722562343, 0.26295497239575055),
                *(0.18571980245056754, 0.016937143523711354, 1.6332960623334558),
            ],
        },
    ),
    "rgbdslam_drift": (
        TrajectoryChoices(align="origin"),
        {
            "ATE {} (m)": [
                *(0.019366821397756355, 0.017350336917544222, 0.015876951061753932),
                *(0.008604625494482343, 2.220446049250313e-16, 0.0421769963048546),
            ],
        },
    ),
    "rgbdslam_drift_short": (
        TrajectoryChoices(delta=0.05, delta_unit="metres"),
        {
            "ATE {} (m)": [
                *(0.00818994618832733, 0.007377836793685323, 0.006996018371478183),
                *(0.0035556634842797514, 0.0013006794490670408, 0.014787409707189437),
            ],
            "RPE {} (m)": [
                *(0.011335212509798645, 0.010483145540108273, 0.009969605992548085),
                *(0.0043116936611039165, 0.002662604681916708, 0.01834975097152698),
            ],
            "RPE {} (degrees)": [
                *(0.617577170309805, 0.5308676042590778, 0.38760521583259194),
                *(0.3155648079810121, 0.07684921740946354, 1.2685956317173568),
            ],
        },
    ),
    "ORB_kf_mono": (
        TrajectoryChoices(align="sim3", delta=2.0, steps="in_turn"),
        {
            "ATE {} (m)": [
                *(0.00975458189868511, 0.008218698588816617, 0.007909070259951356),
                *(0.005254032881924038, 0.001876848097027465, 0.027924001734076016),
            ],
            "RPE {} (m)": [
                *(0.01875467425047069, 0.016831619556468023, 0.018404997981977398),
                *(0.008272508044577017, 0.0030010378983425113, 0.03042313092716592),
            ],
            "RPE {} (degrees)": [
                *(1.1248834389634537, 1.0679624824955087, 1.1215610426855636),
                *(0.353297165621628, 0.30758486540787494, 1.546071403845849),
            ],
        },
    ),
}
"""What evo v1.38.1 says of TUM's fr1_xyz, through ``tests.official.trajectory.run``."""


@pytest.mark.parametrize("name", EVO)
def test_real_paths_have_the_scores_that_evo_gives_them(name: str, shared_data: Path, place: Path):
    folder = shared_data / "trajectories" / "tum_fr1xyz"
    if not folder.is_dir():
        pytest.skip(f"no real paths at {folder}")
    choices, wanted = EVO[name]
    for kind, other in (("pred", name), ("truth", "groundtruth")):
        (place / kind / "fr1.txt").symlink_to(folder / f"freiburg1_xyz-{other}.txt")
    overall = scored(place, Choices(trajectory=choices)).overall
    for label, values in wanted.items():
        assert [overall[label.format(one)] for one in STATISTICS] == pytest.approx(values, rel=1e-9, abs=1e-9)
