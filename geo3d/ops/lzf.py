"""LZF, the light compression of the Point Cloud Library's files."""

import numpy as np

from geo3d.kernels import lzf as kernel

MOST = 90
"""Bytes that come out of one, at most: three that repeat 264."""


def lzf_decompress(packed: bytes | memoryview, size: int) -> bytes | None:
    """The `size` bytes that were packed; None where they are damaged or are not as many. For NumPy, not torch."""
    if not 0 <= size <= MOST * len(packed):
        return None
    whole = np.empty(size, np.uint8)
    return whole.tobytes() if kernel.decompress(np.frombuffer(packed, np.uint8), whole) == size else None


def lzf_decompress_reference(packed: bytes, size: int) -> bytes | None:
    """The same, byte by byte in Python."""
    found, rest = bytearray(), iter(packed)
    try:
        for control in rest:
            if control < 32:
                found += bytes(next(rest) for _ in range(control + 1))
                continue
            length = (control >> 5) + 2 + (next(rest) if control >> 5 == 7 else 0)
            back = ((control & 31) << 8) + next(rest) + 1
            if back > len(found):
                return None
            for _ in range(length):
                found.append(found[-back])
    except (StopIteration, RuntimeError):
        return None
    return bytes(found) if len(found) == size else None
