from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from geo3d.data_tools.cameras.paths import grid_path, handheld, looking, orbit_path, stereo
from geo3d.data_tools.cameras.trajectories import read_stamped, read_trajectory, write_trajectory
from geo3d.data_tools.cameras.walk import from_walls, in_boxes
from geo3d.data_tools.rooms.arrange.stock import build
from geo3d.data_tools.rooms.description import SceneDescription, world_vertices
from geo3d.data_tools.rooms.outlines import area, distance, sides
from geo3d.data_tools.rooms.place import describe
from geo3d.data_tools.rooms.plan import draw_plan
from geo3d.errors import InputError
from tests.data_tools.rooms.stand_ins import MODELS

SEEDS = [1, 3, 7, 8, 10]
FRAMES_A_ROOM = 60


@cache
def plan_of(seed: int) -> SceneDescription:
    return draw_plan(seed, "train", MODELS)


@cache
def path_of(seed: int) -> np.ndarray:
    return handheld(plan_of(seed), FRAMES_A_ROOM * len(plan_of(seed).rooms), seed)


@cache
def furnished() -> tuple[SceneDescription, np.ndarray]:
    """A furnished scene and the boxes about its things, doors and windows left out."""
    scene = describe(5, "train", MODELS, ("bedroom", "kitchen"))
    boxes = []
    for thing in scene.things:
        if thing.kind not in ("door", "window"):
            vertices = world_vertices(thing, build(thing, MODELS))
            boxes.append((vertices.min(axis=0), vertices.max(axis=0)))
    return scene, np.array(boxes)


def in_rooms(scene: SceneDescription, path: np.ndarray) -> np.ndarray:
    """[room, frame]."""
    return np.array([distance(room.outline, path[:, :2, 3]) == 0 for room in scene.rooms])


def in_doorways(scene: SceneDescription, path: np.ndarray) -> np.ndarray:
    """[frame], whether an eye is within the hole of a door or up to 0.35 m before it."""
    found = np.zeros(len(path), bool)
    for opening in scene.openings:
        if opening.kind != "window":
            side = sides(scene.rooms[opening.room].outline)[opening.wall]
            off = path[:, :2, 3] - np.array(side.start)
            along, out = off @ side.along - opening.start, off @ side.inwards
            found |= (along > 0.2) & (along < opening.width - 0.2) & (out < 0.35) & (out > -0.35 - scene.inner_wall)
    return found


def assert_cameras(path: np.ndarray) -> None:
    axes = path[:, :3, :3]
    assert path.dtype == np.float64
    assert axes.transpose(0, 2, 1) @ axes == pytest.approx(np.tile(np.eye(3), (len(path), 1, 1)), abs=1e-9)
    assert np.linalg.det(axes) == pytest.approx(1)
    assert (path[:, 3] == [0, 0, 0, 1]).all()


def views(path: np.ndarray, points: np.ndarray) -> np.ndarray:
    """[frame, point], whether points are in a view 57 degrees wide and 43 high."""
    x, y, z = np.moveaxis((points - path[:, None, :3, 3]) @ path[:, :3, :3], 2, 0)
    return (z > 0) & (np.abs(x) < np.tan(np.radians(28.5)) * z) & (np.abs(y) < np.tan(np.radians(21.5)) * z)


@pytest.mark.parametrize("seed", SEEDS)
def test_cameras_are_rigid_and_upright_but_for_a_shake(seed: int):
    path = path_of(seed)
    assert_cameras(path)
    assert (path[:, 2, 1] < -0.5).all()
    assert (np.abs(path[:, 2, 0]) < 0.02).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_eyes_are_in_rooms_clear_of_walls_or_in_doors(seed: int):
    plan, path = plan_of(seed), path_of(seed)
    assert ((path[:, 2, 3] >= 1.4) & (path[:, 2, 3] <= 1.7)).all()
    clear = np.max([from_walls(room.outline, path[:, :2, 3]) for room in plan.rooms], axis=0) >= 0.3
    assert (clear | in_doorways(plan, path)).all()
    assert clear.mean() > 0.8


