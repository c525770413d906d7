"""Fusing and meshing on a device: its own code, here on the CPU's memory, and on a GPU where there is one."""

import dataclasses

import pytest
import torch

from geo3d.ops import depth, fusion, fusion_blocks, marching_cubes
from geo3d.scene.kinds import RgbdScan, TsdfVolume
from geo3d.stages import fuse_pool, fuse_tiles
from geo3d.stages.fuse import FuseConfig, fuse, grid_of
from geo3d.stages.fuse_pool import GrowingPool, Pool, finish, fuse_frames
from geo3d.stages.fuse_tiles import frame_bytes
from geo3d.stages.mesh import MeshConfig, extract_mesh
from tests import scenes
from tests.stages.test_accuracy import read
from tests.stages.test_fuse_options import first_frame
from tests.triton_kernels import needs_cuda, needs_triton

CPU = torch.device("cpu")
CONFIG = FuseConfig(voxel_size=0.05, max_depth=8.0)
FIELDS = ("blocks", "tsdf", "weight", "colour", "candidates", "votes")


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> RgbdScan:
    folder, room = tmp_path_factory.mktemp("room") / "scan", scenes.in_a_room(scenes.sphere(0.4), 1.5)
    return read(scenes.write_scan(folder, room, scenes.all_around(0.9, 4), size=(48, 64), focal=50.0, noise=0.003))


@pytest.fixture
def pools(monkeypatch: pytest.MonkeyPatch) -> list[GrowingPool]:
    """Pools that grow from few blocks on, as a device's do, but in the CPU's memory; and all ops without numba's."""
    made = []

    def grown(scan: RgbdScan, config: FuseConfig, limit: int) -> GrowingPool:
        made.append(GrowingPool(scan, config, limit, CPU))
        return made[-1]

    monkeypatch.setattr(fuse_pool, "FIRST", 50)
    for module in (fuse_pool, fuse_tiles):
        monkeypatch.setattr(module, "new_pool", grown)
    for module in (depth, fusion, fusion_blocks, marching_cubes):
        monkeypatch.setattr(module, "implementation", lambda device: "torch")
    return made


def assert_near(ours: TsdfVolume, wanted: TsdfVolume) -> None:
    """The same blocks, but for those that a ray touches at a corner, and the same in all but few of their voxels."""
    where = {tuple(block): row for row, block in enumerate(wanted.blocks.tolist())}
    rows = [(row, where[tuple(block)]) for row, block in enumerate(ours.blocks.tolist()) if tuple(block) in where]
    assert len(rows) > 0.99 * max(len(ours.blocks), len(wanted.blocks))
    mine, theirs = torch.tensor(rows).unbind(dim=1)
    for name, near in (("tsdf", 1e-3), ("weight", 0), ("colour", 1), ("votes", 0), ("candidates", 0)):
        parts = getattr(ours, name), getattr(wanted, name)
        assert (parts[0] is None) == (parts[1] is None)
        if parts[0] is not None:
            assert parts[0].device == CPU
            apart = (parts[0][mine].float() - parts[1][theirs].float()).abs() > near
            assert float(apart.float().mean()) < 2e-3, name


@pytest.mark.parametrize(
    "config",
    [
        CONFIG,
        dataclasses.replace(CONFIG, colour=False, weighting="angle-and-range"),
        dataclasses.replace(CONFIG, carve=True),
    ],
    ids=["default", "grey and weighted", "carved"],
)
def test_the_path_of_a_device_gives_the_cpus_volume(scan: RgbdScan, config: FuseConfig, pools: list[GrowingPool]):
    ours = fuse(scan, config)
    assert len(ours.blocks) > 400
    assert len(pools) == 1
    with pytest.MonkeyPatch.context() as patched:
        for module in (depth, fusion, fusion_blocks):
            patched.setattr(module, "implementation", lambda device: "numba")
        patched.setattr(fuse_pool, "new_pool", Pool)
        wanted = fuse(scan, config)
    assert_near(ours, wanted)


