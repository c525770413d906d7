"""Cameras for meshes and rooms."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import trimesh

from geo3d.data_tools.rendered.mesh_scene import read_mesh_scene
from geo3d.data_tools.rendered.paths import CLEARANCE, PathConfig, camera_path, intrinsics_of
from geo3d.data_tools.rendered.scene_sources import LoadedScene, find_sources, load_scene, made_rooms
from geo3d.errors import InputError
from geo3d.ops.camera import project, transform
from geo3d.scene.kinds import CameraPath

SMALL: dict[str, Any] = {"height": 60, "width": 80}


@pytest.fixture
def boxes(tmp_path: Path) -> LoadedScene:
    """A floor of 6 x 6 m with a box of 1 m in its middle, z up."""
    floor, box = trimesh.creation.box((6, 6, 0.1)), trimesh.creation.box((1, 1, 1))
    box.apply_translation((0, 0, 0.55))
    trimesh.util.concatenate([floor, box]).export(tmp_path / "boxes.ply")
    return LoadedScene(read_mesh_scene(tmp_path / "boxes.ply"))


def test_an_orbit_sees_all_of_a_mesh_from_its_elevation(boxes: LoadedScene):
    path = camera_path(boxes, PathConfig(frames=7, elevation=40, **SMALL), None, "boxes", 0)
    assert path.world_from_camera.shape == (7, 4, 4)
    for world_from_camera in path.world_from_camera:
        pixels = project(transform(boxes.scene.vertices.double(), world_from_camera.inverse()), path.intrinsics)
        assert ((pixels >= 0) & (pixels <= torch.tensor([79, 59]))).all()
        assert world_from_camera[2, 2] == pytest.approx(-np.sin(np.radians(40)))


def test_places_of_a_grid_are_free_apart_and_look_all_ways(boxes: LoadedScene):
    path = camera_path(boxes, PathConfig(kind="grid", spacing=0.4, headings=3, **SMALL), None, "boxes", 0)
    eyes = path.world_from_camera[::3, :3, 3].numpy()
    assert len(path.world_from_camera) == 3 * len(eyes)
    inside = (np.abs(eyes[:, :2]) < 0.5 + CLEARANCE).all(axis=1)
    assert not inside.any()  # at half the height of so low a scene, which is inside the box
    assert len(np.unique(eyes.round(6), axis=0)) == len(eyes) > 50
    forward = path.world_from_camera[:3, :2, 2].numpy()
    assert forward.sum(axis=0) == pytest.approx([0, 0], abs=1e-9)


def test_stereo_doubles_each_camera_along_its_own_x(boxes: LoadedScene):
    single = camera_path(boxes, PathConfig(frames=3, **SMALL), None, "boxes", 0).world_from_camera
    double = camera_path(boxes, PathConfig(frames=3, stereo=0.12, **SMALL), None, "boxes", 0).world_from_camera
    torch.testing.assert_close(double[::2], single)
    torch.testing.assert_close(double[1::2, :3, 3] - single[:, :3, 3], 0.12 * single[:, :3, 0])


def write_matrices(path: Path, eyes: list[tuple[float, float, float]]) -> Path:
    matrices = [np.eye(4) + np.pad(np.array(eye)[:, None], ((0, 1), (3, 0))) for eye in eyes]
    np.savetxt(path, np.concatenate(matrices))
    return path


def test_a_users_cameras_are_taken_as_they_are_and_refused_inside_things(boxes: LoadedScene, tmp_path: Path):
    free = write_matrices(tmp_path / "free.txt", [(2, 0, 1), (0, 0, 1.2)])
    path = camera_path(boxes, PathConfig(**SMALL), free, "boxes", 0)
    assert path.world_from_camera[:, :3, 3].tolist() == [[2, 0, 1], [0, 0, 1.2]]
    held = write_matrices(tmp_path / "held.txt", [(2, 0, 1), (0.2, 0.1, 0.5), (0, 0, 0)])
    with pytest.raises(InputError, match=r"held.txt has cameras inside .* boxes, 2 of 3, the first of them number 2"):
        camera_path(boxes, PathConfig(**SMALL), held, "boxes", 0)


def test_paths_that_a_scene_does_not_have_are_refused(boxes: LoadedScene):
    with pytest.raises(InputError, match="boxes is no made room"):
        camera_path(boxes, PathConfig(kind="handheld"), None, "boxes", 0)
    with pytest.raises(InputError, match="boxes was not made from a scan"):
        camera_path(boxes, PathConfig(kind="scan"), None, "boxes", 0)
    with pytest.raises(InputError, match=r"height.*0"):
        PathConfig(height=0)


def test_a_scans_own_cameras_are_thinned_evenly_and_keep_their_intrinsics(boxes: LoadedScene):
    own = CameraPath(torch.eye(4).double().repeat(10, 1, 1), torch.eye(3).double(), (30, 40))
    own.world_from_camera[:, 0, 3] = torch.arange(10)
    path = camera_path(LoadedScene(boxes.scene, cameras=own), PathConfig(frames=4), None, "boxes", 0)
    assert path.world_from_camera[:, 0, 3].tolist() == [0, 3, 6, 9]
    assert path.size == (30, 40)


@pytest.mark.parametrize("kind", ["orbit", "grid", "handheld"])
def test_rooms_have_paths_of_all_kinds(kind: Any):
    loaded = load_scene(made_rooms(1, 2, "train", ("bedroom",))[0])
    path = camera_path(loaded, PathConfig(kind=kind, frames=9, **SMALL), None, "room", 2)
    assert len(path.world_from_camera) >= 4
    low, high = loaded.scene.vertices.amin(dim=0), loaded.scene.vertices.amax(dim=0)
    eyes = path.world_from_camera[:, :3, 3]
    assert ((eyes > low) & (eyes < high)).all()


def test_the_field_of_view_is_that_across_the_image():
    intrinsics = intrinsics_of(90.0, (100, 200))
    assert intrinsics[0, 0] == pytest.approx(100)
    assert intrinsics[:2, 2].tolist() == [99.5, 49.5]


def test_sources_are_named_apart_and_what_holds_no_scene_is_refused(tmp_path: Path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        trimesh.creation.box().export(tmp_path / folder / "mesh.ply")
    (tmp_path / "empty").mkdir()
    trimesh.creation.box().export(tmp_path / "b" / "mesh.obj")
    names = [one.name for one in find_sources([tmp_path / "a" / "mesh.ply", tmp_path / "b" / "mesh.ply"])]
    assert names == ["a-mesh", "b-mesh"]
    same = [one.name for one in find_sources([tmp_path / "b" / "mesh.ply", tmp_path / "b" / "mesh.obj"])]
    assert len(set(same)) == 2
    for wrong, said in ((tmp_path / "empty", "holds no scene"), (tmp_path / "no.ply", "is not there")):
        with pytest.raises(InputError, match=said):
            find_sources([wrong])
    with pytest.raises(InputError, match="given twice"):
        find_sources([tmp_path / "a" / "mesh.ply"] * 2)


@pytest.mark.parametrize("option", ["spacing", "stereo"])
@pytest.mark.parametrize("metres", [float("inf"), float("nan"), 0.0])
def test_lengths_that_put_cameras_nowhere_are_refused(option: str, metres: float):
    values: dict[str, Any] = {option: metres}
    with pytest.raises(InputError, match=f"{option} = .* is not allowed"):
        PathConfig(**values)
