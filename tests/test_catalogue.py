"""Every model of the catalogue can be made, fed and taught, and every model is in it."""

import importlib
import tomllib
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from geo3d.catalogue import CATALOGUE, Entry, build, find_entry, options_of
from geo3d.config import read_config
from geo3d.errors import InputError
from geo3d.stages.learn import GIVEN, LearnConfig
from geo3d.train import TrainConfig, train
from geo3d.weight_files import make_model
from tests.rooms_to_learn import CLASSES, write_rooms

ROOT = Path(__file__).parents[1]
CONFIGS = sorted((ROOT / "configs" / "train").glob("*.toml"))
SMALL: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "unet3d": ({"widths": (4, 8, 8)}, {"blocks": 2, "side": 32, "height": 32}),
    "minkunet": ({"variant": "14A"}, {"rooms": 1, "window": 2.0}),
    "submanifold-unet": ({"width": 8, "steps": 3}, {"rooms": 1, "window": 2.0}),
    "sparse-resnet": ({}, {"pieces": 3}),
}
"""Options of model and batches that a test has time for."""
LEARNED = {name: (name,) for name in CLASSES}


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_rooms(tmp_path_factory.mktemp("rooms"), 2)


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name)
def test_a_model_takes_a_step_of_its_task_and_every_parameter_moves(entry: Entry, rooms: Path, tmp_path: Path):
    options, feeding = SMALL[entry.name]
    source = build(entry.input, feeding, **dict(zip(GIVEN, ([rooms], [rooms], LEARNED, 0), strict=True)))
    torch.manual_seed(0)
    model = make_model(entry.name, {**options, "channels": source.channels}, len(LEARNED))
    config = TrainConfig(steps=1, weight_decay=0, ema=0)  # so that nothing but its gradient moves a parameter
    found = train(model, build(entry.task, {}), source, config, tmp_path)
    still = [name for name, value in model.named_parameters() if torch.equal(value, found.weights[name])]
    assert still == []
    assert next(iter(found.scores.values())) <= 1


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name)
def test_a_model_has_as_many_parameters_on_the_meta_device(entry: Entry):
    options = SMALL[entry.name][0]

    def count(model: nn.Module) -> int:
        return sum(value.numel() for value in model.parameters())

    with torch.device("meta"):
        made, wider = (make_model(entry.name, options, classes) for classes in (5, 6))
    assert all(value.is_meta for value in made.parameters())
    assert count(made) == count(make_model(entry.name, options, 5)) > 0
    assert count(wider) > count(made)


def test_names_are_unique_and_every_entry_is_whole():
    names = [entry.name for entry in CATALOGUE]
    assert len(set(names)) == len(names)
    assert SMALL.keys() == set(names)
    assert all(entry.paper for entry in CATALOGUE)


def test_every_file_of_a_model_is_in_the_catalogue():
    listed = {entry.model for entry in CATALOGUE}
    for file in sorted((ROOT / "geo3d" / "models").rglob("*.py")):
        module = importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
        made = {
            f"{module.__name__}:{name}"
            for name, value in vars(module).items()
            if isinstance(value, type) and issubclass(value, nn.Module) and value.__module__ == module.__name__
        }
        public = {name for name in made if ":_" not in name}
        assert not public or listed & public, f"{file} is in no entry of geo3d/catalogue.py"


def test_every_entry_is_used_by_a_config():
    used = {tomllib.loads(file.read_text())["model"] for file in CONFIGS}
    assert used == {entry.name for entry in CATALOGUE}


@pytest.mark.parametrize("file", CONFIGS, ids=lambda file: file.name)
def test_a_config_names_options_that_there_are(file: Path):
    config, text = read_config(LearnConfig, file), file.read_text()
    assert text.startswith("# ")
    assert len(text.splitlines()) <= 40
    assert config.classes
    entry = find_entry(config.model)
    assert config.batches.keys() <= options_of(entry.input, GIVEN).keys()
    assert config.task.keys() <= options_of(entry.task).keys()
    with torch.device("meta"):
        make_model(config.model, config.options, len(config.classes))


def test_what_is_not_in_the_catalogue_is_refused_naming_the_closest():
    with pytest.raises(InputError, match=r"there is no model minkunett; did you mean minkunet\? \(there are .*unet3d"):
        find_entry("minkunett")
    place = find_entry("minkunet").model
    with pytest.raises(InputError, match=r"no option varient; did you mean variant\? \(there are: channels, variant"):
        build(place, {"varient": "14A"}, classes=2)
    with pytest.raises(InputError, match=r"MinkUNet has no option classes"):
        build(place, {"classes": 3}, classes=2)
    with pytest.raises(InputError, match="MinkUNet: variant = '99' is not allowed: input should be '14A', '18A' or"):
        build(place, {"variant": "99"}, classes=2)
