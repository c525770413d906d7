"""What tests.bench.sparse measures, of MinkowskiEngine; run by a Python that has it, alone."""

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import types
from pathlib import Path

import MinkowskiEngine  # type: ignore[import-not-found]
import numpy as np
import torch

CHANNELS, ROUNDS = 64, 7


def median(work):
    """Seconds of a run, after one that is not counted."""
    times = []
    for _ in range(ROUNDS + 1):
        start = time.perf_counter()
        work(None)
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def network(official):
    """Its examples' MinkUNet18A, from a clone; what they import to show meshes is left out."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "examples"
        folder.mkdir()
        for name in ("minkunet.py", "resnet.py"):
            show = ["git", "-C", f"{official}/NVIDIA+MinkowskiEngine/repo", "show", f"HEAD:examples/{name}"]
            text = subprocess.run(show, check=True, capture_output=True, text=True).stdout
            (folder / name).write_text(text.replace('os.path.isfile("1.ply")', "True"))
        sys.path.insert(0, scratch)
        sys.modules["open3d"] = types.ModuleType("open3d")
        from examples.minkunet import MinkUNet18A  # type: ignore[import-not-found]

        return MinkUNet18A(3, 20, D=3).eval()


def main():
    """Print the figures as a line of JSON."""
    coordinates, room = (torch.from_numpy(np.load(file)) for file in sys.argv[1:3])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    torch.manual_seed(0)
    features, slope = torch.randn(len(coordinates), CHANNELS), torch.randn(len(coordinates), CHANNELS)
    layer = MinkowskiEngine.MinkowskiConvolution(CHANNELS, CHANNELS, kernel_size=3, dimension=3)
    kept = MinkowskiEngine.SparseTensor(features, coordinates)

    def place(_):
        tensor = MinkowskiEngine.SparseTensor(features, coordinates)
        key = tensor.coordinate_map_key
        return tensor.coordinate_manager.kernel_map(key, key, stride=1, kernel_size=3)

    with torch.no_grad():
        layer(kept)
        found = {"forward": median(lambda _: layer(kept))}
        found["map"] = median(place)
    graded = MinkowskiEngine.SparseTensor(features.clone().requires_grad_(), coordinates)
    found["both"] = median(lambda _: layer(graded).F.backward(slope, retain_graph=True))
    model, colours = network(sys.argv[3]), torch.randn(len(room), 3)
    with torch.no_grad():
        found["network"] = median(lambda _: model(MinkowskiEngine.SparseTensor(colours, room)))
    found["memory"] = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
