"""TUM's evaluate_ate.py and associate.py, for the strict reading; from a copy, for they have no repository."""

from dataclasses import replace
from pathlib import Path

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.metrics.trajectory import STATISTICS
from tests.official import trajectory
from tests.official.record import Checkout, run_script

PROTOCOL = "trajectory"
REPOSITORY, COMMIT = "cheukwaylee/TUM_rgbd_benchmark_tools", "63690857459760f657d81d41f8d2d07688d741e2"
FIXTURES = (
    *("rigid", "scaled, aligned without", "mirrored", "other rates", "prediction is denser", "gaps", "stamps twice"),
    *("stamps as far apart as allowed", "stamps half way between", "true stamps twice", "stamps out of order"),
    *("as many stamps", "two frames", "on a line", "no stamp in common", "one frame", "no frame"),
)
CHOICES_OF = {name: replace(trajectory.CHOICES_OF[name], reading="strict") for name in FIXTURES}

write = trajectory.write


def official(checkout: Checkout, place: Path, choices: Choices) -> dict:
    """Statistics of the absolute error, at full precision rather than as printed."""
    checkout.extract(["evaluate_ate.py", "associate.py"], place / "code")
    script = place / "code" / "evaluate_ate.py"
    text = script.read_text().replace("numpy.linalg.linalg", "numpy.linalg")  # gone since NumPy 2
    script.write_text(text.replace(" %f m", " %.17g m"))
    files = [str(place / part / "walk.txt") for part in ("truth", "pred")]
    limit = ["--max_difference", str(choices.trajectory.most_apart)]
    lines = [line.split() for line in run_script(script, *files, "--verbose", *limit).splitlines()]
    found = {name.split(".")[1]: float(value) for name, value, _ in lines if "." in name}
    return {"ATE": [found[name] for name in STATISTICS]}


def ours(scores: Scores) -> dict:
    """The same figures."""
    return {"ATE": trajectory.ours(scores)["ATE"]}
