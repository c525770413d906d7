"""ICL-NUIM as POV-Ray wrote it: a room without symmetry, rendered by POV-Ray's camera model, comes out unmirrored."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from geo3d.data_tools.scans.formats import FORMATS, find_scan
from geo3d.errors import InputError
from geo3d.scene.frames import read_frame, stream_frames
from geo3d.scene.kinds import RgbdScan
from geo3d.stages.fuse import FuseConfig, fuse
from geo3d.stages.mesh import MeshConfig, extract_mesh
from tests.data_tools.scans.writers import povray_camera, transforms, write_icl_nuim_povray

WIDTH, HEIGHT = 64, 48
WALLS = ((0, -1.7), (0, 2.9), (1, 0.2), (1, 2.6), (2, -1.1), (2, 3.6))
"""Axis and place of each, in POV-Ray's world: left, right, floor, ceiling, near and far; no two are as far away."""
OURS = np.array([1, -1, 1])
"""Times a place in POV-Ray's world: the same in ours."""


def camera(place: tuple[float, float, float], target: tuple[float, float, float]) -> dict[str, np.ndarray]:
    """What POV-Ray's ``look_at`` makes of its default vectors in a left-handed world, with the files' six digits."""
    ahead = np.subtract(target, place)
    ahead /= np.linalg.norm(ahead)
    right = np.cross([0.0, 1.0, 0.0], ahead)  # of the left hand: with y up and z ahead, x is right
    right /= np.linalg.norm(right)
    up = np.cross(ahead, right)
    vectors = {"pos": np.array(place), "dir": ahead, "up": up, "right": 1.33 * right, "sky": np.array([0.0, 1.0, 0.0])}
    return {name: np.array([float(f"{value:.6g}") for value in vector]) for name, vector in vectors.items()}


