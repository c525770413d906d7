"""The command `geo3d train`: what it leaves, how it goes on, and what it refuses."""

import json
import math
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geo3d import catalogue, cli, progress
from geo3d.pipelines import train as train_pipeline
from geo3d.stages.weights import SHIPPED
from geo3d.weight_files import load_model
from tests import toy_learning
from tests.rooms_to_learn import write_rooms

CONFIG = """# A toy.
model = "toy"

[options]
width = 8

[batches]
count = 64

[task]
smoothing = 0.1

[loop]
steps = 40
learning_rate = 0.02
score_every = 10
save_every = 10

[classes]
floor = ["floor"]
standing = ["wall", "table"]
"""


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(catalogue, "CATALOGUE", (toy_learning.ENTRY, *catalogue.CATALOGUE))
    monkeypatch.setattr(toy_learning, "STOP", [])
    monkeypatch.setattr(progress, "SHOW_AFTER", math.inf)  # a slow machine would show how far it is


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_rooms(tmp_path_factory.mktemp("data") / "rooms", 2)


@pytest.fixture(scope="module")
def config(data: Path) -> Path:
    file = data.parent / "toy.toml"
    file.write_text(CONFIG)
    return file


def geo3d_train(out: Path, config: Path, data: Path, *more: object) -> int:
    named = ("--data", data, "--validation", data)
    return cli.main([str(word) for word in ("train", out, "--config", config, *named, *more)])


def test_a_run_leaves_weights_their_card_curves_history_and_events(config: Path, data: Path, tmp_path: Path, capfd):
    out = tmp_path / "out"
    assert geo3d_train(out, config, data) == 0
    assert {path.name for path in out.iterdir()} == {
        *("checkpoint.pt", "weights.safetensors", "weights.json", "curves.png", "history.json", "events"),
        "settings.json",
    }
    model, card = load_model(out / "weights.safetensors")
    assert not model.training
    assert card.scores["accuracy"] > 0.8
    history = json.loads((out / "history.json").read_text(), parse_constant=pytest.fail)
    assert len(history["losses"]["model"]) == 40
    assert [row["step"] for row in history["scores"]] == [10, 20, 30, 40]
    assert history["scores"][0]["nothing"] is None
    assert 0 <= history["waiting_share"] <= 1
    with Image.open(out / "curves.png") as curves:
        assert len(np.unique(np.array(curves.convert("RGB")).reshape(-1, 3), axis=0)) > 20
    printed = capfd.readouterr()
    assert printed.out == ""
    assert "weights.safetensors: step" in printed.err
    assert len(printed.err.splitlines()) == 1
    content = (out / "weights.safetensors").read_bytes()
    assert geo3d_train(out, config, data, "--loop.threads", 2) == 0
    assert (out / "weights.safetensors").read_bytes() == content


def test_events_hold_every_loss_and_score_once_also_after_a_kill(config: Path, data: Path, tmp_path: Path, monkeypatch):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    out = tmp_path / "killed"
    monkeypatch.setattr(toy_learning, "STOP", [25])
    assert geo3d_train(out, config, data) == 1
    assert not (out / "weights.safetensors").exists()
    time.sleep(1.1)  # files of events are read in the order of the second that names them
    monkeypatch.setattr(toy_learning, "STOP", [])
    assert geo3d_train(out, config, data) == 0
    assert geo3d_train(tmp_path / "whole", config, data) == 0
    for name in ("weights.safetensors", "weights.json"):
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    events = EventAccumulator(str(out / "events"))
    events.Reload()
    history = json.loads((out / "history.json").read_text())
    assert [event.step for event in events.Scalars("loss/model")] == list(range(1, 41))
    told = [event.value for event in events.Scalars("loss/model")]
    assert told == pytest.approx(history["losses"]["model"])
    assert [event.step for event in events.Scalars("score/accuracy")] == [10, 20, 30, 40]


def test_learning_on_says_when_the_classes_are_others(config: Path, data: Path, tmp_path: Path, capfd):
    assert geo3d_train(tmp_path / "a", config, data) == 0
    other = tmp_path / "other.toml"
    other.write_text(CONFIG.replace('standing = ["wall", "table"]', 'wall = ["wall"]\ntable = ["table"]'))
    capfd.readouterr()
    weights = tmp_path / "a" / "weights.safetensors"
    assert geo3d_train(tmp_path / "b", other, data, "--weights", weights) == 0
    assert "has other classes: head.weight, head.bias begin anew" in capfd.readouterr().err
    assert geo3d_train(tmp_path / "b", other, data) == 2
    assert "was made with other settings (weights: see" in capfd.readouterr().err


def refusal(capfd, *arguments) -> str:
    capfd.readouterr()
    assert geo3d_train(*arguments) == 2
    said = capfd.readouterr().err
    assert len(said.splitlines()) == 1
    return said


