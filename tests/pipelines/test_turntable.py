"""The film of a mesh going round, read back by others."""

import shutil
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from PIL import Image, ImageSequence

from geo3d.errors import InputError
from geo3d.pipelines.scan_to_mesh import scan_to_mesh
from geo3d.pipelines.turntable import TurntableConfig, turntable
from geo3d.stages.fuse import FuseConfig
from geo3d.stages.mesh import MeshConfig
from tests.plain_runs import plain
from tests.scenes import all_around, box, write_scan

SMALL = {"seconds": 1.0, "rate": 8, "height": 64}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("turntable")
    scan = write_scan(folder / "scan", box(0.4), all_around(1.5, 20), (72, 96), 80.0)
    scan_to_mesh(scan, folder / "out", plain(fuse=FuseConfig(voxel_size=0.04), mesh=MeshConfig(min_weight=1)))
    return folder / "out"


def images_of(file: Path) -> np.ndarray:
    if file.suffix == ".gif":
        with Image.open(file) as film:
            return np.stack([np.array(frame.convert("RGB")) for frame in ImageSequence.Iterator(film)])
    import av

    with av.open(str(file)) as film:
        assert film.streams.video[0].codec_context.name == "h264"
        assert film.streams.video[0].average_rate == SMALL["rate"]
        return np.stack([frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)])


@pytest.mark.parametrize("form", ["mp4", "gif"])
def test_a_round_shows_colours_on_the_left_and_labels_on_the_right_and_the_box_turning(
    out: Path, form: Literal["mp4", "gif"]
):
    images = images_of(turntable(out, TurntableConfig(**SMALL, format=form))).astype(int)
    assert images.shape == (8, 64, 128, 3)
    on_left, on_right = np.any(images[:, :, :64] < 230, axis=3), np.any(images[:, :, 64:] < 230, axis=3)
    assert (on_left == on_right).mean() > 0.98  # the same mesh from the same place
    assert 0.2 < on_left.mean() < 0.8
    assert not on_left[:, [0, -1]].any()
    assert (images[:, :, :64] - images[:, :, 64:]).std() > 10
    shapes = on_left.reshape(8, -1)
    quarter, eighth = ((shapes == np.roll(shapes, turn, axis=0)).mean() for turn in (2, 1))
    assert quarter > eighth  # a cube looks the same after a quarter of a round only


def test_a_folder_without_a_finished_run_is_refused(out: Path, tmp_path: Path):
    with pytest.raises(InputError, match="has no 3_mesh; give the output folder of a finished"):
        turntable(tmp_path)
    shutil.copytree(out, tmp_path / "half", symlinks=True)
    (tmp_path / "half" / "5_semantic").unlink()
    with pytest.raises(InputError, match="has no 5_semantic"):
        turntable(tmp_path / "half")
    with pytest.raises(InputError, match="height = 63"):
        TurntableConfig(height=63)
