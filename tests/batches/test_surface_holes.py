"""What a camera held high does not see goes missing, and nothing else."""

import torch
from torch import Tensor

from geo3d.batches.surface_holes import ONE_SIDED, from_above
from geo3d.ops.surface_points import SurfacePoints

UP, DOWN, AHEAD = (0.0, 0, 1), (0.0, 0, -1), (1.0, 0, 0)


def sheet(low: tuple[float, ...], high: tuple[float, ...], normal: tuple[float, ...]) -> tuple[Tensor, Tensor]:
    """Points every 2.5 cm of a box that is flat along one axis."""
    axes = [torch.arange(a, b + 1e-4, 0.025) for a, b in zip(low, high, strict=True)]
    points = torch.cartesian_prod(*axes)
    return points, torch.tensor(normal).expand(len(points), 3)


PARTS = {
    "floor": sheet((0, 0, 0), (2, 2, 0), UP),
    "table": sheet((0.5, 0.5, 0.75), (1.5, 1.3, 0.75), UP),
    "underside": sheet((0.5, 0.5, 0.7), (1.5, 1.3, 0.7), DOWN),
    "leg": sheet((1.0, 0.8, 0.0), (1.0, 1.0, 0.6), AHEAD),
    "front": sheet((2, 0, 0), (2, 2, 0.9), AHEAD),
    "cabinet": sheet((2, 0, 0.9), (2.4, 2, 0.9), UP),
}
NAMES = tuple(PARTS)


def seen_from_above(seed: int) -> tuple[SurfacePoints, Tensor]:
    points, normals = (torch.cat([part[i] for part in PARTS.values()]) for i in range(2))
    labels = torch.cat([torch.full((len(part[0]),), i) for i, part in enumerate(PARTS.values())])
    surface = SurfacePoints(points, normals, torch.full((len(points),), 0.6), torch.zeros(len(points)))
    return from_above(surface, labels, 0.0, torch.Generator().manual_seed(seed))


def test_undersides_and_what_is_below_the_middle_of_tops_goes_and_fronts_stay():
    whole = {name: len(part[0]) for name, part in PARTS.items()}
    for seed in range(20):
        surface, labels = seen_from_above(seed)
        left = {name: int((labels == i).sum()) for i, name in enumerate(NAMES)}
        assert left["table"] == whole["table"]
        assert left["front"] == whole["front"]
        assert left["cabinet"] == whole["cabinet"]
        x, y = surface.points[labels == 0][:, :2].T
        assert not ((x > 2.1) & (y > 0)).any()
        if left["underside"] == 0:  # all of the table is near
            assert left["leg"] == 0
            assert not ((x > 0.75) & (x < 1.25) & (y > 0.75) & (y < 1.05)).any()
            assert ((x < 0.45) & (y < 0.45)).sum() > 200
            assert surface.free[labels == 1].max() <= ONE_SIDED


def test_some_parts_are_near_and_some_are_not():
    left = [int((seen_from_above(seed)[1] == NAMES.index("underside")).sum()) for seed in range(30)]
    assert 0 in left
    assert max(left) > 0
