"""Sweet Home 3D's libraries: what a catalogue says is what a model comes as."""

import io
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geo3d.data_tools.labels.nyu40 import IDS
from geo3d.data_tools.rooms.kinds import LABELS
from geo3d.data_tools.rooms.libraries import surfaces
from geo3d.data_tools.rooms.libraries.sweet_home import library_models, read_model
from geo3d.data_tools.rooms.libraries.sweet_home_kinds import BY_ID, NOTHING, PATTERNS, placement
from geo3d.data_tools.rooms.model import BOX_FACES
from geo3d.data_tools.rooms.split import SPLITS, split_of
from geo3d.errors import InputError

INSTALLED = Path("/usr/share/sweethome3d/furniture")
CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (0, 1) for z in (-1, 1)])
"""Of a box 2 wide, 1 high and 2 deep, in a model's frame: y up."""

# the side at x = -1 is red; modelRotation turns it to the front
BOX = "mtllib box.mtl\n" + "".join(f"v {x} {y} {z}\n" for x, y, z in CORNERS) + "usemtl red\n"
for number, face in enumerate(BOX_FACES + 1):
    BOX += ("usemtl picture\n" if number == 2 else "") + "f " + " ".join(f"{i}/{i}" for i in face) + "\n"
BOX = BOX.replace("usemtl red", "".join(f"vt {0.1 * i} {1 - 0.1 * i}\n" for i in range(8)) + "usemtl red")
MATERIALS = "newmtl red\nKd 1 0 0\nnewmtl picture\nKd 0 1 0\nmap_Kd C:\\\\pictures\\\\tiny.png\n"
CATALOGUE = r"""# a comment
! another
id=tiny
license=Creative Commons Attribution 3.0 license
id#1=Tiny#chair1
name#1 = Caf\u00e9 \
    chair
category#1:Living room
model#1=/tiny/box/box.obj
width#1=40
depth#1=50.5
height#1=90
elevation#1=12
modelRotation#1=0 0 1 0 1 0 -1 0 0
creator#1=A\=B

id#2=Tiny#stair
name#2=Stairs
category#2=Staircases
model#2=/tiny/box/box.obj
width#2=100
depth#2=100
height#2=100
license#2=CC0
"""


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


PIXELS = np.arange(12, dtype=np.uint8).reshape(2, 2, 3) * 20
FILES = {
    "PluginFurnitureCatalog.properties": CATALOGUE,
    "tiny/box/box.obj": BOX,
    "tiny/box/box.mtl": MATERIALS,
    "tiny/box/tiny.png": png(PIXELS),
}


def library(folder: Path, **changes: str | bytes | None) -> Path:
    """A library with some files changed, by the last part of their names, or (None) left out."""
    file = folder / "tiny.sh3f"
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in FILES.items():
            content = changes.get(name.rsplit("/", 1)[-1].split(".")[0] + "_" + name.rsplit(".", 1)[-1], content)
            if content is not None:
                archive.writestr(name, content)
    return file


def test_a_catalogue_is_read_with_its_escapes_and_units(tmp_path: Path):
    chair, stair = library_models(library(tmp_path))
    assert (chair.name, chair.title, chair.category) == ("sweet_home/Tiny#chair1", "Café chair", "Living room")
    assert (chair.size, chair.elevation) == ((0.4, 0.505, 0.9), 0.12)
    assert (chair.kind, chair.label, chair.creator) == ("chair", "chair", "A=B")
    assert chair.license == "Creative Commons Attribution 3.0 license"
    assert (stair.kind, stair.label, stair.license, stair.turn) == (None, None, "CC0", (1, 0, 0, 0, 1, 0, 0, 0, 1))


def test_a_model_is_turned_scaled_and_coloured_as_the_library_says(tmp_path: Path):
    model = read_model(library_models(library(tmp_path))[0])
    corners = {(x, y, z) for x in (-0.2, 0.2) for y in (-0.2525, 0.2525) for z in (0, 0.9)}
    assert {tuple(vertex) for vertex in model.vertices.round(9).tolist()} == corners
    front = (model.vertices[model.faces][..., 1] < 0).all(axis=1)
    red = np.array([material.colour == (255, 0, 0) for material in model.materials])[model.face_materials]
    assert (front == red).all()
    assert front.sum() == 2
    assert model.labels == ("chair",)


def test_a_picture_keeps_its_pixels_and_its_uv(tmp_path: Path):
    model = read_model(library_models(library(tmp_path))[0])
    pictured = next(row for row, material in enumerate(model.materials) if material.picture)
    picture = model.materials[pictured].picture
    assert picture is not None
    assert (np.asarray(Image.open(io.BytesIO(picture))) == PIXELS).all()
    assert model.materials[pictured].colour == (90, 110, 130)
    # the file numbers corners by x, y, z, which are now -y, z and -x
    x, y, z = model.vertices[model.faces[model.face_materials == pictured]].transpose(2, 0, 1)
    number = 4 * (y > 0) + 2 * (z > 0.1) + (x > 0)
    expected = np.stack([0.1 * number, 1 - 0.1 * number], axis=-1)
    np.testing.assert_allclose(model.uv[model.face_materials == pictured], expected, atol=1e-6)


