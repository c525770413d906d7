"""Weights and their cards: what is written comes back, and what was changed or does not fit is refused."""

import json
import pickle
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from geo3d.errors import InputError
from geo3d.weight_files import Card, card_of, load_model, make_model, read_state, save_weights, start_from

OPTIONS = {"channels": 4, "width": 8, "steps": 3}
CARD = Card(
    model="submanifold-unet",
    options=OPTIONS,
    classes={"floor": ("floor", "floor mat"), "wall": ("wall",)},
    batches={"voxel_size": 0.05},
    data=({"folder": "rooms", "scenes": 3},),
    licence="CC0",
    seeds=(7,),
    commit="0123abc",
    steps=100,
    scores={"miou": 0.5, "temperature": 1.25},
)


def small(options: dict = OPTIONS, classes: int = 2) -> nn.Module:
    torch.manual_seed(len(options) + classes)
    return make_fresh("submanifold-unet", options, classes)


def make_fresh(name: str, options: dict, classes: int) -> nn.Module:
    model = make_model(name, options, classes)
    for value in model.state_dict().values():
        if value.is_floating_point():
            value.normal_()
    return model


@pytest.fixture
def file(tmp_path: Path) -> Path:
    save_weights(small(), CARD, tmp_path / "weights.safetensors")
    return tmp_path / "weights.safetensors"


def test_a_model_comes_back_with_its_weights_and_its_card(file: Path):
    random = torch.random.get_rng_state()
    model, card = load_model(file)
    assert torch.equal(torch.random.get_rng_state(), random)
    assert card == replace(CARD, sha256=card.sha256)
    assert tuple(card.classes) == ("floor", "wall")
    assert not model.training
    wanted = small().state_dict()
    assert model.state_dict().keys() == wanted.keys()
    assert all(torch.equal(value, wanted[name]) for name, value in model.state_dict().items())


def rewrite(file: Path, **changes: object) -> None:
    card = json.loads(card_of(file).read_text()) | changes
    card_of(file).write_text(json.dumps({name: value for name, value in card.items() if value is not None}))


def test_files_that_are_not_there_or_were_changed_are_refused(file: Path):
    content = file.read_bytes()
    with pytest.raises(InputError, match=r"other\.json, the card of other\.safetensors, is missing"):
        load_model(file.with_name("other.safetensors"))
    for part in (content[:-1], content[:1000], b""):
        file.write_bytes(part)
        with pytest.raises(InputError, match=r"weights\.safetensors is truncated, or no safetensors file"):
            load_model(file)
    changed = bytearray(content)
    changed[-1] ^= 1
    file.write_bytes(changed)
    with pytest.raises(InputError, match=r"is not the file that weights\.json describes: its SHA-256 differs"):
        load_model(file)
    file.unlink()
    with pytest.raises(InputError, match="does not exist"):
        load_model(file)


def test_cards_that_say_something_else_are_refused(file: Path):
    rewrite(file, options={**OPTIONS, "width": 12})
    with pytest.raises(InputError, match=r"does not fit .*-unet .*: stem\.weight is 27 x 4 x 8 in the file"):
        load_model(file)
    rewrite(file, options={**OPTIONS, "steps": 4})
    with pytest.raises(InputError, match="is missing"):
        load_model(file)
    rewrite(file, options={**OPTIONS, "width": "broad"})
    with pytest.raises(InputError, match="width = 'broad' is not allowed: input should be a valid integer"):
        load_model(file)
    rewrite(file, options={**OPTIONS, "with": 12})
    with pytest.raises(InputError, match="SubmanifoldUNet has no option with; did you mean width"):
        load_model(file)
    rewrite(file, model="submanifold_unet")
    with pytest.raises(InputError, match="there is no model submanifold_unet; did you mean submanifold-unet"):
        load_model(file)
    rewrite(file, model=None)
    with pytest.raises(InputError, match="no card of weights: model: field required"):
        load_model(file)
    card_of(file).write_text("{")
    with pytest.raises(InputError, match="no card of weights"):
        load_model(file)


