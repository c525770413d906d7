"""Images of lenses become those of pinholes, as OpenCV has it."""

import cv2
import numpy as np
import pytest

from geo3d.scene.undistort import NAMES, source_pixels, undistorted

K = np.array([[70.0, 0, 33.2], [0, 74.0, 22.9], [0, 0, 1]])
SIZE = (48, 64)
LENSES = {
    "barrel": [-0.3, 0.1, 0, 0, 0, 0, 0, 0],
    "tangential": [0, 0, 0.02, -0.03, 0, 0, 0, 0],
    "all": [0.2, -0.1, 0.01, -0.02, 0.05, 0.1, -0.05, 0.02],
}
each = pytest.mark.parametrize("name", LENSES)


@each
def test_pixels_come_from_where_opencv_finds_them(name: str):
    lens = np.array(LENSES[name])
    found = source_pixels(K, lens, *SIZE)
    columns, rows = cv2.initUndistortRectifyMap(K, lens, np.eye(3), K, SIZE[::-1], cv2.CV_32FC1)
    np.testing.assert_allclose(found, np.stack([columns, rows], axis=-1), rtol=0, atol=1e-5)
    assert np.abs(found - np.stack(np.meshgrid(np.arange(64), np.arange(48)), axis=-1)).max() > 0.5


@each
def test_images_are_those_that_opencv_maps(name: str):
    lens, pixels = np.array(LENSES[name]), np.random.default_rng(0).integers(1, 255, (*SIZE, 3)).astype(np.uint8)
    depth = pixels[..., 0].astype(np.float32)
    columns, rows = np.rint(source_pixels(K, lens, *SIZE)).astype(np.float32).transpose(2, 0, 1)
    edge = cv2.remap(pixels, columns, rows, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    none = cv2.remap(depth, columns, rows, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=[0])
    np.testing.assert_array_equal(undistorted(pixels, K, lens), edge)
    np.testing.assert_array_equal(undistorted(depth, K, lens, outside=0.0), none)


def test_a_pinholes_image_stays_as_it_is():
    pixels = np.random.default_rng(0).integers(0, 255, (*SIZE, 3)).astype(np.uint8)
    np.testing.assert_array_equal(undistorted(pixels, K, np.zeros(8)), pixels)


def test_a_lens_that_sends_rays_nowhere_sees_nothing_there():
    depth = np.ones(SIZE, np.float32)
    poles = np.array([0, 0, 0, 0, 0, -1 / ((16 - 33.2) / 70) ** 2, 0, 0])
    for lens in (np.full(8, 1e300), np.full(8, np.nan), poles):
        assert set(np.unique(undistorted(depth, K, lens, outside=0.0))) <= {0, 1}
    assert len(NAMES) == 8
