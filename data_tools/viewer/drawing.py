"""What the live viewer draws of the surface: as mesh and as points, and its objects.

The surface lies in pieces by class under ``/mesh/scan/CLASS`` (colours as scanned), ``/mesh/classes/CLASS`` (colours of
the classes) and the same of ``/points``; objects under ``/objects/CLASS``.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from typing import TYPE_CHECKING

from geo3d.data_tools.labels import nyu40
from geo3d.data_tools.mesh_files import thinned
from geo3d.data_tools.semantic_files import list_objects
from geo3d.data_tools.viewer.unlit_glb import unlit_glb

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from viser import SceneApi

    from geo3d.scene.kinds import SemanticMesh, TriangleMesh

MOST_FACES = 500_000
"""Faces that are shown: each of the two meshes is then about 10 MB."""
MOST_POINTS = 1_000_000
SKY, SIDE = 3.1, 0.8
"""Intensities; in three.js, which draws, pi is that of a surface as bright as its colour."""
GREY = 160
NOT_SEEN = "not seen"


def class_names(mesh: SemanticMesh) -> dict[int, str]:
    """The classes that some vertex has, by label."""
    names = dict(enumerate(mesh.classes)) | {255: NOT_SEEN}
    return {label: names[label] for label in mesh.labels.unique().tolist()}


def draw_as_scanned(scene: SceneApi, mesh: TriangleMesh, semantic: SemanticMesh) -> None:
    """Draw `mesh` in its own colours, unlit; a vertex is of the class of the nearest vertex of `semantic`."""
    import numpy as np
    from scipy.spatial import KDTree

    vertices, names = mesh.vertices.numpy(), class_names(semantic)
    labels = semantic.labels.numpy()[KDTree(semantic.vertices.numpy()).query(vertices)[1]]
    colours = np.full(vertices.shape, GREY, np.uint8) if mesh.colours is None else mesh.colours.numpy()
    _draw_points(scene, "scan", vertices, labels, colours, names)
    shown, faces, rows = thinned(vertices, mesh.faces.numpy(), MOST_FACES)
    for label, chosen, corners in _pieces(faces, labels[rows]):
        piece = unlit_glb(shown[chosen], corners, colours[rows][chosen])
        scene.add_glb(f"/mesh/scan/{names[label]}", piece, cast_shadow=False, receive_shadow=False)


def draw_by_class(scene: SceneApi, semantic: SemanticMesh) -> None:
    """Draw the labelled mesh in the colours of its classes, lit so that its shape is seen."""
    vertices, labels, names = semantic.vertices.numpy(), semantic.labels.numpy(), class_names(semantic)
    shades = nyu40.shades(semantic.classes)
    _draw_points(scene, "classes", vertices, labels, shades[labels], names)
    shown, faces, rows = thinned(vertices, semantic.faces.numpy(), MOST_FACES)
    for label, chosen, corners in _pieces(faces, labels[rows]):
        scene.add_mesh_simple(
            f"/mesh/classes/{names[label]}",
            shown[chosen],
            corners,
            color=shades[label],
            cast_shadow=False,
            receive_shadow=False,
        )


def light(scene: SceneApi, up: NDArray[np.float64]) -> None:
    """Light from the whole sky and a little from one side: each class keeps about its own colour, and shapes show.

    viser's own lights, made for single things, leave floors white and what faces down black.
    """
    import numpy as np

    scene.configure_default_lights(False)
    scene.configure_environment_map(None)
    aside = np.roll(up, 1) + 0.5 * np.roll(up, 2) + 0.7 * up
    scene.add_light_hemisphere("/light/sky", ground_color=(180, 180, 180), intensity=SKY, position=tuple(1000 * up))
    scene.add_light_directional("/light/side", intensity=SIDE, position=tuple(1000 * aside))


def draw_objects(scene: SceneApi, semantic: SemanticMesh) -> None:
    """Draw each object's oriented box, and its class above it."""
    import numpy as np

    shades = dict(zip(semantic.classes, nyu40.shades(semantic.classes), strict=False))
    up = semantic.up.numpy()
    for thing in list_objects(semantic):
        name, box = thing["class"], {key: np.array(value) for key, value in thing["box"].items()}
        half = box["axes"] * box["size"][:, None] / 2
        path = f"/objects/{name}/{thing['id']}"
        edges = box["centre"] + np.array(_box_edges()) @ half
        scene.add_line_segments(path, edges, shades[name], thickness=2, thickness_units="screen")
        top = box["centre"] + up * np.abs(half @ up).sum()
        scene.add_label(f"{path}/name", name, position=top, anchor="bottom-center", font_screen_scale=0.8)


def _box_edges() -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """The twelve edges of a cube from -1 to 1."""
    corners = list(product((-1, 1), repeat=3))
    return [(a, b) for a, b in combinations(corners, 2) if sum(x != y for x, y in zip(a, b, strict=True)) == 1]


def _draw_points(
    scene: SceneApi,
    colouring: str,
    vertices: NDArray[np.float32],
    labels: NDArray[np.uint8],
    colours: NDArray[np.uint8],
    names: dict[int, str],
) -> None:
    """A point cloud a class; points as large as their neighbours are far."""
    import numpy as np

    shown = np.linspace(0, len(vertices) - 1, min(len(vertices), MOST_POINTS)).round().astype(int)
    size = _spacing(vertices[shown])
    for label in np.unique(labels):
        rows = shown[labels[shown] == label]
        path = f"/points/{colouring}/{names[int(label)]}"
        scene.add_point_cloud(
            path,
            vertices[rows],
            colours[rows],
            point_size=size,
            point_shape="circle",
            point_shading="flat",
            precision="float32",
        )


def _spacing(points: NDArray[np.float32]) -> float:
    """Median distance to the fourth nearest point, over a thousand of them."""
    import numpy as np
    from scipy.spatial import KDTree

    some = points[:: max(1, len(points) // 1000)]
    return float(np.median(KDTree(points).query(some, k=[min(5, len(points))])[0]))


def _pieces(
    faces: NDArray[np.int32], labels: NDArray[np.uint8]
) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.int64]]]:
    """Each label, the vertices of its faces, and those faces in terms of them; two corners of three decide."""
    import numpy as np

    of_faces = np.sort(labels[faces], axis=1)[:, 1]  # the middle one is that of two corners, if two agree
    for label in np.unique(of_faces):
        chosen, corners = np.unique(faces[of_faces == label], return_inverse=True)
        yield int(label), chosen, corners.reshape(-1, 3)
