"""Distances to meshes: kernel, reference, closed forms and Open3D."""

import math
from functools import cache
from itertools import permutations

import numpy as np
import pytest
import torch
import trimesh
from torch import Tensor

from geo3d.ops import distance
from geo3d.ops.distance import (
    _measure_points_reference,
    _measure_voxels,
    _measure_voxels_reference,
    _point_triangle_distances,
    distance_to_mesh,
    mesh_distance_volume,
)
from geo3d.scene.artifact import load, store
from geo3d.scene.kinds import DistanceVolume
from tests.bench.distance import room_mesh, room_parts, subdivide

INF = math.inf
Mesh = tuple[Tensor, Tensor]


def as_tensors(mesh: trimesh.Trimesh) -> Mesh:
    return torch.from_numpy(np.array(mesh.vertices)), torch.from_numpy(np.array(mesh.faces))


def box(low: tuple[float, ...], high: tuple[float, ...]) -> Mesh:
    return as_tensors(trimesh.creation.box(bounds=[low, high]))


def join(first: Mesh, second: Mesh) -> Mesh:
    return torch.cat([first[0], second[0]]), torch.cat([first[1], second[1] + len(first[0])])


def soup(count: int, seed: int, dtype: torch.dtype = torch.float64) -> Mesh:
    """Triangles of many sizes and shapes that share corners, some without area."""
    source = torch.Generator().manual_seed(seed)
    vertices = torch.randn(max(3, count // 2), 3, generator=source, dtype=dtype)
    vertices[::7] = vertices[::7].round()
    faces = torch.randint(len(vertices), (count, 3), generator=source)
    near = faces[:, 0] + torch.arange(3)[:, None]
    faces = torch.where((torch.arange(count) % 2 == 0)[:, None], near.T % len(vertices), faces)
    return vertices, faces.int()


def centres(origin: Tensor, voxel_size: float, shape: tuple[int, int, int]) -> Tensor:
    steps = torch.stack(torch.meshgrid(*(torch.arange(side).double() for side in shape), indexing="ij"), dim=-1)
    return origin + voxel_size * steps


def signed_to_box(points: Tensor, low: tuple[float, ...], high: tuple[float, ...]) -> Tensor:
    corners = torch.tensor([low, high], dtype=torch.float64)
    beyond = (points - corners.mean(dim=0)).abs() - (corners[1] - corners[0]) / 2
    return beyond.clamp(min=0).norm(dim=-1) + beyond.amax(dim=-1).clamp(max=0)


def in_convex(points: Tensor, vertices: Tensor, faces: Tensor) -> Tensor:
    """Behind all faces of a convex mesh."""
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    normals = torch.linalg.cross(b - a, c - a)
    return (points @ normals.T < (a * normals).sum(dim=1)).all(dim=1)


@pytest.mark.parametrize("truncation", [INF, 0.4])
@pytest.mark.parametrize("count", [1, 2, 3, 5, 33, 400])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_voxels_of_a_soup_are_as_far_as_the_reference_says(dtype: torch.dtype, count: int, truncation: float):
    vertices, faces = soup(count, count, dtype)
    origin, size, shape = torch.tensor([-2.0, -1.5, -1.7], dtype=dtype), 0.31, (13, 9, 11)
    volume = mesh_distance_volume(vertices, faces, origin, size, shape, truncation)
    points = centres(origin.double(), size, shape).reshape(-1, 1, 3)
    wanted = _point_triangle_distances(points, vertices.double()[faces.long()]).amin(dim=1)
    assert volume.dtype == torch.float32
    torch.testing.assert_close(volume.abs().flatten(), wanted.clamp(max=truncation).float(), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("limit", [INF, 0.5])
@pytest.mark.parametrize("spread", [0.0, 1.0, 50.0])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_points_are_as_far_as_the_reference_says_and_from_the_face_that_is_named(
    dtype: torch.dtype, spread: float, limit: float
):
    vertices, faces = soup(300, 1, dtype)
    points = torch.randn(700, 3, generator=torch.Generator().manual_seed(2), dtype=dtype) * spread
    points[::100] = vertices[:7]
    distances, face = distance_to_mesh(points, vertices, faces, limit)
    triangles = vertices.double()[faces.long()]
    wanted, _ = _measure_points_reference(points.double(), triangles, limit)
    assert distances.dtype == dtype
    torch.testing.assert_close(distances.double(), wanted, rtol=1e-6, atol=1e-6)
    assert torch.equal(face >= 0, distances <= limit)
    own = _point_triangle_distances(points.double()[:, None], triangles)[torch.arange(700), face.long()]
    torch.testing.assert_close(distances.double()[face >= 0], own[face >= 0], rtol=1e-6, atol=1e-9)


def test_the_reference_measures_corners_edges_and_planes():
    triangle = torch.tensor([[[0.0, 0, 0], [4, 0, 0], [0, 3, 0]]]).double()
    cases = [
        ((1.0, 1.0, 2.0), 2.0),
        ((1.0, 1.0, -2.0), 2.0),
        ((2.0, -3.0, 4.0), 5.0),
        ((-3.0, 1.0, 4.0), 5.0),
        ((-2.0, -1.0, 2.0), 3.0),
        ((7.0, 0.0, 4.0), 5.0),
        ((0.0, 4.0, 0.0), 1.0),
        ((2.0 + 3, 1.5 + 4, 0.0), 5.0),
        ((2.0, 1.5, 0.0), 0.0),
        ((4.0, 0.0, 0.0), 0.0),
    ]
    for point, wanted in cases:
        at = torch.tensor([point]).double()
        for turned in range(3):
            corners = triangle.roll(turned, dims=1)
            assert float(_point_triangle_distances(at[:, None], corners)) == pytest.approx(wanted, abs=1e-12)
            mine, _ = distance_to_mesh(at, corners[0], torch.tensor([[0, 1, 2]]))
            assert float(mine) == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("on_the_grid", [True, False])
def test_a_box_has_its_signed_distances_on_the_grid_and_off(on_the_grid: bool):
    low, high = ((1.0, 2.0, 1.0), (5.0, 6.0, 8.0)) if on_the_grid else ((1.2, 2.7, 0.9), (5.1, 6.3, 7.7))
    mesh, origin = box(low, high), torch.zeros(3, dtype=torch.float64)
    volume = mesh_distance_volume(*mesh, origin, 0.5, (14, 17, 21))
    wanted = signed_to_box(centres(origin, 0.5, (14, 17, 21)), low, high)
    torch.testing.assert_close(volume.double(), wanted, rtol=0, atol=1e-6)
    assert int((volume == 0).sum()) == (2 * (9 * 9 + 9 * 15 + 9 * 15) - 4 * (9 + 9 + 15) + 8 if on_the_grid else 0)


def test_a_sphere_has_its_radius():
    mesh = trimesh.creation.icosphere(4, radius=1.0)
    sagitta = 1 - float(np.linalg.norm(mesh.triangles_center, axis=1).min())
    assert sagitta < 2e-3
    origin = torch.tensor([-1.33, -1.21, -1.4]).double()
    volume = mesh_distance_volume(*as_tensors(mesh), origin, 0.1, (27, 25, 28))
    wanted = centres(origin, 0.1, (27, 25, 28)).norm(dim=-1) - 1
    assert float((volume - wanted).min()) > -1e-6
    assert float((volume - wanted).max()) < 2 * sagitta


def test_a_torus_has_its_tube_and_its_hole():
    mesh = trimesh.creation.torus(1.0, 0.4, major_sections=128, minor_sections=64)
    origin, shape = torch.tensor([-1.5, -1.5, -0.6]).double(), (31, 31, 13)
    volume = mesh_distance_volume(*as_tensors(mesh), origin, 0.1, shape)
    x, y, z = centres(origin, 0.1, shape).unbind(-1)
    wanted = torch.hypot(torch.hypot(x, y) - 1, z) - 0.4
    assert float((volume - wanted).abs().max()) < 2e-3
    assert float(volume[15, 15, 6]) == pytest.approx(0.6, abs=2e-3)


def test_overlapping_parts_are_one_solid_and_far_from_all_faces_of_both():
    first, second = ((-1.0, -1.0, -1.0), (1.0, 1.0, 1.0)), ((0.3, -0.5, 0.2), (2.0, 0.6, 1.7))
    origin, shape = torch.tensor([-1.55, -1.45, -1.35]).double(), (39, 29, 33)
    volume = mesh_distance_volume(*join(box(*first), box(*second)), origin, 0.1, shape)
    points = centres(origin, 0.1, shape)
    one, other = (signed_to_box(points, *corners) for corners in (first, second))
    nearest, inside = torch.minimum(one.abs(), other.abs()), torch.minimum(one, other) < 0
    torch.testing.assert_close(volume.double(), torch.where(inside, -nearest, nearest), rtol=0, atol=1e-6)
    torch.testing.assert_close(volume.double()[~inside], torch.minimum(one, other)[~inside], rtol=0, atol=1e-6)


def test_a_part_turned_inside_out_is_not_solid():
    vertices, faces = box((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    origin = torch.full((3,), -0.45).double()
    right, wrong = (mesh_distance_volume(vertices, f, origin, 0.1, (20, 20, 20)) for f in (faces, faces.flip(1)))
    assert (right < 0).any()
    torch.testing.assert_close(wrong, right.abs(), rtol=0, atol=1e-7)


@pytest.mark.parametrize("truncation", [0.05, 0.15, 0.7])
def test_truncation_clips_and_changes_nothing_else(truncation: float):
    mesh, grid = furnished(0.6), (torch.tensor([-1.1, -1.3, -0.1]), 0.1, (23, 21, 17))
    whole, clipped = mesh_distance_volume(*mesh, *grid), mesh_distance_volume(*mesh, *grid, truncation)
    assert torch.equal(clipped, whole.clamp(-truncation, truncation))
    assert (clipped == truncation).any()


@cache
def furnished(edge: float) -> Mesh:
    return room_mesh((5.0, 4.2, 2.6), edge)


def test_a_furnished_room_is_solid_in_its_furniture_alone():
    (vertices, faces), origin, shape = furnished(0.6), torch.tensor([-2.63, -2.21, -0.07]).double(), (57, 48, 30)
    some = torch.randperm(math.prod(shape), generator=torch.Generator().manual_seed(0))[:4000]
    volume = mesh_distance_volume(vertices, faces, origin, 0.0937, shape).double().flatten()[some]
    points = centres(origin, 0.0937, shape).reshape(-1, 3)[some]
    parts = [tuple(map(torch.from_numpy, part)) for part in room_parts((5.0, 4.2, 2.6))]
    solid = torch.stack([in_convex(points, *part) for part in parts]).any(dim=0)
    assert torch.equal(volume < 0, solid)
    wanted, _ = _measure_points_reference(points[:40], vertices[faces], INF)
    torch.testing.assert_close(volume[:40].abs(), wanted, rtol=0, atol=1e-6)


@pytest.mark.filterwarnings("ignore")  # open3d's imports warn
def test_a_room_of_small_triangles_is_as_far_as_open3d_says():
    o3d = pytest.importorskip("open3d")
    vertices, faces = furnished(0.4)
    origin, size, shape = torch.tensor([-2.4, -2.0, 0.1]).double(), 0.211, (23, 19, 12)
    scene, dtypes = o3d.t.geometry.RaycastingScene(), (np.float32, np.uint32)
    inputs = (
        o3d.core.Tensor(part.numpy().astype(dtype)) for part, dtype in zip((vertices, faces), dtypes, strict=True)
    )
    scene.add_triangles(*inputs)
    points = centres(origin, size, shape)
    wanted = torch.from_numpy(scene.compute_distance(o3d.core.Tensor(points.float().numpy())).numpy())
    volume = mesh_distance_volume(vertices, faces, origin, size, shape)
    torch.testing.assert_close(volume.abs(), wanted, rtol=0, atol=3e-6)


def test_faces_without_area_count_as_edges_and_points():
    vertices = torch.tensor([[0.0, 0, 0], [1, 0, 0], [3, 0, 0], [0, 5, 0], [3, 0, 1e-9]]).double()
    points = torch.tensor([[2.0, 1, 0], [-3.0, 4, 0], [0.0, 5, 2], [1.5, 0, 7], [5.0, 0, 0]]).double()
    for faces, wanted in (
        ([[0, 2, 1]], (1, 5, math.hypot(5, 2), 7, 2)),
        ([[1, 0, 2]], (1, 5, math.hypot(5, 2), 7, 2)),
        ([[0, 2, 4]], (1, 5, math.hypot(5, 2), 7, 2)),
        ([[3, 3, 3]], (math.hypot(2, 4), math.hypot(3, 1), 2, math.sqrt(1.5**2 + 25 + 49), math.hypot(5, 5))),
        ([[3, 3, 3], [2, 2, 0]], (1, math.hypot(3, 1), 2, 7, 2)),
    ):
        mine, _ = distance_to_mesh(points, vertices, torch.tensor(faces))
        assert mine.tolist() == pytest.approx(wanted, abs=1e-8)
        volume = mesh_distance_volume(vertices, torch.tensor(faces), points[0], 1.0, (1, 1, 1))
        assert float(volume) == pytest.approx(wanted[0], abs=1e-6)


@pytest.mark.parametrize("lower", [1e-3, 1e-6, 1e-7, 1e-8, 1e-9, 1e-12, 0.0])
def test_slivers_are_measured_well(lower: float):
    source = torch.Generator().manual_seed(0)
    turn, points = turned(), torch.randn(500, 3, generator=source, dtype=torch.float64)
    segment = points - points[:, :1].clamp(-1, 1) * torch.tensor([1.0, 0, 0])
    for third in ([0.4, lower, 0], [1 - lower, lower, 0]):
        sliver = torch.tensor([[-1.0, 0, 0], [1, 0, 0], third]).double() @ turn
        for face in permutations(range(3)):
            mine, _ = distance_to_mesh(points @ turn, sliver, torch.tensor([face]))
            assert float((mine - segment.norm(dim=1)).abs().max()) < lower + 2e-8


@pytest.mark.parametrize("lower", [0.0, 1e-15, 1e-13, 1e-11])
def test_a_soup_of_slivers_is_a_soup_of_segments(lower: float):
    source = torch.Generator().manual_seed(0)
    ends = torch.randn(2, 300, 3, generator=source, dtype=torch.float64)
    shares = 10 ** (-8 * torch.rand(300, 1, generator=source, dtype=torch.float64))
    noise = lower * torch.randn(300, 3, generator=source, dtype=torch.float64)
    vertices = torch.cat([ends[0], ends[0] + shares * (ends[1] - ends[0]) + noise, ends[1]])
    points = torch.randn(2000, 3, generator=source, dtype=torch.float64)
    faces = torch.arange(300)[:, None] + torch.tensor([[0, 300, 600]])
    mine, _ = distance_to_mesh(points, vertices, faces)
    wanted, _ = _measure_points_reference(points, vertices[faces[:, [0, 2, 2]]], INF)
    torch.testing.assert_close(mine, wanted, rtol=0, atol=1e-6)


def turned() -> Tensor:
    """Some rotation."""
    return torch.linalg.qr(torch.randn(3, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64))[0]


@pytest.mark.parametrize("far", [1e4, 1e6, 1e8])
def test_far_from_the_worlds_origin_nothing_is_lost_but_the_inputs_own_digits(far: float):
    shift = torch.tensor([far, -far, far / 2]).double()
    (vertices, faces), origin = soup(200, 3), torch.tensor([-2.0, -1.5, -1.7]).double()
    near = mesh_distance_volume(vertices, faces, origin, 0.31, (13, 9, 11))
    moved = mesh_distance_volume(vertices + shift, faces, origin + shift, 0.31, (13, 9, 11))
    torch.testing.assert_close(moved.abs(), near.abs(), rtol=0, atol=1e-6 + 1e-15 * far)


def test_a_triangle_of_thousands_of_kilometres_is_measured_to_the_millimetre():
    ground = torch.tensor([[-3e6, -4e6, 0.0], [5e6, -3e6, 0], [-1e6, 6e6, 0]]).double()
    vertices, faces = join((ground, torch.tensor([[0, 1, 2]])), box((2.0, 2.0, 1.0), (3.0, 3.0, 2.0)))
    points = torch.tensor([[2.5, 2.5, 0.499], [2.5, 2.5, 0.501], [0.0, 0.0, 1e-3]]).double()
    distances, face = distance_to_mesh(points @ turned(), vertices @ turned(), faces)
    assert distances.tolist() == pytest.approx([0.499, 0.499, 1e-3], abs=1e-7)
    assert (face == 0).tolist() == [True, False, True]


def test_points_near_and_very_far_do_not_disturb_each_other():
    vertices, faces = soup(200, 4)
    near = torch.randn(40, 3, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    far = torch.tensor([[1e9, 0, 0], [0, -3e7, 1], [1e9, 0.1, 0]]).double()
    alone, _ = distance_to_mesh(near, vertices, faces)
    together, _ = distance_to_mesh(torch.cat([far, near]), vertices, faces)
    torch.testing.assert_close(together[3:], alone, rtol=1e-6, atol=1e-7)
    wanted, _ = _measure_points_reference(far, vertices[faces.long()], INF)
    torch.testing.assert_close(together[:3], wanted, rtol=1e-6, atol=0)


def test_the_number_of_threads_changes_no_byte(monkeypatch: pytest.MonkeyPatch):
    mesh, grid = furnished(0.6), (torch.tensor([-2.4, -2.0, 0.1]), 0.15, (31, 27, 18))
    points = torch.rand(5000, 3, generator=torch.Generator().manual_seed(0)) * 2
    volumes, nearest = [], []
    for threads in (1, 2, 5):
        monkeypatch.setattr(torch, "get_num_threads", lambda threads=threads: threads)
        volumes.append(mesh_distance_volume(*mesh, *grid))
        nearest.append(distance_to_mesh(points, *mesh))
    assert all(torch.equal(volume, volumes[0]) for volume in volumes)
    assert all(torch.equal(part, wanted) for found in nearest for part, wanted in zip(found, nearest[0], strict=True))


@pytest.mark.parametrize("truncation", [INF, 0.8])
def test_the_reference_measures_voxels_some_at_a_time(truncation: float, monkeypatch: pytest.MonkeyPatch):
    (vertices, faces), origin = soup(50, 6), torch.tensor([-1.0, -1.0, -1.0]).double()
    monkeypatch.setattr(distance, "PAIRS", 170)
    grid = origin, 0.4, (6, 5, 4), truncation
    ours, theirs = (measure(vertices[faces.long()], *grid) for measure in (_measure_voxels, _measure_voxels_reference))
    torch.testing.assert_close(theirs, ours, rtol=0, atol=1e-6)


@pytest.mark.parametrize("truncation", [INF, 0.3])
def test_without_faces_everything_is_far_away(truncation: float):
    vertices, faces = torch.zeros(2, 3), torch.zeros(0, 3).long()
    volume = mesh_distance_volume(vertices, faces, torch.zeros(3), 0.1, (2, 3, 4), truncation)
    assert torch.equal(volume, torch.full((2, 3, 4), truncation))
    distances, face = distance_to_mesh(torch.zeros(5, 3), vertices, faces)
    assert distances.tolist() == [INF] * 5
    assert face.tolist() == [-1] * 5


def test_without_points_or_voxels_there_is_nothing_to_measure():
    vertices, faces = soup(5, 0)
    assert mesh_distance_volume(vertices, faces, torch.zeros(3), 0.1, (2, 0, 4)).shape == (2, 0, 4)
    distances, face = distance_to_mesh(torch.zeros(0, 3).double(), vertices, faces)
    assert len(distances) == len(face) == 0


def test_what_cannot_be_measured_is_refused():
    vertices, faces = soup(9, 0)
    lost = vertices.clone()
    lost[2, 0] = math.nan
    points = torch.zeros(3, 3).double()
    grid = torch.zeros(3), 0.1, (2, 2, 2)
    with pytest.raises(ValueError, match=r"vertex 2 is at \(nan"):
        mesh_distance_volume(lost, faces, *grid)
    with pytest.raises(ValueError, match=r"vertex 2 is at \(nan"):
        distance_to_mesh(points, lost, faces)
    with pytest.raises(ValueError, match="face 0 is"):
        distance_to_mesh(points, vertices, faces + 4)
    with pytest.raises(ValueError, match="point 1 is at"):
        distance_to_mesh(torch.tensor([[0.0, 0, 0], [0, INF, 0]]).double(), vertices, faces)
    for wrong in (0.0, -1.0, math.nan):
        with pytest.raises(ValueError, match="the truncation is"):
            mesh_distance_volume(vertices, faces, *grid, wrong)
        with pytest.raises(ValueError, match="the limit is"):
            distance_to_mesh(points, vertices, faces, wrong)


def test_the_benchs_room_is_closed_and_has_no_long_edges():
    vertices, faces = furnished(0.6)
    edges = faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    assert float((vertices[edges[:, 0]] - vertices[edges[:, 1]]).norm(dim=1).max()) <= 0.6
    assert {tuple(edge) for edge in edges.tolist()} == {tuple(edge) for edge in edges.flip(1).tolist()}
    cut, pieces = subdivide(*room_parts((5.0, 4.2, 2.6))[0], 0.6)
    assert trimesh.Trimesh(cut, pieces).volume == pytest.approx(5.4 * 4.6 * 0.2)


@pytest.mark.parametrize("truncation", [INF, 0.3])
def test_a_distance_volume_is_stored_and_loaded(tmp_path, truncation: float):
    values = torch.rand(3, 4, 5)
    store(DistanceVolume(values, torch.ones(3), 0.1, truncation, torch.tensor([0.0, 0, 1])), tmp_path)
    loaded = load(tmp_path)
    assert isinstance(loaded, DistanceVolume)
    assert torch.equal(loaded.distance, values)
    assert (loaded.voxel_size, loaded.truncation) == (0.1, truncation)
