"""Record3D's recordings: ``.r3d``, a zip file, or the folder that it unpacks to.

As its author tells (marek-simonik/record3d, issues 7, 33, 36, 81, 93): ``metadata`` is JSON with ``poses``, camera to
world as [qx, qy, qz, qw, x, y, z], the camera with y up and looking along -z in the image as it is stored, upright or
lying; ``K``, column by column, belongs to colour of ``w`` x ``h``, ``perFrameIntrinsicCoeffs`` [fx, fy, cx, cy]
likewise, counted from the image's corner (ARKit's convention). ``rgbd/N.depth`` is LZFSE data, float32 metres along z,
``dw`` x ``dh`` of the same view; older files do not say that size, which then follows from the count. ``rgbd/N.conf``,
of lidars, has a byte a pixel: 0 low, 1 medium, 2 high; depth of low confidence is dropped.

Which way is up is not known: in older files (issue 27) the world is the first camera's. Recordings of the front camera
have no path: all transforms are the same.
"""

from __future__ import annotations

import math
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geo3d.data_tools.scans.assemble import Camera, assemble
from geo3d.data_tools.scans.conventions import OPENGL, from_quaternion, pinhole, resized
from geo3d.data_tools.scans.json_files import json_object, number, numbers, read_json
from geo3d.data_tools.scans.listing import FrameFiles, Listing
from geo3d.errors import InputError

if TYPE_CHECKING:
    from geo3d.scene.codecs import Size
    from geo3d.scene.kinds import Encoded, RgbdScan
    from geo3d.scene.source import Source

LOOKS_FOR = "a .r3d file of Record3D, or a folder with its metadata and rgbd/ (N.jpg, N.depth, N.conf)"
INDEX = "metadata"
MEMBER = re.compile(r"rgbd/(\d{1,9})\.(jpg|depth|conf)")
MOST_BYTES = 1 << 28
MOST_PIXELS = 1 << 24
"""Of a depth image; lidars have 192x256, front cameras 480x640."""

Part = tuple[int, int] | None


def find(folder: Path) -> Listing | None:
    """List the frames of an unpacked file; None where there are none of this format."""
    if not (folder / INDEX).is_file() or not (folder / "rgbd").is_dir():
        return None
    names = (f"rgbd/{path.name}" for path in (folder / "rgbd").iterdir())
    return _listing({name: (name, None) for name in names}, (INDEX,))


def find_file(file: Path) -> Listing | None:
    """List the frames of a file; None where it is no zip file with such in it."""
    try:
        with zipfile.ZipFile(file) as packed:
            members = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        if file.suffix.lower() == ".r3d":
            raise InputError(f"{file} is not a whole .r3d file, which is a zip file: {error}") from error
        return None
    parts: dict[str, tuple[str, Part]] = {m.filename: (file.name, (m.header_offset, m.compress_size)) for m in members}
    if INDEX not in parts or not any(MEMBER.fullmatch(name) for name in parts):
        return None
    return _listing(parts, (file.name,))


def _listing(parts: dict[str, tuple[str, Part]], shared: tuple[str, ...]) -> Listing | None:
    """Frames by their numbers, from the place of each member."""
    kinds: dict[str, dict[int, tuple[str, Part]]] = {"jpg": {}, "depth": {}, "conf": {}}
    for name, place in parts.items():
        if found := MEMBER.fullmatch(name):
            kinds[found[2]][int(found[1])] = place
    frames, skipped = [], []
    for row, (file, part) in sorted(kinds["jpg"].items()):
        missing = [kind for kind in ("depth", "conf") if row not in kinds[kind] and (kind == "depth" or kinds["conf"])]
        if missing:
            skipped.append((f"{file} frame {row}" if part else file, f"no rgbd/{row}.{missing[0]}"))
            continue
        depth, sure = kinds["depth"][row], kinds["conf"].get(row, (None, None))
        frames.append(FrameFiles(file, depth[0], row, None, part, depth[1], None, *sure))
    return Listing(tuple(frames), shared, tuple(skipped)) if frames or skipped else None


