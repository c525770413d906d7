"""Labels in voxels: kernel and reference against a slow loop, and the kept candidates against the full histogram."""

import dataclasses

import numpy as np
import pytest
import torch
from torch import Tensor

from geo3d.ops.fusion import Means, View, _integrate_reference_, blocks_near_surface, integrate_
from geo3d.ops.label_votes import (
    CANDIDATES,
    NO_CLASS,
    UNIT,
    on_other_grid,
    probabilities_of,
    sorted_candidates,
    votes_of_labels,
    votes_of_probabilities,
)
from tests.ops.test_fusion import GRID, facing_wall, no_means, random_view

integrators = pytest.mark.parametrize("integrate", [integrate_, _integrate_reference_])


def with_labels(view: View, labels: Tensor) -> View:
    return dataclasses.replace(view, labels=labels)


def no_votes(count: int, dtype: torch.dtype = torch.float64) -> Means:
    shape = (count, 8, 8, 8, CANDIDATES)
    return dataclasses.replace(
        no_means(count, dtype), candidates=torch.zeros(shape).byte(), votes=torch.zeros(shape).short()
    )


def told_one_by_one(integrate, told: list[list[tuple[int, int]]]) -> list[tuple[int, int]]:
    """Candidates and votes of a voxel on a wall that views tell pairs of class and votes."""
    blocks, means = torch.tensor([[0, 0, 3]]).int(), no_votes(1)
    for pairs in told:
        labels = torch.tensor(pairs).byte().expand(50, 40, len(pairs), 2).contiguous()
        integrate(means, torch.zeros(1).int(), blocks, with_labels(facing_wall(0.9), labels), GRID, 255.0, 0.1)
    assert means.candidates is not None
    assert means.votes is not None
    at = (means.seen > 0) & (means.tsdf.abs() < 0.5)
    names, votes = means.candidates[at].unique(dim=0), means.votes[at].unique(dim=0)
    assert len(names) == len(votes) == 1  # of all voxels near the wall
    return list(zip(names[0].tolist(), votes[0].tolist(), strict=True))


def space_saving(told: list[list[tuple[int, int]]]) -> list[tuple[int, int]]:
    """The paper's algorithm, without bounds, on a list of counters."""
    names, counts = [0] * CANDIDATES, [0] * CANDIDATES
    for pairs in told:
        for name, vote in pairs:
            if name != NO_CLASS and vote > 0:
                at = names.index(name) if name in names else counts.index(min(counts))
                names[at], counts[at] = name, counts[at] + vote
    return list(zip(names, counts, strict=True))


def random_told(seed: int, classes: int, views: int, pairs: int) -> list[list[tuple[int, int]]]:
    random = np.random.default_rng(seed)
    shares = random.dirichlet(np.full(classes, 0.3))
    return [
        [
            (int(name) if random.random() > 0.1 else NO_CLASS, int(random.integers(0, UNIT + 1)))
            for name in random.choice(classes, pairs, replace=False, p=None if pairs > 1 else shares)
        ]
        for _ in range(views)
    ]


@integrators
@pytest.mark.parametrize(("classes", "pairs"), [(3, 1), (4, 1), (12, 1), (12, 4)])
def test_voxels_count_as_space_saving_does(integrate, classes: int, pairs: int):
    for seed in range(3):
        told = random_told(seed, classes, 60, pairs)
        assert told_one_by_one(integrate, told) == space_saving(told)


@pytest.mark.parametrize(("classes", "pairs"), [(4, 1), (20, 1), (20, 4)])
def test_candidates_lose_no_more_than_the_weakest_has(classes: int, pairs: int):
    """Against the full histogram: all votes are kept, none is too few, and none has too many by more than the least."""
    right = 0
    for seed in range(20):
        told = random_told(seed, classes, 80, pairs)
        full = np.zeros(256, np.int64)
        for name, vote in (pair for view in told for pair in view):
            full[name] += vote * (name != NO_CLASS)
        kept = space_saving(told)
        least = min(count for _, count in kept) if classes > CANDIDATES else 0
        assert sum(count for _, count in kept) == full.sum()
        assert all(full[name] <= count <= full[name] + least for name, count in kept if count)
        (count, best), (second, _), *_ = sorted(((count, name) for name, count in kept), reverse=True)
        right += int(full[best] == full.max())
        if count - least > second:
            assert full[best] == full.max()
    if pairs == 1:  # else no class is much more frequent than the others
        assert right >= (20 if classes == CANDIDATES else 10)


