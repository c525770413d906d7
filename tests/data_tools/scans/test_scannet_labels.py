"""ScanNet's own label images: found, explained by its table, counted in the volume, and refused in a sentence."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geo3d import cli, progress
from geo3d.data_tools.scans.formats import find_scan
from geo3d.errors import InputError
from geo3d.scene.artifact import load
from geo3d.scene.frames import stream_frames
from geo3d.scene.kinds import RgbdScan
from tests import scenes
from tests.data_tools.scans.writers import text, transforms, write_scannet, write_sens
from tests.stages.test_segment_fused import ROOM, seen_classes, true_classes

TABLE = "scannetv2-labels.combined.tsv"
COLUMNS = ("id", "raw_category", "category", "count", "nyu40id", "eigen13id", "nyuClass", "nyu40class", "eigen13class")
ROWS = (
    ("1", "wall", "wall", "8277", "1", "12", "wall", "wall", "Wall"),
    ("2", "chair", "chair", "4646", "5", "4", "chair", "chair", "Chair"),
    ("22", "office chair", "office chair", "1", "5", "4", "chair", "chair", "Chair"),
    ("3", "floor", "floor", "1553", "2", "5", "floor", "floor", "Floor"),
    ("24", "fridge", "refrigerator", "1", "24", "6", "refridgerator", "refridgerator", "Furniture"),
    ("41", "ceiling", "ceiling", "1", "22", "3", "ceiling", "ceiling", "Ceiling"),
    ("1180", 'the "red" wall', "wall", "1", "1", "12", "wall", "wall", "Wall"),
    ("1357", "void", "void", "1", "0", "0", "void", "void", "none"),
)
IDS = np.array([[0, 1, 1180, 2, 22, 3, 24, 41, 1357]], np.uint16)
PLACES = [255, 0, 0, 4, 4, 1, 23, 21, 255]
"""In NYU40, from 0 on, of each of IDS."""


def write_table(folder: Path, rows: tuple[tuple[str, ...], ...] = ROWS, columns: tuple[str, ...] = COLUMNS) -> None:
    (folder / TABLE).write_text("".join("\t".join(row) + "\n" for row in (columns, *rows)))


def ids_of(row: int, size: tuple[int, int] = (24, 32)) -> np.ndarray:
    """All of IDS in turn, from another one on in each frame."""
    return np.take(IDS[0], (np.arange(size[0] * size[1]).reshape(size) + row) % 9)


def write_labels(folder: Path, rows: range, size: tuple[int, int] = (24, 32)) -> None:
    folder.mkdir()
    for row in rows:
        Image.fromarray(ids_of(row, size)).save(folder / f"{row}.png")


def write_zip(file: Path, kind: str, rows: range, how: int = zipfile.ZIP_DEFLATED) -> None:
    """As ScanNet distributes them: also with an entry for the folder."""
    write_labels(file.parent / "aside", rows)
    with zipfile.ZipFile(file, "w", how) as packed:
        packed.writestr(f"{kind}/", "")
        for row in rows:
            packed.write(file.parent / f"aside/{row}.png", f"{kind}/{row}.png")
            (file.parent / f"aside/{row}.png").unlink()
    (file.parent / "aside").rmdir()


def read(scan: Path, frames: str = ":") -> RgbdScan:
    found = find_scan(scan, "auto", frames, None)
    return found.format.read(found.source(scan / "no folder" / "hashes.json"), None)


def check_labels(scan: RgbdScan, rows: list[int], size: tuple[int, int] = (24, 32)) -> None:
    """Each frame has the classes that a dictionary makes of its ids; those not in `rows` have none."""
    place_of = dict(zip(IDS[0].tolist(), PLACES, strict=True))
    for row, frame in enumerate(stream_frames(scan, labels=True)):
        if row not in rows:
            assert frame.labels is None
            continue
        assert frame.labels is not None
        assert frame.labels.tolist() == [[place_of[value] for value in line] for line in ids_of(row, size).tolist()]


@pytest.mark.parametrize("kind", ["label-filt", "label"])
@pytest.mark.parametrize("size", [(24, 32), (12, 16)], ids=["colour's size", "depth's size"])
def test_many_ids_become_one_class(tmp_path: Path, kind: str, size: tuple[int, int]):
    write_scannet(tmp_path, transforms(12))
    write_labels(tmp_path / kind, range(12), size)
    write_table(tmp_path)
    scan = read(tmp_path)
    assert [scan.classes[place] for place in (0, 1, 4, 21, 23)] == ["wall", "floor", "chair", "ceiling", "refrigerator"]
    assert len(scan.classes) == len(scan.label_ids) == 40
    check_labels(scan, list(range(12)), size)


def test_the_table_may_lie_in_a_folder_above(tmp_path: Path):
    folder = tmp_path / "scans/scene0000_00/exported"
    folder.mkdir(parents=True)
    write_scannet(folder, transforms(4))
    write_labels(folder / "label-filt", range(4))
    write_table(tmp_path)
    check_labels(read(folder), [0, 1, 2, 3])
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere/scan"
    link.symlink_to(folder)
    check_labels(read(link), [0, 1, 2, 3])


def test_filtered_labels_come_first_and_frames_may_have_none(tmp_path: Path):
    write_scannet(tmp_path, transforms(6))
    write_labels(tmp_path / "label-filt", range(1, 5))
    write_labels(tmp_path / "label", range(6), (12, 16))
    write_table(tmp_path)
    check_labels(read(tmp_path), [1, 2, 3, 4])


@pytest.mark.parametrize("how", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED], ids=["deflated", "stored"])
@pytest.mark.parametrize("kind", ["label-filt", "label"])
def test_labels_are_read_from_the_zip_file_beside_a_sens_file(tmp_path: Path, kind: str, how: int):
    write_sens(tmp_path, transforms(5))
    (tmp_path / "a scan.sens").rename(tmp_path / "scene0000_00.sens")
    write_zip(tmp_path / f"scene0000_00_2d-{kind}.zip", kind, range(4), how)
    write_zip(tmp_path / f"scene0000_01_2d-{kind}.zip", kind, range(5), how)
    write_table(tmp_path)
    check_labels(read(tmp_path), [0, 1, 2, 3])
    check_labels(read(tmp_path / "scene0000_00.sens"), [0, 1, 2, 3])


def test_labels_are_read_from_the_zip_file_in_an_exported_folder(tmp_path: Path):
    write_scannet(tmp_path, transforms(4))
    write_zip(tmp_path / "scene0000_00_2d-label-filt.zip", "label-filt", range(4))
    write_table(tmp_path)
    check_labels(read(tmp_path), [0, 1, 2, 3])


def test_a_folder_of_labels_beside_several_recordings_is_nobodys(tmp_path: Path):
    write_sens(tmp_path, transforms(4))
    (tmp_path / "a scan.sens").rename(tmp_path / "one.sens")
    write_sens(tmp_path, transforms(4))
    write_labels(tmp_path / "label-filt", range(4))
    write_table(tmp_path)
    check_labels(read(tmp_path / "one.sens"), [])


def test_without_the_table_labels_are_left_aside_and_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    said: list[str] = []
    monkeypatch.setattr(progress, "_says", [said.append])
    write_scannet(tmp_path, transforms(4))
    read(tmp_path)
    assert said == []
    write_labels(tmp_path / "label-filt", range(4))
    scan = read(tmp_path)
    assert (scan.labels, scan.classes) == ((), ())
    assert said == [
        f"{tmp_path} has label images, which are left aside: {TABLE} is needed, in that folder or in one above it"
    ]


def cut_off(folder: Path) -> None:
    path = folder / "label-filt/1.png"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def other_size(folder: Path) -> None:
    Image.fromarray(ids_of(1, (24, 30))).save(folder / "label-filt/1.png")


def other_id(folder: Path) -> None:
    Image.fromarray(np.full((24, 32), 77, np.uint16)).save(folder / "label-filt/1.png")


def with_row(*row: str) -> Callable[[Path], None]:
    return lambda folder: write_table(folder, (*ROWS, row))


Fault = tuple[Callable[[Path], object], str]
FAULTS: dict[str, Fault] = {
    "truncated image": (cut_off, "label-filt/1.png cannot be read as an image; it must be a whole PNG"),
    "other size": (other_size, "label-filt/1.png has 30x24 pixels of uint16; labels must be 32x24 or 16x12 of uint8"),
    "unknown id": (other_id, "label-filt/1.png has the label 77, which the scan's table does not explain"),
    "no columns": (
        lambda folder: write_table(folder, columns=("id", *COLUMNS[1:4], "nyu", *COLUMNS[5:])),
        f"{TABLE} has no column nyu40id; needed are id and nyu40id, between tabs",
    ),
    "empty table": (lambda folder: write_table(folder, (), ()), f"{TABLE} has no column id; needed are id and nyu40id"),
    "no number": (with_row("x", "", "", "", "1"), f"{TABLE}, line 10, has id = 'x', nyu40id = '1'; allowed are 1 to"),
    "short row": (with_row("9"), f"{TABLE}, line 10, has id = '9', nyu40id = None; allowed are 1 to 65535, of one"),
    "huge id": (with_row("65536", "", "", "", "1"), "has id = '65536', nyu40id = '1'; allowed are 1 to 65535"),
    "no such class": (with_row("9", "", "", "", "41"), "has id = '9', nyu40id = '41'; allowed are 1 to 65535"),
    "two classes": (with_row("1", "", "", "", "2"), "has id = '1', nyu40id = '2'; allowed are 1 to 65535, of one"),
    "no text": (lambda folder: (folder / TABLE).write_bytes(b"id\tnyu40id\n\xff\xfe\t1"), "cannot be read as a table"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_is_one_sentence_with_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str], fault: str):
    spoil, sentence = FAULTS[fault]
    folder = tmp_path / "scan"
    folder.mkdir()
    write_scannet(folder, transforms(4))
    write_labels(folder / "label-filt", range(4))
    write_table(folder)
    spoil(folder)
    assert cli.main(["scan-to-mesh", str(folder), "--out", str(tmp_path / "o"), "--complete", "off"]) == 2
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("geo3d: ")]
    assert str(folder) in line
    assert sentence in line


@pytest.mark.parametrize("content", [b"", b"PK\3\4 and no more", b"once upon a time"])
def test_a_zip_file_that_is_none_is_named(tmp_path: Path, content: bytes):
    write_scannet(tmp_path, transforms(4))
    (tmp_path / "a_2d-label-filt.zip").write_bytes(content)
    with pytest.raises(InputError, match=r"a_2d-label-filt\.zip is not a whole zip file"):
        read(tmp_path)


def test_two_zip_files_in_a_folder_are_refused(tmp_path: Path):
    write_scannet(tmp_path, transforms(4))
    for name in ("a", "b"):
        write_zip(tmp_path / f"{name}_2d-label-filt.zip", "label-filt", range(4))
    with pytest.raises(InputError, match=r"has a_2d-label-filt\.zip, b_2d-label-filt\.zip; allowed is one, of this"):
        read(tmp_path)


RAW_IDS = np.array([[2, 22], [1, 1180], [3, 3], [41, 41]])
"""Of the room's gizmo, walls, floor and ceiling, for even and odd frames."""


