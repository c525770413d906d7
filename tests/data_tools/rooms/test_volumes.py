"""Volumes of a scene of two boxes, of which every voxel is known."""

from dataclasses import replace

import pytest
import torch

from geo3d.data_tools.rooms.volumes import distance_volume, semantic_volume, volume_name
from geo3d.errors import InputError
from tests.ops.test_render import two_boxes

SIZE = 0.1


def centres(volume) -> torch.Tensor:
    axes = [volume.origin[i] + SIZE * torch.arange(side) for i, side in enumerate(volume.distance.shape)]
    return torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1)


def to_box(points: torch.Tensor, middle: float, half: float) -> torch.Tensor:
    """Distances to the surface of a cube about (0, 0, middle)."""
    off = (points - torch.tensor([0, 0, middle]).double()).abs() - half
    return (off.clamp(min=0).norm(dim=-1) + off.amax(dim=-1).clamp(max=0)).abs()


def test_voxels_near_a_surface_have_the_label_of_the_nearest():
    scene = two_boxes()
    volume = distance_volume(scene, SIZE, 3 * SIZE)
    labels = semantic_volume(scene, volume).labels
    large, small = to_box(centres(volume), 0.0, 1.0), to_box(centres(volume), 1.5, 0.5)
    clear = (large - small).abs() > 1e-5
    near = torch.minimum(large, small) < 3 * SIZE - 1e-5
    assert (labels[near & clear & (large < small)] == 1).all()
    assert (labels[near & clear & (small < large)] == 0).all()
    assert (labels[torch.minimum(large, small) > 3 * SIZE + 1e-5] == 255).all()
    assert (labels == 0).sum() > 100


def test_voxels_lie_on_multiples_of_their_size_around_the_whole_scene():
    volume = distance_volume(two_boxes(), 0.047, 0.141)
    steps = volume.origin / 0.047
    torch.testing.assert_close(steps, steps.round())
    last = volume.origin + 0.047 * (torch.tensor(volume.distance.shape) - 1)
    assert (volume.origin <= torch.tensor([-1.3, -1.3, -1.3])).all()
    assert (last >= torch.tensor([1.3, 1.3, 2.3])).all()
    assert volume_name(0.047) == "047mm"


def test_a_volume_that_does_not_fit_into_memory_is_refused():
    scene = two_boxes()
    with pytest.raises(InputError, match=r"volumes of a scene of 2001 x .* m at 0.1 m take .* GiB"):
        distance_volume(replace(scene, vertices=scene.vertices * 1000), SIZE, 3 * SIZE)