def test_a_pool_that_grows_holds_what_one_does_that_had_room(scan: RgbdScan, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fuse_pool, "FIRST", 50)
    box = torch.tensor([[-1.2, -0.5, -2.0], [0.9, 2.0, 0.7]], dtype=torch.float64)
    grid = grid_of(CONFIG)
    for some in (scan, dataclasses.replace(scan, crop=box)):
        growing, whole = GrowingPool(some, CONFIG, 10**9, CPU), Pool(some, CONFIG, 10**8)
        parts = [finish(pool, fuse_frames(pool, some, CONFIG, grid)[0], grid, some) for pool in (growing, whole)]
        assert len(parts[0].blocks) > 100
        for name in FIELDS:
            ours, wanted = (getattr(part, name) for part in parts)
            assert ours is wanted is None or torch.equal(ours, wanted)


def test_a_pool_doubles_and_stops_at_its_capacity(scan: RgbdScan, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fuse_pool, "FIRST", 50)
    pool = GrowingPool(scan, CONFIG, 230 * fuse_pool.block_bytes(scan, CONFIG), CPU)
    rows = []
    for count in (3, 50, 51, 99, 101, 201, 230):
        pool.hold(count)
        assert pool.means is not None
        assert {len(part) for part in vars(pool.means).values() if part is not None} == {len(pool.means.tsdf)}
        rows.append(len(pool.means.tsdf))
    assert rows == [50, 50, 100, 100, 200, 230, 230]


def test_in_tiles_a_device_gives_the_same_to_the_bit(scan: RgbdScan, pools: list[GrowingPool]):
    coarse = dataclasses.replace(CONFIG, voxel_size=0.08)
    limit = frame_bytes(scan) + 80 * fuse_pool.block_bytes(scan, coarse)
    whole, tiled = fuse(scan, coarse), fuse(scan, dataclasses.replace(coarse, max_memory=str(limit)))
    assert len(pools) > 3
    for name in ("blocks", "tsdf", "weight", "colour"):
        assert torch.equal(getattr(tiled, name), getattr(whole, name))


@needs_triton
def test_with_the_gpus_kernels_the_stages_give_the_cpus_volume_and_mesh(
    scan: RgbdScan, pools: list[GrowingPool], monkeypatch: pytest.MonkeyPatch
):
    if torch.cuda.is_available():
        pytest.skip("Triton's interpreter is off where there is a GPU")
    box = torch.tensor([[-0.45, -0.45, -0.45], [0.45, 0.45, 0.45]], dtype=torch.float64)
    few = dataclasses.replace(scan, **first_frame(scan), crop=box)
    volumes, meshes = [], []
    for way in ("numba", "triton"):
        for module in (fusion, marching_cubes):
            monkeypatch.setattr(module, "implementation", lambda device, way=way: way)
        volumes.append(fuse(few, CONFIG))
        meshes.append(extract_mesh(volumes[0], MeshConfig(min_weight=1)))
    assert_near(volumes[1], volumes[0])
    assert len(meshes[0].faces) > 100
    for name in ("vertices", "faces", "colours"):
        assert torch.equal(getattr(meshes[1], name), getattr(meshes[0], name))


@needs_cuda
@pytest.mark.parametrize(
    "more", [{}, {"carve": True}, {"colour": False, "weighting": "angle-and-range"}, {"max_memory": "64MiB"}]
)
def test_a_gpu_gives_the_cpus_volume_and_mesh(scan: RgbdScan, more: dict):
    config = dataclasses.replace(CONFIG, **more)
    wanted, ours = fuse(scan, config), fuse(scan, dataclasses.replace(config, device="cuda"))
    assert_near(ours, wanted)
    meshes = [extract_mesh(wanted, MeshConfig(min_weight=1, device=device)) for device in ("cpu", "cuda")]
    for name in ("vertices", "faces", "colours"):
        here, there = (getattr(mesh, name) for mesh in meshes)
        assert here is there is None or torch.equal(here, there)


@needs_cuda
def test_a_gpu_gives_the_same_on_every_run(scan: RgbdScan):
    once, again = (fuse(scan, dataclasses.replace(CONFIG, device="cuda")) for _ in range(2))
    for name in ("blocks", "tsdf", "weight", "colour"):
        assert torch.equal(getattr(once, name), getattr(again, name))
