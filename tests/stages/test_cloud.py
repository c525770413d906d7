"""Points to surfaces: which side is free, how wide points are, and what is refused."""

import dataclasses

import numpy as np
import pytest
import torch

from geo3d.errors import InputError
from geo3d.ops.mesh import vertex_normals
from geo3d.scene.kinds import PointCloud, TriangleMesh
from geo3d.stages.cloud import CloudConfig, orient, sample_mesh
from geo3d.stages.cloud_grid import cloud_grid
from geo3d.stages.implicit import implicit
from geo3d.stages.mesh import MeshConfig, extract_mesh
from geo3d.stages.scan_grid import ScanGridConfig
from geo3d.stages.segment import CLASSES, SegmentConfig, segment, segment_points
from tests.ops.test_point_normals import sphere


def cloud_of(points: torch.Tensor, **fields) -> PointCloud:
    return PointCloud(points.float(), fields.pop("normals", None), None, **fields)


def box(size: tuple[float, float, float], step: float = 0.05, without_top: bool = False) -> torch.Tensor:
    """Points on the sides of a box whose middle of the floor is the origin."""
    sides = []
    for axis in range(3):
        others = [i for i in range(3) if i != axis]
        counts = [round(size[i] / step) for i in others]
        grid = torch.cartesian_prod(*[(torch.arange(n) + 0.5) / n - 0.5 for n in counts])
        for at in (-0.5, 0.5):
            side = torch.full((len(grid), 3), at)
            side[:, others] = grid
            if not (without_top and axis == 2 and at > 0):
                sides.append(side)
    return (torch.cat(sides) + torch.tensor([0, 0, 0.5])) * torch.tensor(size)


def share_outwards(cloud: PointCloud, middle: tuple[float, float, float]) -> float:
    assert cloud.normals is not None
    return float((((cloud.points - torch.tensor(middle)) * cloud.normals).sum(dim=1) > 0).float().mean())


def test_normals_turn_to_where_points_were_seen_from():
    points = 2 * sphere(1500)
    inside = orient(cloud_of(points, viewpoint=torch.zeros(3).double()), CloudConfig())
    assert share_outwards(inside, (0, 0, 0)) == 0
    shifted = cloud_of(points, shift=(1000.0, 0.0, 0.0))
    told = orient(shifted, CloudConfig(viewpoint=(1000.0, 0.0, 0.0)))
    assert share_outwards(told, (0, 0, 0)) == 0


@pytest.mark.parametrize(
    ("size", "without_top", "outwards"),
    [((3.0, 3.0, 2.4), False, 0), ((0.8, 0.6, 0.5), False, 1), ((2.0, 2.0, 1.0), True, 0), ((4.0, 4.0, 2.5), True, 0)],
    ids=["room", "thing", "low walls", "room without ceiling"],
)
def test_the_free_side_is_guessed_from_the_lowest_level_surface(size, without_top, outwards):
    cloud = orient(cloud_of(box(size, 0.05, without_top)), CloudConfig())
    assert share_outwards(cloud, (0, 0, size[2] / 2)) == pytest.approx(outwards, abs=0.02)


def test_the_free_side_can_be_told():
    cloud = cloud_of(box((1.0, 1.0, 1.0)))
    for config, share in ((CloudConfig(facing="outwards"), 1), (CloudConfig(facing="inwards"), 0)):
        assert share_outwards(orient(cloud, config), (0, 0, 0.5)) == pytest.approx(share, abs=0.02)


def test_ground_faces_up():
    noise = torch.Generator().manual_seed(0)
    across = 50 * torch.rand(3000, 2, generator=noise)
    height = 2 * (across[:, :1] / 10).sin()
    cloud = orient(cloud_of(torch.cat([across, height], dim=1)), CloudConfig())
    assert cloud.normals is not None
    assert bool((cloud.normals[:, 2] > 0.9).all())


def test_given_normals_stay_unless_asked():
    points = sphere(800)
    cloud = cloud_of(points, normals=-points.float())
    np.testing.assert_array_equal(orient(cloud, CloudConfig()).normals, -points.float())
    assert share_outwards(orient(cloud, CloudConfig(facing="outwards")), (0, 0, 0)) == 1


def test_a_room_of_noisy_points_becomes_its_walls_within_their_noise():
    noise = torch.Generator().manual_seed(0)
    points = box((3.0, 2.6, 2.4), 0.03)
    points = points + 0.004 * torch.randn(points.shape, generator=noise)
    cloud = orient(cloud_of(points), CloudConfig())
    volume = implicit(cloud, CloudConfig())
    assert volume.voxel_size == pytest.approx(0.03, rel=0.15)
    mesh = extract_mesh(volume, MeshConfig())
    vertices = mesh.vertices - torch.tensor([0, 0, 1.2])
    apart = (vertices.abs() - torch.tensor([1.5, 1.3, 1.2])).abs().amin(dim=1)
    assert float(apart.mean()) < 0.002  # half of the points' noise
    assert float(apart.quantile(0.99)) < 0.01
    towards = (vertex_normals(mesh.vertices, mesh.faces) * vertices).sum(dim=1)
    assert float((towards < 0).float().mean()) > 0.999
    assert mesh.colours is None
    labels = segment(volume, SegmentConfig())
    found = {CLASSES[i] for i in labels.probabilities.argmax(dim=1).unique().tolist()}
    assert {"wall", "floor", "ceiling"} <= found


