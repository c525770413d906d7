"""What passes between stages: frozen dataclasses of tensors and plain values, no behaviour.

Metres; cameras look along +z with x right and y down; transforms are named by what they map. A field with a default may
be missing in what an earlier version stored.
"""

from geo3d.scene.frame_kinds import CameraPath, Encoded, RenderedFrames, RgbdScan
from geo3d.scene.modelled_kinds import ModelledScene
from geo3d.scene.surface_kinds import PointCloud, SemanticMesh, TexturedMesh, TriangleMesh
from geo3d.scene.volume_kinds import DistanceVolume, ScannedVolume, SemanticVolume, TsdfVolume, VoxelLabels

__all__ = [
    "CameraPath",
    "DistanceVolume",
    "Encoded",
    "ModelledScene",
    "PointCloud",
    "RenderedFrames",
    "RgbdScan",
    "ScannedVolume",
    "SemanticMesh",
    "SemanticVolume",
    "TexturedMesh",
    "TriangleMesh",
    "TsdfVolume",
    "VoxelLabels",
]
