"""The 256 cases of marching cubes, derived instead of typed in.

On each face of the cube, every run of inside corners is cut off by one segment from the edge where the run begins to
the edge where it ends. Neighbouring cubes see the same face and so the same segments: no cracks. Segments chain into
loops, and loops are cut into triangles by diagonals that never lie in a face, where a neighbour could have the same
one: every edge of the surface has exactly two triangles.
"""

from collections.abc import Iterator

import numpy as np

Edge = tuple[int, int]

# Corner c lies at (c & 1, c >> 1 & 1, c >> 2 & 1); an edge joins two corners that differ in one bit.
_EDGES: list[Edge] = [(c, c | 1 << axis) for axis in range(3) for c in range(8) if not c >> axis & 1]


def _faces() -> list[list[int]]:
    """Each face's corners, counter-clockwise seen from outside."""
    faces = []
    for axis in range(3):
        u, v = 1 << (axis + 1) % 3, 1 << (axis + 2) % 3
        ring = [0, u, u | v, v]
        faces.append([c | 1 << axis for c in ring])
        faces.append(ring[::-1])
    return faces


_FACES = _faces()
_SHARING = {(a, b) for a in range(12) for b in range(12) for ring in _FACES if {*_EDGES[a], *_EDGES[b]} <= set(ring)}


def _segments(inside: int) -> dict[int, int]:
    """For each cut edge, the next one on the surface, by number."""
    following = {}
    for ring in _FACES:
        flags = [inside >> c & 1 for c in ring]
        for i in range(4):
            if flags[i] and not flags[(i + 1) % 4]:  # a run of inside corners ends here; go back to its begin
                begin = i
                while flags[begin - 1] and begin - 1 > i - 4:
                    begin -= 1
                leave, enter = (ring[i], ring[(i + 1) % 4]), (ring[begin - 1], ring[begin])
                following[_EDGES.index(_sorted(enter))] = _EDGES.index(_sorted(leave))
    return following


def _sorted(edge: Edge) -> Edge:
    return min(edge), max(edge)


def _loops(following: dict[int, int]) -> Iterator[list[int]]:
    left = dict(following)
    while left:
        loop = [min(left)]
        while (edge := left.pop(loop[-1])) != loop[0]:
            loop.append(edge)
        yield loop


def _triangulate(loop: list[int]) -> list[int] | None:
    """Cut a loop into triangles with no diagonal inside a face of the cube; None if that cannot be."""
    if len(loop) == 3:
        return loop
    for apex in range(1, len(loop) - 1):  # the triangle on the side from the last corner to the first
        sides = [(apex, 0)] * (apex > 1) + [(apex, -1)] * (apex < len(loop) - 2)
        if any((loop[a], loop[b]) in _SHARING for a, b in sides):
            continue
        before, after = loop[: apex + 1], loop[apex:]
        parts = [_triangulate(part) if len(part) > 2 else [] for part in (before, after)]
        if parts[0] is not None and parts[1] is not None:
            return [loop[0], loop[apex], loop[-1], *parts[0], *parts[1]]
    return None


def _cases() -> list[list[int]]:
    cases = []
    for inside in range(256):
        triangles: list[int] = []
        for loop in _loops(_segments(inside)):
            cut = _triangulate(loop)
            assert cut is not None, inside
            triangles += cut
        cases.append(triangles)
    return cases


_CASES = _cases()
TRIANGLE_COUNT = np.array([len(case) // 3 for case in _CASES], np.int32)
"""Triangles of each case; bit c of a case is set where corner c is inside (a negative distance)."""
TRIANGLE_EDGES = np.array([case + [-1] * (3 * int(TRIANGLE_COUNT.max()) - len(case)) for case in _CASES], np.int32)
"""Three edge numbers a triangle, counter-clockwise seen from outside, padded with -1."""
EDGE_OWNER = np.array([(c & 1, c >> 1 & 1, c >> 2 & 1, (c ^ d).bit_length() - 1) for c, d in _EDGES], np.int32)
"""For each edge: the corner x, y, z at its lower end, and its axis."""
CORNERS = np.array([(c & 1, c >> 1 & 1, c >> 2 & 1) for c in range(8)], np.int32)
"""Each corner's x, y, z."""
