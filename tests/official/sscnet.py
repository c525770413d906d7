"""SSCNet's evaluation_script.m, of NYU, under ``octave``."""

import re
import subprocess
from pathlib import Path

import numpy as np
import scipy.io

from geo3d.data_tools.benchmarks.protocol import Scores
from tests.official.record import Checkout

PROTOCOL = "sscnet"
REPOSITORY, COMMIT = "shurans/sscnet", "61b4060b435fa93798ea1ced2b87c55bee2433bc"
FIXTURES = (
    *("random", "mostly right", "absent class", "class never predicted", "nothing predicted", "no truth", "one image"),
    *("image without occluded voxels", "only empty behind", "ties", "thresholds", "NaN and 255", "perfect"),
)
NAMES = ("NYU0001_0000", "NYU0002_0000", "NYU0009_0000")
"""Of the first images in test_NYUv2Ids.mat."""
SIDES = (7, 5, 6)
READ = """function result = hdf5read(file, name)
  stored = load([file '.mat']); result = stored.result;
end
"""
"""What Octave lacks, for the same array in a file that it reads."""


def write(fixture: str, predictions: Path, truths: Path) -> None:
    """Three images: confidences, truth, and different evaluation volumes of NYU and NYUCAD."""
    random = np.random.default_rng(FIXTURES.index(fixture))
    for folder in ("NYUtest", "NYUCADtest"):
        (truths / folder).mkdir()
    for i, name in enumerate(NAMES[: 1 if fixture == "one image" else None]):
        truth = random.integers(0, 37, SIDES).astype(float)
        confidences = random.random((*SIDES, 12)).astype(np.float32)
        volumes = [random.uniform(-1.3, 1.3, SIDES) for _ in range(2)]
        for volume in volumes:
            volume[random.random(SIDES) < 0.3] = -1
        if fixture == "mostly right":
            labels = random.integers(0, 12, SIDES)
            truth = np.array([0, 1, 2, 3, 4, 6, 7, 8, 9, 16, 11, 5])[labels].astype(float)
            confidences[(*np.indices(SIDES), labels)] += 0.7
        elif fixture == "absent class":
            truth[truth == 6], confidences[..., 5] = 0, -1
        elif fixture == "class never predicted":
            confidences[..., 5] = -1
        elif fixture == "nothing predicted":
            confidences[..., 0] = 2
        elif fixture == "no truth":
            truth[:] = 0
        elif fixture == "image without occluded voxels" and i == 1:
            volumes = [np.abs(volume) for volume in volumes]
        elif fixture == "only empty behind" and i == 1:
            truth[:], confidences[..., 0] = 0, 2
        elif fixture == "ties":
            confidences = np.round(2 * confidences) / 2
        elif fixture == "thresholds":
            volumes = [random.choice([-1.5, -1, -0.5, 0, 0.5, 1, 1.5, np.nan], SIDES) for _ in range(2)]
        elif fixture == "NaN and 255":
            truth[::2], truth[1::2, ::2] = np.nan, 255
        elif fixture == "perfect":
            truth = random.integers(0, 5, SIDES).astype(float)
            confidences[(*np.indices(SIDES), truth.astype(int))] += 1
        np.save(predictions / f"{name}.npy", confidences)
        scipy.io.savemat(truths / "NYUCADtest" / f"{name}_gt_d4.mat", {"sceneVox_ds": truth})
        for folder, volume in zip(("NYUtest", "NYUCADtest"), volumes, strict=True):
            scipy.io.savemat(truths / folder / f"{name}_vol_d4.mat", {"flipVol_ds": volume})


def official(checkout: Checkout, place: Path, benchmark: str = "nyu") -> dict:
    """Precision, recall and IoU of labels, of each class, and of completion."""
    code = place / "code"
    archive = ["git", "-C", str(checkout.folder), "archive", checkout.commit]
    wanted = ["matlab_code/benchmark", "matlab_code/ClassMapping.mat"]
    wanted += [f"matlab_code/{name}.m" for name in ("evaluation_script", "evaluate_prediction", "evaluate_completion")]
    made = subprocess.run([*archive, *wanted], check=True, capture_output=True)
    subprocess.run(["tar", "x", "-C", str(code)], input=made.stdout, check=True)
    scripts, results = code / "matlab_code", code / "results"
    text = (scripts / "evaluation_script.m").read_text()
    text = text[: text.index("%% Visualization")].replace(
        "dbstop if error;", ""
    )  # which writes point clouds; a debugger
    (scripts / "evaluation_script.m").write_text(text.replace("%f", "%.17g"))
    (scripts / "hdf5read.m").write_text(READ)
    for folder in (results, scripts / "utils", code / "data"):
        folder.mkdir()
    (code / "data" / "eval").symlink_to(place / "truth")
    stacked = np.stack([np.load(file) for file in sorted((place / "pred").iterdir())], axis=-1)
    if stacked.shape[-1] == 1:  # savemat and Octave drop a last side of one
        stacked = stacked[..., 0]
    scipy.io.savemat(results / f"result_{benchmark}.hdf5.mat", {"result": stacked})
    call = f"evaluation_script('../results/', '{benchmark}')"
    ran = subprocess.run(["octave-cli", "--quiet", "--eval", call], cwd=scripts, capture_output=True, text=True)
    if ran.returncode:
        raise RuntimeError(ran.stderr.strip().splitlines()[-1])
    return _printed(ran.stdout)


def ours(scores: Scores) -> dict:
    """The same figures."""
    order = ("precision", "recall", "IoU")
    columns = [scores.by_class[name] for name in order]
    return {
        "mean": [scores.overall[f"SSC mean {name}"] for name in order],
        "classes": [list(row) for row in zip(*columns, strict=True)],
        "completion": [scores.overall[f"SC {name}"] for name in order],
    }


def _printed(text: str) -> dict:
    labels, completion = text.split("Scene Compeltion:\nprec ,recall , IoU\n")[1:]
    lines = [line.replace("mean: ", "").replace(",", " ").split() for line in labels.splitlines()]
    rows = [[float(value) for value in line[-3:]] for line in lines if len(line) in (3, 4) and line[0] != "Semantic"]
    return {
        "mean": rows[0],
        "classes": rows[1:],
        "completion": [float(v) for v in re.split(r"[,\s]+", completion)[1:4]],
    }
