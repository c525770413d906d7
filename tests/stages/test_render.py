"""Frames of a furnished room: begun anywhere they are the same, and flow leads to the same thing in the next."""

from functools import cache

import numpy as np
import torch

from geo3d.data_tools.rendered.paths import PathConfig, camera_path
from geo3d.data_tools.rendered.scene_sources import LoadedScene, load_scene, made_rooms
from geo3d.ops.camera import pixel_grid
from geo3d.scene.kinds import CameraPath
from geo3d.stages.render import RenderConfig, RenderedFrame, render

SIZE = (120, 160)


@cache
def room() -> LoadedScene:
    return load_scene(made_rooms(1, 2, "train", ("bathroom",))[0])


@cache
def path() -> CameraPath:
    whole = camera_path(room(), PathConfig(frames=60, height=SIZE[0], width=SIZE[1]), None, "room", 2)
    return CameraPath(whole.world_from_camera[:5], whole.intrinsics, whole.size)


@cache
def frames() -> list[RenderedFrame]:
    return list(render(room().scene, path(), RenderConfig(samples=1, flow=True)))


def test_frames_begun_in_the_middle_are_the_same():
    later = list(render(room().scene, path(), RenderConfig(samples=1, flow=True), first=3))
    assert [frame.number for frame in later] == [3, 4]
    for frame, whole in zip(later, frames()[3:], strict=True):
        assert (frame.view.colour == whole.view.colour).all()
        assert frame.backward is not None
        assert whole.backward is not None
        assert (frame.backward.moved == whole.backward.moved).all()
        assert (frame.backward.seen == whole.backward.seen).all()
    assert list(render(room().scene, path(), RenderConfig(), first=5)) == []


def test_there_is_no_flow_before_the_first_frame_after_the_last_or_where_none_is_asked_for():
    assert [frame.backward is None for frame in frames()] == [True, False, False, False, False]
    assert [frame.forward is None for frame in frames()] == [False, False, False, False, True]
    plain = next(render(room().scene, path(), RenderConfig(samples=1)))
    assert (plain.forward, plain.backward) == (None, None)


def test_flow_warps_a_frame_into_the_next():
    warped, apart, kept, shown = [], [], [], []
    for frame, after in zip(frames(), frames()[1:], strict=False):
        assert frame.forward is not None
        moved, seen = frame.forward
        at = (pixel_grid(*SIZE) + moved).round().long()
        u, v = at[..., 0].clamp(0, SIZE[1] - 1), at[..., 1].clamp(0, SIZE[0] - 1)
        colour, objects = after.view.colour[v, u].float(), after.view.objects[v, u]
        warped.append((colour - frame.view.colour.float()).abs().mean(dim=2)[seen])
        apart.append((after.view.colour.float() - frame.view.colour.float()).abs().mean(dim=2)[seen])
        kept.append((objects == frame.view.objects)[seen])
        shown.append(seen.float().mean())
    assert min(shown) > 0.3
    assert torch.cat(kept).float().mean() > 0.97  # a rounded pixel beside an outline may be of the neighbour
    assert torch.cat(warped).median() < 2  # of 255 levels
    assert torch.cat(warped).mean() < 0.4 * torch.cat(apart).mean()


def test_backward_flow_undoes_forward_flow_where_both_are_seen():
    first, second = frames()[0], frames()[1]
    assert first.forward is not None
    assert second.backward is not None
    at = (pixel_grid(*SIZE) + first.forward.moved).round().long()
    u, v = at[..., 0].clamp(0, SIZE[1] - 1), at[..., 1].clamp(0, SIZE[0] - 1)
    back = second.backward.moved[v, u] + at - pixel_grid(*SIZE)
    both = first.forward.seen & second.backward.seen[v, u]
    assert both.float().mean() > 0.2
    assert np.quantile(back[both].norm(dim=1).numpy(), 0.95) < 1.5  # pixels: the rounding alone is up to 0.7
