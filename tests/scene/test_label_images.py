"""Labels and probabilities of frames: what is read, and what is refused in a sentence."""

import dataclasses
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from geo3d.errors import InputError
from geo3d.scene.frames import stream_frames
from geo3d.scene.kinds import Encoded, RgbdScan
from geo3d.scene.label_images import read_labels, read_probabilities
from tests.scene.test_frames import make_scan


def with_files(folder: Path, labels: str | None = None, probabilities: str | None = None, **more) -> RgbdScan:
    """The frames of the tests of frames, colour 5 x 7 and depth 6 x 8, and files for the second."""
    told = {"labels": labels, "probabilities": probabilities}
    files = {kind: (None, Encoded(name, ""), None) for kind, name in told.items() if name}
    return dataclasses.replace(make_scan(folder), classes=("wall", "floor", "table"), **files, **more)


@pytest.mark.parametrize("shape", [(5, 7), (6, 8)], ids=["colour's size", "depth's size"])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_labels_are_places_in_the_classes(tmp_path: Path, shape: tuple[int, int], kind: type):
    values = (np.arange(np.prod(shape)).reshape(shape) % 5).astype(kind)
    Image.fromarray(values).save(tmp_path / "l.png")
    first, second, third = stream_frames(with_files(tmp_path, "l.png"), labels=True)
    assert second.labels is not None
    assert second.labels.tolist() == np.where(values < 3, values, 255).tolist()
    assert first.labels is third.labels is second.probabilities is None
    assert next(iter(stream_frames(with_files(tmp_path, "l.png"), range(1, 2)))).labels is None  # not asked for


def test_ids_of_a_format_become_places(tmp_path: Path):
    values = np.array([[0, 700, 31, 5, 9, 65535, 255]] * 5, np.uint16)
    Image.fromarray(values).save(tmp_path / "l.png")
    labels = read_labels(with_files(tmp_path, "l.png", label_ids=((700, 31), (0,), (9, 5))), 1)
    assert labels is not None
    assert labels[0].tolist() == [1, 0, 0, 2, 2, 255, 255]


def test_where_it_is_said_what_is_no_class_any_other_value_is_refused(tmp_path: Path):
    Image.fromarray(np.array([[0, 700, 31, 5, 9, 65535, 255]] * 5, np.uint16)).save(tmp_path / "l.png")
    ids = (700, 31), (0,), ()
    labels = read_labels(with_files(tmp_path, "l.png", label_ids=ids, label_none=(5, 9, 65535, 255)), 1)
    assert labels is not None
    assert labels[0].tolist() == [1, 0, 0, 255, 255, 255, 255]
    with pytest.raises(InputError, match=r"l\.png has the label 65535, which the scan's table does not explain"):
        read_labels(with_files(tmp_path, "l.png", label_ids=ids, label_none=(5, 9, 255)), 1)


def test_a_palette_image_has_the_places_in_its_palette(tmp_path: Path):
    image = Image.new("P", (7, 5), 2)
    image.putpalette([10, 20, 30] * 3)
    image.save(tmp_path / "l.png")
    labels = read_labels(with_files(tmp_path, "l.png"), 1)
    assert labels is not None
    assert labels.tolist() == np.full((5, 7), 2).tolist()


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_probabilities_are_those_of_the_file(tmp_path: Path, kind: type, packed: bool):
    values = np.random.default_rng(0).dirichlet(np.ones(3), (5, 7)).transpose(2, 0, 1).astype(kind)
    name = "p.npz" if packed else "p.npy"
    if packed:
        np.savez_compressed(tmp_path / name, values)
    else:
        np.save(tmp_path / name, values.copy())
    (frame,) = stream_frames(with_files(tmp_path, probabilities=name), range(1, 2), labels=True)
    assert frame.probabilities is not None
    assert frame.probabilities.dtype == torch.float32
    assert frame.probabilities.tolist() == values.astype(np.float32).tolist()


def npy(values: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


def header_only(shape: tuple[int, ...]) -> bytes:
    """A header of as many float32 values, and none of them."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False, "shape": shape})
    return file.getvalue()


def zipped(*members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, member in enumerate(members):
            archive.writestr(f"{number}.npy", member)
    return file.getvalue()


GOOD = np.full((3, 5, 7), 1 / 3, np.float32)
FAULTS = {
    "no such": None,
    "empty": b"",
    "text": b"once upon a time",
    "truncated": npy(GOOD)[:-3],
    "longer": npy(GOOD) + b"more",
    "absurd": header_only((3, 10**6, 10**6)),
    "other shape": npy(GOOD[:2]),
    "whole numbers": npy(GOOD.astype(np.int32)),
    "pickled": npy(np.array([{}], object)),
    "not finite": npy(np.where(np.arange(7) == 3, np.nan, GOOD)),
    "negative": npy(GOOD - 0.5),
    "no probabilities": npy(GOOD * 2),
    "two arrays": zipped(npy(GOOD), npy(GOOD)),
    "bomb": zipped(npy(GOOD) + bytes(1 << 27)),
    "damaged zip": zipped(npy(GOOD))[:-30],
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_that_holds_no_such_probabilities_is_named(tmp_path: Path, fault: str):
    content = FAULTS[fault]
    if content is not None:
        (tmp_path / "p.npy").write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_probabilities(with_files(tmp_path, probabilities="p.npy"), 1)
    assert str(caught.value).startswith(str(tmp_path / "p.npy"))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("fault", ["size", "channels", "text", "no such"])
def test_a_file_that_holds_no_labels_is_named(tmp_path: Path, fault: str):
    if fault == "text":
        (tmp_path / "l.png").write_text("once upon a time")
    elif fault != "no such":
        shape = (5, 8) if fault == "size" else (5, 7, 3)
        Image.fromarray(np.zeros(shape, np.uint8)).save(tmp_path / "l.png")
    with pytest.raises(InputError) as caught:
        read_labels(with_files(tmp_path, "l.png"), 1)
    assert str(caught.value).startswith(str(tmp_path / "l.png"))
    if fault in ("size", "channels"):
        assert "labels must be 7x5 or 8x6 of uint8 or uint16" in str(caught.value)
