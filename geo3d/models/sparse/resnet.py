"""A sparse residual network that classifies (Choy, Gwak and Savarese 2019), as MinkowskiEngine's examples build it."""

from itertools import pairwise
from typing import Literal

from jaxtyping import Float
from torch import Tensor, nn

from geo3d.nn.sparse import Convolution, InstanceNorm, Pointwise, Pool
from geo3d.nn.sparse_blocks import ResidualBlock
from geo3d.ops.sparse import SparseTensor, pool_batches

LAYERS = {14: (1, 1, 1, 1), 18: (2, 2, 2, 2), 34: (3, 4, 6, 3)}
WIDTHS = (64, 64, 128, 256, 512)
"""Channels of the stem, then of each stage."""


class SparseResNet(nn.Module):
    """Classifies each batch: a stem, four stages at half the resolution each, the largest features of all places."""

    def __init__(
        self, channels: int = 3, classes: int = 40, depth: Literal[14, 18, 34] = 14, dimensions: int = 3
    ) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            Convolution(channels, WIDTHS[0], 3, 2, dimensions=dimensions),
            InstanceNorm(WIDTHS[0]),
            Pointwise(nn.ReLU()),
            Pool("max", 2, 2, dimensions=dimensions),
        )
        stages = []
        for (before, after), count in zip(pairwise(WIDTHS), LAYERS[depth], strict=True):
            stages.append(ResidualBlock(before, after, stride=2, dimensions=dimensions))
            stages += [ResidualBlock(after, after, dimensions=dimensions) for _ in range(count - 1)]
        self.stages = nn.Sequential(*stages)
        self.last = nn.Sequential(
            Pointwise(nn.Dropout()),
            Convolution(WIDTHS[-1], WIDTHS[-1], 3, 3, dimensions=dimensions),
            InstanceNorm(WIDTHS[-1]),
            Pointwise(nn.GELU()),
        )
        self.head = nn.Linear(WIDTHS[-1], classes)

    def forward(self, tensor: SparseTensor, batches: int) -> Float[Tensor, "batch class"]:
        """Class logits of each of the batches."""
        found = self.last(self.stages(self.stem(tensor)))
        return self.head(pool_batches(found, batches, "max"))
