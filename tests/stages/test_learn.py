"""Learning as a stage: what is checked before, and what the card says after."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from geo3d import catalogue
from geo3d.errors import InputError
from geo3d.learning.config import TrainConfig
from geo3d.stages.learn import LearnConfig, described_data, learn, program_version
from geo3d.weight_files import load_model, read_state
from tests import toy_learning
from tests.rooms_to_learn import write_rooms

CLASSES = {"floor": ("floor",), "standing": ("wall", "table")}


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(catalogue, "CATALOGUE", (toy_learning.ENTRY, *catalogue.CATALOGUE))


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_rooms(tmp_path_factory.mktemp("data") / "rooms", 2)


def config(rooms: Path, **changes) -> LearnConfig:
    loop = TrainConfig(steps=60, learning_rate=0.02, score_every=20, save_every=20, seed=3)
    return replace(LearnConfig("toy", (rooms,), (rooms,), classes=CLASSES, loop=loop), **changes)


def test_a_model_learns_and_its_card_says_what_it_is_and_from_what(rooms: Path, tmp_path: Path):
    (rooms / "logs").mkdir(exist_ok=True)
    found = learn(config(rooms, options={"width": 16}, batches={"count": 32}, licence="CC0"), tmp_path)
    card = found.card
    assert card.model == "toy"
    assert card.options == {"channels": 4, "width": 16}
    assert card.classes == CLASSES
    assert card.batches == {"count": 32, "poison": None}
    assert [(row["use"], row["folder"], row["scenes"]) for row in card.data] == [
        ("learned from", "rooms", 2),
        ("validated on", "rooms", 2),
    ]
    assert (card.licence, card.seeds, card.commit) == ("CC0", (3,), program_version())
    assert card.scores.keys() == {"accuracy"}  # not the one that is no number
    assert card.scores["accuracy"] > 0.9
    model, read = load_model(found.file)
    assert read == card
    source = toy_learning.Voxels((rooms,), (rooms,), CLASSES)
    scores = toy_learning.LabelVoxels().scores(model, source.validation())
    assert scores["accuracy"] == pytest.approx(card.scores["accuracy"])


def test_the_seed_chooses_the_fresh_weights_and_nothing_else_does(rooms: Path, tmp_path: Path):
    once = config(rooms, loop=TrainConfig(steps=1, learning_rate=1e-12, weight_decay=0, seed=3))
    one = learn(once, tmp_path / "a")
    torch.rand(5)
    assert learn(once, tmp_path / "b").card.sha256 == one.card.sha256
    other = replace(once, loop=replace(once.loop, seed=4))
    assert learn(other, tmp_path / "c").card.sha256 != one.card.sha256


def test_learning_on_begins_with_the_weights_that_are_given(rooms: Path, tmp_path: Path):
    first = learn(config(rooms), tmp_path / "a")
    still = TrainConfig(steps=1, learning_rate=1e-12, weight_decay=0, ema=0)
    on = learn(config(rooms, loop=still), tmp_path / "b", weights=first.file)
    assert on.card.data[-1] == {"use": "went on from", "file": first.file.name, "sha256": first.card.sha256}
    before, after = load_model(first.file)[0].state_dict(), load_model(on.file)[0].state_dict()
    for name in ("trunk.0.weight", "head.weight"):
        torch.testing.assert_close(after[name], before[name])
    classes = {"wall": ("wall",), "floor": ("floor",), "table": ("table",)}
    on = learn(config(rooms, loop=still, classes=classes), tmp_path / "c", weights=first.file)
    after = load_model(on.file)[0].state_dict()
    torch.testing.assert_close(after["trunk.0.weight"], before["trunk.0.weight"])
    assert after["head.weight"].shape == (3, 8)
    with pytest.raises(InputError, match=r"does not fit toy with these options: trunk\.0\.weight is 8 x 4 in the file"):
        learn(config(rooms, options={"width": 9}), tmp_path / "d", weights=first.file)


def test_weights_of_half_the_size_are_the_same_but_for_rounding(rooms: Path, tmp_path: Path):
    whole = learn(config(rooms), tmp_path / "a")
    half = learn(config(rooms, stored="float16"), tmp_path / "b")
    assert read_state(half.file)["trunk.0.weight"].dtype == torch.float16
    one, other = (load_model(found.file)[0].state_dict() for found in (whole, half))
    for name, value in one.items():
        assert other[name].dtype == value.dtype
        torch.testing.assert_close(other[name], value, rtol=2**-11, atol=1e-7)


def test_the_version_is_the_commit_of_the_repository():
    root = Path(__file__).parents[2]
    done = subprocess.run(["git", "-C", str(root), "rev-parse", "HEAD"], capture_output=True, text=True)
    if done.returncode:
        pytest.skip("this is no repository")
    assert program_version().removesuffix(" and changes") == done.stdout.strip()


def test_data_is_described_by_its_finished_scenes(rooms: Path, tmp_path: Path):
    (whole,) = described_data([rooms], "x")
    write_rooms(tmp_path / "rooms", 2)
    assert described_data([tmp_path / "rooms"], "x") == [whole]
    write_rooms(tmp_path / "more", 3)
    assert described_data([tmp_path / "more"], "x")[0]["scenes"] == 3
    (tmp_path / "more" / "room_002" / ".begun").touch()
    assert described_data([tmp_path / "more"], "x")[0] == whole | {"folder": "more"}
    (tmp_path / "more" / "settings.json").write_text("{}")
    assert described_data([tmp_path / "more"], "x")[0]["sha256"] != whole["sha256"]
