"""occupancy_networks' im2mesh/eval.py, with its own k-d tree and point-in-mesh test, which are compiled from its text.

Run with a Python that has Cython and a C compiler. The official draw has no seed, so it is given ours.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import trimesh

from geo3d.data_tools.benchmarks.choices import Choices, MeshChoices
from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.data_tools.benchmarks.surfaces.occupancy_networks import NAMES
from tests.official.record import Checkout, run_script

PROTOCOL = "mesh-occupancy-networks"
REPOSITORY, COMMIT = "autonomousvision/occupancy_networks", "406f79468fb8b57b3e76816aaa73b1915c53ad22"
CHOICES = Choices(mesh=MeshChoices(samples=5000))
MESHES = (
    "mesh",
    "mesh inside out",
    "mesh with a hole",
    "nothing held",
    "no faces",
    "empty mesh",
    "triangles without area",
)
FIXTURES = (
    *("random", "no normals", "one point", "duplicates", "lattice with ties", "identical", "flipped normals"),
    *("a normal without length", "normals of any length", "far apart", "half precision truth", "empty truth", *MESHES),
)


def write(fixture: str, predictions: Path, truths: Path) -> None:
    """One model: points with normals, or a mesh and points with occupancies."""
    random = np.random.default_rng(FIXTURES.index(fixture))
    truth, normals = random.normal(size=(900, 3)) * 0.2, random.normal(size=(900, 3))
    points, turned = truth[:700] + random.normal(size=(700, 3)) * 0.02, random.normal(size=(700, 3))
    if fixture == "one point":
        truth, normals, points, turned = truth[:1], normals[:1], points[:1], turned[:1]
    elif fixture == "duplicates":
        points = np.repeat(points[:100], 7, axis=0)
        turned = np.repeat(turned[:100], 7, axis=0)
    elif fixture == "lattice with ties":
        points, truth = random.integers(0, 4, (700, 3)) * 0.25, random.integers(0, 4, (900, 3)) * 0.25 + 0.125
    elif fixture in ("identical", "flipped normals"):
        points, turned = truth, -normals if fixture == "flipped normals" else normals
    elif fixture == "a normal without length":
        turned[3] = 0
    elif fixture == "normals of any length":
        turned *= random.random((700, 1)) * 9
    elif fixture == "far apart":
        points = points + 1e6
    elif fixture == "half precision truth":
        truth = truth.astype(np.float16)
    elif fixture == "empty truth":
        truth, normals = truth[:0], normals[:0]
    unit = normals / np.linalg.norm(normals, axis=1, keepdims=True)
    (truths / "model").mkdir()
    np.savez(truths / "model" / "pointcloud.npz", points=truth.astype(np.float32), normals=unit.astype(np.float32))
    if fixture in MESHES:
        write_mesh(fixture, predictions / "model.off", random)
        asked = (random.random((3000, 3)) - 0.5).astype(np.float32)
        held = np.linalg.norm(asked, axis=1) < 0.3
        held &= fixture != "nothing held"
        np.savez(truths / "model" / "points.npz", points=asked, occupancies=np.packbits(held))
    elif fixture in ("no normals", "lattice with ties"):
        rows = np.array([tuple(row) for row in points.astype(np.float32)], [(axis, "<f4") for axis in "xyz"])
        head = f"ply\nformat binary_little_endian 1.0\nelement vertex {len(rows)}\n"
        head += "".join(f"property float {axis}\n" for axis in "xyz") + "end_header\n"
        (predictions / "model.ply").write_bytes(head.encode() + rows.tobytes())
    else:
        np.savez(predictions / "model.npz", points=points.astype(np.float32), normals=turned.astype(np.float32))


def write_mesh(fixture: str, file: Path, random: np.random.Generator) -> None:
    """A dented sphere, away from its truth."""
    sphere = trimesh.creation.icosphere(3, 0.33)
    vertices, faces = sphere.vertices * [1, 0.8, 1.1] + random.normal(size=sphere.vertices.shape) * 0.003, sphere.faces
    if fixture == "mesh inside out":
        faces = faces[:, ::-1]
    elif fixture == "mesh with a hole":
        faces = faces[20:]
    elif fixture == "nothing held":
        vertices = vertices + 9
    elif fixture in ("no faces", "empty mesh"):
        vertices, faces = (vertices if fixture == "no faces" else vertices[:0]), faces[:0]
    elif fixture == "triangles without area":
        vertices, faces = np.full((3, 3), 0.1), np.array([[0, 1, 2]])
    lines = ["OFF", f"{len(vertices)} {len(faces)} 0", *(" ".join(map(repr, row)) for row in vertices.tolist())]
    file.write_text("\n".join([*lines, *(f"3 {a} {b} {c}" for a, b, c in faces.tolist())]) + "\n")


DRIVER = """
import json, sys
import numpy as np
import trimesh
from im2mesh.eval import MeshEvaluator
place = sys.argv[1]
truth = np.load(place + "/truth/model/pointcloud.npz")
points, normals = (truth[name].astype(np.float32).astype(np.float64) for name in ("points", "normals"))
given = np.load(place + "/given.npz")
evaluator = MeshEvaluator(5000)
if "vertices" in given:
    asked = np.load(place + "/truth/model/points.npz")
    held = np.unpackbits(asked["occupancies"])[: len(asked["points"])].astype(np.float32)
    class Drawn(trimesh.Trimesh):
        def sample(self, count, return_index):
            return given["points"], given["face"]
    mesh = Drawn(given["vertices"], given["faces"], process=False)
    found = evaluator.eval_mesh(mesh, points, normals, asked["points"].astype(np.float32), held)
