"""Writers of the formats of phones and of radiance fields: what their own programs write, of any views."""

import csv
import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import lzfse
import numpy as np
from PIL import Image
from scipy.spatial.transform import Rotation

HALF_A_TURN = np.array([1.0, -1, -1, 1])
"""About x, times columns: from a camera that looks along -z, y up, to one that looks along z, y down."""


@dataclass(frozen=True)
class View:
    """What is written of one frame; depth in millimetres."""

    colour: np.ndarray
    depth: np.ndarray
    world_from_camera: np.ndarray | None
    confidence: np.ndarray | None = None
    """0, 1 or 2."""


@dataclass(frozen=True)
class Lens:
    """Of the colour image, counted from its corner: the first pixel's centre is (0.5, 0.5)."""

    fx: float
    fy: float
    cx: float
    cy: float


def save(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def write_transforms(folder: Path, views: Sequence[View], lens: Lens, **further: Any) -> None:
    """As nerfstudio documents its own format."""
    height, width = views[0].colour.shape[:2]
    index = {"fl_x": lens.fx, "fl_y": lens.fy, "cx": lens.cx, "cy": lens.cy, "w": width, "h": height}
    frames = []
    for row, view in enumerate(views):
        save(folder / f"images/{row}.png", view.colour)
        save(folder / f"depth/{row}.png", view.depth.astype(np.uint16))
        frames.append({"file_path": f"images/{row}.png", "depth_file_path": f"depth/{row}.png"})
        if view.world_from_camera is not None:
            frames[-1]["transform_matrix"] = (view.world_from_camera * HALF_A_TURN).tolist()
    (folder / "transforms.json").write_text(json.dumps(index | {"frames": frames} | further))


def write_polycam(folder: Path, views: Sequence[View], lens: Lens, corrected: bool = False) -> None:
    """The folder of polyform's README; where `corrected`, the sensor's own cameras stand a metre off."""
    height, width = views[0].colour.shape[:2]
    root = folder / "keyframes"
    for row, view in enumerate(views):
        stamp = str(1_000_000 + 7 * row)
        save(root / f"images/{stamp}.jpg", view.colour)
        save(root / f"depth/{stamp}.png", view.depth.astype(np.uint16))
        if view.confidence is not None:
            save(root / f"confidence/{stamp}.png", np.array([0, 127, 255], np.uint8)[view.confidence])
        camera = {"fx": lens.fx, "fy": lens.fy, "cx": lens.cx, "cy": lens.cy, "width": width, "height": height}
        camera |= {"blur_score": 100.0, "timestamp": int(stamp)}
        for kind in ("", "corrected_") if corrected else ("",):
            if kind:
                save(root / f"{kind}images/{stamp}.jpg", view.colour)
            rows = {}
            if view.world_from_camera is not None:
                matrix = view.world_from_camera * HALF_A_TURN
                matrix[0, 3] += corrected and not kind
                rows = {f"t_{i}{j}": matrix[i, j] for i in range(3) for j in range(4)}
            path = root / f"{kind}cameras/{stamp}.json"
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(camera | rows))
    (folder / "mesh_info.json").write_text("{}")


def write_video(path: Path, images: Sequence[np.ndarray], codec: str = "libx264rgb", first: int = 0, **options: str):
    """MP4 that loses nothing; at `first` = -1, as of an app that starts the clock a frame late, an edit hides one."""
    with av.open(str(path), "w", format="mp4") as film:
        stream: Any = film.add_stream(codec, rate=60, options={"qp": "0", **options})
        stream.pix_fmt = "rgb24" if codec == "libx264rgb" else "yuv420p"
        stream.height, stream.width = images[0].shape[:2]
        for number, image in enumerate(images):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
            frame.pts = number + first
            film.mux(stream.encode(frame))
        film.mux(stream.encode())


