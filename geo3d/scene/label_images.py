"""Labels and class probabilities of a scan's frames, decoded."""

import io
import zipfile
from pathlib import Path

import numpy as np

from geo3d.errors import InputError
from geo3d.scene.codecs import decode_values, encoded_bytes
from geo3d.scene.kinds import Encoded, RgbdScan
from geo3d.scene.npy import read_header

NO_CLASS = 255


def read_labels(scan: RgbdScan, row: int) -> np.ndarray | None:
    """Places in the scan's classes [height, width], uint8, 255 for none; None where the frame has no labels."""
    encoded = scan.labels[row] if scan.labels else None
    if encoded is None:
        return None
    ids = decode_values(scan.source, encoded, scan.colour_size, scan.depth_size)
    table, known = np.full(1 << 16, NO_CLASS, np.uint8), np.full(1 << 16, not scan.label_none)
    for place, values in enumerate(scan.label_ids or [(place,) for place in range(len(scan.classes))]):
        table[list(values)] = place
        known[list(values)] = True
    known[list(scan.label_none)] = True
    if not (is_known := known[ids]).all():
        value = ids[~is_known][0]
        raise InputError(f"{scan.source / encoded.file} has the label {value}, which the scan's table does not explain")
    return table[ids]


def read_probabilities(scan: RgbdScan, row: int) -> np.ndarray | None:
    """Class probabilities [class, height, width], float32, from an .npy file or the one array of an .npz file."""
    encoded = scan.probabilities[row] if scan.probabilities else None
    if encoded is None:
        return None
    path, shapes = scan.source / encoded.file, [(len(scan.classes), *s) for s in (scan.colour_size, scan.depth_size)]
    values = _array(path, _content(path, encoded, shapes), shapes)
    if not (np.isfinite(values).all() and values.min() >= 0 and values.sum(axis=0).max() < 1.01):
        raise InputError(f"{path} holds no probabilities: they must be at least 0, and a pixel's sum at most 1")
    return values


def _content(path: Path, encoded: Encoded, shapes: list[tuple[int, ...]]) -> bytes:
    """The .npy file, taken out of the .npz file where it lies in one."""
    content = encoded_bytes(path, encoded)
    if not content.startswith(b"PK"):
        return content
    most = max(int(np.prod(shape)) for shape in shapes) * 8 + 1024
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            (entry,) = archive.infolist()
            with archive.open(entry) as member:
                return member.read(most)
    except (ValueError, zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise InputError(f"{path} must be a whole .npz file with one array in it: {error}") from error


def _array(path: Path, content: bytes, shapes: list[tuple[int, ...]]) -> np.ndarray:
    wanted = " or ".join("x".join(map(str, shape)) for shape in dict.fromkeys(shapes))
    allowed = f"it must hold class x height x width = {wanted} float16, float32 or float64 values"
    try:
        file = io.BytesIO(content)
        shape, by_columns, kind = read_header(file)
    except (ValueError, OSError) as error:
        raise InputError(f"{path} is no .npy file ({error}); {allowed}") from error
    if shape not in shapes or kind.kind != "f" or by_columns:
        order = ", columns first" * by_columns
        raise InputError(f"{path} holds {'x'.join(map(str, shape))} values of {kind}{order}; {allowed}")
    rest = content[file.tell() :]
    if len(rest) != int(np.prod(shape)) * kind.itemsize:
        raise InputError(f"{path} is not as long as its header says; {allowed}")
    return np.frombuffer(rest, kind).reshape(shape).astype(np.float32)
