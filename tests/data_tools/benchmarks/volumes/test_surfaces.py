import numpy as np

from geo3d.data_tools.benchmarks.pictures import IGNORED, RIGHT, WRONG
from geo3d.data_tools.benchmarks.volumes.surfaces import class_panels, distance_panels

SHADES = np.array([[10, 20, 30], [40, 50, 60]], np.uint8)


def colours(picture: np.ndarray) -> set[tuple[int, ...]]:
    return {tuple(int(value) for value in colour) for colour in picture.reshape(-1, 3)}


def thirds(picture: np.ndarray) -> list[np.ndarray]:
    assert picture.shape[1] % 3 == 0
    return np.split(picture, 3, axis=1)


def test_errors_are_red_where_they_count_and_pale_elsewhere():
    truth, prediction, region = np.zeros((4, 4, 1)), np.zeros((4, 4, 1)), np.ones((4, 4, 1), bool)
    prediction[0], region[1] = 5, False
    drawn = thirds(distance_panels(truth, prediction, region, 2.5, opened=False))[2]
    assert colours(drawn) == {(255, 255, 255), RIGHT, WRONG, IGNORED}


def test_classes_have_their_colours_and_mistakes_are_red():
    truth, prediction, counted = np.zeros((4, 4, 1), int), np.ones((4, 4, 1), int), np.ones((4, 4, 1), bool)
    prediction[0], counted[1], prediction[2, 0] = 0, False, 7
    shown = np.ones((4, 4, 1), bool)
    true, given, right = thirds(class_panels(truth, prediction, (shown, shown), counted, SHADES))
    assert colours(true) == {(255, 255, 255), (10, 20, 30)}
    assert colours(given) == {(255, 255, 255), (10, 20, 30), (40, 50, 60), IGNORED}
    assert colours(right) == {(255, 255, 255), RIGHT, WRONG, IGNORED}


def test_a_ceiling_does_not_hide_what_is_below_it():
    labels = np.zeros((4, 4, 10), int)
    labels[:, :, 9] = 1
    shown = labels >= 0
    true, _, _ = thirds(class_panels(labels, labels, (shown, shown), shown, SHADES))
    assert (40, 50, 60) not in colours(true)


def test_nothing_gives_an_empty_picture():
    nothing = np.zeros((2, 2, 2), bool)
    assert colours(class_panels(nothing * 1, nothing * 1, (nothing, nothing), nothing, SHADES)) == {(255, 255, 255)}
