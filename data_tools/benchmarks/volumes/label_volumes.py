"""Labels on dense grids, and which voxels are occupied, from the files that benchmarks publish, and from ours."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo3d.data_tools.benchmarks.volumes.distance_files import load_volume, numbers_of, read_array, read_arrays
from geo3d.data_tools.labels import nyu40
from geo3d.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HDF5 = b"\x89HDF\r\n\x1a\n"


def read_truth(file: Path) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Labels and occupied voxels [z, y, x] of a scene.

    HDF5 or ``.npz`` with ``label`` and ``data`` [channel, z, y, x], whose first channel is the occupancy; a ``.npy`` of
    labels alone, and a SemanticVolume, occupy the voxels that are not empty. Raises InputError naming the file.
    """
    if file.name == "artifact.json":
        labels = _nyu40_volume(file)
        return labels, labels > 0
    if file.suffix == ".npy":
        labels = _whole(read_array(file, (3,)), file)
        return labels, labels != 0
    arrays = read_hdf5(file, ("label", "data")) if is_hdf5(file) else read_arrays(file, ("label", "data"), ())
    labels = _whole(numbers_of(arrays["label"], f"label of {file}", (3,)), file)
    data = numbers_of(arrays["data"], f"data of {file}", (4,))
    if data.shape[1:] != labels.shape:
        raise InputError(f"{file} has data of the shape {data.shape} for labels of {labels.shape}")
    return labels, data[0] > 0


def read_prediction(file: Path) -> NDArray[np.int64]:
    """Predicted labels [z, y, x]: a ``.npy`` of them, or of scores [class, z, y, x], or a SemanticVolume.

    Of scores the last class, which is not annotated, cannot be predicted.
    """
    import numpy as np

    if file.name == "artifact.json":
        return _nyu40_volume(file)
    read = read_array(file, (3, 4))
    if read.ndim == 3:
        return _whole(read, file)
    if len(read) < 2 or not np.isfinite(read).all():
        raise InputError(f"{file} needs finite scores of two classes or more, along its first axis")
    return read[:-1].argmax(axis=0)


def is_hdf5(file: Path) -> bool:
    """Whether a file begins like HDF5, which Matlab's files of version 7.3 do after a header."""
    try:
        with open(file, "rb") as opened:
            start = opened.read(520)
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror})") from error
    return start.startswith(HDF5) or start[512:].startswith(HDF5)


def read_hdf5(file: Path, names: tuple[str, ...]) -> dict[str, NDArray]:
    """Arrays of an HDF5 file, without names all, in its own order of axes; InputError where h5py is not installed."""
    import numpy as np

    try:
        import h5py  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise InputError(f"{file} is HDF5, which needs h5py: pip install h5py, or save arrays as .npz") from error
    try:
        with h5py.File(file, "r") as stored:
            arrays = {name: item for name, item in stored.items() if isinstance(item, h5py.Dataset)}
            read: dict[str, Any] = {name: np.asarray(arrays[name]) for name in names or arrays if name in arrays}
    except (OSError, RuntimeError, TypeError) as error:
        raise InputError(f"{file} cannot be read as HDF5 ({error})") from error
    if missing := [name for name in names if name not in read]:
        raise InputError(
            f"{file} has no {missing[0]} (it has {', '.join(sorted(arrays)) or 'nothing'}), which is needed"
        )
    return read


def _whole(labels: NDArray, file: Path) -> NDArray[np.int64]:
    import numpy as np

    if not np.issubdtype(labels.dtype, np.integer):
        raise InputError(f"{file} holds labels of {labels.dtype}; whole numbers are allowed")
    return labels.astype(np.int64)


def _nyu40_volume(file: Path) -> NDArray[np.int64]:
    """NYU40 ids of a SemanticVolume; 0 where it has no label."""
    import numpy as np

    volume = load_volume(file, "SemanticVolume")
    table = np.zeros(256, np.int64)
    table[: len(volume.classes)] = [nyu40.IDS[name] for name in volume.classes]
    return np.ascontiguousarray(table[volume.labels.numpy()].T)
