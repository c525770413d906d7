"""Models that others made, cut down to what a scan resolves and brought into the rooms' frame."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from geo3d.data_tools.rooms.libraries.close import closed
from geo3d.data_tools.rooms.libraries.mend import SAME_PLACE, across, distinct, facing_outwards, numbered, weld
from geo3d.data_tools.rooms.libraries.surfaces import Surfaces
from geo3d.data_tools.rooms.model import Model
from geo3d.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_FACES = 4000
FEWEST_FACES = 600
"""A model with fewer is left as it is."""
FACES_PER_AREA = 20_000
"""A square metre's: one face for half a square centimetre is finer than voxels of a centimetre."""
CELL = 0.003
"""Edge of the cells whose vertices are joined at first, in metres."""
GROWTHS = 4
"""How often cells are tried, each time twice as large."""


def to_model(surfaces: Surfaces, name: str, label: str, size: NDArray[np.float64]) -> Model:
    """A model of exactly this size (x, y, z, in metres), standing at the origin, of closed solids.

    `surfaces` are already turned so that z is up and the front faces -y. They are seldom closed: faces are turned to
    the side that most of their connected piece shows, closed pieces outwards. They are reduced to at most about
    MOST_FACES, and those that are open sheets are then given another side
    (:func:`geo3d.data_tools.rooms.libraries.close.closed`), which at most doubles them.
    A model without thickness along an axis keeps none. Materials stay apart; where faces were merged, corners take the
    uv of the nearest corner that was there before.
    """
    whole = facing_outwards(_sized(surfaces, size))
    if len(whole.corners) == 0:
        raise InputError(f"{name} has no face of any area")
    shown = reduced(whole)
    corners = _sized(shown, size).corners
    low, high = corners.min(axis=(0, 1)), corners.max(axis=(0, 1))
    vertices, faces, uv, source = closed(*weld(corners - [*(low + high)[:2] / 2, low[2]]), shown.uv)
    used, rows = np.unique(shown.face_materials[source], return_inverse=True)
    return Model(
        name=name,
        vertices=vertices,
        faces=faces.astype(np.int32),
        uv=uv,
        materials=tuple(shown.materials[row] for row in used),
        face_materials=rows.astype(np.int32),
        labels=(label,),
        face_labels=np.zeros(len(faces), np.int32),
    )


def reduced(surfaces: Surfaces) -> Surfaces:
    """At most about as many faces as the area is worth; most of the surface moves by less than some millimetres.

    Vertices of a cell are joined first (Rossignac and Borrel 1993), since edge collapses by quadric error (Garland and
    Heckbert 1997) get stuck on slivers; both leave materials apart. Cells grow until few enough faces are left.
    """
    areas = np.linalg.norm(across(surfaces.corners), axis=1) / 2
    most = int(np.clip(areas.sum() * FACES_PER_AREA, FEWEST_FACES, MOST_FACES))
    if len(areas) <= most:
        return surfaces
    cell = min(CELL, float(np.linalg.norm(np.ptp(surfaces.corners, axis=(0, 1)))) / 300)
    for _ in range(GROWTHS):
        points, faces, materials = _joined_in_cells(surfaces, cell)
        if len(faces) > most:
            points, faces, materials = _collapsed(points, faces, materials, most, cell)
        if len(faces) <= 1.1 * most:
            break
        cell *= 2
    corners = points[faces]
    return Surfaces(corners, _uv_from(surfaces, corners, materials), surfaces.materials, materials)


def _joined_in_cells(surfaces: Surfaces, cell: float) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray]:
    """Vertices at the mean of those in a cell of a material, faces that still have three, and their materials."""
    vertices, faces = weld(surfaces.corners, surfaces.face_materials)
    material = np.zeros(len(vertices), np.int64)
    material[faces] = surfaces.face_materials[:, None]
    _, rows = numbered(np.column_stack([np.floor(vertices / cell).astype(np.int64), material]))
    means = np.stack([np.bincount(rows, axis) for axis in vertices.T], axis=1) / np.bincount(rows)[:, None]
    kept, _ = distinct(rows[faces], surfaces.face_materials)
    return means, rows[faces][kept].astype(np.int32), surfaces.face_materials[kept]


