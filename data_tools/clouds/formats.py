"""Which formats of point clouds and meshes there are, and which one a file has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from geo3d.data_tools.clouds import las, pcd, ply, pts, xyz
from geo3d.data_tools.clouds.assemble import read_bytes
from geo3d.errors import InputError
from geo3d.scene.source import Source, hash_files

FORMATS: dict[str, ModuleType] = {"las": las, "pcd": pcd, "ply": ply, "pts": pts, "xyz": xyz}
"""By name: each has ``LOOKS_FOR``, ``is_one(head) -> bool`` and ``read(source, config) -> PointCloud``."""
MESH = "mesh"
MESHES = (".3mf", ".dae", ".glb", ".gltf", ".obj", ".off", ".ply", ".stl")
"""Of mesh files: what trimesh reads, with what it needs for it."""
MESH_LOOKS_FOR = f"a mesh file: {', '.join(MESHES)}"
Y_UP = (".glb", ".gltf", ".obj")
"""Of files whose y is up, as glTF says and OBJ files have it."""
HEAD = 4096


@dataclass(frozen=True)
class FoundSurface:
    """A file that holds points or a mesh, and what of it to take."""

    file: Path
    format: str
    """A name in FORMATS, or MESH."""
    crop: tuple[float, ...] | None

    @property
    def is_mesh(self) -> bool:
        """Whether it has faces."""
        return self.format == MESH

    def source(self, memory: Path) -> Source:
        """Hash the file; `memory` is where hashes are remembered."""
        kind = "mesh" if self.is_mesh else "cloud"
        listing = {kind: self.file.name, "crop": None if self.crop is None else list(self.crop)}
        return Source(self.file.parent, listing, hash_files(self.file.parent, [self.file.name], memory))


def find_surface(file: Path, format: str, crop: tuple[float, ...] | None) -> FoundSurface | None:
    """Recognise a file of points or triangles by what it begins with; None for folders, and what is neither.

    `format` is ``auto`` or a name. PLY files with faces are meshes, those without are clouds. Raises InputError where
    the file is not in the format that is named, and for an empty crop.
    """
    named = format in FORMATS or format == MESH
    if not file.is_file() or not (named or format == "auto"):
        return None
    found = _recognise(file)
    if named and found != format:
        what = MESH_LOOKS_FOR if format == MESH else FORMATS[format].LOOKS_FOR
        raise InputError(f"{file} is not in the format {format}, which looks for {what}")
    if found is None:
        return None
    if crop is not None and not all(low < high for low, high in zip(crop[:3], crop[3:], strict=True)):
        raise InputError(f"--crop {' '.join(map(str, crop))} is empty; give the lowest x y z, then the highest")
    return FoundSurface(file, found, crop)


def _recognise(file: Path) -> str | None:
    head, suffix = read_bytes(file, HEAD), file.suffix.lower()
    if not head and (suffix in MESHES or suffix[1:] in FORMATS or suffix == ".laz"):
        raise InputError(f"{file} is empty")
    if ply.is_one(head):
        return MESH if ply.has_faces(file) else "ply"
    if las.is_one(head) or pcd.is_one(head):
        return "las" if las.is_one(head) else "pcd"
    if suffix in MESHES:
        return MESH
    if pts.is_one(head) or (suffix == ".pts" and xyz.is_one(head)):
        return "pts"
    return "xyz" if xyz.is_one(head) else None
