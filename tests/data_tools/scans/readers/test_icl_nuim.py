"""ICL-NUIM, whose world is a mirror image of ours."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geo3d.data_tools.scans.formats import FORMATS, find_scan
from geo3d.errors import InputError
from geo3d.scene.frames import stream_frames
from geo3d.scene.kinds import RgbdScan
from tests.data_tools.scans.writers import transforms, write_icl_nuim


def read(folder: Path) -> RgbdScan:
    found = find_scan(folder, "auto", ":", None)
    assert found.format is FORMATS["icl-nuim"]
    return found.format.read(found.source(folder / "no folder" / "hashes.json"), None)


def full_size(folder: Path) -> None:
    """As published: 640x480, without intrinsics."""
    (folder / "camera-intrinsics.txt").unlink()
    for path in (*(folder / "rgb").iterdir(), *(folder / "depth").iterdir()):
        Image.open(path).resize((640, 480), Image.Resampling.NEAREST).save(path)


def test_points_are_those_that_the_authors_unproject_mirrored(tmp_path: Path):
    """Theirs: x and y of a pixel by fx = 481.2 and fy = -480, moved by the trajectory as it stands in the file."""
    write_icl_nuim(tmp_path, transforms(3))
    full_size(tmp_path)
    scan = read(tmp_path)
    assert scan.up is not None
    rows = np.loadtxt(tmp_path / "livingRoom0.gt.freiburg")
    for row, frame in enumerate(stream_frames(scan)):
        depth = frame.depth.numpy().astype(np.float64)
        v, u = np.mgrid[:480, :640]
        theirs = np.stack([(u - 319.5) / 481.2 * depth, (v - 239.5) / -480.0 * depth, depth], axis=-1)
        theirs = rotate(rows[row, 4:], theirs) + rows[row, 1:4]
        rays = np.stack([u, v, np.ones_like(u)], axis=-1) @ np.linalg.inv(scan.intrinsics[row].numpy()).T
        ours = (depth[..., None] * rays) @ frame.world_from_camera[:3, :3].numpy().T
        ours += frame.world_from_camera[:3, 3].numpy()
        np.testing.assert_allclose(ours, theirs * [1, -1, 1], atol=1e-9)
    assert scan.up.tolist() == [0, -1, 0]  # their y axis


def rotate(quaternion: np.ndarray, points: np.ndarray) -> np.ndarray:
    """By the formula of Hamilton's product, not by a matrix."""
    axis, real = quaternion[:3], quaternion[3]
    turned = 2 * np.cross(axis, points)
    return points + real * turned + np.cross(axis, turned)


def test_the_frame_before_the_first_row_is_skipped(tmp_path: Path):
    """As in all published sequences, which begin with image 0 and row 1."""
    write_icl_nuim(tmp_path, transforms(4))
    for kind in ("rgb", "depth"):
        (tmp_path / kind / "0.png").write_bytes((tmp_path / kind / "1.png").read_bytes())
    scan = read(tmp_path)
    assert scan.world_from_camera[:, 0, 3].tolist() == [0, 1, 2, 3]
    assert scan.skipped == (("rgb/0.png", "no transform"),)


def test_images_of_another_size_need_their_own_intrinsics(tmp_path: Path):
    write_icl_nuim(tmp_path, transforms(3))
    (tmp_path / "camera-intrinsics.txt").unlink()
    with pytest.raises(InputError, match="has images of 16x12, and the format's intrinsics are for 640x480"):
        read(tmp_path)


def test_two_trajectories_are_refused(tmp_path: Path):
    write_icl_nuim(tmp_path, transforms(3))
    (tmp_path / "traj1.gt.freiburg").write_text("")
    with pytest.raises(InputError, match=r"has the trajectories livingRoom0\.gt\.freiburg, traj1\.gt\.freiburg; allow"):
        read(tmp_path)


def test_a_trajectory_of_matrices_is_named(tmp_path: Path):
    write_icl_nuim(tmp_path, transforms(3))
    (tmp_path / "livingRoom0.gt.freiburg").write_text("1 0 0 0 0 1 0 0 0 0 1 0")
    with pytest.raises(InputError, match=r"livingRoom0\.gt\.freiburg has no numbers of frames"):
        read(tmp_path)
