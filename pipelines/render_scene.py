"""One scene of a data set: its meshes, volumes, frames and index files."""

from __future__ import annotations

import dataclasses
import shutil
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import xxhash

from geo3d.data_tools.rendered.frames import WRITERS, gather_frames
from geo3d.data_tools.rendered.images import FLOWS, ImagesConfig, image_files, write_images
from geo3d.data_tools.rendered.paths import camera_path
from geo3d.data_tools.rendered.scene_sources import SceneSource, digest_of, load_scene
from geo3d.data_tools.scans.assemble import LEAST_FRAMES, fault_of
from geo3d.errors import InputError
from geo3d.pipelines.render_config import RenderDatasetConfig
from geo3d.progress import say, track
from geo3d.stages.render import RenderConfig, render

if TYPE_CHECKING:
    from geo3d.data_tools.rendered.scene_sources import LoadedScene
    from geo3d.scene.kinds import CameraPath, DistanceVolume, ModelledScene, RenderedFrames

SOURCE = ".source"
"""File of what a scene was rendered from: its source, and what that and the settings made of it."""
BEGUN = ".begun"
"""File of what a folder's frames are of, while they are made."""
AHEAD = 4
"""Frames that may wait to be written."""
MAX_DEPTH = 4.0
"""Metres; what a scan measures beyond is not fused, as in scan-to-mesh."""


def render_scene(source: SceneSource, folder: Path, config: RenderDatasetConfig, trajectory: Path | None) -> None:
    """Render one scene, all its files, into a folder that is not there, or that an earlier call began."""
    from geo3d.data_tools.rendered.ground_truth import write_scene, write_volumes

    loaded = load_scene(source, config.up)
    seed = _seed(source, loaded)
    cameras = camera_path(loaded, config.path, trajectory, source.name, seed)
    _tell_of_far_depth(loaded.scene, cameras, config, source.name)
    if config.scan_volumes:
        _refuse_few(cameras, source.name)
    digest = _digest(loaded.scene, cameras)
    _begin(folder, digest)
    write_scene(loaded, folder)
    shutil.rmtree(folder / "volumes", ignore_errors=True)
    volumes = write_volumes(loaded.scene, folder, config.voxel_sizes, config.truncation) if config.volumes else []
    files = write_frames(loaded.scene, cameras, folder, _channels(config), config.render, config.noise, seed)
    frames = gather_frames(loaded.scene, cameras, folder, files, config.images.depth_unit)
    if config.scan_volumes:
        frames = _write_scanned(folder, frames, volumes, config)
    for name in config.writers if config.images.channels else ():
        WRITERS[name].write(frames, folder)
    if config.sheet:
        _write_sheet(loaded, cameras, folder)
    (folder / SOURCE).write_text(f"{digest_of(source)}\n{digest}\n", encoding="utf-8")
    (folder / BEGUN).unlink()


def missing_indexes(folder: Path, config: RenderDatasetConfig) -> list[str]:
    """The writers whose index files a rendered scene lacks."""
    return [name for name in config.writers if config.images.channels and not (folder / WRITERS[name].name).exists()]


def index_scene(source: SceneSource, folder: Path, config: RenderDatasetConfig, trajectory: Path | None) -> None:
    """Write the index files that a rendered scene lacks."""
    missing = missing_indexes(folder, config)
    if not missing:
        return
    loaded = load_scene(source, config.up)
    cameras = camera_path(loaded, config.path, trajectory, source.name, _seed(source, loaded))
    if (folder / SOURCE).read_text(encoding="utf-8").splitlines()[1:] != [_digest(loaded.scene, cameras)]:
        raise InputError(f"{folder} is of another version of geo3d, whose cameras are not known; give another --out")
    count = len(cameras.world_from_camera)
    files = [image_files(config.images, config.render.flow, number, count) for number in range(count)]
    frames = gather_frames(loaded.scene, cameras, folder, files, config.images.depth_unit)
    for name in missing:
        WRITERS[name].write(frames, folder)


def _seed(source: SceneSource, loaded: LoadedScene) -> int:
    """A made room's own; of a mesh what its file holds decides, so that each has other noise, and has it anywhere."""
    return int(digest_of(source)[:16], 16) if loaded.description is None else loaded.description.seed


def _digest(scene: ModelledScene, cameras: CameraPath) -> str:
    import torch

    digest = xxhash.xxh3_128()
    for one in (scene, cameras):
        for field in dataclasses.fields(one):
            value = getattr(one, field.name)
            digest.update(value.numpy().tobytes() if isinstance(value, torch.Tensor) else repr(value).encode())
    return digest.hexdigest()


