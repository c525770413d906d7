"""Write small scans in each of the formats, as their own tools lay them out."""

import json
import struct
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.spatial.transform import Rotation

K = np.array([[50.0, 0, 7.5], [0, 51, 5.5], [0, 0, 1]])
Matrices = Sequence[np.ndarray | None]
"""None: a frame whose transform is left out; only ever the last, or all of them."""


def transforms(count: int) -> list[np.ndarray]:
    matrices = [np.eye(4) for _ in range(count)]
    for i, matrix in enumerate(matrices):
        matrix[:3, :3] = Rotation.from_rotvec([0.1 * i, 0.2, -0.3]).as_matrix()
        matrix[:3, 3] = i, -i, 0.5
    return matrices


def counts(row: int, none: int = 0) -> np.ndarray:
    """Grow by one a pixel from 1000 * (row + 1); the last pixel has none."""
    found = (1000 * (row + 1) + np.arange(12 * 16).reshape(12, 16)).astype(np.uint16)
    found[-1, -1] = none
    return found


def save_frame(colour: Path, depth: Path, row: int, none: int = 0, size: tuple[int, int] = (24, 32)) -> None:
    """Colour is the row's number."""
    for path, pixels in ((colour, np.full((*size, 3), row, np.uint8)), (depth, counts(row, none))):
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(path)


def text(matrix: np.ndarray) -> str:
    return "\n".join(" ".join(map(repr, row)) for row in matrix.tolist()) + "\n"


def write_seven_scenes(folder: Path, matrices: Matrices) -> None:
    for row, matrix in enumerate(matrices):
        stem = f"frame-{10 * row:06}"
        save_frame(folder / f"{stem}.color.png", folder / f"{stem}.depth.png", row, 65535)
        if matrix is not None:
            (folder / f"{stem}.pose.txt").write_text(text(matrix))
    (folder / "camera-intrinsics.txt").write_text(text(K))


def write_hololens(folder: Path, matrices: Matrices) -> None:
    for row in range(len(matrices)):  # the numbers in the names skip
        save_frame(folder / f"images/{3 * row:05}.png", folder / f"depth/{3 * row:05}.png", row)
    (folder / "poses.txt").write_text("".join(text(m.reshape(1, 16)) for m in matrices if m is not None))
    (folder / "K.txt").write_text(text(K))


def write_redwood(folder: Path, matrices: Matrices) -> None:
    for row in range(len(matrices)):  # names that share no stem, as in the original scans: paired in order
        save_frame(folder / f"color/{row:05}-c.png", folder / f"depth/{row:05}-d.png", row, 65535)
    log = "".join(f"{row} {row} {row + 1}\n{text(m)}" for row, m in enumerate(matrices) if m is not None)
    (folder / "trajectory.log").write_text(log)
    (folder / "camera_primesense.json").write_text(json.dumps({"intrinsic_matrix": K.T.reshape(-1).tolist()}))


def write_plain(folder: Path, matrices: Matrices) -> None:
    frames = []
    for row, matrix in enumerate(matrices):
        save_frame(folder / f"c{row}.png", folder / f"d{row}.png", row)
        listed = None if matrix is None else matrix.tolist()
        frames.append({"colour": f"c{row}.png", "depth": f"d{row}.png", "world_from_camera": listed})
    index = {"format": "geo3d-scan", "version": 1, "depth_unit": 0.001, "intrinsics": K.tolist(), "frames": frames}
    (folder / "scan.json").write_text(json.dumps(index))


def write_icl_nuim(folder: Path, matrices: Matrices) -> None:
    """Of a world whose y axis points up, as seen by cameras whose y axis does."""
    mirror = np.diag([1.0, -1, 1, 1])
    (folder / "camera-intrinsics.txt").write_text(text(K))
    lines = []
    for row, matrix in enumerate(matrices, 1):
        save_frame(folder / f"rgb/{row}.png", folder / f"depth/{row}.png", row - 1)
        if matrix is not None:
            lines.append(f"{row} {stamped(mirror @ matrix @ mirror)}\n")
    (folder / "livingRoom0.gt.freiburg").write_text("".join(lines))


def write_icl_nuim_povray(folder: Path, matrices: Matrices) -> None:
    """Of the same world; the lengths of right, up and direction are those of K, in images of 16 x 12."""
    mirror = np.diag([1.0, -1, 1, 1])
    u, v = np.meshgrid((np.arange(16) - 7.5) / 50, (np.arange(12) - 5.5) / 51)
    for row, matrix in enumerate(matrices):
        file = folder / f"scene_00_{row:04}.png"
        Image.fromarray(np.full((12, 16, 3), row, np.uint8)).save(file)
        distances = counts(row) / 1000 * np.sqrt(u**2 + v**2 + 1)
        file.with_suffix(".depth").write_text(" ".join(map(repr, distances.reshape(-1).tolist())) + " \n")
        if matrix is not None:
            x, y, z, place = (mirror @ matrix @ mirror)[:3].T
            vectors = {"pos": place, "dir": z, "up": y * 12 / 51, "right": x * 16 / 50, "sky": np.array([0.0, 1, 0])}
            file.with_suffix(".txt").write_text(povray_camera(**vectors))


