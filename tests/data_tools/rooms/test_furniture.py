"""Every builder of furniture makes models that can be placed, stood on, labelled and seen from all sides."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geo3d.data_tools.labels.nyu40 import IDS
from geo3d.data_tools.rooms.draw import Draw
from geo3d.data_tools.rooms.furniture.beds_and_tables import beds, coffee_tables, desks, storied_beds, tables
from geo3d.data_tools.rooms.furniture.on_walls import radiators
from geo3d.data_tools.rooms.furniture.seats import armchairs, chairs, metal_chairs, office_chairs, sofas, stools
from geo3d.data_tools.rooms.furniture.standing import bins, household, others
from geo3d.data_tools.rooms.furniture.storage import bookshelves, cabinets, chests, wardrobes
from geo3d.data_tools.rooms.model import Model

Size = tuple[float, float, float]
Builder = Callable[[Draw], Model]

KINDS: dict[str, tuple[tuple[Builder, ...], str, Size, Size]] = {
    "chair": (chairs.CHAIRS + metal_chairs.METAL_CHAIRS, "chair", (0.36, 0.38, 0.72), (0.66, 0.75, 1.18)),
    "office_chair": (office_chairs.OFFICE_CHAIRS, "chair", (0.5, 0.5, 0.58), (0.8, 0.8, 1.45)),
    "armchair": (armchairs.ARMCHAIRS, "chair", (0.52, 0.55, 0.4), (1.15, 1.15, 1.25)),
    "stool": (stools.STOOLS, "chair", (0.26, 0.26, 0.35), (0.55, 0.55, 1.15)),
    "sofa": (sofas.SOFAS, "sofa", (1.25, 0.7, 0.6), (3.1, 2.0, 1.1)),
    "bed": (beds.BEDS + storied_beds.STORIED_BEDS, "bed", (0.65, 1.25, 0.35), (2.35, 2.5, 2.2)),
    "night_stand": (chests.NIGHT_STANDS, "night stand", (0.3, 0.28, 0.42), (0.65, 0.55, 0.8)),
    "dresser": (chests.DRESSERS, "dresser", (0.55, 0.38, 0.65), (1.8, 0.6, 1.6)),
    "dining_table": (tables.DINING_TABLES, "table", (0.6, 0.6, 0.7), (2.7, 1.4, 0.8)),
    "coffee_table": (coffee_tables.COFFEE_TABLES, "table", (0.38, 0.32, 0.34), (1.4, 1.2, 0.7)),
    "desk": (desks.DESKS, "desk", (0.85, 0.48, 0.68), (2.1, 1.8, 1.6)),
    "bookshelf": (bookshelves.BOOKSHELVES, "bookshelf", (0.32, 0.2, 0.6), (2.2, 0.55, 2.4)),
    "cabinet": (cabinets.CABINETS, "cabinet", (0.38, 0.32, 0.36), (2.1, 0.7, 2.0)),
    "wardrobe": (wardrobes.WARDROBES, "cabinet", (0.75, 0.45, 1.65), (3.0, 0.75, 2.45)),
    "other": (others.OTHERS + household.HOUSEHOLD, "otherfurniture", (0.35, 0.25, 0.1), (1.7, 1.5, 1.95)),
    "radiator": (radiators.RADIATORS, "otherfurniture", (0.25, 0.05, 0.4), (1.9, 0.35, 2.1)),
    "bin": (bins.BINS, "otherprop", (0.15, 0.12, 0.24), (1.3, 0.6, 0.85)),
}
"""Of each kind: its builders, the label of its models, and between which sizes in metres they are."""
SEEDS = range(4)
BUILDERS = [
    pytest.param(kind, builder, id=f"{kind}-{builder.__name__}")
    for kind, (builders, *_) in KINDS.items()
    for builder in builders
]
every_builder = pytest.mark.parametrize(("kind", "builder"), BUILDERS)
TOUCH = 0.002


@cache
def built(builder: Builder, seed: int) -> Model:
    return builder(Draw(seed))


@cache
def solids(builder: Builder, seed: int) -> np.ndarray:
    """Number of the connected piece that each vertex belongs to: [vertex]."""
    faces = built(builder, seed).faces
    a, b = faces[:, :2].ravel(), faces[:, 1:].ravel()
    graph = coo_matrix((np.ones(len(a)), (a, b)), shape=(faces.max() + 1,) * 2)
    return connected_components(graph, directed=False)[1]


def boxes(builder: Builder, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest corner of each solid: [solid, 3] twice."""
    vertices, solid = built(builder, seed).vertices, solids(builder, seed)
    low = np.full((solid.max() + 1, 3), np.inf)
    high = -low
    np.minimum.at(low, solid, vertices)
    np.maximum.at(high, solid, vertices)
    return low, high


