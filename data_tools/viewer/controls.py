"""What a person sees first in the live viewer, and can switch."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from threading import Lock
from typing import TYPE_CHECKING

from geo3d.data_tools.labels import nyu40
from geo3d.data_tools.semantic_files import class_areas
from geo3d.data_tools.viewer.cameras import draw_cameras
from geo3d.data_tools.viewer.drawing import class_names, draw_as_scanned, draw_by_class, draw_objects, light

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from viser import GuiCheckboxHandle, GuiDropdownHandle, SceneApi, ViserServer

    from geo3d.scene.kinds import RgbdScan, SemanticMesh, TriangleMesh

FORMS, COLOURINGS = ("mesh", "points"), ("scan", "classes")
FIELD_OF_VIEW = 0.9
"""Vertical, in radians."""
STEEPNESS = 0.9
"""Angle between the horizon and the first view, in radians."""


@dataclass(frozen=True)
class Controls:
    """The switches; setting their ``.value`` is the same as clicking them."""

    form: GuiDropdownHandle[str]
    """One of FORMS."""
    colouring: GuiDropdownHandle[str]
    """One of COLOURINGS."""
    cameras: GuiCheckboxHandle
    objects: GuiCheckboxHandle
    classes: dict[str, GuiCheckboxHandle]
    """By name, those that are present."""


def show(server: ViserServer, scan: RgbdScan | None, mesh: TriangleMesh, semantic: SemanticMesh) -> Controls:
    """Draw a labelled scan into an empty scene, all of it in view, with switches for what is shown.

    `mesh` has the scan's colours, `semantic` the labels; they may be different surfaces of one place. Without a scan,
    as of a point cloud, there are no cameras.
    """
    scene, up = server.scene, semantic.up.double().numpy()
    vertices = mesh.vertices.double().numpy()
    places = vertices[:0] if scan is None else scan.world_from_camera[:, :3, 3].double().numpy()
    scene.set_up_direction(up)
    position, target = first_view(vertices, places, up)
    server.initial_camera.position, server.initial_camera.look_at = position, target
    server.initial_camera.fov = FIELD_OF_VIEW
    light(scene, up)
    draw_as_scanned(scene, mesh, semantic)
    draw_by_class(scene, semantic)
    draw_objects(scene, semantic)
    if scan is not None:
        draw_cameras(scene, scan, size=0.02 * float(((position - target) ** 2).sum() ** 0.5))
    return _add_controls(server, semantic)


def first_view(
    points: NDArray[np.float64], places: NDArray[np.float64], up: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where to stand and look at so that all points are in a square view, from the side that the cameras were on."""
    import numpy as np

    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    aside = places.mean(axis=0) - middle if len(places) else np.zeros(3)
    aside -= aside @ up * up
    if np.linalg.norm(aside) < 1e-6:
        aside = np.cross(up, np.eye(3)[np.abs(up).argmin()])
    back = np.cos(STEEPNESS) * aside / np.linalg.norm(aside) + np.sin(STEEPNESS) * up
    right = np.cross(up, back)
    right /= np.linalg.norm(right)
    axes = np.stack([right, np.cross(back, right), back], axis=1)
    across, depth = np.abs((points - middle) @ axes[:, :2]).max(axis=1), (points - middle) @ back
    distance = 1.05 * (across / np.tan(FIELD_OF_VIEW / 2) + depth).max()
    return middle + distance * back, middle


def _add_controls(server: ViserServer, semantic: SemanticMesh) -> Controls:
    names, amounts = class_names(semantic), _amounts(semantic)
    gui = server.gui
    with gui.add_folder("Show"):
        form = gui.add_dropdown("Surface", FORMS, initial_value=FORMS[len(semantic.faces) == 0])
        colouring = gui.add_dropdown("Colours", COLOURINGS)
        cameras = gui.add_checkbox("Cameras", True)
        objects = gui.add_checkbox("Objects", False)
    with gui.add_folder("Classes"):
        every = gui.add_button_group("", ("all", "none"))
        classes = {}
        for label, name in names.items():
            gui.add_html(_swatch(name, amounts[label]))
            classes[name] = gui.add_checkbox(name, True)

    @every.on_click
    def _(_: object) -> None:
        for box in classes.values():
            box.value = every.value == "all"

    controls = Controls(form, colouring, cameras, objects, classes)
    _keep_up(server.scene, controls)
    return controls


def _amounts(semantic: SemanticMesh) -> dict[int, str]:
    """How much there is of each label: surface, or points where there are no faces."""
    if len(semantic.faces) == 0:
        return {label: f"{count:,} points" for label, count in enumerate(semantic.labels.int().bincount().tolist())}
    return {label: f"{area:.1f} m²" for label, area in enumerate(class_areas(semantic).tolist())}


def _swatch(name: str, amount: str) -> str:
    """Colour and amount of a class, laid over the empty right of the row that comes next."""
    shade = nyu40.COLOURS.get(name, nyu40.UNLABELLED)
    return (
        '<div style="position:relative;height:0;font-size:0.8em;z-index:1;pointer-events:none">'
        '<span style="position:absolute;right:1em;top:0.1em;display:flex;gap:0.6em;align-items:center">'
        f'{amount}<span style="width:1.1em;height:1.1em;border-radius:3px;background:rgb{shade}"></span></span></div>'
    )


def _keep_up(scene: SceneApi, controls: Controls) -> None:
    """Show in the scene what the controls say, now and whenever one is switched."""
    one_at_a_time = Lock()

    def place(path: str, visible: bool) -> None:
        node = scene.get_handle_by_name(path)
        if node is not None:
            node.visible = visible

    def update(_: object = None) -> None:
        with one_at_a_time:
            for name, box in controls.classes.items():
                for form, colouring in product(FORMS, COLOURINGS):
                    chosen = (form, colouring) == (controls.form.value, controls.colouring.value)
                    place(f"/{form}/{colouring}/{name}", chosen and box.value)
                place(f"/objects/{name}", controls.objects.value and box.value)
            place("/cameras", controls.cameras.value)

    for control in (controls.form, controls.colouring, controls.cameras, controls.objects, *controls.classes.values()):
        control.on_update(update)
    update()
