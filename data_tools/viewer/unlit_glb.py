"""A mesh as glTF that no lamp lights: photographs have their light in them already."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

UNLIT = "KHR_materials_unlit"
UNSIGNED_SHORT, UNSIGNED_INT, FLOAT = 5123, 5125, 5126


def unlit_glb(vertices: NDArray[np.float32], faces: NDArray, colours: NDArray[np.uint8]) -> bytes:
    """Binary glTF 2.0 of one mesh with sRGB colours [vertex 3], back faces not drawn.

    Colours are stored as the format wants them, linear (IEC 61966-2-1), in 16 bits: trimesh stores sRGB as if it were
    linear, which shows it too bright, and in 8 linear bits the dark ones run together. viser's film-like tone curve
    (ACES) still comes on top: it adds contrast, by up to about 30 of 255.
    """
    import numpy as np

    shade = colours / 255
    linear = np.where(shade <= 0.04045, shade / 12.92, ((shade + 0.055) / 1.055) ** 2.4)
    opaque = np.concatenate([linear, np.ones((len(linear), 1))], axis=1)
    corners = vertices.astype("<f4")
    parts = [
        (faces.astype("<u4").reshape(-1), UNSIGNED_INT, "SCALAR", {}),
        (corners, FLOAT, "VEC3", {"min": corners.min(axis=0).tolist(), "max": corners.max(axis=0).tolist()}),
        ((opaque * 65535).round().astype("<u2"), UNSIGNED_SHORT, "VEC4", {"normalized": True}),
    ]
    blobs = [values.tobytes() for values, *_ in parts]
    starts = np.cumsum([0, *map(len, blobs)]).tolist()
    return _container(
        {
            "asset": {"version": "2.0"},
            "extensionsUsed": [UNLIT],
            "scene": 0,
            "scenes": [{"nodes": [0]}],
            "nodes": [{"mesh": 0}],
            "meshes": [{"primitives": [{"indices": 0, "attributes": {"POSITION": 1, "COLOR_0": 2}, "material": 0}]}],
            "materials": [{"extensions": {UNLIT: {}}}],
            "accessors": [
                {"bufferView": i, "count": len(values), "componentType": component, "type": kind} | further
                for i, (values, component, kind, further) in enumerate(parts)
            ],
            "bufferViews": [
                {"buffer": 0, "byteOffset": start, "byteLength": len(blob)}
                for start, blob in zip(starts[:-1], blobs, strict=True)
            ],
            "buffers": [{"byteLength": starts[-1]}],
        },
        b"".join(blobs),
    )


def _container(tree: dict, blob: bytes) -> bytes:
    """The file: a header, then the tree and the numbers as chunks of whole four bytes (glTF 2.0, section 4.4)."""
    text = json.dumps(tree).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(blob), b"BIN\0") + blob
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks
