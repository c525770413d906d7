"""A made room, scanned by a noisy camera and fused by the main job, against the room itself."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from geo3d.config import make_config
from geo3d.data_tools.rendered.paths import PathConfig, camera_path
from geo3d.data_tools.rendered.scene_sources import LoadedScene, load_scene, made_rooms
from geo3d.data_tools.scans.formats import find_scan
from geo3d.ops.camera import pixel_grid, transform, unproject
from geo3d.ops.distance import distance_to_mesh
from geo3d.pipelines.render_dataset import RenderDatasetConfig, render_dataset
from geo3d.scene.kinds import TriangleMesh
from geo3d.stages.fuse import FuseConfig, fuse
from geo3d.stages.mesh import MeshConfig, extract_mesh
from geo3d.stages.render import render_frame

VOXEL = 0.03
PATH: dict[str, Any] = {"frames": 60, "height": 180, "width": 240}


@pytest.fixture(scope="module")
def room() -> LoadedScene:
    return load_scene(made_rooms(1, 4, "train", ("bathroom",))[0])


@pytest.fixture(scope="module")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> TriangleMesh:
    out: Path = tmp_path_factory.mktemp("scanned")
    values = {"rooms": {"count": 1, "seed": 4, "uses": ["bathroom"]}, "noise": 1.0, "path": PATH, "sheet": False}
    values |= {"render": {"samples": 1}, "images": {"channels": ["colour", "depth"]}}
    render_dataset((), out / "set", make_config(RenderDatasetConfig, values, "test"))
    found = find_scan(out / "set" / "train_000004", "auto", ":", None)
    scan = found.format.read(found.source(out / "hashes"), None)
    return extract_mesh(fuse(scan, FuseConfig(voxel_size=VOXEL, truncation=4 * VOXEL)), MeshConfig(min_weight=1))


def test_the_mesh_lies_on_the_room_within_a_voxel(mesh: TriangleMesh, room: LoadedScene):
    distance, _ = distance_to_mesh(mesh.vertices.double(), room.scene.vertices.double(), room.scene.faces)
    assert len(distance) > 10_000
    assert float(distance.median()) < VOXEL / 10
    assert np.quantile(distance.numpy(), 0.95) < VOXEL  # the rest is where edges hide what is behind them


def test_what_was_seen_is_there_within_a_voxel(mesh: TriangleMesh, room: LoadedScene):
    path = camera_path(room, PathConfig(**PATH), None, "room", 4)
    off = []
    for number in range(0, 60, 6):
        view = render_frame(room.scene, path, number, 1)
        rays = unproject(pixel_grid(*path.size), torch.ones(path.size).double(), path.intrinsics)
        world_from_camera = path.world_from_camera[number]
        facing = -(view.normals * torch.nn.functional.normalize(rays @ world_from_camera[:3, :3].T, dim=2)).sum(dim=2)
        points = transform(rays * view.depth[..., None], world_from_camera)
        seen = points[(facing > 0.5) & (view.depth > 0.4) & (view.depth < 3.5)][::7]
        off.append(distance_to_mesh(seen, mesh.vertices.double(), mesh.faces)[0])
    distance = torch.cat(off)
    assert len(distance) > 5_000
    assert float(distance.median()) < VOXEL / 10
    assert np.quantile(distance.numpy(), 0.95) < VOXEL
