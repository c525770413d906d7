"""Blocks of networks on dense volumes; batch norms, which in use do not depend on a volume's extent."""

import torch
from torch import Tensor, nn


def normed(layer: nn.Module, channels: int) -> nn.Sequential:
    """A layer, a batch norm and a rectifier."""
    return nn.Sequential(layer, nn.BatchNorm3d(channels), nn.ReLU(inplace=True))


class ResidualBlock(nn.Module):
    """Two 3^3 convolutions and a way around them (He et al. 2016, figure 2)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = normed(nn.Conv3d(channels, channels, 3, padding=1, bias=False), channels)
        self.second = nn.Sequential(nn.Conv3d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm3d(channels))

    def forward(self, volume: Tensor) -> Tensor:
        """The same size and channels."""
        return torch.relu_(self.second(self.first(volume)).add_(volume))


class PerVoxel(nn.Linear):
    """A linear map of each voxel's channels: a 1^3 convolution, but several times faster where channels lie last."""

    def forward(self, input: Tensor) -> Tensor:
        """[batch, channel, x, y, z] with other channels."""
        return super().forward(input.movedim(1, -1)).movedim(-1, 1)
