import numpy as np
import pytest

from geo3d.metrics.association import closest_stamps_once, nearest_stamps


def slow_nearest(first: np.ndarray, second: np.ndarray, most: float) -> list[list[int]]:
    swap = not len(first) < len(second)
    short, long = (second, first) if swap else (first, second)
    pairs = []
    for i, stamp in enumerate(short):
        apart = [abs(other - stamp) for other in long]
        if min(apart) <= most:
            j = apart.index(min(apart))
            pairs.append([j, i] if swap else [i, j])
    return pairs


def slow_once(first: np.ndarray, second: np.ndarray, most: float) -> list[list[int]]:
    rows = {stamp: i for i, stamp in enumerate(first)}, {stamp: i for i, stamp in enumerate(second)}
    near = sorted((abs(a - b), a, b) for a in rows[0] for b in rows[1] if abs(a - b) < most)
    left, right, pairs = set(rows[0]), set(rows[1]), []
    for _, a, b in near:
        if a in left and b in right:
            left.remove(a)
            right.remove(b)
            pairs.append((a, b))
    return [[rows[0][a], rows[1][b]] for a, b in sorted(pairs)]


def test_stamps_are_paired_as_in_the_slow_loops():
    random = np.random.default_rng(0)
    for _ in range(200):
        first, second = (np.sort(random.random(random.integers(1, 30))) for _ in range(2))
        assert nearest_stamps(first, second, 0.03).tolist() == slow_nearest(first, second, 0.03)
        assert closest_stamps_once(first, second, 0.03).tolist() == slow_once(first, second, 0.03)
        random.shuffle(first)
        random.shuffle(second)
        assert nearest_stamps(first, second, 0.03).tolist() == slow_nearest(first, second, 0.03)
        assert closest_stamps_once(first, second, 0.03).tolist() == slow_once(first, second, 0.03)


def test_whole_stamps_with_ties_are_paired_once_as_in_the_slow_loop():
    random = np.random.default_rng(1)
    for _ in range(200):
        first, second = (random.integers(0, 12, random.integers(1, 9)).astype(float) for _ in range(2))
        assert closest_stamps_once(first, second, 3.0).tolist() == slow_once(first, second, 3.0)


def test_the_limit_is_within_for_the_nearest_and_not_for_the_closest():
    first, second = np.array([0.0, 1.0]), np.array([0.25, 1.375, 9.0])
    assert nearest_stamps(first, second, 0.25).tolist() == [[0, 0]]
    assert nearest_stamps(first, second, 0.375).tolist() == [[0, 0], [1, 1]]
    assert closest_stamps_once(first, second, 0.25).tolist() == []
    assert closest_stamps_once(first, second, 0.375).tolist() == [[0, 0]]


def test_of_two_as_near_the_earlier_is_taken():
    assert nearest_stamps(np.array([1.0]), np.array([0.5, 1.5]), 0.5).tolist() == [[0, 0]]
    assert nearest_stamps(np.array([1.0]), np.array([1.5, 0.5]), 0.5).tolist() == [[0, 0]]  # the first where unsorted


def test_a_stamp_can_be_nearest_twice_but_is_closest_once():
    first, second = np.array([0.0, 0.5]), np.array([0.2, 5.0, 6.0])
    assert nearest_stamps(first, second, 1.0).tolist() == [[0, 0], [1, 0]]
    assert closest_stamps_once(first, second, 1.0).tolist() == [[0, 0]]


@pytest.mark.parametrize("pair", [nearest_stamps, closest_stamps_once])
def test_without_stamps_that_are_near_there_are_no_pairs(pair):
    assert pair(np.array([0.0, 1.0]), np.array([5.0]), 0.1).shape == (0, 2)
