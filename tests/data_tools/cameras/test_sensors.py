import numpy as np
import pytest

from geo3d.data_tools.cameras.sensors import camera_colour, structured_light

SIZE = 240, 320


def flat(depth: float, cosine: float = 1.0, brightness: float = 0.8, strength: float = 1.0) -> np.ndarray:
    wall, cosines, colour = (np.full(SIZE, value, np.float32) for value in (depth, cosine, brightness))
    return structured_light(wall, cosines, colour, np.random.default_rng(0), strength)


@pytest.mark.parametrize("depth", [0.5, 1.0, 2.0, 3.0, 4.0])
@pytest.mark.parametrize("degrees", [0, 30, 60])
@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_a_walls_noise_spreads_as_the_equation_says(depth: float, degrees: float, strength: float):
    measured = flat(depth, np.cos(np.radians(degrees)), strength=strength)
    angle = np.radians(degrees)
    equation = 0.0012 + 0.0019 * (depth - 0.4) ** 2 + 0.0001 / depth**0.5 * angle**2 / (np.pi / 2 - angle) ** 2
    assert measured[measured > 0].std() == pytest.approx(strength * equation, rel=0.06)
    assert measured[measured > 0].mean() == pytest.approx(depth, abs=0.1 * equation)
    assert (measured == 0).mean() < 0.02


def test_disparities_are_whole_eighths_of_a_pixel():
    measured = flat(3.0)
    disparities = 8 * 585 * 0.075 / measured[measured > 0].astype(np.float64)
    assert np.abs(disparities - disparities.round()).max() < 1e-3


def test_grazed_walls_are_holes():
    lost = [(flat(2.0, np.cos(np.radians(degrees))) == 0).mean() for degrees in (70, 77, 79, 81)]
    assert lost[0] < 0.02
    assert 0.1 < lost[1] < lost[2] < 0.99
    assert lost[3] == 1


def test_dark_and_far_walls_are_holes():
    assert (flat(1.0, brightness=0.05) == 0).mean() < 0.02
    assert (flat(3.0, brightness=0.02) == 0).mean() > 0.9
    assert (flat(5.0, brightness=0.15) == 0).mean() > (flat(4.0, brightness=0.15) == 0).mean()


@pytest.mark.parametrize("strength", [0.0, 1.0])
def test_nothing_is_measured_out_of_range(strength: float):
    for depth in (0.0, 0.2, 7.0):
        assert not flat(depth, strength=strength).any()


def test_a_box_casts_a_shadow_on_its_left_as_wide_as_the_disparities_differ():
    depth = np.full(SIZE, 3.0, np.float32)
    depth[:, 150:220] = 1.0
    ones = np.ones(SIZE, np.float32)
    measured = structured_light(depth, ones, ones, np.random.default_rng(0), 1.0)
    wide = 585 / 640 * 320 * 0.075 * (1 / 1.0 - 1 / 3.0)
    lost = (measured == 0).mean(axis=0)
    assert (lost[150 - round(wide) + 5 : 147] > 0.9).all()
    assert (lost[: 150 - round(wide) - 5] < 0.05).all()
    assert (lost[[149, 150, 219, 220]] > 0.3).all()
    assert (lost[np.r_[154:216, 226:320]] < 0.05).all()


def test_borders_of_things_are_ragged():
    depth = np.full(SIZE, 1.0, np.float32)
    depth[:, 160:] = 1.08
    ones = np.ones(SIZE, np.float32)
    measured = structured_light(depth, ones, ones, np.random.default_rng(0), 1.0)
    near = np.abs(measured - 1.0) < 0.02
    share = near[:, 155:165].mean(axis=0)
    # A pixel looks 0.8 pixels beside itself: past the edge lie the normal distribution's tails.
    assert share[:2].min() > 0.95
    assert 0.2 < share[5] < 0.35
    assert share[-2:].max() < 0.05


def test_the_perfect_sensor_is_exact():
    random = np.random.default_rng(0)
    depth = random.uniform(0.3, 6, SIZE).astype(np.float32)
    depth[random.random(SIZE) < 0.1] = 0
    cosines, brightness = random.random((2, *SIZE), np.float32)
    assert (structured_light(depth, cosines, brightness, random, 0.0) == depth).all()
    image = random.integers(0, 256, (*SIZE, 3), dtype=np.uint8)
    assert (camera_colour(image, random, 0.0) == image).all()


def test_the_same_seed_gives_the_same_images():
    assert (flat(2.0) == flat(2.0)).all()
    image = np.full((*SIZE, 3), 90, np.uint8)
    one, other = (camera_colour(image, np.random.default_rng(3), 1.0) for _ in range(2))
    assert one.dtype == np.uint8
    assert (one == other).all()


def test_colour_keeps_its_mean_but_for_exposure_and_is_noisy():
    image = np.zeros((*SIZE, 3), np.uint8)
    image[:] = (60, 100, 140)
    exposures = []
    for seed in range(20):
        taken = camera_colour(image, np.random.default_rng(seed), 1.0).astype(float)
        exposures.append(taken.mean(axis=(0, 1)) / (60, 100, 140))
        spread = taken.std(axis=(0, 1))
        expected = np.sqrt(1.5**2 + 0.05 * taken.mean(axis=(0, 1)) + 1 / 12)
        assert spread == pytest.approx(expected, rel=0.2)
    assert np.abs(np.log(np.mean(exposures))) < 0.1
    assert 0.05 < np.std(np.log(exposures)) < 0.25


def test_blur_spreads_an_edge_evenly_by_at_most_a_pixel():
    image = np.zeros((*SIZE, 3), np.uint8)
    image[:, 160:] = 200
    widths = []
    for seed in range(10):
        column = camera_colour(image, np.random.default_rng(seed), 1.0)[..., 1].astype(float).mean(axis=0)
        steps = np.diff(column) / (column[-20:].mean() - column[:20].mean())
        assert np.abs(steps[np.r_[:157, 162:319]]).max() < 0.02
        assert steps[158] == pytest.approx(steps[160], abs=0.02)
        widths.append(1 - steps[159])
    assert max(widths) > 0.2
    assert min(widths) > -0.01
