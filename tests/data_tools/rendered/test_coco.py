"""COCO files as pycocotools reads them."""

import contextlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from pycocotools import mask as official
from pycocotools.coco import COCO

from geo3d.data_tools.rendered.coco import masks, merge_coco, write_coco
from geo3d.scene.kinds import Encoded, RenderedFrames

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools' own
CLASSES = ("wall", "floor", "chair", "table")


def blobs(seed: int, height: int = 37, width: int = 53) -> np.ndarray:
    """Overlapping rectangles and single pixels."""
    random = np.random.default_rng(seed)
    image = np.zeros((height, width), np.uint16)
    for number in range(1, 9):
        top, left = random.integers(0, height), random.integers(0, width)
        image[top : top + random.integers(1, height), left : left + random.integers(1, width)] = number
    image[random.integers(0, height, 40), random.integers(0, width, 40)] = 9
    return image


@pytest.mark.parametrize("seed", range(8))
def test_masks_are_those_that_pycocotools_encodes(seed: int):
    image = blobs(seed)
    found = masks(image)
    assert [one["object"] for one in found] == np.unique(image[image > 0]).tolist()
    for one in found:
        whole: Any = official.encode(np.asfortranarray(image == one["object"]))
        assert one["segmentation"]["counts"] == whole["counts"].decode()
        assert one["area"] == official.area(whole)
        assert one["bbox"] == official.toBbox(whole).tolist()


def test_long_runs_are_encoded_too():
    image = np.zeros((700, 900), np.uint16)
    image[350:, 100:] = 3
    image[-1, -1] = 0
    (one,) = masks(image)
    whole: Any = official.encode(np.asfortranarray(image == 3))
    assert one["segmentation"]["counts"] == whole["counts"].decode()


def frames_of(folder: Path, images: list[np.ndarray], labels: list[int]) -> RenderedFrames:
    folder.mkdir()
    for number, image in enumerate(images):
        Image.fromarray(image).save(folder / f"i{number}.png")
        Image.new("RGB", image.shape[::-1]).save(folder / f"c{number}.png")
    return RenderedFrames(
        source=folder,
        colour=tuple(Encoded(f"c{number}.png", "") for number in range(len(images))),
        depth=(),
        normals=(),
        labels=(),
        instances=tuple(Encoded(f"i{number}.png", "") for number in range(len(images))),
        forward_flow=(),
        backward_flow=(),
        world_from_camera=torch.eye(4).repeat(len(images), 1, 1),
        intrinsics=torch.eye(3),
        size=images[0].shape,
        depth_unit=0.001,
        classes=CLASSES,
        instance_labels=torch.tensor(labels, dtype=torch.uint8),
        up=torch.tensor([0.0, 0.0, 1.0]),
    )


def read(path: Path) -> COCO:
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(path))


def test_things_are_listed_and_walls_floors_and_what_has_no_label_are_not(tmp_path: Path):
    labels = [0, 1, 2, 3, 2, 255, 3, 2, 2]
    images = [blobs(0), blobs(1)]
    write_coco(frames_of(tmp_path / "a", images, labels), tmp_path / "a" / "coco.json")
    coco = read(tmp_path / "a" / "coco.json")
    assert {one["name"] for one in coco.dataset["categories"]} == {"chair", "table"}
    for number, image in enumerate(images, 1):
        listed = coco.loadAnns(coco.getAnnIds(imgIds=[number]))
        things = [one for one in np.unique(image[image > 0]).tolist() if labels[one - 1] in (2, 3)]
        assert len(listed) == len(things)
        for annotation, thing in zip(listed, things, strict=True):
            assert (coco.annToMask(annotation) == (image == thing)).all()
            name = coco.loadCats([annotation["category_id"]])[0]["name"]
            assert name == CLASSES[labels[thing - 1]]


def test_scenes_merge_into_one_file_whose_ids_are_all_different(tmp_path: Path):
    for scene, seed in (("a", 0), ("b", 5)):
        frames = frames_of(tmp_path / scene, [blobs(seed), blobs(seed + 1)], [2] * 9)
        write_coco(frames, tmp_path / scene / "coco.json")
    merge_coco(tmp_path, ["a", "b"], tmp_path / "all.json")
    coco, parts = read(tmp_path / "all.json"), [read(tmp_path / scene / "coco.json") for scene in "ab"]
    assert len(coco.anns) == sum(len(part.anns) for part in parts)
    assert [image["file_name"] for image in coco.loadImgs(sorted(coco.imgs))] == [
        "a/c0.png",
        "a/c1.png",
        "b/c0.png",
        "b/c1.png",
    ]
    last = coco.loadAnns(coco.getAnnIds(imgIds=[4]))
    assert [one["area"] for one in last] == [one["area"] for one in parts[1].loadAnns(parts[1].getAnnIds(imgIds=[2]))]
