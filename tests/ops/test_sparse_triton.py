"""Triton's kernels are the torch reference: compiled where there is a CUDA device, else interpreted on the CPU."""

import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from geo3d.nn.sparse import Convolution, GenerativeConvolution, SubmanifoldConvolution, TransposedConvolution
from geo3d.ops import sparse_convolution as op
from geo3d.ops import sparse_maps
from geo3d.ops.devices import on_device
from geo3d.ops.sparse import sparse_tensor
from geo3d.ops.sparse_convolution import sparse_convolution
from geo3d.ops.sparse_maps import KernelMap, coarser, kernel_map, kernel_offsets
from tests.ops.test_sparse_maps import scattered

GPU = torch.cuda.is_available()
DEVICE = torch.device("cuda" if GPU else "cpu")
CHANNELS = [(1, 3), (3, 1), (33, 64), (64, 96), (96, 33), (130, 7)]
KINDS = [torch.float32, torch.float16, torch.bfloat16]
on_gpu = pytest.mark.skipif(not GPU, reason="there is no CUDA device")


def use(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    for module in (sparse_maps, op):
        monkeypatch.setattr(module, "implementation", lambda device: way)


@pytest.fixture(autouse=True)
def _by_triton(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("triton")
    if not GPU:
        _interpret_bfloat16(monkeypatch)
    use(monkeypatch, "triton")


def _interpret_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    """Triton 3.7's interpreter would multiply the bits of bfloat16 as whole numbers."""
    from triton.runtime.interpreter import (  # pyright: ignore[reportMissingImports]
        InterpreterBuilder,
        TensorHandle,
        tl,
    )

    plain = InterpreterBuilder.create_dot

    def widened(handle: TensorHandle) -> TensorHandle:
        if handle.dtype.scalar != tl.bfloat16:
            return handle
        return TensorHandle((handle.data.astype(np.uint32) << 16).view(np.float32), tl.float32)

    monkeypatch.setattr(
        InterpreterBuilder, "create_dot", lambda at, a, b, *more: plain(at, widened(a), widened(b), *more)
    )


def same_maps(one: KernelMap, other: KernelMap) -> bool:
    assert one.takes.dtype == one.gives.dtype == torch.int32
    sizes = (one.starts, one.inputs, one.outputs) == (other.starts, other.inputs, other.outputs)
    return sizes and torch.equal(one.takes, other.takes) and torch.equal(one.gives, other.gives)


@pytest.mark.parametrize(
    ("dimensions", "size", "stride", "dilation"),
    [
        *itertools.product((1, 2, 3), (1, 2, 3, 4, 5), (1, 2, 3), (1,)),
        *itertools.product((4,), (1, 2, 3), (1, 2), (1,)),
        *itertools.product((2, 3), (3,), (1,), (2, 4)),
    ],
)
def test_maps_are_those_of_the_reference(
    dimensions: int, size: int, stride: int, dilation: int, monkeypatch: pytest.MonkeyPatch
):
    inputs = scattered(300, {1: 200, 2: 12, 3: 5, 4: 3}[dimensions], dimensions).to(DEVICE)
    outputs = coarser(inputs, (stride,) * dimensions) if stride > 1 else inputs
    offsets = kernel_offsets((size,) * dimensions, (dilation,) * dimensions)
    found = kernel_map(inputs, outputs, offsets)
    use(monkeypatch, "torch")
    assert same_maps(found, kernel_map(inputs, outputs, offsets))
    assert found.starts[-1] > 0


@pytest.mark.parametrize(("inputs", "outputs"), [(0, 0), (0, 40), (40, 0), (1, 1)])
def test_maps_of_hardly_anything(inputs: int, outputs: int, monkeypatch: pytest.MonkeyPatch):
    places, offsets = scattered(50, 3).to(DEVICE), kernel_offsets((3, 2, 3), (1, 1, 1))
    found = kernel_map(places[:inputs], places[:outputs], offsets)
    use(monkeypatch, "torch")
    assert same_maps(found, kernel_map(places[:inputs], places[:outputs], offsets))


@pytest.mark.parametrize("count", [1, 2, 3, 255, 256, 257, 700])
def test_keys_are_found_wherever_they_went_in(count: int):
    """Of 62 bits, in any order: what came first has the better slot, and the same rows are found."""
    from geo3d.kernels.joins_triton import find_rows

    random = torch.Generator().manual_seed(count)
    keys = torch.randint(1 << 60, 1 << 62, (count,), generator=random)
    keys[: count // 2] = (1 << 61) + torch.arange(count // 2)  # and a run of neighbours
    asked, steps = torch.cat([keys, keys + 5]), torch.tensor([0, 1, -1, 1 << 40])
    rows = {key: row for row, key in enumerate(keys.tolist())}
    wanted = [[rows.get(key + step, -1) for key in asked.tolist()] for step in steps.tolist()]
    found = find_rows(keys.to(DEVICE), asked.to(DEVICE), steps.to(DEVICE))
    assert found.tolist() == wanted
    order = torch.randperm(count, generator=random)
    again = find_rows(keys[order].to(DEVICE), asked.to(DEVICE), steps.to(DEVICE)).cpu()
    assert torch.where(again >= 0, order[again.clamp(min=0)], -1).tolist() == wanted


def check(kind: torch.dtype, channels: tuple[int, int], pairs: KernelMap) -> None:
    """Sums, gradients of features (the transposed convolution) and weights: those of the reference in float64."""
    random, count = torch.Generator().manual_seed(1), len(pairs.starts) - 1
    features = torch.randn(pairs.inputs, channels[0], generator=random).to(DEVICE, kind)
    weights = torch.randn(count, *channels, generator=random).to(DEVICE, kind)
    slope = torch.randn(pairs.outputs, channels[1], generator=random).to(DEVICE, kind)
    wide, learned = features.double(), weights.double()
    found = (
        op._sums(features, weights, pairs),
        op._sums(slope, weights.transpose(1, 2), pairs.swapped),
        op._products(features, slope, pairs, count),
    )
    wanted = (
        op._sums_reference(wide, learned, pairs),
        op._sums_reference(slope.double(), learned.transpose(1, 2), pairs.swapped),
        op._products_reference(wide, slope.double(), pairs, count),
    )
    tolerance = {torch.float32: 1e-5}.get(kind, 2 * torch.finfo(kind).eps)
    for one, other in zip(found, wanted, strict=True):
        assert (one.dtype, one.shape) == (kind, other.shape)
        largest = float(other.abs().max()) if other.numel() else 0
        assert torch.allclose(one.double(), other, rtol=tolerance, atol=tolerance * largest)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("channels", CHANNELS)
def test_any_channels(kind: torch.dtype, channels: tuple[int, int]):
    places = scattered(150, 4).to(DEVICE)
    check(kind, channels, kernel_map(places, places, kernel_offsets((3, 3, 1), (1, 1, 1))))


@pytest.mark.parametrize(
    ("dimensions", "size", "stride"),
    [
        *itertools.product((1, 2), (1, 2, 3, 4, 5), (1, 2)),
        *itertools.product((3,), (1, 2, 3), (1, 2)),
        *((3, 4, 2), (3, 5, 2), (4, 2, 2), (4, 3, 1)),
    ],
)
def test_any_kernel(dimensions: int, size: int, stride: int):
    inputs = scattered(120, {1: 100, 2: 8, 3: 4, 4: 2}[dimensions], dimensions).to(DEVICE)
    outputs = coarser(inputs, (stride,) * dimensions)
    check(torch.float32, (3, 17), kernel_map(inputs, outputs, kernel_offsets((size,) * dimensions, (1,) * dimensions)))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_gives_nothing_and_a_single_row_something(kind: torch.dtype):
    places, offsets = scattered(70, 3).to(DEVICE), kernel_offsets((3, 3, 3), (1, 1, 1))
    check(kind, (3, 5), kernel_map(places[:0], places[:0], offsets))
    check(kind, (3, 5), kernel_map(places[:0], places, offsets))
    check(kind, (3, 5), kernel_map(places, places[:0], offsets))
    check(kind, (3, 5), kernel_map(places, places, offsets + 1000))  # rows without a pair
    check(kind, (3, 5), kernel_map(places[:1], places[:1], offsets))


def test_sums_of_half_numbers_are_rounded_once():
    places = torch.cartesian_prod(torch.tensor([0]), *[torch.arange(3)] * 3).int().to(DEVICE)
    pairs = kernel_map(places, places, kernel_offsets((3, 3, 3), (1, 1, 1)))
    weights = torch.full((27, 1, 1), 1.0, device=DEVICE).half()
    weights[0] = 2048
    found = op._sums(torch.ones(27, 1, device=DEVICE).half(), weights, pairs)
    assert found[13] == 2048 + 26  # in float16, 2048 + 1 is 2048


def test_parts_of_a_weights_gradient_are_added_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(op, "GPU_PART", 48)  # no multiple of the pairs that are multiplied at a time
    places = scattered(150, 3).to(DEVICE)
    check(torch.float32, (33, 40), kernel_map(places, places, kernel_offsets((3, 3, 3), (1, 1, 1))))


def test_layers_learn_as_on_the_cpu(monkeypatch: pytest.MonkeyPatch):
    given, _ = sparse_tensor(scattered(150, 4), torch.randn(len(scattered(150, 4)), 4))
    layers = nn.Sequential(
        SubmanifoldConvolution(4, 8, 3),
        Convolution(8, 6, 2, stride=2, bias=True),
        TransposedConvolution(6, 5, 2, stride=2),
        Convolution(5, 3, 3, stride=3),
        GenerativeConvolution(3, 4, 3, stride=3),
    )
    results = []
    for way, device in (("numba", torch.device("cpu")), ("triton", DEVICE)):
        use(monkeypatch, way)
        layers.to(device).zero_grad()
        found = layers(on_device(given, device))
        found.features.square().sum().backward()
        gradients = [weights.grad.cpu() for weights in layers.parameters() if weights.grad is not None]
        results.append((found.coordinates.cpu(), found.features.detach().cpu(), *gradients))
    assert len(results[0]) == 2 + 6
    for one, other in zip(*results, strict=True):
        assert torch.allclose(one, other, rtol=1e-4, atol=1e-5 * float(other.abs().max()))


@pytest.mark.parametrize("allowed", [False, True])
def test_float32_is_rounded_only_where_torch_may(allowed: bool, monkeypatch: pytest.MonkeyPatch):
    from geo3d.kernels import sparse_convolution_triton as kernel

    asked, plain = [], kernel._precision
    monkeypatch.setattr(kernel, "_precision", lambda tf32: asked.append(tf32) or plain(tf32))
    places = scattered(20, 2).to(DEVICE)
    features = torch.randn(len(places), 3, device=DEVICE, requires_grad=True)
    weights = torch.randn(27, 3, 3, device=DEVICE, requires_grad=True)
    pairs = kernel_map(places, places, kernel_offsets((3, 3, 3), (1, 1, 1)))
    before = torch.backends.cuda.matmul.allow_tf32
    try:
        torch.backends.cuda.matmul.allow_tf32 = allowed
        sparse_convolution(features, weights, pairs).sum().backward()
    finally:
        torch.backends.cuda.matmul.allow_tf32 = before
    assert asked == [allowed] * 3


def test_float64_is_left_to_torch():
    assert op._way(torch.zeros(1, 1).double()) == "torch"
    assert op._way(torch.zeros(1, 1).half()) == "triton"


def test_kernels_compile_for_gpus(tmp_path: Path):
    """In another process, as what is interpreted is never compiled; to machine code, for which no GPU is needed."""
    pytest.importorskip("triton.backends.nvidia")
    env = os.environ | {"TRITON_INTERPRET": "0", "TRITON_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "tests.ops.compile_triton"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[0]) >= 20


@on_gpu
@pytest.mark.parametrize("kind", [*KINDS, torch.float64])
def test_a_device_gives_what_the_cpu_gives(kind: torch.dtype, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.undo()
    results: list[list[Tensor]] = []
    for device in (torch.device("cpu"), DEVICE, DEVICE):
        random = torch.Generator().manual_seed(0)
        places = scattered(4000, 9).to(device)
        pairs = kernel_map(places, places, kernel_offsets((3, 3, 3), (1, 1, 1)))
        features = torch.randn(len(places), 33, generator=random).to(device, kind).requires_grad_()
        weights = torch.randn(27, 33, 96, generator=random).to(device, kind).requires_grad_()
        found = sparse_convolution(features, weights, pairs)
        slope = torch.randn(found.shape, generator=random).to(device, kind)
        gradients = torch.autograd.grad(found, (features, weights), slope)
        results.append([part.detach().cpu() for part in (pairs.takes, pairs.gives, found, *gradients)])
    cpu, gpu, again = results
    assert all(torch.equal(one, other) for one, other in zip(gpu, again, strict=True))
    assert torch.equal(cpu[0], gpu[0])
    assert torch.equal(cpu[1], gpu[1])
    tolerance = {torch.float64: 1e-12, torch.float32: 1e-5}.get(kind, 2 * torch.finfo(kind).eps)
    for one, other in zip(cpu[2:], gpu[2:], strict=True):
        largest = float(one.abs().max())
        assert torch.allclose(one.double(), other.double(), rtol=tolerance, atol=tolerance * largest)
