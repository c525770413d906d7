"""``transforms.json`` with depth, of nerfstudio (Tancik et al. 2023) and instant-ngp (Müller et al. 2022).

Cameras have y up and look along -z (nerfstudio's data conventions); pixels count from the image's corner, where the
first one's centre is (0.5, 0.5). A frame's own intrinsics come before the file's. nerfstudio's depth is named
``depth_file_path``, PNG or .npy, metres = ``depth_unit_scale_factor`` x counts, 0.001 where that is not given;
instant-ngp's is ``depth_path``, PNG, metres = ``integer_depth_scale`` x counts. Both are along z (instant-ngp
multiplies by the ray's length, nerfstudio by default too) and of the colour's view, in any size. ``scale``, ``offset``
and ``aabb_scale`` place the scene in instant-ngp's unit cube and do not touch what the file says: transforms are taken
as metres. ``up`` is known where instant-ngp's key of that name is there; nerfstudio turns its worlds itself.

Lenses: k1 k2 p1 p2 k3 of OPENCV, and OpenCV's rational k4 k5 k6 where all three are there.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geo3d.data_tools.scans.assemble import Camera, assemble
from geo3d.data_tools.scans.conventions import OPENGL, pinhole, resized
from geo3d.data_tools.scans.json_files import number, numbers, read_json
from geo3d.data_tools.scans.listing import FrameFiles, Listing, is_file
from geo3d.errors import InputError

if TYPE_CHECKING:
    from geo3d.scene.codecs import Size
    from geo3d.scene.kinds import RgbdScan
    from geo3d.scene.source import Source

LOOKS_FOR = "transforms.json with depth_file_path (nerfstudio) or depth_path (instant-ngp) in its frames"
INDEX = "transforms.json"
MODELS = ("OPENCV", "PINHOLE", "SIMPLE_PINHOLE", "RADIAL", "SIMPLE_RADIAL")
NOT_READ = ("is_fisheye", "ftheta_p0", "latlong", "equirectangular", "orthographic", "rolling_shutter")
"""Keys of other cameras in instant-ngp's files."""
DEPTH = ("depth_file_path", "depth_path")
LENS = ("k1", "k2", "p1", "p2", "k3", "k4", "k5", "k6")


def find(folder: Path) -> Listing | None:
    """List the frames; None where there are none of this format, or none with depth."""
    path = folder / INDEX
    if not path.exists():
        return None
    listed = _frames(read_json(path), path)
    if not any(name in frame for frame in listed for name in DEPTH):
        return None
    frames, skipped = [], []
    for row, frame in enumerate(listed):
        colour, depth = _file(folder, frame, "file_path"), _file(folder, frame, *DEPTH)
        missing = [name for name in (colour, depth) if name and not is_file(folder / name)]
        if colour is None:
            raise InputError(f"{path} has the frame {row} without a file_path; every frame must name its image")
        if depth is None or missing:
            skipped.append((colour, f"no {missing[0]}" if missing else "no depth image"))
        else:
            frames.append(FrameFiles(colour, depth, row))
    located = any(frame.get("transform_matrix") is not None for frame in listed)
    return Listing(tuple(frames), (INDEX,), tuple(skipped), located)


def _frames(index: dict[str, Any], path: Path) -> list[dict[str, Any]]:
    frames = index.get("frames")
    if not isinstance(frames, list) or not all(isinstance(frame, dict) for frame in frames):
        raise InputError(f"{path} must have a list of objects as frames")
    return frames


def _file(folder: Path, frame: dict[str, Any], *names: str) -> str | None:
    """The first of the named paths that is there, as on this system, with the ending that instant-ngp lets out."""
    given = next((frame[name] for name in names if name in frame), None)
    if not isinstance(given, str) or not given or "\0" in given:
        return None
    name = Path(given.replace("\\", "/"))
    endings = () if name.suffix else (".png", ".jpg", ".jpeg")
    return str(next((n for n in map(name.with_suffix, endings) if is_file(folder / n)), name))


def read(source: Source, config: None) -> RgbdScan:
    """Read transforms, intrinsics and lenses."""
    path = source.root / INDEX
    index = read_json(path)
    _check(index, path)
    files = source.listing["frames"]
    listed = [_frames(index, path)[file["row"]] for file in files]
    colour_size, depth_size = _sizes(source.root, files)
    own = [_intrinsics({**index, **frame}, colour_size, path) for frame in listed]
    colour = np.array(own).reshape(-1, 3, 3)
    lenses = np.array([_lens({**index, **frame}, path) for frame in listed]).reshape(-1, 8)
    arrays = [file["depth"].endswith(".npy") for file in files]
    if any(arrays) and not all(arrays):
        raise InputError(f"{path} names .npy files and images as depth; it must be one of the two")
    kept = Camera(
        resized(colour, colour_size, depth_size, path), "array" if any(arrays) else "image", distortion=lenses
    )
    if any(arrays):
        kept = Camera(kept.intrinsics, kept.codec, depth_size, lenses)
    return assemble(
        source,
        [_transform(frame, path) for frame in listed],
        kept,
        Camera(colour, distortion=lenses),
        depth_unit=_depth_unit(index, listed, path),
        up=_up(index, path),
    )


