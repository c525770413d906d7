"""Where a scan may be completed, and what is carried on over blocks, against loops and closed forms."""

import itertools

import pytest
import torch

from geo3d.ops import fill
from geo3d.ops.block_grid import SIDE
from geo3d.ops.fill import (
    around,
    blocks_around,
    corners_of_cut_cubes,
    free_space,
    grow,
    sample,
    slopes,
    spread,
)


def random(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


def test_growing_takes_one_face_a_step():
    start, among = random(6, 7, 5) < 0.05, random(6, 7, 5, seed=1) < 0.7
    reached = {tuple(at) for at in (start & among).nonzero().tolist()}
    for _ in range(3):
        for at in list(reached):
            for axis, step in itertools.product(range(3), (-1, 1)):
                there = tuple(value + step * (i == axis) for i, value in enumerate(at))
                if all(0 <= value < side for value, side in zip(there, among.shape, strict=True)) and among[there]:
                    reached.add(there)
    found = {tuple(at) for at in grow(start, among, 3).nonzero().tolist()}
    assert len(found) > int((start & among).sum())
    assert found == reached


def test_marks_are_around_within_reach_along_each_axis():
    marks = torch.zeros(9, 9, 9, dtype=torch.bool)
    marks[4, 4, 1] = True
    wanted = torch.zeros_like(marks)
    wanted[2:7, 2:7, :4] = True
    assert (around(marks, 2) == wanted).all()


def slab(low: float, high: float) -> torch.Tensor:
    """Distances to a solid between two planes across x, on a grid of 20 voxels of 0.1 m."""
    x = 0.1 * torch.arange(20.0)
    return (torch.maximum(low - x, x - high))[:, None, None].expand(20, 6, 6).contiguous()


@pytest.mark.parametrize("high", [1.0, 1.04, 1.3])
def test_free_space_does_not_pass_through_a_sheet(high: float):
    distance = slab(1.0, high)
    seen = torch.zeros(20, 6, 6, dtype=torch.bool)
    seen[2] = True
    free = free_space(distance, distance, seen, 0.1, 100)
    assert free[:10].all()  # a voxel at the surface, but still before it
    assert not free[11:].any()
    near = free_space(distance, distance, seen, 0.1, 3)
    assert near[:6].all()
    assert not near[9:].any()  # three more steps lead into corners


def test_what_was_seen_stops_free_space_that_is_inferred():
    inferred, scanned = torch.full((20, 6, 6), 0.3), slab(1.0, 2.0)
    seen = scanned > -0.1
    free = free_space(inferred, scanned, seen, 0.1, 100)
    assert free[:10].all()
    assert not free[10:12].any()


def test_a_distance_is_one_steep_and_a_guess_between_two_places_is_less():
    distance = slab(0.95, 1.5)
    assert torch.allclose(slopes(distance), torch.tensor(0.1), atol=1e-6)
    assert float(slopes(0.2 * distance).max()) == pytest.approx(0.02)


def test_samples_are_trilinear_and_go_on_beyond_the_border():
    volumes = torch.stack([random(5, 4, 6), random(5, 4, 6, seed=2)])
    places = random(2, SIDE, SIDE, SIDE, 3, seed=1) * torch.tensor([4.0, 3.0, 5.0])
    found = sample(volumes, places)
    for at in ((0, 0, 0, 0), (1, 3, 5, 7), (1, 7, 7, 7)):
        place, wanted = places[at].double(), torch.zeros(2, dtype=torch.float64)
        base = place.floor().long().minimum(torch.tensor([3, 2, 4]))
        for step in itertools.product((0, 1), repeat=3):
            corner = base + torch.tensor(step)
            wanted += volumes[:, *corner.tolist()] * (1 - (place - corner).abs()).prod()
        assert torch.allclose(found[:, *at].double(), wanted, atol=1e-5)
    beyond = torch.zeros(1, SIDE, SIDE, SIDE, 3) - 3
    assert torch.allclose(sample(volumes, beyond)[:, 0, 0, 0, 0], volumes[:, 0, 0, 0])


BLOCKS = torch.tensor([[0, 0, 0], [0, 0, 1], [0, 1, 1], [1, 1, 1], [4, 0, 0]]).int()


def value_at(values: torch.Tensor, voxel: tuple[int, ...]) -> object:
    """The value at a voxel of the whole grid; None where there is no block."""
    block = [int(value) // SIDE for value in voxel]
    rows = (torch.tensor(block) == BLOCKS).all(dim=1).nonzero()
    return values[int(rows[0, 0]), *(value % SIDE for value in voxel)] if len(rows) else None


def voxels_of_blocks() -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Place in the blocks' tensors, and on the whole grid."""
    inner = list(itertools.product(range(SIDE), repeat=3))
    return [
        ((row, *step), tuple(int(b) * SIDE + s for b, s in zip(block, step, strict=True)))
        for row, block in enumerate(BLOCKS)
        for step in inner
    ]


def test_corners_of_cut_cubes_are_those_a_loop_finds():
    seen, outside = random(5, 8, 8, 8) < 0.9, random(5, 8, 8, 8, seed=1) < 0.05
    outside &= seen
    found = corners_of_cut_cubes(outside, seen, blocks_around(BLOCKS))
    wanted = torch.zeros_like(seen)
    for _, voxel in voxels_of_blocks():
        cube = [tuple(v + s for v, s in zip(voxel, step, strict=True)) for step in itertools.product((0, 1), repeat=3)]
        if all(value_at(seen, corner) for corner in cube) and any(value_at(outside, corner) for corner in cube):
            for corner in cube:
                block = (torch.tensor([value // SIDE for value in corner]) == BLOCKS).all(dim=1).nonzero()
                wanted[int(block[0, 0]), *(value % SIDE for value in corner)] = True
    assert 0 < int((wanted & ~outside).sum()) < int((seen & ~outside).sum())
    assert (found == (wanted & ~outside)).all()
    assert (fill._corners_reference(outside, seen, blocks_around(BLOCKS)) == found).all()


@pytest.mark.parametrize("layers", [0, 1, 5])
def test_values_are_carried_on_as_in_a_loop_over_layers(layers: int):
    values, known = random(5, 8, 8, 8), random(5, 8, 8, 8, seed=1) < 0.01
    into = (random(5, 8, 8, 8, seed=2) < 0.8) & ~known
    found = spread(values, known, into, layers, blocks_around(BLOCKS))
    assert torch.allclose(found, fill._spread_reference(values, known, into, layers, blocks_around(BLOCKS)), atol=1e-6)
    have = {voxel: float(values[at]) for at, voxel in voxels_of_blocks() if known[at]}
    wanted = torch.zeros_like(values)
    for layer in range(1, layers + 1):
        new = {}
        for at, voxel in voxels_of_blocks():
            if into[at] and voxel not in have:
                near = [tuple(map(sum, zip(voxel, s, strict=True))) for s in itertools.product((-1, 0, 1), repeat=3)]
                means = [have[one] for one in near if one in have]
                if means:
                    new[voxel] = sum(means) / len(means)
                    share = layer / (layers + 1)
                    wanted[at] = new[voxel] * (1 - 3 * share**2 + 2 * share**3)
        have |= new
    assert bool(wanted.any()) is (layers > 0)
    assert torch.allclose(found, wanted, atol=1e-6)


def test_a_plane_of_one_value_fades_smoothly_to_nothing():
    known = torch.zeros(1, 8, 8, 8, dtype=torch.bool)
    known[:, 0] = True
    found = spread(torch.full((1, 8, 8, 8), 2.0), known, ~known, 3, blocks_around(BLOCKS[:1]))
    wanted = torch.tensor([0, 2 * 27 / 32, 1, 2 * 5 / 32, 0, 0, 0, 0])
    assert torch.allclose(found, wanted[None, :, None, None].expand_as(found))
