"""Distances on dense grids, in voxels, from the files that completion benchmarks publish, and from ours."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo3d.data_tools.benchmarks.label_files import read_bytes
from geo3d.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HEADER = 24
"""Bytes of three 64-bit sides before the values of a ``.df`` or ``.sdf``."""


@dataclass(frozen=True)
class DistanceGrid:
    """Distances at voxel centres."""

    values: NDArray[np.float32]
    """In voxels, [z, y, x]: in the order in which files of 3D-EPN hold them."""
    where: tuple[float, ...] | None = None
    """Origin and voxel size in metres, then how the grid is turned; None where the file does not say."""


def read_distances(file: Path, shape: tuple[int, ...] | None = None) -> DistanceGrid:
    """Unsigned distances: ``.df``, ``.bin`` of `shape`, ``.npy`` [x, y, z], or a DistanceVolume as ``artifact.json``.

    Told apart by content. Raises InputError naming the file, for numbers that are NaN, too.
    """
    import numpy as np

    if file.name == "artifact.json":
        volume = load_volume(file, "DistanceVolume")
        return _in_voxels(np.abs(volume.distance.numpy()), volume)
    grid = _read_grid(file, shape)
    refuse_nan(grid.values, file)
    return grid


def read_scan(file: Path) -> DistanceGrid:
    """Signed distances to a scan, positive in free space: ``.sdf``, ``.npy`` [x, y, z], or a ScannedVolume.

    What no view saw is below -1: minus infinity, as 3D-EPN has it, where the file says so apart.
    """
    import numpy as np

    if file.name == "artifact.json":
        volume = load_volume(file, "ScannedVolume")
        return _in_voxels(np.where(volume.known.numpy() > 0, volume.distance.numpy(), -np.inf), volume)
    grid = _read_grid(file, None)
    refuse_nan(grid.values, file)
    return grid


def load_volume(file: Path, kind: str) -> Any:
    """An artifact of that kind, given as its ``artifact.json``; raises InputError for another."""
    from geo3d.scene.artifact import load

    volume = load(file.parent)
    if type(volume).__name__ != kind:
        raise InputError(f"{file.parent} is a {type(volume).__name__}; a {kind} is needed")
    return volume


def read_array(file: Path, dimensions: tuple[int, ...]) -> NDArray:
    """A ``.npy`` of numbers with one of those numbers of dimensions; raises InputError for another."""
    import io

    import numpy as np

    try:
        read = np.load(io.BytesIO(read_bytes(file)), allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise InputError(f"{file} cannot be read as a NumPy array of numbers") from error
    if not isinstance(read, np.ndarray):
        raise InputError(f"{file} holds several arrays; a .npy of one is needed")
    return numbers_of(read, file, dimensions)


def read_arrays(file: Path, needed: tuple[str, ...], optional: tuple[str, ...]) -> dict[str, NDArray]:
    """Arrays of a ``.npz`` by name; raises InputError where a needed one is missing."""
    import io
    import zipfile

    import numpy as np

    content = io.BytesIO(read_bytes(file))  # NumPy leaves damaged files open that it opened
    try:
        with np.load(content, allow_pickle=False) as stored:
            names = set(stored.files) if isinstance(stored, np.lib.npyio.NpzFile) else set()
            read = {name: stored[name] for name in (*needed, *optional) if name in names}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, TypeError) as error:
        raise InputError(f"{file} cannot be read as a .npz of arrays of numbers") from error
    if missing := [name for name in needed if name not in read]:
        raise InputError(f"{file} has no {missing[0]} (it has {', '.join(sorted(names))}), which is needed")
    return read


def numbers_of(read: NDArray, what: object, dimensions: tuple[int, ...]) -> NDArray:
    """The array itself; raises InputError where it is not one of real numbers, or of other dimensions."""
    import numpy as np

    if read.dtype.kind not in "biuf":
        raise InputError(f"{what} holds {read.dtype}; real numbers are allowed")
    if read.ndim not in dimensions or 0 in read.shape:
        allowed = " or ".join(str(count) for count in dimensions)
        raise InputError(
            f"{what} has the shape {read.shape}; an array of {allowed} dimensions that is not empty is needed"
        )
    return read.astype(np.uint8) if read.dtype == bool else read


def refuse_nan(values: NDArray, file: Path) -> None:
    """Raise InputError where a number is none."""
    import numpy as np

    if np.issubdtype(values.dtype, np.floating) and (bad := int(np.isnan(values).sum())):
        raise InputError(f"{file} holds {bad:,} numbers that are NaN; none is allowed")


def same_grid(files: tuple[Path, Path], grids: tuple[DistanceGrid, DistanceGrid]) -> None:
    """Raise InputError where two grids are of other sides, or known to lie elsewhere."""
    import numpy as np

    one, other = (grid.values.shape[::-1] for grid in grids)
    if one != other:
        raise InputError(f"{files[0]} has {one} voxels (x, y, z), and {files[1]} {other}; the same are needed")
    first, second = grids[0].where, grids[1].where
    if first is not None and second is not None and not np.allclose(first, second, rtol=0, atol=1e-6):
        raise InputError(
            f"{files[0]} has its origin and voxel size at {_metres(first[:4])} m, and {files[1]} at "
            f"{_metres(second[:4])} m, or is turned otherwise; the same are needed"
        )


def _metres(where: tuple[float, ...]) -> str:
    return ", ".join(f"{value:.6g}" for value in where)


def _in_voxels(metres: NDArray, volume: Any) -> DistanceGrid:
    import numpy as np

    values = np.ascontiguousarray((metres / volume.voxel_size).T, np.float32)
    return DistanceGrid(
        values, (*volume.origin.tolist(), volume.voxel_size, *volume.world_from_volume.reshape(-1).tolist())
    )


def _read_grid(file: Path, shape: tuple[int, ...] | None) -> DistanceGrid:
    import numpy as np

    content = read_bytes(file)
    if content.startswith(b"\x93NUMPY"):
        return DistanceGrid(np.ascontiguousarray(read_array(file, (3,)).T, np.float32))
    if len(content) > HEADER:
        x, y, z = (int(side) for side in np.frombuffer(content, "<u8", 3))
        if x * y * z and HEADER + 4 * x * y * z == len(content):
            return DistanceGrid(np.frombuffer(content, "<f4", offset=HEADER).reshape(z, y, x))
    if shape is not None and len(content) == 4 * int(np.prod(shape)):
        return DistanceGrid(np.frombuffer(content, "<f4").reshape(shape))
    raise InputError(
        f"{file} of {len(content):,} bytes is no grid of distances: a .npy, three 64-bit sides and as many 32-bit "
        "floats, or such floats alone, as many as the truth has, are allowed"
    )
