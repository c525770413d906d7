"""Blocks of sparse networks."""

from torch import nn

from geo3d.nn.sparse import Convolution, Pointwise, SubmanifoldConvolution
from geo3d.ops.sparse import SparseTensor


def normed(layer: nn.Module, channels: int) -> nn.Sequential:
    """A layer, a batch norm and a rectifier."""
    return nn.Sequential(layer, Pointwise(nn.BatchNorm1d(channels)), Pointwise(nn.ReLU(inplace=True)))


class ResidualBlock(nn.Module):
    """Two 3^d convolutions and a way around them (He et al. 2016, figure 2); a 1^d one makes it fit where it must."""

    def __init__(self, channels: int, outchannels: int, stride: int = 1, dimensions: int = 3) -> None:
        super().__init__()
        self.first = normed(_convolution(channels, outchannels, 3, stride, dimensions), outchannels)
        self.second = nn.Sequential(
            SubmanifoldConvolution(outchannels, outchannels, 3, dimensions=dimensions),
            Pointwise(nn.BatchNorm1d(outchannels)),
        )
        self.around: nn.Module = nn.Identity()
        if stride > 1 or channels != outchannels:
            fit = _convolution(channels, outchannels, 1, stride, dimensions)
            self.around = nn.Sequential(fit, Pointwise(nn.BatchNorm1d(outchannels)))
        self.rectify = nn.ReLU(inplace=True)

    def forward(self, tensor: SparseTensor) -> SparseTensor:
        """The same places, or coarser ones by the stride."""
        around, found = self.around(tensor), self.second(self.first(tensor))
        return found.having(self.rectify(found.features + around.features))


def _convolution(channels: int, outchannels: int, size: int, stride: int, dimensions: int) -> nn.Module:
    if stride > 1:
        return Convolution(channels, outchannels, size, stride, dimensions=dimensions)
    return SubmanifoldConvolution(channels, outchannels, size, dimensions=dimensions)
