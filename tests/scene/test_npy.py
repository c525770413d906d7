"""Headers of NumPy's files, beside NumPy."""

import io

import numpy as np
import pytest

from geo3d.scene.npy import read_header


def written(values: np.ndarray, version: tuple[int, int]) -> io.BytesIO:
    file = io.BytesIO()
    np.lib.format.write_array(file, values, version)
    file.seek(0)
    return file


@pytest.mark.parametrize("version", [(1, 0), (2, 0)])
@pytest.mark.parametrize("across", [False, True])
def test_a_header_says_what_is_behind_it(version: tuple[int, int], across: bool):
    values = np.arange(6, dtype=">u2").reshape(2, 3)
    file = written(np.asfortranarray(values) if across else values, version)
    shape, by_columns, kind = read_header(file)
    assert (shape, by_columns, kind) == ((2, 3), across, np.dtype(">u2"))
    assert np.array_equal(np.frombuffer(file.read(), kind).reshape(shape, order="F" if across else "C"), values)


def test_other_versions_and_files_are_refused():
    with pytest.raises(ValueError, match=r"its version is 3\.0, and allowed are 1\.0 and 2\.0"):
        read_header(written(np.zeros(2), (3, 0)))
    with pytest.raises(ValueError, match="magic"):
        read_header(io.BytesIO(b"once upon a time"))
