"""Labels that frames bring along reach the mesh: on a room whose every surface's class is known."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from geo3d.data_tools.semantic_files import list_objects, nyu40_ids
from geo3d.errors import InputError
from geo3d.ops.camera import pixel_grid, unproject
from geo3d.ops.fusion import View
from geo3d.ops.label_votes import UNIT
from geo3d.ops.raycast import Solids, cast_rays
from geo3d.scene.kinds import RgbdScan, SemanticMesh, TsdfVolume
from geo3d.stages.fuse import FuseConfig, fuse, grid_of
from geo3d.stages.fuse_tiles import frame_bytes
from geo3d.stages.fuse_views import views
from geo3d.stages.label import LabelConfig, label
from geo3d.stages.mesh import MeshConfig, extract_mesh
from geo3d.stages.segment import SegmentConfig
from geo3d.stages.segment_fused import segment_fused
from tests import scenes
from tests.ops.test_fusion import observation
from tests.stages.test_accuracy import read

ROOM = scenes.in_a_room(scenes.sphere(0.5), 1.5)
CLASSES = ("gizmo", "wall", "floor", "ceiling")
CLASS_OF = torch.tensor([0, 1, 1, 1, 1, 2, 3])
"""Of each solid: the sphere, the walls' ends of x and y, of z."""
IDS = (700, 2, 31, 5)
CONFIG = FuseConfig(voxel_size=0.04, truncation=0.2, max_depth=8.0)
SIZE, FOCAL = (90, 120), 90.0


def seen_classes(world_from_camera: np.ndarray) -> np.ndarray:
    """The true class of each pixel."""
    height, width = SIZE
    K = torch.tensor([[FOCAL, 0, (width - 1) / 2], [0, FOCAL, (height - 1) / 2], [0, 0, 1]], dtype=torch.float64)
    camera, pixels = torch.from_numpy(world_from_camera), pixel_grid(height, width).reshape(-1, 2)
    rays = unproject(pixels, torch.ones_like(pixels[:, 0]), K) @ camera[:3, :3].T
    _, solid = cast_rays(camera[:3, 3].contiguous(), rays.contiguous(), ROOM)
    return CLASS_OF[solid.long()].reshape(SIZE).numpy()


def write_labelled(folder: Path, kind: str) -> Path:
    """A scan with labels as places, as ids in 16 bits, or as probabilities; frame 0 has none."""
    cameras = scenes.all_around(1.1, 24)
    scenes.write_scan(folder, ROOM, cameras, SIZE, FOCAL)
    index = json.loads((folder / "scan.json").read_text())
    (folder / "labels").mkdir()
    for row, camera in enumerate(cameras[1:], start=1):
        classes = seen_classes(camera)
        if kind == "probabilities":
            name = f"labels/{row}.npy"
            np.save(folder / name, 0.7 * (classes == np.arange(4)[:, None, None]) + np.float32(0.3 / 4))
        else:
            name = f"labels/{row}.png"
            values = classes.astype(np.uint8) if kind == "places" else np.array(IDS, np.uint16)[classes]
            Image.fromarray(values).save(folder / name)
        index["frames"][row]["probabilities" if kind == "probabilities" else "labels"] = name
    index |= {"classes": CLASSES} | ({"label_ids": IDS} if kind == "ids" else {})
    (folder / "scan.json").write_text(json.dumps(index))
    return folder


