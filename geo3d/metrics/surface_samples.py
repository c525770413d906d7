"""Points drawn evenly on a surface, and whether it is closed."""

import numpy as np
from jaxtyping import Float, Float64, Int, Int64


def sample_surface(
    vertices: Float[np.ndarray, "vertex 3"], faces: Int[np.ndarray, "face 3"], count: int, seed: tuple[int, ...]
) -> tuple[Float64[np.ndarray, "sample 3"], Int64[np.ndarray, " sample"]]:
    """Points drawn on a surface, each part of equal area as likely as any other, and the face each lies on.

    Within a face by square-rooted barycentric shares (Osada et al. 2002, section 4.1). A surface whose faces have no
    area has none.
    """
    corners = vertices[faces].astype(np.float64)
    areas = np.linalg.norm(doubled_normals(corners), axis=1)
    if not areas.sum() > 0:
        return np.zeros((0, 3)), np.zeros(0, np.int64)
    random = np.random.default_rng(seed)
    ends = np.cumsum(areas)
    face = np.searchsorted(ends, random.random(count) * ends[-1], side="right")
    face = np.minimum(face, np.flatnonzero(areas)[-1])
    first, second = np.sqrt(random.random(count))[:, None], random.random(count)[:, None]
    a, b, c = (corners[face, corner] for corner in range(3))
    return (1 - first) * a + first * (1 - second) * b + first * second * c, face


def doubled_normals(corners: Float[np.ndarray, "face 3 3"]) -> Float64[np.ndarray, "face 3"]:
    """Normals of triangles as long as twice their areas, towards where the corners run counter-clockwise."""
    edges = corners[:, 1:].astype(np.float64) - corners[:, :1]
    return np.cross(edges[:, 0], edges[:, 1])


def is_closed(vertices: Float[np.ndarray, "vertex 3"], faces: Int[np.ndarray, "face 3"]) -> bool:
    """Whether every edge is passed as often one way as the other, corners at one place being one; a mesh has faces."""
    normals = doubled_normals(vertices[faces])
    if len(faces) == 0 or np.abs(normals.sum(axis=0)).max() > 1e-6 * np.abs(normals).sum():
        return False  # what bounds a volume looks every way as much as the other way
    if _edges_cancel(faces.astype(np.int64), len(vertices)):
        return True
    place = np.unique(vertices, axis=0, return_inverse=True)[1].reshape(-1)
    return _edges_cancel(place[faces].astype(np.int64), len(vertices))


def _edges_cancel(faces: np.ndarray, count: int) -> bool:
    starts, ends = faces.reshape(-1), np.roll(faces, -1, axis=1).reshape(-1)
    real = starts != ends
    one_way = np.sort((starts * count + ends)[real])
    return np.array_equal(one_way, np.sort((ends * count + starts)[real]))
