"""Completing scans of rooms whose true distances are known, with those in the place of a network."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
import trimesh

from geo3d.data_tools.scans.formats import find_scan
from geo3d.errors import InputError
from geo3d.ops.raycast import Solids
from geo3d.ops.voxels import positions_of
from geo3d.scene.kinds import DistanceVolume, RgbdScan, ScannedVolume, TriangleMesh, TsdfVolume
from geo3d.stages.complete import CompleteConfig, complete
from geo3d.stages.fuse import FuseConfig, fuse
from geo3d.stages.mesh import MeshConfig, extract_mesh
from geo3d.stages.scan_grid import ScanGridConfig, scan_grid
from tests.scenes import in_a_room, looking_at, sphere, write_scan
from tests.stages.test_scan_grid import turn, turned

HALF, VOXEL = 1.2, 0.03
UP = torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64)
FAR = CompleteConfig(reach=3.0)


@dataclass(frozen=True)
class Case:
    """A scan, what is made of it, and the truth."""

    scan: RgbdScan
    volume: TsdfVolume
    scanned: ScannedVolume
    truth: DistanceVolume


def to_room(points: torch.Tensor) -> torch.Tensor:
    """Signed distance to the walls of the room, positive in it."""
    beyond = points.abs() - HALF
    return torch.where((beyond <= 0).all(dim=-1), -beyond.amax(dim=-1), -beyond.clamp(min=0).norm(dim=-1))


def truth_of(scanned: ScannedVolume, distance, rotation: torch.Tensor | None = None) -> DistanceVolume:
    """A closed form on the grid of a scan; the scene is turned by `rotation`."""
    voxels = torch.stack(torch.meshgrid(*(torch.arange(side) for side in scanned.known.shape), indexing="ij"), dim=-1)
    where = scanned.origin, scanned.voxel_size, scanned.world_from_volume
    points = positions_of(voxels, *where)
    points = points if rotation is None else points @ rotation
    values = distance(points).clamp(-scanned.truncation, scanned.truncation).float()
    return DistanceVolume(values, *where[:2], scanned.truncation, scanned.up, where[2])


def scan_of(folder: Path, solids: Solids, cameras: list[np.ndarray]) -> RgbdScan:
    write_scan(folder / "scan", solids, cameras, size=(96, 128), focal=80.0, rounds=3)
    found = find_scan(folder / "scan", "plain", ":", None)
    return dataclasses.replace(found.format.read(found.source(folder / "hashes"), None), up=UP)


def case_of(scan: RgbdScan, distance, rotation: torch.Tensor | None = None, margin: float = 0.3) -> Case:
    volume = fuse(scan, FuseConfig(voxel_size=VOXEL))
    scanned = scan_grid(scan, volume, ScanGridConfig(margin=margin))
    return Case(scan, volume, scanned, truth_of(scanned, distance, rotation))


@pytest.fixture(scope="module")
def room_scan(tmp_path_factory: pytest.TempPathFactory) -> RgbdScan:
    """Of floor, ceiling and walls, but not of the corner between the walls at -x and -y, nor of places elsewhere."""
    angles = np.linspace(-0.35 * np.pi, 0.85 * np.pi, 6)
    cameras = [looking_at(np.array([0.1, 0.1, 0.1]), np.array([np.cos(a), np.sin(a), -0.2])) for a in angles]
    cameras += [looking_at(np.zeros(3), np.array([0.3, 0.2, z])) for z in (-1, 1)]
    return scan_of(tmp_path_factory.mktemp("room"), in_a_room(sphere(0.01), HALF), cameras)


@pytest.fixture(scope="module")
def room(room_scan: RgbdScan) -> Case:
    return case_of(room_scan, to_room)


def completed(case: Case, config: CompleteConfig) -> TriangleMesh:
    return extract_mesh(complete(case.scan, case.volume, case.scanned, case.truth, config), MeshConfig())


def as_solid(mesh: TriangleMesh) -> trimesh.Trimesh:
    return trimesh.Trimesh(mesh.vertices.numpy(), mesh.faces.numpy(), process=False)


def rows(vertices: torch.Tensor) -> set[tuple[float, ...]]:
    return set(map(tuple, vertices.tolist()))


def test_a_room_with_holes_is_closed_and_what_was_seen_stays_as_it_is(room: Case):
    before, after = extract_mesh(room.volume, MeshConfig()), completed(room, FAR)
    assert after.observed is not None
    assert not as_solid(before).is_watertight
    assert as_solid(after).is_watertight
    assert as_solid(after).area == pytest.approx(6 * (2 * HALF) ** 2, rel=0.02)
    assert rows(before.vertices) <= rows(after.vertices[after.observed > 0])
    error = to_room(after.vertices.double()).abs()
    assert float(error.max()) < VOXEL
    assert float(error[after.observed == 0].mean()) < VOXEL / 50


def test_vertices_say_whether_views_saw_them(room: Case):
    after = completed(room, FAR)
    assert after.observed is not None
    corner = (after.vertices[:, :2] < -0.8 * HALF).all(dim=1)  # no camera looks there
    assert corner.sum() > 100
    assert not after.observed[corner].any()
    opposite = (after.vertices - torch.tensor([HALF, HALF, -0.2])).norm(dim=1) < 0.3
    assert after.observed[opposite].all()


def test_seen_voxels_keep_their_values_but_for_such_as_lie_deep_behind(room: Case):
    made = complete(room.scan, room.volume, room.scanned, room.truth, FAR)
    assert made.inferred is not None
    keys = {tuple(block): row for row, block in enumerate(made.blocks.tolist())}
    at = torch.tensor([keys[tuple(block)] for block in room.volume.blocks.tolist()])
    seen = room.volume.weight >= 3
    outside = seen & (room.volume.tsdf >= 0)
    assert (made.tsdf[at][outside] == room.volume.tsdf[outside]).all()
    assert not made.inferred[at][outside].any()
    changed = seen & (made.tsdf[at] != room.volume.tsdf)
    assert ((made.inferred[at] > 0) | (made.weight[at] == 0))[changed].all()
    assert made.colour is not None
    assert room.volume.colour is not None
    assert torch.equal(made.colour[at], room.volume.colour)


@pytest.mark.parametrize("reach", [0.0, 0.3])
def test_nothing_is_inferred_farther_than_it_may_reach(room: Case, reach: float):
    after = completed(room, CompleteConfig(reach=reach))
    assert after.observed is not None
    seen_free = (room.scanned.known > 0) & (room.scanned.distance > 0)
    where = room.scanned.origin, room.scanned.voxel_size, room.scanned.world_from_volume
    free = positions_of(seen_free.nonzero(), *where)
    inferred = after.vertices[after.observed == 0].double()
    nearest = torch.cat([torch.cdist(part, free).amin(dim=1) for part in inferred.split(500)])
    assert float(nearest.max()) < reach + 6 * room.scanned.voxel_size
    assert as_solid(after).area < 0.85 * 6 * (2 * HALF) ** 2


def with_outside(points: torch.Tensor) -> torch.Tensor:
    """The room's walls as 12 cm thick slabs, with free space beyond."""
    inside = to_room(points)
    return torch.maximum(inside, -0.12 - inside)