@pytest.fixture(scope="module", params=["places", "ids", "probabilities"])
def scan(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> RgbdScan:
    return read(write_labelled(tmp_path_factory.mktemp(request.param) / "scan", request.param))


@pytest.fixture(scope="module")
def volume(scan: RgbdScan) -> TsdfVolume:
    return fuse(scan, CONFIG)


def labelled(volume: TsdfVolume) -> SemanticMesh:
    mesh = extract_mesh(volume, MeshConfig(min_weight=1))
    return label(mesh, segment_fused(volume, SegmentConfig(method="fused")), LabelConfig())


def true_classes(points: Tensor, solids: Solids = ROOM) -> tuple[Tensor, Tensor]:
    """The class of the nearest surface, and how much farther the nearest of another class is."""
    ball = (points.norm(dim=1, keepdim=True) - 0.5).abs()
    walls = 1.5 - points[:, [0, 0, 1, 1, 2, 2]] * torch.tensor([-1, 1, -1, 1, -1, 1])
    distances = torch.cat([ball, walls], dim=1)
    by_class = torch.stack([distances[:, name == CLASS_OF].amin(dim=1) for name in range(4)], dim=1)
    near, far = by_class.sort(dim=1).values[:, :2].unbind(dim=1)
    return by_class.argmin(dim=1), far - near


def test_vertices_have_their_true_class(scan: RgbdScan, volume: TsdfVolume):
    mesh = labelled(volume)
    true, apart = true_classes(mesh.vertices)
    seen = mesh.labels != 255
    assert mesh.classes == CLASSES
    assert float(seen.float().mean()) > 0.95  # the rest was seen by frame 0 alone
    right = mesh.labels[seen].long() == true[seen]
    assert float(right.float().mean()) > 0.99
    assert bool(right[apart[seen] > 2 * CONFIG.voxel_size].all())
    sure = 25 / 31 if any(scan.probabilities) else 1.0  # 0.775 and thrice 0.075, in whole 32nds
    assert float(mesh.confidence[seen & (apart > 0.2)].median()) == pytest.approx(sure, abs=0.02)


def test_voxels_hold_what_a_slow_loop_counts(scan: RgbdScan, volume: TsdfVolume):
    if any(scan.probabilities):
        pytest.skip("votes of probabilities are tested with their op")
    grid, told = grid_of(CONFIG), []
    for _, view, _ in views(scan, CONFIG, grid, range(len(scan.depth)), labels=True):
        names = torch.full((*SIZE, 3), 255).byte() if view.labels is None else view.labels[:, :, 0, :1].repeat(1, 1, 3)
        told.append(dataclasses.replace(view, colour=names, planes=view.planes.double()))
    assert volume.candidates is not None
    assert volume.votes is not None
    random, checked = np.random.default_rng(0), 0
    places = (volume.votes.sum(dim=-1) > 0).nonzero()
    for block, *at in places[random.choice(len(places), 60, replace=False)].tolist():
        point = grid.origin + (volume.blocks[block].double() * 8 + torch.tensor(at)) * grid.voxel_size
        counts = near_votes(told, point.numpy(), grid.truncation)
        if counts is None:
            continue
        kept = zip(volume.candidates[block][tuple(at)].tolist(), volume.votes[block][tuple(at)].tolist(), strict=True)
        assert {name: count for name, count in kept if count} == counts
        checked += 1
    assert checked > 30


def near_votes(told: list[View], point: np.ndarray, truncation: float) -> dict[int, int] | None:
    """Votes by class; None where a view sees the point so near the limit that rounding decides."""
    counts, limit = {}, 2 * CONFIG.voxel_size / truncation
    for view in told:
        found = observation(view, point, truncation)
        if found is None:
            continue
        distance, (name, *_) = found
        if abs(abs(distance) - limit) < 0.02:
            return None
        if abs(distance) <= limit and name != 255:
            counts[name] = counts.get(name, 0) + UNIT
    return counts


def test_what_had_no_label_says_so(scan: RgbdScan):
    """Frame 0 alone, without labels, then with those of one other: what only frame 0 saw is unlabelled."""
    rows = {name: getattr(scan, name)[:3] for name in ("colour", "depth", "world_from_camera")}
    rows |= {name: getattr(scan, name)[:3] for name in ("intrinsics", "colour_intrinsics", "labels", "probabilities")}
    volume = fuse(dataclasses.replace(scan, **rows), CONFIG)
    mesh = labelled(volume)
    unseen = mesh.labels == 255
    assert 0.05 < float(unseen.float().mean()) < 0.95
    assert not mesh.confidence[unseen].any()
    assert not mesh.probabilities[unseen].any()
    true, apart = true_classes(mesh.vertices)
    sure = ~unseen & (apart > 2 * CONFIG.voxel_size)
    assert (mesh.labels[sure].long() == true[sure]).all()


def test_labels_are_the_same_in_tiles(scan: RgbdScan, volume: TsdfVolume):
    tiled = fuse(scan, dataclasses.replace(CONFIG, max_memory=str(frame_bytes(scan) + (4 << 20))))
    for name in ("blocks", "tsdf", "candidates", "votes"):
        assert torch.equal(getattr(tiled, name), getattr(volume, name))
    assert tiled.classes == CLASSES


def test_a_scan_without_labels_cannot_be_segmented_by_them(scan: RgbdScan):
    bare = fuse(dataclasses.replace(scan, labels=(), probabilities=()), CONFIG)
    assert bare.candidates is None
    with pytest.raises(InputError, match="no frame of the scan has labels"):
        segment_fused(bare, SegmentConfig())


def test_a_class_that_nyu40_does_not_have_is_its_otherprop(volume: TsdfVolume):
    mesh = labelled(volume)
    assert nyu40_ids(mesh)[mesh.labels.numpy() == 0].tolist() == [40] * int((mesh.labels == 0).sum())
    assert "gizmo" in {thing["class"] for thing in list_objects(mesh)}
