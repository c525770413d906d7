"""Triangles get room in a texture, each its own, and views colour it as a slow loop does."""

import pytest
import torch
from torch import Tensor

from geo3d.ops.raster import rasterize
from geo3d.ops.texture import (
    BORDER,
    SMALLEST,
    add_view_,
    add_view_reference_,
    finish_texture,
    pack_triangles,
    start_texture,
)

INTRINSICS = torch.tensor([[60.0, 0, 39.5], [0, 60, 29.5], [0, 0, 1]]).double()


def triangles(count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Of sizes from centimetres to metres, in front of a camera at the origin."""
    random = torch.Generator().manual_seed(seed)
    middles = torch.rand(count, 1, 3, generator=random) * torch.tensor([4.0, 3, 3]) + torch.tensor([-2.0, -1.5, 1])
    spread = 10 ** (2 * torch.rand(count, 1, 1, generator=random) - 2)
    return (middles + spread * torch.randn(count, 3, 3, generator=random)).reshape(-1, 3), torch.arange(
        3 * count
    ).reshape(-1, 3).int()


@pytest.mark.parametrize(("count", "size"), [(1, 512), (2, 512), (7, 512), (3000, 512), (8192, 512), (5000, 2048)])
def test_no_texel_has_two_triangles_and_cells_lie_inside(count: int, size: int):
    vertices, faces = triangles(count, count)
    atlas = pack_triangles(vertices, faces, size)
    uses = torch.zeros(size, size, dtype=torch.int32)
    for (x, y, side), upper in zip(atlas.cells.tolist(), atlas.upper.tolist(), strict=True):
        assert min(x, y) >= 0
        assert max(x, y) + side <= size
        steps = torch.arange(side)
        half = (steps[:, None] + steps + 1 < side) != bool(upper)
        uses[y : y + side, x : x + side] += half
    assert uses.max() == 1
    corners = atlas.corners()
    assert torch.all((corners >= 0) & (corners <= size))
    legs = (corners[:, 1:] - corners[:, :1]).abs().amax(dim=2)
    assert torch.equal(legs, (atlas.cells[:, 2:] - BORDER).expand(-1, 2).double())


def test_larger_triangles_have_larger_cells_and_the_square_is_used():
    vertices, faces = triangles(3000, 1)
    atlas = pack_triangles(vertices, faces, 2048)
    corners = vertices[faces.long()]
    longest = (corners - corners.roll(1, dims=1)).norm(dim=2).amax(dim=1)
    order = longest.argsort()
    assert torch.all(atlas.cells[order, 2].diff() >= 0)
    assert int((atlas.cells[:, 2].long() ** 2).sum()) / 2 > 0.5 * 2048**2


def test_what_does_not_fit_is_refused():
    vertices, faces = triangles(2 * (512 // SMALLEST) ** 2 + 1, 0)
    with pytest.raises(ValueError, match="8,193 triangles do not fit into 512 x 512 texels; 8,192 do"):
        pack_triangles(vertices, faces, 512)
    with pytest.raises(ValueError, match="a texture of 600 texels along a side; a power of two"):
        pack_triangles(vertices, faces, 600)


def test_a_view_adds_what_a_slow_loop_adds():
    vertices, faces = triangles(40, 3)
    atlas = pack_triangles(vertices, faces, 512)
    camera = torch.eye(4, dtype=torch.float64)
    camera[:3, 3] = torch.tensor([0.1, -0.2, 0.3])
    image = torch.randint(0, 256, (60, 80, 3), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    depth, _ = rasterize(vertices, faces, camera, INTRINSICS, (60, 80))
    both = torch.zeros(2, 512, 512, 4)
    view = vertices, faces, camera, INTRINSICS, image, depth, 0.02
    add_view_(both[0], atlas, *view)
    add_view_reference_(both[1], atlas, *view)
    assert (both[0, ..., 3] > 0).sum() > 2000
    torch.testing.assert_close(both[0], both[1], rtol=1e-4, atol=1e-7)


def test_colours_of_vertices_stay_where_no_view_is():
    vertices, faces = triangles(5, 4)
    atlas = pack_triangles(vertices, faces, 512)
    colours = torch.tensor([[200, 100, 50]]).expand(len(vertices), 3).to(torch.uint8).contiguous()
    painted = finish_texture(start_texture(atlas, faces, colours))
    for x, y, side in atlas.cells.tolist():
        inside = painted[y : y + side, x : x + side].reshape(-1, 3)
        assert set(map(tuple, inside.tolist())) <= {(200, 100, 50), (0, 0, 0)}
    columns, rows = (atlas.corners().mean(dim=1)).long().unbind(1)
    assert torch.equal(painted[rows, columns], colours[: len(rows)])


def test_the_mean_of_views_is_that_of_the_nearest_nearly_alone():
    corners = torch.tensor([[-1.0, -1, 2], [-1, 1, 2], [1, -1, 2]])
    faces = torch.tensor([[0, 1, 2]]).int()
    atlas = pack_triangles(corners, faces, 512)
    texture = start_texture(atlas, faces, torch.zeros(3, 3, dtype=torch.uint8))
    for back, level in ((0.0, 90), (3.0, 250)):
        camera = torch.eye(4, dtype=torch.float64)
        camera[2, 3] = back
        image = torch.full((400, 400, 3), level, dtype=torch.uint8)
        intrinsics = torch.tensor([[300.0, 0, 200], [0, 300, 200], [0, 0, 1]]).double()
        depth, _ = rasterize(corners, faces, camera, intrinsics, (400, 400))
        add_view_(texture, atlas, corners, faces, camera, intrinsics, image, depth, 0.01)
    column, row = atlas.corners().mean(dim=1)[0].long().tolist()
    assert finish_texture(texture)[row, column].tolist() == [90, 90, 90]
