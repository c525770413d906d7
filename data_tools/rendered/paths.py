"""Cameras for a scene: as a config asks for them, or a user's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from geo3d.config import settings
from geo3d.errors import InputError
from geo3d.progress import say

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from geo3d.data_tools.cameras.walk import Blocked
    from geo3d.data_tools.rendered.scene_sources import LoadedScene
    from geo3d.scene.kinds import CameraPath, ModelledScene

CLEARANCE = 0.25
"""Metres between a grid's cameras and any surface."""
EYE_HEIGHT = 1.5
"""Metres above the floor, where a grid's cameras stand; half a room's height where rooms are lower than twice that."""


@settings
class PathConfig:
    """Where cameras stand."""

    kind: Literal["auto", "handheld", "orbit", "grid", "scan"] = "auto"
    """A hand-held scan of made rooms, an orbit, a grid of places, or the cameras of the scan that a mesh was made from;
    auto is the hand-held scan for made rooms, the scan's own cameras where there are any, else an orbit."""
    frames: Annotated[int, Field(ge=1, le=1_000_000)] = 100
    """Frames of a hand-held scan or an orbit, and most frames taken of a scan, evenly."""
    height: Annotated[int, Field(ge=1, le=16384)] = 480
    """Height of the images, in pixels; those of a scan's own cameras are the scan's."""
    width: Annotated[int, Field(ge=1, le=16384)] = 640
    """Width of the images, in pixels."""
    field_of_view: Annotated[float, Field(ge=5, le=150)] = 63.0
    """Across the image, in degrees."""
    elevation: Annotated[float, Field(gt=-90, lt=90)] = 30.0
    """How high an orbit around a mesh looks down from, in degrees above the horizon; in rooms it is at eye height."""
    spacing: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    """Metres between the places of a grid."""
    headings: Annotated[int, Field(ge=1)] = 4
    """Views from each place of a grid."""
    stereo: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    """Metres from each camera to a second one on its right, whose frame follows, so that a left frame's flow on is its
    disparity; pairs whose right camera would stand in a wall or a thing are left out. None by default."""


def camera_path(loaded: LoadedScene, config: PathConfig, trajectory: Path | None, name: str, seed: int) -> CameraPath:
    """The cameras of a scene, or those of a file with one's own; `name` is the scene's, for messages.

    Raises InputError where the scene allows no such path, or a camera of the file stands in a wall or a thing.
    """
    import numpy as np
    import torch

    from geo3d.data_tools.cameras.paths import stereo
    from geo3d.data_tools.cameras.trajectories import read_trajectory
    from geo3d.scene.kinds import CameraPath

    size, kind = (config.height, config.width), _kind(loaded, config, name)
    intrinsics = intrinsics_of(config.field_of_view, size)
    if trajectory is not None:
        places = read_trajectory(trajectory)
        _refuse_inside(loaded.scene, places, f"{trajectory}", name)
    elif kind == "scan" and loaded.cameras is not None:
        count = len(loaded.cameras.world_from_camera)
        rows = np.unique(np.linspace(0, count - 1, min(config.frames, count)).round().astype(int))
        places = loaded.cameras.world_from_camera.double().numpy()[rows]
        intrinsics, size = loaded.cameras.intrinsics.double(), loaded.cameras.size
    elif loaded.description is not None:
        places = _in_rooms(loaded, kind, config, seed)
    elif kind == "orbit":
        places, intrinsics = _around(loaded.scene, config)
    else:
        places = _grid(loaded.scene, config, name)
    if config.stereo:
        places = stereo(places, config.stereo)
        if trajectory is None:
            places = _free_pairs(loaded.scene, places, name)
    return CameraPath(torch.from_numpy(np.ascontiguousarray(places)), intrinsics, size)


def intrinsics_of(field_of_view: float, size: tuple[int, int]) -> Tensor:
    """Of a camera with square pixels that sees `field_of_view` degrees across; [3, 3], float64."""
    import math

    import torch

    height, width = size
    focal = width / 2 / math.tan(math.radians(field_of_view) / 2)
    return torch.tensor([[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2], [0, 0, 1]], dtype=torch.float64)


def _kind(loaded: LoadedScene, config: PathConfig, name: str) -> str:
    if config.kind == "auto":
        return "handheld" if loaded.description is not None else "scan" if loaded.cameras is not None else "orbit"
    if config.kind == "handheld" and loaded.description is None:
        raise InputError(f"{name} is no made room, which alone have hand-held paths; give orbit, grid or a trajectory")
    if config.kind == "scan" and loaded.cameras is None:
        raise InputError(f"{name} was not made from a scan, and has no cameras; give orbit, grid or a trajectory")
    return config.kind