@integrators
def test_votes_that_would_not_fit_are_halved(integrate):
    told = [[(3, 255)]] * 100 + [[(7, 250)]] * 40
    (first, many), (second, fewer), *_ = told_one_by_one(integrate, told)
    assert (first, second) == (3, 7)
    assert many + fewer <= 2 * 32767
    assert many > fewer
    assert many / fewer == pytest.approx(100 * 255 / (40 * 250), rel=0.01)
    assert max(count for _, count in told_one_by_one(integrate, [[(3, 255)]] * 300)) <= 32767


@pytest.mark.parametrize("seed", range(2))
def test_kernel_and_reference_count_alike(seed: int):
    random = np.random.default_rng(seed)
    views = [
        with_labels(random_view(seed), torch.from_numpy(random.integers(0, 9, (50, 40, 2, 2), np.uint8)))
        for _ in range(6)
    ]
    blocks = blocks_near_surface(views[0], GRID)
    ours, wanted = no_votes(len(blocks)), no_votes(len(blocks))
    for view in views:
        for means, integrate in ((ours, integrate_), (wanted, _integrate_reference_)):
            integrate(means, torch.arange(len(blocks)).int(), blocks, view, GRID, 255.0, 0.1)
    assert ours.votes is not None
    assert int((ours.votes > 0).sum()) > 1000
    assert torch.equal(ours.votes, wanted.votes)  # pyright: ignore[reportArgumentType]
    assert torch.equal(ours.candidates, wanted.candidates)  # pyright: ignore[reportArgumentType]


@integrators
def test_labels_go_to_voxels_near_the_surface_alone(integrate):
    blocks, means = torch.cartesian_prod(torch.tensor([0]), torch.tensor([0]), torch.arange(3, 6)).int(), no_votes(3)
    labels = votes_of_labels(torch.full((50, 40), 5).byte())
    integrate(means, torch.arange(3).int(), blocks, with_labels(facing_wall(1.0), labels), GRID, 255.0, 0.1)
    assert means.votes is not None
    told = means.votes.sum(dim=-1) > 0
    near = (means.seen > 0) & (means.tsdf.abs() <= 2 * GRID.voxel_size / GRID.truncation)
    assert 10 < int(told.sum()) < int((means.seen > 0).sum())
    assert torch.equal(told, near)


def test_votes_of_probabilities_are_those_of_the_likeliest():
    random = torch.Generator().manual_seed(0)
    logits = torch.randn(7, 5, 6, generator=random) * 3
    probabilities = logits.softmax(dim=0)
    told = votes_of_probabilities(probabilities)
    for row in range(5):
        for column in range(6):
            pixel = probabilities[:, row, column]
            wanted = {
                (int(name), round(UNIT * float(pixel[name])))
                for name in pixel.argsort(descending=True)[:CANDIDATES]
                if round(UNIT * float(pixel[name])) > 0
            }
            assert {tuple(pair) for pair in told[row, column].tolist() if pair[0] != NO_CLASS} == wanted
    assert votes_of_probabilities(probabilities[:2]).shape == (5, 6, 2, 2)


def test_probabilities_come_back_from_votes():
    candidates, votes = torch.tensor([[2, 0, NO_CLASS, NO_CLASS], [1, 0, 0, 0]]).byte(), torch.zeros(2, 4).short()
    votes[0, :2] = torch.tensor([96, 32])
    assert probabilities_of(candidates, votes, 3).tolist() == [[0.25, 0, 0.75], [0, 0, 0]]
    names, counts = sorted_candidates(candidates, torch.tensor([[1, 5, 0, 0], [7, 7, 9, 0]]).short())
    assert names[0].tolist() == [0, 2, NO_CLASS, NO_CLASS]
    assert counts.tolist() == [[5, 1, 0, 0], [9, 7, 7, 0]]


def test_an_image_on_another_grid_is_that_of_the_nearest_pixel():
    image = torch.arange(6 * 8).byte().reshape(6, 8, 1, 1).expand(6, 8, 1, 2).contiguous()
    K = torch.tensor([[10.0, 0, 3.5], [0, 10, 2.5], [0, 0, 1]]).double()
    double = torch.tensor([[20.0, 0, 7.5], [0, 20, 5.5], [0, 0, 1]]).double()  # half as large pixels, the same view
    assert torch.equal(on_other_grid(image, (6, 8), K, K), image)
    twice = on_other_grid(image, (12, 16), K, double)
    assert torch.equal(twice[::2, ::2], image)
    assert torch.equal(twice[1::2, 1::2], image)
    wider = K.clone()
    wider[0, 2] += 1
    moved = on_other_grid(image, (6, 10), K, wider)
    assert (moved[:, 0] == NO_CLASS).all()
    assert torch.equal(moved[:, 1:9], image)
