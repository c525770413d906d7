"""The main job without networks, for tests of everything else: quicker, and the mesh is what was seen."""

from typing import Any

from geo3d.pipelines.scan_to_mesh import ScanToMeshConfig
from geo3d.stages.complete import CompleteConfig
from geo3d.stages.segment import SegmentConfig

PLAIN = ("--segment", "planar", "--complete", "off")


def plain(min_weight: float = 1.0, **values: Any) -> ScanToMeshConfig:
    """That of :data:`PLAIN`; `min_weight` is the segmentation's."""
    segment = SegmentConfig(method="planar", min_weight=min_weight)
    return ScanToMeshConfig(segment=segment, complete=CompleteConfig(method="off"), **values)
