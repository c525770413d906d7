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
from geo3d.data_tools.benchmarks.labels.scannet_semantic import IDS as LABELS
from geo3d.data_tools.benchmarks.protocols import find_protocol
from tests.official import scannet_instance, scannet_semantic
from tests.official.record import Checkout

VERTICES, INSTANCES = 200_000, 30
INSTANCE_SCENES, INSTANCE_TARGET = 6, 10
"""Distinct scenes; times are for one."""
LABEL_SCENES, LABEL_TARGET, DISTINCT = 100, 50, 10
"""Scenes with labels; ten distinct ones, ten times each."""
RUN = 25
"""Vertices in a row with one label, on average, as meshes have them."""
ROUNDS = 3


def rows() -> list[dict]:
    """Seconds a scene, ours and the official code's in turn."""
    return label_rows() + instance_rows()


def label_rows() -> list[dict]:
    """ScanNet's semantic labels, from files to scores; the official loop runs over two of the scenes."""
    with TemporaryDirectory() as scratch:
        place = Path(scratch)
        write_labels(place)
        ours, theirs = timed(lambda: score_ours("scannet-semantic", place), official_labels(place))
    name = f"scannet-semantic, {LABEL_SCENES} scenes of {VERTICES:,} vertices"
    return [row(name, ours / LABEL_SCENES, None if theirs is None else theirs / 2, LABEL_TARGET)]


def write_labels(place: Path) -> None:
    """Labels in runs, as neighbours on a mesh share them, eight of ten runs right."""
    random = np.random.default_rng(0)
    for folder in ("pred", "truth", "few/pred", "few/truth", "code"):
        (place / folder).mkdir(parents=True)
    for number in range(DISTINCT):
        lengths = random.geometric(1 / RUN, 2 * VERTICES // RUN)
        truth = np.repeat(random.choice(LABELS, len(lengths)), lengths)[:VERTICES]
        other = np.repeat(random.choice([*LABELS, 40], len(lengths)), lengths)[:VERTICES]
        right = np.repeat(random.random(len(lengths)) < 0.8, lengths)[:VERTICES]
        for folder, ids in (("truth", truth), ("pred", np.where(right, truth, other))):
            text = "".join(f"{label}\n" for label in ids)
            for copy in range(number, LABEL_SCENES, DISTINCT):
                (place / folder / f"scene{copy:04d}_00.txt").write_text(text)
            if number < 2:
                (place / "few" / folder / f"scene{number:04d}_00.txt").write_text(text)


def official_labels(place: Path) -> Callable[[], object] | None:
    """What runs the official script over two scenes in this process; None without its repository."""
    repository = official_repository(scannet_semantic.REPOSITORY)
    if repository is None:
        return None
    scannet_semantic.extract(Checkout(repository, scannet_semantic.COMMIT), place / "code")
    folders = [str(place / "few" / name) for name in ("pred", "truth")]
    module = imported(place / "code", "evaluate_semantic_label", ["--pred_path", folders[0], "--gt_path", folders[1]])
    files = [[f"{folder}/scene{number:04d}_00.txt" for number in range(2)] for folder in folders]

    def run() -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            module.evaluate(*files, str(place / "official.txt"))

    return run


def instance_rows() -> list[dict]:
    """ScanNet's instances, from files to scores: ours hashes all files and has all cores, the official has one."""
    with TemporaryDirectory() as scratch:
        place = Path(scratch)
        for folder in ("pred/masks", "truth", "code"):
            (place / folder).mkdir(parents=True)
        for number in range(INSTANCE_SCENES):
            write_instances(place, number)
        ours, theirs = timed(lambda: score_ours("scannet-instance", place), official_instances(place))
    name = f"scannet-instance, {VERTICES:,} vertices, {INSTANCES} true and {INSTANCES} predicted instances"
    scenes = INSTANCE_SCENES
    return [row(name, ours / scenes, None if theirs is None else theirs / scenes, INSTANCE_TARGET)]


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


def row(name: str, ours: float, peer: float | None, target: float) -> dict:
    """An entry of the table."""
    ratio = None if peer is None else peer / ours
    met = None if ratio is None else ratio >= target
    aim = None if peer is None else target
    return {"name": name, "ours": ours, "peer": peer, "unit": "s/scene", "ratio": ratio, "target": aim, "met": met}


if __name__ == "__main__":
    print(*rows(), sep="\n")
