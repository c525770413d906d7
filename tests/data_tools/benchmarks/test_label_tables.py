from pathlib import Path

import numpy as np
import pytest

from geo3d.data_tools.benchmarks.label_tables import in_range, read_array, read_last_ids
from geo3d.errors import InputError


@pytest.mark.parametrize(
    "text", ["3\n0\n7\n", "9.5 1 3\n8 2 0\n1e3 0 7\n", "1, 3\n1, 0\n2, 7", "0.1 3.000000\n 0 0 \n1\t7.0\n"]
)
def test_the_last_column_of_a_text_is_the_id(tmp_path: Path, text: str):
    (tmp_path / "a.txt").write_text(text)
    assert read_last_ids(tmp_path / "a.txt").tolist() == [3, 0, 7]


@pytest.mark.parametrize(
    "array",
    [
        np.array([3, 0, 7], np.uint8),
        np.array([[3], [0], [7]], np.int16),
        np.array([[0.5, 0.1, 3], [0.2, 0, 0], [1, 1, 7]], np.float32),
        np.array([3.0, 0.0, 7.0]),
    ],
)
def test_the_last_column_of_an_array_is_the_id(tmp_path: Path, array: np.ndarray):
    np.save(tmp_path / "a.npy", array)
    assert read_last_ids(tmp_path / "a.npy").tolist() == [3, 0, 7]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 2\n1 x\n", r"line 2: '1 x' is not 2 numbers"),
        ("1 2\n1 2\n1\n", r"line 3: '1' is not 2 numbers"),
        ("1 2\n1 2.5\n", r"row 2: 2\.5 is not a whole number"),
        ("1 2\n1 nan\n", r"row 2: nan is not"),
        ("1 2\n1 inf\n", r"row 2: inf is not"),
        ("1 2\n# 1 2\n", r"line 2: '# 1 2'"),
        ("1\n2 3\n", r"line 2: '2 3' is not a whole number"),
    ],
)
def test_what_is_no_id_is_named_with_its_line(tmp_path: Path, text: str, message: str):
    (tmp_path / "a.txt").write_text(text)
    with pytest.raises(InputError, match=message):
        read_last_ids(tmp_path / "a.txt")


@pytest.mark.parametrize("array", [np.zeros((2, 2, 2)), np.array(1), np.array(["a", "b"])])
def test_arrays_of_other_shapes_and_types_are_refused(tmp_path: Path, array: np.ndarray):
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(InputError, match=r"a\.npy is .* needed"):
        read_array(tmp_path / "a.npy")


def test_a_damaged_array_is_refused(tmp_path: Path):
    np.save(tmp_path / "a.npy", np.zeros(100))
    content = (tmp_path / "a.npy").read_bytes()
    (tmp_path / "a.npy").write_bytes(content[:200])
    with pytest.raises(InputError, match="cannot be read as a NumPy array"):
        read_array(tmp_path / "a.npy")


def test_ids_out_of_range_are_named(tmp_path: Path):
    file = tmp_path / "a.txt"
    assert in_range(np.array([0, 12]), 13, file).tolist() == [0, 12]
    for wrong in (-1, 13):
        with pytest.raises(InputError, match=rf"row 2: the id {wrong} is not one from 0 to 12"):
            in_range(np.array([0, wrong]), 13, file)
