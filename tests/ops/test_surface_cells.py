import pytest
import torch

from geo3d.ops.block_grid import split_blocks
from geo3d.ops.surface_cells import SurfaceCells, cell_features, floor_height, surface_cells

SIZE, TRUNCATION = 0.05, 0.15


def grid(shape: tuple[int, int, int]) -> torch.Tensor:
    return torch.stack(torch.meshgrid(*(torch.arange(side) for side in shape), indexing="ij"), dim=-1).double() * SIZE


def ball(shape=(40, 40, 40), radius=0.6) -> tuple[torch.Tensor, torch.Tensor]:
    distance = ((grid(shape) - 1.0).norm(dim=-1) - radius).clamp(-TRUNCATION, TRUNCATION).float()
    return distance, (distance > -0.1).byte()


def test_blocks_hold_the_grid_and_the_fill():
    values = torch.arange(9 * 8 * 3).reshape(9, 8, 3)
    blocks, parts = split_blocks(values, -1)
    assert blocks.tolist() == [[0, 0, 0], [1, 0, 0]]
    for (x, y, z), part in zip(blocks.tolist(), parts, strict=True):
        for i, j, k in torch.cartesian_prod(*[torch.arange(8)] * 3).tolist():
            at = (8 * x + i, 8 * y + j, 8 * z + k)
            inside = all(a < side for a, side in zip(at, values.shape, strict=True))
            assert part[i, j, k] == (values[at] if inside else -1)


def test_cells_of_a_ball_lie_on_it_and_face_outwards():
    distance, known = ball()
    origin = torch.tensor([3.0, -2.0, 1.0])
    cells, voxels = surface_cells(distance, known, origin, SIZE, TRUNCATION)
    out = cells.points.double() - origin - 1.0
    assert (out.norm(dim=1) - 0.6).abs().max() < 0.1 * SIZE
    assert (torch.nn.functional.normalize(out, dim=1) * cells.normals).sum(dim=1).min() > 0.98
    assert ((cells.points - origin) / SIZE - voxels).abs().max() <= 0.5 + 1e-4
    assert len(voxels) == pytest.approx(4 * torch.pi * 0.6**2 / SIZE**2, rel=0.6)


def test_shares_around_are_counted():
    distance, known = ball()
    cells, voxels = surface_cells(distance, known, torch.zeros(3), SIZE, TRUNCATION)
    for row in range(0, len(voxels), 97):
        x, y, z = voxels[row].tolist()
        cube = (slice(x - 2, x + 3), slice(y - 2, y + 3), slice(z - 2, z + 3))
        free = ((distance[cube] > 0) & (known[cube] > 0)).float().mean()
        assert cells.free[row] == pytest.approx(float(free), abs=1e-6)
        assert cells.unknown[row] == pytest.approx(float((known[cube] == 0).float().mean()), abs=1e-6)


def room() -> SurfaceCells:
    """A floor at 0.3 m, a table at 1.03 m, a ceiling at 2.7 m and a few cells of noise under the floor."""
    flat = torch.cartesian_prod(torch.arange(60), torch.arange(60)).float() * SIZE
    level = [torch.cat([flat, torch.full((len(flat), 1), height)], dim=1) for height in (0.3, 2.7)]
    table = torch.cat([flat[:400], torch.full((400, 1), 1.03)], dim=1)
    noise = torch.cat([flat[:20], torch.full((20, 1), -0.4)], dim=1)
    points = torch.cat([*level, table, noise])
    normals = torch.tensor([0.0, 0, 1]).repeat(len(points), 1)
    normals[len(flat) : 2 * len(flat)] *= -1
    return SurfaceCells(points, normals, torch.full((len(points),), 0.5), torch.zeros(len(points)))


def test_the_floor_is_the_lowest_level_that_is_large():
    assert floor_height(room()) == pytest.approx(0.3, abs=1e-6)


def test_nothing_has_a_floor_at_0():
    nothing = torch.zeros(0, 3)
    assert floor_height(SurfaceCells(nothing, nothing, nothing[:, 0], nothing[:, 0])) == 0


def test_features_say_where_a_cell_lies():
    point = torch.tensor([[0.51, 0.26, 1.32]])
    cells = SurfaceCells(point, torch.tensor([[0.0, 0.0, 1.0]]), torch.tensor([0.4]), torch.tensor([0.1]))
    made, rows = cell_features(cells, 0.32, SIZE, batch=3)
    assert made.coordinates.tolist() == [[3, 10, 5, 26]]
    assert rows.tolist() == [0]
    behind = (26.5 * SIZE - 1.32) / SIZE
    assert made.features[0].tolist() == pytest.approx([0, 0, 1, behind, 1.0, 0.4, 0.1, 1], abs=1e-4)
