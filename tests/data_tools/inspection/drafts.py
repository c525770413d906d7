"""Scans in the plain layout to plant faults in: a small made one, and those of others written anew."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from geo3d.data_tools.scans.formats import find_scan
from geo3d.ops.camera import pixel_grid, transform, unproject
from geo3d.ops.raycast import BOX, ELLIPSOID, Solids
from geo3d.scene.frames import stream_frames
from tests.scenes import depth_of, in_a_room, looking_at, one_solid

SIZE = (90, 120)
K = np.array([[100.0, 0, 59.5], [0, 100, 44.5], [0, 0, 1]])


@dataclass(frozen=True)
class Draft:
    """A scan's folder whose index is not written yet."""

    folder: Path
    index: dict[str, Any]

    @property
    def frames(self) -> list[dict[str, Any]]:
        return self.index["frames"]

    def colour(self, row: int) -> Path:
        return self.folder / self.frames[row]["colour"]

    def depth(self, row: int) -> Path:
        return self.folder / self.frames[row]["depth"]

    def transform(self, row: int) -> np.ndarray:
        return np.array(self.frames[row]["world_from_camera"], np.float64)

    def place(self, row: int, world_from_camera: np.ndarray) -> None:
        self.frames[row]["world_from_camera"] = world_from_camera.tolist()

    def write(self) -> Path:
        (self.folder / "scan.json").write_text(json.dumps(self.index))
        return self.folder


def made(folder: Path, frames: int = 20, noise: float = 0.0) -> Draft:
    """A ball and a box in a room, by a camera that goes half round them; `noise` is that of depth, in metres."""
    solids, random = in_a_room(_things(), 2.0), np.random.default_rng(0)
    draft = _empty(folder, K, 0.001)
    for row in range(frames):
        along = np.pi * row / 30
        eye = np.array([1.4 * np.cos(along), 1.4 * np.sin(along), 0.3 + 0.2 * np.sin(3 * along)])
        camera = looking_at(eye, np.array([0.3 * np.sin(2 * along), 0.2, -0.4 + 0.1 * np.cos(4 * along)]))
        depth = depth_of(solids, camera, K, SIZE)
        colour = _paint(depth, camera) + 255 * noise * random.normal(size=(*SIZE, 3))
        counts = 1000 * (depth.numpy() + noise * random.normal(size=SIZE))
        add(draft, colour.clip(0, 255).astype(np.uint8), np.round(counts).astype(np.uint16), camera)
    return draft


def copied(scan: Path, folder: Path, frames: str = ":") -> Draft:
    """A scan of any format in the plain layout; what was not measured is 0."""
    found = find_scan(scan, "auto", frames, None)
    read = found.format.read(found.source(folder / "no folder" / "hashes.json"), None)
    draft = _empty(folder, read.intrinsics[0].numpy(), 0.001)
    for frame in stream_frames(read):
        add(
            draft,
            frame.colour.numpy(),
            np.round(1000 * frame.depth.numpy()).astype(np.uint16),
            frame.world_from_camera.numpy(),
        )
    return draft


def add(draft: Draft, colour: np.ndarray, counts: np.ndarray, world_from_camera: np.ndarray) -> None:
    row = len(draft.frames)
    draft.frames.append({"colour": f"colour/{row:04}.png", "depth": f"depth/{row:04}.png"})
    for kind, pixels in (("colour", colour), ("depth", counts)):
        Image.fromarray(pixels).save(draft.folder / draft.frames[row][kind], compress_level=1)
    draft.place(row, world_from_camera)


def clone(draft: Draft, folder: Path, written: Sequence[int] = ()) -> Draft:
    """The same scan elsewhere, its images linked, to be spoiled; links are replaced, never written through."""
    other = Draft(folder, json.loads(json.dumps(draft.index)))
    for name in ("colour", "depth"):
        (folder / name).mkdir(parents=True)
    for frame in draft.frames:
        for kind in ("colour", "depth"):
            (folder / frame[kind]).hardlink_to(draft.folder / frame[kind])
    return other


def _empty(folder: Path, intrinsics: np.ndarray, depth_unit: float) -> Draft:
    for name in ("colour", "depth"):
        (folder / name).mkdir(parents=True)
    index = {"format": "geo3d-scan", "version": 1, "depth_unit": depth_unit, "intrinsics": intrinsics.tolist()}
    return Draft(folder, index | {"frames": []})


def _things() -> Solids:
    parts = (
        one_solid(ELLIPSOID, (0.3, 0.1, -0.5), (0.35, 0.3, 0.4)),
        one_solid(BOX, (-0.3, 0.3, -0.9), (0.3, 0.4, 0.6), 0.4),
    )
    return Solids(
        *(torch.cat(part) for part in zip(*((s.kinds, s.centres, s.halves, s.yaws) for s in parts), strict=True))
    )


def _paint(depth: torch.Tensor, camera: np.ndarray) -> np.ndarray:
    """Waves in the world, so that every view looks different."""
    points = transform(unproject(pixel_grid(*SIZE), depth, torch.from_numpy(K)), torch.from_numpy(camera)).numpy()
    return 128 + 100 * np.sin(points * [9, 7, 8] + points[..., ::-1] * 3)
