"""What of the learned parts matters: arms that differ in one thing, three seeds each, as many steps each.

``python -m tests.bench.ablations OUT TRAIN VALIDATION [PARAMETRIC]``: folders of ``geo3d render-dataset`` at 5 cm;
PARAMETRIC is rooms to learn from without library furniture, whose arm is left out without it. Networks are small, so
that a run takes minutes: figures are for comparison with each other only. Killed, it goes on; ``OUT/ablations.md`` has
the tables. A ``*`` marks arms whose score still rose from the middle to the end by more than seeds differ.
"""

import statistics
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geo3d.config import make_config
from geo3d.pipelines.train import train
from geo3d.stages.learn import LearnConfig

SEEDS = (0, 1, 2)
CLASSES = tomllib.loads(Path("configs/train/submanifold_unet.toml").read_text())["classes"]


@dataclass(frozen=True)
class Arm:
    """What differs from the first of a group."""

    name: str
    batches: dict[str, Any] = field(default_factory=dict)
    task: dict[str, Any] = field(default_factory=dict)
    parametric: bool = False


@dataclass(frozen=True)
class Group:
    """Arms of one network, and the scores to compare."""

    title: str
    settings: dict[str, Any]
    scores: dict[str, str]
    """Heading -> score of the task."""
    arms: tuple[Arm, ...]


DENSE = Group(
    "3D U-Net of widths 8 to 64, 400 steps of 2 blocks of 48^3",
    {
        "model": "unet3d",
        "options": {"widths": [8, 16, 32, 64]},
        "batches": {"blocks": 2, "side": 48, "height": 48},
        "task": {},
        "loop": {"steps": 400, "learning_rate": 0.003, "warmup": 50, "clip": 5.0, "ema": 0.99, "score_every": 200},
    },
    {
        "mIoU": "miou",
        "mIoU of seen surfaces": "miou seen",
        "l1 unseen, voxels": "l1 unknown",
        "IoU unseen": "iou unknown",
    },
    (
        Arm("completion and segmentation together, TSDF"),
        Arm("completion alone", task={"label": 0.0}),
        Arm("segmentation alone", task={"complete": 0.0}),
        *(Arm(f"together, {name}", {"encoding": name}) for name in ("occupancy", "ternary", "flipped", "log")),
    ),
)
SPARSE = Group(
    "submanifold U-Net of width 16, 600 steps of 2 rooms",
    {
        "model": "submanifold-unet",
        "options": {"width": 16, "steps": 5, "residual": True},
        "batches": {},
        "task": {},
        "loop": {"steps": 600, "learning_rate": 0.003, "warmup": 50, "clip": 5.0, "ema": 0.99, "score_every": 300},
    },
    {"mIoU": "miou", "accuracy": "accuracy", "ECE": "ece"},
    (
        Arm("as the weights that ship"),
        Arm("without noise", {"noise": 0.0}),
        Arm("without missing undersides", {"above": 0.0}),
        Arm("with the Lovász loss", task={"overlap": 0.5}),
        Arm("parametric furniture only", parametric=True),
    ),
)


def main(out: Path, data: Path, validation: Path, parametric: Path | None) -> None:
    """Learn all and write the tables."""
    tables = []
    for group in (SPARSE, DENSE):
        lines = [f"{group.title}; mean and standard deviation of {len(SEEDS)} seeds", ""]
        lines += ["| | " + " | ".join(group.scores) + " |", "|---" * (1 + len(group.scores)) + "|"]
        for arm in group.arms:
            if arm.parametric and parametric is None:
                continue
            source = parametric if arm.parametric and parametric else data
            runs = [learned(group, arm, seed, out, source, validation) for seed in SEEDS]
            cells = [spread([run[-1].get(score) for run in runs]) for score in group.scores.values()]
            lines.append(f"| {arm.name}{'*' if still_rising(runs) else ''} | " + " | ".join(cells) + " |")
            print(lines[-1], flush=True)
        tables.append("\n".join(lines))
    (out / "ablations.md").write_text("\n\n".join(tables) + "\n")


def learned(group: Group, arm: Arm, seed: int, out: Path, data: Path, validation: Path) -> list[dict[str, float]]:
    """The scores of one run, in the order of their steps; learned only where it is not there yet."""
    settings = group.settings
    config = make_config(
        LearnConfig,
        settings
        | {
            "data": [data],
            "validation": [validation],
            "classes": CLASSES,
            "batches": settings["batches"] | arm.batches,
            "task": settings["task"] | arm.task,
            "loop": settings["loop"] | {"seed": seed, "save_every": settings["loop"]["score_every"]},
        },
        arm.name,
    )
    folder = out / settings["model"] / f"{arm.name.replace(' ', '_').replace(',', '')}_{seed}"
    folder.mkdir(parents=True, exist_ok=True)
    return train(folder, config).history["scores"]


def spread(values: list[float | None]) -> str:
    """Mean and standard deviation over seeds."""
    there = [value for value in values if value is not None]
    return f"{statistics.mean(there):.3f} ± {statistics.stdev(there):.3f}" if len(there) > 1 else "-"


def still_rising(runs: list[list[dict[str, float]]]) -> bool:
    """Whether the first score rose from the last but one to the last by more than seeds differ."""
    first = next(name for name in runs[0][0] if name != "step")
    ends = [run[-1][first] for run in runs]
    gain = statistics.mean(run[-1][first] - run[-2][first] for run in runs)
    return gain > statistics.stdev(ends)


if __name__ == "__main__":
    out, data, validation, *parametric = map(Path, sys.argv[1:])
    main(out, data, validation, parametric[0] if parametric else None)
