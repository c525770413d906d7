"""From scenes of which the truth is known to a model's weights."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import tyro

from geo3d.data_tools.curves import draw_curves
from geo3d.errors import InputError
from geo3d.progress import say
from geo3d.scene.claim import claimed
from geo3d.scene.publish import published_file
from geo3d.stages.learn import LearnConfig, Learned, claims, learn
from geo3d.stages.weights import file_of

SETTINGS, HISTORY, CURVES = "settings.json", "history.json", "curves.png"


def train(
    out: Annotated[Path, tyro.conf.Positional],
    config: Annotated[LearnConfig, tyro.conf.arg(name="")] = LearnConfig(),  # noqa: B008 - frozen
    *,
    weights: Path | None = None,
) -> Learned:
    """Let a model of the catalogue learn from scenes.

    A killed call goes on from its last checkpoint. `tensorboard --logdir OUT` shows losses and scores meanwhile.

    Args:
        out: Folder for the output; new, empty or of an earlier call with the same settings.
        config: Everything that can be set.
        weights: Weights to start from: the name of shipped ones, a file of an earlier call, or a state of torch that
            fits the model.
    """
    missing = [name for name in ("lightning_fabric", "matplotlib") if find_spec(name) is None]
    if missing:
        raise InputError(f"geo3d train needs {' and '.join(missing)}; pip install 'geo3d[train]'")
    weights = None if weights is None else file_of(str(weights))
    with claimed(out, SETTINGS, claims(config, weights), "geo3d train"):
        learned = learn(config, out, weights)
        with published_file(out / HISTORY) as aside:
            aside.write_text(json.dumps(learned.history, indent=1) + "\n", encoding="utf-8")
        with published_file(out / CURVES) as aside:
            draw_curves(learned.history, learned.card.steps, aside)
    scores = ", ".join(f"{name} {value:.3f}" for name, value in list(learned.card.scores.items())[:4])
    say(f"{learned.file}: step {learned.card.steps}, {scores}; waited for data {learned.history['waiting_share']:.0%}")
    return learned
