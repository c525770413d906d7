"""A scan of any format can be inspected, whole or broken."""

from contextlib import suppress
from pathlib import Path

import pytest

from geo3d.data_tools.inspection.inspect_scan import inspect_scan
from geo3d.errors import InputError
from tests.data_tools.scans.test_formats import COUNTS_A_METRE, WRITERS, place, transforms


@pytest.mark.parametrize("name", WRITERS)
def test_a_scan_of_every_format_can_be_inspected(tmp_path: Path, name: str):
    WRITERS[name](tmp_path, transforms(5))
    inspection = inspect_scan(place(tmp_path))
    numbers = inspection["scan_in_numbers"]
    assert (inspection["scan_format"], numbers["frames"], numbers["frames_with_transform"]) == (name, 5, 5)
    assert numbers["depth"]["size"] == (12, 16)
    middle = 3100 / COUNTS_A_METRE.get(name, 1000)  # the frames have counts from 1000 to 5000
    assert numbers["depth_percentiles"]["50"] == pytest.approx(middle, rel=0.03)
    assert numbers["path_length"] == pytest.approx(4 * 2**0.5, rel=1e-3)


def test_of_a_scan_without_transforms_it_is_said_that_they_are_found(tmp_path: Path):
    WRITERS["7scenes"](tmp_path, [None] * 5)
    inspection = inspect_scan(place(tmp_path))
    told = [finding for finding in inspection["findings"] if finding["check"] == "transform"]
    assert [(finding["level"], finding["frames"]) for finding in told] == [("warning", [])]
    assert told[0]["repair"] == "geo3d scan-to-mesh finds the camera's path in the images"


@pytest.mark.parametrize("name", WRITERS)
def test_a_format_with_a_file_cut_off_is_inspected_or_refused_in_a_sentence(tmp_path: Path, name: str):
    WRITERS[name](tmp_path, transforms(5))
    files = {"".join(path.suffixes) + path.parent.name: path for path in tmp_path.rglob("*") if path.is_file()}
    for path in files.values():
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2])
        with suppress(InputError):
            assert inspect_scan(place(tmp_path))["findings"]
        path.write_bytes(content)
