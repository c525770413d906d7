"""Textures of meshes: where each triangle lies in one, and what views show of it."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from geo3d.kernels import texture as kernel

SMALLEST, LARGEST = 8, 512
"""Sides of a cell, in texels, all of them powers of two; two triangles share one."""
BORDER = 3
"""Texels of a cell's side that the legs of its triangles leave free, so that no neighbour's colour is mixed in."""
SHARPNESS = 8
"""Power of a view's closeness that it votes with: the best one nearly alone, and no hard seams."""


@dataclass(frozen=True)
class Atlas:
    """Where triangles lie in a square texture; each fills half of a square cell."""

    size: int
    """Texels along a side."""
    cells: Int[Tensor, "face 3"]
    """First column, first row and side of the cell that holds a face, in texels."""
    upper: Int[Tensor, " face"]
    """1 where the face lies in the half far from the cell's first texel."""
    texel: float
    """Metres, of the larger edges; triangles as large or small as cells allow may have larger or smaller ones."""

    def corners(self) -> Float[Tensor, "face 3 2"]:
        """Texels (column, row) of each face's corners; the middle of the first texel is 0.5."""
        side = self.cells[:, 2].double()
        near, far = torch.full_like(side, 0.5), side - BORDER + 0.5
        low = torch.stack([near, near, far, near, near, far], dim=1).reshape(-1, 3, 2)
        own = torch.where(self.upper[:, None, None] > 0, side[:, None, None] - low, low)
        return own + self.cells[:, None, :2]


