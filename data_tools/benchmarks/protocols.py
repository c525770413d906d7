"""THE list of protocols: name, module. A module is imported when its protocol is used."""

import difflib
import importlib

from geo3d.data_tools.benchmarks.protocol import Protocol
from geo3d.errors import InputError

PROTOCOLS = {
    "scannet-semantic": "labels.scannet_semantic",
    "scannet200": "labels.scannet200",
    "semantic-kitti": "labels.semantic_kitti",
    "semantic-kitti-ssc": "volumes.semantic_kitti_ssc",
    "s3dis": "labels.s3dis",
    "modelnet40": "labels.modelnet40",
    "shapenet-part": "labels.shapenet_part",
    "completion-epn": "volumes.completion_epn",
    "completion-scancomplete": "volumes.completion_scancomplete",
    "scannet-voxel": "volumes.scannet_voxel",
    "scannet-voxel-calibrated": "volumes.scannet_voxel_calibrated",
    "sscnet": "volumes.sscnet",
    "scannet-instance": "instances.scannet_instance",
    "trajectory": "paths.trajectory",
    "mesh": "surfaces.mesh",
    "mesh-occupancy-networks": "surfaces.occupancy_networks",
    "mesh-atlas": "surfaces.atlas",
    "mesh-tanks-and-temples": "surfaces.tanks_and_temples",
}
"""By name: module below this folder, with a ``PROTOCOL`` in it."""


def find_protocol(name: str) -> Protocol:
    """A protocol by its name; raises InputError naming the closest, and all."""
    return importlib.import_module(module_of(name)).PROTOCOL


def module_of(name: str) -> str:
    """The module that a protocol is written in."""
    if name not in PROTOCOLS:
        closest = difflib.get_close_matches(name, PROTOCOLS, 1, cutoff=0.5)
        hint = f"; did you mean {closest[0]}?" if closest else ""
        raise InputError(f"there is no protocol {name}{hint} (there are {', '.join(PROTOCOLS)})")
    return f"geo3d.data_tools.benchmarks.{PROTOCOLS[name]}"
