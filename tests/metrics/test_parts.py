import numpy as np

from geo3d.metrics.parts import part_ious


def test_ious_are_those_of_sets_of_points():
    random = np.random.default_rng(0)
    truth, prediction = random.integers(3, 7, 200), random.integers(3, 7, 200)
    for part, iou in zip(range(3, 7), part_ious(truth, prediction, range(3, 7)), strict=True):
        true, given = set(np.flatnonzero(truth == part)), set(np.flatnonzero(prediction == part))
        assert iou == len(true & given) / len(true | given)


def test_a_part_in_neither_is_all_right_and_one_in_either_is_all_wrong():
    truth, prediction = np.array([0, 0, 1]), np.array([0, 0, 2])
    assert part_ious(truth, prediction, [0, 1, 2, 3]).tolist() == [1, 0, 0, 1]
