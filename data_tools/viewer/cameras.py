"""What the live viewer draws of the cameras, under ``/cameras``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo3d.errors import InputError
from geo3d.progress import say

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from viser import CameraFrustumHandle, SceneApi, SceneNodePointerEvent

    from geo3d.scene.kinds import RgbdScan

MOST_CAMERAS = 30
THUMBNAIL = 240
"""Width of a camera's image, in pixels; at most twice this."""
COLOUR = (235, 110, 30)


def draw_cameras(scene: SceneApi, scan: RgbdScan, size: float) -> None:
    """Draw the cameras' path, and some of them, evenly over the scan, `size` metres long with what they saw.

    A click on one moves the viewer there.
    """
    import numpy as np
    from viser.transforms import SO3

    transforms = scan.world_from_camera.double().numpy()
    places = transforms[:, :3, 3]
    path = np.stack([places[:-1], places[1:]], axis=1)
    scene.add_line_segments("/cameras/path", path, COLOUR, thickness=2, thickness_units="screen")
    (height, width), focals = scan.colour_size, scan.colour_intrinsics[:, 1, 1].tolist()
    chosen = np.linspace(0, len(places) - 1, min(len(places), MOST_CAMERAS)).round().astype(int).tolist()
    for row, image in zip(chosen, _thumbnails(scan, chosen), strict=True):
        frustum = scene.add_camera_frustum(
            f"/cameras/{row}",
            fov=2 * np.arctan(height / 2 / focals[row]),
            aspect=width / height,
            scale=size,
            thickness=1,
            thickness_units="screen",
            color=COLOUR,
            image=image,
            wxyz=SO3.from_matrix(transforms[row, :3, :3]).wxyz,
            position=places[row],
            cast_shadow=False,
            receive_shadow=False,
        )
        frustum.on_click(_look_through)


def _look_through(event: SceneNodePointerEvent[CameraFrustumHandle]) -> None:
    event.client.camera.wxyz = event.target.wxyz
    event.client.camera.position = event.target.position


def _thumbnails(scan: RgbdScan, rows: list[int]) -> list[NDArray[np.uint8] | None]:
    """The frames' colour images, small; none where they are no longer where the scan was."""
    from geo3d.scene.frames import read_frame

    step = max(1, scan.colour_size[1] // THUMBNAIL)
    try:
        return [read_frame(scan, row).colour[::step, ::step].numpy() for row in rows]
    except InputError as error:
        say(f"the cameras are shown without images: {error}")
        return [None] * len(rows)