def _in_rooms(loaded: LoadedScene, kind: str, config: PathConfig, seed: int) -> NDArray[np.float64]:
    import numpy as np

    from geo3d.data_tools.cameras.paths import grid_path, handheld, orbit_path
    from geo3d.data_tools.rooms.outlines import area

    description = loaded.description
    assert description is not None
    blocked = _blocked(loaded)
    if kind == "handheld":
        return handheld(description, config.frames, seed, blocked)
    if kind == "grid":
        return grid_path(description, config.spacing, config.headings, EYE_HEIGHT, blocked=blocked)
    largest = np.array(max(description.rooms, key=lambda room: area(room.outline)).outline)
    x, y = (largest.min(axis=0) + largest.max(axis=0)) / 2
    return orbit_path(
        description, (x, y, 0.8), float(np.ptp(largest, axis=0).max()), EYE_HEIGHT, config.frames, blocked
    )


def _blocked(loaded: LoadedScene) -> Blocked:
    from geo3d.data_tools.cameras.walk import in_boxes
    from geo3d.data_tools.rooms.obstacles import furniture_boxes

    assert loaded.description is not None
    assert loaded.models is not None
    return in_boxes(furniture_boxes(loaded.description, loaded.models))


def _around(scene: ModelledScene, config: PathConfig) -> tuple[NDArray[np.float64], Tensor]:
    from geo3d.ops.orbit import orbit

    used = scene.vertices[scene.faces.long().unique()]
    size = (config.height, config.width)
    cameras, intrinsics = orbit(used, scene.up, config.elevation, size, config.frames)
    return cameras.inverse().numpy(), intrinsics


def _grid(scene: ModelledScene, config: PathConfig, name: str) -> NDArray[np.float64]:
    """Places above the lowest point of a mesh, away from its surfaces."""
    import numpy as np
    import torch

    from geo3d.data_tools.cameras.paths import looking
    from geo3d.ops.camera import rotation_between
    from geo3d.ops.distance import distance_to_mesh

    upright = rotation_between(scene.up, torch.tensor([0.0, 0.0, 1.0])).numpy()
    points = scene.vertices.double().numpy() @ upright.T
    low, high = points.min(axis=0), points.max(axis=0)
    counts = np.maximum(np.floor((high - low)[:2] / config.spacing), 1).astype(int)
    axes = [(low[i] + high[i]) / 2 + config.spacing * (np.arange(counts[i]) - (counts[i] - 1) / 2) for i in (0, 1)]
    height = low[2] + min(EYE_HEIGHT, (high[2] - low[2]) / 2)
    eyes = np.stack(np.meshgrid(*axes, [height], indexing="ij"), axis=-1).reshape(-1, 3)
    distance, _ = distance_to_mesh(torch.from_numpy(eyes @ upright), scene.vertices.double(), scene.faces, CLEARANCE)
    free = (distance == float("inf")).numpy() & ~_inside(scene, eyes @ upright)
    if not free.any():
        raise InputError(f"no place of a grid {config.spacing:g} m wide is free in {name}; give a smaller spacing")
    eyes = eyes[free].repeat(config.headings, axis=0)
    yaw = np.arange(len(eyes)) % config.headings * 2 * np.pi / config.headings
    places = looking(eyes, yaw, np.full(len(eyes), -0.2), np.zeros(len(eyes)))
    places[:, :3] = upright.T @ places[:, :3]
    return places


def _refuse_inside(scene: ModelledScene, places: NDArray[np.float64], file: str, name: str) -> None:
    import numpy as np

    held = np.flatnonzero(_inside(scene, places[:, :3, 3]))
    if len(held):
        raise InputError(
            f"{file} has cameras inside walls or things of {name}, {len(held)} of {len(places)}, "
            f"the first of them number {held[0] + 1}; move them into free space"
        )


def _free_pairs(scene: ModelledScene, places: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    """The pairs of cameras of which neither stands in a solid."""
    held = _inside(scene, places[:, :3, 3]).reshape(-1, 2).any(axis=1)
    if held.all():
        raise InputError(f"every right camera would stand in a wall or a thing of {name}; give a smaller path.stereo")
    if held.any():
        say(f"{name}: {held.sum()} of {len(held)} pairs are left out, whose right camera would stand in something")
    return places[~held.repeat(2)]


def _inside(scene: ModelledScene, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which points lie in solids."""
    import numpy as np
    import torch

    from geo3d.ops.winding import inside_mesh

    one = (1, 1, 1)
    eyes = torch.from_numpy(np.ascontiguousarray(points)).double()
    found = [bool(inside_mesh(scene.vertices, scene.faces, eye, 1.0, one)[0, 0, 0]) for eye in eyes]
    return np.array(found, dtype=bool)