def read(source: Source, config: None) -> RgbdScan:
    """Read transforms and intrinsics, and the sizes of images from the first frame."""
    path = source.root / source.listing["shared"][0]
    zipped = path.name != INDEX
    index = json_object(_metadata(path), path) if zipped else read_json(path)
    files = source.listing["frames"]
    transforms = _transforms(index, path)
    told = _size(index, "h", "w", path)
    colour_size = _colour_size(source, files, told) if files else told
    depth_size = _depth_size(source, files, index, told, path) if files else told
    cameras = _intrinsics(index, files, path)
    return assemble(
        source,
        [transforms[file["row"]] if file["row"] < len(transforms) else None for file in files],
        Camera(resized(cameras, told, depth_size, path), "zipped lzfse" if zipped else "lzfse", depth_size),
        Camera(resized(cameras, told, colour_size, path), "zipped image" if zipped else "image", colour_size),
        depth_unit=1.0,
    )


def _metadata(path: Path) -> bytes:
    from geo3d.scene.packed import zip_content

    try:
        with zipfile.ZipFile(path) as packed:
            member = packed.getinfo(INDEX)
    except (zipfile.BadZipFile, OSError, ValueError, KeyError, NotImplementedError) as error:
        raise InputError(f"{path} is not a whole .r3d file, which is a zip file: {error}") from error
    return zip_content(path, member.header_offset, member.compress_size, MOST_BYTES)


def _size(index: dict[str, Any], height: str, width: str, path: Path) -> Size:
    found = number(index, height, path), number(index, width, path)
    if not all(1 <= length < 1 << 16 for length in found):
        raise InputError(f"{path} has {width} x {height} = {found[1]:g}x{found[0]:g}; allowed are sizes up to 65535")
    return round(found[0]), round(found[1])


def _colour_size(source: Source, files: list[dict[str, Any]], told: Size) -> Size:
    """What the first image says itself."""
    from geo3d.scene.codecs import CODECS, image_size

    encoded = _encoded(source, files[0], "colour")
    if files[0]["colour_part"] is None:
        return image_size(source.root / encoded.file)
    height, width = CODECS["zipped image"](source.root / encoded.file, encoded, told, 3).shape[:2]
    return height, width


def _depth_size(source: Source, files: list[dict[str, Any]], index: dict[str, Any], told: Size, path: Path) -> Size:
    """What the file says, or else the size of colour's shape that has as many pixels as the first image."""
    from geo3d.scene.packed import lzfse_content, zip_content

    if "dw" in index and "dh" in index:
        size = _size(index, "dh", "dw", path)
        if size[0] * size[1] > MOST_PIXELS:
            raise InputError(f"{path} has depth of {size[1]}x{size[0]}; allowed are {MOST_PIXELS} pixels")
        return size
    encoded, most = _encoded(source, files[0], "depth"), 4 * MOST_PIXELS
    file = source.root / encoded.file
    packed = file.read_bytes() if encoded.length is None else zip_content(file, encoded.start, encoded.length, most)
    count = len(lzfse_content(file, packed, most)) // 4
    height = round(math.sqrt(count * told[0] / told[1]))
    if not height or count % height:
        raise InputError(
            f"{path} has no dw and dh, and {count} depths make no image of the shape of {told[1]}x{told[0]}"
        )
    return height, count // height


def _encoded(source: Source, file: dict[str, Any], kind: str) -> Encoded:
    from geo3d.scene.kinds import Encoded

    start, length = file[f"{kind}_part"] or (0, None)
    return Encoded(file[kind], source.sha256[file[kind]], start, length)


def _transforms(index: dict[str, Any], path: Path) -> list[np.ndarray]:
    """``world_from_camera`` of each frame."""
    rows = numbers(index.get("poses"), (-1, 7), "poses", path)
    return [from_quaternion(row[:4], row[4:]) * OPENGL for row in rows]


def _intrinsics(index: dict[str, Any], files: list[dict[str, Any]], path: Path) -> np.ndarray:
    """[3, 3], or [frame, 3, 3] where each frame has its own, of colour of the size in the metadata."""
    if index.get("perFrameIntrinsicCoeffs"):
        rows = numbers(index["perFrameIntrinsicCoeffs"], (-1, 4), "perFrameIntrinsicCoeffs", path)
        if any(file["row"] >= len(rows) for file in files):
            raise InputError(f"{path} has {len(rows)} perFrameIntrinsicCoeffs, fewer than frames")
        return np.array([pinhole(*rows[file["row"]].tolist()) for file in files]).reshape(-1, 3, 3)
    matrix = numbers(index.get("K"), (9,), "K", path).reshape(3, 3).T
    return matrix - np.array([[0, 0, 0.5], [0, 0, 0.5], [0, 0, 0]])
