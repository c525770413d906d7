"""Layers on sparse tensors; weights are [offset, channel, outchannel], offsets as in a dense kernel flattened."""

import math

import torch
from torch import Tensor, nn

from geo3d.ops import sparse as ops
from geo3d.ops.sparse import Reduction, SparseTensor
from geo3d.ops.sparse_convolution import sparse_convolution
from geo3d.ops.sparse_maps import kernel_offsets


def _wide(value: int | tuple[int, ...], dimensions: int, least: int, name: str) -> tuple[int, ...]:
    wide = (value,) * dimensions if isinstance(value, int) else tuple(value)
    if len(wide) != dimensions or min(wide) < least:
        raise ValueError(f"{name} is {value}; {least} or more along each of {dimensions} dimensions is needed")
    return wide


class _Kernel(nn.Module):
    """What all convolutions have: a kernel, and weights drawn as those of torch's dense ones."""

    def __init__(
        self,
        channels: int,
        outchannels: int,
        size: int | tuple[int, ...],
        stride: int | tuple[int, ...] = 1,
        dilation: int | tuple[int, ...] = 1,
        bias: bool = False,
        dimensions: int = 3,
    ) -> None:
        super().__init__()
        self.size = _wide(size, dimensions, 1, "kernel size")
        self.stride = _wide(stride, dimensions, 1, "stride")
        self.dilation = _wide(dilation, dimensions, 1, "dilation")
        cells = math.prod(self.size)
        bound = 1 / math.sqrt(channels * cells)
        self.weight = nn.Parameter(torch.empty(cells, channels, outchannels).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(outchannels).uniform_(-bound, bound)) if bias else None

    def extra_repr(self) -> str:
        """Channels and kernel, as torch's layers print them."""
        _, channels, outchannels = self.weight.shape
        return f"{channels}, {outchannels}, size={self.size}, stride={self.stride}, dilation={self.dilation}"

    def _given(self, tensor: SparseTensor, target: SparseTensor, swapped: bool) -> SparseTensor:
        pairs = (
            ops.map_between(target, tensor, self.size, self.dilation).swapped
            if swapped
            else ops.map_between(tensor, target, self.size, self.dilation)
        )
        features = sparse_convolution(tensor.features, self.weight.to(tensor.features.dtype), pairs)
        return target.having(features if self.bias is None else features + self.bias.to(features.dtype))


class SubmanifoldConvolution(_Kernel):
    """Convolution at the active places only, so that they stay the same (Graham and van der Maaten 2017)."""

    def forward(self, tensor: SparseTensor) -> SparseTensor:
        """The same places, other channels."""
        if max(self.stride) > 1:
            raise ValueError(f"a submanifold convolution has the stride 1, not {self.stride}")
        if math.prod(self.size) == 1:
            features = tensor.features @ self.weight[0].to(tensor.features.dtype)
            return tensor.having(features if self.bias is None else features + self.bias.to(features.dtype))
        return self._given(tensor, tensor, swapped=False)


class Convolution(_Kernel):
    """Convolution wherever an active place is taken in: the cells that hold one, or without a stride all it reaches."""

    def forward(self, tensor: SparseTensor) -> SparseTensor:
        """Coarser places, or with stride 1 those that dilation makes active, too."""
        if max(self.stride) > 1:
            return self._given(tensor, ops.coarser_places(tensor, self.stride), swapped=False)
        steps = tuple(mine * more for mine, more in zip(tensor.stride, self.dilation, strict=True))
        target = ops.reached_places(tensor, -kernel_offsets(self.size, steps), tensor.stride)
        return self._given(tensor, target, swapped=False)


class TransposedConvolution(_Kernel):
    """The transpose of a strided convolution, back to the places that it came from."""

    def forward(self, tensor: SparseTensor) -> SparseTensor:
        """Finer places; raises ValueError where the tensor's were not made from any of that stride."""
        target = ops.finer_places(tensor)
        steps = tuple(mine * more for mine, more in zip(target.stride, self.stride, strict=True))
        if steps != tensor.stride:
            raise ValueError(f"stride {self.stride} does not lead from {tensor.stride} back to {target.stride}")
        return self._given(tensor, target, swapped=True)


class GenerativeConvolution(_Kernel):
    """The transpose of a strided convolution, to every finer place that it reaches (Gwak et al. 2020)."""

    def forward(self, tensor: SparseTensor) -> SparseTensor:
        """Finer places, new ones among them; raises ValueError where the stride does not divide the tensor's."""
        if any(mine % less for mine, less in zip(tensor.stride, self.stride, strict=True)):
            raise ValueError(f"stride {self.stride} does not divide the tensor's, {tensor.stride}")
        finer = tuple(mine // less for mine, less in zip(tensor.stride, self.stride, strict=True))
        steps = tuple(mine * more for mine, more in zip(finer, self.dilation, strict=True))
        return self._given(tensor, ops.reached_places(tensor, kernel_offsets(self.size, steps), finer), swapped=True)


class Pool(nn.Module):
    """Sum, mean or maximum over the active places in each cell of a stride, or in a kernel around it."""

    def __init__(
        self,
        reduction: Reduction,
        size: int | tuple[int, ...],
        stride: int | tuple[int, ...],
        dimensions: int = 3,
    ) -> None:
        super().__init__()
        self.reduction: Reduction = reduction
        self.size = _wide(size, dimensions, 1, "kernel size")
        self.stride = _wide(stride, dimensions, 1, "stride")

    def forward(self, tensor: SparseTensor) -> SparseTensor:
        """Coarser places, the same channels."""
        target = ops.coarser_places(tensor, self.stride)
        pairs = ops.map_between(tensor, target, self.size, (1,) * len(self.size))
        return target.having(ops.pool(tensor.features, pairs, self.reduction))


class Unpool(nn.Module):
    """Every finer place gets the features of the cell that holds it: the sum over a kernel that takes it in."""

    def __init__(self, size: int | tuple[int, ...], stride: int | tuple[int, ...], dimensions: int = 3) -> None:
        super().__init__()
        self.size = _wide(size, dimensions, 1, "kernel size")
        self.stride = _wide(stride, dimensions, 1, "stride")

    def forward(self, tensor: SparseTensor) -> SparseTensor:
        """The places that the tensor's were made from."""
        target = ops.finer_places(tensor)
        pairs = ops.map_between(target, tensor, self.size, (1,) * len(self.size)).swapped
        return target.having(ops.pool(tensor.features, pairs, "sum"))


class Pointwise(nn.Module):
    """A layer of features, place by place: a norm over rows, an activation, a linear map, dropout."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, tensor: SparseTensor) -> SparseTensor:
        """The same places."""
        return tensor.having(self.layer(tensor.features))


class InstanceNorm(nn.Module):
    """Each channel of each batch to mean 0 and variance 1 over its places, then scaled and shifted."""

    def __init__(self, channels: int, epsilon: float = 1e-5) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(channels)), nn.Parameter(torch.zeros(channels))
        self.epsilon = epsilon

    def forward(self, tensor: SparseTensor) -> SparseTensor:
        """The same places."""
        batch = tensor.coordinates[:, 0].long()
        count = int(batch.max()) + 1 if len(batch) else 0
        centred = tensor.features - ops.reduce_rows(tensor.features, batch, count, "mean")[batch]
        spread = ops.reduce_rows(centred**2, batch, count, "mean")[batch]
        scaled: Tensor = centred / (spread + self.epsilon).sqrt()
        return tensor.having(scaled * self.weight + self.bias)
