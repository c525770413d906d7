"""Colour under lamps, against a slow twin and by hand."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from geo3d.ops.painting import Lamps, Surfaces, _paint_reference, linear, paint, srgb, with_shadows
from geo3d.ops.raster import rasterize
from tests.scenes import no_pictures

INTRINSICS = torch.tensor([[60.0, 0, 39.5], [0, 60.0, 29.5], [0, 0, 1]], dtype=torch.float64)
SIZE = (60, 80)


VIEW = torch.tensor([[0.8, 0.6, 0, 0.1], [-0.6, 0.8, 0, -0.2], [0, 0, 1, 0.3], [0, 0, 0, 1]], dtype=torch.float64)


def some_surfaces(faces: int, random: torch.Generator) -> Surfaces:
    return Surfaces(
        uv=4 * torch.randn(faces, 3, 2, generator=random),
        face_materials=torch.randint(5, (faces,), generator=random).int(),
        colours=torch.randint(256, (5, 3), generator=random).to(torch.uint8),
        seconds=torch.randint(256, (5, 3), generator=random).to(torch.uint8),
        patterns=torch.tensor([0, 1, 2, 1, 0]).int(),
        masks=torch.randint(256, (3, 256, 256), generator=random).to(torch.uint8),
        **no_pictures(5),
    )


def with_pictures(surfaces: Surfaces, vertices: int, random: torch.Generator) -> Surfaces:
    """Three pictures, one of them a single texel, on all materials but two; and vertices of all colours."""
    sizes = torch.tensor([[7, 5], [1, 1], [3, 16]]).int()
    return replace(
        surfaces,
        pictures=torch.tensor([2, -1, 0, 1, -1]).int(),
        picture_sizes=sizes,
        texels=torch.randint(256, (int(sizes.prod(dim=1).sum()), 3), generator=random).byte(),
        vertex_colours=torch.randint(256, (vertices, 3), generator=random).byte(),
    )


@pytest.mark.parametrize("pictures", [False, True])
def test_the_kernel_paints_what_its_slow_twin_paints(pictures: bool):
    random = torch.Generator().manual_seed(0)
    vertices = torch.randn(900, 3, generator=random) * 2
    faces = torch.arange(900, dtype=torch.int32).reshape(-1, 3)
    surfaces = some_surfaces(300, random)
    if pictures:
        surfaces = with_pictures(surfaces, len(vertices), random)
    lamps = Lamps(torch.randn(3, 3, generator=random), torch.rand(3, 3, generator=random), 0.2)
    _, triangle = rasterize(vertices, faces, torch.eye(4), INTRINSICS, SIZE)
    fast = paint(vertices, faces, surfaces, lamps, torch.eye(4), INTRINSICS, triangle)
    slow = _paint_reference(vertices, faces, surfaces, lamps, torch.eye(4), INTRINSICS, triangle)
    close = ((fast - slow).abs() < 1e-4).all(dim=2)
    assert close.float().mean() > 0.995  # texels' borders may fall on either side
    assert (triangle >= 0).float().mean() > 0.5
    assert (fast[triangle < 0] == 0).all()


def test_a_lamp_lights_a_wall_as_the_formula_says():
    wall = torch.tensor([[-9.0, -9, 2], [9, -9, 2], [0, 18, 2]])
    faces, white = torch.tensor([[0, 1, 2]]).int(), torch.full((1, 3), 255, dtype=torch.uint8)
    surfaces = Surfaces(
        torch.zeros(1, 3, 2),
        torch.zeros(1).int(),
        white,
        white,
        torch.zeros(1).int(),
        torch.zeros(1, 256, 256).byte(),
        **no_pictures(1),
    )
    lamps = Lamps(torch.tensor([[0.5, 0.0, 1.0]]), torch.tensor([[0.5, 0.25, 0.0]]), 0.1)
    _, triangle = rasterize(wall, faces, torch.eye(4), INTRINSICS, SIZE)
    image = paint(wall, faces, surfaces, lamps, torch.eye(4), INTRINSICS, triangle)
    x, y = 2 * (np.array([20, 50]) - np.array([39.5, 29.5])) / 60  # where pixel (20, 50) meets the wall
    square = (x - 0.5) ** 2 + y**2 + 1
    strength = (1 / square**0.5) / (0.6 + 0.25 * square)
    assert image[50, 20].tolist() == pytest.approx([0.1 + 0.5 * strength, 0.1 + 0.25 * strength, 0.1], abs=1e-5)
    behind = Lamps(torch.tensor([[0.5, 0.0, 3.0]]), lamps.colours, 0.1)
    dark = paint(wall, faces, surfaces, behind, torch.eye(4), INTRINSICS, triangle)
    assert dark[50, 20].tolist() == pytest.approx([0.1] * 3)


def test_a_texture_repeats_and_its_rows_run_along_v():
    square = torch.tensor([[-1.0, -1, 2], [-1, 1, 2], [1, 1, 2], [1, -1, 2]])
    faces = torch.tensor([[0, 1, 2], [0, 2, 3]]).int()
    corners = (square[:, :2] + 1) / 2 * torch.tensor([1.0, 2.0])  # once along x, twice along y
    mask = torch.zeros(1, 256, 256, dtype=torch.uint8)
    mask[:, 128:] = 255  # the upper half of v shows the second colour
    black, white = torch.zeros(1, 3).byte(), torch.full((1, 3), 255).byte()
    surfaces = Surfaces(
        corners[faces.long()], torch.zeros(2).int(), black, white, torch.zeros(1).int(), mask, **no_pictures(1)
    )
    lamps = Lamps(torch.zeros(0, 3), torch.zeros(0, 3), 1.0)
    _, triangle = rasterize(square, faces, torch.eye(4), INTRINSICS, SIZE)
    image = paint(square, faces, surfaces, lamps, torch.eye(4), INTRINSICS, triangle)
    y = (torch.arange(60) - 29.5) / 60 * 2
    shown = (((y + 1) / 2 * 2) % 1 >= 0.5) & (y.abs() < 1)
    torch.testing.assert_close(image[:, 40, 0], shown.float())


CORNERS = torch.tensor([[0.0, 0], [0, 1], [1, 1], [1, 0]])
HALVES = torch.tensor([[0, 1, 2], [0, 2, 3]]).int()
DAYLIGHT = Lamps(torch.zeros(0, 3), torch.zeros(0, 3), 1.0)


def white_square(**shown: Tensor) -> Surfaces:
    """One material on two triangles with the corners of a texture."""
    white, none = torch.full((1, 3), 255).byte(), torch.zeros(1).int()
    mask = torch.zeros(1, 256, 256).byte()
    fields = {"uv": CORNERS[HALVES.long()], "face_materials": torch.zeros(2).int(), "colours": white, "seconds": white}
    return Surfaces(**(fields | {"patterns": none, "masks": mask} | no_pictures(1) | shown))


def seen_square(surfaces: Surfaces, pixels: int) -> Tensor:
    """The square from straight ahead, its corners at the corners of an image; sRGB."""
    square = torch.cat([CORNERS, torch.ones(4, 1)], dim=1)
    intrinsics = torch.tensor([[pixels, 0, -0.5], [0, pixels, -0.5], [0, 0, 1]], dtype=torch.float64)
    view = torch.eye(4), intrinsics
    _, triangle = rasterize(square, HALVES, *view, (pixels, pixels))
    assert (triangle >= 0).all()
    return srgb(paint(square, HALVES, surfaces, DAYLIGHT, *view, triangle))


def test_a_picture_in_daylight_is_shown_as_it_is():
    random = torch.Generator().manual_seed(1)
    texels = torch.randint(256, (8 * 8, 3), generator=random).byte()
    before = torch.randint(256, (6, 3), generator=random).byte()  # of another picture
    sizes = torch.tensor([[2, 3], [8, 8]]).int()
    shown = {"pictures": torch.ones(1).int(), "picture_sizes": sizes, "texels": torch.cat([before, texels])}
    image = seen_square(white_square(**shown), 8)
    assert (image.int() - texels.reshape(8, 8, 3).int()).abs().max() <= 1


def test_a_picture_is_mixed_in_light_and_goes_round():
    picture = torch.tensor([[0, 0, 0], [255, 255, 255]]).byte()
    shown = {"pictures": torch.zeros(1).int(), "picture_sizes": torch.tensor([[1, 2]]).int(), "texels": picture}
    row = seen_square(white_square(**shown), 4)[1, :, 0].int()  # middles of pixels at 1/8, 3/8, 5/8, 7/8
    quarter, most = srgb(torch.tensor([[0.25] * 3, [0.75] * 3]))[:, 0].tolist()
    assert (row - torch.tensor([quarter, quarter, most, most])).abs().max() <= 1


def test_vertex_colours_in_daylight_are_shown_as_they_are_and_multiply():
    random = torch.Generator().manual_seed(2)
    colours = torch.randint(256, (4, 3), generator=random).byte()
    square = torch.cat([CORNERS, torch.ones(4, 1)], dim=1)
    intrinsics = torch.tensor([[7.0, 0, 0], [0, 7.0, 0], [0, 0, 1]], dtype=torch.float64)  # corners at pixels' middles
    place = torch.eye(4), intrinsics
    _, triangle = rasterize(square, HALVES, *place, (8, 8))
    image = srgb(paint(square, HALVES, white_square(vertex_colours=colours), DAYLIGHT, *place, triangle))
    assert (image[[0, 7, 7, 0], [0, 0, 7, 7]].int() - colours.int()).abs().max() <= 1
    half = srgb(torch.full((1, 3), 0.5))
    dark = white_square(vertex_colours=colours, colours=half, seconds=half)
    wanted = srgb(linear(half) * linear(colours)).int()
    image = srgb(paint(square, HALVES, dark, DAYLIGHT, *place, triangle))
    assert (image[[0, 7, 7, 0], [0, 0, 7, 7]].int() - wanted).abs().max() <= 1


@pytest.mark.parametrize("size", [SIZE, (8, 700)])  # more than are looked up together
def test_the_kernel_shades_what_its_slow_twin_shades(size: tuple[int, int]):
    intrinsics = INTRINSICS if size == SIZE else torch.tensor([[300.0, 0, 350], [0, 300, 4], [0, 0, 1]]).double()
    random = torch.Generator().manual_seed(5)
    middles = 3 * torch.randn(600, 1, 3, generator=random)
    vertices = (middles + torch.randn(600, 3, 3, generator=random) / 2).reshape(-1, 3)
    faces = torch.arange(1800, dtype=torch.int32).reshape(-1, 3)
    surfaces = some_surfaces(600, random)
    lamps = Lamps(torch.randn(3, 3, generator=random), torch.rand(3, 3, generator=random), 0.2)
    shaded = with_shadows(lamps, vertices, faces, side=64)
    _, triangle = rasterize(vertices, faces, VIEW, intrinsics, size)
    images = [paint(vertices, faces, surfaces, each, VIEW, intrinsics, triangle) for each in (lamps, shaded)]
    slow = _paint_reference(vertices, faces, surfaces, shaded, VIEW, intrinsics, triangle)
    assert ((images[1] - slow).abs() < 1e-3).all(dim=2).float().mean() > 0.99
    assert (images[1] <= images[0] + 1e-6).all()
    assert (images[1] < images[0] - 1e-3).any(dim=2).float().mean() > 0.1


def on_a_floor(*plates: Tensor, lamp: list[float], shadows: bool = True) -> Tensor:
    """Light on a floor of 8 m, seen from 4 m above its middle, under a lamp alone and what is in its way."""
    corners = [torch.tensor([[-4.0, -4, 0], [4, -4, 0], [4, 4, 0], [-4, 4, 0]]), *plates]
    vertices = torch.cat(corners)
    faces = torch.cat([4 * i + HALVES for i in range(len(corners))])
    down = torch.tensor([[1.0, 0, 0, 0], [0, -1, 0, 0], [0, 0, -1, 4], [0, 0, 0, 1]], dtype=torch.float64)
    surfaces = white_square(uv=torch.zeros(len(faces), 3, 2), face_materials=torch.zeros(len(faces)).int())
    lamps = Lamps(torch.tensor([lamp]), torch.ones(1, 3), 0.0)
    lamps = with_shadows(lamps, vertices, faces) if shadows else lamps
    floor = vertices[:4], faces[:2]
    _, triangle = rasterize(*floor, down, INTRINSICS, SIZE)
    return paint(*floor, surfaces, lamps, down, INTRINSICS, triangle)[..., 0]


def test_a_plate_throws_a_shadow_as_large_as_rays_make_it():
    plate = torch.tensor([[-0.5, -0.5, 1.0], [0.5, -0.5, 1], [0.5, 0.5, 1], [-0.5, 0.5, 1]])
    lit = on_a_floor(plate, lamp=[0.2, 0.0, 3.0]) > 0
    v, u = torch.meshgrid(torch.arange(60), torch.arange(80), indexing="ij")
    x, y = (u - 39.5) / 60 * 4, -(v - 29.5) / 60 * 4
    open_floor = on_a_floor(lamp=[0.2, 0.0, 3.0], shadows=False) > 0
    beside = torch.maximum((x - (0.2 - 0.2 * 1.5)).abs(), y.abs())  # from 3 m up, half again as large as the plate
    assert not lit[beside < 0.73].any()
    assert (lit == open_floor)[beside > 0.77].all()


def test_light_stays_on_its_side_of_a_wall_and_no_floor_shades_itself():
    wall = torch.tensor([[1.0, -9, -1], [1, 9, -1], [1, 9, 9], [1, -9, 9]])
    for lamp in ([-1.0, 0.3, 0.4], [0.9, -0.5, 2.6], [0.5, 1.0, 1.2]):  # near the floor, far above, between
        image, bare = on_a_floor(wall, lamp=lamp), on_a_floor(lamp=lamp, shadows=False)
        x = (torch.arange(80) - 39.5) / 60 * 4
        assert (image[:, x > 1.06] == 0).all()  # an edge is as wide as a texel
        torch.testing.assert_close(image[:, x < 0.94], bare[:, x < 0.94])


def test_a_lamp_that_is_seen_before_nothing_or_lies_in_a_surface_leaves_no_hole():
    wall = torch.tensor([[-9.0, -9, 2], [9, -9, 2], [9, 9, 2]])
    faces, surfaces = (
        torch.tensor([[0, 1, 2]]).int(),
        white_square(uv=torch.zeros(1, 3, 2), face_materials=torch.zeros(1).int()),
    )
    intrinsics = torch.tensor([[64.0, 0, 32], [0, 64, 32], [0, 0, 1]], dtype=torch.float64)
    _, triangle = rasterize(wall, faces, torch.eye(4), intrinsics, (64, 64))
    for lamp, pixel in (([-0.25, 0.25, 1], (48, 16)), ([0.5, -0.5, 2], (16, 48))):
        lamps = with_shadows(Lamps(torch.tensor([lamp]), torch.ones(1, 3), 0.25), wall, faces)
        image = paint(wall, faces, surfaces, lamps, torch.eye(4), intrinsics, triangle)
        assert image.isfinite().all()
        assert image[pixel].tolist() == pytest.approx([0.25 if triangle[pixel] >= 0 else 0] * 3, abs=1e-4)


def test_bytes_survive_being_made_linear_and_back():
    levels = torch.arange(256).to(torch.uint8)[:, None].expand(-1, 3).contiguous()
    back = srgb(linear(levels))
    assert (back.int() - levels.int()).abs().max() <= 1
    assert linear(torch.tensor([[188, 188, 188]]).byte())[0, 0] == pytest.approx(0.5, abs=0.005)
    assert srgb(torch.tensor([[2.0, -1.0, 1.0]])).tolist() == [[255, 0, 255]]
