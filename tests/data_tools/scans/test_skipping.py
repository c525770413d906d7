"""A list of frames to leave out leaves out those, with its reasons, wherever the list lies."""

import json
from pathlib import Path

import pytest

from geo3d.data_tools.scans.formats import FoundScan, find_scan
from geo3d.errors import InputError
from tests.data_tools.scans.test_formats import WRITERS, transforms


def listed(path: Path, *names: tuple[str, str], reason: str = "it is black") -> Path:
    entries = [{"colour": colour, "depth": depth, "reason": reason} for colour, depth in names]
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"skip": entries}))
    return path


def plain(folder: Path) -> Path:
    folder.mkdir()
    WRITERS["plain"](folder, transforms(6))
    return folder


def key(found: FoundScan) -> str:
    return found.source(found.folder / "no folder" / "hashes.json").key


def test_listed_frames_are_skipped_with_the_reason(tmp_path: Path):
    skip = listed(tmp_path / "skip.json", ("c1.png", "d1.png"), ("c4.png", "d4.png"))
    found = find_scan(plain(tmp_path / "scan"), "auto", ":", None, skip)
    scan = found.format.read(found.source(tmp_path / "no folder" / "hashes.json"), None)
    assert [image.file for image in scan.colour] == ["c0.png", "c2.png", "c3.png", "c5.png"]
    assert scan.skipped == (("c1.png", "it is black"), ("c4.png", "it is black"))
    assert scan.world_from_camera[:, 0, 3].tolist() == [0, 2, 3, 5]


def test_frames_are_counted_as_if_none_were_left_out(tmp_path: Path):
    skip = listed(tmp_path / "skip.json", ("c1.png", "d1.png"), ("c4.png", "d4.png"))
    listing = find_scan(plain(tmp_path / "scan"), "auto", "2:6", None, skip).listing
    assert [frame.row for frame in listing.frames] == [2, 3, 5]
    assert listing.skipped == (("c4.png", "it is black"),)


def test_the_key_is_of_what_the_list_says_and_not_of_where_it_lies(tmp_path: Path):
    scan, names = plain(tmp_path / "scan"), ("c1.png", "d1.png")
    whole = find_scan(scan, "auto", ":", None)
    here = find_scan(scan, "auto", ":", None, listed(tmp_path / "skip.json", names))
    there = find_scan(scan, "auto", ":", None, listed(tmp_path / "other/list.json", names))
    other = find_scan(scan, "auto", ":", None, listed(tmp_path / "third.json", ("c2.png", "d2.png")))
    reason = find_scan(scan, "auto", ":", None, listed(tmp_path / "fourth.json", names, reason="it jumps"))
    nothing = find_scan(scan, "auto", ":", None, listed(tmp_path / "fifth.json"))
    assert key(here) == key(there)
    assert len({key(found) for found in (whole, here, other, reason)}) == 4
    assert key(nothing) == key(whole)


def test_frames_that_share_an_image_are_told_apart_by_the_other(tmp_path: Path):
    scan = plain(tmp_path / "scan")
    index = json.loads((scan / "scan.json").read_text())
    index["frames"] = [frame | {"colour": "c0.png"} for frame in index["frames"]]
    (scan / "scan.json").write_text(json.dumps(index))
    found = find_scan(scan, "auto", ":", None, listed(tmp_path / "skip.json", ("c0.png", "d3.png")))
    assert [frame.row for frame in found.listing.frames] == [0, 1, 2, 4, 5]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "skip.json cannot be read: No such file"),
        ("", "skip.json lists no frames"),
        ("[]", "skip.json lists no frames"),
        ('{"skip": [{"colour": "c1.png"}]}', "skip.json lists no frames"),
        ('{"skip": [{"colour": 1, "depth": 2, "reason": 3}]}', "skip.json lists no frames"),
        ('{"skip": 7}', "skip.json lists no frames"),
        ("\udcff", "skip.json lists no frames"),
        ('{"skip": [{"colour": "x.png", "depth": "d1.png", "reason": ""}]}', "x.png with d1.png, which is no frame of"),
    ],
)
def test_what_is_no_list_for_the_scan_is_told_in_a_sentence(tmp_path: Path, content: str | None, sentence: str):
    scan, skip = plain(tmp_path / "scan"), tmp_path / "skip.json"
    if content is not None:
        skip.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=sentence):
        find_scan(scan, "auto", ":", None, skip)
