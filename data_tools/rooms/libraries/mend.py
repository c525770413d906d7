"""Models that others made, mended: vertices joined, faces that add nothing left out, pieces turned to one side."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.libraries.surfaces import Surfaces

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAME_PLACE = 1e-5
"""Corners nearer than about this are one vertex, in metres."""


def weld(corners: NDArray, parts: NDArray | None = None) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Vertices [vertex, 3] and faces [face, 3] of corners [face, corner, 3]; faces of two parts share no vertex."""
    points = corners.reshape(-1, 3)
    part = np.zeros(len(points)) if parts is None else np.repeat(parts, 3)
    first, rows = numbered(np.column_stack([np.rint(points / SAME_PLACE), part]).astype(np.int64))
    return points[first], rows.reshape(-1, 3)


def facing_outwards(surfaces: Surfaces) -> Surfaces:
    """The same without faces of no area or of the same corners, all of a connected piece counter-clockwise alike.

    Each piece shows the side that most of its area showed. If it is closed, or its faces were there once for either
    side, it shows the side that faces away from the middle of the model.
    """
    vertices, faces = weld(surfaces.corners)
    once, alone = distinct(faces, surfaces.face_materials)
    surfaces, faces = _faces_of(surfaces, once), faces[once]
    if len(faces) == 0:
        return surfaces
    normals = across(vertices[faces])
    wrong, piece, undecided = _pieces(faces, np.linalg.norm(normals, axis=1) * alone)
    middle = (vertices.max(axis=0) + vertices.min(axis=0)) / 2
    outwards = np.einsum("fi,fi->f", vertices[faces].mean(axis=1) - middle, normals) * np.where(wrong, -1, 1)
    wrong ^= (undecided & (np.bincount(piece, outwards) < 0))[piece]
    corners, uv = surfaces.corners.copy(), surfaces.uv.copy()
    corners[wrong], uv[wrong] = corners[wrong, ::-1], uv[wrong, ::-1]
    return dataclasses.replace(surfaces, corners=corners, uv=uv)


def distinct(faces: NDArray, materials: NDArray) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Rows of faces with three different vertices, none twice in a material, and whether each was there just once."""
    ordered = np.sort(faces, axis=1)
    whole = np.flatnonzero((np.diff(ordered, axis=1) != 0).all(axis=1))
    first, rows = numbered(np.column_stack([ordered, materials])[whole])
    order = np.argsort(first)
    return whole[first[order]], (np.bincount(rows, minlength=len(first)) == 1)[order]


def numbered(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of each different key [row, column] the first row, and each row's number among them."""
    rows = np.zeros(len(keys), np.int64)
    first = np.zeros(min(len(keys), 1), np.int64)
    for column in keys.T:  # several times as fast as numpy's unique along an axis
        value = np.unique(column, return_inverse=True)[1]
        _, first, rows = np.unique(rows * len(keys) + value, return_index=True, return_inverse=True)
    return first, rows


def across(corners: NDArray) -> NDArray[np.float64]:
    """Normals of faces, twice as long as their areas."""
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])


def _pieces(faces: NDArray, votes: NDArray) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.bool_]]:
    """Of each face whether it must be turned, and its connected piece; of each piece whether votes say nothing.

    Faces are joined by edges that just two have. Every face stands twice in the graph, as it is and turned, and
    neighbours are linked so that their winding agrees; so a piece falls into two mirrored halves, of which that is
    taken whose faces as they are have more votes. A piece that has but one half (a Moebius strip) stays as it is.
    Votes say nothing where they are equal, and where the piece is closed.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    count = len(faces)
    left, right, alike = _neighbours(faces)
    start, end = np.concatenate([left, left + count]), np.concatenate([right, right + count])
    end = np.where(np.tile(alike, 2), end, (end + count) % (2 * count))
    graph = coo_matrix((np.ones(len(start), bool), (start, end)), (2 * count, 2 * count))
    half = connected_components(graph, directed=False)[1].astype(np.int64)
    kept = np.bincount(half[:count], votes, minlength=half.max() + 1)
    as_is, turned = kept[half[:count]], kept[half[count:]]
    _, piece = numbered(np.sort(half.reshape(2, count), axis=0).T)
    open_faces = np.bincount(np.concatenate([left, right]), minlength=count) < 3
    two_halves = half[:count] != half[count:]
    equal = two_halves & (np.abs(as_is - turned) <= 1e-9 * (as_is + turned))
    closed = two_halves & (np.bincount(piece, open_faces) == 0)[piece]
    return as_is < turned, piece, np.bincount(piece, equal | closed) > 0


def _neighbours(faces: NDArray) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Pairs of faces that share an edge with no third, and whether they run through it in opposite directions."""
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    _, row = numbered(np.sort(edges, axis=1))
    order = np.argsort(row, kind="stable")
    pairs = order[(np.bincount(row) == 2)[row[order]]].reshape(-1, 2)
    left, right = (pairs % len(faces)).T
    return left, right, edges[pairs[:, 0], 0] != edges[pairs[:, 1], 0]


def _faces_of(surfaces: Surfaces, rows: NDArray) -> Surfaces:
    return Surfaces(surfaces.corners[rows], surfaces.uv[rows], surfaces.materials, surfaces.face_materials[rows])
