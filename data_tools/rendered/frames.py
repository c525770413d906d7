"""The images of a rendered scene as one artifact, and the index files of other programs beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from geo3d.data_tools.rendered import coco, nerfstudio
from geo3d.data_tools.scans.readers import plain
from geo3d.errors import InputError
from geo3d.scene.publish import published_file, published_folder
from geo3d.scene.source import hash_files

if TYPE_CHECKING:
    from geo3d.scene.kinds import CameraPath, ModelledScene, RenderedFrames

Writer = Literal["artifact", "plain", "nerfstudio", "coco"]


def gather_frames(
    scene: ModelledScene, cameras: CameraPath, folder: Path, files: Sequence[dict[str, str]], depth_unit: float
) -> RenderedFrames:
    """What was written into a folder; `files` has those of each frame by channel."""
    import torch

    from geo3d.scene.kinds import Encoded, RenderedFrames

    names = [name for frame in files for name in frame.values()]
    sums = hash_files(folder, names, folder / ".hashes")
    (folder / ".hashes").unlink(missing_ok=True)
    channels = ("colour", "depth", "normals", "labels", "instances", "forward_flow", "backward_flow")
    images = {
        channel: tuple(Encoded(frame[channel], sums[frame[channel]]) for frame in files if channel in frame)
        for channel in channels
    }
    return RenderedFrames(
        source=folder,
        **images,
        world_from_camera=cameras.world_from_camera,
        intrinsics=cameras.intrinsics,
        size=cameras.size,
        depth_unit=depth_unit,
        classes=scene.classes,
        instance_labels=torch.as_tensor(scene.object_labels),
        up=scene.up,
    )


def _write_plain(frames: RenderedFrames, folder: Path) -> None:
    listed = [
        {"colour": colour.file, "depth": depth.file, "world_from_camera": matrix}
        for colour, depth, matrix in zip(
            frames.colour, frames.depth, frames.world_from_camera.double().tolist(), strict=True
        )
    ]
    for frame, labels in zip(listed, frames.labels, strict=bool(frames.labels)):
        frame["labels"] = labels.file
    x, y, z = frames.up.tolist()
    intrinsics, classes = frames.intrinsics.double().tolist(), frames.classes if frames.labels else ()
    plain.write_index(folder, frames.depth_unit, (x, y, z), intrinsics, listed, classes)


def _write_artifact(frames: RenderedFrames, folder: Path) -> None:
    from geo3d.scene.artifact import store

    with published_folder(folder / "frames") as aside:
        store(frames, aside)


def _write_nerfstudio(frames: RenderedFrames, folder: Path) -> None:
    with published_file(folder / nerfstudio.NAME) as aside:
        nerfstudio.write_transforms(frames, aside)


def _write_coco(frames: RenderedFrames, folder: Path) -> None:
    with published_file(folder / coco.NAME) as aside:
        coco.write_coco(frames, aside)


@dataclass(frozen=True)
class IndexWriter:
    """How an index of frames is written, which is there as a whole or not at all."""

    name: str
    """Of its file or folder."""
    channels: tuple[str, ...]
    """That it needs."""
    write: Callable[[RenderedFrames, Path], None]
    """Takes the frames and the folder that they lie in."""


WRITERS = {
    "artifact": IndexWriter("frames", (), _write_artifact),
    "plain": IndexWriter(plain.INDEX, ("colour", "depth"), _write_plain),
    "nerfstudio": IndexWriter(nerfstudio.NAME, ("colour",), _write_nerfstudio),
    "coco": IndexWriter(coco.NAME, ("colour", "instances"), _write_coco),
}


def check_writers(writers: Sequence[str], channels: Sequence[str]) -> None:
    """Raise InputError where a writer's channels are not written."""
    for name in writers:
        missing = [channel for channel in WRITERS[name].channels if channel not in channels]
        if channels and missing:
            raise InputError(f"the writer {name} needs the channel {missing[0]}, which images.channels leaves out")
