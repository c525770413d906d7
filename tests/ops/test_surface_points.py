import pytest
import torch

from geo3d.ops.block_grid import split_blocks
from geo3d.ops.surface_points import SurfacePoints, cell_features, floor_height, surface_points

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


def test_points_of_a_ball_lie_on_it_and_face_outwards():
    distance, known = ball()
    origin = torch.tensor([3.0, -2.0, 1.0])
    surface, voxels = surface_points(distance, known, origin, SIZE, TRUNCATION)
    out = surface.points.double() - origin - 1.0
    assert (out.norm(dim=1) - 0.6).abs().max() < 0.1 * SIZE
    assert (torch.nn.functional.normalize(out, dim=1) * surface.normals).sum(dim=1).min() > 0.98
    assert ((surface.points - origin) / SIZE - voxels).abs().max() <= 0.5 + 1e-4
    assert len(voxels) > 4 * torch.pi * 0.6**2 / SIZE**2


def test_shares_around_are_counted():
    distance, known = ball()
    surface, voxels = surface_points(distance, known, torch.zeros(3), SIZE, TRUNCATION)
    for row in range(0, len(voxels), 97):
        x, y, z = voxels[row].tolist()
        cube = (slice(x - 2, x + 3), slice(y - 2, y + 3), slice(z - 2, z + 3))
        free = ((distance[cube] > 0) & (known[cube] > 0)).float().mean()
        assert surface.free[row] == pytest.approx(float(free), abs=1e-6)
        assert surface.unknown[row] == pytest.approx(float((known[cube] == 0).float().mean()), abs=1e-6)


def test_inferred_distances_go_on_where_nothing_is_known():
    distance, known = ball()
    known[20:] = 0
    half = torch.where(known > 0, distance, TRUNCATION)
    seen, _ = surface_points(half, known, torch.zeros(3), SIZE, TRUNCATION)
    inferred = torch.where(known > 0, TRUNCATION, distance)  # what was seen does not ask for it
    both, voxels = surface_points(half, known, torch.zeros(3), SIZE, TRUNCATION, inferred)
    whole, _ = surface_points(distance, torch.ones_like(known), torch.zeros(3), SIZE, TRUNCATION)
    assert seen.points[:, 0].max() < 20 * SIZE
    assert torch.equal(both.points, whole.points)
    assert both.unknown[voxels[:, 0] > 24].min() == 1


def room() -> SurfacePoints:
    """A floor at 0.3 m, a table at 1.03 m, a ceiling at 2.7 m and a few surface of noise under the floor."""
    flat = torch.cartesian_prod(torch.arange(60), torch.arange(60)).float() * SIZE
    level = [torch.cat([flat, torch.full((len(flat), 1), height)], dim=1) for height in (0.3, 2.7)]
    table = torch.cat([flat[:400], torch.full((400, 1), 1.03)], dim=1)
    noise = torch.cat([flat[:20], torch.full((20, 1), -0.4)], dim=1)
    points = torch.cat([*level, table, noise])
    normals = torch.tensor([0.0, 0, 1]).repeat(len(points), 1)
    normals[len(flat) : 2 * len(flat)] *= -1
    return SurfacePoints(points, normals, torch.full((len(points),), 0.5), torch.zeros(len(points)))


def test_the_floor_is_the_lowest_level_that_is_large():
    assert floor_height(room()) == pytest.approx(0.3, abs=1e-6)


def test_nothing_has_a_floor_at_0():
    nothing = torch.zeros(0, 3)
    assert floor_height(SurfacePoints(nothing, nothing, nothing[:, 0], nothing[:, 0])) == 0


def test_features_say_where_a_point_lies():
    point = torch.tensor([[0.51, 0.26, 1.32]])
    surface = SurfacePoints(point, torch.tensor([[0.0, 0.0, 1.0]]), torch.tensor([0.4]), torch.tensor([0.1]))
    made, rows = cell_features(surface, 0.32, SIZE, torch.tensor([0.0, 0.02, 0.03]), batch=3)
    assert made.coordinates.tolist() == [[3, 10, 4, 25]]
    assert rows.tolist() == [0]
    behind = (25.5 * SIZE + 0.03 - 1.32) / SIZE
    assert made.features[0].tolist() == pytest.approx([0, 0, 1, behind, 1.0, 0.4, 0.1, 1], abs=1e-4)
