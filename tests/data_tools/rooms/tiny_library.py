"""A Sweet Home 3D library of a few boxes, made on the spot."""

import io
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from geo3d.data_tools.rooms.model import BOX_FACES

PIXELS = np.arange(24, dtype=np.uint8).reshape(2, 4, 3) * 10
"""A picture, 2 high and 4 wide."""
PIECES = {
    "chair": ("Chair", "Kitchen", (40, 45, 85)),
    "stool": ("Stool", "Kitchen", (35, 35, 45)),
    "sofa": ("Sofa", "Living room", (180, 85, 80)),
    "bed": ("Bed", "Bedroom", (150, 205, 90)),
    "table": ("Table", "Kitchen", (140, 80, 75)),
    "desk": ("Desk", "Office", (140, 70, 74)),
    "box": ("Cardboard box", "Miscellaneous", (40, 30, 30)),
    "cup": ("Cup", "Kitchen", (8, 8, 10)),
    "stair": ("Stairs", "Staircases", (100, 300, 270)),
    "giant": ("Chair", "Office", (400, 400, 900)),
}
"""Name, category and centimetres by id; the last two are no use."""


def box(pictured: bool) -> str:
    """An OBJ file: a cube from the origin, its faces over the whole picture."""
    corners = [(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)]
    lines = ["mtllib box.mtl", *(f"v {x} {y} {z}" for x, y, z in corners), "vt 0 0", "vt 1 0", "vt 1 1"]
    lines += ["usemtl " + ("picture" if pictured else "red")]
    return "\n".join(lines + [f"f {a}/1 {b}/2 {c}/3" for a, b, c in (BOX_FACES + 1).tolist()]) + "\n"


def picture() -> bytes:
    file = io.BytesIO()
    Image.fromarray(PIXELS).save(file, "PNG")
    return file.getvalue()


def catalogue(pieces: dict[str, tuple[str, str, tuple[int, int, int]]]) -> str:
    lines = ["id=tiny", "license=Creative Commons Attribution 3.0 license"]
    for number, (identity, (title, category, size)) in enumerate(pieces.items(), start=1):
        keys = {"id": f"Tiny#{identity}", "name": title, "category": category, "creator": f"Maker of {identity}"}
        keys |= {"model": f"/models/{identity}/box.obj"} | dict(zip(("width", "depth", "height"), size, strict=True))
        lines += [f"{key}#{number}={value}" for key, value in keys.items()]
    return "\n".join(lines) + "\n"


def tiny_library(file: Path, broken: tuple[str, ...] = (), **changes: str | None) -> Path:
    """A library of PIECES; models of `broken` ids cannot be read; files by their first part are changed or left out."""
    written = {"PluginFurnitureCatalog.properties": changes.get("catalogue", catalogue(PIECES))}
    for identity in PIECES:
        written[f"models/{identity}/box.obj"] = "nothing" if identity in broken else box(identity != "cup")
        written[f"models/{identity}/box.mtl"] = "newmtl red\nKd 1 0 0\nnewmtl picture\nKd 1 1 1\nmap_Kd a.png\n"
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in written.items():
            content = changes.get(name.split("/")[-2] if "/" in name else name, content)
            if content is not None:
                archive.writestr(name, content)
        for identity in PIECES:
            archive.writestr(f"models/{identity}/a.png", picture())
    return file