def first_hits(model: Model, origins: np.ndarray, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distance along each ray to the first face, infinite without, and the cosine between the ray and its normal."""
    open3d = pytest.importorskip("open3d")
    scene = open3d.t.geometry.RaycastingScene()
    scene.add_triangles(
        open3d.core.Tensor(model.vertices.astype(np.float32)), open3d.core.Tensor(model.faces.astype(np.uint32))
    )
    rays = np.concatenate(np.broadcast_arrays(origins, directions), axis=1).astype(np.float32)
    hits = scene.cast_rays(open3d.core.Tensor(rays))
    normals = hits["primitive_normals"].numpy()
    return hits["t_hit"].numpy(), (normals * rays[:, 3:]).sum(axis=1)


@every_builder
def test_each_solid_is_closed_and_turned_outward(kind: str, builder: Builder):
    for seed in SEEDS:
        model = built(builder, seed)
        assert np.isfinite(model.vertices).all()
        solid = solids(builder, seed)
        edges = np.concatenate([model.faces[:, [0, 1]], model.faces[:, [1, 2]], model.faces[:, [2, 0]]]).astype(int)
        there, back = (np.unique(way @ (len(model.vertices), 1)) for way in (edges, edges[:, ::-1]))
        assert len(there) == len(edges), "an edge is used twice in the same direction"
        np.testing.assert_array_equal(there, back, "an edge has a face on one side only")
        corners = model.vertices[model.faces]
        sixth = np.einsum("fi,fi->f", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6
        assert np.bincount(solid[model.faces[:, 0]], sixth).min() > 1e-8


@every_builder
def test_seen_from_outside_faces_face_the_eye(kind: str, builder: Builder):
    # A solid that is folded through itself has a positive volume and is closed, but shows its inside.
    random = np.random.default_rng(0)
    for seed in SEEDS:
        model = built(builder, seed)
        aim = model.vertices.mean(axis=0) + (random.random((1000, 3)) - 0.5) * model.size
        away = random.normal(size=(1000, 3))
        origins = aim + 5 * away / np.linalg.norm(away, axis=1, keepdims=True)
        distance, cosine = first_hits(model, origins, aim - origins)
        hit = np.isfinite(distance)
        assert hit.sum() > 30
        assert (cosine[hit] > 1e-3).mean() < 0.005


@every_builder
def test_it_stands_on_the_floor_around_the_origin(kind: str, builder: Builder):
    for seed in SEEDS:
        low, high = (end(built(builder, seed).vertices, axis=0) for end in (np.min, np.max))
        np.testing.assert_allclose([*(low + high)[:2], low[2]], 0, atol=1e-9)


@every_builder
def test_it_is_as_large_as_its_kind(kind: str, builder: Builder):
    _, _, low, high = KINDS[kind]
    for seed in SEEDS:
        size = built(builder, seed).size
        assert (np.array(low) <= size).all(), size
        assert (size <= np.array(high)).all(), size


@every_builder
def test_its_first_label_is_its_kinds_and_all_are_of_nyu40(kind: str, builder: Builder):
    for seed in SEEDS:
        model = built(builder, seed)
        assert KINDS[kind][1] in model.labels
        assert set(model.labels) <= set(IDS)
        assert set(model.face_labels.tolist()) == set(range(len(model.labels)))


@every_builder
def test_nothing_floats(kind: str, builder: Builder):
    for seed in SEEDS:
        low, high = boxes(builder, seed)
        touching = ((low[:, None] <= high[None] + TOUCH) & (low[None] <= high[:, None] + TOUCH)).all(axis=2)
        part = connected_components(touching, directed=False)[1]
        standing = set(part[low[:, 2] < TOUCH].tolist())
        floating = [(low[i], high[i]) for i in range(len(low)) if part[i] not in standing]
        assert not floating


@every_builder
def test_tops_are_free_and_rest_on_something(kind: str, builder: Builder):
    random = np.random.default_rng(0)
    for seed in SEEDS:
        model = built(builder, seed)
        for top in model.tops:
            places = random.uniform(top.low, top.high, (100, 2))
            points = np.column_stack([places, np.full(100, top.height + 0.005)])
            below, _ = first_hits(model, points, np.array((0.0, 0.0, -1.0)))
            above, _ = first_hits(model, points, np.array((0.0, 0.0, 1.0)))
            np.testing.assert_allclose(below, 0.005, atol=TOUCH)
            assert above.min() >= top.room_above - 0.01
            low, high = (*top.low, top.height + TOUCH), (*top.high, top.height + top.room_above)
            assert not ((model.vertices > low) & (model.vertices < high)).all(axis=1).any()
            assert (np.subtract(top.high, top.low) > 0.05).all()


@every_builder
def test_a_seed_is_a_model(kind: str, builder: Builder):
    model, again, other = built(builder, 0), builder(Draw(0)), built(builder, 1)
    for name in ("vertices", "faces", "uv", "face_materials", "face_labels"):
        np.testing.assert_array_equal(getattr(model, name), getattr(again, name))
    assert (model.materials, model.tops) == (again.materials, again.tops)
    assert model.vertices.shape != other.vertices.shape or not np.allclose(model.vertices, other.vertices)


@every_builder
def test_it_has_few_faces_and_a_place_in_its_textures(kind: str, builder: Builder):
    for seed in SEEDS:
        model = built(builder, seed)
        assert len(model.faces) < 4000
        assert model.uv.shape == (len(model.faces), 3, 2)
        assert np.isfinite(model.uv).all()
        assert model.face_materials.max() < len(model.materials)


@every_builder
def test_its_name_is_its_builders(kind: str, builder: Builder):
    assert built(builder, 0).name == f"{builder.__module__.rsplit('.', 1)[1]}.{builder.__name__}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_builders_to_hold_out(kind: str):
    builders = KINDS[kind][0]
    assert len(set(builders)) == len(builders) >= (5 if KINDS[kind][1] not in ("night stand", "dresser") else 3)
