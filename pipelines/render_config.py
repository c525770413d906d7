"""What can be set of a data set of rendered frames."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from geo3d.config import settings
from geo3d.data_tools.rendered.frames import Writer
from geo3d.data_tools.rendered.images import ImagesConfig
from geo3d.data_tools.rendered.paths import PathConfig
from geo3d.data_tools.rooms.volumes import VOXEL_SIZES, VoxelSizes
from geo3d.pipelines.rooms_config import RoomsConfig
from geo3d.stages.render import RenderConfig


@settings
class RenderDatasetConfig:
    """Everything that can be set."""

    rooms: RoomsConfig = Field(default_factory=RoomsConfig)
    path: PathConfig = Field(default_factory=PathConfig)
    render: RenderConfig = Field(default_factory=RenderConfig)
    images: ImagesConfig = Field(default_factory=ImagesConfig)
    up: tuple[float, float, float] | None = None
    """Up of meshes, where it is not y in OBJ and glTF files and z in others; those of scans and rooms know theirs."""
    noise: Annotated[float, Field(ge=0, le=10)] = 0.0
    """Errors of depth and colour, as a multiple of a structured-light camera's; 0 is an ideal camera."""
    volumes: bool = False
    """Write signed distances and labels of the whole scene."""
    voxel_sizes: VoxelSizes = VOXEL_SIZES
    """Of the volumes, in metres."""
    scan_volumes: bool = False
    """Fuse the frames on the same grids, too: what a scan would know of them."""
    truncation: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 3.0
    """Of the volumes, in voxels."""
    writers: tuple[Writer, ...] = ("plain",)
    """Index files: our artifact, the plain scan layout, nerfstudio's transforms.json, COCO's instances."""
    sheet: bool = True
    """Write a contact sheet of each scene."""
