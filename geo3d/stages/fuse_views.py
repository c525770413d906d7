"""Frames as they are fused: planes, colours and votes of pixels, and the blocks that they matter to."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from geo3d.scene.device import chosen_device

if TYPE_CHECKING:
    from torch import Tensor

    from geo3d.ops.fusion import Grid, View
    from geo3d.scene.frames import Frame
    from geo3d.scene.kinds import RgbdScan
    from geo3d.stages.fuse import FuseConfig

SLOPE_SHARE = 160
"""Slopes are taken over this share of the image's width: 4 pixels of 640, over which noise averages."""


def views(
    scan: RgbdScan, config: FuseConfig, grid: Grid, rows: Sequence[int], stride: int | None = None, labels: bool = False
) -> Iterator[tuple[int, View, Tensor]]:
    """Each of the frames at `rows`: its row, what it saw, and the blocks within the crop near what it saw.

    A view, which is on the config's device, holds until the next one is asked for; blocks are on the CPU.
    """
    import numpy as np
    import torch

    from geo3d.ops.fusion_blocks import blocks_near_surface
    from geo3d.scene.frames import stream_frames

    room = torch.from_numpy(np.empty((*scan.depth_size, 4), np.float32))  # for each view in turn, in large pages
    for row, frame in zip(rows, stream_frames(scan, rows, labels), strict=True):
        view = view_of(frame, config, room)
        blocks = blocks_near_surface(view, grid, stride or stride_of(frame, config.max_depth, grid))
        yield row, view, within_crop(blocks.cpu(), grid, scan.crop)


def stride_of(frame: Frame, max_depth: float, grid: Grid) -> int:
    """Pixels that lie half a block apart at the farthest depth, at most 4."""
    K, farthest = frame.intrinsics, min(max_depth, float(frame.depth.max()))
    apart = farthest / min(float(K[0, 0]), float(K[1, 1]))
    return max(1, min(4, int(grid.block_size / 2 / apart))) if apart > 0 else 4


def within_crop(blocks: Tensor, grid: Grid, crop: Tensor | None) -> Tensor:
    """The blocks that reach into a box; all where there is none."""
    if crop is None:
        return blocks
    low = grid.origin + (blocks.double() * 8 - 0.5) * grid.voxel_size
    return blocks[((low <= crop[1]) & (low + grid.block_size >= crop[0])).all(dim=1)]


def view_of(frame: Frame, config: FuseConfig, room: Tensor | None = None) -> View:
    """A frame as it is fused: a plane at each pixel that has depth within reach; `room` is for these planes.

    Its images are on the config's device, its few numbers on the CPU.
    """
    from geo3d.ops.depth import facing_planes, fit_planes, vote_factors
    from geo3d.ops.fusion import View

    device = chosen_device(config.device)
    reach, within = max(1, round(frame.depth.shape[1] / SLOPE_SHARE)), (config.min_depth, config.max_depth)
    depth = frame.depth.to(device)
    if config.distance == "plane":
        planes = fit_planes(depth, frame.intrinsics, reach, config.min_facing, within, room)
    else:
        planes = facing_planes(depth, within)
    by = "angle" in config.weighting, "range" in config.weighting
    factors = vote_factors(planes, frame.intrinsics, *by) if any(by) else None
    cameras = frame.intrinsics, frame.colour_intrinsics, frame.world_from_camera
    colour, labels = frame.colour if config.colour else None, _labels_of(frame)
    colour, labels = (None if seen is None else seen.to(device) for seen in (colour, labels))
    return View(planes, colour, *cameras, factors, labels)


def _labels_of(frame: Frame) -> Tensor | None:
    """Classes and votes of the colour camera's pixels; None where the frame has no labels."""
    from geo3d.ops.label_votes import on_other_grid, votes_of_labels, votes_of_probabilities

    if frame.probabilities is not None:
        labels = votes_of_probabilities(frame.probabilities)
    elif frame.labels is not None:
        labels = votes_of_labels(frame.labels)
    else:
        return None
    if labels.shape[:2] == frame.colour.shape[:2]:
        return labels
    size = (frame.colour.shape[0], frame.colour.shape[1])
    return on_other_grid(labels, size, frame.intrinsics, frame.colour_intrinsics)


def in_view(blocks: Tensor, view: View, grid: Grid) -> Tensor:
    """Rows of the blocks that a camera may see: those whose ball reaches into its image, as far as its depth goes."""
    import torch

    from geo3d.ops.camera import project, transform

    radius = math.sqrt(3) / 2 * grid.block_size
    middles = grid.origin + (blocks.double() * 8 + 3.5) * grid.voxel_size
    points = transform(middles, view.world_from_camera.double().inverse())
    near = points[:, 2].clamp(min=1e-3)
    height, width = view.depth.shape
    margin = radius / near * float(view.intrinsics.diagonal()[:2].max()) * 1.5
    u, v = project(torch.cat([points[:, :2], near[:, None]], dim=1), view.intrinsics.double()).unbind(dim=1)
    seen = (points[:, 2] > -radius) & (points[:, 2] < float(view.depth.max()) + grid.truncation + radius)
    seen &= (u > -margin) & (u < width + margin) & (v > -margin) & (v < height + margin)
    return (seen | (points[:, 2].abs() <= 2 * radius)).nonzero()[:, 0]
