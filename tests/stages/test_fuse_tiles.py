"""A bound of memory changes how often frames are read, and not a bit of the volume."""

import dataclasses
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from geo3d.errors import InputError
from geo3d.scene.artifact import load, store
from geo3d.scene.kinds import RgbdScan
from geo3d.stages import fuse_tiles
from geo3d.stages.fuse import FuseConfig, fuse, grid_of
from geo3d.stages.fuse_pool import Pool, block_bytes
from geo3d.stages.fuse_tiles import LEAST_BLOCKS, frame_bytes, plan_tiles
from tests import scenes
from tests.stages.test_accuracy import read

CONFIG = FuseConfig(voxel_size=0.025, max_depth=8.0)


@pytest.fixture(scope="module")
def scan(tmp_path_factory) -> RgbdScan:
    room = scenes.in_a_room(scenes.sphere(0.4), 1.5)
    folder = tmp_path_factory.mktemp("room") / "scan"
    return read(scenes.write_scan(folder, room, scenes.all_around(0.9, 12), size=(60, 80), focal=60.0, noise=0.003))


def limited(scan: RgbdScan, blocks: int, config: FuseConfig = CONFIG) -> FuseConfig:
    """Memory for so many blocks at a time."""
    return dataclasses.replace(config, max_memory=str(frame_bytes(scan) + blocks * block_bytes(scan, config)))


@pytest.mark.parametrize(
    "config",
    [
        CONFIG,
        dataclasses.replace(CONFIG, colour=False, weighting="angle-and-range"),
        dataclasses.replace(CONFIG, carve=True),
    ],
    ids=["default", "grey and weighted", "carved"],
)
@pytest.mark.parametrize("blocks", [LEAST_BLOCKS, 700, 10**6])
def test_the_volume_is_the_same_to_the_bit(scan: RgbdScan, config: FuseConfig, blocks: int):
    whole, tiled = fuse(scan, config), fuse(scan, limited(scan, blocks, config))
    assert len(whole.blocks) > 2000
    for field in dataclasses.fields(whole):
        ours, wanted = getattr(tiled, field.name), getattr(whole, field.name)
        assert torch.equal(ours, wanted) if isinstance(wanted, torch.Tensor) else ours == wanted


def test_a_crop_holds_in_tiles_too(scan: RgbdScan):
    box = torch.tensor([[-0.6, -0.5, -0.45], [0.9, 0.5, 0.7]], dtype=torch.float64)
    cropped = dataclasses.replace(scan, crop=box)
    whole, tiled = fuse(cropped, CONFIG), fuse(cropped, limited(scan, 100))
    assert 100 < len(whole.blocks) < 2000
    assert torch.equal(whole.tsdf, tiled.tsdf)
    assert torch.equal(whole.blocks, tiled.blocks)


def test_tiles_are_within_the_bound_and_hold_every_block_once(scan: RgbdScan, monkeypatch: pytest.MonkeyPatch):
    pools, finished = [], []

    class Counted(Pool):
        def __init__(self, *given) -> None:
            super().__init__(*given)
            pools.append(sum(part.nbytes for part in vars(self.means).values() if part is not None))

    def counted(pool, blocks, grid, scan):
        finished.append(len(blocks))
        return finish(pool, blocks, grid, scan)

    finish = fuse_tiles.finish
    monkeypatch.setattr(fuse_tiles, "new_pool", Counted)
    monkeypatch.setattr(fuse_tiles, "finish", counted)
    config = limited(scan, 300)
    volume = fuse(scan, config)
    assert len(pools) == len(finished) > 1
    assert max(pools) < int(config.max_memory or 0) - frame_bytes(scan)
    assert max(finished) <= 300
    assert len(finished) > 8
    assert sum(finished) >= len(volume.blocks)


def test_a_frame_is_read_only_for_tiles_that_it_may_see(scan: RgbdScan):
    tiles = plan_tiles(scan, CONFIG, grid_of(CONFIG), 200)
    assert all(tile.keys[1] < after.keys[0] for tile, after in pairwise(tiles))
    assert sum(len(tile.rows) for tile in tiles) < 0.8 * len(tiles) * len(scan.depth)
    assert {row for tile in tiles for row in tile.rows} == set(range(len(scan.depth)))


def test_what_waits_on_the_disk_can_be_stored(scan: RgbdScan, tmp_path: Path):
    (tmp_path / "kept").mkdir()
    tiled = fuse(scan, limited(scan, 500))
    store(tiled, tmp_path / "kept")
    assert torch.equal(load(tmp_path / "kept").tsdf, fuse(scan, CONFIG).tsdf)


@pytest.mark.parametrize(
    ("limit", "said"),
    [("1MiB", r"fuse\.max_memory 1MiB is too small: frames of this size need \d+ MiB"), ("much", "is no size; write")],
)
def test_a_bound_that_is_too_small_or_none_is_one_sentence(scan: RgbdScan, limit: str, said: str):
    with pytest.raises(InputError, match=said):
        fuse(scan, dataclasses.replace(CONFIG, max_memory=limit))


def test_a_scan_that_sees_nothing_within_reach_is_named(scan: RgbdScan):
    config = dataclasses.replace(limited(scan, 100), max_depth=0.1)
    with pytest.raises(InputError, match=r"has depth within 0\.1 m; see max_depth"):
        fuse(scan, config)