def test_sparse_places_are_bridged_by_wider_points():
    dense = torch.cartesian_prod(torch.arange(0, 1, 0.02), torch.arange(0, 1, 0.02))
    sparse = torch.cartesian_prod(torch.arange(1, 3, 0.05), torch.arange(0, 1, 0.05))
    points = torch.cat([dense, sparse])
    points = torch.cat([points, torch.zeros(len(points), 1)], dim=1)
    cloud = orient(cloud_of(points), CloudConfig())
    wide, narrow = (extract_mesh(implicit(cloud, CloudConfig(reach=r)), MeshConfig(min_area=0)) for r in (3.0, 1.0))
    areas = [_area(mesh) for mesh in (wide, narrow)]
    assert areas[0] == pytest.approx(3.25, abs=0.15)  # a point's distance beyond the last points
    assert areas[1] < 2


def _area(mesh: TriangleMesh) -> float:
    a, b, c = (mesh.vertices[mesh.faces[:, i].long()] for i in range(3))
    return float(torch.linalg.cross(b - a, c - a).norm(dim=1).sum() / 2)


def test_a_cloud_far_away_is_as_exact_as_one_at_the_origin():
    near = orient(cloud_of(sphere(2000)), CloudConfig())
    far = dataclasses.replace(near, points=near.points + torch.tensor([8000.0, -8000.0, 100.0]))
    meshes = [extract_mesh(implicit(c, CloudConfig(voxel_size=0.08)), MeshConfig()) for c in (near, far)]
    assert len(meshes[0].faces) == pytest.approx(len(meshes[1].faces), rel=0.05)
    radii = (meshes[1].vertices.double() - torch.tensor([8000.0, -8000.0, 100.0]).double()).norm(dim=1)
    assert float((radii - 1).abs().max()) < 0.01


@pytest.mark.parametrize("points", [sphere(5), torch.ones(100, 3)], ids=["few", "one place"])
def test_what_is_no_surface_is_refused(points):
    with pytest.raises(InputError, match="are no surface"):
        orient(cloud_of(points), CloudConfig())


def test_voxels_that_are_too_small_are_refused():
    cloud = orient(cloud_of(10 * sphere(500)), CloudConfig())
    with pytest.raises(InputError, match="shows nothing more"):
        implicit(cloud, CloudConfig(voxel_size=0.01))
    wide = orient(cloud_of(torch.cat([5000 * sphere(100), 0.001 * sphere(1000)])), CloudConfig())
    with pytest.raises(InputError, match="too small"):
        implicit(wide, CloudConfig())


def mesh_of_box(size: tuple[float, float, float]) -> TriangleMesh:
    trimesh = pytest.importorskip("trimesh")
    made = trimesh.creation.box(size)
    faces = torch.from_numpy(made.faces[:, ::-1].astype(np.int32).copy())  # seen from inside
    return TriangleMesh(torch.from_numpy(made.vertices.astype(np.float32)), faces, None, None)


def test_a_mesh_is_looked_at_all_over():
    mesh = mesh_of_box((3, 2.6, 2.4))
    cloud = sample_mesh(mesh, CloudConfig(voxel_size=0.05))
    on = (cloud.points.abs() - torch.tensor([1.5, 1.3, 1.2])).abs().amin(dim=1)
    assert float(on.max()) < 1e-5
    assert cloud.normals is not None
    assert bool(((cloud.points * cloud.normals).sum(dim=1) < 0).all())
    cells = torch.unique((cloud.points / 0.1).floor(), dim=0)
    assert len(cells) > 0.95 * 2 * (3 * 2.6 + 3 * 2.4 + 2.6 * 2.4) / 0.01
    labels = segment_points(cloud, SegmentConfig())
    found = [CLASSES[i] for i in labels.probabilities.argmax(dim=1).tolist()]
    assert {"wall", "floor", "ceiling"} <= set(found)
    assert found.count("otherprop") < 0.1 * len(found)


@pytest.mark.parametrize("scale", [0.01, 1.0, 1000.0])
def test_meshes_of_any_size_are_looked_at(scale):
    mesh = mesh_of_box((scale, scale, scale))
    cloud = sample_mesh(mesh, CloudConfig())
    assert 1000 < len(cloud.points) <= 2_000_100


def test_a_mesh_without_area_is_refused():
    flat = TriangleMesh(torch.zeros(3, 3), torch.tensor([[0, 1, 2]]).int(), None, None)
    with pytest.raises(InputError, match="no face with an area"):
        sample_mesh(flat, CloudConfig())
    with pytest.raises(InputError, match="too small"):
        sample_mesh(mesh_of_box((100, 100, 100)), CloudConfig(voxel_size=0.01))


def test_a_grid_for_networks_has_the_distances_of_a_sphere():
    points = sphere(8000)
    cloud = orient(cloud_of(points, normals=points.float()), CloudConfig())
    scanned = cloud_grid(cloud, ScanGridConfig())
    places = torch.cartesian_prod(*[torch.arange(side) for side in scanned.distance.shape]).double()
    world = (scanned.origin + scanned.voxel_size * places) @ scanned.world_from_volume.T
    true, known = world.norm(dim=1) - 1, scanned.known.reshape(-1) > 0
    assert float((scanned.distance.reshape(-1)[known] - true[known]).abs().max()) < 0.02
    assert bool(known[true.abs() < 0.05].all())
    assert not bool(known[true.abs() > 0.2].any())
    assert bool((scanned.distance.reshape(-1)[~known] == scanned.truncation).all())


def test_up_must_have_a_length():
    with pytest.raises(InputError, match=r"cloud\.up"):
        orient(cloud_of(sphere(100)), CloudConfig(up=(0, 0, 0)))
    cloud = orient(cloud_of(sphere(100)), CloudConfig(up=(0, 0, 2)))
    assert cloud.up is not None
    assert cloud.up.tolist() == [0, 0, 1]