def test_the_far_sides_of_walls_are_not_made(room: Case):
    after = completed(dataclasses.replace(room, truth=truth_of(room.scanned, with_outside)), FAR)
    assert float(after.vertices.abs().max()) < HALF + VOXEL
    assert as_solid(after).is_watertight


def test_flat_distances_are_guesses_and_make_no_surface(room: Case):
    guess = dataclasses.replace(room.truth, distance=0.2 * room.truth.distance)
    after = completed(dataclasses.replace(room, truth=guess), FAR)
    assert after.observed is not None
    assert after.observed.float().mean() > 0.99
    assert completed(dataclasses.replace(room, truth=guess), CompleteConfig(min_slope=0.1)).observed is not None


def test_a_crop_stays_empty_beyond_its_sides(room: Case):
    box = torch.tensor([[-5.0, -0.7, -5.0], [5.0, 5.0, 5.0]])
    cropped = dataclasses.replace(room, scan=dataclasses.replace(room.scan, crop=box))
    assert float(completed(cropped, FAR).vertices[:, 1].min()) < -0.9  # what the volume holds of it
    made = complete(cropped.scan, room.volume, room.scanned, room.truth, FAR)
    assert made.inferred is not None
    block, _, y, _ = made.inferred.nonzero().unbind(dim=1)
    inferred_y = (8 * made.blocks[block, 1] + y) * made.voxel_size
    assert float(inferred_y.min()) >= -0.7


def test_there_is_no_step_where_inferred_surface_meets_seen_surface(room: Case):
    """Predict all walls 1 cm too far outside: at the seam they join the seen ones, and go over into their own place."""
    wrong = truth_of(room.scanned, lambda points: to_room(points) + 0.01)
    mesh = completed(dataclasses.replace(room, truth=wrong), FAR)
    assert mesh.observed is not None
    assert as_solid(mesh).is_watertight
    flat = (mesh.vertices.abs().sort(dim=1).values[:, 1] < HALF - 0.15) & (mesh.observed == 0)
    error = -to_room(mesh.vertices.double())
    edges = torch.from_numpy(as_solid(mesh).edges_unique.copy())
    between = flat[edges].any(dim=1) & (mesh.vertices[edges].abs().sort(dim=2).values[:, :, 1] < HALF - 0.15).all(dim=1)
    assert float((error[edges[between, 0]] - error[edges[between, 1]]).abs().max()) < 0.007
    assert float(error[flat].max()) > 0.009
    abrupt = completed(dataclasses.replace(room, truth=wrong), dataclasses.replace(FAR, blend=0))
    edges = torch.from_numpy(as_solid(abrupt).edges_unique.copy())
    jump = (to_room(abrupt.vertices[edges[:, 0]].double()) - to_room(abrupt.vertices[edges[:, 1]].double())).abs()
    middle = (abrupt.vertices[edges].abs().sort(dim=2).values[:, :, 1] < HALF - 0.15).all(dim=1)
    assert float(jump[middle].max()) > 0.009