@pytest.mark.parametrize("seed", SEEDS)
def test_steps_are_small(seed: int):
    path = path_of(seed)
    assert np.linalg.norm(np.diff(path[:, :3, 3], axis=0), axis=1).max() <= 0.15
    turns = Rotation.from_matrix(path[:-1, :3, :3]).inv() * Rotation.from_matrix(path[1:, :3, :3])
    assert np.degrees(turns.magnitude().max()) <= 12


@pytest.mark.parametrize("seed", SEEDS)
def test_every_room_is_walked_through(seed: int):
    plan, path = plan_of(seed), path_of(seed)
    inside = in_rooms(plan, path)
    assert inside.sum(axis=1).min() >= 20
    for rows in inside:
        assert np.ptp(path[rows, :2, 3], axis=0).max() > 0.3  # of a bathroom, say, little more is free


def test_rooms_get_frames_by_their_areas():
    plan = plan_of(0)
    path = handheld(plan, 2000, 0)
    areas = np.array([area(room.outline) for room in plan.rooms])
    assert in_rooms(plan, path).mean(axis=1) == pytest.approx(areas / areas.sum(), abs=0.05)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_wall_is_seen_from_the_front(seed: int):
    plan, path = plan_of(seed), path_of(seed)
    for rows, room in zip(in_rooms(plan, path), plan.rooms, strict=True):
        inside = path[rows]
        for side in sides(room.outline):
            at = np.linspace(0.25, 0.75, 5) * side.length
            points = np.array([(*side.point(one), z) for one in at for z in (0.9, 1.2, 1.5)])
            before = (inside[:, :2, 3] - side.start) @ side.inwards > 0
            assert (views(inside, points).any(axis=1) & before).any()


def test_a_long_path_sees_nearly_all_of_each_room():
    plan = plan_of(7)
    path = handheld(plan, 1600, 1)
    for rows, room in zip(in_rooms(plan, path), plan.rooms, strict=True):
        points = np.array(
            [
                (*side.point(along), z)
                for side in sides(room.outline)
                for along in np.arange(0.1, side.length, 0.3)
                for z in (0.1, 0.7, 1.3, 1.9, room.height - 0.1)
            ]
        )
        assert views(path[rows], points).any(axis=0).mean() > 0.9


def test_a_long_path_looks_up_and_down():
    pitches = np.degrees(np.arcsin(handheld(plan_of(1), 900, 0)[:, 2, 2]))
    assert pitches.min() < -25
    assert pitches.max() > 15


def test_eyes_keep_out_of_furniture():
    scene, boxes = furnished()
    middle = handheld(scene, 400, 2)[200, :3, 3]  # a post where the path would lead
    blocked = in_boxes(
        np.concatenate([boxes, [[middle - np.array([0.15, 0.15, 2]), middle + np.array([0.15, 0.15, 1])]]])
    )
    path = handheld(scene, 400, 2, blocked)
    assert not blocked(path[:, :3, 3]).any()
    assert in_rooms(scene, path).any(axis=1).all()


def test_a_wall_of_furniture_is_walked_around():
    plan = plan_of(8)
    outline = np.array(plan.rooms[0].outline)
    (left, low), (right, high) = outline.min(axis=0), outline.max(axis=0)
    box = np.array([[[(left + right) / 2 - 0.1, low, 0], [(left + right) / 2 + 0.1, high - 1.2, 2.2]]])
    path = handheld(plan, 300, 0, in_boxes(box))
    x, y = path[:, 0, 3], path[:, 1, 3]
    assert (x < (left + right) / 2 - 0.1).any()
    assert (x > (left + right) / 2 + 0.1).any()
    assert (y[np.abs(x - (left + right) / 2) < 0.1] > high - 1.2).all()
    assert np.linalg.norm(np.diff(path[:, :3, 3], axis=0), axis=1).max() <= 0.15


def test_the_same_seed_gives_the_same_path_and_another_another():
    assert (handheld(plan_of(1), 90, 4) == handheld(plan_of(1), 90, 4)).all()
    assert not (handheld(plan_of(1), 90, 4) == handheld(plan_of(1), 90, 5)).all()


@pytest.mark.parametrize("frames", [1, 2, 17])
def test_few_frames_are_a_path_too(frames: int):
    path = handheld(plan_of(0), frames, 0)
    assert path.shape == (frames, 4, 4)
    assert_cameras(path)