def test_a_missing_picture_leaves_the_materials_colour_and_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    told: list[str] = []
    monkeypatch.setattr(surfaces, "say", told.append)
    model = read_model(library_models(library(tmp_path, tiny_png=None))[0])
    assert {material.colour for material in model.materials} == {(255, 0, 0), (0, 255, 0)}
    assert all(material.picture is None for material in model.materials)
    assert len(told) == 1
    assert "tiny.png" in told[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"box_obj": None}, r"tiny.sh3f lacks tiny/box/box.obj, the model of sweet_home/Tiny#chair1"),
        ({"box_obj": BOX.replace("v -1 0 -1", "v nan 0 -1")}, "Tiny#chair1 has vertices that are not finite"),
        ({"box_obj": "v 0 0 0\nv 1 0 0\n"}, "Tiny#chair1 has no faces"),
        ({"box_obj": "v 0 0 0\nv 1 0 0\nv 2 1 0\nf 1 2 2\n"}, "Tiny#chair1 has no face of any area"),
        ({"PluginFurnitureCatalog_properties": CATALOGUE.replace("model#1", "other#1")}, "piece 1 of .* has no model"),
        ({"PluginFurnitureCatalog_properties": None}, "no Sweet Home 3D library"),
        (
            {"PluginFurnitureCatalog_properties": CATALOGUE.replace("50.5", "wide")},
            "piece 1 of .* where a number must be",
        ),
        ({"PluginFurnitureCatalog_properties": CATALOGUE.replace("depth#1=50.5", "")}, "piece 1 of .* has no depth"),
        ({"PluginFurnitureCatalog_properties": CATALOGUE.replace("0 0 1 0 1 0", "0 0 1")}, "rotation of nine numbers"),
    ],
)
def test_what_a_library_lacks_is_one_sentence(tmp_path: Path, change: dict[str, str | None], words: str):
    with pytest.raises(InputError, match=words):
        read_model(library_models(library(tmp_path, **change))[0])


def test_a_broken_zip_and_a_folder_without_libraries_are_one_sentence(tmp_path: Path):
    with pytest.raises(InputError, match=r"has no \.sh3f file"):
        library_models(tmp_path)
    file = library(tmp_path)
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(InputError, match=r"tiny\.sh3f cannot be read as a Sweet Home 3D library"):
        library_models(tmp_path)


def test_every_kind_has_a_label_that_exists():
    assert set(LABELS.values()) <= set(IDS)
    for kind in [kind for _, kind in PATTERNS] + list(BY_ID.values()):
        assert kind == NOTHING or kind.partition(":")[0] in LABELS
        assert not kind.partition(":")[2] or kind.partition(":")[2] in IDS


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        (("L#a", "Office Chair", "Office"), ("office_chair", "chair")),
        (("L#b", "Leather armchair", "Living room"), ("armchair", "chair")),
        (("L#c", "Desk lamp", "Lights"), ("desk_clutter", "lamp")),
        (("L#d", "Chair", "Exterior"), None),
        (("L#e", "Woman on a chair", "Characters"), None),
        (("Scopia#rattanSofa", "Rattan sofa", "Exterior"), ("sofa", "sofa")),
    ],
)
def test_names_and_categories_say_what_a_piece_is(described: tuple[str, str, str], expected: tuple[str, str] | None):
    assert placement(*described) == expected


def test_models_are_split_four_to_one_to_one():
    counts = Counter(split_of(f"sweet_home/Library#{number}") for number in range(12_000))
    assert set(counts) == set(SPLITS)
    np.testing.assert_allclose([counts[split] for split in SPLITS], [8000, 2000, 2000], atol=200)


def installed_models() -> list:
    if not INSTALLED.is_dir():
        pytest.skip("Debian's sweethome3d-furniture is not installed")
    return [entry for entry in library_models(INSTALLED) if entry.kind]


def test_the_installed_libraries_cover_most_of_scannets_classes():
    labels = Counter(entry.label for entry in installed_models())
    scannet = "cabinet bed chair sofa table door window bookshelf picture desk curtain refrigerator toilet sink bathtub"
    assert labels.keys() >= {*scannet.split(), "shower curtain", "otherfurniture"}
    assert sum(labels.values()) > 400


@pytest.mark.parametrize("twelfth", range(12))
def test_an_installed_model_has_the_catalogues_size_and_few_faces(twelfth: int):
    entries = installed_models()
    entry = entries[twelfth * len(entries) // 12 + 5]
    model = read_model(entry)
    np.testing.assert_allclose(model.size, entry.size, atol=1e-3)
    np.testing.assert_allclose(model.vertices.min(axis=0), [-entry.size[0] / 2, -entry.size[1] / 2, 0], atol=1e-3)
    assert 0 < len(model.faces) <= 12_000
    assert model.faces.max() < len(model.vertices)
    assert model.face_materials.max() < len(model.materials)
    assert np.isfinite(model.uv).all()
