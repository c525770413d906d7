"""LZF, undone."""

import numpy as np
import pytest

from geo3d.ops.lzf import lzf_decompress, lzf_decompress_reference
from tests.data_tools.clouds.writers import lzf_compress

random = np.random.default_rng(0)


@pytest.mark.parametrize(
    "data",
    [b"", b"a", bytes(10_000), b"abcd" * 999, random.bytes(5000), random.integers(0, 3, 9000, np.uint8).tobytes()],
)
def test_what_was_packed_comes_back(data):
    packed = lzf_compress(data)
    assert lzf_decompress(packed, len(data)) == data
    assert lzf_decompress_reference(packed, len(data)) == data
    assert lzf_decompress(packed, len(data) + 1) is None


def test_damaged_bytes_end_as_the_reference_says():
    packed = lzf_compress(random.integers(0, 4, 2000, np.uint8).tobytes())
    for seed in range(400):
        noise = np.random.default_rng(seed)
        damaged = bytearray(packed[: int(noise.integers(1, len(packed)))])
        for _ in range(3):
            damaged[int(noise.integers(len(damaged)))] = int(noise.integers(256))
        for size in (2000, len(damaged)):
            assert lzf_decompress(bytes(damaged), size) == lzf_decompress_reference(bytes(damaged), size)


def test_a_bomb_is_not_unpacked():
    assert lzf_decompress(bytes(100), 1 << 50) is None


@pytest.mark.parametrize(
    ("packed", "size"),
    [((0, 65, 32, 9), 4), ((32, 0), 3), ((1, 65), 2), ((0, 65, 32), 4), ((0, 65, 224), 10), ((0, 65, 32, 0), 3)],
    ids=["before the begin", "of nothing", "cut literal", "cut reference", "cut length", "too much"],
)
def test_what_reaches_beyond_what_there_is_is_damage(packed, size):
    assert lzf_decompress(bytes(packed), size) is None
    assert lzf_decompress_reference(bytes(packed), size) is None