def povray_camera(**vectors: np.ndarray) -> str:
    """As POV-Ray wrote them for MATLAB."""
    lines = [f"cam_{name:9}= {vector.tolist()}' ;\n" for name, vector in vectors.items()]
    return "".join(lines) + "cam_angle    = 90;\n"


def write_replica(folder: Path, matrices: Matrices) -> None:
    for row in range(len(matrices)):
        save_frame(folder / f"results/frame{row:06}.png", folder / f"results/depth{row:06}.png", row, size=(12, 16))
    (folder / "traj.txt").write_text("".join(text(m.reshape(1, 16)) for m in matrices if m is not None))
    camera = {"w": 16, "h": 12, "fx": 50.0, "fy": 51.0, "cx": 7.5, "cy": 5.5, "scale": 6553.5}
    (folder / "cam_params.json").write_text(json.dumps({"camera": camera}))


def write_scannet(folder: Path, matrices: Matrices) -> None:
    for name in ("pose", "intrinsic"):
        (folder / name).mkdir()
    for row, matrix in enumerate(matrices):
        save_frame(folder / f"color/{row}.png", folder / f"depth/{row}.png", row)
        if matrix is not None:
            (folder / f"pose/{row}.txt").write_text(text(matrix))
    wide = np.eye(4)
    wide[:3, :3] = K
    for name in ("intrinsic_depth", "intrinsic_color"):
        (folder / f"intrinsic/{name}.txt").write_text(text(wide))
    for name in ("extrinsic_depth", "extrinsic_color"):
        (folder / f"intrinsic/{name}.txt").write_text(text(np.eye(4)))


def write_sens(folder: Path, matrices: Matrices) -> None:
    """Raw colour and deflated depth; a frame without a transform has -inf in it, as ScanNet marks it."""
    wide = np.eye(4)
    wide[:3, :3] = K
    numbers = [*wide.reshape(-1), *np.eye(4).reshape(-1)] * 2
    parts = [struct.pack("<IQ5s", 4, 5, b"a cam"), struct.pack("<64f", *numbers)]
    parts.append(struct.pack("<2i4IfQ", 0, 1, 32, 24, 16, 12, 1000.0, len(matrices)))
    for row, matrix in enumerate(matrices):
        colour, depth = bytes([row]) * (24 * 32 * 3), zlib.compress(counts(row).astype("<u2").tobytes())
        placed = np.full((4, 4), -np.inf) if matrix is None else matrix
        parts.append(struct.pack("<16f4Q", *placed.reshape(-1), row, 10**6 * (row + 1), len(colour), len(depth)))
        parts += [colour, depth]
    (folder / "a scan.sens").write_bytes(b"".join(parts) + struct.pack("<Q", 0))


def write_tum(folder: Path, matrices: Matrices) -> None:
    """Colour a little after depth, and a trajectory with a camera in between every second of them."""
    (folder / "camera-intrinsics.txt").write_text(text(K))
    colour, depth, cameras = ["# color images\n"], ["# depth maps\n"], ["# timestamp tx ty tz qx qy qz qw\n"]
    for row, matrix in enumerate(matrices):
        time = 1305031102 + row
        save_frame(folder / f"rgb/{time}.01.png", folder / f"depth/{time}.00.png", row)
        colour.append(f"{time}.01 rgb/{time}.01.png\n")
        depth.append(f"{time}.00 depth/{time}.00.png\n")
        if matrix is not None:
            cameras.append(f"{time}.00 {stamped(matrix)}\n")
    for name, lines in (("rgb", colour), ("depth", depth), ("groundtruth", cameras)):
        (folder / f"{name}.txt").write_text("".join(lines))


def stamped(matrix: np.ndarray) -> str:
    """A line of TUM's after its time."""
    quaternion = Rotation.from_matrix(matrix[:3, :3]).as_quat()
    return " ".join(repr(value) for value in [*matrix[:3, 3].tolist(), *quaternion.tolist()])


WRITERS: dict[str, Callable[[Path, Matrices], None]] = {
    "7scenes": write_seven_scenes,
    "hololens": write_hololens,
    "icl-nuim": write_icl_nuim,
    "icl-nuim-povray": write_icl_nuim_povray,
    "redwood": write_redwood,
    "plain": write_plain,
    "replica": write_replica,
    "scannet": write_scannet,
    "sens": write_sens,
    "tum": write_tum,
}
