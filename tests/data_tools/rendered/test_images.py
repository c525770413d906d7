"""Image files of a frame, as other programs read them; and nerfstudio's index of them."""

import importlib
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from geo3d.data_tools.rendered.frames import gather_frames
from geo3d.data_tools.rendered.images import ImagesConfig, image_files, write_images
from geo3d.data_tools.rendered.nerfstudio import write_transforms
from geo3d.ops.camera import project, transform
from geo3d.ops.flow import Flow
from geo3d.ops.orbit import looking_at
from geo3d.ops.render import NONE, View
from geo3d.scene.kinds import CameraPath
from tests.ops.test_render import two_boxes

HEIGHT, WIDTH = 30, 40


def some_view() -> View:
    random = torch.Generator().manual_seed(0)
    objects = torch.randint(4, (HEIGHT, WIDTH), generator=random).int()
    normals = torch.nn.functional.normalize(torch.randn(HEIGHT, WIDTH, 3, generator=random), dim=2)
    return View(
        colour=torch.randint(256, (HEIGHT, WIDTH, 3), generator=random).to(torch.uint8),
        depth=torch.where(objects > 0, 5 * torch.rand(HEIGHT, WIDTH, generator=random) + 0.2, 0),
        normals=torch.where(objects[..., None] > 0, normals, 0),
        labels=torch.where(objects > 0, objects + 10, NONE).to(torch.uint8),
        objects=objects * 200,
    )


def written(folder: Path, config: ImagesConfig, view: View, flows: dict[str, Flow]) -> dict[str, Path]:
    files = image_files(config, flow=bool(flows), number=1, count=3)
    for name in files.values():
        (folder / name).parent.mkdir(exist_ok=True)
    write_images(folder, files, view, flows, config)
    assert list(folder.rglob("*.part")) == []
    return {channel: folder / name for channel, name in files.items()}


def test_flow_that_is_not_there_is_not_taken_for_something_else(tmp_path: Path):
    with pytest.raises(KeyError, match="forward_flow"):
        write_images(tmp_path, {"forward_flow": "f.png"}, some_view(), {}, ImagesConfig())
    with pytest.raises(ValueError, match="albedo is no channel"):
        write_images(tmp_path, {"albedo": "a.png"}, some_view(), {}, ImagesConfig())


def test_what_is_written_is_what_others_read(tmp_path: Path):
    view, random = some_view(), torch.Generator().manual_seed(1)
    flow = Flow(40 * torch.randn(HEIGHT, WIDTH, 2, generator=random), torch.rand(HEIGHT, WIDTH, generator=random) > 0.3)
    far = flow._replace(moved=torch.full((HEIGHT, WIDTH, 2), 600.0))
    files = written(tmp_path, ImagesConfig(colour="png"), view, {"forward_flow": flow, "backward_flow": far})
    assert (np.asarray(Image.open(files["colour"])) == view.colour.numpy()).all()
    depth = np.asarray(Image.open(files["depth"])).astype(np.float64) / 1000
    assert np.abs(depth - view.depth.numpy()).max() <= 0.0005 + 1e-6
    seen = view.objects.numpy() > 0
    normals = np.asarray(Image.open(files["normals"])).astype(np.float64) / 127.5 - 1
    assert np.abs(normals - view.normals.numpy())[seen].max() <= 0.5 / 127.5 + 1e-6
    assert (np.asarray(Image.open(files["normals"]))[~seen] == 0).all()
    assert (np.asarray(Image.open(files["labels"])) == view.labels.numpy()).all()
    assert (np.asarray(Image.open(files["instances"])) == view.objects.numpy()).all()
    kitti = np.array(cv2.imread(str(files["forward_flow"]), cv2.IMREAD_UNCHANGED), np.float64)[..., ::-1]
    assert ((kitti[..., 2] > 0) == flow.seen.numpy()).all()
    assert np.abs((kitti[..., :2] - 2**15) / 64 - flow.moved.numpy()).max() <= 1 / 128 + 1e-4
    assert (
        np.array(cv2.imread(str(files["backward_flow"]), cv2.IMREAD_UNCHANGED))[..., 0] == 0
    ).all()  # too far to be told


def test_depth_that_does_not_fit_is_none_and_a_coarser_unit_lets_it_fit(tmp_path: Path):
    view = some_view()
    view.depth[0, :2] = torch.tensor([65.535, 70.0])
    fine = written(tmp_path, ImagesConfig(channels=("depth",)), view, {})
    assert np.asarray(Image.open(fine["depth"]))[0, :2].tolist() == [65535, 0]
    coarse = written(tmp_path, ImagesConfig(channels=("depth",), depth_unit=0.01), view, {})
    assert np.asarray(Image.open(coarse["depth"]))[0, 1] == 7000


