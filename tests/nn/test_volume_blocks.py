"""Blocks of dense networks against torch's own layers."""

import torch
from torch.nn.functional import conv3d

from geo3d.nn.volume_blocks import PerVoxel, ResidualBlock


def test_a_linear_map_of_each_voxel_is_a_convolution_of_size_one():
    torch.manual_seed(0)
    layer, volume = PerVoxel(3, 5), torch.randn(2, 3, 4, 5, 6)
    expected = conv3d(volume, layer.weight[:, :, None, None, None], layer.bias)
    assert torch.allclose(layer(volume), expected, atol=1e-6)


def test_a_block_whose_convolutions_give_nothing_rectifies():
    block, volume = ResidualBlock(3), torch.randn(2, 3, 4, 5, 6)
    for parameter in block.second.parameters():
        torch.nn.init.zeros_(parameter)
    assert torch.equal(block(volume), volume.relu())


def test_in_use_a_block_does_not_depend_on_what_else_is_in_the_volume():
    torch.manual_seed(0)
    block, volume = ResidualBlock(3).eval(), torch.randn(1, 3, 12, 4, 4)
    assert torch.allclose(block(volume)[:, :, :6], block(volume[:, :, :8])[:, :, :6], atol=1e-6)