def rendered(vectors: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Distance [height, width] and the wall that is seen, of rays dir + x right + y up through the pixels' centres.

    That is the perspective camera of POV-Ray's manual: x and y run from -1/2 to 1/2, y upwards.
    """
    distances, seen = np.full((HEIGHT, WIDTH), np.inf), np.zeros((HEIGHT, WIDTH), np.uint8)
    for row in range(HEIGHT):
        for column in range(WIDTH):
            x, y = (column + 0.5) / WIDTH - 0.5, 0.5 - (row + 0.5) / HEIGHT
            ray = vectors["dir"] + x * vectors["right"] + y * vectors["up"]
            ray = ray / np.linalg.norm(ray)
            for wall, (axis, at) in enumerate(WALLS):
                distance = (at - vectors["pos"][axis]) / ray[axis]
                if 0 < distance < distances[row, column]:
                    distances[row, column], seen[row, column] = distance, wall
    return distances, seen


CAMERAS = [
    camera((0.3, 1.4, 0.2), (0.3 + 3 * np.sin(turn), 1.4 + tilt, 0.2 + 3 * np.cos(turn)))
    for turn, tilt in zip(np.arange(12) * np.pi / 6, [0.3, -1.2, 1.0] * 4, strict=True)
]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("room")
    for row, vectors in enumerate(CAMERAS):
        distances, seen = rendered(vectors)
        Image.fromarray(np.stack([seen * 40] * 3, axis=-1)).save(folder / f"scene_00_{row:04}.png")
        (folder / f"scene_00_{row:04}.depth").write_text(" ".join(f"{d:.6g}" for d in distances.reshape(-1)))
        (folder / f"scene_00_{row:04}.txt").write_text(povray_camera(**vectors))
    return folder


def read(folder: Path) -> RgbdScan:
    found = find_scan(folder, "auto", ":", None)
    assert found.format is FORMATS["icl-nuim-povray"]
    return found.format.read(found.source(folder / "no folder" / "hashes.json"), None)


def test_points_lie_on_the_walls_whose_colour_they_have(room: Path):
    for frame in stream_frames(read(room)):
        v, u = np.mgrid[:HEIGHT, :WIDTH]
        rays = np.stack([u, v, np.ones_like(u)], axis=-1) @ np.linalg.inv(frame.intrinsics.numpy()).T
        points = frame.depth.numpy()[..., None] * rays @ frame.world_from_camera[:3, :3].numpy().T
        points += frame.world_from_camera[:3, 3].numpy()
        for wall, (axis, at) in enumerate(WALLS):
            there = points[frame.colour[..., 0].numpy() == 40 * wall]
            np.testing.assert_allclose(there[:, axis], at * OURS[axis], atol=1e-4)


def test_the_camera_is_the_published_one_and_up_is_theirs(room: Path):
    scan = read(room)
    assert scan.intrinsics[0, [0, 1], [0, 1]].tolist() == pytest.approx([481.2 / 10, 480 / 10], abs=1e-3)
    assert scan.intrinsics[0, :2, 2].tolist() == [31.5, 23.5]
    assert (scan.intrinsics == scan.intrinsics[0]).all()
    assert scan.up is not None
    assert scan.up.tolist() == [0, -1, 0]
    turns = scan.world_from_camera[:, :3, :3]
    assert torch.linalg.det(turns).tolist() == pytest.approx([1] * 12)
    assert (turns[:, 1, 1] > 0.5).all()  # no camera lies: each one's y points down, as the world's does


def test_the_mesh_is_the_room(room: Path):
    volume = fuse(read(room), FuseConfig(voxel_size=0.1, truncation=0.3, max_depth=8.0))
    vertices = extract_mesh(volume, MeshConfig(min_weight=1)).vertices.double().numpy()
    apart = np.stack([np.abs(vertices[:, axis] - at * OURS[axis]) for axis, at in WALLS])
    assert np.quantile(apart.min(axis=0), 0.95) < 0.02
    assert {int(wall) for wall in np.unique(apart.argmin(axis=0))} == set(range(6))


@pytest.mark.parametrize("per_line", [1, 16, 192])
def test_numbers_may_stand_on_any_lines(tmp_path: Path, per_line: int):
    write_icl_nuim_povray(tmp_path, transforms(3))
    wanted = read_frame(read(tmp_path), 1).depth
    file = tmp_path / "scene_00_0001.depth"
    words = file.read_text().split()
    file.write_text("\n".join(" ".join(words[i : i + per_line]) for i in range(0, 192, per_line)) + "\n")
    assert read_frame(read(tmp_path), 1).depth.tolist() == wanted.tolist()


def test_what_is_no_distance_is_no_depth(tmp_path: Path):
    write_icl_nuim_povray(tmp_path, transforms(3))
    file = tmp_path / "scene_00_0001.depth"
    file.write_text(" ".join(["0", "-1", "nan", "inf", "1e300", *file.read_text().split()[5:]]))
    depth = read_frame(read(tmp_path), 1).depth
    assert depth[0, :5].tolist() == [0] * 5
    assert (depth[0, 5:] > 0).all()


DEPTH_FAULTS = {
    "": "has 0 numbers; 16x12 pixels are 192 numbers",
    "1 " * 191: "has 191 numbers; 16x12 pixels are 192 numbers",
    "1 " * 193: "has 193 numbers; 16x12 pixels are 192 numbers",
    "1 " * 100 + "x " + "1 " * 91: "line 1, has something that is no number; 16x12 pixels are 192 numbers",
    "1 1\n1\n": "line 2, has not 2 numbers as lines before; 16x12 pixels are 192 numbers",
    "1" * 20_000: "has more than 12288 bytes; 16x12 pixels are 192 numbers",
}


@pytest.mark.parametrize("content", DEPTH_FAULTS, ids=range(len(DEPTH_FAULTS)))
def test_a_depth_file_that_is_none_is_named(tmp_path: Path, content: str):
    write_icl_nuim_povray(tmp_path, transforms(3))
    (tmp_path / "scene_00_0001.depth").write_text(content)
    with pytest.raises(InputError) as caught:
        read_frame(read(tmp_path), 1)
    assert str(caught.value).replace("depth,", "depth") == f"{tmp_path / 'scene_00_0001.depth'} {DEPTH_FAULTS[content]}"


def test_a_depth_file_that_has_gone_is_named(tmp_path: Path):
    write_icl_nuim_povray(tmp_path, transforms(3))
    scan = read(tmp_path)
    (tmp_path / "scene_00_0001.depth").unlink()
    with pytest.raises(InputError, match=r"scene_00_0001\.depth cannot be read"):
        read_frame(scan, 1)


NEEDED = r"must hold cam_pos, cam_dir, cam_up, cam_right, each as \[x, y, z\] of numbers"
AXES = r"has a cam_right that does not point along cam_up x cam_dir, as it must"
CAMERA_FAULTS = {
    "": NEEDED,
    povray_camera(pos=np.ones(3), dir=np.ones(3), up=np.ones(3)): NEEDED,
    povray_camera(pos=np.ones(3), dir=np.ones(2), up=np.ones(3), right=np.ones(3)): NEEDED,
    "cam_pos = [a, b, c]'; cam_dir": NEEDED,
    povray_camera(pos=np.ones(3), dir=np.zeros(3), up=np.eye(3)[1], right=np.eye(3)[0]): AXES,
    povray_camera(pos=np.ones(3), dir=np.eye(3)[2], up=np.eye(3)[1], right=-np.eye(3)[0]): AXES,
    povray_camera(pos=np.ones(3), dir=np.full(3, np.nan), up=np.eye(3)[1], right=np.eye(3)[0]): AXES,
}


@pytest.mark.parametrize("content", CAMERA_FAULTS, ids=range(len(CAMERA_FAULTS)))
def test_a_camera_that_is_none_is_named(tmp_path: Path, content: str):
    write_icl_nuim_povray(tmp_path, transforms(3))
    (tmp_path / "scene_00_0002.txt").write_text(content)
    with pytest.raises(InputError, match=rf"scene_00_0002\.txt .*{CAMERA_FAULTS[content]}") as caught:
        read(tmp_path)
    assert "\n" not in str(caught.value)


def test_cameras_that_zoom_are_refused(tmp_path: Path):
    write_icl_nuim_povray(tmp_path, transforms(3))
    file = tmp_path / "scene_00_0002.txt"
    x = transforms(3)[2][:3, 0] * [1, -1, 1]
    lines = [line for line in file.read_text().splitlines() if "cam_right" not in line]
    file.write_text("\n".join([*lines, f"cam_right = {(x * 0.4).tolist()}';"]))
    with pytest.raises(InputError, match="has cameras of the focal lengths 40 to 50; allowed is one"):
        read(tmp_path)


def test_frames_without_one_of_their_files_are_skipped(tmp_path: Path):
    write_icl_nuim_povray(tmp_path, transforms(7))
    for name in ("scene_00_0001.png", "scene_00_0002.depth", "scene_00_0004.txt"):
        (tmp_path / name).unlink()
    lost = tmp_path / "scene_00_0006.txt"
    lost.write_text(re.sub(r"cam_pos.*", "cam_pos = [nan, nan, nan]';", lost.read_text()))
    scan = read(tmp_path)
    assert scan.world_from_camera[:, 0, 3].tolist() == pytest.approx([0, 3, 5])
    assert set(scan.skipped) == {
        ("scene_00_0001.depth", "no .png of that name"),
        ("scene_00_0002.png", "no .depth of that name"),
        ("scene_00_0004.png", "no transform"),
        ("scene_00_0006.png", "transform with NaN or infinity"),
    }


def test_a_scan_without_any_camera_is_refused(tmp_path: Path):
    write_icl_nuim_povray(tmp_path, [None] * 4)
    with pytest.raises(InputError, match=r"has no scene_00_N\.txt for any of its frames"):
        read(tmp_path)


def test_frames_come_in_the_order_of_their_numbers(tmp_path: Path):
    """Some sequences count without leading zeros, and without the first number."""
    write_icl_nuim_povray(tmp_path, transforms(12))
    for file in sorted(tmp_path.iterdir()):
        file.rename(tmp_path / f"scene_{int(file.stem[-4:])}{file.suffix}")
    assert read(tmp_path).world_from_camera[:, 0, 3].tolist() == pytest.approx(range(12))
