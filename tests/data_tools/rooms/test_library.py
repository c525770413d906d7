"""Furniture that others made in scenes: which split it is in, how often it is drawn, how a scene names it."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
import trimesh

from geo3d.data_tools.rendered.ground_truth import labelled_mesh
from geo3d.data_tools.rooms.arrange.stock import Mixed, Stock, build, builder_name
from geo3d.data_tools.rooms.build import build_scene
from geo3d.data_tools.rooms.catalogue import KINDS, builders_of
from geo3d.data_tools.rooms.check import problems
from geo3d.data_tools.rooms.description import Library, from_json, to_json
from geo3d.data_tools.rooms.draw import Draw
from geo3d.data_tools.rooms.kinds import LABELS
from geo3d.data_tools.rooms.libraries import library as library_module
from geo3d.data_tools.rooms.libraries.attribution import Credit, attribution, gather_credits, write_scene_credits
from geo3d.data_tools.rooms.libraries.library import open_libraries, unusable
from geo3d.data_tools.rooms.libraries.sizes import SIZES, misfit
from geo3d.data_tools.rooms.place import describe
from geo3d.errors import InputError
from tests.data_tools.rooms.stand_ins import MODELS
from tests.data_tools.rooms.tiny_library import PIXELS, tiny_library


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(library_module, "say", said.append)
    return said


def mixed(file: Path, share: float = 1.0) -> dict:
    """Boxes of every kind, and a library's models of theirs, whatever their split."""
    models = open_libraries((file,))
    own = {model.kind: tuple(other for other in models if other.kind == model.kind) for model in models}
    return {
        kind: Mixed(tuple(builders), own[kind], share) if kind in own else builders for kind, builders in MODELS.items()
    }


def test_models_without_a_kind_or_of_a_wrong_size_are_left_out_and_counted(tmp_path: Path, told: list[str]):
    models = open_libraries((tiny_library(tmp_path / "tiny.sh3f"),))
    assert [model.name for model in models] == [
        f"tiny.sh3f/Tiny#{name}" for name in ("chair", "stool", "sofa", "bed", "table", "desk", "box", "cup")
    ]
    assert len(told) == 1
    assert "8 models; 1 are left out because they are no furniture of a room, 1 because of their size" in told[0]


def test_sizes_are_of_all_kinds_that_are_not_made_to_measure_and_hold_most_of_what_builders_make():
    assert {kind for kind in LABELS if "measure" in misfit(kind, (1, 1, 1))} == LABELS.keys() - SIZES.keys()
    wrong = [
        kind
        for kind in SIZES
        for seed in range(3)
        if misfit(kind, KINDS[kind][seed % len(KINDS[kind])](Draw(seed)).size.tolist())
    ]
    assert len(wrong) <= 0.1 * 3 * len(SIZES)


def test_each_model_is_in_one_split_by_its_name_whatever_else_is_in_the_library(tmp_path: Path):
    models = open_libraries((tiny_library(tmp_path / "tiny.sh3f"),))
    found = {}
    for split in ("train", "validation", "test"):
        for chosen in (models, models[::-1]):
            of_split = builders_of(split, chosen)
            names = {name for builders in of_split.values() for name in map(builder_name, builders) if "/" in name}
            assert found.setdefault(split, names) == names
        assert {kind: len(builders) for kind, builders in builders_of(split).items()} == {
            kind: sum("/" not in builder_name(builder) for builder in builders) for kind, builders in of_split.items()
        }
    assert sum(map(len, found.values())) == len(models) == len(set().union(*found.values()))


def test_a_piece_is_from_the_library_as_often_as_the_share_says(tmp_path: Path):
    stock = Stock(mixed(tiny_library(tmp_path / "tiny.sh3f"), 0.3))
    draw = Draw(1)
    pieces = [stock.piece("chair", draw) for _ in range(400)]
    share = np.mean(["/" in piece.builder for piece in pieces if piece])
    assert share == pytest.approx(0.3, abs=0.07)
    assert all(piece.seed == 0 for piece in pieces if piece and "/" in piece.builder)


def test_a_scene_names_its_libraries_and_is_refused_with_others(tmp_path: Path):
    models = mixed(tiny_library(tmp_path / "tiny.sh3f"))
    description = describe(2, "train", models, ("office",))
    (library,) = description.libraries
    assert (library.name, len(library.sha256)) == ("tiny.sh3f", 64)
    assert from_json(to_json(description)) == description
    assert describe(2, "train", MODELS, ("office",)).libraries == ()
    assert any(thing.builder == "tiny.sh3f/Tiny#desk" for thing in description.things)
    assert build(next(t for t in description.things if t.kind == "desk"), models).size == pytest.approx(
        (1.4, 0.7, 0.74)
    )
    assert problems(description, models) == []

    with pytest.raises(InputError, match=r"furniture from tiny\.sh3f, which is not among its models"):
        build_scene(description, MODELS)
    (tmp_path / "other").mkdir()
    changed = mixed(tiny_library(tmp_path / "other" / "tiny.sh3f", broken=("cup",)))
    with pytest.raises(InputError, match=rf"another tiny\.sh3f: its SHA-256 is {library.sha256}"):
        build_scene(description, changed)


def test_a_model_that_cannot_be_read_gives_way_to_a_builder_and_is_told_once(tmp_path: Path, told: list[str]):
    stock = Stock(mixed(tiny_library(tmp_path / "tiny.sh3f", broken=("desk",))))
    names = [piece.builder for piece in (stock.piece("desk", Draw(seed)) for seed in range(5)) if piece]
    assert len(names) == 5
    assert all("/" not in name for name in names)
    assert [line for line in told if "Tiny#desk is left out" in line] == told[1:]
    assert len(told) == 2
    assert unusable["tiny.sh3f/Tiny#desk"] == "sweet_home/Tiny#desk has no faces"


