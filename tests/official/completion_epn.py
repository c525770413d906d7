"""3D-EPN's Evaluation.cpp, compiled with the repository's own mLib."""

import re
import subprocess
from pathlib import Path

import numpy as np

from geo3d.data_tools.benchmarks.protocol import Scores
from tests.official.record import Checkout

PROTOCOL = "completion-epn"
REPOSITORY, COMMIT = "angeladai/cnncomplete", "6d4b9dae0b8d9ab1421a9b54787b3e9c71b4533c"
FIXTURES = (
    *("random", "one shape", "exact thresholds", "coarse scan", "two classes", "several trajectories"),
    *("nothing to count", "all known", "unclipped distances", "negative predictions", "perfect"),
)
SIDES = (12, 10, 14)
MLIB = "external/mLib/"
HEADERS = ("tchar.h", "SDKDDKVer.h")
"""Of Windows alone; they may be empty, for nothing of them is used."""
MAIN = """
#include "stdafx.h"
#include "Evaluation.h"
#include <sys/stat.h>
#include <unistd.h>
namespace ml { namespace util {
bool directoryExists(const std::string& path) {
    struct stat found;
    return stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}
void deleteFile(const std::string& path) { unlink(path.c_str()); }
} }
int main(int, char** arguments) {
    std::cout.precision(17);
    Evaluation::evaluate(arguments[1], arguments[2], arguments[3]);
}
"""
"""The program, and two functions that mLib has for Windows only; all digits are printed."""
PATCHES = {
    "include/core-util/binaryDataStream.h": (
        ("\t\tBinaryDataBuffer::Mode mode =", "\t\ttypename BinaryDataBuffer::Mode mode ="),  # as C++ wants it
        ("in.closeStream()", "in.close()"),  # a method that is not there, in a function that is not used
    ),
    "include/core-math/vec6.h": (("std::to_string(w) + ", ""),),  # a member that is not there, and not used
    "include/core-base/distanceField3.h": (("< m_dim", "< this->m_dim"),),  # as C++ wants it
    "src/core-util/directory.cpp": (
        ('m_path = path + "\\\\";', 'm_path = path + "/";'),  # under Linux it looks for Windows' paths,
        ("while (entity != nullptr) {\n\t\tauto entity = readdir(dir);", "for (; entity; entity = readdir(dir)) {"),
        # loses its first entry, and has no order, where Windows gives that of names
        ("closedir(dir);", "closedir(dir); std::sort(m_files.begin(), m_files.end());"),
    ),
}


def write(fixture: str, predictions: Path, truths: Path) -> None:
    """Shapes of two classes at most, as .df and .sdf, named and sorted as the data set has them."""
    random = np.random.default_rng(FIXTURES.index(fixture))
    several = fixture == "several trajectories"
    for i, folder in enumerate(["02691156"] * 3 + ["03001627"] * (fixture == "two classes")):
        if fixture == "one shape" and i:
            break
        name, target = f"model{0 if several else i}__{i}__", f"model{0 if several else i}__0__"
        truth = random.uniform(0, 5, SIDES).astype(np.float32)
        prediction = np.abs(truth + random.normal(0, 0.7, SIDES)).astype(np.float32)
        scan = random.uniform(-4, 4, SIDES).astype(np.float32)
        scan[random.random(SIDES) < 0.3] = -np.inf
        truth, prediction, scan = _made(fixture, i, truth, prediction, scan)
        _write_grid(predictions / folder / f"{name}.df", prediction)
        _write_grid(truths / "test-images_dim32_sdf" / folder / f"{name}.sdf", scan)
        if not several or i == 0:
            _write_grid(truths / "shapenet_dim32_df" / folder / f"{target}.df", truth)


def official(checkout: Checkout, place: Path) -> dict:
    """The two errors overall and of each class."""
    program = _compiled(checkout, place / "code")
    folders = ("truth/test-images_dim32_sdf", "truth/shapenet_dim32_df", "pred")
    ran = subprocess.run(
        [program, *(str(place / folder) for folder in folders)], capture_output=True, text=True, check=True
    )
    overall, classes = ran.stdout.split("PER-CLASS STATS")
    blocks = re.findall(r"^(\d{8})\n(.*?)\n\n", classes, flags=re.MULTILINE | re.DOTALL)
    return {"all": _errors(overall)} | {name: _errors(block) for name, block in blocks}


def ours(scores: Scores) -> dict:
    """The same figures."""
    columns = [scores.by_class["l1 (voxels)"], scores.by_class["l2 (squared voxels)"]]
    rows = {name: list(row) for name, row in zip(scores.classes, zip(*columns, strict=True), strict=True)}
    return {"all": list(scores.overall.values())} | rows


def _made(fixture: str, i: int, truth: np.ndarray, prediction: np.ndarray, scan: np.ndarray) -> tuple:
    if fixture == "exact thresholds":
        truth, prediction = (np.round(2 * values) / 2 for values in (truth, prediction))
        scan = np.round(2 * scan) / 2
    elif fixture == "coarse scan":
        scan = scan[::2, ::2, ::2]
    elif fixture == "two classes":  # sums and means that float32 holds exactly, for the order of classes is not known
        truth, prediction, scan = np.full(SIDES, 1 + i / 4), np.full(SIDES, 2.0), np.full(SIDES, -np.inf)
        prediction[:, :, ::2] += 1 / 8
    elif fixture == "nothing to count" and i == 1:
        truth, prediction = np.full(SIDES, 3.0), np.full(SIDES, 4.0)
    elif fixture == "all known":
        scan = np.abs(scan)
    elif fixture == "unclipped distances":
        truth, prediction = truth * 20, prediction * 20
    elif fixture == "negative predictions":
        prediction = prediction - 2
    elif fixture == "perfect":
        prediction = truth
    return truth, prediction, scan


def _write_grid(file: Path, values: np.ndarray) -> None:
    """Three sides and floats, x first; `values` are [x, y, z]."""
    file.parent.mkdir(parents=True, exist_ok=True)
    sides = np.array(values.shape, "<u8").tobytes()
    file.write_bytes(sides + np.ascontiguousarray(values.T, "<f4").tobytes())


def _compiled(checkout: Checkout, folder: Path) -> str:
    archive = ["git", "-C", str(checkout.folder), "archive", checkout.commit, "evaluate"]
    made = subprocess.run([*archive, f"{MLIB}include", f"{MLIB}src"], check=True, capture_output=True)
    subprocess.run(["tar", "x", "-C", str(folder)], input=made.stdout, check=True)
    for path, replacements in PATCHES.items():
        file = folder / MLIB / path
        text = file.read_text(errors="replace").replace("\r\n", "\n")
        for old, new in replacements:
            if old not in text:
                raise ValueError(f"{path} does not hold {old!r}")
            text = text.replace(old, new)
        file.write_text(text)
    sources = folder / "evaluate"
    (sources / "record.cpp").write_text(MAIN)
    for header in HEADERS:
        (sources / header).touch()
    command = ["g++", "-std=c++14", "-O1", "-fpermissive", "-w", "-I.", f"-I../{MLIB}include", "-o", "record"]
    subprocess.run([*command, "record.cpp", "stdafx.cpp", "Evaluation.cpp"], cwd=sources, check=True)
    return str(sources / "record")


def _errors(block: str) -> list[float]:
    return [float(value) for value in re.findall(r"%l[12] norm = (\S+)\t", block)]
