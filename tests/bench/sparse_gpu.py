"""Sparse convolution on a CUDA device beside spconv, where it can be imported, and torch's gather, product and sum.

    python -m tests.bench.sparse_gpu

Without a device there is a line instead of rows. No figure of it has been taken yet.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor

from geo3d.models.sparse.minkunet import MinkUNet
from geo3d.ops import sparse_convolution as op
from geo3d.ops.sparse import sparse_tensor
from geo3d.ops.sparse_maps import kernel_map, kernel_offsets
from tests.bench.sparse import CHANNELS, ROOM_VOXELS, VOXELS, _row, furnished_room, median, shells

KINDS = (("fp16", torch.float16, False), ("tf32", torch.float32, True))


def rows() -> list[dict]:
    """Seconds of a layer, its gradients, its kernel map and MinkUNet-18A in both precisions."""
    if not torch.cuda.is_available():
        print("there is no CUDA device: sparse convolution is not timed on one")
        return []
    return measure(torch.device("cuda"), *map(torch.from_numpy, (shells(VOXELS), furnished_room(ROOM_VOXELS))))


def measure(device: torch.device, coordinates: Tensor, room: Tensor) -> list[dict]:
    """Medians, ours and the peers', of places [row, 4] on a device."""
    coordinates, room, before = coordinates.to(device), room.to(device), torch.backends.cuda.matmul.allow_tf32
    offsets = kernel_offsets((3, 3, 3), (1, 1, 1))
    ours = _seconds(device, lambda: kernel_map(coordinates, coordinates, offsets))
    found = [_row(f"kernel map 3^3, {len(coordinates):,} voxels, {device.type}", ours, None, None)]
    for name, kind, tf32 in KINDS:
        torch.backends.cuda.matmul.allow_tf32 = tf32
        try:
            found += layer(device, coordinates, f"{name}, {device.type}", kind) + network(device, room, name, kind)
        finally:
            torch.backends.cuda.matmul.allow_tf32 = before
    return found


def layer(device: torch.device, coordinates: Tensor, name: str, kind: torch.dtype) -> list[dict]:
    """A submanifold layer with its map at hand, beside the same sums by torch and spconv's layer."""
    torch.manual_seed(0)
    features = torch.randn(len(coordinates), CHANNELS, device=device, dtype=kind, requires_grad=True)
    weights = torch.randn(27, CHANNELS, CHANNELS, device=device, dtype=kind, requires_grad=True)
    pairs = kernel_map(coordinates, coordinates, kernel_offsets((3, 3, 3), (1, 1, 1)))
    peer = _spconv_layer(coordinates, features) if device.type == "cuda" else None
    works = {"forward": lambda x: x, "forward and backward": lambda x: x.backward(torch.ones_like(x))}
    found = []
    for what, after in works.items():
        said = f"submanifold 3^3, {CHANNELS} to {CHANNELS}, {len(coordinates):,} voxels, {name}, {what}"
        ours, theirs = (
            _seconds(device, lambda after=after: after(op.sparse_convolution(features, weights, pairs))),
            None if peer is None else _seconds(device, lambda after=after: after(peer())),
        )
        with patch.object(op, "implementation", lambda device: "torch"):
            plain = _seconds(device, lambda after=after: after(op.sparse_convolution(features, weights, pairs)))
        found += [_row(f"{said}, spconv", ours, theirs, None), _row(f"{said}, torch", ours, plain, None)]
    return found


def network(device: torch.device, room: Tensor, name: str, kind: torch.dtype) -> list[dict]:
    """MinkUNet-18A with all its maps, beside itself with torch's gather, product and sum."""
    model = MinkUNet(3, 20, "18A").eval().to(device, kind)
    colours = torch.randn(len(room), 3, device=device, dtype=kind)
    with torch.no_grad():
        ours = _seconds(device, lambda: model(sparse_tensor(room, colours)[0]))
        with patch.object(op, "implementation", lambda device: "torch"):
            plain = _seconds(device, lambda: model(sparse_tensor(room, colours)[0]))
    return [_row(f"MinkUNet-18A, {len(room):,} voxels, {name}, {device.type}, torch", ours, plain, None)]


def _seconds(device: torch.device, work: Callable[[], Any]) -> float:
    def finished() -> None:
        work()
        if device.type == "cuda":
            torch.cuda.synchronize(device)

    return median(finished)


def _spconv_layer(coordinates: Tensor, features: Tensor) -> Callable[[], Tensor] | None:
    """A call of spconv's layer, whose map is kept from its first call on; None where spconv is not installed."""
    try:
        spconv = import_module("spconv.pytorch")
    except ImportError:
        print("spconv cannot be imported: no such peer")
        return None
    low = coordinates.amin(dim=0) * torch.tensor([0, 1, 1, 1], device=coordinates.device)
    places = (coordinates - low).int().contiguous()
    made = spconv.SubMConv3d(CHANNELS, CHANNELS, 3, bias=False, indice_key="same").to(features)
    tensor = spconv.SparseConvTensor(features, places, (places[:, 1:].amax(dim=0) + 1).tolist(), 1)
    return lambda: made(tensor).features


if __name__ == "__main__":
    for row in rows():
        print(row)
