"""Marching cubes: its table, its two ways to run, and the surfaces it makes."""

from collections import Counter

import numpy as np
import pytest
import torch
from scipy.spatial import KDTree
from skimage import measure
from torch import Tensor

from geo3d.ops import marching_cubes
from geo3d.ops.cube_table import CORNERS, EDGE_OWNER, TRIANGLE_COUNT, TRIANGLE_EDGES
from geo3d.ops.marching_cubes import NUDGE, extract_surface
from geo3d.ops.mesh import face_normals
from tests.triton_kernels import DEVICE, needs_triton

MIDDLES = CORNERS[EDGE_OWNER[:, 0] + 2 * EDGE_OWNER[:, 1] + 4 * EDGE_OWNER[:, 2]] + np.eye(3)[EDGE_OWNER[:, 3]] / 2


def block_box(*counts: int, low: int = 0) -> Tensor:
    return torch.cartesian_prod(*(torch.arange(low, low + count) for count in counts)).int()


def to_blocks(dense: Tensor) -> Tensor:
    """Cut a dense grid into blocks, in the order of :func:`block_box`."""
    x, y, z = (side // 8 for side in dense.shape)
    return dense.reshape(x, 8, y, 8, z, 8).permute(0, 2, 4, 1, 3, 5).reshape(-1, 8, 8, 8)


def surface(tsdf: Tensor, blocks: Tensor, weight: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
    weight = torch.ones(tsdf.shape).byte() if weight is None else weight
    return extract_surface(blocks, tsdf, weight, torch.zeros(*tsdf.shape, 3).byte(), 1.0)


def directed_edges(faces: Tensor | np.ndarray) -> Counter[tuple[int, int]]:
    return Counter((face[i], face[(i + 1) % 3]) for face in faces.tolist() for i in range(3))


def volume(vertices: Tensor, faces: Tensor) -> float:
    a, b, c = (vertices[faces[:, i].long()] for i in range(3))
    return float((a * torch.linalg.cross(b, c)).sum() / 6)


def cases_of(dense: Tensor) -> set[int]:
    """Which of the 256 cases are among the cubes of a dense grid."""
    x, y, z = (side - 1 for side in dense.shape)
    cubes = sum((dense[a : a + x, b : b + y, c : c + z] < 0).int() << i for i, (a, b, c) in enumerate(CORNERS.tolist()))
    return set(torch.as_tensor(cubes).reshape(-1).tolist())


def test_a_case_has_its_vertices_on_the_cut_edges_and_is_open_in_the_cubes_sides_alone():
    ends = np.array([(np.abs(CORNERS - middle).sum(axis=1) == 0.5).nonzero()[0] for middle in MIDDLES])
    for case in range(256):
        inside = np.array([case >> corner & 1 for corner in range(8)], bool)
        cut = (inside[ends[:, 0]] != inside[ends[:, 1]]).nonzero()[0]
        assert set(TRIANGLE_EDGES[case].tolist()) - {-1} == set(cut.tolist())
        edges = directed_edges(TRIANGLE_EDGES[case, : 3 * TRIANGLE_COUNT[case]].reshape(-1, 3))
        assert set(edges.values()) <= {1}
        for edge in edges:
            in_a_side = any((MIDDLES[list(edge), axis] == at).all() for axis in range(3) for at in (0, 1))
            assert in_a_side != (edge[::-1] in edges)


def rough_volume(dtype: torch.dtype, seed: int, side: int = 3) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Blocks with gaps, random distances with zeros of both signs, weights and colours."""
    source = torch.Generator().manual_seed(seed)
    blocks = block_box(side, side, side, low=-1)
    blocks = blocks[torch.rand(len(blocks), generator=source) < 0.7]
    shape = (len(blocks), 8, 8, 8)
    tsdf = torch.rand(shape, generator=source, dtype=dtype) * 2 - 1
    tsdf[torch.rand(shape, generator=source) < 0.1] = 0
    tsdf[torch.rand(shape, generator=source) < 0.05] = -0.0
    weight = torch.randint(0, 30, shape, generator=source).byte()
    colour = torch.randint(0, 256, (*shape, 3), generator=source).byte()
    colour[torch.rand(shape, generator=source) < 0.2] = 0
    return blocks, tsdf, weight, colour


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("seed", range(4))
def test_kernel_and_reference_make_the_same_mesh(dtype: torch.dtype, seed: int, monkeypatch: pytest.MonkeyPatch):
    volume = rough_volume(dtype, seed)
    ours = extract_surface(*volume, 2.5)
    monkeypatch.setattr(marching_cubes, "implementation", lambda device: "torch")
    wanted = extract_surface(*volume, 2.5)
    assert len(ours[1]) > 1000
    assert torch.equal(ours[1], wanted[1])
    torch.testing.assert_close(ours[0], wanted[0])
    assert int((ours[2].int() - wanted[2].int()).abs().max()) <= 1


@needs_triton
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_gpus_kernels_make_the_same_mesh_to_the_bit(dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch):
    for volume in (rough_volume(dtype, 2, 2), smooth_volume(dtype)):
        wanted = extract_surface(*volume, 2.5)
        monkeypatch.setattr(marching_cubes, "implementation", lambda device: "triton")
        blocks, tsdf, weight, colour = (part.to(DEVICE) for part in volume)
        ours = extract_surface(blocks, tsdf, weight, colour, 2.5)
        monkeypatch.undo()
        assert len(wanted[1]) > 300
        for found, part in zip(ours, wanted, strict=True):
            assert found.device.type == DEVICE.type
            assert found.dtype == part.dtype
            assert torch.equal(found.cpu(), part)


@needs_triton
def test_the_gpus_kernels_find_no_mesh_where_there_is_none(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(marching_cubes, "implementation", lambda device: "triton")
    for side in (0, 2):
        tsdf = torch.ones(side**3, 8, 8, 8, device=DEVICE)
        found = extract_surface(block_box(side, side, side).to(DEVICE), tsdf, tsdf.byte(), None, 1.0)
        assert [tuple(part.shape) for part in found] == [(0, 3)] * 3


def smooth_volume(dtype: torch.dtype) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """A sphere, clipped, in blocks that lie on both sides of the origin."""
    voxels = torch.cartesian_prod(*[torch.arange(-8, 8)] * 3).reshape(16, 16, 16, 3)
    tsdf = to_blocks((voxels - torch.tensor([0.3, -0.4, 0.1])).norm(dim=-1) / 4 - 1.5).clamp(-1, 1).to(dtype)
    colour = torch.stack([to_blocks((voxels[..., axis] + 8) * 15) for axis in range(3)], dim=-1).byte()
    return block_box(2, 2, 2, low=-1), tsdf, torch.full(tsdf.shape, 9).byte(), colour


@pytest.mark.parametrize("levels", [None, 1, 3])
@pytest.mark.parametrize("seed", range(3))
def test_a_random_closed_field_gives_a_watertight_mesh(levels: int | None, seed: int):
    dense = torch.rand(24, 16, 16, generator=torch.Generator().manual_seed(seed)) * 2 - 1
    if levels is not None:
        dense = (dense * levels).round()  # many exact zeros
    border = torch.ones_like(dense, dtype=torch.bool)
    border[1:-1, 1:-1, 1:-1] = False
    dense[border] = dense[border].abs() + 0.1
    assert levels == 1 or len(cases_of(dense)) == 256
    vertices, faces, _ = surface(to_blocks(dense), block_box(3, 2, 2))
    edges = directed_edges(faces)
    assert set(edges.values()) == {1}
    assert all(edge[::-1] in edges for edge in edges)
    assert sorted(set(faces.reshape(-1).tolist())) == list(range(len(vertices)))
    assert float(face_normals(vertices, faces).norm(dim=1).min()) > 0
    assert volume(vertices, faces) > 0


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_sphere_has_its_volume_area_and_radius(dtype: torch.dtype):
    radius, centre = 12.3, torch.tensor([0.3, -0.4, 0.1], dtype=torch.float64)
    voxels = torch.cartesian_prod(*[torch.arange(-16, 16)] * 3).reshape(32, 32, 32, 3)
    distance = (voxels - centre).norm(dim=-1) - radius
    vertices, faces, _ = surface(to_blocks(distance / 4).clamp(-1, 1).to(dtype), block_box(4, 4, 4, low=-2))
    assert float(((vertices - centre).norm(dim=1) - radius).abs().max()) < 0.02
    assert volume(vertices - centre, faces) == pytest.approx(4 / 3 * np.pi * radius**3, rel=0.005)
    normals = face_normals(vertices, faces)
    assert float(normals.norm(dim=1).sum() / 2) == pytest.approx(4 * np.pi * radius**2, rel=0.005)
    assert bool(((vertices[faces[:, 0].long()] - centre) * normals).sum(dim=1).gt(0).all())


def test_vertices_are_where_skimage_puts_them():
    random = np.random.default_rng(0)
    waves, shifts = random.normal(size=(5, 3)) * 0.4, random.normal(size=5)
    voxels = np.stack(np.meshgrid(*[np.arange(24.0)] * 3, indexing="ij"), axis=-1)
    dense = np.sin(voxels @ waves.T + shifts).sum(axis=-1)
    vertices, faces, _ = surface(to_blocks(torch.from_numpy(dense)), block_box(3, 3, 3))
    theirs, their_faces, *_ = measure.marching_cubes(dense, 0.0)
    assert KDTree(theirs).query(vertices.numpy())[0].max() < 2 * NUDGE
    missed = KDTree(vertices.numpy()).query(theirs)[0] > 2 * NUDGE  # vertices that they put inside cubes
    assert missed.mean() < 0.01
    assert len(faces) == pytest.approx(len(their_faces), rel=0.02)


@pytest.mark.parametrize("value", [-1.0, 0.0, 1.0])
@pytest.mark.parametrize("side", [0, 2])
def test_without_a_change_of_sign_there_is_no_mesh(value: float, side: int):
    parts = surface(torch.full((side**3, 8, 8, 8), value), block_box(side, side, side))
    assert [tuple(part.shape) for part in parts] == [(0, 3)] * 3


@pytest.mark.parametrize(
    ("blocks", "squares"),
    [
        ([(0, 0, 0)], 7 * 7),
        ([(0, 0, 0), (0, 0, 5), (5, 0, 0)], 7 * 7 * 2),  # the one at z = 5 does not hold the plane
        ([(0, 0, 0), (1, 1, 0)], 2 * 7 * 7),  # touch along an edge
        ([(-1, -1, 0), (0, -1, 0)], 15 * 7),
        ([(-1, -1, 0), (-1, 0, 0), (0, -1, 0), (0, 0, 0)], 15 * 15),
    ],
)
def test_a_plane_ends_where_blocks_end(blocks: list[tuple[int, int, int]], squares: int):
    z = torch.tensor(blocks)[:, 2, None] * 8 + torch.arange(8)
    tsdf = ((z - 3.25) / 10)[:, None, None, :].expand(-1, 8, 8, 8).contiguous()
    vertices, faces, _ = surface(tsdf, torch.tensor(blocks).int())
    assert len(faces) == 2 * squares
    torch.testing.assert_close(vertices[:, 2], torch.full((len(vertices),), 3.25).double())
    normals = face_normals(vertices, faces)
    torch.testing.assert_close(normals, torch.tensor([0.0, 0, 1]).double().expand_as(normals))


def test_a_voxel_seen_too_little_takes_its_eight_cubes_away():
    tsdf = ((torch.arange(8) - 3.5) / 10).expand(1, 8, 8, 8).contiguous()
    weight, colour = torch.full((1, 8, 8, 8), 255).byte(), torch.zeros(1, 8, 8, 8, 3).byte()
    weight[0, 4, 4, 3] = 3
    for least, squares in ((3.0, 49), (3.5, 49 - 4), (255.0, 49 - 4), (256.0, 0)):
        assert len(extract_surface(block_box(1, 1, 1), tsdf, weight, colour, least)[1]) == 2 * squares


@pytest.mark.parametrize("least", [0.0, 1.0])
def test_voxels_never_seen_bear_no_surface_whatever_is_asked_for(least: float):
    tsdf, weight = ((torch.arange(8) - 3.5) / 10).expand(1, 8, 8, 8).contiguous(), torch.zeros(1, 8, 8, 8).byte()
    assert len(extract_surface(block_box(1, 1, 1), tsdf, weight, torch.zeros(1, 8, 8, 8, 3).byte(), least)[1]) == 0


def test_colours_are_blended_along_the_cut_edges():
    ramp = torch.arange(16)
    dense = ((ramp - 7.25) / 10)[:, None, None].expand(16, 8, 8)  # cut between two blocks
    blocks, colour = block_box(2, 1, 1), torch.zeros(2, 8, 8, 8, 3, dtype=torch.uint8)
    colour[..., 0] = to_blocks((ramp * 10)[:, None, None].expand(16, 8, 8)).byte()
    colour[..., 1] = 255 - colour[..., 0]
    tsdf = to_blocks(dense).contiguous()
    _, _, colours = extract_surface(blocks, tsdf, torch.ones(tsdf.shape).byte(), colour, 1.0)
    assert len(colours) == 64
    assert colours.unique(dim=0).tolist() in ([[72, 183, 0]], [[73, 182, 0]], [[72, 182, 0]], [[73, 183, 0]])