def test_what_cannot_be_walked_is_refused():
    plan = plan_of(0)
    with pytest.raises(InputError, match="0 frames"):
        handheld(plan, 0, 0)
    with pytest.raises(InputError, match="no door leads from room"):
        handheld(replace(plan, openings=()), 60, 0)
    with pytest.raises(InputError, match="no place for a camera"):
        handheld(plan, 60, 0, lambda points: np.ones(len(points), bool))
    narrow = replace(plan.rooms[0], outline=((0.0, 0.0), (3.0, 0.0), (3.0, 0.5), (0.0, 0.5)))
    with pytest.raises(InputError, match="nowhere"):
        handheld(replace(plan, rooms=(narrow,), openings=()), 60, 0)


def test_an_orbit_goes_round_its_centre_and_looks_at_it():
    plan = plan_of(8)
    outline = np.array(plan.rooms[0].outline)
    centre = (*outline.mean(axis=0).round(3).tolist(), 0.6)
    path = orbit_path(plan, centre, 0.8, 1.4, 24)
    assert_cameras(path)
    towards = np.array(centre) - path[:, :3, 3]
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    assert path[:, :3, 2] == pytest.approx(towards)
    assert np.linalg.norm(path[:, :2, 3] - centre[:2], axis=1).max() == pytest.approx(0.8)
    assert (path[:, 2, 3] == 1.4).all()
    wide = orbit_path(plan, centre, 9.0, 1.4, 24)
    assert from_walls(plan.rooms[0].outline, wide[:, :2, 3]).min() >= 0.3 - 1e-6
    with pytest.raises(InputError, match="in no room"):
        orbit_path(plan, (-90.0, 0.0, 1.0), 1.0, 1.4, 4)


def test_a_grid_has_its_spacing_and_headings_and_keeps_clear():
    scene, boxes = furnished()
    path = grid_path(scene, 0.7, 4, blocked=in_boxes(boxes))
    assert_cameras(path)
    assert len(path) % 4 == 0
    eyes = path[:, :3, 3].reshape(-1, 4, 3)
    assert (eyes == eyes[:, :1]).all()
    assert np.max([from_walls(room.outline, eyes[:, 0, :2]) for room in scene.rooms], axis=0).min() >= 0.3 - 1e-6
    assert not in_boxes(boxes)(eyes[:, 0]).any()
    apart = np.linalg.norm(eyes[:, None, 0] - eyes[:, 0], axis=2) + 10 * np.eye(len(eyes))
    assert apart.min() == pytest.approx(0.7)
    forward = path[:4, :3, 2]
    assert np.diff(np.unwrap(np.arctan2(forward[:, 1], forward[:, 0]))) == pytest.approx(np.pi / 2)
    with pytest.raises(InputError, match="smaller spacing"):
        grid_path(scene, 0.7, 4, blocked=lambda points: np.ones(len(points), bool))


def test_stereo_moves_each_camera_along_its_own_x_axis():
    path = path_of(8)[:10]
    pairs = stereo(path, 0.063)
    assert (pairs[::2] == path).all()
    assert np.linalg.inv(path) @ pairs[1::2] == pytest.approx(
        np.tile([[1, 0, 0, 0.063], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], (10, 1, 1)), abs=1e-12
    )


def test_looking_turns_as_its_angles_say():
    (level,) = looking(np.zeros((1, 3)), *np.zeros((3, 1)))
    assert level[:3, :3] == pytest.approx(np.array([[0, 0, 1], [-1, 0, 0], [0, -1, 0]]), abs=1e-12)
    yaw, pitch, roll = np.array([[0.4], [0.3], [0.2]])
    (turned,) = looking(np.zeros((1, 3)), yaw, pitch, roll)
    expected = Rotation.from_euler("ZY", [0.4, -0.3]).as_matrix() @ level[:3, :3]
    assert turned[:3, :3] == pytest.approx(expected @ Rotation.from_euler("z", 0.2).as_matrix())