def _check(index: dict[str, Any], path: Path) -> None:
    """Raise InputError for what is not read here."""
    model = index.get("camera_model", "OPENCV")
    if model not in MODELS:
        raise InputError(f"{path} has the camera_model {model!r}; undistort the images, or use {', '.join(MODELS)}")
    other = [name for name in NOT_READ if index.get(name) or any(f.get(name) for f in _frames(index, path))]
    if other:
        raise InputError(f"{path} has {other[0]}; only cameras without it are read: undistort the images")
    if number(index, "applied_scale", path, 1.0) != 1:
        raise InputError(f"{path} has applied_scale = {index['applied_scale']}; transforms must be in metres")


def _sizes(root: Path, files: list[dict[str, Any]]) -> tuple[Size, Size]:
    """Height and width of colour and depth, from the first of each."""
    from geo3d.scene.codecs import array_size, image_size

    if not files:
        return (1, 1), (1, 1)
    depth = root / files[0]["depth"]
    return image_size(root / files[0]["colour"]), (array_size if depth.suffix == ".npy" else image_size)(depth)


def _intrinsics(camera: dict[str, Any], size: Size, path: Path) -> np.ndarray:
    """[3, 3] of the colour camera."""
    height, width = size
    told = number(camera, "h", path, height), number(camera, "w", path, width)
    if told != (height, width):
        raise InputError(f"{path} has w x h = {told[1]:g}x{told[0]:g}; the images are {width}x{height}")
    fx, fy = (_focal_length(camera, axis, length, path) for axis, length in (("x", width), ("y", height)))
    fx, fy = fx or fy, fy or fx
    if not fx or not fy:
        raise InputError(f"{path} must have fl_x and fl_y, or camera_angle_x, for every frame")
    return pinhole(fx, fy, number(camera, "cx", path, width / 2), number(camera, "cy", path, height / 2))


def _focal_length(camera: dict[str, Any], axis: str, length: int, path: Path) -> float | None:
    if f"fl_{axis}" in camera:
        return number(camera, f"fl_{axis}", path)
    if f"camera_angle_{axis}" in camera:
        angle = number(camera, f"camera_angle_{axis}", path)
        if not 0 < angle < math.pi:
            raise InputError(f"{path} has camera_angle_{axis} = {angle}; allowed are angles between 0 and pi")
        return length / 2 / math.tan(angle / 2)
    return None


def _lens(camera: dict[str, Any], path: Path) -> list[float]:
    """Eight numbers in OpenCV's order."""
    if "distortion_params" in camera:  # nerfstudio's order
        values = numbers(camera["distortion_params"], (6,), "distortion_params", path)
        camera = {**camera, **dict(zip(("k1", "k2", "k3", "k4", "p1", "p2"), values.tolist(), strict=True))}
    lens = [number(camera, name, path, 0.0) for name in LENS]
    if lens[5] and not all(name in camera for name in ("k5", "k6")):
        raise InputError(
            f"{path} has k4 = {lens[5]}, which nerfstudio multiplies with r^8 and OpenCV divides by; "
            "k4 is read with k5 and k6, as OpenCV has it"
        )
    return lens


def _transform(frame: dict[str, Any], path: Path) -> np.ndarray | None:
    given = frame.get("transform_matrix")
    if given is None:
        if "transform_matrix_start" in frame:
            raise InputError(f"{path} has frames with transform_matrix_start; one transform_matrix is read")
        return None
    matrix = np.eye(4)
    rows = numbers(given, (-1, 4), "transform_matrix", path)
    if len(rows) not in (3, 4):
        raise InputError(f"{path} has a transform_matrix of {len(rows)} rows; allowed are 3 and 4")
    matrix[: len(rows)] = rows
    return matrix * OPENGL


def _depth_unit(index: dict[str, Any], listed: list[dict[str, Any]], path: Path) -> float:
    if any("depth_file_path" in frame for frame in listed):
        unit = number(index, "depth_unit_scale_factor", path, 0.001)
    else:
        unit = number(index, "integer_depth_scale", path)
    if unit <= 0:
        raise InputError(f"{path} has depth of {unit} metres a count; it must be more than 0")
    return unit


def _up(index: dict[str, Any], path: Path) -> tuple[float, ...] | None:
    if "up" not in index:
        return None
    given = numbers(index["up"], (3,), "up", path)
    length = np.linalg.norm(given)
    if not 0 < length < np.inf:
        raise InputError(f"{path} has up = {given.tolist()}; it must be a direction")
    return tuple((given / length).tolist())