else:
    turned = given["normals"] if "normals" in given else None
    found = evaluator.eval_pointcloud(given["points"], points, turned, normals)
print("FOUND" + json.dumps({name: float(value) for name, value in found.items()}))
"""


def official(checkout: Checkout, place: Path) -> dict:
    """All its numbers for the model; what it does not give is missing."""
    code = built(checkout)
    (code / "driver.py").write_text(DRIVER)
    given = next((place / "pred").iterdir())
    np.savez(place / "given.npz", **as_given(given))
    printed = run_script(code / "driver.py", str(place))
    line = next(line for line in printed.splitlines() if line.startswith("FOUND"))
    found = json.loads(line.removeprefix("FOUND"))
    return {name: found.get(name, float("nan")) for name in NAMES}


def as_given(file: Path) -> dict:
    """The points of a cloud, or a mesh and the points that our draw finds on it, in double precision."""
    if file.suffix == ".npz":
        stored = np.load(file)
        return {name: stored[name].astype(np.float64) for name in ("points", "normals")}
    if file.suffix == ".ply":
        return {"points": np.asarray(loaded(file).vertices, np.float64)}
    from geo3d.metrics.surface_samples import sample_surface

    mesh = loaded(file)
    vertices, faces = np.asarray(mesh.vertices), np.asarray(mesh.faces, np.int64).reshape(-1, 3)
    points, face = sample_surface(vertices, faces, 5000, (0, 0)) if len(faces) else (vertices[:0], faces[:0, 0])
    if len(faces) and len(points) == 0:
        points, face = vertices, np.zeros(len(vertices), np.int64)
    return {"vertices": vertices, "faces": faces, "points": points, "face": face}


def loaded(file: Path) -> Any:
    """As the official scripts read meshes."""
    return trimesh.load(file, process=False)


def built(checkout: Checkout) -> Path:
    """The official package, compiled once."""
    code = Path(tempfile.gettempdir()) / f"official-{COMMIT[:12]}"
    tree, mesh = code / "im2mesh/utils/libkdtree/pykdtree", code / "im2mesh/utils/libmesh"
    if (code / "built").exists():
        return code
    for folder in (tree, mesh):
        folder.mkdir(parents=True, exist_ok=True)
    for folder in ("im2mesh", "im2mesh/utils", "im2mesh/utils/libkdtree/pykdtree"):
        (code / folder / "__init__.py").touch()
    for name in ("eval.py", "common.py", "utils/libkdtree/__init__.py", "utils/libmesh/__init__.py"):
        (code / "im2mesh" / name).write_text(checkout.text(f"im2mesh/{name}"))
    for name in ("libkdtree/pykdtree/kdtree.pyx", "libkdtree/pykdtree/_kdtree_core.c", "libmesh/triangle_hash.pyx"):
        (code / "im2mesh/utils" / name).write_text(checkout.text(f"im2mesh/utils/{name}"))
    # NumPy 2 has no np.bool with this meaning; single-precision distances would leave seven digits to compare.
    inside = checkout.text("im2mesh/utils/libmesh/inside_mesh.py").replace("dtype=np.bool)", "dtype=bool)")
    (mesh / "inside_mesh.py").write_text(inside)
    text = (code / "im2mesh/eval.py").read_text()
    drawn = "pointcloud = pointcloud.astype(np.float32)"
    assert drawn in text
    (code / "im2mesh/eval.py").write_text(text.replace(drawn, drawn + ".astype(np.float64)"))
    setup = (
        "from setuptools import setup, Extension\nfrom Cython.Build import cythonize\nimport numpy\n"
        "given = {'include_dirs': [numpy.get_include()]}\n"
        "tree, mesh = 'im2mesh/utils/libkdtree/pykdtree/', 'im2mesh/utils/libmesh/'\n"
        "files = [tree + 'kdtree.pyx', tree + '_kdtree_core.c']\n"
        "parts = [Extension(tree.replace('/', '.') + 'kdtree', files, **given), "
        "Extension(mesh.replace('/', '.') + 'triangle_hash', [mesh + 'triangle_hash.pyx'], language='c++', **given)]\n"
        "setup(name='official', packages=[], ext_modules=cythonize(parts, language_level=2))\n"
    )
    (code / "setup.py").write_text(setup)
    subprocess.run([sys.executable, "setup.py", "build_ext", "--inplace"], cwd=code, check=True, capture_output=True)
    (code / "built").touch()
    return code


def ours(scores: Scores) -> dict:
    """The same numbers."""
    return scores.overall
