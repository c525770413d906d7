"""Labels of voxels on a grid that is turned against the world."""

import torch

from geo3d.ops.voxels import positions_of
from geo3d.scene.kinds import TriangleMesh, VoxelLabels
from geo3d.stages.label import LabelConfig, label


def test_vertices_find_their_voxels_on_a_turned_grid():
    random = torch.Generator().manual_seed(0)
    rotation = torch.linalg.qr(torch.randn(3, 3, dtype=torch.float64, generator=random))[0]
    rotation = rotation * rotation.det()
    voxels = torch.cartesian_prod(*[torch.arange(4)] * 3).int()
    numbers = torch.randint(0, 3, (64,), generator=random)
    origin = torch.tensor([1.0, -2, 3])
    up = rotation @ torch.tensor([0, 0, 1.0]).double()
    probabilities = torch.nn.functional.one_hot(numbers, 3).float()
    labels = VoxelLabels(voxels, probabilities, ("wall", "floor", "table"), origin, 0.05, up, rotation)
    shift = 0.8 * torch.rand(64, 3, dtype=torch.float64, generator=random) - 0.4
    vertices = positions_of(voxels + shift, origin, 0.05, rotation).float()
    mesh = TriangleMesh(vertices, torch.zeros(0, 3).int(), None, None)
    made = label(mesh, labels, LabelConfig())
    assert (made.labels == numbers).all()
    assert (made.up == up).all()
