"""Intrinsics of formats that do not write them, as they were all taken by known cameras."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.scans.assemble import read_numbers
from geo3d.errors import InputError

if TYPE_CHECKING:
    from geo3d.scene.kinds import RgbdScan
    from geo3d.scene.source import Source

OWN = "camera-intrinsics.txt"
"""3x3 numbers, where another camera took the images."""


def intrinsics_of(source: Source, known: tuple[float, float, float, float]) -> np.ndarray:
    """[3, 3] of the file OWN, or else of the format's own camera: fx, fy, cx, cy."""
    if OWN in source.listing["shared"]:
        return read_numbers(source.root / OWN, (3, 3))
    fx, fy, cx, cy = known
    return np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]])


def refuse_other_size(source: Source, scan: RgbdScan, size: tuple[int, int]) -> None:
    """Raise InputError where the format's own camera is assumed, and the images are not of its height and width."""
    for found in (scan.depth_size, scan.colour_size):
        if OWN not in source.listing["shared"] and found != size:
            raise InputError(
                f"{source.root} has images of {found[1]}x{found[0]}, and the format's intrinsics are for "
                f"{size[1]}x{size[0]}; write those of your camera into {OWN}, 3x3 numbers"
            )
