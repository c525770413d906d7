"""What a camera that is carried through a made scene must keep out of."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo3d.data_tools.rooms.arrange.stock import Models
    from geo3d.data_tools.rooms.description import SceneDescription


def furniture_boxes(description: SceneDescription, models: Models) -> NDArray:
    """World boxes [box, 2, 3] about the solids of everything that a camera must not be carried through.

    Doors are left out: one that stands open would otherwise close its opening.
    """
    import numpy as np

    from geo3d.data_tools.rooms.arrange.solid_boxes import solid_boxes
    from geo3d.data_tools.rooms.arrange.stock import build
    from geo3d.data_tools.rooms.description import direction

    found = [np.zeros((0, 2, 3))]
    for thing in description.things:
        if thing.kind not in ("door", "window"):
            cos, sin = direction(thing.yaw)
            turn = np.array([(cos, sin, 0), (-sin, cos, 0), (0, 0, 1)])
            boxes = solid_boxes(build(thing, models))
            middle, half = boxes.mean(axis=1) @ turn + thing.position, (boxes[:, 1] - boxes[:, 0]) / 2 @ np.abs(turn)
            found.append(np.stack([middle - half, middle + half], axis=1))
    return np.concatenate(found)