def test_the_first_frame_flows_only_on_and_the_last_only_back():
    config = ImagesConfig(channels=())
    assert list(image_files(config, True, 0, 3)) == ["forward_flow"]
    assert list(image_files(config, True, 2, 3)) == ["backward_flow"]
    assert list(image_files(config, True, 0, 1)) == []


def test_a_jpeg_is_near_the_colours_and_a_third_as_large(tmp_path: Path):
    view = some_view()
    view.colour[:] = torch.linspace(0, 255, WIDTH).to(torch.uint8)[None, :, None]
    files = written(tmp_path, ImagesConfig(channels=("colour",)), view, {})
    assert files["colour"].suffix == ".jpg"
    assert np.abs(np.asarray(Image.open(files["colour"])).astype(int) - view.colour.numpy()).mean() < 2


def test_rays_of_nerfstudios_cameras_meet_the_points_that_ours_project(tmp_path: Path):
    eyes = torch.tensor([[4.0, 1.0, 2.0], [-3.0, 2.0, 1.0]]).double()
    world_from_camera = looking_at(eyes, torch.zeros(3).double(), torch.tensor([0.0, 0, 1]).double()).inverse()
    intrinsics = torch.tensor([[50.0, 0, 19.5], [0, 52.0, 14.0], [0, 0, 1]]).double()
    cameras = CameraPath(world_from_camera, intrinsics, (HEIGHT, WIDTH))
    files = [image_files(ImagesConfig(), False, number, 2) for number in range(2)]
    for frame in files:
        for name in frame.values():
            (tmp_path / name).parent.mkdir(exist_ok=True)
        write_images(tmp_path, frame, some_view(), {}, ImagesConfig())
    frames = gather_frames(two_boxes(), cameras, tmp_path, files, 0.001)
    write_transforms(frames, tmp_path / "transforms.json")
    index = json.loads((tmp_path / "transforms.json").read_text())
    points = torch.tensor([[0.3, -0.2, 0.4], [0.0, 0.5, -0.5]]).double()
    for frame, camera in zip(index["frames"], world_from_camera, strict=True):
        pixels = project(transform(points, camera.inverse()), intrinsics).numpy()
        x = (pixels[:, 0] + 0.5 - index["cx"]) / index["fl_x"]  # as nerfstudio's Cameras: y up, looking along -z
        y = -(pixels[:, 1] + 0.5 - index["cy"]) / index["fl_y"]
        matrix = np.array(frame["transform_matrix"])
        rays = np.stack([x, y, -np.ones(2)], axis=1) @ matrix[:3, :3].T
        away = points.numpy() - matrix[:3, 3]
        assert np.abs(np.cross(rays, away)).max() < 1e-9
        assert ((rays * away).sum(axis=1) > 0).all()
        assert all((tmp_path / frame[name]).exists() for name in ("file_path", "depth_file_path"))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")  # its own
def test_a_reader_of_nerfstudios_files_finds_our_cameras(tmp_path: Path):
    reader: Any = importlib.import_module("nerfbaselines.datasets.nerfstudio")
    cameras = CameraPath(torch.eye(4).double().repeat(3, 1, 1), torch.eye(3).double(), (HEIGHT, WIDTH))
    eyes = torch.tensor([[4.0, 1.0, 2.0], [-3.0, 2.0, 1.0], [0.5, -3.0, 0.2]]).double()
    cameras.world_from_camera[:] = looking_at(
        eyes, torch.zeros(3).double(), torch.tensor([0.0, 0, 1]).double()
    ).inverse()
    cameras.intrinsics[:] = torch.tensor([[50.0, 0, 19.5], [0, 52.0, 14.0], [0, 0, 1]])
    files = [image_files(ImagesConfig(channels=("colour",)), False, number, 3) for number in range(3)]
    for frame in files:
        (tmp_path / "colour").mkdir(exist_ok=True)
        write_images(tmp_path, frame, some_view(), {}, ImagesConfig())
    write_transforms(gather_frames(two_boxes(), cameras, tmp_path, files, 0.001), tmp_path / "transforms.json")
    found = reader.load_nerfstudio_dataset(str(tmp_path), split="train")
    names = [Path(path).name for path in found["image_paths"]]
    assert names
    for name, camera, intrinsics in zip(names, found["cameras"].poses, found["cameras"].intrinsics, strict=True):
        number = int(Path(name).stem)
        assert camera == pytest.approx(cameras.world_from_camera[number, :3].numpy(), abs=1e-6)  # it turns them back
        assert intrinsics.tolist() == pytest.approx([50, 52, 20, 14.5])  # its pixel centres are at halves
    assert found["cameras"].image_sizes.tolist() == [[WIDTH, HEIGHT]] * len(names)
