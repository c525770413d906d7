"""Charts: what they say, and that it fits."""

import re

import pytest

from geo3d.data_tools.benchmarks.protocol import Curve
from geo3d.data_tools.benchmarks.results.charts import LEGEND, LETTER, NAMES, bars, lines
from geo3d.data_tools.benchmarks.results.tables import shown

LONG = "rgbd_dataset_freiburg1_desk_with_person_validation"


def test_names_fit_beside_bars_and_lines_and_can_be_read_in_full():
    curve = lines(Curve("error", "time", "metres", {LONG: ([0, 1], [0, 1])}))
    for drawn, room in ((bars([LONG, "chair"], [0.5, 1]), NAMES), (curve, LEGEND)):
        (kept,) = re.findall(r">([^<>]*…[^<>]*)<", drawn)
        assert len(kept) * LETTER <= room
        assert kept.startswith("rgbd")
        assert kept.endswith("ation")
        assert f"<title>{LONG}</title>" in drawn
    assert ">chair<" in bars(["chair"], [1.0])


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.5, "0.5000"), (12345.678, "12345.6780"), (0.0, "0.0000"), (0.001234567, "0.001235"), (-4.2e-6, "-4.2e-06")],
)
def test_small_numbers_keep_their_digits(value: float, said: str):
    assert shown(value) == said


def test_counts_are_whole_and_what_is_no_number_is_a_dash():
    assert [shown(1234567), shown(float("nan")), shown(float("inf"))] == ["1,234,567", "-", "-"]
