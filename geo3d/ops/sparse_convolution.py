"""Sparse convolution: the sum over a kernel's offsets of what each one's matrix makes of the rows it takes."""

from itertools import pairwise
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from geo3d.kernels import sparse_convolution as kernel
from geo3d.ops.implementations import implementation
from geo3d.ops.sparse_maps import KernelMap

LARGEST_TILE, LEAST_TILE, TASKS = 512, 64, 64
"""Output rows that are summed at a time: as many as stay in the second cache with what is taken, fewer in small maps so
that all cores have work, and enough to use each weight often."""
PART = 1 << 15
"""Pairs of a part of a weight's gradient: a fixed number, for the same order of sums on any number of cores."""
GPU_PART = 1 << 12
"""The same on a GPU, which needs more parts to be busy."""


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
    return _SUMS[_way(features)](features, weights, pairs)


def _products(features: Tensor, gradient: Tensor, pairs: KernelMap, offsets: int) -> Tensor:
    """Gradient of the weights: for each offset the sum over its pairs of the outer products of their rows."""
    return _PRODUCTS[_way(features)](features, gradient, pairs, offsets)


def _way(features: Tensor) -> str:
    """Triton's kernels have no float64."""
    way = implementation(features.device)
    return "torch" if way == "triton" and features.dtype == torch.float64 else way


def _sums_numba(features: Tensor, weights: Tensor, pairs: KernelMap) -> Tensor:
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


def _products_numba(features: Tensor, gradient: Tensor, pairs: KernelMap, offsets: int) -> Tensor:
    wide = _wide(features.dtype)
    width = kernel.BYTES // wide.itemsize
    inner, outer, padded = features.shape[1], gradient.shape[1], -(-gradient.shape[1] // width) * width
    parts = _parts(pairs, PART)
    found = torch.zeros(len(parts), inner, padded, dtype=wide)
    total = torch.zeros(offsets, inner, padded, dtype=wide)
    if parts and inner and outer:
        source = features.detach().to(wide).contiguous()
        target = torch.nn.functional.pad(gradient.detach().to(wide), (0, padded - outer)).contiguous()
        rows = pairs.takes.numpy(), pairs.gives.numpy()
        kernel.correlate(source.numpy(), target.numpy(), *rows, np.array(parts), found.numpy(), width)
        total.index_add_(0, torch.tensor([part[0] for part in parts]), found)
    return total[:, :, :outer].to(features.dtype).contiguous()


def _parts(pairs: KernelMap, size: int) -> list[tuple[int, int, int]]:
    """Offset, first pair and the one behind the last, of parts of so many pairs of one offset."""
    spans = enumerate(pairwise(pairs.starts))
    return [(k, at, min(at + size, last)) for k, (first, last) in spans for at in range(first, last, size)]


def _sums_triton(features: Tensor, weights: Tensor, pairs: KernelMap) -> Tensor:
    from geo3d.kernels.sparse_convolution_triton import convolve

    target = features.new_empty(pairs.outputs, weights.shape[2])
    order, rows = pairs.table
    convolve(features.contiguous(), weights, rows, order, target, torch.backends.cuda.matmul.allow_tf32)
    return target


def _products_triton(features: Tensor, gradient: Tensor, pairs: KernelMap, offsets: int) -> Tensor:
    from geo3d.kernels.sparse_convolution_triton import correlate

    parts = torch.tensor(_parts(pairs, GPU_PART), dtype=torch.int64).reshape(-1, 3)
    starts = torch.searchsorted(parts[:, 0].contiguous(), torch.arange(offsets + 1)).to(features.device)
    spans = parts[:, 1:].contiguous().to(features.device)
    total = features.new_empty(offsets, features.shape[1], gradient.shape[1])
    rows = features.contiguous(), gradient.contiguous(), pairs.takes, pairs.gives
    correlate(*rows, spans, starts, total, torch.backends.cuda.matmul.allow_tf32)
    return total


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


_SUMS = {"numba": _sums_numba, "triton": _sums_triton, "torch": _sums_reference}
_PRODUCTS = {"numba": _products_numba, "triton": _products_triton, "torch": _products_reference}
