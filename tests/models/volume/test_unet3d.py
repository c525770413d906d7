"""The 3D U-Net: what it depends on, what it does not, and how large it is."""

import pytest
import torch

from geo3d.models.volume.unet3d import UNet3d
from geo3d.ops.tiles import run_in_tiles


def settled(**options) -> UNet3d:
    """A small network in use, whose norms have seen something."""
    torch.manual_seed(0)
    model = UNet3d(channels=2, classes=3, **options)
    with torch.no_grad():
        for _ in range(3):
            model(torch.randn(2, 2, 32, 32, 32))
    return model.eval()


@pytest.mark.parametrize("options", [{"widths": (4, 6, 8)}, {"widths": (4, 6)}, {"widths": (4, 4, 4), "blocks": 2}])
def test_nothing_beyond_the_halo_matters_and_something_just_within_does(options: dict):
    model = settled(**options).double()
    for module in model.modules():  # so that no rectifier hides a path
        if isinstance(module, torch.nn.BatchNorm3d):
            module.bias.data.fill_(20)
    halo, stride = model.halo, model.stride
    side = 2 * halo + 3 * stride
    grid = torch.randn(1, 2, side, stride, stride, dtype=torch.float64)
    first = halo + stride  # of the region that is looked at, aligned
    grid.requires_grad_()
    distance, labels = model(grid)
    (distance + labels.sum(dim=1))[0, first : first + stride].sum().backward()
    assert grid.grad is not None
    moved = grid.grad.abs().amax(dim=(0, 1, 3, 4)) > 0
    assert not moved[: first - halo].any()
    assert not moved[first + stride + halo :].any()
    assert moved[: first - halo + stride].any()


def test_tiles_of_a_room_are_the_room():
    model = settled(widths=(4, 6, 8))
    grid = torch.randn(2, 110, 60, 21, generator=torch.Generator().manual_seed(3))

    def run(part: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        distance, labels = model(part[None])
        return distance[0], labels[0]

    with torch.inference_mode():
        whole = run_in_tiles(run, grid, model.stride, model.halo, model.voxel_memory, 2**30)
        tiled = run_in_tiles(run, grid, model.stride, model.halo, model.voxel_memory, model.voxel_memory * 80 * 60 * 24)
    assert whole[0].shape == (110, 60, 21)
    assert whole[1].shape == (3, 110, 60, 21)
    for one, other in zip(whole, tiled, strict=True):
        assert torch.allclose(one, other, atol=1e-5)


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ({"widths": (16, 32)}, 5 * 16),
        ({"widths": (16, 400)}, 16 + 5 * 400 / 8),  # what is handed across, and five volumes at half the resolution
        ({"widths": (16, 32), "classes": 100}, 2 * 16 + 100),
    ],
)
def test_memory_is_counted_where_most_is_held(options: dict, numbers: float):
    with torch.device("meta"):
        assert UNet3d(**{"classes": 3, **options}).voxel_memory == 4 * (2 * 2 + numbers)


@pytest.mark.parametrize("shape", [(16, 16, 16), (16, 32, 48)])
def test_any_multiple_of_the_stride_comes_back_at_its_size(shape: tuple[int, int, int]):
    distance, labels = settled(widths=(4, 4, 4, 4, 4))(torch.randn(2, 2, *shape))
    assert distance.shape == (2, *shape)
    assert labels.shape == (2, 3, *shape)


def test_other_sizes_are_refused():
    with pytest.raises(ValueError, match=r"multiples of 4 are needed"):
        settled(widths=(4, 4, 4))(torch.randn(1, 2, 16, 16, 18))


def test_the_default_fits_into_a_file_of_sixteen_megabytes():
    with torch.device("meta"):
        model = UNet3d(channels=2, classes=40)
    assert 4 * sum(parameter.numel() for parameter in model.parameters()) < 12e6
    assert model.stride == 16


def test_every_parameter_learns():
    model = UNet3d(channels=2, classes=3, widths=(4, 6, 8))
    distance, labels = model(torch.randn(1, 2, 16, 16, 16))
    (distance.square().mean() + labels.square().mean()).backward()
    assert all(parameter.grad is not None and parameter.grad.abs().sum() > 0 for parameter in model.parameters())
