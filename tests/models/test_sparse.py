"""Sparse networks: the sizes of the published ones, gradients everywhere, and their weights."""

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy._core.multiarray import _reconstruct  # pyright: ignore[reportAttributeAccessIssue]
from torch import Tensor, nn

from geo3d.models.sparse.minkowski import load_minkunet
from geo3d.models.sparse.minkunet import CHANNELS, LAYERS, MinkUNet
from geo3d.models.sparse.resnet import SparseResNet
from geo3d.models.sparse.submanifold_unet import SubmanifoldUNet
from geo3d.ops.sparse import SparseTensor, sparse_tensor, voxelize
from geo3d.ops.sparse_convolution import _sums_reference, sparse_convolution
from geo3d.ops.sparse_maps import kernel_map, kernel_offsets

MINKOWSKI = {"14A": 8_024_500, "18A": 15_493_172, "34C": 37_856_052}
"""Parameters of MinkowskiEngine's examples/minkunet.py @ 02fc608b with 3 channels and 20 classes, counted there."""
MINKOWSKI_RESNETS = {14: 21_442_408, 18: 40_246_888, 34: 70_556_520}
"""Likewise of examples/resnet.py with 40 classes."""
SPARSECONVNET = {(16, 1, False): 2_689_860, (32, 2, True): 30_104_372}
"""Parameters of SparseConvNet's examples/ScanNet/unet.py @ dcd1428, by width, repeats and residual, counted there."""


@pytest.fixture
def tensor() -> SparseTensor:
    random = torch.Generator().manual_seed(0)
    places = torch.randint(-24, 24, (400, 4), generator=random)
    places[:, 0] %= 2
    places = places.unique(dim=0)
    return sparse_tensor(places, torch.randn(len(places), 3, generator=random))[0]


def size_of(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize("variant", MINKOWSKI)
def test_minkunets_are_as_large_as_the_published_ones(variant):
    with torch.device("meta"):
        assert size_of(MinkUNet(3, 20, variant)) == MINKOWSKI[variant]


@pytest.mark.parametrize("depth", MINKOWSKI_RESNETS)
def test_residual_networks_are_as_large_as_the_published_ones(depth):
    with torch.device("meta"):
        assert size_of(SparseResNet(3, 40, depth)) == MINKOWSKI_RESNETS[depth]


@pytest.mark.parametrize(("width", "repeats", "residual"), SPARSECONVNET)
def test_submanifold_unets_are_as_large_as_the_published_ones(width: int, repeats: int, residual: bool):
    with torch.device("meta"):
        model = SubmanifoldUNet(3, 20, width, 7, repeats, residual)
    assert size_of(model) == SPARSECONVNET[width, repeats, residual]


@pytest.mark.parametrize(
    "model",
    [MinkUNet(3, 4, "14A"), SubmanifoldUNet(3, 4, 8, 4), SubmanifoldUNet(3, 4, 8, 3, 2, residual=True)],
    ids=["MinkUNet", "SubmanifoldUNet", "residual SubmanifoldUNet"],
)
def test_each_place_gets_logits_and_each_parameter_a_gradient(model: nn.Module, tensor: SparseTensor):
    found = model(tensor)
    assert found.coordinates is tensor.coordinates
    assert found.features.shape == (len(tensor.coordinates), 4)
    nn.functional.cross_entropy(found.features, torch.arange(len(found.features)) % 4).backward()
    assert [name for name, value in model.named_parameters() if value.grad is None or not value.grad.any()] == []


def test_a_residual_network_classifies_each_batch_by_itself(tensor: SparseTensor):
    model = SparseResNet(3, 5).eval()
    both = model(tensor, 2)
    first = tensor.coordinates[:, 0] == 0
    alone = model(sparse_tensor(tensor.coordinates[first], tensor.features[first])[0], 1)
    assert torch.allclose(both[:1], alone, atol=1e-5)


def minkowski_state(variant) -> dict[str, Tensor]:
    """Weights under the names and in the shapes of MinkowskiEngine's examples, drawn at random."""
    random, state = torch.Generator().manual_seed(0), {}

    def kernel(name: str, *shape: int) -> None:
        state[f"{name}.kernel"] = torch.randn(*shape, generator=random)

    def norm(name: str, width: int) -> None:
        for part in ("weight", "bias", "running_mean"):
            state[f"{name}.bn.{part}"] = torch.randn(width, generator=random)
        state[f"{name}.bn.running_var"] = torch.rand(width, generator=random) + 0.5
        state[f"{name}.bn.num_batches_tracked"] = torch.tensor(7)

    def block(name: str, before: int, after: int, count: int) -> None:
        for i in range(count):
            inner = before if i == 0 else after
            kernel(f"{name}.{i}.conv1", 27, inner, after)
            norm(f"{name}.{i}.norm1", after)
            kernel(f"{name}.{i}.conv2", 27, after, after)
            norm(f"{name}.{i}.norm2", after)
            if inner != after:
                kernel(f"{name}.{i}.downsample.0", inner, after)
                norm(f"{name}.{i}.downsample.1", after)

    widths, layers, handed = CHANNELS[variant], LAYERS[variant], [32, *CHANNELS[variant][:3]]
    kernel("conv0p1s1", 125, 3, 32)
    norm("bn0", 32)
    before = 32
    for i in range(4):
        kernel(f"conv{i + 1}p{2**i}s2", 8, before, before)
        norm(f"bn{i + 1}", before)
        block(f"block{i + 1}", before, widths[i], layers[i])
        before = widths[i]
    for i in range(4, 8):
        kernel(f"convtr{i}p{2 ** (8 - i)}s2", 8, before, widths[i])
        norm(f"bntr{i}", widths[i])
        block(f"block{i + 1}", widths[i] + handed[7 - i], widths[i], layers[i])
        before = widths[i]
    kernel("final", before, 20)
    state["final.bias"] = torch.randn(1, 20, generator=random)
    return state


def test_weights_of_minkowski_engine_load_whole_and_with_their_axes_turned():
    state, model = minkowski_state("18A"), MinkUNet(3, 20, "18A")
    load_minkunet(model, {f"module.{name}": value for name, value in state.items()})
    assert sum(
        value.numel() for name, value in state.items() if "running" not in name and "num" not in name
    ) == size_of(model)
    kernel = model.get_parameter("down_blocks.1.0.first.0.weight")
    for place, step in enumerate(kernel_offsets((3, 3, 3), (1, 1, 1))):
        x, y, z = (step + 1).tolist()
        assert torch.equal(kernel[place], state["block2.0.conv1.kernel"][x + 3 * y + 9 * z])
    assert torch.equal(model.get_parameter("head.layer.weight"), state["final.kernel"].T)
    assert torch.equal(model.get_buffer("up.2.1.layer.running_var"), state["bntr6.bn.running_var"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: s.pop("bn2.bn.weight"), "nothing for down.1.1.layer.weight"),
        (lambda s: s.update({"conv0p1s1.kernel": torch.ones(125, 4, 32)}), r"\(125, 4, 32\) for stem.0.weight"),
        (lambda s: s.update({"block9.0.conv1.kernel": torch.ones(1)}), "block9.0.conv1.kernel is no weight"),
    ],
)
def test_weights_that_do_not_fit_are_refused(change, said: str):
    state = minkowski_state("14A")
    change(state)
    with pytest.raises(ValueError, match=said):
        load_minkunet(MinkUNet(3, 20, "14A"), state)


