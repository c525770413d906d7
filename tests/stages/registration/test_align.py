"""A motion between two views is found, or none is; one that is wrong does not pass the check."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geo3d.scene.frames import read_frame
from tests.walks import room, take, unlocated, walk

pytest.importorskip("open3d")
pytestmark = pytest.mark.filterwarnings("ignore")  # open3d's imports warn
TRUE = walk(2)


@pytest.fixture
def views(tmp_path: Path) -> list[Any]:
    """Two of one room, and one of another."""
    from geo3d.stages.registration.views import view_of

    for row, (seed, half) in enumerate([(0, 1.6), (0, 1.6), (5, 1.2)]):
        take(tmp_path, row, room(seed, half), TRUE[min(row, 1)], seed, True)
    scan = unlocated(tmp_path, 3)
    return [view_of(read_frame(scan, row)) for row in range(3)]


def judge(source: Any, target: Any, motion: np.ndarray) -> Any:
    from geo3d.stages.registration.step import judged
    from geo3d.stages.registration.views import cloud_of

    return judged(source, target, (cloud_of(source), cloud_of(target)), motion, None)


def test_the_motion_between_two_views_is_found(views: list[Any]):
    from geo3d.stages.registration.align import align

    step = align(views[1], views[0], None)
    assert step is not None
    np.testing.assert_allclose(step.target_from_source, np.linalg.inv(TRUE[0]) @ TRUE[1], atol=0.01)


def test_views_of_different_rooms_are_not_aligned(views: list[Any]):
    from geo3d.stages.registration.align import align

    assert align(views[2], views[0], np.eye(4)) is None


@pytest.mark.parametrize(("axis", "metres"), [(0, 0.15), (1, 0.15), (2, 0.15), (2, -0.15)])
def test_a_motion_that_is_off_does_not_hold(views: list[Any], axis: int, metres: float):
    motion = np.linalg.inv(TRUE[0]) @ TRUE[1]
    assert judge(views[1], views[0], motion).holds
    motion[axis, 3] += metres
    assert not judge(views[1], views[0], motion).holds