def test_pictures_come_once_with_their_first_row_at_the_bottom_and_colour_the_mesh(tmp_path: Path):
    models = mixed(tiny_library(tmp_path / "tiny.sh3f"))
    scene = build_scene(describe(2, "train", models, ("office",)), models)
    assert scene.picture_sizes.tolist() == [[2, 4]]
    np.testing.assert_array_equal(scene.texels.reshape(2, 4, 3), PIXELS[::-1])
    pictured = scene.pictures == 0
    assert pictured.any()
    assert set(scene.pictures[~pictured].tolist()) == {-1}
    assert (scene.colours[pictured] == 255).all()
    corners = scene.faces[pictured[scene.face_materials.long()]].long()
    mean = torch.from_numpy(PIXELS.reshape(-1, 3).mean(axis=0))
    assert (labelled_mesh(scene).colours[corners] - mean).abs().max() < 1  # type: ignore[index]


def test_a_folder_of_meshes_is_a_library_whose_hash_says_what_is_in_it(tmp_path: Path, told: list[str]):
    folder = tmp_path / "mine"
    for kind in ("chair", "curtain"):
        (folder / kind).mkdir(parents=True)
        trimesh.creation.box((0.4, 0.5, 0.9)).export(folder / kind / "box.stl")
    (model,) = open_libraries((folder,))
    assert (model.kind, model.name, model.credit.license) == ("chair", "mine/chair/box.stl", "unknown")
    assert model(Draw(0)).size == pytest.approx((0.4, 0.5, 0.9))
    assert "1 models are left out because their kind is made to measure" in told[0]
    (folder / "LICENSE.txt").write_text("CC BY 4.0 by me\n")
    (again,) = open_libraries((folder,))
    assert again.credit.license == "CC BY 4.0 by me"
    assert again.library.sha256 != model.library.sha256
    trimesh.creation.box((4, 5, 0.9)).export(folder / "chair" / "giant.stl")
    giant = open_libraries((folder,))[1]
    with pytest.raises(InputError, match="a chair that is 4 m wide is not from"):
        giant(Draw(0))


def test_libraries_that_are_none_are_one_sentence(tmp_path: Path):
    file = tiny_library(tmp_path / "tiny.sh3f")
    with pytest.raises(InputError, match=r"none\.sh3f is not there; give a Sweet Home 3D library"):
        open_libraries((tmp_path / "none.sh3f",))
    (tmp_path / "text.sh3f").write_text("no zip")
    with pytest.raises(InputError, match=r"text\.sh3f cannot be read as a Sweet Home 3D library, a zip file"):
        open_libraries((tmp_path / "text.sh3f",))
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="empty has no models"):
        open_libraries((tmp_path / "empty",))
    with pytest.raises(InputError, match=r"lacks models/chair/box\.obj, the model of sweet_home/Tiny#chair"):
        open_libraries((tiny_library(tmp_path / "a.sh3f", chair=None),))
    with pytest.raises(InputError, match="no readable PluginFurnitureCatalog"):
        open_libraries((tiny_library(tmp_path / "b.sh3f", catalogue=None),))
    with pytest.raises(InputError, match=r"two libraries are called tiny\.sh3f"):
        open_libraries((file, file))
    with pytest.raises(InputError, match="no model can stand in a room"):
        open_libraries((tiny_library(tmp_path / "c.sh3f", catalogue="id=tiny\n"),))


def test_what_scenes_say_of_their_models_is_gathered_with_names_makers_licences_and_changes(tmp_path: Path):
    one, other = Library("a.sh3f", "12"), Library("b", "34")
    chair = Credit("L#chair", "Café chair", "A=B", "Creative Commons Attribution 3.0 license")
    table = Credit("L#table", "Table", "C", "Public domain")
    american = dataclasses.replace(
        chair, model="L#us", license="Creative Commons Attribution 3.0 United States license"
    )
    for scene, used in (("s1", [(one, chair), (one, table)]), ("s2", [(one, chair), (other, american)]), ("s3", [])):
        (tmp_path / scene).mkdir()
        write_scene_credits(used, tmp_path / scene)
    gather_credits(tmp_path)
    text = (tmp_path / "ATTRIBUTION.txt").read_text(encoding="utf-8")
    assert text == attribution({one: {chair, table}, other: {american}})
    of_one, of_other = text.split("b (SHA-256 34)")
    assert of_one.count('"Café chair" (L#chair) by A=B') == 1
    assert (
        'Licence: Public domain\nhttps://creativecommons.org/publicdomain/zero/1.0/\n\n"Table" (L#table) by C' in text
    )
    assert "3.0 license\nhttps://creativecommons.org/licenses/by/3.0/\n" in of_one
    assert "https://creativecommons.org/licenses/by/3.0/us/" in of_other
    assert "changed" in of_one
    (tmp_path / "s3" / "attribution.json").write_text(json.dumps({"models": [{"library": "x"}]}))
    with pytest.raises(InputError, match="is not the attribution of a scene"):
        gather_credits(tmp_path)
    for scene in ("s1", "s2", "s3"):
        (tmp_path / scene / "attribution.json").unlink()
    gather_credits(tmp_path)
    assert not (tmp_path / "ATTRIBUTION.txt").exists()
