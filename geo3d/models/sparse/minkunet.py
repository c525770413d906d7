"""MinkUNet: the sparse U-Net of Choy, Gwak and Savarese 2019 (figure 4), as its authors released it."""

from itertools import pairwise
from typing import Literal

from torch import nn

from geo3d.nn.sparse import Convolution, Pointwise, SubmanifoldConvolution, TransposedConvolution
from geo3d.nn.sparse_blocks import ResidualBlock, normed
from geo3d.ops.sparse import SparseTensor, concatenate

Variant = Literal["14A", "18A", "34C"]
LAYERS: dict[Variant, tuple[int, ...]] = {
    "14A": (1, 1, 1, 1, 1, 1, 1, 1),
    "18A": (2, 2, 2, 2, 2, 2, 2, 2),
    "34C": (2, 3, 4, 6, 2, 2, 2, 2),
}
"""Residual blocks of each step down, then of each up."""
CHANNELS: dict[Variant, tuple[int, ...]] = {
    "14A": (32, 64, 128, 256, 128, 128, 96, 96),
    "18A": (32, 64, 128, 256, 128, 128, 96, 96),
    "34C": (32, 64, 128, 256, 256, 128, 96, 96),
}
STEM = 32
"""Channels of the first convolution."""


class MinkUNet(nn.Module):
    """Four steps down by 2 and four up, with the features of each step handed across."""

    def __init__(self, channels: int = 3, classes: int = 20, variant: Variant = "18A", dimensions: int = 3) -> None:
        super().__init__()
        layers, widths = LAYERS[variant], CHANNELS[variant]
        self.stem = normed(SubmanifoldConvolution(channels, STEM, 5, dimensions=dimensions), STEM)
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        self.down_blocks, self.up_blocks = nn.ModuleList(), nn.ModuleList()
        width, handed = STEM, [STEM]
        for count, wide in zip(layers[:4], widths[:4], strict=True):
            self.down.append(normed(Convolution(width, width, 2, 2, dimensions=dimensions), width))
            self.down_blocks.append(_blocks(width, wide, count, dimensions))
            width = wide
            handed.append(wide)
        handed.pop()
        for count, wide in zip(layers[4:], widths[4:], strict=True):
            self.up.append(normed(TransposedConvolution(width, wide, 2, 2, dimensions=dimensions), wide))
            self.up_blocks.append(_blocks(wide + handed.pop(), wide, count, dimensions))
            width = wide
        self.head = Pointwise(nn.Linear(width, classes))

    def forward(self, tensor: SparseTensor) -> SparseTensor:
        """Class logits at the places of the input."""
        found = self.stem(tensor)
        handed = [found]
        for step, blocks in zip(self.down, self.down_blocks, strict=True):
            found = blocks(step(found))
            handed.append(found)
        handed.pop()
        for step, blocks in zip(self.up, self.up_blocks, strict=True):
            found = blocks(concatenate(step(found), handed.pop()))
        return self.head(found)


def _blocks(channels: int, outchannels: int, count: int, dimensions: int) -> nn.Sequential:
    widths = (channels, *[outchannels] * count)
    return nn.Sequential(*(ResidualBlock(before, after, dimensions=dimensions) for before, after in pairwise(widths)))
