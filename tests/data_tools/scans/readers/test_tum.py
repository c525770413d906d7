"""TUM RGB-D: what belongs together in time, whose camera it is, and lists that are none."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geo3d.data_tools.cameras.trajectories import read_stamped
from geo3d.data_tools.scans.formats import FORMATS, find_scan
from geo3d.data_tools.scans.stamped_lists import associated, read_list
from geo3d.errors import InputError
from geo3d.scene.frames import read_frame
from geo3d.scene.kinds import RgbdScan
from tests.data_tools.scans.writers import stamped, transforms, write_tum


def read(folder: Path) -> RgbdScan:
    found = find_scan(folder, "auto", ":", None)
    assert found.format is FORMATS["tum"]
    return found.format.read(found.source(folder / "no folder" / "hashes.json"), None)


def pairs_by_hand(first: list[float], second: list[float]) -> dict[float, float]:
    """The rule of associate.py: of all pairs less than 20 ms apart the closest, then the next whose two are free."""
    near = sorted((abs(a - b), a, b) for a in first for b in second if abs(a - b) < 0.02)
    found: dict[float, float] = {}
    for _, a, b in near:
        if a not in found and b not in found.values():
            found[a] = b
    return found


@pytest.mark.parametrize("seed", range(20))
def test_colour_and_depth_are_paired_by_the_rule_of_tums_script(tmp_path: Path, seed: int):
    random = np.random.default_rng(seed)
    lists = []
    for name in ("rgb", "depth"):
        stamps = 1305031102 + random.uniform(0, 1.5, 60)
        stamps = np.round(stamps, 2) if seed % 2 else stamps  # every second time with ties
        (tmp_path / name).write_text("# comment\n\n" + "".join(f"{stamp:.6f} {name}/x.png\n" for stamp in stamps))
        lists.append(read_list(tmp_path / name))
    assert associated(tmp_path, *lists) == pairs_by_hand(*map(list, lists))


def test_stamps_so_dense_that_nobody_could_tell_are_refused(tmp_path: Path):
    dense = {i * 1e-5: "a" for i in range(30_000)}
    with pytest.raises(InputError, match=r"has 8,00\d images within 0\.08 s; 100 are allowed"):
        associated(tmp_path / "depth.txt", dense, dense)


def test_colour_without_depth_in_time_is_skipped_and_each_depth_used_once(tmp_path: Path):
    write_tum(tmp_path, transforms(5))
    lines = (tmp_path / "rgb.txt").read_text().splitlines()
    lines.insert(1, "1305031101.985 rgb/1305031102.01.png")  # 15 ms before depth 0, which colour 0 is nearer to
    lines[4] = lines[4].replace("1305031104.01 ", "1305031104.021 ")
    (tmp_path / "rgb.txt").write_text("\n".join(lines))
    scan = read(tmp_path)
    assert scan.world_from_camera[:, 0, 3].tolist() == [0, 1, 3, 4]
    reason = "no depth image within 0.02 s"
    assert scan.skipped == (("rgb/1305031102.01.png", reason), ("rgb/1305031104.01.png", reason))


def test_the_camera_is_that_of_the_depth_images_time(tmp_path: Path):
    """A path that is straight and turns evenly, named at other times than the images'."""
    write_tum(tmp_path, transforms(5))
    lines = []
    for step in range(50):
        share = step / 10 - 0.03
        matrix = np.eye(4)
        angle = 0.2 * share
        matrix[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
        matrix[:3, 3] = [share, 2 * share, 0]
        lines.append(f"{1305031102 + share:.6f} {stamped(matrix)}\n")
    (tmp_path / "groundtruth.txt").write_text("".join(lines))
    scan = read(tmp_path)
    for time, matrix in enumerate(scan.world_from_camera.numpy()):
        np.testing.assert_allclose(matrix[:3, 3], [time, 2 * time, 0], atol=1e-6)
        assert np.arctan2(matrix[1, 0], matrix[0, 0]) == pytest.approx(0.2 * time, abs=1e-6)


def test_nothing_is_extrapolated_and_gaps_stay_gaps(tmp_path: Path):
    write_tum(tmp_path, transforms(8))
    lines = (tmp_path / "groundtruth.txt").read_text().splitlines()
    del lines[1], lines[4], lines[-1]  # the first, one in the middle, the last
    (tmp_path / "groundtruth.txt").write_text("\n".join(lines))
    scan = read(tmp_path)
    assert scan.world_from_camera[:, 0, 3].tolist() == [1, 2, 3, 5, 6]
    assert [reason for _, reason in scan.skipped] == ["no transform"] * 3


@pytest.mark.parametrize("name", ["trajectory.txt", "pose.txt", "CameraTrajectory.txt"])
def test_another_trajectory_is_taken_where_there_is_no_truth(tmp_path: Path, name: str):
    write_tum(tmp_path, transforms(4))
    (tmp_path / "groundtruth.txt").rename(tmp_path / name)
    assert read(tmp_path).world_from_camera[:, 0, 3].tolist() == [0, 1, 2, 3]


def as_a_kinects(folder: Path) -> None:
    """Make the images 640x480, and remove the intrinsics."""
    (folder / "camera-intrinsics.txt").unlink()
    for path in (*(folder / "rgb").iterdir(), *(folder / "depth").iterdir()):
        Image.open(path).resize((640, 480), Image.Resampling.NEAREST).save(path)


@pytest.mark.parametrize(
    ("name", "comment", "wanted"),
    [
        ("rgbd_dataset_freiburg1_desk", "", [517.3, 516.5, 318.6, 255.3]),
        ("fr2_xyz", "", [520.9, 521.0, 325.1, 249.7]),
        ("my desk", "# file: 'rgbd_dataset_freiburg3_long_office_household.bag'\n", [535.4, 539.2, 320.1, 247.6]),
        ("freiburg1", "# file: 'rgbd_dataset_freiburg2_desk.bag'\n", [520.9, 521.0, 325.1, 249.7]),
        ("freiburg12", "", [525.0, 525.0, 319.5, 239.5]),
    ],
)
def test_tums_cameras_are_known_by_name(tmp_path: Path, name: str, comment: str, wanted: list[float]):
    folder = tmp_path / name
    folder.mkdir()
    write_tum(folder, transforms(3))
    as_a_kinects(folder)
    (folder / "rgb.txt").write_text("# color images\n" + comment + (folder / "rgb.txt").read_text())
    assert read(folder).intrinsics[0, [0, 1, 0, 1], [0, 1, 2, 2]].tolist() == wanted


def test_a_folder_of_another_name_has_another_key(tmp_path: Path):
    keys = []
    for name in ("freiburg1", "freiburg2"):
        (tmp_path / name).mkdir()
        write_tum(tmp_path / name, transforms(3))
        keys.append(find_scan(tmp_path / name, "auto", ":", None).source(tmp_path / "no folder" / "x.json").key)
    assert keys[0] != keys[1]


def test_images_of_another_size_need_their_own_intrinsics(tmp_path: Path):
    write_tum(tmp_path, transforms(3))
    (tmp_path / "camera-intrinsics.txt").unlink()
    with pytest.raises(InputError, match=r"has images of 16x12, .* 640x480; write those of your camera into camera-"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("file", "content", "sentence"),
    [
        ("rgb.txt", "once upon a time", r"rgb\.txt has the line 1 'once upon a time'; allowed are a time"),
        ("depth.txt", "1 a.png\nnan b.png", r"depth\.txt has the line 2 'nan b\.png'"),
        ("depth.txt", "1e999 b.png", r"depth\.txt has the line 1"),
        ("rgb.txt", "12.5", r"rgb\.txt has the line 1 '12\.5'"),
        ("groundtruth.txt", "1 2 3", r"groundtruth\.txt has 3 numbers in line 1"),
        ("groundtruth.txt", "1 0 0 0 0 0 0 nan", r"groundtruth\.txt has numbers in line 1 that are not finite"),
        ("groundtruth.txt", "1 0 0 0 0 0 0 7", r"groundtruth\.txt has a quaternion, number 1, of length 7"),
        ("groundtruth.txt", "1 0 0 0 0 0 0 1e200", r"groundtruth\.txt has a quaternion, number 1, of length 1e\+09"),
        ("groundtruth.txt", "1e200 1e200 0 0 1e200 -1e200 0 0 0 0 1 0", r"groundtruth\.txt has a transform, number 1"),
        ("groundtruth.txt", "1 0 0 0 0 1 0 0 0 0 1 0", r"groundtruth\.txt has no time stamps"),
        ("rgb.txt", "# none", "has 0 usable frames"),
        ("depth.txt", "", r"has 0 usable frames, .* \(3 x no depth image within 0\.02 s\)"),
        ("groundtruth.txt", "", r"groundtruth\.txt has no numbers"),
    ],
)
def test_a_broken_list_is_named(tmp_path: Path, file: str, content: str, sentence: str):
    write_tum(tmp_path, transforms(3))
    (tmp_path / file).write_text(content)
    with pytest.raises(InputError, match=sentence) as caught:
        read(tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        "loop.png",
        "gone.png",
        "x" * 5000,
        "depth",
        "ä ☃.png",
    ],
)
def test_what_is_listed_and_is_no_file_is_skipped(tmp_path: Path, name: str):
    write_tum(tmp_path, transforms(4))
    os.symlink("loop.png", tmp_path / "loop.png")
    lines = (tmp_path / "depth.txt").read_text().splitlines()
    lines[2] = f"{lines[2].split()[0]} {name}"
    (tmp_path / "depth.txt").write_text("\n".join(lines), encoding="utf-8")
    assert read(tmp_path).skipped == (("rgb/1305031103.01.png", f"no {name}"),)


