"""Voxels inside meshes: kernel, reference, solid angles and shapes whose inside is known."""

import math

import numpy as np
import pytest
import torch
import trimesh
from torch import Tensor

from geo3d.ops import winding
from geo3d.ops.distance import _point_triangle_distances
from geo3d.ops.winding import _cross_columns_reference_, inside_mesh, winding_columns

ZERO = torch.zeros(3, dtype=torch.float64)
SHAPE = (9, 11, 13)


def use_reference(patch: pytest.MonkeyPatch) -> None:
    def cross_columns(*arrays: np.ndarray) -> None:
        _cross_columns_reference_(*map(torch.from_numpy, arrays))

    patch.setattr(winding.kernel, "cross_columns", cross_columns)


@pytest.fixture(params=["kernel", "reference"])
def _either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a test with the kernel, then with the reference in its place."""
    if request.param == "reference":
        use_reference(monkeypatch)


def box(low: tuple[float, ...], high: tuple[float, ...]) -> tuple[Tensor, Tensor]:
    mesh = trimesh.creation.box(bounds=[low, high])
    return torch.from_numpy(np.array(mesh.vertices)), torch.from_numpy(np.array(mesh.faces))


def join(*meshes: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    starts = np.cumsum([0] + [len(vertices) for vertices, _ in meshes]).tolist()
    faces = [part + start for (_, part), start in zip(meshes, starts, strict=False)]
    return torch.cat([vertices for vertices, _ in meshes]), torch.cat(faces)


def without(mesh: tuple[Tensor, Tensor], *directions: tuple[int, ...]) -> tuple[Tensor, Tensor]:
    """The mesh less the faces that look exactly there."""
    vertices, faces = mesh
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    normals = torch.nn.functional.normalize(torch.linalg.cross(b - a, c - a), dim=1)
    gone = torch.stack([(normals == torch.tensor(d).double()).all(dim=1) for d in directions]).any(dim=0)
    assert gone.any()
    return vertices, faces[~gone]


def centres(shape: tuple[int, int, int] = SHAPE) -> Tensor:
    return torch.stack(torch.meshgrid(*(torch.arange(side).double() for side in shape), indexing="ij"), dim=-1)


def in_box(low: tuple[float, ...], high: tuple[float, ...], edge: bool = False) -> Tensor:
    at, low_corner, high_corner = centres(), torch.tensor(low).double(), torch.tensor(high).double()
    if edge:
        return ((at >= low_corner) & (at <= high_corner)).all(dim=-1)
    return ((at > low_corner) & (at < high_corner)).all(dim=-1)


def by_solid_angle(points: Tensor, vertices: Tensor, faces: Tensor) -> Tensor:
    """Winding numbers as sums of solid angles (van Oosterom and Strackee 1983)."""
    total = points.new_zeros(len(points))
    for face in faces:
        a, b, c = (vertices[corner] - points for corner in face)
        x, y, z = a.norm(dim=1), b.norm(dim=1), c.norm(dim=1)
        volume = (a * torch.linalg.cross(b, c)).sum(dim=1)
        total += 2 * torch.atan2(volume, x * y * z + (a * b).sum(1) * z + (b * c).sum(1) * x + (c * a).sum(1) * y)
    return total / (4 * math.pi)


def random_tetrahedra(count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Closed, overlapping, some of them inside out."""
    corners = torch.rand(count, 4, 3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) * 12 - 1
    faces = torch.tensor([[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]])
    return corners.reshape(-1, 3), torch.cat([faces + 4 * i for i in range(count)])


@pytest.mark.usefixtures("_either")
@pytest.mark.parametrize("axis", range(3))
@pytest.mark.parametrize("seed", range(2))
def test_columns_count_the_solid_angles_around_voxels(seed: int, axis: int):
    mesh = random_tetrahedra(12, seed)
    numbers, totals = winding_columns(*mesh, ZERO, 1.0, SHAPE, axis)
    wanted = by_solid_angle(centres().reshape(-1, 3), *mesh).reshape(SHAPE)
    assert torch.equal(numbers, wanted.round().int())
    assert not totals.any()
    assert int(numbers.amin()) < 0
    assert int(numbers.amax()) > 1


