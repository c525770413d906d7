"""The submanifold U-Net of Graham, Engelcke and van der Maaten 2018 (figure 4), as wide as its entry to ScanNet."""

from torch import nn

from geo3d.nn.sparse import Convolution, Pointwise, SubmanifoldConvolution, TransposedConvolution
from geo3d.ops.sparse import SparseTensor, concatenate


class SubmanifoldUNet(nn.Module):
    """Norms and rectifiers stand before convolutions; every step down is wider by the first one's channels."""

    def __init__(
        self,
        channels: int = 3,
        classes: int = 20,
        width: int = 16,
        steps: int = 7,
        repeats: int = 1,
        residual: bool = False,
        dimensions: int = 3,
    ) -> None:
        super().__init__()
        widths = [width * (i + 1) for i in range(steps)]
        self.stem = SubmanifoldConvolution(channels, width, 3, dimensions=dimensions)
        self.unet = _Step(widths, repeats, residual, dimensions)
        self.head = nn.Sequential(_rectified(width), Pointwise(nn.Linear(width, classes)))

    def forward(self, tensor: SparseTensor) -> SparseTensor:
        """Class logits at the places of the input."""
        return self.head(self.unet(self.stem(tensor)))


class _Step(nn.Module):
    """Blocks, the rest of the network at half the resolution, and blocks on both together."""

    def __init__(self, widths: list[int], repeats: int, residual: bool, dimensions: int) -> None:
        super().__init__()
        width = widths[0]
        self.before = nn.Sequential(*(_block(width, width, residual, dimensions) for _ in range(repeats)))
        self.below: nn.Module | None = None
        if len(widths) > 1:
            following = widths[1]
            self.below = nn.Sequential(
                _rectified(width),
                Convolution(width, following, 2, 2, dimensions=dimensions),
                _Step(widths[1:], repeats, residual, dimensions),
                _rectified(following),
                TransposedConvolution(following, width, 2, 2, dimensions=dimensions),
            )
            after = [_block(width * (2 if i == 0 else 1), width, residual, dimensions) for i in range(repeats)]
            self.after = nn.Sequential(*after)

    def forward(self, tensor: SparseTensor) -> SparseTensor:
        found = self.before(tensor)
        return found if self.below is None else self.after(concatenate(found, self.below(found)))


class _Residual(nn.Module):
    def __init__(self, channels: int, outchannels: int, dimensions: int) -> None:
        super().__init__()
        self.around: nn.Module = nn.Identity()
        if channels != outchannels:
            self.around = SubmanifoldConvolution(channels, outchannels, 1, dimensions=dimensions)
        self.through = nn.Sequential(
            _rectified(channels),
            SubmanifoldConvolution(channels, outchannels, 3, dimensions=dimensions),
            _rectified(outchannels),
            SubmanifoldConvolution(outchannels, outchannels, 3, dimensions=dimensions),
        )

    def forward(self, tensor: SparseTensor) -> SparseTensor:
        found = self.through(tensor)
        return found.having(found.features + self.around(tensor).features)


def _block(channels: int, outchannels: int, residual: bool, dimensions: int) -> nn.Module:
    if residual:
        return _Residual(channels, outchannels, dimensions)
    return nn.Sequential(_rectified(channels), SubmanifoldConvolution(channels, outchannels, 3, dimensions=dimensions))


def _rectified(channels: int) -> nn.Module:
    return Pointwise(nn.Sequential(nn.BatchNorm1d(channels, eps=1e-4), nn.ReLU()))
