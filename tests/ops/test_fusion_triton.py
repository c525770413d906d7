"""The GPU's kernel of fusion against the torch reference, which its own tests hold to a slow loop."""

import dataclasses

import numpy as np
import pytest
import torch
from torch import Tensor

from geo3d.ops import fusion
from geo3d.ops.devices import on_device
from geo3d.ops.fusion import Grid, Means, View, _integrate_reference_, integrate_
from geo3d.ops.fusion_blocks import blocks_near_surface
from geo3d.ops.label_votes import CANDIDATES, NO_CLASS
from tests.ops.test_fusion import GRID, facing_wall, no_means, random_view
from tests.triton_kernels import DEVICE, needs_triton

pytestmark = needs_triton


@pytest.fixture(autouse=True)
def on_triton(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fusion, "implementation", lambda device: "triton")


def begun(count: int, dtype: torch.dtype, colour: torch.dtype | None = torch.int16, labels: bool = False) -> Means:
    """Nothing averaged yet."""
    means, shape = no_means(count, dtype), (count, 8, 8, 8)
    kept = None if colour is None else torch.zeros(*shape, 4, dtype=colour)
    told = (torch.zeros(*shape, CANDIDATES).byte(), torch.zeros(*shape, CANDIDATES).short()) if labels else (None, None)
    return dataclasses.replace(means, colour=kept, candidates=told[0], votes=told[1])


def both(begin: Means, views: list[View], blocks: Tensor, grid: Grid = GRID, votes=(255.0, 0.1)) -> list[dict]:
    """What the kernel and the reference make of it, by name."""
    ours, wanted, rows = on_device(copied(begin), DEVICE), copied(begin), torch.arange(len(blocks)).int()
    for view in views:
        there = dataclasses.replace(view, planes=view.planes.to(DEVICE))
        integrate_(ours, rows.to(DEVICE), blocks.to(DEVICE), there, grid, *votes)
        _integrate_reference_(wanted, rows, blocks, view, grid, *votes)
    return [vars(on_device(ours, torch.device("cpu"))), vars(wanted)]


def recoloured(view: View, seed: int) -> View:
    """The same with another image."""
    return dataclasses.replace(
        view, colour=torch.from_numpy(np.random.default_rng(seed).integers(0, 256, (50, 40, 3), np.uint8))
    )


def copied(means: Means) -> Means:
    return dataclasses.replace(means, **{name: part.clone() for name, part in vars(means).items() if part is not None})


def assert_alike(ours: dict, wanted: dict, allowed: float = 0.0) -> None:
    """All but a share of the voxels, which in float32 see the other pixel at a border, or round the other way."""
    near = {"tsdf": 1e-4, "weight": 1e-4, "seen": 0, "colour": 1 if allowed else 1e-4, "candidates": 0, "votes": 0}
    for name in near:
        assert (ours[name] is None) == (wanted[name] is None)
        if ours[name] is not None:
            apart = (ours[name].double() - wanted[name].double()).abs() > near[name]
            assert float(apart.double().mean()) <= allowed, name


def some_blocks(views: list[View], every: int) -> Tensor:
    return torch.cat([blocks_near_surface(view, GRID) for view in views]).unique(dim=0)[::every]


@pytest.mark.parametrize(("dtype", "allowed"), [(torch.float32, 2e-3), (torch.float64, 0.0)])
def test_two_views_are_averaged_alike(dtype: torch.dtype, allowed: float):
    views = [random_view(1, dtype), random_view(1, dtype), random_view(21, dtype)]
    views[1] = dataclasses.replace(views[1], planes=views[1].planes * torch.tensor([1.02, 1, 1, 1], dtype=dtype))
    blocks = some_blocks(views, 4)
    ours, wanted = both(begun(len(blocks), dtype), views, blocks)
    assert int((wanted["seen"] > 1).sum()) > 1000
    assert int((wanted["colour"][..., 3] > 1).sum()) > 500
    assert_alike(ours, wanted, allowed)


