"""Scoring semantic labels beside ScanNet's official script, which is taken from a checkout.

GEO3D_OFFICIAL names a folder with clones of the official repositories, each at OWNER+NAME/repo; without it there is
no peer.
"""

import os
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.counting import count_scenes, find_scenes
from geo3d.data_tools.benchmarks.labels.scannet_semantic import IDS
from geo3d.data_tools.benchmarks.protocols import find_protocol
from tests.official import scannet_semantic
from tests.official.record import Checkout

SCENES, DISTINCT, VERTICES, TARGET = 100, 10, 200_000, 50
RUN = 25
"""Vertices in a row with one label, on average, as meshes have them."""
ROUNDS = 3


def rows() -> list[dict]:
    """Seconds a scene of 200,000 vertices, files read and scored: ours on all cores, and the official loop."""
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        write_scenes(place)
        ours = []
        for _ in range(1 + ROUNDS):
            start = time.perf_counter()
            protocol, choices = find_protocol("scannet-semantic"), Choices()
            scenes = find_scenes(protocol, place / "pred", place / "truth", choices)
            tallies = [one.tally for one in count_scenes(protocol, scenes, choices, None)]
            scores = protocol.score([tally for tally in tallies if tally is not None], choices)
            ours.append((time.perf_counter() - start) / SCENES)
        seconds = float(np.median(ours[1:]))
        peer = official_seconds(place)
    assert 0.5 < scores.overall["mean IoU"] < 1
    ratio = None if peer is None else peer / seconds
    name = f"ScanNet semantic labels, {SCENES} scenes of {VERTICES:,} vertices, the official loop"
    met = None if ratio is None else ratio >= TARGET
    return [
        {"name": name, "ours": seconds, "peer": peer, "unit": "s/scene", "ratio": ratio, "target": TARGET, "met": met}
    ]


def write_scenes(place: Path) -> None:
    """Labels in runs, as neighbours on a mesh share them, right at seven of ten runs; ten scenes, ten times each."""
    random = np.random.default_rng(0)
    for name in ("pred", "truth"):
        (place / name).mkdir()
    for i in range(DISTINCT):
        lengths = random.geometric(1 / RUN, 2 * VERTICES // RUN)
        truth = np.repeat(random.choice(IDS, len(lengths)), lengths)[:VERTICES]
        other = np.repeat(random.choice([*IDS, 40], len(lengths)), lengths)[:VERTICES]
        right = np.repeat(random.random(len(lengths)) < 0.8, lengths)[:VERTICES]
        for name, ids in (("truth", truth), ("pred", np.where(right, truth, other))):
            first = place / name / f"scene{i:04}_00.txt"
            first.write_text("".join(f"{number}\n" for number in ids))
            for copy in range(i + DISTINCT, SCENES, DISTINCT):
                shutil.copy(first, place / name / f"scene{copy:04}_00.txt")


def official_seconds(place: Path) -> float | None:
    """What one more scene costs the official script, from runs over one and three."""
    folder = os.environ.get("GEO3D_OFFICIAL")
    if folder is None:
        print("GEO3D_OFFICIAL is not set: no official script to compare with")
        return None
    checkout = Checkout(Path(folder) / scannet_semantic.REPOSITORY.replace("/", "+") / "repo", scannet_semantic.COMMIT)
    seconds = []
    for count in (1, 3):
        few = place / f"few{count}"
        for name in ("pred", "truth"):
            (few / name).mkdir(parents=True)
            for file in sorted((place / name).iterdir())[:count]:
                shutil.copy(file, few / name)
        (few / "code").mkdir()
        start = time.perf_counter()
        scannet_semantic.official(checkout, few)
        seconds.append(time.perf_counter() - start)
    return (seconds[1] - seconds[0]) / 2


if __name__ == "__main__":
    for row in rows():
        print(row)
