"""The rasteriser beside Open3D's ray casting and OpenGL, on a furnished room."""

import importlib
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from geo3d.data_tools.rooms.build import build_scene
from geo3d.data_tools.rooms.catalogue import builders_of
from geo3d.data_tools.rooms.place import describe
from geo3d.ops.raster import rasterize
from geo3d.ops.scene_view import view_scene
from tests.bench import opengl
from tests.scenes import looking_at

SIZE = (480, 640)
INTRINSICS = np.array([[525.0, 0, 319.5], [0, 525, 239.5], [0, 0, 1]])
TRIANGLES = 80_000
ROUNDS = 15


def rows() -> list[dict]:
    """Seconds a frame for depth and triangle ids, ours and the peers' in turn; and for all channels of a view, ours.

    What a peer builds of the mesh once, a tree or buffers, is there before.
    """
    o3d: Any = importlib.import_module("open3d")
    scene = build_scene(describe(3, "train", builders_of("train"), ("living_room",)), builders_of("train"))
    vertices, faces = split(scene.vertices.numpy(), scene.faces.numpy())
    world_from_camera = looking_at(np.array([0.6, 0.6, 1.6]), np.array([3.0, 3.0, 0.8]))
    camera = torch.from_numpy(np.linalg.inv(world_from_camera))
    peer = o3d.t.geometry.RaycastingScene()
    peer.add_triangles(o3d.core.Tensor(vertices), o3d.core.Tensor(faces.astype(np.uint32)))
    v, u = np.mgrid[: SIZE[0], : SIZE[1]]
    ahead = np.stack([u, v, np.ones_like(u)], axis=-1) @ np.linalg.inv(INTRINSICS).T @ world_from_camera[:3, :3].T
    rays = np.concatenate([np.broadcast_to(world_from_camera[:3, 3], ahead.shape), ahead], axis=-1).astype(np.float32)
    intrinsics, mesh = torch.from_numpy(INTRINSICS), (torch.from_numpy(vertices), torch.from_numpy(faces))
    drawn = in_opengl(vertices, faces, camera.numpy())
    ours, *theirs = in_turn(
        lambda: rasterize(*mesh, camera, intrinsics, SIZE),
        lambda: peer.cast_rays(o3d.core.Tensor(rays)),
        *([drawn[1]] if drawn else []),
    )
    (view,) = in_turn(lambda: view_scene(scene, camera, intrinsics, SIZE, samples=1))
    work = f"depth and ids of {len(faces):,} triangles, 640 x 480"
    names = ["Open3D's ray casting", *([f"OpenGL on {drawn[0]}"] if drawn else [])]
    targets = [8, None][: len(theirs)]
    return [
        *(row(f"{work}, {name}", ours, *other) for name, *other in zip(names, theirs, targets, strict=True)),
        row(f"view of a room of {len(scene.faces):,} triangles, 640 x 480, all channels", view),
    ]


def row(name: str, ours: float, peer: float | None = None, target: float | None = None) -> dict:
    ratio = None if peer is None else peer / ours
    met = None if ratio is None or target is None else ratio >= target
    return {"name": name, "ours": ours, "peer": peer, "unit": "s/frame", "ratio": ratio, "target": target, "met": met}


def in_opengl(
    vertices: np.ndarray, faces: np.ndarray, camera_from_world: np.ndarray
) -> tuple[str, Callable[[], object]] | None:
    """The peer's name and work, where OpenGL can be had without a screen and draws the same image as ours."""
    try:
        name, draw = opengl.renderer(vertices, faces, camera_from_world, INTRINSICS, SIZE)
    except Exception as error:  # of the system's libraries, each with its own
        print(f"OpenGL is left out, which has no context without a screen here ({error})")
        return None
    place = torch.from_numpy(camera_from_world), torch.from_numpy(INTRINSICS)
    depth, triangle = rasterize(torch.from_numpy(vertices), torch.from_numpy(faces), *place, SIZE)
    same = draw()[1] == triangle.numpy()
    assert same.mean() > 0.999
    assert np.abs(draw()[0] - depth.numpy())[same].max() < 1e-4
    return name, draw


def split(vertices: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same surface in at least TRIANGLES: the largest triangles are halved along their longest edges."""
    while len(faces) < TRIANGLES:
        corners = vertices[faces]
        sides = np.linalg.norm(corners - corners[:, [1, 2, 0]], axis=2)
        large = np.argsort(-sides.max(axis=1), kind="stable")[: min(len(faces), TRIANGLES - len(faces))]
        first = sides[large].argmax(axis=1)
        a, b, c = (faces[large, (first + step) % 3] for step in range(3))
        middle = len(vertices) + np.arange(len(large))
        vertices = np.concatenate([vertices, (vertices[a] + vertices[b]) / 2]).astype(np.float32)
        halves = [np.column_stack([a, middle, c]), np.column_stack([middle, b, c])]
        faces = np.concatenate([np.delete(faces, large, axis=0), *halves]).astype(np.int32)
    return vertices, faces


def in_turn(*works: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """Median seconds of each, after a first run that is not counted."""
    for work in works:
        work()
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, taken in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            taken.append(time.perf_counter() - start)
    return [float(np.median(taken)) for taken in times]


if __name__ == "__main__":
    print(*rows(), sep="\n")
