"""Open sheets of models that others made become solids: small holes are capped, the rest is given a thickness.

A line through a model then leaves as often as it enters, so that inside and outside are defined everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.libraries.mend import across, numbered

if TYPE_CHECKING:
    from numpy.typing import NDArray

Mesh = tuple["NDArray[np.float64]", "NDArray[np.int64]", "NDArray[np.float32]", "NDArray[np.int64]"]
"""Vertices [vertex, 3], faces [face, 3], uv [face, corner, 2], and the face that each face came from [face]."""
SMALL_HOLE = 0.5
"""Square of the length around a hole over the area of its piece, up to which it is capped: far below an open cup's."""
HIDDEN = 0.005
"""Within this of the floor or of the wall behind, holes are capped, in metres."""
THICKNESS = 0.01
"""Of what is left open, in metres, less where it is itself small or thin, but no less than THINNEST."""
THINNEST = 0.001
SHRED = 0.0025
"""Square metres up to which a piece only gets another side in the same place, which needs no walls."""


def closed(vertices: NDArray, faces: NDArray, uv: NDArray) -> Mesh:
    """The same, with each edge run through as often in either direction; the extent along each axis stays."""
    return _thickened(_capped((vertices, faces.astype(np.int64), uv, np.arange(len(faces)))))


def _capped(mesh: Mesh) -> Mesh:
    """Holes that are small, on the floor or at the wall are closed by triangles that meet in their middle."""
    vertices, faces, uv, source = mesh
    face, corner, start, end = open_edges(faces)
    if len(face) == 0:
        return mesh
    _, hole = _connected(np.column_stack([start, end]), len(vertices))
    _, hole = np.unique(hole[start], return_inverse=True)
    count, piece = _connected(faces[:, [0, 1, 1, 2]].reshape(-1, 2), len(vertices))
    piece_area = _areas(vertices, faces, piece, count)[piece[start]]
    around = np.bincount(hole, np.linalg.norm(vertices[start] - vertices[end], axis=1))
    low, high = np.full((len(around), 3), np.inf), np.full((len(around), 3), -np.inf)
    np.minimum.at(low, hole, vertices[start])
    np.maximum.at(high, hole, vertices[start])
    hidden = (high[:, 2] < vertices[:, 2].min() + HIDDEN) | (low[:, 1] > vertices[:, 1].max() - HIDDEN)
    mine = (around[hole] ** 2 < SMALL_HOLE * piece_area) | hidden[hole]
    middles = np.stack([np.bincount(hole, axis) for axis in vertices[start].T], axis=1) / np.bincount(hole)[:, None]
    lids = np.column_stack([end, start, len(vertices) + hole])[mine]
    first, second = uv[face, corner][mine], uv[face, (corner + 1) % 3][mine]
    return (
        np.concatenate([vertices, middles]),
        np.concatenate([faces, lids]),
        np.concatenate([uv, np.stack([second, first, (first + second) / 2], axis=1)]).astype(np.float32),
        np.concatenate([source, source[face[mine]]]),
    )


def _thickened(mesh: Mesh) -> Mesh:
    """Pieces that have open edges get another side, a little inwards, and walls along those edges."""
    vertices, faces, uv, source = mesh
    face, corner, start, end = open_edges(faces)
    if len(face) == 0:
        return mesh
    count, piece = _connected(faces[:, [0, 1, 1, 2]].reshape(-1, 2), len(vertices))
    is_open = np.bincount(piece[start], minlength=count) > 0
    sheets = np.flatnonzero(is_open[piece[faces[:, 0]]])
    shreds = _areas(vertices, faces, piece, count) < SHRED
    inner = _inwards(vertices, faces[sheets], piece, shreds)
    behind = len(vertices)
    flip = [0, 2, 1]
    walled = ~shreds[piece[start]]
    face, corner, start, end = face[walled], corner[walled], start[walled], end[walled]
    walls = np.stack([end, start, start + behind, end, start + behind, end + behind], axis=1).reshape(-1, 3)
    first, second = uv[face, corner], uv[face, (corner + 1) % 3]
    return (
        np.concatenate([vertices, inner]),
        np.concatenate([faces, faces[sheets][:, flip] + behind, walls]),
        np.concatenate(
            [uv, uv[sheets][:, flip], np.stack([second, first, first, second, first, second], 1).reshape(-1, 3, 2)]
        ),
        np.concatenate([source, source[sheets], np.repeat(source[face], 2)]),
    )


def open_edges(faces: NDArray) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Face, corner, start and end of the edges of faces that no neighbour runs through the other way."""
    corner, face = (part.reshape(-1) for part in np.mgrid[:3, : len(faces)])
    start, end = faces[face, corner], faces[face, (corner + 1) % 3]
    way = np.sign(end - start)
    _, row = numbered(np.sort(np.column_stack([start, end]), axis=1))
    surplus = np.bincount(row, way).astype(int) if len(row) else np.zeros(0, int)
    order = np.lexsort((way, row))
    changes = np.flatnonzero(np.diff(row[order] * 4 + way[order], prepend=-9))
    rank = np.zeros(len(row), int)
    rank[order] = np.arange(len(row)) - np.repeat(changes, np.diff(changes, append=len(row)))
    found = np.flatnonzero((way * surplus[row] > 0) & (rank < np.abs(surplus[row])))
    return face[found], corner[found], start[found], end[found]


def _inwards(vertices: NDArray, faces: NDArray, piece: NDArray, shreds: NDArray) -> NDArray[np.float64]:
    """Every vertex moved by the thickness of its piece against the mean normal of these faces, in the model's box."""
    normals = np.zeros_like(vertices)
    np.add.at(normals, faces, across(vertices[faces])[:, None])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    low, high = np.full((len(shreds), 3), np.inf), np.full((len(shreds), 3), -np.inf)
    np.minimum.at(low, piece, vertices)
    np.maximum.at(high, piece, vertices)
    least, middle, _ = np.sort(high - low, axis=1).T
    thickness = np.where(shreds, 0.0, np.clip(np.maximum(least / 4, middle / 40), THINNEST, THICKNESS))
    return np.clip(vertices - thickness[piece, None] * normals, vertices.min(axis=0), vertices.max(axis=0))


def _areas(vertices: NDArray, faces: NDArray, piece: NDArray, count: int) -> NDArray[np.float64]:
    areas = np.linalg.norm(across(vertices[faces]), axis=1) / 2
    return np.bincount(piece[faces[:, 0]], areas, count).astype(np.float64)


def _connected(links: NDArray, count: int) -> tuple[int, NDArray[np.int64]]:
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    graph = coo_matrix((np.ones(len(links), bool), (links[:, 0], links[:, 1])), (count, count))
    found, part = connected_components(graph, directed=False)
    return int(found), part.astype(np.int64)
