"""COCO instances of rendered frames: boxes and masks of every object, floors, walls and ceilings apart."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from geo3d.data_tools.labels import nyu40

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from geo3d.scene.kinds import RenderedFrames

NAME = "coco.json"
STUFF = ("wall", "floor", "ceiling")
"""Classes that are no things."""


def write_coco(frames: RenderedFrames, path: Path) -> None:
    """Write images, categories (NYU40 ids where the classes are NYU40's, else places from 1 on), and annotations.

    Masks are run-length encoded, and read back from the files of instances.
    """
    import numpy as np
    from PIL import Image

    height, width = frames.size
    labels, images, annotations = frames.instance_labels.numpy(), [], []
    for number, (colour, instances) in enumerate(zip(frames.colour, frames.instances, strict=True), 1):
        images.append({"id": number, "file_name": colour.file, "height": height, "width": width})
        for found in masks(np.asarray(Image.open(frames.source / instances.file))):
            label = int(labels[found.pop("object") - 1])
            if label < len(frames.classes) and frames.classes[label] not in STUFF:
                listed = {"id": len(annotations) + 1, "image_id": number, "category_id": _id(frames.classes, label)}
                annotations.append(listed | found)
    names = [(i, name) for i, name in enumerate(frames.classes) if name not in STUFF]
    categories = [{"id": _id(frames.classes, i), "name": name} for i, name in names]
    whole = {"images": images, "annotations": annotations, "categories": categories}
    path.write_text(json.dumps(whole), encoding="utf-8")


def merge_coco(out: Path, scenes: list[str], path: Path) -> None:
    """Write one file for all scenes of a data set, whose files are ``SCENE/coco.json``; one is held at a time."""
    with path.open("w", encoding="utf-8") as file:
        file.write('{"categories": ' + (json.dumps(_read(out, scenes[0])["categories"]) if scenes else "[]"))
        for name in ("images", "annotations"):
            file.write(f', "{name}": [')
            images, annotations, between = 0, 0, ""
            for scene in scenes:
                one = _read(out, scene)
                for entry in one[name]:
                    moved = {"file_name": f"{scene}/{entry['file_name']}"} if name == "images" else {}
                    moved |= {"image_id": entry["image_id"] + images} if name == "annotations" else {}
                    moved["id"] = entry["id"] + (images if name == "images" else annotations)
                    file.write(between + json.dumps(entry | moved))
                    between = ", "
                images, annotations = images + len(one["images"]), annotations + len(one["annotations"])
            file.write("]")
        file.write("}")


def _read(out: Path, scene: str) -> dict[str, Any]:
    return json.loads((out / scene / NAME).read_text(encoding="utf-8"))


def masks(instances: NDArray) -> list[dict[str, Any]]:
    """Of each object of an image [height, width] of numbers: object, area, bbox, iscrowd and segmentation."""
    import numpy as np

    height, width = instances.shape
    columns = np.ascontiguousarray(instances.T).ravel()  # COCO's runs go down the columns
    starts = np.flatnonzero(np.diff(columns, prepend=-1))
    ends, whose = np.append(starts[1:], columns.size), columns[starts]
    found = []
    for number in np.unique(whose[whose > 0]).tolist():
        first, last = starts[whose == number], ends[whose == number]
        rows, across = (instances == number).any(axis=1).nonzero()[0], (first // height, (last - 1) // height)
        left, top = int(across[0].min()), int(rows[0])
        box = [left, top, int(across[1].max()) - left + 1, int(rows[-1]) - top + 1]
        counts = np.diff(np.column_stack([first, last]).ravel(), prepend=0, append=columns.size)
        counts = counts[:-1] if counts[-1] == 0 else counts
        found.append(
            {
                "object": number,
                "area": int((last - first).sum()),
                "bbox": box,
                "iscrowd": 0,
                "segmentation": {"size": [height, width], "counts": compressed(counts)},
            }
        )
    return found


def compressed(counts: NDArray) -> str:
    """Run lengths as COCO's characters: each less the one two before it, from the fourth on, in groups of 5 bits."""
    import numpy as np

    values = counts.astype(np.int64)
    values[3:] -= counts[1:-2]
    rows, places, characters = np.arange(len(values)), [], []
    while len(rows):
        group, rest = values & 31, values >> 5
        more = np.where(group & 16, rest != -1, rest != 0)
        characters.append(group + 32 * more + 48)
        places.append(rows * 16 + len(places))
        rows, values = rows[more], rest[more]
    order = np.argsort(np.concatenate(places), kind="stable")
    return np.concatenate(characters)[order].astype(np.uint8).tobytes().decode()


def _id(classes: tuple[str, ...], label: int) -> int:
    return nyu40.IDS.get(classes[label], label + 1) if set(classes) <= set(nyu40.IDS) else label + 1
