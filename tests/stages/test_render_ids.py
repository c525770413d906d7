"""Depth and ids of a furnished room, against Open3D's ray casting."""

import importlib
from typing import Any

import numpy as np
import torch

from geo3d.data_tools.rendered.paths import PathConfig, camera_path
from geo3d.data_tools.rendered.scene_sources import load_scene, made_rooms
from geo3d.ops.camera import pixel_grid, unproject
from geo3d.ops.raster import rasterize
from geo3d.stages.render import render_frame


def test_a_furnished_room_has_open3ds_depth_and_ids_on_nearly_all_pixels():
    o3d: Any = importlib.import_module("open3d")
    loaded = load_scene(made_rooms(1, 5, "train", ("living_room",))[0])
    scene, path = loaded.scene, camera_path(loaded, PathConfig(frames=9), None, "room", 5)
    caster = o3d.t.geometry.RaycastingScene()
    caster.add_triangles(scene.vertices.numpy(), scene.faces.numpy().astype(np.uint32))
    rays = unproject(pixel_grid(*path.size), torch.ones(path.size).double(), path.intrinsics)
    same, close, things = [], [], []
    for number in range(0, 9, 2):
        world_from_camera = path.world_from_camera[number]
        away = (rays @ world_from_camera[:3, :3].T).numpy()
        eyes = np.broadcast_to(world_from_camera[:3, 3].numpy(), away.shape)
        hit = caster.cast_rays(o3d.core.Tensor(np.concatenate([eyes, away], axis=2).astype(np.float32)))
        depth, ids = torch.from_numpy(hit["t_hit"].numpy()), hit["primitive_ids"].numpy().astype(np.int64)
        ours, triangle = rasterize(scene.vertices, scene.faces, world_from_camera.inverse(), path.intrinsics, path.size)
        ids = np.where(ids == 0xFFFFFFFF, -1, ids)
        agree = torch.from_numpy(ids) == triangle
        # Faces of two things in one plane are equally near, and either may count.
        same.append(agree | ((depth - ours).abs() < 1e-5))
        close.append((depth - ours).abs()[agree & (triangle >= 0)])
        things.append(agree)
        view = render_frame(scene, path, number, 1)
        objects = torch.where(triangle >= 0, scene.face_objects[triangle.clamp(min=0).long()] + 1, 0)
        assert (view.objects == objects).all()
    assert torch.stack(same).float().mean() > 0.999  # the rest lies along outlines, where a ray passes either side
    assert torch.stack(things).float().mean() > 0.99
    assert float(torch.cat(close).max()) < 1e-3
    assert float(torch.cat(close).quantile(0.999)) < 1e-4