def test_trajectories_are_read_as_they_were_written(tmp_path: Path):
    path = path_of(1)[:20]
    tum, lines, blocks = (tmp_path / name for name in ("tum.txt", "lines.txt", "blocks.txt"))
    quaternions = Rotation.from_matrix(path[:, :3, :3]).as_quat()
    np.savetxt(tum, np.column_stack([np.arange(20) / 30, path[:, :3, 3], quaternions]), header="timestamp tx ty tz")
    np.savetxt(lines, path.reshape(20, 16))
    blocks.write_text("\n\n".join("\n".join(" ".join(map(repr, row)) for row in one.tolist()) for one in path))
    kitti, log = tmp_path / "kitti.txt", tmp_path / "walk.log"
    np.savetxt(kitti, path[:, :3].reshape(20, 12))
    log.write_text(
        "".join(
            f"{i} {i} {i + 1}\n" + "\n".join(" ".join(map(repr, row)) for row in one) + "\n"
            for i, one in enumerate(path.tolist())
        )
    )
    assert read_trajectory(kitti) == pytest.approx(path, abs=1e-12)
    assert read_trajectory(log) == pytest.approx(path, abs=1e-15)
    assert read_trajectory(blocks) == pytest.approx(path, abs=1e-15)
    assert read_trajectory(lines) == pytest.approx(path, abs=1e-12)
    assert read_trajectory(tum) == pytest.approx(path, abs=1e-12)


def test_trajectories_are_written_as_they_are_read(tmp_path: Path):
    path = np.tile(np.eye(4), (7, 1, 1))
    path[:, :3, :3] = Rotation.random(7, rng=np.random.default_rng(0)).as_matrix()
    path[:, :3, 3] = np.random.default_rng(0).normal(size=(7, 3))
    write_trajectory(tmp_path / "path.txt", [0, 1, 2.5, 7, 8, 9, 1305031102.175304], path)
    stamps, found = read_stamped(tmp_path / "path.txt")
    assert stamps is not None
    assert stamps.tolist() == [0, 1, 2.5, 7, 8, 9, 1305031102.175304]
    assert found == pytest.approx(path, abs=1e-12)


def test_time_stamps_are_read_where_the_format_has_them(tmp_path: Path):
    file = tmp_path / "walk.txt"
    file.write_text("1305031102.16 0 0 0 0 0 0 1\n1305031102.19 1 0 0 0 0 0 1\n")
    stamps, transforms = read_stamped(file)
    assert stamps is not None
    assert stamps.tolist() == [1305031102.16, 1305031102.19]
    assert transforms[:, 0, 3].tolist() == [0, 1]
    file.write_text("1 0 0 5 0 1 0 0 0 0 1 0\n")
    stamps, transforms = read_stamped(file)
    assert stamps is None
    assert transforms[0, 0].tolist() == [1, 0, 0, 5]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "has no numbers"),
        ("# only a remark\n", "has no numbers"),
        ("1 2 3\n", "has 3 numbers in line 1"),
        ("0 0 0 0 0 0 0 1\n\n1 0 0 0\n", "has 4 numbers in line 3"),
        ("0 0 0 0 zero 0 0 1\n", "line 1 what is no number"),
        ("0 nan 0 0 0 0 0 1\n", "numbers in line 1 that are not finite"),
        ("0 0 1\n1 0 0 0\n0 1 0 0\n0 0 1 0\n0 0 0 1\n1 1 2\n1 0 0 0\n", "has 3 numbers in line 1"),
        ("0 0 0 0 0 0 0 2\n", "quaternion, number 1, of length 2"),
        ("1 0 0 0\n0 1 0 0\n0 0 1 0\n", "no whole 4x4"),
        ("2 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1\n", "not rigid"),
        ("1 0 0 0 0 1 0 0 0 0 -1 0 0 0 0 1\n", "not rigid"),
        ("1 0 0 0 0 1 0 0 0 0 1 0 0 0 1 1\n", "not rigid with a last row"),
        ("0 0 0 0 0 0 0 1\n0 0 -1e16 0 0 0 0 1\n", "has a camera, number 2, more than 1e.09 m"),
    ],
)
def test_wrong_trajectories_are_refused_in_a_sentence(tmp_path: Path, text: str, sentence: str):
    file = tmp_path / "walk.txt"
    file.write_text(text)
    with pytest.raises(InputError, match=sentence) as raised:
        read_trajectory(file)
    assert str(file) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="cannot be read as text"):
        read_trajectory(tmp_path / "none.txt")
