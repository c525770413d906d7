import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from geo3d.metrics.alignment import Similarity, umeyama


def moved(points: np.ndarray, scale: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rotation, translation = Rotation.from_rotvec([0.3, -2.0, 0.9]).as_matrix(), np.array([1.0, -4.0, 0.5])
    return scale * points @ rotation.T + translation, rotation, translation


def test_a_motion_with_scale_is_found_again():
    points = np.random.default_rng(0).normal(size=(40, 3))
    true, rotation, translation = moved(points, 2.5)
    found = umeyama(points, true, with_scale=True)
    assert found.rotation == pytest.approx(rotation, abs=1e-12)
    assert found.translation == pytest.approx(translation, abs=1e-12)
    assert found.scale == pytest.approx(2.5)
    assert found.determined


def test_the_rotation_is_scipys_and_nothing_near_is_better():
    random = np.random.default_rng(1)
    given, true = random.normal(size=(2, 30, 3))
    found = umeyama(given, true, with_scale=False)
    wanted = Rotation.align_vectors(true - true.mean(0), given - given.mean(0))[0]
    assert found.rotation == pytest.approx(wanted.as_matrix(), abs=1e-9)
    nothing_near_is_better(given, true, umeyama(given, true, with_scale=True))


def nothing_near_is_better(given: np.ndarray, true: np.ndarray, scaled: Similarity) -> None:
    random = np.random.default_rng(4)
    least = squares(given, true, scaled.rotation, scaled.translation, scaled.scale)
    for _ in range(50):
        turn = Rotation.from_rotvec(random.normal(scale=0.05, size=3)).as_matrix()
        shift, factor = random.normal(scale=0.05, size=3), 1 + random.normal() * 0.05
        other = (turn @ scaled.rotation, scaled.translation + shift, scaled.scale * factor)
        assert squares(given, true, *other) > least


def squares(given: np.ndarray, true: np.ndarray, rotation: np.ndarray, translation: np.ndarray, scale: float) -> float:
    return float(((scale * given @ rotation.T + translation - true) ** 2).sum())


def test_points_are_not_mirrored():
    points = np.random.default_rng(2).normal(size=(40, 3))
    found = umeyama(points, points * [-1, 1, 1], with_scale=False)
    assert np.linalg.det(found.rotation) == pytest.approx(1)
    nothing_near_is_better(points, points * [-1, 1, 1], umeyama(points, points * [-1, 1, 1], with_scale=True))


@pytest.mark.parametrize("with_scale", [False, True])
def test_points_on_a_line_are_aligned_though_no_rotation_is_determined(with_scale: bool):
    points = np.linspace(0, 3, 10)[:, None] * [1.0, 2.0, 2.0]
    true, _, _ = moved(points, 2.0 if with_scale else 1.0)
    found = umeyama(points, true, with_scale)
    assert not found.determined
    assert squares(points, true, found.rotation, found.translation, found.scale) < 1e-20


@pytest.mark.parametrize("count", [1, 5])
def test_points_at_one_place_have_scale_1(count: int):
    here, spread = np.full((count, 3), 0.1), np.random.default_rng(3).normal(size=(count, 3))
    for given, true in ((here, 2 * here), (here, spread), (spread, here)):
        found = umeyama(given, true, with_scale=True)
        assert found.scale == 1
        assert not found.determined
        assert given.mean(0) @ found.rotation.T + found.translation == pytest.approx(true.mean(0))
