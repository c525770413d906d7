"""Labels of voxels at points against closed forms and a slow loop; pieces of one label."""

import itertools

import pytest
import torch

from geo3d.ops.transfer import at_points, pieces_of_one_label


def random_voxels(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(seed)
    voxels = torch.cartesian_prod(*[torch.arange(-3, 4)] * 3).int()
    voxels = voxels[torch.rand(len(voxels), generator=random) < 0.3]
    return voxels, torch.rand(len(voxels), 4, generator=random).double().softmax(dim=1)


def slow(point: torch.Tensor, known: dict, method: str) -> torch.Tensor:
    total, best = torch.zeros(4).double(), float("inf")
    base = point.floor() if method == "trilinear" else point.round()
    for step in itertools.product((0, 1) if method == "trilinear" else (-1, 0, 1), repeat=3):
        voxel = base + torch.tensor(step)
        value = known.get(tuple(voxel.int().tolist()))
        if value is None:
            continue
        if method == "nearest":
            distance = float((point - voxel).square().sum())
            if distance < best:
                best, total = distance, value
        elif method == "trilinear":
            total = total + (1 - (point - voxel).abs()).prod() * value
        else:
            total[int(value.argmax())] += 1
    return total / total.sum() if total.sum() > 0 else total


@pytest.mark.parametrize("method", ["nearest", "trilinear", "majority"])
def test_transfer_is_what_a_slow_loop_finds(method: str):
    voxels, values = random_voxels(1)
    known = {tuple(voxel): value for voxel, value in zip(voxels.tolist(), values, strict=True)}
    points = torch.rand(300, 3, generator=torch.Generator().manual_seed(2)).double() * 10 - 5
    found = at_points(points, voxels, values, method)
    wanted = torch.stack([slow(point, known, method) for point in points])
    torch.testing.assert_close(found, wanted)
    assert bool((wanted.sum(dim=1) == 0).any())  # the unseen state was met
    assert bool((wanted.sum(dim=1) > 0).any())


def test_a_linear_field_is_met_exactly_by_trilinear_transfer():
    voxels = torch.cartesian_prod(*[torch.arange(4)] * 3).int()
    first = (voxels.double() @ torch.tensor([0.1, 0.05, 0.15]).double())[:, None]
    points = torch.rand(50, 3, generator=torch.Generator().manual_seed(0)).double() * 3
    found = at_points(points, voxels, torch.cat([first, 1 - first], dim=1), "trilinear")
    torch.testing.assert_close(found[:, 0], points @ torch.tensor([0.1, 0.05, 0.15]).double())


def test_no_voxels_leave_every_point_unseen():
    found = at_points(torch.zeros(2, 3).double(), torch.zeros(0, 3).int(), torch.zeros(0, 3), "nearest")
    assert found.tolist() == [[0, 0, 0]] * 2


def test_pieces_are_joined_by_faces_of_one_label_and_numbered_by_area():
    corner = torch.tensor([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]])
    vertices = torch.cat([corner, corner * 2 + 5, corner * 0.1 + 9, corner + 20])
    faces = torch.arange(12).reshape(4, 3).int()
    labels = torch.tensor([1] * 9 + [0] * 3).byte()
    assert pieces_of_one_label(vertices, faces, labels, [1], 0.1).tolist() == [2] * 3 + [1] * 3 + [0] * 6
    labels[1] = 2  # the first face's corners disagree: no piece
    assert pieces_of_one_label(vertices, faces, labels, [1, 2], 0.1).tolist() == [0] * 3 + [1] * 3 + [0] * 6
    assert pieces_of_one_label(vertices, faces[:0], labels, [1], 0.0).tolist() == [0] * 12