def _begin(folder: Path, digest: str) -> None:
    """Make an empty folder, or keep the one that an earlier call began of the same scene and cameras."""
    begun = folder / BEGUN
    if not begun.exists() or begun.read_text(encoding="utf-8") != digest:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        begun.write_text(digest, encoding="utf-8")


def _tell_of_far_depth(scene: ModelledScene, cameras: CameraPath, config: RenderDatasetConfig, name: str) -> None:
    """Meshes in millimetres, say, do not fit into images of depth that count them."""
    used = scene.vertices[scene.faces.long().unique()].double()
    low, high = used.amin(dim=0), used.amax(dim=0)
    eyes = cameras.world_from_camera[:, :3, 3].double()
    farthest = float((eyes - low).abs().maximum((eyes - high).abs()).norm(dim=1).max())
    limit = 0xFFFF * config.images.depth_unit
    if farthest > limit and "depth" in config.images.channels:
        fits = f"--images.depth-unit {farthest / 0xFFFF:.2g} holds all"
        say(f"{name} reaches {farthest:.4g} m from its cameras, and depth {limit:.4g} m; {fits}")


def _refuse_few(cameras: CameraPath, name: str) -> None:
    usable = sum(fault_of(transform) is None for transform in cameras.world_from_camera.numpy())
    if usable < LEAST_FRAMES:
        raise InputError(f"{name} has {usable} frames that can be fused, and scan_volumes needs {LEAST_FRAMES} or more")


def _channels(config: RenderDatasetConfig) -> ImagesConfig:
    """What is rendered: also what is fused, which may not stay."""
    fused = ("colour", "depth") if config.scan_volumes else ()
    return dataclasses.replace(config.images, channels=tuple(dict.fromkeys((*config.images.channels, *fused))))


def write_frames(
    scene: ModelledScene,
    cameras: CameraPath,
    folder: Path,
    images: ImagesConfig,
    config: RenderConfig,
    noise: float,
    seed: int,
) -> list[dict[str, str]]:
    """Render and write what is not there yet; gives the files of each frame by channel."""
    from geo3d.data_tools.rendered.sensed import sensor

    count = len(cameras.world_from_camera)
    if not (images.channels or config.flow):
        return []
    files = [image_files(images, config.flow, number, count) for number in range(count)]
    for channel in {channel for frame in files for channel in frame}:
        (folder / channel).mkdir(exist_ok=True)
    whole = (all((folder / name).exists() for name in frame.values()) for frame in files)
    first = next((number for number, there in enumerate(whole) if not there), count)
    sense, waiting = sensor(cameras, noise, seed), deque()
    with ThreadPoolExecutor(1) as pool:
        for frame in track(render(scene, cameras, config, first), "render", count - first, "frames"):
            both = zip(FLOWS, (frame.forward, frame.backward), strict=True)
            flows = {channel: flow for channel, flow in both if flow is not None}
            view = sense(frame.view, frame.number)
            waiting.append(pool.submit(write_images, folder, files[frame.number], view, flows, images))
            while len(waiting) > AHEAD:
                waiting.popleft().result()
        for one in waiting:
            one.result()
    return files


def _write_scanned(
    folder: Path, frames: RenderedFrames, volumes: Sequence[DistanceVolume], config: RenderDatasetConfig
) -> RenderedFrames:
    """Fuse the frames as the main job reads them, and remove the images that were only for that; gives the others."""
    from geo3d.data_tools.rendered.ground_truth import store_all
    from geo3d.data_tools.scans.formats import find_scan
    from geo3d.stages.fuse_grids import fuse_grids

    WRITERS["plain"].write(frames, folder)
    found = find_scan(folder, "plain", ":", None)
    scan = found.format.read(found.source(folder / ".hashes"), None)
    (folder / ".hashes").unlink(missing_ok=True)
    store_all(fuse_grids(scan, volumes, max_depth=MAX_DEPTH), folder, "scan")
    only_fused = set(_channels(config).channels) - set(config.images.channels)
    for channel in only_fused:
        shutil.rmtree(folder / channel)
    if "plain" not in config.writers or not config.images.channels:
        (folder / "scan.json").unlink()
    return dataclasses.replace(frames, **dict.fromkeys(only_fused, ()))


def _write_sheet(loaded: LoadedScene, cameras: CameraPath, folder: Path) -> None:
    from geo3d.data_tools.rendered.sheet import draw_sheet

    draw_sheet(loaded.scene, cameras).save(folder / "sheet.png")
