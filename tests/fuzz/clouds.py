"""What the fuzzers of point cloud readers share: a reader may give a cloud or one sentence, and nothing else.

Guided by coverage where atheris is there, else by seeded mutations of files that are well-formed.
"""

import argparse
import importlib
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

MOST_MEMORY = 6 << 30
"""Bytes of address space: a count that is believed ends the run."""


def run(suffix: str, seeds: Callable[[], Sequence[bytes]]) -> None:
    """Fuzz the reader of files with this suffix for the seconds, from the seed, that the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    known = list(seeds())
    try:
        atheris: Any = importlib.import_module("atheris")
    except ImportError:
        _mutate(known, _reader(suffix), options.seconds, options.seed)
        return
    with atheris.instrument_imports(include=["geo3d.data_tools.clouds"]):
        read = _reader(suffix)
    for data in known:
        read(data)  # what is imported and compiled once is no slow input
    corpus = Path(tempfile.mkdtemp(prefix="fuzz-"))
    for i, data in enumerate(known):
        (corpus / f"{i}").write_bytes(data)
    limits = [f"-max_total_time={options.seconds}", f"-seed={options.seed or 1}", "-timeout=60", "-rss_limit_mb=4096"]
    atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={corpus}/", str(corpus)], read)
    atheris.Fuzz()


def _reader(suffix: str) -> Callable[[bytes], None]:
    """Read bytes as a file; anything but a cloud or a sentence is raised."""
    from geo3d.data_tools.clouds.formats import FORMATS, find_surface
    from geo3d.errors import InputError
    from geo3d.scene.source import Source

    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    file = folder / f"a.{suffix}"

    def read(data: bytes) -> None:
        file.write_bytes(data)
        try:
            found = find_surface(file, "auto", None)
            if found is None or found.is_mesh:
                return
            listing = {"cloud": file.name, "crop": None}
            cloud = FORMATS[found.format].read(Source(folder, listing, {}), None)
        except InputError as error:
            assert "\n" not in str(error), error  # noqa: PT017 - a sentence is one line
            return
        assert len(cloud.points)
        assert bool(cloud.points.isfinite().all())
        assert float(cloud.points.abs().max()) <= 10_001
        assert cloud.normals is None or bool((cloud.normals.norm(dim=1) - 1).abs().max() < 1e-3)

    return read


def _mutate(known: list[bytes], read: Callable[[bytes], None], seconds: int, seed: int) -> None:
    draw, end, count = random.Random(seed), time.monotonic() + seconds, 0
    while time.monotonic() < end:
        data = bytearray(draw.choice(known))
        for _ in range(draw.randint(1, 8)):
            at = draw.randrange(len(data) + 1)
            change = draw.randrange(4)
            if change == 0 and data:
                data[at % len(data)] = draw.randrange(256)
            elif change == 1:
                del data[at : at + draw.randint(1, 40)]
            elif change == 2:
                data[at:at] = draw.choice([b"9" * 12, b"-1", b"nan", b" ", b"\n", bytes(4), b"\xff" * 4])
            else:
                other = draw.choice(known)
                begin = draw.randrange(len(other))
                data[at:at] = other[begin : begin + draw.randint(1, 60)]
        try:
            read(bytes(data))
        except BaseException:
            kept = Path(tempfile.mkdtemp(prefix="crash-")) / "input"
            kept.write_bytes(bytes(data))
            print(f"the input is {kept}")
            raise
        count += 1
    print(f"{count:,} inputs, none of which did anything but become a cloud or one sentence")
