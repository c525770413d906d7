"""Planted faults of every kind are found and named, and nothing else is; clean scans are clean."""

from pathlib import Path

import pytest

from geo3d.data_tools.inspection.inspect_scan import inspect_scan
from tests.data_tools.inspection.drafts import Draft, clone, made
from tests.data_tools.inspection.faults import FAULTS, WHOLE_SCAN
from tests.scenes import all_around, box, in_a_room, sphere, write_scan


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Draft:
    return made(tmp_path_factory.mktemp("scans") / "noisy", noise=0.005)


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found_and_named(tmp_path: Path, draft: Draft, name: str):
    fault, spoiled = FAULTS[name], clone(draft, tmp_path / "scan")
    rows = fault.plant(spoiled)
    inspection = inspect_scan(spoiled.write())
    assert {finding["check"] for finding in inspection["findings"]} - fault.also == {fault.check}
    (finding,) = (finding for finding in inspection["findings"] if finding["check"] == fault.check)
    assert finding["frames"] == [spoiled.frames[row]["colour"] for row in sorted(rows or ())]
    assert bool(finding["repair"]) == (rows is WHOLE_SCAN or name == "not measured as 65535")
    skipped = [] if name == "not measured as 65535" else finding["frames"]
    assert [entry["colour"] for entry in inspection["skip"]] == skipped
    assert all(entry["reason"] for entry in inspection["skip"])


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("transform missing", "no transform"),
        ("transform NaN", "a transform with NaN or infinity"),
        ("transform -inf", "a transform of -infinity, which stands for a lost camera"),
        ("transform scaled", "a transform that is not rigid"),
    ],
)
def test_a_transform_of_no_use_is_told_apart_from_others(tmp_path: Path, draft: Draft, name: str, reason: str):
    spoiled = clone(draft, tmp_path / "scan")
    FAULTS[name].plant(spoiled)
    assert {entry["reason"] for entry in inspect_scan(spoiled.write())["skip"]} == {reason}


@pytest.mark.parametrize("noise", [0.0, 0.005])
def test_nothing_is_found_on_a_clean_scan(tmp_path: Path, noise: float):
    assert inspect_scan(made(tmp_path / "scan", noise=noise).write())["findings"] == []


SOLIDS = {"ball": sphere(0.3), "box": box(0.3, 0.4), "box in a room": in_a_room(box(0.3, 0.4), 1.5)}


@pytest.mark.parametrize("noise", [0.0, 0.003])
@pytest.mark.parametrize("name", SOLIDS)
def test_nothing_is_found_where_views_hop_around_a_solid(tmp_path: Path, name: str, noise: float):
    """A ball looks the same from everywhere, and all frames share a colour image: no frozen stream."""
    scan = write_scan(tmp_path / "scan", SOLIDS[name], all_around(1.2), noise=noise)
    assert inspect_scan(scan)["findings"] == []


@pytest.mark.parametrize("name", ["7scenes_kitchen", "hololens", "redwood"])
def test_nothing_is_found_on_real_scans(shared_data: Path, name: str):
    inspection = inspect_scan(shared_data / "scans" / name, frames=":20")
    assert inspection["findings"] == []
    assert inspection["scan_in_numbers"]["agreement"] < 0.02


@pytest.mark.parametrize(
    ("name", "repair"),
    [
        ("depth unit 1 for 0.001", "depth_unit: 0.001 instead of 1"),
        ("depth unit 0.001 for 0.0002", "depth_unit: 0.001 instead of 0.005"),
        ("depth unit 0.0002 for 0.001", "depth_unit: 0.001 instead of 0.0002"),
        ("intrinsics of half the size", "multiply the first two rows of intrinsics by 2"),
        ("colour twice as large, one matrix", "multiply the first two rows of colour_intrinsics by 2"),
    ],
)
def test_the_repair_undoes_what_was_planted(tmp_path: Path, draft: Draft, name: str, repair: str):
    spoiled = clone(draft, tmp_path / "scan")
    FAULTS[name].plant(spoiled)
    assert [finding["repair"] for finding in inspect_scan(spoiled.write())["findings"]] == [repair]
