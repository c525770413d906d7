"""Pictures whose every pixel is known."""

import pytest
import torch

from geo3d.ops.shading import AMBIENT, headlight

INTRINSICS = torch.tensor([[40.0, 0, 15.5], [0, 40.0, 11.5], [0, 0, 1]], dtype=torch.float64)
SQUARE = torch.tensor([[-0.5, -0.25, 2.0], [0.5, -0.25, 2.0], [0.5, 0.25, 2.0], [-0.5, 0.25, 2.0]])  # 20 x 10 pixels
FACES = torch.tensor([[0, 2, 1], [0, 3, 2]]).int()
TOWARDS = torch.tensor([[0.0, 0.0, -1.0]]).expand(4, 3)
RED = torch.tensor([[0.8, 0.0, 0.0]]).expand(4, 3)


def test_a_square_seen_straight_on_has_its_colour_where_it_is_and_half_of_it_on_its_rim():
    shifted = INTRINSICS.clone()
    shifted[0, 2] += 0.5  # its left and right rims now cut pixels in half
    image = headlight(SQUARE, FACES, TOWARDS, RED, torch.eye(4).double(), shifted, (24, 32), samples=4)
    assert (image[:7] == 255).all()
    assert (image[17:] == 255).all()
    assert (image[12, 16].float() - torch.tensor([204.0, 0, 0])).abs().max() <= 1
    lit = AMBIENT + (1 - AMBIENT) * (1 + (10 / 40) ** 2) ** -0.5  # at the rims the light falls in from the side
    for column in (6, 26):
        assert float(image[12, column, 0]) == pytest.approx(0.5 * 255 + 0.5 * 204 * lit, abs=2)


def test_the_light_falls_off_with_the_cosine_and_backs_are_not_seen():
    tilted = torch.nn.functional.normalize(torch.tensor([[0.0, 1.0, -1.0]]), dim=1).expand(4, 3)
    image = headlight(SQUARE, FACES, tilted, RED, torch.eye(4).double(), INTRINSICS, (24, 32))
    assert float(image[11:13, 15:17, 0].float().mean()) == pytest.approx(
        204 * (AMBIENT + (1 - AMBIENT) * 0.5**0.5), abs=1.5
    )
    assert (headlight(SQUARE, FACES.flip(1), TOWARDS, RED, torch.eye(4).double(), INTRINSICS, (24, 32)) == 255).all()
