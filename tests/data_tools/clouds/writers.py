"""Point clouds as files of each format, written independently of the readers."""

import struct
from pathlib import Path

import numpy as np


def some_points(count: int = 500, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points, unit normals and colours."""
    random = np.random.default_rng(seed)
    normals = random.normal(size=(count, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    colours = random.integers(0, 256, (count, 3)).astype(np.uint8)
    return random.uniform(-3, 3, (count, 3)).astype(np.float32), normals.astype(np.float32), colours


def write_ply(file: Path, form: str, points, normals, colours, before: str = "", kind: str = "float") -> None:
    head = f"ply\nformat {form} 1.0\ncomment made by hand\n{before}element vertex {len(points)}\n"
    head += "".join(f"property {kind} {axis}\n" for axis in "xyz")
    head += "property uchar red\nproperty uchar green\nproperty uchar blue\n"
    head += "".join(f"property float n{axis}\n" for axis in "xyz") + "end_header\n"
    if form == "ascii":
        rows = zip(points.tolist(), colours.tolist(), normals.tolist(), strict=True)
        body = "".join(" ".join(map(repr, (*p, *c, *n))) + "\n" for p, c, n in rows).encode()
    else:
        order = "<" if "little" in form else ">"
        letter = {"float": "f", "double": "d"}[kind]
        body = b"".join(
            struct.pack(f"{order}3{letter}3B3f", *map(float, p), *map(int, c), *map(float, n))
            for p, c, n in zip(points, colours, normals, strict=True)
        )
    file.write_bytes(head.encode() + body)


def write_pcd(file: Path, form: str, columns: list[tuple[str, np.ndarray]], view: str = "0 0 0 1 0 0 0") -> None:
    """Fields by name, in this order: arrays [point] or [point, count] of any type."""
    letters = {"f": "F", "i": "I", "u": "U"}
    count = len(columns[0][1])
    wide = [values.reshape(count, -1) for _, values in columns]
    head = "# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\n"
    head += "FIELDS " + " ".join(name for name, _ in columns) + "\n"
    head += "SIZE " + " ".join(str(values.dtype.itemsize) for values in wide) + "\n"
    head += "TYPE " + " ".join(letters[values.dtype.kind] for values in wide) + "\n"
    head += "COUNT " + " ".join(str(values.shape[1]) for values in wide) + "\n"
    head += f"WIDTH {count}\nHEIGHT 1\nVIEWPOINT {view}\nPOINTS {count}\nDATA {form}\n"
    if form == "ascii":
        body = "".join(" ".join(repr(v.item()) for values in wide for v in values[i]) + "\n" for i in range(count))
        data = body.encode()
    elif form == "binary":
        data = b"".join(values[i].tobytes() for i in range(count) for values in wide)
    else:
        whole = b"".join(values.T.tobytes() if values.shape[1] == 1 else values.tobytes() for values in wide)
        packed = lzf_compress(whole)
        data = struct.pack("<II", len(packed), len(whole)) + packed
    file.write_bytes(head.encode() + data)


def lzf_compress(data: bytes) -> bytes:
    """LZF by the simplest search: the last place that began with the same three bytes."""
    packed, literals, seen, at = bytearray(), bytearray(), dict[bytes, int](), 0

    def flush() -> None:
        for begin in range(0, len(literals), 32):
            part = literals[begin : begin + 32]
            packed.append(len(part) - 1)
            packed.extend(part)
        literals.clear()

    while at < len(data):
        found = seen.get(data[at : at + 3], -1)
        seen[data[at : at + 3]] = at
        length = 0
        if found >= 0 and at - found <= 1 << 13 and at + 3 <= len(data):
            while length < 264 and at + length < len(data) and data[found + length] == data[at + length]:
                length += 1
        if length < 3:
            literals.append(data[at])
            at += 1
            continue
        flush()
        back = at - found - 1
        if length - 2 < 7:
            packed.append((length - 2) << 5 | back >> 8)
        else:
            packed.extend((7 << 5 | back >> 8, length - 9))
        packed.append(back & 255)
        at += length
    flush()
    return bytes(packed)