@pytest.mark.parametrize("axis", range(3))
@pytest.mark.parametrize("spread", [1, 30])
@pytest.mark.parametrize("whole", [True, False], ids=["on the grid", "anywhere"])
def test_kernel_and_reference_agree_on_soup(whole: bool, spread: int, axis: int, monkeypatch: pytest.MonkeyPatch):
    source = torch.Generator().manual_seed(spread)
    vertices = (torch.rand(60, 3, generator=source, dtype=torch.float64) - 0.4) * spread * 13
    faces = torch.randint(60, (300, 3), generator=source)
    inputs = (vertices.round() if whole else vertices), faces, ZERO, 1.0, SHAPE, axis
    ours = winding_columns(*inputs)
    use_reference(monkeypatch)
    wanted = winding_columns(*inputs)
    assert torch.equal(ours[0], wanted[0])
    assert torch.equal(ours[1], wanted[1])
    assert ours[1].any()


@pytest.mark.usefixtures("_either")
def test_a_box_on_the_grid_holds_what_lies_between_its_faces():
    low, high = (2.0, 3.0, 1.0), (6.0, 8.0, 9.0)
    for axis in range(3):
        numbers, totals = winding_columns(*box(low, high), ZERO, 1.0, SHAPE, axis)
        inner, outer = in_box(low, high), in_box(low, high, edge=True)
        assert (numbers[inner] == 1).all()
        assert not numbers[~outer].any()
        assert ((numbers[outer & ~inner] & ~1) == 0).all()  # on the faces themselves either is right
        assert not totals.any()


@pytest.mark.usefixtures("_either")
@pytest.mark.parametrize("seed", range(3))
def test_columns_through_corners_and_edges_count_each_crossing_once(seed: int):
    ball = trimesh.creation.icosphere(2, radius=4.5)
    source = np.random.default_rng(seed)
    vertices = torch.from_numpy(np.round(2 * (np.array(ball.vertices) + 4.5 + source.random(3))) / 2)
    vertices, faces = vertices[:, [1, 2, 0]], torch.from_numpy(np.array(ball.faces))
    points = centres().reshape(-1, 3)
    wanted = by_solid_angle(points, vertices, faces).reshape(SHAPE).round().int()
    off = (_point_triangle_distances(points[:, None], vertices[faces]).amin(dim=1) > 1e-9).reshape(SHAPE)
    assert 20 < int((~off).sum()) < 0.2 * off.numel()
    for axis in range(3):
        numbers, totals = winding_columns(vertices, faces, ZERO, 1.0, SHAPE, axis)
        assert torch.equal(numbers[off], wanted[off])
        assert not totals.any()


def test_faces_with_corners_of_their_own_are_as_closed_as_shared_ones():
    vertices, faces = random_tetrahedra(5, 0)
    apart = vertices[faces].reshape(-1, 3), torch.arange(3 * len(faces)).reshape(-1, 3)
    ours, wanted = (winding_columns(*mesh, ZERO, 1.0, SHAPE, 2) for mesh in (apart, (vertices, faces)))
    assert torch.equal(ours[0], wanted[0])
    assert not ours[1].any()