@pytest.mark.parametrize("seed", range(2))
def test_turning_the_whole_scan_changes_nothing_but_the_frame(room_scan: RgbdScan, seed: int):
    rotation = turn(seed)
    case = case_of(turned(room_scan, rotation), to_room, rotation, margin=0.9)  # up to the corner that nobody saw
    mesh = completed(case, FAR)
    assert mesh.observed is not None
    assert as_solid(mesh).is_watertight
    points = mesh.vertices.double() @ rotation
    assert float(to_room(points).abs().max()) < VOXEL
    corner = (points[:, :2] < -0.8 * HALF).all(dim=1)
    assert corner.sum() > 100
    assert not mesh.observed[corner].any()


def plate(points: torch.Tensor) -> torch.Tensor:
    """A room with a plate in it, 12 cm thick, of 1 m along its sides, its top at z = 0."""
    beyond = (points - torch.tensor([0.0, 0, -0.06])).abs() - torch.tensor([0.5, 0.5, 0.06])
    solid = torch.where((beyond <= 0).all(dim=-1), beyond.amax(dim=-1), beyond.clamp(min=0).norm(dim=-1))
    return torch.minimum(to_room(points), solid)


def test_the_underside_of_what_was_seen_from_above_is_made_behind_its_seen_top(tmp_path: Path):
    from geo3d.ops.raycast import BOX
    from tests.scenes import one_solid

    solids = in_a_room(one_solid(BOX, (0.0, 0.0, -0.06), (0.5, 0.5, 0.06)), HALF)
    angles = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    cameras = [looking_at(np.array([0.9 * np.cos(a), 0.9 * np.sin(a), 0.7]), np.zeros(3)) for a in angles]
    cameras += [looking_at(np.array([0.1, 0, 0.9]), np.array([np.cos(a), np.sin(a), 0.2])) for a in angles]
    case = case_of(scan_of(tmp_path, solids, cameras), plate)
    before, after = extract_mesh(case.volume, MeshConfig()), completed(case, FAR)
    assert after.observed is not None
    assert rows(before.vertices) <= rows(after.vertices[after.observed > 0])

    def under(mesh: TriangleMesh) -> torch.Tensor:
        return (mesh.vertices[:, :2].abs() < 0.4).all(dim=1) & ((mesh.vertices[:, 2] + 0.12).abs() < 0.02)

    assert not under(before).any()
    assert under(after).sum() > 0.7 * (0.8 / VOXEL) ** 2
    assert not after.observed[under(after)].any()
    assert float(plate(after.vertices[under(after)].double()).abs().max()) < VOXEL


def test_inferred_surface_has_colours_of_seen_surface_near_it_and_no_crumbs_stand_alone(room: Case):
    mesh = completed(room, FAR)
    assert mesh.colours is not None
    assert mesh.observed is not None
    assert (mesh.colours[mesh.observed == 0] > 0).any(dim=1).all()
    for radius, kept in ((0.11, False), (0.2, True)):  # 0.15 and 0.5 square metres
        alone = truth_of(room.scanned, lambda p, r=radius: torch.minimum(to_room(p), (p + 0.7).norm(dim=-1) - r))
        with_ball = completed(dataclasses.replace(room, truth=alone), FAR)
        assert (len(with_ball.vertices) > len(mesh.vertices)) is kept


def test_grids_that_differ_and_distances_that_are_no_numbers_are_refused(room: Case):
    other = dataclasses.replace(room.truth, origin=room.truth.origin + 0.05)
    with pytest.raises(InputError, match="lie on different grids"):
        completed(dataclasses.replace(room, truth=other), FAR)
    other = dataclasses.replace(room.truth, world_from_volume=turn(0))
    with pytest.raises(InputError, match="lie on different grids"):
        completed(dataclasses.replace(room, truth=other), FAR)
    distance = room.truth.distance.clone()
    distance[3, 4, 5] = torch.nan
    with pytest.raises(InputError, match="the predicted volume has 1 distances that are no finite numbers"):
        completed(dataclasses.replace(room, truth=dataclasses.replace(room.truth, distance=distance)), FAR)
