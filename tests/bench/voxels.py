"""What compact voxels lose: the same frames fused into voxels of several kinds, beside double precision.

``python -m tests.bench.voxels SCAN`` prints a table. Surfaces are compared where the mesh would lie, by what the signed
distance is off there, and colours in the voxels that a mesh takes them from.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from geo3d.ops.block_grid import BlockTable
from geo3d.ops.fusion import LEVEL, Grid, Means, integrate_
from geo3d.ops.fusion_blocks import blocks_near_surface
from geo3d.stages.fuse import FuseConfig
from geo3d.stages.fuse_views import stride_of, view_of
from tests.bench.fusion import MAX_DEPTH, MIN_WEIGHT, TRUNCATION_VOXELS, decode


@dataclass(frozen=True)
class Voxels:
    """How a voxel is kept while frames are averaged."""

    name: str
    real: torch.dtype
    colour: torch.dtype

    @property
    def size(self) -> int:
        """Bytes: distance, weight, views, colour."""
        return 2 * self.real.itemsize + 1 + 4 * self.colour.itemsize


EXACT = Voxels("float64", torch.float64, torch.float64)
KINDS = [
    Voxels("float32", torch.float32, torch.float32),
    Voxels("ours: colours in 16 bits", torch.float32, torch.int16),
]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("scan", type=Path)
    parser.add_argument("--voxel-size", type=float, default=0.01)
    arguments = parser.parse_args()
    frames = decode(arguments.scan)[1]
    grid = Grid(torch.zeros(3, dtype=torch.float64), arguments.voxel_size, TRUNCATION_VOXELS * arguments.voxel_size)
    exact = fused(frames, grid, EXACT)
    print(f"{'':28} bytes   surface, um: mean  max    colour, levels: mean   max")
    for voxels in KINDS:
        surface, colour = errors(fused(frames, grid, voxels), exact, grid)
        figures = f"{surface.mean():18.3f} {surface.max():5.1f} {colour.mean():22.4f} {colour.max():6.3f}"
        print(f"{voxels.name:28} {voxels.size:5} {figures}")
    kept = (shades(exact).round() - shades(exact)).abs()[on_surface(exact)]
    print(f"{'ours: the volume, 8 bits':28} {4 + 1 + 3:5} {'as above':>24} {kept.mean():22.4f} {kept.max():6.3f}")


def fused(frames: list, grid: Grid, voxels: Voxels) -> Means:
    """The means of all blocks that any frame sees, in the order in which they are seen."""
    config, table = FuseConfig(voxel_size=grid.voxel_size, max_depth=MAX_DEPTH), BlockTable()
    seen = []
    for frame in frames:
        view = view_of(frame, config)
        blocks = blocks_near_surface(view, grid, stride_of(frame, MAX_DEPTH, grid))
        seen.append((frame, blocks, table.rows(blocks)))
    shape = (len(table), 8, 8, 8)
    means = Means(
        torch.zeros(shape, dtype=voxels.real),
        torch.zeros(shape, dtype=voxels.real),
        torch.zeros(shape, dtype=torch.uint8),
        torch.zeros(*shape, 4, dtype=voxels.colour),
    )
    for frame, blocks, rows in seen:
        integrate_(means, rows, blocks, view_of(frame, config), grid, config.weight_cap, config.free_weight)
    return means


def on_surface(means: Means) -> Tensor:
    """Voxels within one of the surface, seen as often as a mesh asks for."""
    return (means.seen >= MIN_WEIGHT) & (means.tsdf.abs() < 1 / TRUNCATION_VOXELS)


def shades(means: Means) -> Tensor:
    assert means.colour is not None
    return means.colour[..., :3].double() / LEVEL


def errors(means: Means, exact: Means, grid: Grid) -> tuple[Tensor, Tensor]:
    """Of signed distances in micrometres, and of colours in levels."""
    here = on_surface(exact)
    apart = (means.tsdf.double() - exact.tsdf)[here].abs() * grid.truncation * 1e6
    return apart, (shades(means) - shades(exact))[here].abs()


if __name__ == "__main__":
    main()