def test_overlapping_parts_are_solid_and_parts_inside_out_are_holes():
    first, second = ((1.5, 1.5, 1.5), (6.5, 6.5, 6.5)), ((4.5, 4.5, 4.5), (7.5, 9.5, 9.5))
    either = in_box(*first) | in_box(*second)
    assert torch.equal(inside_mesh(*join(box(*first), box(*second)), ZERO, 1.0, SHAPE), either)
    vertices, faces = box((2.5, 2.5, 2.5), (4.5, 4.5, 4.5))
    hollow = join(box(*first), (vertices, faces.flip(1)))
    kept = in_box(*first) & ~in_box((2.5, 2.5, 2.5), (4.5, 4.5, 4.5))
    assert torch.equal(inside_mesh(*hollow, ZERO, 1.0, SHAPE), kept)
    assert not inside_mesh(vertices, faces.flip(1), ZERO, 1.0, SHAPE).any()


@pytest.mark.parametrize(
    "missing",
    [
        [(0, 0, 1)],
        [(0, 0, -1)],
        [(1, 0, 0)],
        [(0, -1, 0)],
        [(0, 0, 1), (0, 0, -1)],
        [(0, 0, -1), (-1, 0, 0)],
    ],
)
def test_a_box_that_lacks_sides_still_holds_its_inside(missing: list[tuple[int, int, int]]):
    low, high = (1.5, 2.5, 3.5), (6.5, 7.5, 8.5)
    assert torch.equal(inside_mesh(*without(box(low, high), *missing), ZERO, 1.0, SHAPE), in_box(low, high))


@pytest.mark.parametrize("axis", range(3))
def test_a_single_sheet_has_no_inside(axis: int):
    direction = tuple(-int(i == axis) for i in range(3))
    whole = box((1.5, 1.5, 1.5), (6.5, 6.5, 6.5))
    others = [tuple(sign * int(i == other) for i in range(3)) for other in range(3) for sign in (1, -1)]
    sheet = without(whole, *(other for other in others if other != direction))
    assert len(sheet[1]) == 2
    assert not inside_mesh(*sheet, ZERO, 1.0, SHAPE).any()


def test_a_grid_within_a_solid_is_all_inside():
    assert inside_mesh(*box((-40.2, -40.0, -40.0), (60.0, 60.0, 60.0)), ZERO, 1.0, SHAPE).all()


@pytest.mark.parametrize("far", [1e3, 1e6])
def test_the_grid_may_lie_anywhere_in_any_unit(far: float):
    low, high, voxel = (1.5, 2.5, 3.5), (6.5, 7.5, 8.5), 0.047
    vertices, faces = box(low, high)
    origin = torch.tensor([far, -far, far / 3]).double()
    assert torch.equal(inside_mesh(vertices * voxel + origin, faces, origin, voxel, SHAPE), in_box(low, high))


def test_the_reference_runs_on_no_faces():
    steps, totals = torch.zeros(2, 3, 4).int(), torch.zeros(2, 3).int()
    _cross_columns_reference_(torch.zeros(1, 3).double(), torch.zeros(0, 3).long(), steps, totals)
    assert not steps.any()
    assert not inside_mesh(torch.zeros(0, 3), torch.zeros(0, 3).long(), ZERO, 1.0, (2, 3, 4)).any()


def test_what_cannot_be_a_mesh_or_a_grid_is_refused():
    vertices, faces = box((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    for wrong in (math.nan, math.inf, 1e16):
        lost = vertices.clone()
        lost[5, 1] = wrong
        with pytest.raises(ValueError, match="vertex 5 is at"):
            inside_mesh(lost, faces, ZERO, 1.0, SHAPE)
    for wrong in (-1, 8):
        lost = faces.clone()
        lost[3, 2] = wrong
        with pytest.raises(ValueError, match="there are 8 vertices, from 0 on"):
            inside_mesh(vertices, lost, ZERO, 1.0, SHAPE)
    for wrong in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="the voxel size is"):
            inside_mesh(vertices, faces, ZERO, wrong, SHAPE)
    with pytest.raises(ValueError, match="the origin is"):
        inside_mesh(vertices, faces, ZERO * math.nan, 1.0, SHAPE)
    with pytest.raises(ValueError, match="the shape is"):
        inside_mesh(vertices, faces, ZERO, 1.0, (3, -1, 3))
