"""Each scan format is recognised, read as written, and its faults are told in a sentence."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geo3d.data_tools.scans.assemble import fault_of
from geo3d.data_tools.scans.formats import FORMATS, find_scan
from geo3d.errors import InputError
from geo3d.scene.frames import read_frame, stream_frames
from geo3d.scene.kinds import RgbdScan
from tests.data_tools.scans import phone_scans
from tests.data_tools.scans.phone_scans import place
from tests.data_tools.scans.writers import WRITERS as RESEARCH
from tests.data_tools.scans.writers import K, text, transforms, write_hololens, write_plain, write_redwood

WRITERS = RESEARCH | phone_scans.WRITERS
each = pytest.mark.parametrize("name", WRITERS)
IN_ONE_FILE = ("sens", *phone_scans.IN_ONE_FILE)
images_in_files = pytest.mark.parametrize("name", [name for name in WRITERS if name not in IN_ONE_FILE])
DEPTH_AS_TEXT = ("icl-nuim-povray",)
depth_in_files = pytest.mark.parametrize("name", [name for name in WRITERS if name not in ("sens", "record3d")])
RIGID = "tum", "icl-nuim", "icl-nuim-povray"
"""Trajectories of TUM hold quaternions, cameras of POV-Ray two directions: they are always rigid."""
any_matrix = pytest.mark.parametrize("name", [name for name in WRITERS if name not in RIGID])
UNLOCATED = ("7scenes", "hololens", "nerfstudio", "plain", "redwood", "replica", "scannet", "sens", "tum")
"""Formats that may come without transforms."""
COUNTS_A_METRE = {"tum": 5000, "icl-nuim": 5000, "replica": 6553.5}
ONE_SIZE = "replica", "icl-nuim-povray"
"""Of colour and depth."""
UP = {"hololens": [0, 1, 0], "icl-nuim": [0, -1, 0], "icl-nuim-povray": [0, -1, 0]} | {
    name: [0, 1, 0] for name in phone_scans.Y_UP
}


def read(folder: Path, format: str = "auto", frames: str = ":", crop: tuple[float, ...] | None = None) -> RgbdScan:
    found = find_scan(place(folder), format, frames, crop)
    return found.format.read(found.source(folder / "no folder" / "hashes.json"), None)


def test_every_format_is_tested():
    assert set(WRITERS) == set(FORMATS)


@each
def test_a_scan_is_recognised_and_read_as_written(tmp_path: Path, name: str):
    matrices = transforms(4)
    WRITERS[name](tmp_path, matrices)
    assert find_scan(place(tmp_path), "auto", ":", None).format is FORMATS[name]
    scan = read(tmp_path)
    rounding = {"sens": 1e-6}.get(name, 1e-14 * (name in RIGID or name in phone_scans.TURNED))
    np.testing.assert_allclose(scan.world_from_camera.numpy(), np.stack(matrices), rtol=0, atol=rounding)
    rounding = 1e-15 * (name == "icl-nuim-povray")
    np.testing.assert_allclose(scan.intrinsics.numpy(), [K] * 4, rtol=rounding)
    colour = phone_scans.COLOUR_K if name in phone_scans.WRITERS else K
    np.testing.assert_allclose(scan.colour_intrinsics.numpy(), [colour] * 4, rtol=rounding)
    colour_size = (12, 16) if name in ONE_SIZE else (24, 32)
    assert (scan.depth_size, scan.colour_size, scan.skipped) == ((12, 16), colour_size, ())
    assert (scan.up.tolist() if scan.up is not None else None) == UP.get(name)
    for row, frame in enumerate(stream_frames(scan)):
        wanted = 1000 * (row + 1) + np.arange(12 * 16).reshape(12, 16)
        wanted[-1, -1] = 0
        np.testing.assert_allclose(frame.depth.numpy(), wanted / COUNTS_A_METRE.get(name, 1000), rtol=1e-6)
        assert frame.colour.unique().tolist() == [row]


@each
def test_frames_are_taken_as_python_slices_take_them(tmp_path: Path, name: str):
    WRITERS[name](tmp_path, transforms(9))
    whole = read(tmp_path)
    for frames, rows in (("2:6", slice(2, 6)), ("::2", slice(None, None, 2)), ("-3:", slice(-3, None))):
        scan = read(tmp_path, name, frames)
        assert scan.colour == whole.colour[rows]
        assert scan.depth == whole.depth[rows]
        assert scan.world_from_camera.tolist() == whole.world_from_camera[rows].tolist()


FAULTS: dict[str, tuple[np.ndarray | None, str]] = {
    "missing": (None, "no transform"),
    "NaN": (np.diag([np.nan, 1, 1, 1]), "transform with NaN or infinity"),
    "minus infinity": (np.full((4, 4), -np.inf), "transform with NaN or infinity"),
    "twice as large": (np.diag([2.0, 2, 2, 1]), "transform is not rigid"),
    "mirrored": (np.diag([1.0, 1, -1, 1]), "transform is not rigid"),
    "flat": (np.diag([1.0, 1, 0, 1]), "transform is not rigid"),
}


def test_a_transform_whose_squares_overflow_is_not_rigid():
    huge = np.array([[1e200, 1e200, 0, 0], [1e200, -1e200, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    assert fault_of(huge) == "transform is not rigid"


@any_matrix
@pytest.mark.parametrize("fault", FAULTS)
def test_a_frame_without_a_rigid_transform_is_skipped_with_the_reason(tmp_path: Path, name: str, fault: str):
    matrices, (bad, reason) = transforms(4), FAULTS[fault]
    if name == "sens" and bad is None:
        reason = "transform with NaN or infinity"
    WRITERS[name](tmp_path, [*matrices, bad])
    scan = read(tmp_path)
    assert scan.world_from_camera[:, 0, 3].tolist() == pytest.approx([0, 1, 2, 3], abs=1e-14)
    assert len(scan.colour) == len(scan.depth) == 4
    last = find_scan(place(tmp_path), name, ":", None).listing.frames[-1]
    if name in phone_scans.TURNED and bad is not None:
        reason = "transform with NaN or infinity"  # all that a quaternion can say
    assert scan.skipped == ((last.colour + " frame 4" * (last.colour_part is not None), reason),)


@each
def test_fewer_than_three_frames_are_an_error_that_tells_why(tmp_path: Path, name: str):
    WRITERS[name](tmp_path, [*transforms(2), None])
    reason = "transform with NaN or infinity" if name == "sens" else "no transform"
    with pytest.raises(InputError, match=rf"has 2 usable frames, at least 3 are needed \(1 x {reason}\)"):
        read(tmp_path)


@pytest.mark.parametrize("name", UNLOCATED)
def test_a_scan_without_any_transform_is_recognised_and_says_so(tmp_path: Path, name: str):
    WRITERS[name](tmp_path, [None] * 4)
    for empty in ("poses.txt", "trajectory.log", "traj.txt", "groundtruth.txt"):
        (tmp_path / empty).unlink(missing_ok=True)
    if name == "scannet":
        (tmp_path / "pose").rmdir()
    found = find_scan(tmp_path, "auto", ":", None)
    assert (found.format, found.listing.located) == (FORMATS[name], False)
    scan = read(tmp_path)
    assert scan.world_from_camera.shape == (4, 4, 4)
    assert scan.world_from_camera.isnan().all()
    assert (scan.skipped, scan.up) == ((), None)
    assert scan.intrinsics[:, 0, 0].tolist() == [K[0, 0]] * 4


@each
def test_transforms_can_be_left_alone(tmp_path: Path, name: str):
    WRITERS[name](tmp_path, [*transforms(4), None])
    found = find_scan(place(tmp_path), name, ":", None).without_transforms()
    scan = found.format.read(found.source(tmp_path / "no folder" / "hashes.json"), None)
    assert scan.world_from_camera.shape == (5, 4, 4)
    assert scan.world_from_camera.isnan().all()
    assert scan.up is None


def test_a_folder_with_transforms_of_one_format_is_not_taken_for_another_without(tmp_path: Path):
    write_hololens(tmp_path, [None] * 4)
    (tmp_path / "poses.txt").unlink()
    write_plain(tmp_path, transforms(4))
    assert find_scan(tmp_path, "auto", ":", None).format is FORMATS["plain"]


@pytest.mark.parametrize("other", ["pose", "rgb.txt", "intrinsic"])
def test_colour_and_depth_beside_something_else_are_no_redwood_scan(tmp_path: Path, other: str):
    write_redwood(tmp_path, [None] * 4)
    (tmp_path / "trajectory.log").unlink()
    (tmp_path / other).mkdir()
    with pytest.raises(InputError, match="is in no format known here"):
        find_scan(tmp_path, "auto", ":", None)


@depth_in_files
def test_a_frame_without_its_depth_image_is_skipped(tmp_path: Path, name: str):
    WRITERS[name](tmp_path, transforms(5))
    if name == "redwood":
        lines = [f"depth/{row:05}-d.png color/{row:05}-c.png" for row in range(5)]
        (tmp_path / "rgbd.match").write_text("\n".join(lines) + "\n")
    lost = find_scan(tmp_path, name, ":", None).listing.frames[1]
    (tmp_path / lost.depth).unlink()
    scan = read(tmp_path)
    assert scan.world_from_camera[:, 0, 3].tolist() == [0, 2, 3, 4]
    ((file, reason),) = scan.skipped
    assert file == lost.colour + " frame 1" * (lost.colour_part is not None)
    assert reason.startswith(("no ", "listed in rgbd.match"))


@images_in_files
@pytest.mark.parametrize("kind", ["colour", "depth"])
def test_an_image_of_another_size_is_named(tmp_path: Path, name: str, kind: str):
    if kind == "depth" and name in DEPTH_AS_TEXT:
        pytest.skip("it has no size of its own")
    WRITERS[name](tmp_path, transforms(4))
    odd = tmp_path / getattr(find_scan(tmp_path, name, ":", None).listing.frames[2], kind)
    Image.open(odd).resize((4, 6), Image.Resampling.NEAREST).save(odd)
    usual = "32x24" if kind == "colour" and name not in ONE_SIZE else "16x12"
    with pytest.raises(InputError, match=f"{odd.name} is 4x6; the scan's other images are {usual}"):
        read(tmp_path)


@pytest.mark.parametrize("name", [name for name in WRITERS if name not in ("sens", "record3d", *DEPTH_AS_TEXT)])
def test_a_file_that_is_no_image_is_named(tmp_path: Path, name: str):
    WRITERS[name](tmp_path, transforms(4))
    bad = tmp_path / find_scan(tmp_path, name, ":", None).listing.frames[0].depth
    bad.write_text("no image")
    with pytest.raises(InputError, match=f"{bad.name} cannot be read as an image"):
        read(tmp_path)


@pytest.mark.parametrize("suffix", [".pgm", ".tif", ".TIFF"])
@pytest.mark.parametrize("name", ["7scenes", "hololens", "icl-nuim", "redwood", "replica", "scannet"])
def test_depth_may_be_in_any_file_that_keeps_16_bits(tmp_path: Path, name: str, suffix: str):
    if (name, suffix) == ("7scenes", ".TIFF"):
        pytest.skip("names end in lower case")
    WRITERS[name](tmp_path, transforms(3))
    wanted = [frame.depth for frame in stream_frames(read(tmp_path))]
    for path in [tmp_path / frame.depth for frame in find_scan(tmp_path, name, ":", None).listing.frames]:
        counts = np.array(Image.open(path))
        path.unlink()
        if suffix == ".pgm":
            path.with_suffix(suffix).write_bytes(b"P5\n16 12\n65535\n" + counts.astype(">u2").tobytes())
        else:
            Image.fromarray(counts).save(path.with_suffix(suffix))
    for found, depth in zip(stream_frames(read(tmp_path)), wanted, strict=True):
        assert found.depth.tolist() == depth.tolist()


def test_redwoods_match_file_says_which_images_belong_together(tmp_path: Path):
    write_redwood(tmp_path, transforms(4))
    pairs = [(3, 0), (2, 1), (1, 2), (0, 3)]
    lines = [f"depth/{depth:05}-d.png color/{colour:05}-c.png" for depth, colour in pairs]
    (tmp_path / "rgbd.match").write_text("\n".join(lines))
    frames = list(stream_frames(read(tmp_path)))
    assert [round(float(frame.depth[0, 0]) * 1000) for frame in frames] == [4000, 3000, 2000, 1000]
    assert [int(frame.colour[0, 0, 0]) for frame in frames] == [0, 1, 2, 3]
    assert [float(frame.world_from_camera[0, 3]) for frame in frames] == [0, 1, 2, 3]


@pytest.mark.parametrize("name", ["7scenes", "redwood"])
def test_without_a_file_the_intrinsics_are_those_of_the_formats_camera(tmp_path: Path, name: str):
    WRITERS[name](tmp_path, transforms(3))
    (tmp_path / ("camera-intrinsics.txt" if name == "7scenes" else "camera_primesense.json")).unlink()
    wanted = {"7scenes": [585.0, 585, 320, 240], "redwood": [525.0, 525, 319.5, 239.5]}[name]
    assert read(tmp_path).intrinsics[0, [0, 1, 0, 1], [0, 1, 2, 2]].tolist() == wanted


def test_the_plain_layout_sets_unit_up_and_colour_camera(tmp_path: Path):
    write_plain(tmp_path, transforms(3))
    index = json.loads((tmp_path / "scan.json").read_text())
    further = {"depth_unit": 0.0002, "up": [0, 0, 1], "colour_intrinsics": (2 * K).tolist()}
    further["colour_intrinsics"][2][2] = 1.0
    (tmp_path / "scan.json").write_text(json.dumps(index | further))
    scan = read(tmp_path, crop=(-1.0, -2.0, -3.0, 1.0, 2.0, 3.0))
    assert scan.up is not None
    assert scan.crop is not None
    assert scan.up.tolist() == [0, 0, 1]
    assert scan.crop.tolist() == [[-1, -2, -3], [1, 2, 3]]
    assert scan.colour_intrinsics[0].tolist() == further["colour_intrinsics"]
    assert float(read_frame(scan, 0).depth[0, 0]) == pytest.approx(0.2)


def with_label_ids(folder: Path, ids: list) -> RgbdScan:
    write_plain(folder, transforms(3))
    index = json.loads((folder / "scan.json").read_text()) | {"classes": ["wall", "floor"], "label_ids": ids}
    index["frames"][1]["labels"] = "l.png"
    (folder / "scan.json").write_text(json.dumps(index))
    Image.fromarray(np.full((12, 16), 31, np.uint8)).save(folder / "l.png")
    return read(folder)


@pytest.mark.parametrize(("ids", "place"), [([5, 31], 1), ([[31, 6], 5], 0), ([[], [2, 31]], 1), ([[5], [6]], 255)])
def test_a_class_of_the_plain_layout_has_one_id_or_many(tmp_path: Path, ids: list, place: int):
    labels = [frame.labels for frame in stream_frames(with_label_ids(tmp_path, ids), labels=True)]
    assert labels[0] is labels[2] is None
    assert labels[1] is not None
    assert labels[1].unique().tolist() == [place]


NOT_ONE_EACH = "has label_ids that are not one entry, of ids that no other has, for each of its 2 classes"


@pytest.mark.parametrize(
    ("ids", "what"),
    [
        ([5], NOT_ONE_EACH),
        ([5, 5], NOT_ONE_EACH),
        ([[5, 6], [7, 6]], NOT_ONE_EACH),
        ([5, 65536], "label_ids.1"),
        ([5, [-1]], "label_ids.1"),
        ([5, "x"], "label_ids.1"),
    ],
)
def test_label_ids_that_are_none_are_named(tmp_path: Path, ids: list, what: str):
    with pytest.raises(InputError, match=rf"scan\.json:? {what}"):
        with_label_ids(tmp_path, ids)


@pytest.mark.parametrize(
    ("broken", "what"),
    [
        ("{", "is not a JSON file"),
        ("[]", "must hold an object"),
        ("{}", "format is missing"),
        ('{"format": "other", "version": 1}', "format = 'other' is not allowed: input should be 'geo3d-scan'"),
    ],
)
def test_a_broken_plain_index_is_named(tmp_path: Path, broken: str, what: str):
    (tmp_path / "scan.json").write_text(broken)
    with pytest.raises(InputError, match=rf"scan\.json:? {what}"):
        find_scan(tmp_path, "auto", ":", None)


@pytest.mark.parametrize(
    ("name", "file", "content"),
    [
        ("7scenes", "camera-intrinsics.txt", "1 2 3"),
        ("hololens", "K.txt", "a b c"),
        ("hololens", "poses.txt", "1 2 3 4 5"),
        ("redwood", "trajectory.log", "0 0 1 2"),
        ("redwood", "camera_primesense.json", "{}"),
        ("plain", "scan.json", "once"),
    ],
)
def test_a_broken_file_of_calibration_or_transforms_is_named(tmp_path: Path, name: str, file: str, content: str):
    WRITERS[name](tmp_path, transforms(3))
    (tmp_path / file).write_text(content)
    with pytest.raises(InputError) as caught:
        read(tmp_path)
    assert str(caught.value).startswith(str(tmp_path / file))


@pytest.mark.parametrize("matrix", [np.diag([-50.0, 50, 1]), np.diag([50.0, 50, 2]), K * [[1], [np.nan], [1]], K.T])
def test_intrinsics_that_are_no_pinholes_are_refused(tmp_path: Path, matrix: np.ndarray):
    write_hololens(tmp_path, transforms(3))
    (tmp_path / "K.txt").write_text(text(matrix))
    with pytest.raises(InputError, match=r"has intrinsics .*; allowed are \[\[fx, 0, cx\]"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("other", ":", None),
            r"--format other is not known; it is auto or one of 7scenes, hololens, icl-nuim, ",
        ),
        (("redwood", ":", None), r"is not in the format redwood, which looks for color/"),
        (("auto", "5", None), r"--frames 5 is no slice; give start:stop or start:stop:step"),
        (("auto", "a:b", None), r"--frames a:b is no slice"),
        (("auto", "::0", None), r"--frames ::0 is no slice"),
        (("auto", "::-1", None), r"--frames ::-1 is no slice"),
        (("auto", "1:2:3:4", None), r"--frames 1:2:3:4 is no slice"),
        (("auto", "7:9", None), r"--frames 7:9 takes none of the 4 frames"),
        (("auto", ":", (0.0, 0.0, 0.0, 1.0, 0.0, 1.0)), r"--crop 0.0 0.0 0.0 1.0 0.0 1.0 is empty"),
        (("auto", ":", (0.0, 0.0, np.nan, 1.0, 1.0, 1.0)), r"--crop .* is empty"),
    ],
)
def test_a_wish_that_cannot_be_met_is_told(tmp_path: Path, arguments, sentence: str):
    write_plain(tmp_path, transforms(4))
    with pytest.raises(InputError, match=sentence):
        find_scan(tmp_path, *arguments)


def test_an_unknown_folder_is_told_which_formats_there_are(tmp_path: Path):
    with pytest.raises(InputError) as caught:
        find_scan(tmp_path, "auto", ":", None)
    assert all(name in str(caught.value) for name in (*FORMATS, "geo3d formats"))
    (tmp_path / "file").write_text("")
    for path, sentence in (("file", "is in no format known here"), ("nowhere", "is not there")):
        with pytest.raises(InputError, match=sentence):
            find_scan(tmp_path / path, "auto", ":", None)


@pytest.mark.parametrize(
    ("folder", "name", "count", "focal"),
    [
        ("7scenes_kitchen", "7scenes", 60, 585.0),
        ("hololens", "hololens", 120, 495.5677),
        ("redwood", "redwood", 5, 525.0),
    ],
)
def test_real_scans_are_recognised_and_plausible(shared_data: Path, folder: str, name: str, count: int, focal: float):
    place = shared_data / "scans" / folder
    found = find_scan(place, "auto", ":", None)
    assert found.format is FORMATS[name]
    scan = read(place)
    assert (len(scan.colour), scan.skipped) == (count, ())
    assert float(scan.intrinsics[0, 0, 0]) == pytest.approx(focal)
    for row in (0, count - 1):
        depth = read_frame(scan, row).depth
        assert tuple(depth.shape) == scan.depth_size
        assert 0.3 < float(depth[depth > 0].median()) < 5
    steps = scan.world_from_camera[1:, :3, 3] - scan.world_from_camera[:-1, :3, 3]
    assert float(steps.norm(dim=1).max()) < 1  # a camera held in hand
