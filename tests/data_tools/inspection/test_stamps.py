"""Time that jumps or goes back is found; irregular time is not a fault."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from geo3d.data_tools.inspection.checks import inspect_facts
from geo3d.data_tools.inspection.gather import gather
from geo3d.data_tools.inspection.stamps import frame_rate, time_goes_back, time_jumps
from geo3d.data_tools.inspection.summary import measure
from geo3d.data_tools.scans.formats import find_scan
from tests.data_tools.inspection.drafts import made

REGULAR = [1e9 + row / 30 for row in range(40)]


def test_regular_and_irregular_time_is_no_fault():
    jittered = np.cumsum(np.random.default_rng(0).uniform(0.01, 0.12, 200)).tolist()
    for stamps in (REGULAR, jittered, [None] * 5, [3.0], []):
        assert time_goes_back(stamps) == time_jumps(stamps) == []


def test_frames_before_the_one_before_are_named():
    for wrong in (REGULAR[4], REGULAR[3], REGULAR[4] - 100):  # the same, earlier, long before
        (finding,) = time_goes_back([*REGULAR[:5], wrong, *REGULAR[6:]])
        assert (finding.level, finding.frames) == ("warning", (5,))


def test_frames_after_a_gap_are_named_and_frames_without_stamps_do_not_count():
    stamps: list[float | None] = [stamp + 7.0 * (row >= 10) for row, stamp in enumerate(REGULAR)]
    stamps[20] = None
    (finding,) = time_jumps(stamps)
    assert finding.frames == (10,)
    assert "by up to 7.03 s" in finding.sentence


@pytest.mark.parametrize("stamps", [REGULAR, [None, *REGULAR]])
def test_the_frame_rate_is_that_of_the_median_gap(stamps: list[float | None]):
    assert frame_rate(stamps) == pytest.approx(30, rel=1e-4)
    assert frame_rate([None, 3.0]) is None


def test_stamps_of_a_format_are_looked_at(tmp_path: Path):
    found = find_scan(made(tmp_path / "scan", frames=8).write(), "auto", ":", None)
    stamped = tuple(
        dataclasses.replace(frame, stamp=stamp)
        for frame, stamp in zip(found.listing.frames, [0, 0.1, 0.2, 0.15, 0.3, 9.3, 9.4, 9.5], strict=True)
    )
    facts = gather(found.folder, found.format, dataclasses.replace(found.listing, frames=stamped))
    assert [(finding.check, finding.frames) for finding in inspect_facts(facts)] == [
        ("time goes back", (3,)),
        ("time jumps", (5,)),
    ]
    assert measure(facts)["frame_rate"] == pytest.approx(10)
