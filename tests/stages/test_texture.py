"""A textured mesh shows what its images show, in files that others read, too."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import trimesh

from geo3d.data_tools.mesh_files import write_textured_glb
from geo3d.errors import InputError
from geo3d.scene.kinds import TexturedMesh
from geo3d.stages.texture import TextureConfig, texture
from tests.squares import COLOURED, YELLOW, scan_of_squares


def shown(mesh: TexturedMesh) -> np.ndarray:
    """RGB of the texture in the middle of each face."""
    column, row = (mesh.uv.mean(dim=1) * len(mesh.texture)).long().unbind(1)
    return mesh.texture[row, column].numpy()


def test_what_a_view_saw_has_its_colour_and_the_rest_that_of_the_vertices(tmp_path: Path):
    mesh = replace(COLOURED, colours=torch.full_like(COLOURED.vertices, 7).byte())
    found = texture(mesh, scan_of_squares(tmp_path), TextureConfig(size=512))
    colours = set(map(tuple, shown(found).tolist()))
    assert colours == {tuple(YELLOW), (7, 7, 7)}
    assert torch.equal(found.faces, mesh.faces)


def test_the_file_shows_the_same_at_every_corner(tmp_path: Path):
    found = texture(COLOURED, scan_of_squares(tmp_path), TextureConfig(size=512))
    random = torch.Generator().manual_seed(0)
    coarse = torch.randint(0, 256, (16, 16, 3), generator=random, dtype=torch.uint8)
    found = replace(found, texture=coarse.repeat_interleave(32, 0).repeat_interleave(32, 1))
    write_textured_glb(found, tmp_path / "textured.glb")
    read = trimesh.load(tmp_path / "textured.glb", process=False)
    assert isinstance(read, trimesh.Scene)
    (part,) = read.geometry.values()
    np.testing.assert_allclose(part.vertices, found.vertices[found.faces.long().reshape(-1)], atol=1e-6)
    middles = np.asarray(part.visual.uv).reshape(-1, 3, 2).mean(axis=1)
    image = np.asarray(part.visual.material.baseColorTexture.convert("RGB")).astype(int)
    column, row = (middles * [512, -512] + [0, 512]).astype(int).T
    assert np.abs(image[row, column] - shown(found)).max() < 60  # JPEG
    assert np.abs(image[row, column] - shown(found)).mean() < 6


@pytest.mark.parametrize("size", [300, 256, 16384])
def test_sizes_that_graphics_cards_do_not_take_are_refused(tmp_path: Path, size: int):
    with pytest.raises(InputError, match=f"texture.size {size} is not allowed; a power of two from 512 to 8192"):
        texture(COLOURED, scan_of_squares(tmp_path), TextureConfig(size=size))


def test_more_triangles_than_the_picture_has_room_for_are_refused(tmp_path: Path):
    many = replace(COLOURED, faces=COLOURED.faces[:1].repeat(9000, 1))
    with pytest.raises(InputError, match=r"do not fit into 512 x 512 texels; 8,192 do; see texture.size"):
        texture(many, scan_of_squares(tmp_path), TextureConfig(size=512))
