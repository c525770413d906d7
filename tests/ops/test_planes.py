"""Planes in noisy points."""

import math

import pytest
import torch

from geo3d.ops.planes import fit_plane, grow_regions, mean_in_cells, neighbouring_cells, refine_up


def random(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_cells_hold_the_means_of_their_points():
    points = torch.rand(500, 3, generator=random()).double() * 4 - 2
    normals = torch.nn.functional.normalize(torch.randn(500, 3, generator=random(1)).double(), dim=1)
    cells, means, directions, rows = mean_in_cells(points, normals, 0.5)
    assert cells.tolist() == sorted(cells.tolist())
    for row in range(0, len(cells), 17):
        inside = ((points / 0.5).round().int() == cells[row]).all(dim=1)
        assert torch.equal(inside, rows == row)
        torch.testing.assert_close(means[row], points[inside].mean(0))
        torch.testing.assert_close(directions[row], torch.nn.functional.normalize(normals[inside].sum(0), dim=0))


def test_pairs_are_all_cells_that_touch():
    cells = torch.cartesian_prod(*[torch.arange(4)] * 3).int()
    cells = cells[torch.rand(64, generator=random(3)) < 0.4]
    found = {tuple(sorted(pair)) for pair in zip(*(side.tolist() for side in neighbouring_cells(cells)), strict=True)}
    apart = (cells[:, None] - cells[None]).abs().amax(-1)
    wanted = {tuple(pair) for pair in (apart == 1).nonzero().tolist() if pair[0] < pair[1]}
    assert found == wanted


def test_a_step_and_an_edge_part_regions():
    x, y = torch.meshgrid(torch.arange(10), torch.arange(10), indexing="ij")
    flat = torch.stack([x, y, (x >= 5).long()], dim=-1).reshape(-1, 3)  # a step of one cell up, in the middle
    cells = flat.int()
    normals = torch.tensor([0.0, 0, 1]).double().expand(100, 3)
    regions = grow_regions(cells, flat.double() * 0.05, normals, torch.ones(100).bool(), 0.3, 0.02)
    assert len(regions.unique()) == 2
    assert len(regions[flat[:, 0] < 5].unique()) == 1
    folded = torch.stack([x.clamp(max=5), y, (x - 5).clamp(min=0)], dim=-1).reshape(-1, 3)  # a floor and a wall
    order = (folded @ torch.tensor([10000, 100, 1])).argsort()
    folded, flat = folded[order], flat[order]
    tilted = torch.where((flat[:, :1] < 5), normals, torch.tensor([-1.0, 0, 0]).double())
    regions = grow_regions(folded.int(), folded.double() * 0.05, tilted, flat[:, 1] > 0, 0.3, 0.02)
    assert len(regions[regions >= 0].unique()) == 2
    assert int((regions < 0).sum()) == 10


@pytest.mark.parametrize("upright", [None, torch.tensor([0.0, 0, 1]).double()])
def test_outliers_do_not_move_a_plane(upright: torch.Tensor | None):
    normal = torch.nn.functional.normalize(torch.tensor([1.0, 2, 0 if upright is not None else 0.5]).double(), dim=0)
    across = torch.linalg.svd(normal[None])[2][1:]
    points = torch.randn(400, 2, generator=random(5)).double() @ across + 3 * normal
    points += 0.003 * torch.randn(400, 3, generator=random(6)).double()
    points[:40] += 0.5 * normal
    found, offset = fit_plane(points, normal.expand(400, 3), upright)
    assert math.degrees(math.acos(min(1, float(found @ normal)))) < 0.5
    assert offset == pytest.approx(3, abs=0.01)


def test_up_is_found_from_floor_and_walls():
    up = torch.nn.functional.normalize(torch.tensor([0.1, -0.9, -0.45]).double(), dim=0)
    aside = torch.linalg.svd(up[None])[2][1:]
    turn = torch.rand(600, generator=random(7)).double() * 2 * math.pi
    walls = turn.cos()[:, None] * aside[0] + turn.sin()[:, None] * aside[1]
    normals = torch.cat([up.expand(300, 3), walls, torch.randn(200, 3, generator=random(8)).double()])
    normals = torch.nn.functional.normalize(normals + 0.05 * torch.randn(1100, 3, generator=random(9)), dim=1)
    rough = torch.nn.functional.normalize(up + 0.3 * aside[0], dim=0)
    assert math.degrees(math.acos(min(1, float(refine_up(normals, rough) @ up)))) < 1
    assert torch.equal(refine_up(normals[:0], rough), rough)