class Dangerous:
    def __reduce__(self):
        return (Path.touch, (Path("was_run"),))


def test_a_foreign_checkpoint_gives_its_tensors_and_nothing_in_it_is_run(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    state = {"a": torch.arange(3.0), "b": torch.ones(2, 2)}
    for name, content in {
        "plain": state,
        "inside": {"epoch": 3, "state_dict": state},
        "model": {"model": state},
    }.items():
        torch.save(content, tmp_path / f"{name}.pt")
        found = read_state(tmp_path / f"{name}.pt")
        assert found.keys() == state.keys()
        assert all(torch.equal(found[key], state[key]) for key in state)
    save_file(state, tmp_path / "plain.safetensors")
    assert read_state(tmp_path / "plain.safetensors").keys() == state.keys()
    torch.save({"a": Dangerous()}, tmp_path / "bad.pt")
    (tmp_path / "bad.pkl").write_bytes(pickle.dumps({"a": Dangerous()}))
    (tmp_path / "text.pt").write_text("no weights")
    (tmp_path / "short.pt").write_bytes((tmp_path / "plain.pt").read_bytes()[:200])
    torch.save([1, 2], tmp_path / "list.pt")
    for name in ("bad.pt", "bad.pkl", "text.pt", "short.pt"):
        with pytest.raises(InputError, match="holds no weights that can be read safely"):
            read_state(tmp_path / name)
    assert not (tmp_path / "was_run").exists()
    with pytest.raises(InputError, match="something else than tensors by name"):
        read_state(tmp_path / "list.pt")
    with pytest.raises(InputError, match="does not exist"):
        read_state(tmp_path / "none.pt")
    with pytest.raises(InputError, match="cannot be read"):
        read_state(tmp_path)


def test_weights_of_others_are_read(shared_data: Path):
    files = list((shared_data / "weights").rglob("*.pth"))
    if not files:
        pytest.skip("no checkpoints of torch among the real data")
    for file in files:
        assert read_state(file)


def test_learning_on_keeps_all_but_what_depends_on_other_classes(file: Path):
    wanted = small().state_dict()
    model = make_model("submanifold-unet", OPTIONS, 2)
    assert start_from(file, model, "submanifold-unet", OPTIONS, ("floor", "wall")) == []
    assert all(torch.equal(value, wanted[name]) for name, value in model.state_dict().items())
    for classes in (("floor", "door"), ("floor", "wall", "door")):
        model = make_model("submanifold-unet", OPTIONS, len(classes))
        before = {name: value.clone() for name, value in model.state_dict().items()}
        fresh = start_from(file, model, "submanifold-unet", OPTIONS, classes)
        assert fresh == ["head.1.layer.weight", "head.1.layer.bias"]
        for name, value in model.state_dict().items():
            assert torch.equal(value, before[name] if name in fresh else wanted[name])


def test_learning_on_from_a_file_without_a_card_needs_only_fitting_names(file: Path, tmp_path: Path):
    torch.save({"state_dict": small(classes=5).state_dict()}, tmp_path / "foreign.pt")
    model = make_model("submanifold-unet", OPTIONS, 2)
    fresh = start_from(tmp_path / "foreign.pt", model, "submanifold-unet", OPTIONS, ("floor", "wall"))
    assert fresh == ["head.1.layer.weight", "head.1.layer.bias"]
    other = make_model("submanifold-unet", {**OPTIONS, "width": 16}, 2)
    with pytest.raises(InputError, match=r"does not fit submanifold-unet with these options: stem\.weight"):
        start_from(file, other, "submanifold-unet", {**OPTIONS, "width": 16}, ("floor", "wall"))
    with pytest.raises(InputError, match="holds weights of submanifold-unet, and the model is minkunet"):
        start_from(file, make_model("minkunet", {}, 2), "minkunet", {}, ("floor", "wall"))
