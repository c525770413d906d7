from pathlib import Path

import numpy as np
import pytest

from geo3d.data_tools.benchmarks.volumes.tfrecord import read_features
from geo3d.errors import InputError
from tests.official.completion_scancomplete import write_record


def written(file: Path) -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    grids = {"a": random.normal(size=(3, 200, 5)), "b": random.integers(0, 255, (3, 200, 5))}
    write_record(file, grids)  # whose records TensorFlow itself read when the official figures were made
    return grids


def test_features_come_back_with_their_sides(tmp_path: Path):
    grids, read = written(tmp_path / "r"), read_features(tmp_path / "r")
    assert read.keys() == {"a", "a/dim", "b"}
    assert read["a/dim"].tolist() == [3, 200, 5]
    assert np.array_equal(read["a"], grids["a"].astype(np.float32).ravel())
    assert np.array_equal(read["b"], grids["b"].ravel())


def test_the_last_of_several_examples_is_read(tmp_path: Path):
    write_record(tmp_path / "one", {"a": np.zeros((1, 1, 1))})
    write_record(tmp_path / "two", {"a": np.ones((1, 1, 1))})
    both = tmp_path / "both"
    both.write_bytes((tmp_path / "one").read_bytes() + (tmp_path / "two").read_bytes())
    assert read_features(both)["a"].tolist() == [1]


def test_values_that_are_not_packed_are_read_too(tmp_path: Path):
    numbers = b"".join(b"\x08" + bytes([number]) for number in (3, 7))
    entry = b"\x0a\x01a\x12" + bytes([len(numbers) + 2]) + b"\x1a" + bytes([len(numbers)]) + numbers
    features = b"\x0a" + bytes([len(entry)]) + entry
    example = b"\x0a" + bytes([len(features)]) + features
    (tmp_path / "r").write_bytes(len(example).to_bytes(8, "little") + bytes(4) + example + bytes(4))
    assert read_features(tmp_path / "r")["a"].tolist() == [3, 7]


def test_whatever_a_file_is_cut_to_or_holds_instead_is_refused_by_name(tmp_path: Path):
    written(tmp_path / "r")
    whole = (tmp_path / "r").read_bytes()
    random = np.random.default_rng(1)
    bad = [whole[:length] for length in (0, 5, 100, len(whole) - 1)]
    bad += [(40).to_bytes(8, "little") + bytes(4) + random.bytes(40) + bytes(4) for _ in range(50)]
    for content in bad:
        (tmp_path / "r").write_bytes(content)
        with pytest.raises(InputError, match=str(tmp_path / "r")):
            read_features(tmp_path / "r")
