"""Convolutions and their gradients equal MinkowskiEngine's, as tests/nn/record_minkowski.py recorded them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from geo3d.models.sparse.minkowski import kernel_of_minkowski
from geo3d.nn.sparse import Convolution, SubmanifoldConvolution, TransposedConvolution
from geo3d.ops.sparse import sparse_tensor

RECORDED = Path(__file__).parent / "minkowski_layers.npz"
LAYERS = {
    "k3": [SubmanifoldConvolution(3, 4, 3)],
    "k5": [SubmanifoldConvolution(3, 4, 5)],
    "k2s2": [Convolution(3, 4, 2, 2)],
    "k3s2": [Convolution(3, 4, 3, 2)],
    "transposed k2s2": [Convolution(3, 4, 2, 2), TransposedConvolution(4, 4, 2, 2)],
}


@pytest.mark.parametrize("name", LAYERS)
def test_features_and_gradients_are_those_of_minkowski_engine(name: str):
    with np.load(RECORDED) as file:
        recorded = {key: torch.from_numpy(file[key]) for key in file.files}
    part = {key.removeprefix(f"{name}/"): value for key, value in recorded.items() if key.startswith(f"{name}/")}
    layers = LAYERS[name]
    for i, layer in enumerate(layers):
        layer.weight = nn.Parameter(kernel_of_minkowski(part[f"weight {i}"], 3))
    given = recorded["features"].clone().requires_grad_()
    found, _ = sparse_tensor(recorded["coordinates"].long(), given)
    for layer in layers:
        found = layer(found)
    order = lexicographic(part["places"])
    assert torch.equal(found.coordinates, part["places"].long()[order])
    torch.testing.assert_close(found.features, part["found"][order], rtol=1e-5, atol=1e-5)
    found.features.backward(part["slope"][order])
    torch.testing.assert_close(given.grad, part["gradient"], rtol=1e-5, atol=1e-5)
    for i, layer in enumerate(layers):
        wanted = kernel_of_minkowski(part[f"weight gradient {i}"], 3)
        torch.testing.assert_close(layer.weight.grad, wanted, rtol=1e-4, atol=1e-4)


def lexicographic(places: Tensor) -> Tensor:
    return torch.from_numpy(np.lexsort(places.numpy().T[::-1]).copy())
