"""The planar segmenter on rooms whose true surface is known."""

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from geo3d.data_tools import room, room_scan
from geo3d.data_tools.scans.formats import find_scan
from geo3d.ops.mesh import face_normals
from geo3d.ops.raycast import BOX, to_solids
from geo3d.scene.kinds import SemanticMesh
from geo3d.stages.fuse import FuseConfig, fuse
from geo3d.stages.label import LabelConfig, label
from geo3d.stages.mesh import MeshConfig, extract_mesh
from geo3d.stages.segment import SegmentConfig, segment

CAMERA_ON_PATH = room_scan.camera_on_path
STRUCTURE = ("floor", "wall", "ceiling")


def other_room(seed: int) -> room.Room:
    """Furniture of the built-in room, elsewhere: large pieces along the walls, small ones anywhere."""
    random, made = np.random.default_rng(seed), room.Room()
    room._shell(made)
    pieces = [("sofa", room._sofa, 0.5), ("bookshelf", room._shelf, 0.2), ("cabinet", room._cabinet, 0.26)]
    for side, (name, build, deep) in enumerate(pieces):
        yaw = -np.pi / 2 * side
        reach = (room.DEPTH if side % 2 == 0 else room.WIDTH) / 2 - deep
        along = random.uniform(-0.8, 0.8)
        build(room._Place(made, name, reach * -np.sin(yaw) + along * np.cos(yaw), reach * np.cos(yaw), yaw))
    room._table(room._Place(made, "table", random.uniform(-0.4, 0.4), random.uniform(-0.4, 0.4), random.uniform(0, 3)))
    room._bin(room._Place(made, "bin", random.uniform(0.8, 1.2), random.uniform(0.8, 1.2)))
    return made


def true_names(scene: room.Room, points: torch.Tensor) -> np.ndarray:
    """The object of the solid whose surface is nearest (exact for boxes, an upper bound for round solids)."""
    solids = scene.solids
    inside = to_solids(points, solids).abs()
    outside = ((inside - 1).clamp(min=0) * solids.halves[:, None]).norm(dim=-1)
    within = ((1 - inside).clamp(min=0) * solids.halves[:, None]).amin(dim=-1)
    to_box = torch.where(outside > 0, outside, within)
    to_round = (inside.norm(dim=-1) - 1).abs() * solids.halves[:, None].amax(dim=-1)
    nearest = torch.where(solids.kinds[:, None] == BOX, to_box, to_round).argmin(dim=0)
    return np.array(scene.objects)[nearest.numpy()]


def looking_up_at_times(share: float, seed: int) -> torch.Tensor:
    world_from_camera = CAMERA_ON_PATH(share, seed)
    if int(share * 45) % 3 == 0:
        turn = torch.from_numpy(Rotation.from_euler("x", 40, degrees=True).as_matrix())
        world_from_camera[:3, :3] = world_from_camera[:3, :3] @ turn
    return world_from_camera


def labelled(scene: room.Room, folder, seed: int) -> SemanticMesh:
    room_scan.write_scan(scene, folder, 45, seed, 1.0, (240, 320))
    found = find_scan(folder, "plain", ":", None)
    volume = fuse(found.format.read(found.source(folder / "none" / "memory"), None), FuseConfig(voxel_size=0.03))
    return label(extract_mesh(volume, MeshConfig()), segment(volume, SegmentConfig()), LabelConfig())


@pytest.mark.parametrize("layout", ["built-in", "low and wide", "high and narrow"])
def test_floor_walls_and_ceiling_are_found(layout: str, tmp_path, monkeypatch: pytest.MonkeyPatch):
    if layout == "built-in":
        scene = room.furnish()
    else:
        sizes = (6.0, 4.6, 2.2) if layout == "low and wide" else (4.0, 4.4, 2.4)
        for name, size in zip(("WIDTH", "DEPTH", "HEIGHT"), sizes, strict=True):
            monkeypatch.setattr(room, name, size)
        scene = other_room(3 if "low" in layout else 4)
    if layout == "low and wide":  # the built-in path never looks at the ceiling
        monkeypatch.setattr(room_scan, "camera_on_path", looking_up_at_times)
    mesh = labelled(scene, tmp_path / "scan", 1)
    corners = face_normals(mesh.vertices, mesh.faces).norm(dim=1)[:, None].expand(-1, 3).reshape(-1) / 6
    areas = torch.zeros(len(mesh.vertices)).index_add_(0, mesh.faces.reshape(-1).long(), corners).numpy()
    truth = true_names(scene, mesh.vertices.double())
    found = np.array([*mesh.classes, *[""] * (256 - len(mesh.classes))])[mesh.labels.numpy()]
    structure = np.isin(truth, STRUCTURE)
    right = {
        name: areas[(truth == name) & (found == name)].sum() / areas[truth == name].sum() for name in STRUCTURE[:2]
    }
    assert areas[structure & (found == truth)].sum() / areas[structure].sum() >= 0.85
    assert min(right.values()) >= 0.8
    claimed = np.isin(found, STRUCTURE)
    assert areas[claimed & (found == truth)].sum() / areas[claimed].sum() >= 0.85
    if layout == "low and wide":
        assert areas[(truth == "ceiling") & (found == "ceiling")].sum() > 0.5
    assert areas[(truth == "table") & (found == "table")].sum() > 0.5
