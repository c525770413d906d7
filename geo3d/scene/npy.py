"""The header of what NumPy saved, before anything of the array is read: it may claim whatever it likes."""

import io

import numpy as np
from numpy.lib.format import read_array_header_1_0, read_array_header_2_0, read_magic

READERS = {(1, 0): read_array_header_1_0, (2, 0): read_array_header_2_0}


def read_header(file: io.BufferedReader | io.BytesIO) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape, whether columns come first, and type; the file is then at the array. Raises ValueError for other files."""
    version = read_magic(file)
    if version not in READERS:
        raise ValueError(f"its version is {version[0]}.{version[1]}, and allowed are 1.0 and 2.0")
    return READERS[version](file)
