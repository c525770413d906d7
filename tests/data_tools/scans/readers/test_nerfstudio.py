"""transforms.json: what nerfstudio and instant-ngp mean by its keys, and what is refused."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from geo3d.data_tools.rendered.nerfstudio import write_transforms as write_rendered
from geo3d.data_tools.scans.readers import nerfstudio
from geo3d.errors import InputError
from geo3d.scene.frames import read_frame
from geo3d.scene.kinds import Encoded, RenderedFrames
from tests.data_tools.scans.phone_scans import LENS, views
from tests.data_tools.scans.test_formats import K, read, transforms
from tests.data_tools.scans.view_writers import save, write_transforms


def write(folder: Path, **further: Any) -> dict[str, Any]:
    write_transforms(folder, views(transforms(3)), LENS, **further)
    return json.loads((folder / "transforms.json").read_text())


def rewrite(folder: Path, index: Any) -> None:
    (folder / "transforms.json").write_text(index if isinstance(index, str) else json.dumps(index))


def test_our_own_rendered_frames_are_read_as_they_were_written(tmp_path: Path):
    matrices = torch.from_numpy(np.stack(transforms(4)))
    names = [(f"colour/{row}.png", f"depth/{row}.png") for row in range(4)]
    for (colour, depth), view in zip(names, views(transforms(4)), strict=True):
        save(tmp_path / colour, view.colour[::2, ::2])
        save(tmp_path / depth, view.depth.astype(np.uint16))
    none = dict.fromkeys(("normals", "labels", "instances", "forward_flow", "backward_flow", "classes"), ())
    frames = RenderedFrames(
        source=tmp_path,
        colour=tuple(Encoded(name, "") for name, _ in names),
        depth=tuple(Encoded(name, "") for _, name in names),
        world_from_camera=matrices,
        intrinsics=torch.from_numpy(K),
        size=(12, 16),
        depth_unit=0.0004,
        instance_labels=torch.zeros(0, dtype=torch.uint8),
        up=torch.tensor([0.0, 0.6, 0.8]).double(),
        **none,
    )
    write_rendered(frames, tmp_path / "transforms.json")
    scan = read(tmp_path)
    assert scan.world_from_camera.tolist() == matrices.tolist()
    assert scan.intrinsics.tolist() == scan.colour_intrinsics.tolist() == [K.tolist()] * 4
    assert scan.up is not None
    np.testing.assert_allclose(scan.up.numpy(), [0, 0.6, 0.8], atol=1e-15)
    assert (scan.depth_unit, scan.distortion) == (0.0004, None)
    assert float(read_frame(scan, 1).depth[0, 0]) == pytest.approx(0.8)


def test_instant_ngps_depth_is_in_the_files_own_units(tmp_path: Path):
    index = write(tmp_path, integer_depth_scale=0.0005, scale=0.2, offset=[3, 4, 5], aabb_scale=16, up=[0, 0, 2])
    for frame in index["frames"]:
        frame["depth_path"] = frame.pop("depth_file_path").replace("/", "\\")
        frame["file_path"] = frame["file_path"].removesuffix(".png")
    rewrite(tmp_path, index)
    scan = read(tmp_path)
    assert float(read_frame(scan, 1).depth[0, 0]) == pytest.approx(1.0)
    assert scan.world_from_camera.tolist() == np.stack(transforms(3)).tolist()
    assert (scan.up is not None and scan.up.tolist()) == [0, 0, 1]
    del index["integer_depth_scale"]
    rewrite(tmp_path, index)
    with pytest.raises(InputError, match=r"transforms\.json has integer_depth_scale = None; it must be a number"):
        read(tmp_path)


@pytest.mark.parametrize("kind", ["uint16", "float32", "float64", "int64", "columns first", "one channel"])
def test_depth_that_numpy_saved_is_read(tmp_path: Path, kind: str):
    index = write(tmp_path)
    for row, view in enumerate(views(transforms(3))):
        name = f"depth/{row}.npy"
        depth = view.depth.astype(kind if kind[-1].isdigit() else "float32")
        depth = {"columns first": np.asfortranarray(depth), "one channel": depth[..., None]}.get(kind, depth)
        np.save(tmp_path / name, depth)
        index["frames"][row]["depth_file_path"] = name
    rewrite(tmp_path, index)
    np.testing.assert_allclose(
        read_frame(read(tmp_path), 2).depth.numpy(), views([None] * 3)[2].depth / 1000, rtol=1e-6
    )
    bad = {"objects": np.array([{}] * 6).reshape(2, 3), "flat": np.zeros(192), "small": np.zeros((3, 4), "float32")}
    for row, (name, content) in enumerate(bad.items()):
        np.save(tmp_path / f"depth/{row}.npy", content, allow_pickle=True)
        with pytest.raises(
            InputError, match=rf"{row}\.npy (must hold \[height, width\] numbers|is 4x3; the scan's other)"
        ):
            read_frame(read(tmp_path), row)
        np.save(tmp_path / f"depth/{row}.npy", np.zeros((12, 16), "float32"))
        assert name


def test_an_array_that_claims_more_than_there_is_is_named(tmp_path: Path):
    index = write(tmp_path)
    for row in range(3):
        np.save(tmp_path / f"depth/{row}.npy", np.zeros((12, 16), "float32"))
        index["frames"][row]["depth_file_path"] = f"depth/{row}.npy"
    rewrite(tmp_path, index)
    path = tmp_path / "depth/1.npy"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"1\.npy cannot be read: it ends within"):
        read_frame(read(tmp_path), 1)
    path.write_bytes(path.read_bytes().replace(b"(12, 16)", b"(9999999999, 9999999999)"))
    with pytest.raises(InputError, match=r"1\.npy "):
        read_frame(read(tmp_path), 1)


def test_a_frames_own_intrinsics_come_first_and_angles_give_focal_lengths(tmp_path: Path):
    index = write(tmp_path)
    index["frames"][1] |= {"fl_x": 90.0, "cx": 17.0}
    rewrite(tmp_path, index)
    colour = read(tmp_path).colour_intrinsics.numpy()
    assert colour[:, 0, 0].tolist() == [100, 90, 100]
    assert colour[:, 0, 2].tolist() == [15.5, 16.5, 15.5]
    for name in ("fl_x", "fl_y", "cx", "cy", "w", "h"):
        del index[name]
    index["camera_angle_x"] = 2 * math.atan(16 / 100)
    del index["frames"][1]["fl_x"], index["frames"][1]["cx"]
    rewrite(tmp_path, index)
    np.testing.assert_allclose(
        read(tmp_path).colour_intrinsics.numpy(), [[[100, 0, 15.5], [0, 100, 11.5], [0, 0, 1]]] * 3
    )


def test_lenses_are_read_in_opencvs_order(tmp_path: Path):
    index = write(tmp_path, k1=0.1, k2=0.2, k3=0.3, p1=0.01, p2=0.02)
    index["frames"][1]["k1"] = -0.1
    rewrite(tmp_path, index)
    scan = read(tmp_path)
    assert scan.distortion is not None
    assert scan.colour_distortion is not None
    assert scan.distortion[0].tolist() == [0.1, 0.2, 0.01, 0.02, 0.3, 0, 0, 0]
    assert scan.colour_distortion[:, 0].tolist() == [0.1, -0.1, 0.1]
    rewrite(tmp_path, index | {"k4": 0.4, "k5": 0.5, "k6": 0.6})
    rational = read(tmp_path).distortion
    assert (rational is not None and rational[0, 5:].tolist()) == [0.4, 0.5, 0.6]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "fisheye": ({"camera_model": "OPENCV_FISHEYE"}, "has the camera_model 'OPENCV_FISHEYE'"),
    "model of no name": ({"camera_model": ["a"]}, r"has the camera_model \['a'\]"),
    "fisheye of instant-ngp": ({"is_fisheye": True}, "has is_fisheye; only cameras without it are read"),
    "rolling shutter": ({"rolling_shutter": [0, 0, 1]}, "has rolling_shutter"),
    "k4 alone": ({"k4": 0.1}, "has k4 = 0.1, which nerfstudio multiplies with r"),
    "scaled": ({"applied_scale": 0.3}, "has applied_scale = 0.3; transforms must be in metres"),
    "no number": ({"fl_x": "wide"}, "has fl_x = 'wide'; it must be a number"),
    "not finite": ({"cx": math.inf}, "has cx = inf; it must be a number"),
    "unit": ({"depth_unit_scale_factor": -1}, "has depth of -1.0 metres a count"),
    "no size": ({"w": 640}, "has w x h = 640x24; the images are 32x24"),
    "no direction": ({"up": [0, 0, 0]}, "has up = "),
    "up of two": ({"up": [0, 1]}, "must have 3 numbers as up"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_read_is_told_in_a_sentence(tmp_path: Path, name: str):
    further, sentence = REFUSED[name]
    write(tmp_path, **further)
    with pytest.raises(InputError, match=rf"transforms\.json {sentence}"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("index", "sentence"),
    [
        ("", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[1]", "must hold a JSON object, not list"),
        ('{"frames": 3}', "must have a list of objects as frames"),
        ('{"frames": [{"depth_file_path": "a"}]}', "has the frame 0 without a file_path"),
    ],
)
def test_a_broken_index_is_named(tmp_path: Path, index: str, sentence: str):
    rewrite(tmp_path, index)
    with pytest.raises(InputError, match=rf"transforms\.json.*{sentence}"):
        nerfstudio.find(tmp_path)


def test_frames_that_name_nothing_usable_are_skipped_or_no_scan(tmp_path: Path):
    index = write(tmp_path)
    assert nerfstudio.find(tmp_path) is not None
    odd = ("depth/none.png", "x" * 5000, "a\0b", "", 7)
    rewrite(
        tmp_path,
        index | {"frames": [frame | {"depth_file_path": name} for name in odd for frame in index["frames"][:1]]},
    )
    found = nerfstudio.find(tmp_path)
    assert found is not None
    assert (len(found.frames), len(found.skipped)) == (0, 5)
    rewrite(tmp_path, index | {"frames": [{"file_path": "images/0.png"}]})
    assert nerfstudio.find(tmp_path) is None  # views without depth
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    rewrite(tmp_path, index | {"frames": [index["frames"][0] | {"depth_file_path": "loop"}]})
    looped = nerfstudio.find(tmp_path)
    assert looped is not None
    assert not looped.frames


def test_transforms_of_three_rows_are_taken_and_of_two_refused(tmp_path: Path):
    index = write(tmp_path)
    for frame in index["frames"]:
        frame["transform_matrix"] = frame["transform_matrix"][:3]
    rewrite(tmp_path, index)
    assert read(tmp_path).world_from_camera.tolist() == np.stack(transforms(3)).tolist()
    index["frames"][0]["transform_matrix"] = index["frames"][0]["transform_matrix"][:2]
    rewrite(tmp_path, index)
    with pytest.raises(InputError, match="transform_matrix of 2 rows; allowed are 3 and 4"):
        read(tmp_path)
