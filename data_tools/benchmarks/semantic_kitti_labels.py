"""The ``.label`` files of SemanticKITTI: a number of 16 or 32 bits for each point or voxel, without a header."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.label_files import read_bytes
from geo3d.data_tools.labels import semantic_kitti
from geo3d.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def read_point_classes(file: Path, choices: Choices) -> NDArray[np.int16]:
    """Class of each point [point], from 1 on, 0 where it has none, of 32 bits a point: the lower 16 are its id."""
    import numpy as np

    return _classes(_numbers(file, np.dtype("<u4")).astype(np.uint16), file, choices, empty=0, without=0)


def read_voxel_classes(file: Path, choices: Choices) -> NDArray[np.int16]:
    """Class of each voxel [voxel], from 1 on, of 16 bits a voxel: 0 where it is empty, 255 where it has no class."""
    import numpy as np

    return _classes(_numbers(file, np.dtype("<u2")), file, choices, empty=0, without=255)


def _numbers(file: Path, each: np.dtype) -> NDArray:
    import numpy as np

    content = read_bytes(file)
    if len(content) % each.itemsize:
        raise InputError(f"{file} has {len(content):,} bytes, which is no multiple of {each.itemsize}; it is cut short")
    return np.frombuffer(content, each)


def _classes(ids: NDArray[np.uint16], file: Path, choices: Choices, empty: int, without: int) -> NDArray[np.int16]:
    """Class of each id: `empty` for 0, and `without` for the others that are of no class."""
    import numpy as np

    table = np.full(2**16, -1, np.int16)
    if choices.reading == "compatible":
        table[: semantic_kitti.KNOWN_TO_THE_TABLE] = without
    table[list(semantic_kitti.UNLABELLED)] = without
    table[list(semantic_kitti.IDS)] = list(semantic_kitti.IDS.values())
    table[0] = empty
    classes = table[ids]
    if len(classes) and classes.min() < 0:
        first = int(np.argmin(classes))
        raise InputError(f"{file} has the id {ids[first]} at place {first:,}, which SemanticKITTI does not have")
    return classes
