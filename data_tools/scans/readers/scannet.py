"""A ScanNet scene as the exporter in its SensReader writes it (Dai et al. 2017), an image a file.

Frames are numbered without leading zeros. ``pose/N.txt`` maps camera to world, axes as ours, -inf where tracking was
lost; depth is 16-bit PNG in millimetres, 0 where there is none (the depth shift of a ``.sens`` file, which is 1000 in
all of ScanNet, is not exported). Intrinsics are 4x4; the centre of the first pixel is (0, 0). Which way is up is not
said. Label images beside the others are read as :mod:`geo3d.data_tools.scans.scannet_labels` tells; those of instances
are left alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.scans.assemble import Camera, assemble, read_numbers, read_transform
from geo3d.data_tools.scans.listing import FrameFiles, Listing, by_number, images
from geo3d.data_tools.scans.scannet_labels import LOOKS_FOR as LABELS
from geo3d.data_tools.scans.scannet_labels import read_label_set, with_labels
from geo3d.errors import InputError

if TYPE_CHECKING:
    from geo3d.scene.kinds import RgbdScan
    from geo3d.scene.source import Source

LOOKS_FOR = (
    "color/N.jpg, depth/N.png, intrinsic/intrinsic_depth.txt (and _color.txt) of 4x4 numbers; pose/N.txt if there; "
    f"{LABELS} if there"
)
DEPTH, COLOUR = "intrinsic/intrinsic_depth.txt", "intrinsic/intrinsic_color.txt"
BESIDE = "intrinsic/extrinsic_depth.txt", "intrinsic/extrinsic_color.txt"
"""Where each camera is beside the frame's own transform."""


def find(folder: Path) -> Listing | None:
    """List the frames; None where there are none of this format."""
    if not (folder / DEPTH).exists():
        return None
    colour, depth = by_number(images(folder / "color")), by_number(images(folder / "depth"))
    frames, numbers, skipped = [], [], []
    for row, (number, path) in enumerate(colour.items()):
        name, transform = str(path.relative_to(folder)), f"pose/{number}.txt"
        if number in depth:
            there = transform if (folder / transform).exists() else None
            frames.append(FrameFiles(name, str(depth[number].relative_to(folder)), row, there))
            numbers.append(number)
        else:
            skipped.append((name, "no depth image of that name"))
    shared = (DEPTH, *(name for name in (COLOUR, *BESIDE) if (folder / name).exists()))
    listing = Listing(tuple(frames), shared, tuple(skipped), located=any(frame.transform for frame in frames))
    return with_labels(listing, folder, numbers)


def read(source: Source, config: None) -> RgbdScan:
    """Read transforms and intrinsics."""
    shared, listed = source.listing["shared"], source.listing["frames"]
    for name in set(BESIDE) & set(shared):
        if not np.abs(read_numbers(source.root / name, (4, 4)) - np.eye(4)).max() <= 1e-3:
            raise InputError(
                f"{source.root / name} sets a camera beside the frame's own transform; allowed is the identity, as "
                "colour and depth must share a centre"
            )
    transforms = [read_transform(source.root / f["transform"]) if f["transform"] else None for f in listed]
    depth, colour = (
        Camera(read_numbers(source.root / name, (4, 4))[:3, :3]) if name in shared else None for name in (DEPTH, COLOUR)
    )
    assert depth is not None
    return assemble(source, transforms, depth, colour, label_set=read_label_set(source))
