"""Encodings of scanned volumes against loops over their voxels."""

import math
from typing import get_args

import pytest
import torch

from geo3d.ops.encodings import CHANNELS, Encoding, encode, signed_log

TRUNCATION, VOXEL = 0.15, 0.05


def slow(distance: float, known: int, encoding: str) -> list[float]:
    sign = (distance > 0) - (distance < 0)
    value = {
        "occupancy": float(abs(distance) < VOXEL),
        "ternary": 1.0 if distance < VOXEL else -1.0,
        "tsdf": min(max(distance / TRUNCATION, -1.0), 1.0),
        "flipped": (-1 if distance < 0 else 1) * max(1 - abs(distance) / TRUNCATION, 0),
        "log": sign * math.log(abs(distance) / VOXEL + 1),
    }[encoding]
    return [value * known] if encoding in ("occupancy", "ternary") else [value * known, float(known)]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("encoding", get_args(Encoding))
def test_every_encoding_is_what_a_loop_finds(encoding: Encoding, dtype: torch.dtype):
    random = torch.Generator().manual_seed(1)
    distance = 0.4 * torch.rand(3, 4, 5, generator=random, dtype=dtype) - 0.2
    distance[0, 0, 0], distance[0, 0, 1] = 0, -0.0
    known = (torch.rand(3, 4, 5, generator=random) < 0.6).to(torch.uint8)
    known[0, 0, :2] = 1
    found = encode(distance, known, TRUNCATION, VOXEL, encoding)
    assert found.shape == (CHANNELS[encoding], 3, 4, 5)
    assert found.dtype == dtype
    for x in range(3):
        for y in range(4):
            for z in range(5):
                expected = slow(float(distance[x, y, z]), int(known[x, y, z]), encoding)
                assert found[:, x, y, z].tolist() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("encoding", get_args(Encoding))
def test_what_is_unknown_is_zero_whatever_its_distance(encoding: Encoding):
    distance = torch.tensor([-1.0, 0.0, 0.02, TRUNCATION, float("nan")])[:, None, None]
    assert (encode(distance, torch.zeros(5, 1, 1, dtype=torch.uint8), TRUNCATION, VOXEL, encoding) == 0).all()


def test_the_log_is_odd_and_undone_by_the_exponential():
    voxels = torch.linspace(-5, 5, 101, dtype=torch.float64)
    found = signed_log(voxels)
    assert torch.allclose(found, -found.flip(0))
    assert torch.allclose(found.sign() * (found.abs().exp() - 1), voxels)