@pytest.mark.parametrize(
    ("votes", "colour"), [((1.1, 0.03), torch.int16), ((255.0, 0.0), torch.float32), ((1.5, 0.6), None)]
)
def test_caps_free_weights_factors_and_kinds_of_colour_are_heeded(votes: tuple[float, float], colour):
    factors = torch.from_numpy(np.random.default_rng(5).uniform(0.1, 1, (24, 32)))
    views = [recoloured(random_view(4), 1), dataclasses.replace(random_view(4, holes=0.0), factors=factors)]
    blocks = some_blocks(views, 6)
    ours, wanted = both(begun(len(blocks), torch.float64, colour), views, blocks, votes=votes)
    assert int((wanted["seen"] > 1).sum()) > 1000
    assert_alike(ours, wanted)


def test_without_images_their_borders_do_not_matter():
    view = dataclasses.replace(random_view(4), colour=None)
    blocks = some_blocks([view], 6)
    ours, wanted = both(begun(len(blocks), torch.float64), [view], blocks)
    coloured, _ = both(begun(len(blocks), torch.float64), [random_view(4)], blocks)
    assert int((ours["seen"] > coloured["seen"]).sum()) > 50
    assert_alike(ours, wanted)


@pytest.mark.parametrize(("told", "coloured"), [(1, True), (2, False), (4, True)])
def test_labels_are_counted_alike(told: int, coloured: bool):
    random, views = np.random.default_rng(told), []
    for _ in range(8):
        labels = random.integers(0, 9, (50, 40, told, 2), np.uint8)
        labels[random.random((50, 40, told)) < 0.2, 0] = NO_CLASS
        views.append(dataclasses.replace(random_view(3), labels=torch.from_numpy(labels)))
    if not coloured:
        views = [dataclasses.replace(view, colour=None) for view in views]
    blocks = some_blocks(views[:1], 12)
    ours, wanted = both(begun(len(blocks), torch.float64, labels=True), views, blocks)
    assert int((wanted["votes"] > 0).all(dim=-1).sum()) > 50
    assert_alike(ours, wanted)


def test_votes_that_would_not_fit_are_halved_and_views_stop_at_255():
    labels = torch.tensor([[3, 255], [9, 255]]).byte().expand(50, 40, 2, 2).contiguous()
    blocks, begin = torch.tensor([[0, 0, 3]]).int(), begun(1, torch.float64, labels=True)
    begin.seen.fill_(254)
    assert begin.candidates is not None
    assert begin.votes is not None
    begin.candidates.copy_(torch.tensor([9, 3, 5, 7]))
    begin.votes.copy_(torch.tensor([32700, 32766, 4, 32767]))
    ours, wanted = both(begin, [dataclasses.replace(facing_wall(0.9), labels=labels)] * 3, blocks)
    assert wanted["seen"].unique().tolist() == [255]
    assert int((wanted["votes"][..., 3] < 32767).sum()) > 50
    assert_alike(ours, wanted)


def test_only_the_given_rows_change():
    view, blocks = random_view(6), some_blocks([random_view(6)], 20)[:5]
    alone, _ = both(begun(5, torch.float64), [view], blocks)
    means, rows = on_device(begun(9, torch.float64), DEVICE), [7, 0, 3, 8, 1]
    there = dataclasses.replace(view, planes=view.planes.to(DEVICE))
    for some in (slice(0), slice(5)):
        integrate_(means, torch.tensor(rows).int()[some].to(DEVICE), blocks[some].to(DEVICE), there, GRID)
    for name in ("tsdf", "weight", "seen", "colour"):
        assert torch.equal(vars(means)[name][rows].cpu(), alone[name])
        assert not vars(means)[name][[2, 4, 5, 6]].any()


def test_the_camera_centre_in_a_voxel_is_no_division_by_zero():
    grid = Grid(torch.zeros(3, dtype=torch.float64), 0.01, 0.03)
    blocks = torch.cartesian_prod(*[torch.arange(-1, 1)] * 3).int()
    ours, wanted = both(begun(8, torch.float64), [facing_wall(0.05)], blocks, grid)
    assert ours["seen"].reshape(2, 2, 2, 8, 8, 8)[1, 1, 1, 0, 0, :2].tolist() == [0, 1]
    assert_alike(ours, wanted)