def test_names_may_have_spaces_and_commas_between_columns(tmp_path: Path):
    write_tum(tmp_path, transforms(3))
    (tmp_path / "rgb").rename(tmp_path / "färb bilder")
    lines = (tmp_path / "rgb.txt").read_text().replace(" rgb/", ",färb bilder/")
    (tmp_path / "rgb.txt").write_text(lines, encoding="utf-8")
    assert [part.file.split("/")[0] for part in read(tmp_path).colour] == ["färb bilder"] * 3


def test_a_real_pair_and_a_real_trajectory(shared_data: Path, tmp_path: Path):
    """TUM's image pair three times, at moments of freiburg1_xyz."""
    truth = shared_data / "trajectories/tum_fr1xyz/freiburg1_xyz-groundtruth.txt"
    stamps, given = read_stamped(truth)
    assert stamps is not None
    (tmp_path / "groundtruth.txt").write_bytes(truth.read_bytes())
    for kind in ("color", "depth"):
        os.symlink(shared_data / f"scans/redwood/other_formats/TUM_{kind}.png", tmp_path / f"{kind}.png")
    times = [stamps[row] for row in (100, 1000, 2000)]
    (tmp_path / "rgb.txt").write_text("".join(f"{time:.4f} color.png\n" for time in times))
    (tmp_path / "depth.txt").write_text("".join(f"{time + 0.0049:.4f} depth.png\n" for time in times))
    scan = read(tmp_path)
    for row, matrix in zip((100, 1000, 2000), scan.world_from_camera.numpy(), strict=True):
        middle = (given[row, :3, 3] + given[row + 1, :3, 3]) / 2
        np.testing.assert_allclose(matrix[:3, 3], middle, atol=2e-3)
    depth = read_frame(scan, 0).depth
    assert 0.4 < float(depth[depth > 0].median()) < 4
