"""A semantic mesh to the files that other programs, and ScanNet's benchmarks, read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from geo3d.data_tools.labels import nyu40

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor
    from trimesh import Trimesh

    from geo3d.scene.kinds import SemanticMesh


def write_semantic_ply(mesh: SemanticMesh, path: Path) -> None:
    """Binary PLY in the mesh's order of vertices, with colours by class.

    Further properties: ``label`` (NYU40 id, an unsigned short as in ScanNet's ``_vh_clean_2.labels.ply``; 0 is a vertex
    that the scan has not seen), ``confidence``, ``instance`` (0 is none), and ``observed`` (0 is a vertex whose surface
    no view saw, and that was inferred).
    """
    import numpy as np

    made = _coloured(mesh)
    made.vertex_attributes["label"] = nyu40_ids(mesh).astype(np.uint16)
    made.vertex_attributes["confidence"] = mesh.confidence.numpy().astype(np.float32)
    made.vertex_attributes["instance"] = mesh.instances.numpy().astype(np.int32)
    seen = np.ones(len(mesh.vertices), np.uint8) if mesh.observed is None else mesh.observed.numpy()
    made.vertex_attributes["observed"] = seen.astype(np.uint8)
    path.write_bytes(made.export(file_type="ply", vertex_normal=mesh.normals is not None, include_attributes=True))


def write_semantic_glb(mesh: SemanticMesh, path: Path) -> None:
    """Binary glTF 2.0 with colours by class."""
    path.write_bytes(_coloured(mesh).export(file_type="glb", include_normals=mesh.normals is not None))


def write_labels(mesh: SemanticMesh, path: Path) -> None:
    """One NYU40 id a line and vertex, in the mesh's order: a scene of ScanNet's semantic label benchmark."""
    path.write_text("".join(f"{number}\n" for number in nyu40_ids(mesh)))


def write_objects(mesh: SemanticMesh, path: Path) -> None:
    """JSON list of objects: id, class, NYU40 id, score, oriented box (centre, axes as rows, size; metres), vertices."""
    path.write_text(json.dumps({"up": mesh.up.tolist(), "objects": list_objects(mesh)}) + "\n", encoding="utf-8")


def list_objects(mesh: SemanticMesh) -> list[dict]:
    """What :func:`write_objects` writes; the score is the mean confidence of the object's vertices.

    An object without a label has the class None and the NYU40 id 0.
    """
    import numpy as np

    from geo3d.ops.boxes import upright_box

    instances, found = mesh.instances.numpy(), []
    order = np.argsort(instances, kind="stable")
    starts = np.searchsorted(instances[order], np.arange(1, int(instances.max(initial=0)) + 2))
    for number in range(1, len(starts)):
        rows = order[starts[number - 1] : starts[number]]
        if not len(rows):
            continue
        label = int(mesh.labels[rows[0]])
        name = mesh.classes[label] if label < len(mesh.classes) else None
        centre, axes, size = upright_box(mesh.vertices[rows].double(), mesh.up.double())
        box = {"centre": centre.tolist(), "axes": axes.tolist(), "size": size.tolist()}
        score = float(mesh.confidence[rows].mean())
        found.append(
            {
                "id": number,
                "class": name,
                "nyu40": nyu40.id_of(name) if name else 0,
                "score": score,
                "box": box,
                "vertices": rows.tolist(),
            }
        )
    return found


def write_instances(mesh: SemanticMesh, path: Path, scene: str) -> None:
    """Zip of ScanNet's instance submission: ``SCENE.txt`` (mask, NYU40 id, score), and masks of a 0 or 1 a vertex."""
    import numpy as np

    lines, instances = [], mesh.instances.numpy()
    with ZipFile(path, "w") as archive:
        for thing in list_objects(mesh):
            mask = f"predicted_masks/{scene}_{thing['id']:03d}.txt"
            flags = np.full((len(instances), 2), ord("\n"), np.uint8)
            flags[:, 0] = ord("0") + (instances == thing["id"])
            archive.writestr(ZipInfo(mask), flags.tobytes(), ZIP_DEFLATED)
            lines.append(f"{mask} {thing['nyu40']} {thing['score']:.6f}\n")
        archive.writestr(ZipInfo(f"{scene}.txt"), "".join(lines))  # a ZipInfo of its own has no time of today in it


def class_areas(mesh: SemanticMesh) -> Tensor:
    """Surface of each of the 256 labels, in square metres; a face counts a third for each corner."""
    import torch

    from geo3d.ops.mesh import face_normals

    third = face_normals(mesh.vertices, mesh.faces).norm(dim=1) / 6
    labels = mesh.labels[mesh.faces.long()].reshape(-1).int()
    return torch.zeros(256, dtype=third.dtype).index_add_(0, labels, third.repeat_interleave(3))


def inferred_share(mesh: SemanticMesh) -> float:
    """Share of the surface that no view saw; a face counts a third for each corner."""
    from geo3d.ops.mesh import face_normals

    if mesh.observed is None:
        return 0.0
    areas = face_normals(mesh.vertices, mesh.faces).norm(dim=1)
    unseen = (mesh.observed[mesh.faces.long()] == 0).float().mean(dim=1)
    return float((areas * unseen).sum() / areas.sum().clamp(min=1e-30))


def nyu40_ids(mesh: SemanticMesh) -> NDArray:
    """NYU40 id of each vertex; 0 where it has no label."""
    import numpy as np

    table = np.zeros(256, np.int64)
    table[: len(mesh.classes)] = [nyu40.id_of(name) for name in mesh.classes]
    return table[mesh.labels.numpy()]


def _coloured(mesh: SemanticMesh) -> Trimesh:
    import trimesh

    return trimesh.Trimesh(
        vertices=mesh.vertices.numpy(),
        faces=mesh.faces.numpy(),
        vertex_normals=None if mesh.normals is None else mesh.normals.numpy(),
        vertex_colors=nyu40.shades(mesh.classes)[mesh.labels.numpy()],
        process=False,
        validate=False,
    )