def write_stray(folder: Path, views: Sequence[View], lens: Lens) -> None:
    """As strayrobots' DatasetEncoder and OdometryEncoder write: ARKit's camera times half a turn about x."""
    folder.mkdir(parents=True, exist_ok=True)
    write_video(folder / "rgb.mp4", [view.colour for view in views], first=-1)
    lines = ["timestamp, frame, x, y, z, qx, qy, qz, qw"]
    for row, view in enumerate(views):
        save(folder / f"depth/{row:06}.png", view.depth.astype(np.uint16))
        if view.confidence is not None:
            save(folder / f"confidence/{row:06}.png", view.confidence.astype(np.uint8))
        values: list[Any] = [""] * 7
        if view.world_from_camera is not None:
            arkit = view.world_from_camera * HALF_A_TURN
            turned = quaternion(arkit[:3, :3]) * Rotation.from_quat([1, 0, 0, 0])
            values = [*arkit[:3, 3].tolist(), *turned.as_quat().tolist()]
        lines.append(", ".join(map(str, [70_000 + row / 60, f"{row:06}", *values])))
    (folder / "odometry.csv").write_text("\n".join(lines) + "\n")
    matrix = [[lens.fx, 0.0, lens.cx], [0.0, lens.fy, lens.cy], [0.0, 0.0, 1.0]]
    with open(folder / "camera_matrix.csv", "w", newline="") as file:
        csv.writer(file, delimiter=",").writerows(matrix)


def record3d_members(views: Sequence[View], lens: Lens, **further: Any) -> dict[str, bytes]:
    """Content of a .r3d file."""
    height, width = views[0].colour.shape[:2]
    deep, broad = views[0].depth.shape
    paths = []
    members = {}
    for row, view in enumerate(views):
        name = f"rgbd/{row}"
        members[f"{name}.jpg"] = image_bytes(view.colour)
        members[f"{name}.depth"] = lzfse.compress((view.depth / 1000).astype("<f4").tobytes())
        if view.confidence is not None:
            members[f"{name}.conf"] = lzfse.compress(view.confidence.astype(np.uint8).tobytes())
        if view.world_from_camera is not None:
            seen = view.world_from_camera * HALF_A_TURN
            paths.append([*quaternion(seen[:3, :3]).as_quat().tolist(), *seen[:3, 3].tolist()])
    index = {"h": height, "w": width, "dh": deep, "dw": broad, "fps": 60, "poses": paths}
    index |= {"K": [lens.fx, 0, 0, 0, lens.fy, 0, lens.cx, lens.cy, 1], "initPose": [0, 0, 0, 1, 0, 0, 0]}
    return {"metadata": json.dumps({**index, **further}).encode(), "icon": b"", **members}


def write_record3d(file: Path, views: Sequence[View], lens: Lens, deflated: bool = False, **further: Any) -> None:
    pack(file, record3d_members(views, lens, **further), deflated)


def pack(file: Path, members: dict[str, bytes], deflated: bool = False) -> None:
    """A zip file of one's own making, from PKWARE's APPNOTE: local headers with extra fields, then the directory."""
    body, directory = b"", b""
    for name, content in members.items():
        raw = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = raw.compress(content) + raw.flush() if deflated else content
        common = struct.pack("<5H3I", 20, 0, 8 * deflated, 0, 33, zlib.crc32(content), len(packed), len(content))
        sizes = struct.pack("<2H", len(name.encode()), 0)
        place = struct.pack("<3H2I", 0, 0, 0, 0, len(body))
        directory += b"PK\1\2" + struct.pack("<H", 20) + common + sizes + place + name.encode()
        extra = struct.pack("<2H3s", 0x7075, 3, b"any")
        body += b"PK\3\4" + common + struct.pack("<2H", len(name.encode()), len(extra)) + name.encode() + extra + packed
    end = struct.pack("<4H2IH", 0, 0, len(members), len(members), len(directory), len(body), 0)
    file.write_bytes(body + directory + b"PK\5\6" + end)


def unpacked(folder: Path, members: dict[str, bytes]) -> None:
    (folder / "rgbd").mkdir(parents=True)
    for name, content in members.items():
        (folder / name).write_bytes(content)


def image_bytes(pixels: np.ndarray) -> bytes:
    """PNG whatever its name says, so that nothing is lost."""
    from io import BytesIO

    held = BytesIO()
    Image.fromarray(pixels).save(held, format="PNG")
    return held.getvalue()


def quaternion(matrix: np.ndarray) -> Rotation:
    """Also of matrices that are no rotation, which no quaternion tells: then one that is none."""
    if np.isfinite(matrix).all() and np.allclose(matrix @ matrix.T, np.eye(3)) and np.linalg.det(matrix) > 0:
        return Rotation.from_matrix(matrix)
    return _NoRotation()  # pyright: ignore[reportReturnType]


class _NoRotation:
    """Written as numbers that are none."""

    def __mul__(self, other: Rotation) -> "_NoRotation":
        return self

    def as_quat(self) -> np.ndarray:
        return np.full(4, np.nan)