def test_another_setting_in_the_same_folder_is_refused(config: Path, data: Path, tmp_path: Path, capfd):
    out = tmp_path / "out"
    assert geo3d_train(out, config, data) == 0
    assert "made with other settings (batches: see" in refusal(capfd, out, config, data, "--batches.count", 65)
    assert "made with other settings (loop: see" in refusal(capfd, out, config, data, "--loop.seed", 1)


def test_a_loss_that_is_no_number_is_one_sentence_each_time(config: Path, data: Path, tmp_path: Path, capfd):
    out, poisoned = tmp_path / "out", tmp_path / "poisoned.toml"
    poisoned.write_text(CONFIG.replace("count = 64", "count = 64\npoison = 25"))
    assert "the loss of model is nan at step 26 (batch 25), so learning stopped" in refusal(capfd, out, poisoned, data)
    content = (out / "checkpoint.pt").read_bytes()
    assert "at step 26 (batch 25)" in refusal(capfd, out, poisoned, data)
    assert (out / "checkpoint.pt").read_bytes() == content


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('model = "toy"', 'model = "toi"', "there is no model toi; did you mean toy? (there are toy, "),
        ("width = 8", "with = 8", "Layers has no option with; did you mean width? (there are: channels, width)"),
        ("width = 8", "channels = 3", "options.channels is given by the batches (4); leave it out"),
        ("width = 8", 'width = "wide"', "Layers: width = 'wide' is not allowed: input should be a valid integer"),
        ("count = 64", "counts = 64", "Voxels has no option counts; did you mean count? (there are: count, poison)"),
        ("count = 64", "seed = 64", "Voxels has no option seed"),
        ("smoothing = 0.1", "smooth = 0.1", "LabelVoxels has no option smooth; did you mean smoothing?"),
        ("steps = 40", "steps = 0", "loop.steps = 0 is not allowed: input should be greater than or equal to 1"),
        ("steps = 40", "step = 40", "unknown key loop.step; did you mean loop.steps?"),
        ('floor = ["floor"]\nstanding = ["wall", "table"]', "", "classes names no class to learn"),
        ('standing = ["wall", "table"]', 'standing = ["floor"]', "class floor is folded into both"),
    ],
)
def test_what_the_config_cannot_mean_is_refused(
    old: str, new: str, sentence: str, config: Path, data: Path, tmp_path: Path, capfd
):
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(CONFIG.replace(old, new))
    assert sentence in refusal(capfd, tmp_path / "out", wrong, data)
    assert not (tmp_path / "out").exists()


def test_data_and_files_that_cannot_be_used_are_refused(config: Path, data: Path, tmp_path: Path, capfd):
    out, empty = tmp_path / "out", tmp_path / "empty"
    empty.mkdir()
    assert f"{empty} holds no scenes" in refusal(capfd, out, config, empty)
    assert f"{tmp_path / 'none'} is no folder" in refusal(capfd, out, config, tmp_path / "none")
    assert f"{empty} holds no scenes" in refusal(capfd, out, config, data, "--validation", empty)
    assert cli.main(["train", str(out), "--config", str(config), "--data", str(data)]) == 2
    assert "validation names no folder of scenes" in capfd.readouterr().err
    shipped = str(SHIPPED / "segment.safetensors")
    assert shipped in refusal(capfd, out, config, data, "--weights", "segment")  # of another model
    missing = tmp_path / "missing.safetensors"
    assert f"{missing} cannot be read" in refusal(capfd, out, config, data, "--weights", missing)
    missing.write_text("nothing")
    assert f"{missing} is truncated, or no safetensors file" in refusal(capfd, out, config, data, "--weights", missing)
    assert not out.exists()
    (tmp_path / "file").write_text("")
    assert "file" in refusal(capfd, tmp_path / "file", config, data)
    assert "ot a directory" in refusal(capfd, tmp_path / "file" / "out", config, data)
    (empty / "mine.txt").write_text("")
    assert "holds files that are not of geo3d train" in refusal(capfd, empty, config, data)


def test_nothing_to_score_on_is_told_before_learning(config: Path, data: Path, tmp_path: Path, capfd, monkeypatch):
    monkeypatch.setattr(toy_learning.Voxels, "validation", lambda self: [])
    assert "validation has no batch to score on" in refusal(capfd, tmp_path / "out", config, data)
    assert not (tmp_path / "out").exists()


def test_what_is_not_installed_is_named(config: Path, data: Path, tmp_path: Path, capfd, monkeypatch):
    monkeypatch.setattr(train_pipeline, "find_spec", lambda name: None)
    said = refusal(capfd, tmp_path / "out", config, data)
    assert said == "geo3d: geo3d train needs lightning_fabric and matplotlib; pip install 'geo3d[train]'\n"
