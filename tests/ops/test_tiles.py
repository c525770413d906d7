"""Tiles against the whole grid at once, and against what they promise to cover."""

import itertools

import pytest
import torch
from torch.nn.functional import avg_pool3d, conv3d, interpolate

from geo3d.errors import InputError
from geo3d.ops.tiles import pad_to_multiple, plan_tiles, run_in_tiles


def network(grid: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """A step down by 4 and back up between convolutions; looks 1 + (3 + 4) + 1 voxels beyond a region aligned to 4.

    The bias makes zeros around a grid differ from zeros in it.
    """
    random = torch.Generator().manual_seed(0)
    kernels = [torch.rand(2, 2, 3, 3, 3, generator=random, dtype=torch.float64) - 0.4 for _ in range(3)]
    bias = torch.tensor([0.3, -0.1], dtype=torch.float64)
    found = conv3d(grid[None], kernels[0], bias, padding=1)
    coarse = conv3d(avg_pool3d(found, 4), kernels[1], bias, padding=1)
    found = conv3d(interpolate(coarse, scale_factor=4) + found, kernels[2], bias, padding=1)[0]
    return found, found[0].clone()


def test_tiles_give_what_the_whole_grid_gives_at_once():
    grid = torch.rand(2, 46, 45, 9, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    expected = network(pad_to_multiple(grid, 4))
    assert len(plan_tiles((48, 48, 12), 4, 9, 1, 32 * 36 * 12)) > 3
    found = run_in_tiles(network, grid, stride=4, halo=9, voxel_memory=1, max_memory=32 * 36 * 12)
    assert torch.allclose(found[0], expected[0][:, :46, :45, :9], atol=1e-12)
    assert torch.allclose(found[1], expected[1][:46, :45, :9], atol=1e-12)


def test_less_of_a_halo_is_seen():
    grid = torch.rand(2, 48, 16, 8, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    found = run_in_tiles(network, grid, stride=4, halo=8, voxel_memory=1, max_memory=24 * 16 * 8)
    assert not torch.allclose(found[0], network(grid)[0], atol=1e-6)


@pytest.mark.parametrize("most", [20**3, 12_000, 10**6])
@pytest.mark.parametrize("shape", [(40, 24, 20), (8, 8, 8), (160, 4, 64)])
def test_tiles_cover_every_voxel_once_within_the_memory_and_aligned(shape: tuple[int, int, int], most: int):
    tiles = plan_tiles(shape, 4, 8, 10, 10 * most)
    covered = torch.zeros(shape, dtype=torch.int64)
    for given, taken in tiles:
        covered[tuple(slice(*one) for one in given)] += 1
        assert 10 * torch.tensor([end - first for first, end in taken]).prod() <= 10 * most
        assert all(first % 4 == 0 and end % 4 == 0 for first, end in (*given, *taken))
        for (first, end), (before, behind), side in zip(given, taken, shape, strict=True):
            assert before == max(first - 8, 0)
            assert behind == min(end + 8, side)
    assert (covered == 1).all()


def test_no_other_even_cut_takes_in_fewer_voxels():
    def taken(side: int, core: int) -> tuple[int, int]:
        sides = [min(at + core + 8, side) - max(at - 8, 0) for at in range(0, side, core)]
        return sum(sides), max(sides)

    best = min(
        x * y * z
        for (x, a), (y, b), (z, c) in itertools.product(
            *([taken(side, core) for core in range(4, side + 4, 4)] for side in (40, 24, 12))
        )
        if a * b * c <= 5000
    )
    tiles = plan_tiles((40, 24, 12), 4, 8, 1, 5000)
    assert sum(int(torch.tensor([end - first for first, end in taken]).prod()) for _, taken in tiles) == best


def test_a_grid_that_fits_is_one_tile():
    assert plan_tiles((40, 24, 12), 4, 8, 1, 40 * 24 * 12) == [((((0, 40)), (0, 24), (0, 12)),) * 2]


def test_a_grid_smaller_than_the_stride_is_filled_up():
    grid = torch.rand(2, 3, 1, 5, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    found = run_in_tiles(network, grid, stride=4, halo=8, voxel_memory=1, max_memory=1000)[0]
    filled = torch.zeros(2, 4, 4, 8, dtype=torch.float64)
    filled[:, :3, :1, :5] = grid
    assert torch.equal(found, network(filled)[0][:, :3, :1, :5])


def test_too_little_memory_is_one_sentence():
    with pytest.raises(
        InputError, match=r"looks 8 voxels around needs 0.763 MiB .* --max-memory leaves it 0.000954 MiB"
    ):
        plan_tiles((40, 40, 40), 4, 8, 100, 1000)
