"""MinkowskiEngine 0.5.4's convolutions on fixed inputs, forward and backward, kept for the tests of ours.

    path/to/a/python/that/has/it tests/nn/record_minkowski.py tests/nn/minkowski_layers.npz

That Python has MinkowskiEngine built from PyPI's source distribution (``--blas=openblas``, ``collections.Sequence``
restored, C++17); it needs nothing of ours.
"""

import sys

import MinkowskiEngine  # type: ignore[import-not-found]
import numpy as np
import torch

CHANNELS, OUTCHANNELS = 3, 4
CASES = {"k3": (3, 1), "k5": (5, 1), "k2s2": (2, 2), "k3s2": (3, 2), "transposed k2s2": (2, 2)}
"""Kernel size and stride by name."""


def main(file: str) -> None:
    """Write coordinates, features and slopes, and of each case the weights, results and gradients."""
    random = np.random.default_rng(0)
    places = np.unique(random.integers(-7, 7, (150, 3)), axis=0)
    places = np.concatenate([np.insert(places, 0, batch, axis=1) for batch in (0, 1)])[:-40]
    features = random.standard_normal((len(places), CHANNELS)).astype(np.float32)
    kept = {"coordinates": places, "features": features}
    for name, (size, stride) in CASES.items():
        given = torch.from_numpy(features).requires_grad_()
        tensor = MinkowskiEngine.SparseTensor(given, torch.from_numpy(places).int())
        layers = [convolution(random, size, stride)]
        if name.startswith("transposed"):
            layers.append(convolution(random, size, stride, MinkowskiEngine.MinkowskiConvolutionTranspose, OUTCHANNELS))
        found = tensor
        for layer in layers:
            found = layer(found)
        slope = torch.sin(found.C[:, 1:].float() @ torch.tensor([[1.0, 2, 3, 4], [5, 6, 7, 8], [2, 3, 5, 7]]))
        found.F.backward(slope)
        kept |= {f"{name}/weight {i}": layer.kernel.detach().numpy() for i, layer in enumerate(layers)}
        kept |= {f"{name}/weight gradient {i}": layer.kernel.grad.numpy() for i, layer in enumerate(layers)}
        kept |= {f"{name}/places": found.C.numpy(), f"{name}/found": found.F.detach().numpy()}
        kept |= {f"{name}/slope": slope.numpy(), f"{name}/gradient": given.grad.numpy()}  # type: ignore[union-attr]
    np.savez_compressed(file, **kept)


def convolution(random, size, stride, kind=MinkowskiEngine.MinkowskiConvolution, channels=CHANNELS):
    """A layer with weights of a generator that all machines have."""
    layer = kind(channels, OUTCHANNELS, kernel_size=size, stride=stride, dimension=3)
    drawn = random.standard_normal(tuple(layer.kernel.shape)).astype(np.float32)
    layer.kernel.data = torch.from_numpy(drawn)
    return layer


if __name__ == "__main__":
    main(sys.argv[1])
