"""The 3D U-Net of Çiçek et al. 2016 (figure 2), with residual blocks and two heads: what is there, and what it is."""

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn

from geo3d.nn.volume_blocks import PerVoxel, ResidualBlock, normed


class UNet3d(nn.Module):
    """Completes and labels a volume; fully convolutional.

    Deviates from the paper to be quick on a CPU: the full resolution has one convolution on the way down and one on
    the way up, all else happens at half of it and below; features are handed across by addition, which takes half the
    multiplications of concatenation. `widths` are the channels of each level, full resolution first.
    """

    def __init__(
        self, channels: int = 2, classes: int = 20, widths: Sequence[int] = (16, 32, 64, 96, 128), blocks: int = 1
    ) -> None:
        super().__init__()
        self.channels, self.widths, self.blocks = channels, tuple(widths), blocks
        self.stem = normed(nn.Conv3d(channels, widths[0], 3, padding=1, bias=False), widths[0])
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        self.down_blocks, self.up_blocks = nn.ModuleList(), nn.ModuleList()
        for fine, coarse in pairwise(widths):
            self.down.append(normed(nn.Conv3d(fine, coarse, 2, 2, bias=False), coarse))
            self.down_blocks.append(nn.Sequential(*(ResidualBlock(coarse) for _ in range(blocks))))
            self.up.append(PerVoxel(coarse, fine))
        for width in widths[1:-1]:
            self.up_blocks.append(nn.Sequential(*(ResidualBlock(width) for _ in range(blocks))))
        self.finish = normed(nn.Conv3d(widths[0], widths[0], 3, padding=1, bias=False), widths[0])
        self.distance, self.labels = PerVoxel(widths[0], 1), PerVoxel(widths[0], classes)
        for parameter in self.parameters():
            if parameter.dim() == 5:
                parameter.data = parameter.data.contiguous(memory_format=torch.channels_last_3d)

    @property
    def stride(self) -> int:
        """Every side of a volume must be a multiple of it."""
        return 2 ** len(self.down)

    @property
    def halo(self) -> int:
        """Voxels around a region, aligned to the stride, that what is found in it depends on; a multiple of that."""
        reach, convolutions = 1, 2 * self.blocks
        for _ in self.up_blocks:
            reach = -(-reach // 2) + convolutions
        reach = -(-reach // 2)
        for _ in self.down:
            reach = 2 * (reach + convolutions)
        return -(-(reach + 1) // self.stride) * self.stride

    @property
    def voxel_memory(self) -> int:
        """Bytes a voxel that the work on a volume takes at most in use, where no gradients are kept.

        They hold the input twice, and what is handed across to a level and five volumes as wide as it, or the logits.
        """
        handed, most = 0.0, 2.0 * self.widths[0] + self.labels.out_features
        for level, width in enumerate(self.widths):
            most = max(most, handed + 5 * width / 8**level)
            handed += width / 8**level
        return math.ceil(4 * (most + 2 * self.channels))

    def forward(
        self, volume: Float[Tensor, "batch channel x y z"]
    ) -> tuple[Float[Tensor, "batch x y z"], Float[Tensor, "batch class x y z"]]:
        """Signed distances to the completed surface, in units of the truncation and not clipped, and class logits.

        Raises ValueError for sides that are no multiple of the stride.
        """
        if any(side % self.stride for side in volume.shape[2:]):
            raise ValueError(f"a volume of {tuple(volume.shape[2:])} voxels; multiples of {self.stride} are needed")
        found = self.stem(volume.contiguous(memory_format=torch.channels_last_3d))
        handed = []
        for step, blocks in zip(self.down, self.down_blocks, strict=True):
            handed.append(found)
            found = blocks(step(found))
        for level in reversed(range(len(self.up))):
            found = handed.pop() + nn.functional.interpolate(self.up[level](found), scale_factor=2)
            if level > 0:
                found = self.up_blocks[level - 1](found)
        found = self.finish(found)
        return self.distance(found)[:, 0], self.labels(found)
