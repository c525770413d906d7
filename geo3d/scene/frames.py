"""The frames of a scan, decoded as they are asked for."""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from geo3d.scene.codecs import decode_colour, decode_confidence, decode_depth, in_metres
from geo3d.scene.kinds import RgbdScan
from geo3d.scene.label_images import read_labels, read_probabilities
from geo3d.scene.undistort import undistorted

THREADS = min(os.cpu_count() or 1, 16)
"""That decode: one a core, as far as anything that takes frames keeps up with them."""
LOOK_AHEAD = THREADS + 2
"""Frames decoded before they are asked for; also all that are held in memory."""


@dataclass(frozen=True)
class Frame:
    """One decoded frame of a scan."""

    colour: UInt8[Tensor, "row column 3"]
    """RGB."""
    depth: Float[Tensor, "height width"]
    """Metres along z; 0 = none."""
    world_from_camera: Float[Tensor, "4 4"]
    """Rigid, in metres."""
    intrinsics: Float[Tensor, "3 3"]
    """Of the depth camera, in pixels; pixel centres at whole numbers."""
    colour_intrinsics: Float[Tensor, "3 3"]
    """Of the colour camera, in pixels."""
    labels: UInt8[Tensor, "label_row label_column"] | None = None
    """Places in the scan's classes, 255 for none; of the colour or the depth image's size."""
    probabilities: Float[Tensor, "class label_row label_column"] | None = None
    """Of the scan's classes."""


def stream_frames(scan: RgbdScan, rows: Iterable[int] | None = None, labels: bool = False) -> Iterator[Frame]:
    """Decode frames on all cores and a few ahead, and give them in order; `rows` takes some of them only.

    Labels and class probabilities are read only where asked for.
    """
    waiting, pool = deque(), ThreadPoolExecutor(THREADS)
    try:
        for row in rows if rows is not None else range(len(scan.depth)):
            waiting.append(pool.submit(read_frame, scan, row, labels))
            if len(waiting) > LOOK_AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def read_frame(scan: RgbdScan, row: int, labels: bool = False) -> Frame:
    """Decode one frame; raises InputError where an image cannot be read or is not as the scan says."""
    colour = decode_colour(scan.source, scan.colour[row], scan.colour_size)
    counts = decode_depth(scan.source, scan.depth[row], scan.depth_size)
    depth = in_metres(counts, scan.depth_unit, scan.depth_none)
    if scan.confidence:
        depth[decode_confidence(scan.source, scan.confidence[row], scan.depth_size) == 0] = 0
    if scan.distortion is not None:
        depth = undistorted(depth, scan.intrinsics[row].numpy(), scan.distortion[row].numpy(), outside=0.0)
    if scan.colour_distortion is not None:
        colour = undistorted(colour, scan.colour_intrinsics[row].numpy(), scan.colour_distortion[row].numpy())
    where = scan.world_from_camera[row], scan.intrinsics[row], scan.colour_intrinsics[row]
    told = (read_labels(scan, row), read_probabilities(scan, row)) if labels else (None, None)
    told = (None if image is None else torch.from_numpy(image) for image in told)
    return Frame(torch.from_numpy(colour), torch.from_numpy(depth), *where, *told)
