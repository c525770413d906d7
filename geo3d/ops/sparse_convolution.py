"""Sparse convolution: the sum over a kernel's offsets of what each one's matrix makes of the rows it takes."""

from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from geo3d.kernels import sparse_convolution as kernel
from geo3d.ops.sparse_maps import KernelMap

LARGEST_TILE, LEAST_TILE, TASKS = 512, 64, 64
"""Output rows that are summed at a time: as many as stay in the second cache with what is taken, fewer in small maps so
that all cores have work, and enough to use each weight often."""
PART = 1 << 15
"""Pairs of a part of a weight's gradient: a fixed number, for the same order of sums on any number of cores."""


def sparse_convolution(
    features: Float[Tensor, "input channel"], weights: Float[Tensor, "offset inner outer"], pairs: KernelMap
) -> Float[Tensor, "output outer"]:
    """output[gives] += features[takes] @ weights[offset], over all pairs (Graham et al. 2018, section 3).

    Differentiable in features and weights. Sums of bfloat16 and float16 are in float32, and rounded once.
    Raises ValueError for another number of rows, channels or offsets than the map and the weights have.
    """
    if len(features) != pairs.inputs:
        raise ValueError(f"there are features of {len(features)} rows, and the map takes from {pairs.inputs}")
    if features.shape[1] != weights.shape[1]:
        raise ValueError(f"features have {features.shape[1]} channels, and the weights take {weights.shape[1]}")
    if len(weights) != len(pairs.starts) - 1:
        raise ValueError(f"there are weights for {len(weights)} offsets, and the map has {len(pairs.starts) - 1}")
    if features.dtype != weights.dtype:
        raise ValueError(f"features are {features.dtype} and weights {weights.dtype}; both must be of one type")
    return _Convolution.apply(features, weights, pairs)  # type: ignore[no-any-return]


class _Convolution(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, features: Tensor, weights: Tensor, pairs: KernelMap) -> Tensor:
        ctx.save_for_backward(features, weights)
        ctx.pairs = pairs
        return _sums(features, weights, pairs)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        (gradient,), (features, weights) = gradients, ctx.saved_tensors
        to_features = to_weights = None
        if ctx.needs_input_grad[0]:
            to_features = _sums(gradient, weights.transpose(1, 2), ctx.pairs.swapped)
        if ctx.needs_input_grad[1]:
            to_weights = _products(features, gradient, ctx.pairs, len(weights))
        return to_features, to_weights, None


def _sums(features: Tensor, weights: Tensor, pairs: KernelMap) -> Tensor:
    if features.device.type != "cpu":
        return _sums_reference(features, weights, pairs)
    wide = _wide(features.dtype)
    width = kernel.BYTES // wide.itemsize
    outer, padded = weights.shape[2], -(-weights.shape[2] // width) * width
    target = torch.empty(pairs.outputs, padded, dtype=wide)
    if padded and pairs.outputs:
        laid = torch.nn.functional.pad(weights.detach().to(wide), (0, padded - outer)).contiguous()
        tile = min(max(-(-pairs.outputs // TASKS), LEAST_TILE), LARGEST_TILE)
        bounds = np.empty((len(weights), -(-pairs.outputs // tile) + 1), np.int64)
        takes, gives = pairs.takes.numpy(), pairs.gives.numpy()
        kernel.bound(gives, np.array(pairs.starts), tile, bounds)
        source = features.detach().to(wide).contiguous().numpy()
        kernel.convolve(source, laid.numpy(), takes, gives, bounds, tile, target.numpy(), width)
    return target[:, :outer].to(features.dtype).contiguous()


def _products(features: Tensor, gradient: Tensor, pairs: KernelMap, offsets: int) -> Tensor:
    """Gradient of the weights: for each offset the sum over its pairs of the outer products of their rows."""
    if features.device.type != "cpu":
        return _products_reference(features, gradient, pairs, offsets)
    wide = _wide(features.dtype)
    width = kernel.BYTES // wide.itemsize
    inner, outer, padded = features.shape[1], gradient.shape[1], -(-gradient.shape[1] // width) * width
    spans = list(zip(pairs.starts[:-1], pairs.starts[1:], strict=True))
    parts = [(k, at, min(at + PART, last)) for k, (first, last) in enumerate(spans) for at in range(first, last, PART)]
    found = torch.zeros(len(parts), inner, padded, dtype=wide)
    total = torch.zeros(offsets, inner, padded, dtype=wide)
    if parts and inner and outer:
        source = features.detach().to(wide).contiguous()
        target = torch.nn.functional.pad(gradient.detach().to(wide), (0, padded - outer)).contiguous()
        rows = pairs.takes.numpy(), pairs.gives.numpy()
        kernel.correlate(source.numpy(), target.numpy(), *rows, np.array(parts), found.numpy(), width)
        total.index_add_(0, torch.tensor([part[0] for part in parts]), found)
    return total[:, :, :outer].to(features.dtype).contiguous()


def _wide(kind: torch.dtype) -> torch.dtype:
    return torch.float64 if kind == torch.float64 else torch.float32


def _sums_reference(features: Tensor, weights: Tensor, pairs: KernelMap) -> Tensor:
    """Offset after offset: gather, product, sum; on any device."""
    wide = _wide(features.dtype)
    target = torch.zeros(pairs.outputs, weights.shape[2], dtype=wide, device=features.device)
    for offset, (first, last) in enumerate(zip(pairs.starts[:-1], pairs.starts[1:], strict=True)):
        taken = features[pairs.takes[first:last].long()]
        target.index_add_(0, pairs.gives[first:last].long(), (taken @ weights[offset]).to(wide))
    return target.to(features.dtype)


def _products_reference(features: Tensor, gradient: Tensor, pairs: KernelMap, offsets: int) -> Tensor:
    wide, found = _wide(features.dtype), []
    for first, last in zip(pairs.starts[:-1], pairs.starts[1:], strict=True):
        taken, given = features[pairs.takes[first:last].long()], gradient[pairs.gives[first:last].long()]
        found.append(taken.to(wide).T @ given.to(wide))
    return torch.stack(found).to(features.dtype)