def test_scan_to_mesh_labels_vertices_by_them(tmp_path: Path):
    scan, cameras = tmp_path / "scene0000_00", scenes.all_around(1.1, 24)
    scan.mkdir()
    wide = np.diag([90.0, 90, 1, 1])
    wide[:2, 2] = 59.5, 44.5
    for name in ("color", "depth", "pose", "intrinsic", "label-filt"):
        (scan / name).mkdir()
    for name in ("intrinsic_depth", "intrinsic_color"):
        (scan / f"intrinsic/{name}.txt").write_text(text(wide))
    for row, camera in enumerate(cameras):
        depth = scenes.depth_of(ROOM, camera, wide[:3, :3], (90, 120)).numpy()
        Image.new("RGB", (120, 90), (120, 130, 140)).save(scan / f"color/{row}.jpg")
        Image.fromarray(np.round(1000 * depth).astype(np.uint16)).save(scan / f"depth/{row}.png")
        (scan / f"pose/{row}.txt").write_text(text(camera))
        values = RAW_IDS[:, row % 2].astype(np.uint16)[seen_classes(camera)]
        Image.fromarray(values).save(scan / f"label-filt/{row}.png")
    write_table(tmp_path)
    options = ["--segment", "fused", "--complete", "off", "--fuse.voxel-size", "0.04", "--mesh.min-weight", "1"]
    assert cli.main(["scan-to-mesh", str(scan), "--out", str(tmp_path / "out"), *options]) == 0
    volume, mesh = load((tmp_path / "out/2_volume").resolve()), load((tmp_path / "out/5_semantic").resolve())
    assert (volume.votes.sum(dim=-1) > 0).any()
    true, apart = true_classes(mesh.vertices)
    names = np.array(["chair", "wall", "floor", "ceiling"])[true.numpy()]
    found = np.array([*mesh.classes, *[""] * 216])[mesh.labels.numpy()]
    assert mesh.classes == volume.classes
    assert (found == names).mean() > 0.98
    assert (found == names)[(apart > 0.08).numpy()].all()