def pack_triangles(vertices: Float[Tensor, "vertex 3"], faces: Int[Tensor, "face 3"], size: int) -> Atlas:
    """Give every triangle half a cell, so large that all have about as many texels a metre, and all fit.

    Cells of powers of two, the largest first, fill a square along a Z-curve without gaps. Raises ValueError where even
    the smallest cells do not fit, or `size` is no power of two of at least LARGEST.
    """
    if size < LARGEST or size & (size - 1):
        raise ValueError(f"a texture of {size} texels along a side; a power of two of at least {LARGEST} is allowed")
    most = 2 * (size // SMALLEST) ** 2
    if len(faces) > most:
        raise ValueError(f"{len(faces):,} triangles do not fit into {size} x {size} texels; {most:,} do")
    corners = vertices[faces.long()]
    longest = (corners - corners.roll(1, dims=1)).norm(dim=2).amax(dim=1).double()
    fine, coarse = 1e-6, 1e6
    for _ in range(60):
        middle = (fine * coarse) ** 0.5
        fits = _area(_sides(longest, middle)) <= size * size
        fine, coarse = (fine, middle) if fits else (middle, coarse)
    sides = _sides(longest, coarse)
    order = sides.argsort(descending=True, stable=True)
    return _laid_out(sides, order, size, coarse)


def _sides(longest: Tensor, texel: float) -> Tensor:
    wanted = (longest / texel + BORDER).clamp(SMALLEST, LARGEST)
    return 2 ** wanted.log2().round().long().clamp(SMALLEST.bit_length() - 1, LARGEST.bit_length() - 1)


def _area(sides: Tensor) -> int:
    """Texels of the cells, of which two triangles of a size share each."""
    found, counts = sides.unique(return_counts=True)
    return int(((counts + 1) // 2 * found**2).sum())


def _laid_out(sides: Tensor, order: Tensor, size: int, texel: float) -> Atlas:
    """Cells one after the other along a Z-curve of the smallest ones."""
    cells, upper = torch.empty(len(sides), 3, dtype=torch.int32), torch.empty(len(sides), dtype=torch.int32)
    begin = 0
    for side in sides.unique().flip(0).tolist():
        rows = order[sides[order] == side]
        units = (side // SMALLEST) ** 2
        place = begin + units * (torch.arange(len(rows)) // 2)
        x, y = (_every_other_bit(place >> axis) for axis in range(2))
        cells[rows] = torch.stack([x * SMALLEST, y * SMALLEST, torch.full_like(x, side)], dim=1).int()
        upper[rows] = (torch.arange(len(rows)) % 2).int()
        begin += units * ((len(rows) + 1) // 2)
    return Atlas(size, cells, upper, texel)


def _every_other_bit(number: Tensor) -> Tensor:
    found = torch.zeros_like(number)
    for bit in range(20):
        found |= (number >> bit) & (1 << bit)
    return found


def start_texture(
    atlas: Atlas, faces: Int[Tensor, "face 3"], colours: UInt8[Tensor, "vertex 3"]
) -> Float[Tensor, "size size 4"]:
    """RGB times weight, and the weight: a breath of the vertices' colours, which stay where no view is."""
    texture = torch.zeros(atlas.size, atlas.size, 4)
    kernel.start(atlas.cells.numpy(), atlas.upper.numpy(), faces.numpy(), colours.numpy(), BORDER, texture.numpy())
    return texture


def add_view_(
    texture: Float[Tensor, "size size 4"],
    atlas: Atlas,
    vertices: Float[Tensor, "vertex 3"],
    faces: Int[Tensor, "face 3"],
    camera_from_world: Float[Tensor, "4 4"],
    intrinsics: Float[Tensor, "3 3"],
    image: UInt8[Tensor, "height width 3"],
    depth: Float[Tensor, "height width"],
    tolerance: float,
) -> None:
    """Add what one view shows of each texel, in place.

    `depth` is the mesh's own, as :func:`geo3d.ops.raster.rasterize` draws it in this view: a texel is hidden where it
    is nearer than the texel by more than `tolerance`, in metres. A view's weight is (cos / z)^SHARPNESS of its angle to
    the surface and distance, and falls to 0 at the image's border.
    """
    place = camera_from_world.double().numpy()
    kernel.add_view(
        *(atlas.cells.numpy(), atlas.upper.numpy(), vertices.double().numpy(), faces.numpy()),
        *(place, intrinsics.double().numpy(), image.numpy(), depth.numpy()),
        *(tolerance, SHARPNESS, BORDER, texture.numpy()),
    )


def finish_texture(texture: Float[Tensor, "size size 4"]) -> UInt8[Tensor, "size size 3"]:
    """RGB; black where no triangle is."""
    levels = texture[..., :3] / texture[..., 3:].clamp(min=1e-30)
    return (levels + 0.5).clamp(0, 255).to(torch.uint8)


def add_view_reference_(
    texture: Tensor,
    atlas: Atlas,
    vertices: Tensor,
    faces: Tensor,
    camera_from_world: Tensor,
    intrinsics: Tensor,
    image: Tensor,
    depth: Tensor,
    tolerance: float,
) -> None:
    """The same as :func:`add_view_`, of all texels of a face at once."""
    world_to_camera, height, width = camera_from_world.double(), image.shape[0], image.shape[1]
    for face in range(len(faces)):
        x0, y0, side = atlas.cells[face].tolist()
        steps = torch.arange(side).double() + 0.5
        rows, columns = torch.meshgrid(steps, steps, indexing="ij")
        mine = (rows + columns < side) != bool(atlas.upper[face])
        along = torch.stack([columns, rows], dim=-1)[mine]
        if atlas.upper[face]:
            along = side - along
        shares = (along - 0.5) / (side - BORDER)
        a, b, c = (vertices[faces[face].long()].double() @ world_to_camera[:3, :3].T + world_to_camera[:3, 3]).unbind()
        points = a + shares[:, :1] * (b - a) + shares[:, 1:] * (c - a)
        normal = torch.nn.functional.normalize(torch.linalg.cross(b - a, c - a), dim=0)
        z = points[:, 2]
        u, v = ((points @ intrinsics.double().T)[:, :2] / z[:, None]).unbind(1)
        facing = -(points @ normal) / points.norm(dim=1)
        seen = (z > 0) & (u >= 0) & (v >= 0) & (u <= width - 1) & (v <= height - 1) & (facing > 0)
        u, v = torch.where(seen, u, 0.0), torch.where(seen, v, 0.0)
        drawn = depth[(v + 0.5).long(), (u + 0.5).long()].double()
        seen &= (drawn == 0) | (drawn > z - tolerance)
        left, top = u.long().clamp(max=width - 2), v.long().clamp(max=height - 2)
        right, down = (u - left)[:, None], (v - top)[:, None]
        pixels = image.double()
        upper = pixels[top, left] * (1 - right) + pixels[top, left + 1] * right
        lower = pixels[top + 1, left] * (1 - right) + pixels[top + 1, left + 1] * right
        edge = torch.stack([u, v, width - 1 - u, height - 1 - v]).amin(dim=0).clamp(0, 20) / 20
        weight = torch.where(seen, edge * (facing / z.clamp(min=1e-9)) ** SHARPNESS, 0.0)[:, None]
        added = torch.cat([weight * (upper * (1 - down) + lower * down), weight], dim=1)
        texture[y0 : y0 + side, x0 : x0 + side][mine] += added.to(texture.dtype)