def _collapsed(
    points: NDArray[np.float64], faces: NDArray[np.int32], materials: NDArray[np.int32], most: int, slack: float
) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.int32]]:
    """Fewer vertices and faces and their materials; each vertex stays near the box of those that it stands for."""
    import fast_simplification

    used, rows = np.unique(faces, return_inverse=True)
    points, faces = points[used], rows.reshape(-1, 3).astype(np.int32)
    of_vertex = np.zeros(len(points), np.int32)
    of_vertex[faces] = materials[:, None]
    scaled = points * 1000  # its first steps allow errors of 1e-6 square units
    collapses = fast_simplification.simplify(scaled, faces, target_count=most, return_collapses=True)[-1]
    vertices, left, becomes = fast_simplification.replay_simplification(scaled, faces, collapses)
    known = becomes >= 0
    low, high = np.full_like(vertices, np.inf), np.full_like(vertices, -np.inf)
    np.minimum.at(low, becomes[known], points[known] - slack)
    np.maximum.at(high, becomes[known], points[known] + slack)
    after = np.zeros(len(vertices), np.int32)
    after[becomes[known]] = of_vertex[known]
    # where quadrics are nearly singular, the best place of a vertex may be metres away, or nowhere
    vertices = np.clip(np.nan_to_num(vertices / 1000), low, high)
    left = left[distinct(left, after[left[:, 0]])[0]]
    return vertices, left, after[left[:, 0]]


def _uv_from(surfaces: Surfaces, corners: NDArray, rows: NDArray) -> NDArray[np.float32]:
    """The uv of new corners [face, corner, 3] whose faces have the materials `rows`, from the faces there were."""
    uv = np.zeros((len(corners), 3, 2), np.float32)
    for row, material in enumerate(surfaces.materials):
        new, old = rows == row, surfaces.face_materials == row
        if material.picture is not None and new.any():
            uv[new] = _nearest_uv(corners[new], surfaces.corners[old], surfaces.uv[old])
    return uv


def _nearest_uv(corners: NDArray, before: NDArray, uv_before: NDArray) -> NDArray[np.float32]:
    """Each corner's uv is that of the nearest former corner in its face's chart, a piece whose uv are connected.

    A face's chart is that of the nearest former face; where a chart meets itself, the uv nearest to that face's is
    taken.
    """
    from scipy.spatial import KDTree

    chart = _charts(before, uv_before)
    nearest = KDTree(before.mean(axis=1)).query(corners.mean(axis=1))[1]
    candidates, distance = KDTree(_apart(before, chart)).query(_apart(corners, chart[nearest]), k=8)[::-1]
    candidates = np.minimum(candidates, 3 * len(before) - 1).reshape(-1, 3, 8)
    distance = distance.reshape(-1, 3, 8)
    off = np.abs(uv_before.reshape(-1, 2)[candidates] - uv_before[nearest].mean(axis=1)[:, None, None]).sum(axis=-1)
    best = np.where(distance <= distance[..., :1] + SAME_PLACE, off, np.inf).argmin(axis=-1)
    return uv_before.reshape(-1, 2)[np.take_along_axis(candidates, best[..., None], axis=-1)[..., 0]]


def _apart(corners: NDArray, chart: NDArray[np.int64]) -> NDArray[np.float64]:
    """Corners in four dimensions, those of another chart a kilometre away."""
    return np.column_stack([corners.reshape(-1, 3), 1e3 * np.repeat(chart, 3)]).astype(np.float64)


def _charts(corners: NDArray, uv: NDArray) -> NDArray[np.int64]:
    """Of each face the piece it belongs to, joined by corners of the same place and uv."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    keys = np.concatenate([corners / SAME_PLACE, uv / 1e-5], axis=2).reshape(-1, 5)
    _, rows = numbered(np.rint(keys).astype(np.int64))
    faces = rows.reshape(-1, 3)
    links = np.concatenate([faces[:, :2], faces[:, 1:]])
    count = rows.max() + 1
    graph = coo_matrix((np.ones(len(links), bool), (links[:, 0], links[:, 1])), (count, count))
    return connected_components(graph, directed=False)[1][faces[:, 0]].astype(np.int64)


def _sized(surfaces: Surfaces, size: NDArray[np.float64]) -> Surfaces:
    extent = np.ptp(surfaces.corners, axis=(0, 1))
    scale = np.where(extent > 1e-9, size / np.maximum(extent, 1e-9), 1.0)
    return dataclasses.replace(surfaces, corners=surfaces.corners * scale)