def test_real_lidar_points_convolve_as_the_reference_does(shared_data: Path):
    points = torch.from_numpy(np.load(shared_data / "reference" / "spconv" / "benchmark-pc.npz")["pc"])
    assert points.shape == (198_130, 3)
    tensor, rows = voxelize(points, torch.zeros(len(points), dtype=torch.int64), points / 50, 0.1)
    assert len(rows) == len(points)
    pairs = kernel_map(tensor.coordinates, tensor.coordinates, kernel_offsets((3, 3, 3), (1, 1, 1)))
    assert pairs.starts[-1] > 3 * len(tensor.coordinates)
    features = torch.randn(len(tensor.coordinates), 16, dtype=torch.float64)
    weights = torch.randn(27, 16, 32, dtype=torch.float64)
    wanted = _sums_reference(features, weights, pairs)
    assert torch.allclose(sparse_convolution(features, weights, pairs), wanted, rtol=1e-12, atol=1e-12)


class OnlyArrays(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> type:
        return {"_reconstruct": _reconstruct, "ndarray": np.ndarray, "dtype": np.dtype}[name]


def test_voxels_of_real_points_are_those_of_spconv_and_convolve_as_the_reference_does(shared_data: Path):
    with open(shared_data / "reference" / "spconv" / "test_spconv.pkl", "rb") as file:
        points, places, _ = (torch.as_tensor(value) for value in OnlyArrays(file).load())
    lowest = torch.tensor([-80.0, -80, -2])
    tensor, rows = voxelize(points - lowest, torch.zeros(len(points), dtype=torch.int64), points, 0.1)
    at_edges = ((points - lowest) / 0.1 - ((points - lowest) / 0.1).round()).abs().amin(dim=1) < 1e-3
    wanted = places[:, [0, 3, 2, 1]].long()
    assert torch.equal(tensor.coordinates[rows][~at_edges], wanted[~at_edges])
    assert at_edges.float().mean() < 0.02
    theirs = sparse_tensor(wanted, torch.randn(len(wanted), 4, dtype=torch.float64))[0]
    pairs = kernel_map(theirs.coordinates, theirs.coordinates, kernel_offsets((3, 3, 3), (1, 1, 1)))
    weights = torch.randn(27, 4, 8, dtype=torch.float64)
    found = sparse_convolution(theirs.features, weights, pairs)
    assert torch.allclose(found, _sums_reference(theirs.features, weights, pairs), rtol=1e-12, atol=1e-12)
