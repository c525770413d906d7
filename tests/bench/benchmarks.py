"""Benchmarks' protocols beside their official code, on scenes made here.

The official code is taken from bare checkouts in the folder that the environment variable GEO3D_OFFICIAL names, as
OWNER+NAME/repo; without it there are only our own times.
"""

import contextlib
import importlib
import io
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import numpy as np

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.counting import count_scenes, find_scenes
from geo3d.data_tools.benchmarks.instances.scannet_instance import IDS
from geo3d.data_tools.benchmarks.protocols import find_protocol
from tests.official import scannet_instance
from tests.official.record import Checkout

SCENES, VERTICES, INSTANCES = 6, 200_000, 30
"""Distinct scenes; times are for one."""
ROUNDS = 3
TARGET = 10


def rows() -> list[dict]:
    """Seconds a scene, ours and the official code's in turn."""
    return instance_rows()


def instance_rows() -> list[dict]:
    """ScanNet's instances, from files to scores: ours hashes all files and has all cores, the official has one."""
    with TemporaryDirectory() as scratch:
        place = Path(scratch)
        for folder in ("pred/masks", "truth", "code"):
            (place / folder).mkdir(parents=True)
        for number in range(SCENES):
            write_instances(place, number)
        ours, theirs = timed(lambda: score_ours("scannet-instance", place), official_instances(place))
    name = f"scannet-instance, {VERTICES:,} vertices, {INSTANCES} true and {INSTANCES} predicted instances"
    return [row(name, ours / SCENES, None if theirs is None else theirs / SCENES)]


def write_instances(place: Path, number: int) -> None:
    """A scene of runs of vertices: half of it walls, the rest instances; predictions are shifted, some are cut."""
    random, name = np.random.default_rng(number), f"scene{number:04d}_00"
    sizes = random.dirichlet(np.full(INSTANCES, 2.0)) * VERTICES / 2
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(int)
    often = np.where(np.isin(IDS, (5, 7, 39, 3)), 6.0, 1.0)  # chairs, tables, cabinets and the rest are most of a room
    labels = random.choice(IDS, INSTANCES, p=often / often.sum())
    truth, lines = np.full(VERTICES, 1001), []
    for i in range(INSTANCES):
        truth[starts[i] : starts[i + 1]] = labels[i] * 1000 + i + 1
        mask = np.zeros(VERTICES, np.uint8)
        size = starts[i + 1] - starts[i]
        first = starts[i] + random.integers(0, size // 4 + 1)
        mask[first : first + int(size * random.uniform(0.4, 1.1))] = 1
        path = f"masks/{name}_{i:03d}.txt"
        (place / "pred" / path).write_bytes(np.stack([mask + ord("0"), np.full_like(mask, ord("\n"))], 1).tobytes())
        lines.append(f"{path} {labels[i]} {random.random():.4f}\n")
    (place / "pred" / f"{name}.txt").write_text("".join(lines))
    (place / "truth" / f"{name}.txt").write_text("".join(f"{label}\n" for label in truth))


def official_instances(place: Path) -> Callable[[], object] | None:
    """What runs the official script in this process; None without its repository."""
    repository = official_repository(scannet_instance.REPOSITORY)
    if repository is None:
        return None
    scannet_instance.extract(Checkout(repository, scannet_instance.COMMIT), place / "code")
    folders = [str(place / "pred"), str(place / "truth")]
    module = imported(
        place / "code", "evaluate_semantic_instance", ["--pred_path", folders[0], "--gt_path", folders[1]]
    )
    names = sorted(path.name for path in (place / "truth").glob("*.txt"))
    files = [[str(place / folder / name) for name in names] for folder in ("pred", "truth")]

    def run() -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            module.evaluate(*files, folders[0], str(place / "official.txt"))

    return run


def score_ours(name: str, place: Path) -> object:
    """Count and score all scenes anew."""
    protocol, choices = find_protocol(name), Choices()
    counted = count_scenes(protocol, find_scenes(protocol, place / "pred", place / "truth", choices), choices, None)
    return protocol.score([one.tally for one in counted if one.tally is not None], choices)


def official_repository(name: str) -> Path | None:
    """The checkout of a repository, owner/name; None, and a line that says so, where it is absent."""
    folder = Path(os.environ.get("GEO3D_OFFICIAL", "")) / name.replace("/", "+") / "repo"
    if "GEO3D_OFFICIAL" in os.environ and folder.is_dir():
        return folder
    print(f"{name} is not checked out at GEO3D_OFFICIAL: no peer")
    return None


def imported(folder: Path, name: str, arguments: list[str]) -> ModuleType:
    """A script as a module, which reads its command line when it is imported."""
    with _script_path(folder, [name, *arguments]):
        return importlib.import_module(name)


@contextlib.contextmanager
def _script_path(folder: Path, arguments: list[str]) -> Iterator[None]:
    before = sys.argv, list(sys.path)
    sys.argv = arguments
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.argv, sys.path[:] = before


def timed(ours: Callable[[], object], theirs: Callable[[], object] | None) -> tuple[float, float | None]:
    """Median seconds of both in turn, after a first run of ours that is not counted."""
    ours()
    works = [ours] if theirs is None else [ours, theirs]
    times: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, taken in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            taken.append(time.perf_counter() - start)
    medians = [statistics.median(taken) for taken in times]
    return medians[0], medians[1] if theirs is not None else None


def row(name: str, ours: float, peer: float | None) -> dict:
    """An entry of the table."""
    ratio = None if peer is None else peer / ours
    met = None if ratio is None else ratio >= TARGET
    target = None if peer is None else TARGET
    return {"name": name, "ours": ours, "peer": peer, "unit": "s/scene", "ratio": ratio, "target": target, "met": met}


if __name__ == "__main__":
    print(*rows(), sep="\n")
