import math

import numpy as np
import pytest
import torch
from scipy.spatial import KDTree

from geo3d.ops.nearest import _nearest_reference, nearest, nearest_both_ways


def cloud(kind: str, count: int, random: np.random.Generator) -> torch.Tensor:
    points = random.normal(size=(count, 3))
    if kind == "surface":
        points /= np.linalg.norm(points, axis=1, keepdims=True)
    elif kind == "duplicates":
        points = np.repeat(points[: max(1, count // 50)], 50, axis=0)[:count]
    elif kind == "all equal":
        points[:] = points[:1]
    elif kind == "lattice":
        points = random.integers(0, 5, (count, 3)).astype(float)
    elif kind == "line":
        points[:, 1:] = 0
    elif kind == "clusters":
        points = points * 1e-6 + random.integers(0, 3, (count, 1)) * 1e3
    elif kind == "outliers":
        points[:3] *= 1e12
    elif kind == "large offset":
        points = points * 1e-3 + 1e6
    return torch.from_numpy(points)


KINDS = ("scattered", "surface", "duplicates", "all equal", "lattice", "line", "clusters", "outliers", "large offset")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_the_kernel_finds_the_very_rows_and_distances_of_the_reference(kind: str, dtype: torch.dtype):
    random = np.random.default_rng(KINDS.index(kind))
    points, among = cloud(kind, 700, random).to(dtype), cloud(kind, 900, random).to(dtype)
    found, row = nearest(points, among)
    wanted, wanted_row = _nearest_reference(points, among)
    assert found.dtype == torch.float64
    torch.testing.assert_close(found, wanted, rtol=3e-16, atol=0)  # torch's square root may be off by the last bit
    assert torch.equal(row, wanted_row)


@pytest.mark.parametrize("count", [1, 2, 15, 16, 17, 32, 33, 100])
@pytest.mark.parametrize("others", [1, 2, 16, 17, 100])
def test_any_number_of_points_finds_what_a_loop_over_all_pairs_finds(count: int, others: int):
    random = np.random.default_rng(count * 1000 + others)
    points, among = random.normal(size=(count, 3)), random.normal(size=(others, 3))
    found, row = nearest(torch.from_numpy(points), torch.from_numpy(among))
    for i in range(count):
        squares = [(p[0] - x) ** 2 + (p[1] - y) ** 2 + (p[2] - z) ** 2 for p in [points[i]] for x, y, z in among]
        assert found[i] == math.sqrt(min(squares))
        assert row[i] == squares.index(min(squares))


def test_distances_are_those_of_scipy():
    random = np.random.default_rng(5)
    points, among = cloud("surface", 20_000, random), cloud("surface", 30_000, random)
    there, back = nearest_both_ways(points, among)
    for (found, row), asking, asked in ((there, points, among), (back, among, points)):
        distance, number = KDTree(asked.numpy()).query(asking.numpy())
        assert np.allclose(found.numpy(), distance, rtol=1e-14, atol=0)
        assert np.array_equal(row.numpy(), number)


def test_both_ways_are_one_way_twice():
    random = np.random.default_rng(6)
    first, second = cloud("lattice", 500, random), cloud("lattice", 80, random)
    for made, wanted in zip(
        nearest_both_ways(first, second), (nearest(first, second), nearest(second, first)), strict=True
    ):
        assert torch.equal(made[0], wanted[0])
        assert torch.equal(made[1], wanted[1])


def test_of_equally_near_points_the_first_is_named():
    among = torch.tensor([[9.0, 0, 0], [1, 0, 0], [-1, 0, 0], [0, 1, 0], [1, 0, 0]])
    assert nearest(torch.zeros(1, 3), among)[1].tolist() == [1]
    assert nearest(torch.zeros(1, 3), among.flip(0))[1].tolist() == [0]
    many = torch.zeros(5000, 3)
    assert nearest(many, many)[1].unique().tolist() == [0]


def test_tiny_differences_of_large_coordinates_are_told_apart():
    step = np.spacing(1e6)
    among = torch.tensor([[1e6 + 2 * step, 0, 0], [1e6 + step, 0, 0], [1e6 - 3 * step, 0, 0]], dtype=torch.float64)
    found, row = nearest(torch.tensor([[1e6, 0, 0]], dtype=torch.float64), among)
    assert (found.item(), row.item()) == (step, 1)


def test_of_nothing_there_is_no_nearest():
    points, nothing = torch.ones(3, 3), torch.zeros(0, 3)
    found, row = nearest(points, nothing)
    assert (found.tolist(), row.tolist()) == ([math.inf] * 3, [-1] * 3)
    assert nearest(nothing, points)[0].shape == (0,)
    (there, _), (back, _) = nearest_both_ways(points, nothing)
    assert (len(there), len(back)) == (3, 0)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e16])
def test_points_that_are_nowhere_are_named(value: float):
    points = torch.zeros(4, 3)
    points[2, 1] = value
    for pair in ((points, torch.zeros(1, 3)), (torch.zeros(1, 3), points)):
        with pytest.raises(ValueError, match="point 2 is at"):
            nearest(*pair)
        with pytest.raises(ValueError, match="point 2 is at"):
            nearest_both_ways(*pair)


def test_what_is_given_stays_as_it_is_and_threads_change_nothing():
    random = np.random.default_rng(7)
    points, among = cloud("surface", 3000, random), cloud("clusters", 3000, random)
    before = points.clone(), among.clone()
    alone = nearest(points, among)
    torch.set_num_threads(3)
    try:
        together = nearest(points, among)
    finally:
        torch.set_num_threads(1)
    assert torch.equal(alone[0], together[0])
    assert torch.equal(alone[1], together[1])
    assert torch.equal(points, before[0])
    assert torch.equal(among, before[1])
