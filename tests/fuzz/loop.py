"""Try inputs on a reader until time is up; only an InputError of one sentence may come of them.

``python -m tests.fuzz.sens --seconds 600`` lets atheris (``pip install -c constraints.txt atheris``) find inputs by
what code they reach; where it is not installed, or with ``--plain``, seeds are mutated by random numbers. An input that
fails is written to ``tests/fuzz/findings/NAME`` and tried by the tests from then on.
"""

import argparse
import contextlib
import hashlib
import importlib
import random
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path

from geo3d.errors import InputError

FINDINGS = Path(__file__).parent / "findings"
LONGEST = 20_000
ODD = [b"\0", b"\xff" * 8, b"nan", b"-inf", b"1e999", b"#", b"\n", b" ", b"\x80\0\0\0", b"99999999999999999999", b"../"]
"""What is put into inputs."""


def instrument(modules: list[str]) -> None:
    """Let atheris, where it is there, see what code of these is reached; they must not be imported yet."""
    names = (file.stem for file in (Path(__file__).parents[2] / "geo3d" / "kernels").glob("*.py"))
    kernels = [f"geo3d.kernels.{name}" for name in names]  # numba could not compile them with what is put in
    with contextlib.suppress(ImportError):
        importlib.import_module("atheris").instrument_imports(include=modules, exclude=kernels).__enter__()


def tried(attempt: Callable[[bytes], None], data: bytes) -> str | None:
    """What is wrong with how an input is taken; None where nothing is."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            attempt(data)
    except InputError as error:
        return f"not one sentence: {error!r}" if "\n" in str(error) or len(str(error)) > 2000 else None
    except Exception:
        return traceback.format_exc()
    return None


def mutated(dice: random.Random, seeds: list[bytes]) -> bytes:
    """A seed with some of its bytes changed, taken out, put in, or taken from another."""
    data = bytearray(dice.choice(seeds))
    for _ in range(dice.randint(1, 8)):
        at, how = dice.randrange(len(data) + 1), dice.randrange(6)
        if how == 0 and at < len(data):
            data[at] ^= 1 << dice.randrange(8)
        elif how == 1:
            data[at : at + 8] = dice.randbytes(dice.choice((1, 4, 8)))
        elif how == 2:
            del data[at : at + dice.randrange(1, 200)]
        elif how == 3:
            data[at:at] = dice.choice(ODD)
        elif how == 4:
            other = dice.choice(seeds)
            begin = dice.randrange(len(other) + 1)
            data[at:at] = other[begin : begin + dice.randrange(1, 400)]
        else:
            data[at : at + 20] = data[at : at + 20][::-1]
    return bytes(data[:LONGEST])


def main(name: str, attempt: Callable[[bytes], None], seeds: list[bytes]) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--plain", action="store_true")
    options = parser.parse_args()
    if "atheris" in sys.modules and not options.plain:
        _guided(name, attempt, seeds, options.seconds)
    else:
        _plain(name, attempt, seeds, options.seconds)


def _plain(name: str, attempt: Callable[[bytes], None], seeds: list[bytes], seconds: int) -> None:
    dice, end, count, found = random.Random(0), time.monotonic() + seconds, 0, set()
    while time.monotonic() < end:
        data = mutated(dice, seeds)
        wrong, count = tried(attempt, data), count + 1
        if wrong and (kind := wrong.splitlines()[-1][:60]) not in found:
            found.add(kind)
            _keep(name, data, wrong)
    print(f"{count:,} inputs in {seconds} s, {len(found)} kinds of findings")
    sys.exit(1 if found else 0)


def _guided(name: str, attempt: Callable[[bytes], None], seeds: list[bytes], seconds: int) -> None:
    atheris = importlib.import_module("atheris")

    def once(data: bytes) -> None:
        wrong = tried(attempt, data)
        if wrong:
            _keep(name, data, wrong)
            raise RuntimeError("an input failed; see the findings")

    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(seeds):
            (Path(corpus) / str(number)).write_bytes(seed)
        bounds = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", "-timeout=20", "-rss_limit_mb=3000", "-seed=1"]
        atheris.Setup([name, *bounds, "-print_final_stats=1", f"-artifact_prefix={corpus}/", corpus], once)
        atheris.Fuzz()


def _keep(name: str, data: bytes, wrong: str) -> None:
    file = FINDINGS / name / hashlib.sha256(data).hexdigest()[:12]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    print(f"{wrong}\nkept as {file}", file=sys.stderr)
