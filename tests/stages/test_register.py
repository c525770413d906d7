"""Cameras are found where they stood, and where they cannot be found, that is said."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from geo3d.errors import InputError
from geo3d.metrics.alignment import umeyama
from geo3d.progress import _says
from geo3d.scene.kinds import Encoded, RgbdScan
from geo3d.stages.register import RegisterConfig, register
from tests.scenes import in_a_room, looking_at, one_solid
from tests.walks import blank, room, take, unlocated, walk

pytest.importorskip("open3d")
pytestmark = pytest.mark.filterwarnings("ignore")  # open3d's imports warn


def scan_of(folder: Path, transforms: list[np.ndarray], seed: int = 0, textured: bool = True) -> RgbdScan:
    for row, transform in enumerate(transforms):
        take(folder, row, room(seed), transform, seed, textured)
    return unlocated(folder, len(transforms))


def errors(found: RgbdScan, true: list[np.ndarray]) -> np.ndarray:
    """Metres between the found and the true cameras, the paths laid on one another."""
    given, wanted = found.world_from_camera[:, :3, 3].numpy(), np.stack(true)[:, :3, 3]
    motion = umeyama(given, wanted, with_scale=False)
    return np.linalg.norm(given @ motion.rotation.T + motion.translation - wanted, axis=1)


def test_a_path_is_found_in_the_space_of_its_first_camera(tmp_path: Path):
    true = walk(8)
    found = register(scan_of(tmp_path, true), RegisterConfig())
    wanted = np.linalg.inv(true[0]) @ np.stack(true)
    np.testing.assert_array_equal(found.world_from_camera[0].numpy(), np.eye(4))
    assert np.abs(found.world_from_camera.numpy() - wanted).max() < 0.005
    assert len(found.colour) == len(found.depth) == len(found.intrinsics) == len(found.colour_intrinsics) == 8
    assert (found.skipped, found.up) == ((), None)


def test_the_same_images_give_the_same_path(tmp_path: Path):
    scan = scan_of(tmp_path, walk(4))
    first, second = (register(scan, RegisterConfig()).world_from_camera for _ in range(2))
    assert torch.equal(first, second)


def test_form_alone_is_enough_where_there_is_some(tmp_path: Path):
    true = walk(6, step=0.06)
    found = register(scan_of(tmp_path, true, textured=False), RegisterConfig())
    assert len(found.colour) == 6
    assert errors(found, true).max() < 0.005


def test_the_order_of_frames_does_not_matter(tmp_path: Path):
    true = [walk(9)[row] for row in (4, 0, 7, 2, 8, 1, 5, 3, 6)]
    found = register(scan_of(tmp_path, true), RegisterConfig())
    assert len(found.colour) == 9
    assert errors(found, true).max() < 0.01


def test_what_comes_after_a_cut_is_left_out_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    heard: list[str] = []
    monkeypatch.setattr("geo3d.progress._says", [*_says, heard.append])
    true = walk(8)
    scan = scan_of(tmp_path, true)
    for row in (6, 7):
        take(tmp_path, row, room(5, 1.2), true[row], 5, True)
    found = register(scan, RegisterConfig())
    assert len(found.colour) == 6
    assert errors(found, true[:6]).max() < 0.005
    reason = "tracking is lost between 005.colour.png and 006.colour.png"
    assert found.skipped == (("006.colour.png", reason), ("007.colour.png", reason))
    told = [line for line in heard if "frames, " not in line]  # how far it is comes in between, as time passes
    assert told == [f"register: {reason}", "register: the path is that of 6 of 8 frames; the others are left out"]


def test_frames_without_depth_are_left_out_and_the_others_hang_together(tmp_path: Path):
    true = walk(6)
    scan = scan_of(tmp_path, true)
    blank(tmp_path, 3)
    given = tuple(Encoded(f"{row}.png", "") for row in range(6))
    scan = replace(scan, labels=given, probabilities=given)
    found = register(scan, RegisterConfig())
    assert found.labels == found.probabilities == (*given[:3], *given[4:])
    assert found.skipped == (("003.colour.png", "too little depth to be registered"),)
    assert errors(found, [*true[:3], *true[4:]]).max() < 0.005


def test_a_scan_in_pieces_is_refused(tmp_path: Path):
    scan = scan_of(tmp_path, walk(4))
    for row in (2, 3):
        take(tmp_path, row, room(5, 1.2), walk(4)[row], 5, True)
    with pytest.raises(
        InputError, match=r"through 2 of 4 frames only \(tracking is lost between 001.colour.png and 002"
    ):
        register(scan, RegisterConfig())


def test_a_bare_wall_tells_no_path(tmp_path: Path):
    wall = in_a_room(one_solid(0, (0.0, 0.0, 50.0), (0.1, 0.1, 0.1)), 8.0)
    for row in range(5):
        eye = np.array([6.5, 0.1 * row, 0.0])
        take(tmp_path, row, wall, looking_at(eye, eye + np.array([1.0, 0, 0])), 0, False)
    with pytest.raises(InputError, match="the camera can be followed through 1 of 5 frames only"):
        register(unlocated(tmp_path, 5), RegisterConfig())


def test_empty_frames_are_refused(tmp_path: Path):
    for row in range(3):
        blank(tmp_path, row)
    with pytest.raises(InputError, match=r"through 0 of 3 frames only \(3 frames have too little depth\)"):
        register(unlocated(tmp_path, 3), RegisterConfig())


def test_what_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("geo3d.stages.registration.libraries.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"takes open3d and opencv: pip install 'geo3d\[register\]'"):
        register(unlocated(tmp_path, 3), RegisterConfig())
