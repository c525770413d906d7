"""What must be true of every model that a builder gives."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geo3d.data_tools.labels.nyu40 import IDS
from geo3d.data_tools.rooms.model import Model, Top

TOUCH = 0.002
"""Metres."""


def solids(model: Model) -> NDArray[np.intp]:
    """The connected part that each face belongs to."""
    a, b = model.faces[:, :2].ravel(), model.faces[:, 1:].ravel()
    count = len(model.vertices)
    _, parts = connected_components(coo_matrix((np.ones(len(a)), (a, b)), (count, count)), directed=False)
    return np.unique(parts[model.faces[:, 0]], return_inverse=True)[1]


def check_is_sound(model: Model, most_triangles: int = 4000) -> None:
    """Closed solids turned outward, finite numbers, rows within their tables, NYU40's labels."""
    assert np.isfinite(model.vertices).all(), "vertices are not finite"
    assert np.isfinite(model.uv).all(), "uv are not finite"
    assert model.uv.shape == (len(model.faces), 3, 2)
    assert model.face_materials.shape == model.face_labels.shape == (len(model.faces),)
    assert set(np.unique(model.face_materials)) == set(range(len(model.materials)))
    assert set(np.unique(model.face_labels)) == set(range(len(model.labels)))
    assert set(model.labels) <= IDS.keys(), model.labels
    assert len(model.faces) < most_triangles, f"{len(model.faces)} triangles"
    check_is_closed(model.faces)
    assert (volumes(model) > 0).all(), "a solid is inside out"


def check_is_closed(faces: NDArray) -> None:
    """Every edge belongs to two faces, once in each direction."""
    start, end = faces.astype(np.int64).ravel(), np.roll(faces, -1, axis=1).astype(np.int64).ravel()
    forth, back = np.sort(start << 32 | end), np.sort(end << 32 | start)
    assert (np.diff(forth) > 0).all(), "an edge is used twice in one direction"
    assert np.array_equal(forth, back), "an edge has one face only"


def volumes(model: Model) -> NDArray:
    """Of each solid: the sum of its tetrahedra to one point."""
    a, b, c = np.moveaxis(model.vertices[model.faces] - model.vertices.mean(axis=0), 1, 0)
    return np.bincount(solids(model), np.einsum("ij,ij->i", a, np.cross(b, c)) / 6)


def check_stands(model: Model, centred: bool = True) -> None:
    """On z = 0, about the origin."""
    low, high = model.vertices.min(axis=0), model.vertices.max(axis=0)
    assert abs(low[2]) < 0.001, f"stands at {low[2]}"
    if centred:
        assert np.allclose(low[:2], -high[:2], atol=0.001), f"from {low} to {high}"


def check_does_not_float(model: Model, hangs: bool) -> None:
    """From the ground, or from the back where it hangs, every solid is reached through solids that touch."""
    of_face = solids(model)
    corners, rows = model.vertices[model.faces].reshape(-1, 3), np.repeat(of_face, 3)
    low, high = np.full((of_face.max() + 1, 3), np.inf), np.full((of_face.max() + 1, 3), -np.inf)
    np.minimum.at(low, rows, corners)
    np.maximum.at(high, rows, corners)
    reached = high[:, 1] > high[:, 1].max() - TOUCH if hangs else low[:, 2] < TOUCH
    touching = ((low[:, None] <= high[None] + TOUCH) & (low[None] <= high[:, None] + TOUCH)).all(axis=2)
    while not np.array_equal(grown := (touching & reached).any(axis=1) | reached, reached):
        reached = grown
    assert reached.all(), f"floating between {low[~reached][0]} and {high[~reached][0]}"


def check_size(model: Model, low: tuple[float, float, float], high: tuple[float, float, float]) -> None:
    """Extents along x, y, z."""
    assert (model.size >= np.array(low)).all(), f"{model.size} is too small"
    assert (model.size <= np.array(high)).all(), f"{model.size} is too large"


def check_tops(model: Model) -> None:
    """Each has a surface under it and nothing of the model above it."""
    for top in model.tops:
        assert top.low[0] < top.high[0], top
        assert top.low[1] < top.high[1], top
        assert top.room_above > 0, top
        for point in _points(top):
            heights = surface(model, point)
            assert (np.abs(heights - top.height) < 0.003).any(), f"nothing under {point} at {top.height}: {heights}"
        low = np.array([*top.low, top.height + 0.003]) + 0.001
        high = np.array([*top.high, top.height + top.room_above]) - 0.001
        inside = _crosses(model.vertices[model.faces], low, high)
        assert not inside.any(), f"{model.vertices[model.faces[inside][0]]} stands on {top}"


def check_same(first: Model, second: Model) -> None:
    """To the bit."""
    for a, b in zip(_arrays(first), _arrays(second), strict=True):
        assert np.array_equal(a, b)
    assert (first.materials, first.labels, first.tops) == (second.materials, second.labels, second.tops)


def check_differ(first: Model, second: Model) -> None:
    """In form, not only in colour."""
    assert first.vertices.shape != second.vertices.shape or not np.allclose(first.vertices, second.vertices)


def _arrays(model: Model) -> tuple[NDArray, ...]:
    return model.vertices, model.faces, model.uv, model.face_materials, model.face_labels


def _points(top: Top) -> Iterator[NDArray]:
    """Its corners, a little inside, and its middle."""
    low, high = np.array(top.low), np.array(top.high)
    for share in ((0.02, 0.02), (0.98, 0.03), (0.03, 0.98), (0.98, 0.98), (0.5, 0.49)):
        yield low + share * (high - low)


def surface(model: Model, point: NDArray) -> NDArray:
    """Heights of the faces over and under a point."""
    corners = model.vertices[model.faces]
    a, b, c = (corners[:, i, :2] - point for i in range(3))
    weights = np.stack([_area(b, c), _area(c, a), _area(a, b)], axis=1)
    total = weights.sum(axis=1)
    hit = (np.abs(total) > 1e-12) & ((weights >= 0).all(axis=1) | (weights <= 0).all(axis=1))
    return (weights[hit] * corners[hit, :, 2]).sum(axis=1) / total[hit]


def _area(a: NDArray, b: NDArray) -> NDArray:
    return a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]


def _crosses(corners: NDArray, low: NDArray, high: NDArray) -> NDArray:
    """Which triangles [triangle, 3, 3] share a point with a box: no axis of Akenine-Moller 2001 parts them."""
    half, shifted = (high - low) / 2, corners - (low + high) / 2
    edges = np.roll(shifted, -1, axis=1) - shifted
    axes = [np.broadcast_to(axis, edges[:, 0].shape) for axis in np.eye(3)]
    axes += [np.cross(edges[:, i], axis) for i in range(3) for axis in np.eye(3)]
    axes.append(np.cross(edges[:, 0], edges[:, 1]))
    shared = np.ones(len(corners), bool)
    for axis in axes:
        places = np.einsum("tci,ti->tc", shifted, axis)
        reach = np.abs(axis) @ half
        shared &= (places.min(axis=1) < reach) & (places.max(axis=1) > -reach) | (np.abs(axis).max(axis=1) < 1e-12)
    return shared
