"""What the official figures do not show: files, formats and what is refused."""

import dataclasses
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from geo3d import cli
from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.counting import find_scenes
from geo3d.data_tools.benchmarks.instances.scannet_instance import CLASSES, PROTOCOL, overlaps
from geo3d.data_tools.benchmarks.pictures import IGNORED, RIGHT, WRONG
from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.data_tools.semantic_files import write_instances, write_semantic_ply
from geo3d.errors import InputError
from geo3d.scene.artifact import store
from geo3d.scene.kinds import SemanticMesh
from tests.squares import SIDE, square

STRICT = Choices(reading="strict")
CHAIR, TABLE = CLASSES.index("chair"), CLASSES.index("table")
Part = tuple[int, int, float, float]
"""First and last vertex (exclusive), label id and confidence of a prediction."""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "pred" / "masks").mkdir(parents=True)
    (tmp_path / "truth").mkdir()
    return tmp_path


def scene(place: Path, true: dict[int, tuple[int, int]], parts: list[Part], name: str = "a", vertices: int = 2000):
    """A scene of runs of vertices."""
    ids = np.zeros(vertices, int)
    for number, (start, stop) in true.items():
        ids[start:stop] = number
    (place / "truth" / f"{name}.txt").write_text("".join(f"{number}\n" for number in ids))
    lines = []
    for i, (start, stop, label, confidence) in enumerate(parts):
        mask = [start <= at < stop for at in range(vertices)]
        (place / "pred" / "masks" / f"{name}{i}.txt").write_text("".join(f"{int(one)}\n" for one in mask))
        lines.append(f"masks/{name}{i}.txt {label:g} {confidence}\n")
    (place / "pred" / f"{name}.txt").write_text("".join(lines))


def scored(place: Path, choices: Choices = Choices()) -> Scores:  # noqa: B008 - frozen
    scenes = find_scenes(PROTOCOL, place / "pred", place / "truth", choices)
    tallies = [PROTOCOL.count(one, choices) for one in scenes]
    return PROTOCOL.score([one for one in tallies if one is not None], choices)


def test_there_are_nine_overlaps_to_090_and_in_the_strict_reading_ten_to_095(place: Path):
    assert overlaps(Choices())[:-1] == pytest.approx(np.arange(50, 91, 5) / 100)
    assert overlaps(STRICT)[:-1] == pytest.approx(np.arange(50, 96, 5) / 100)
    scene(place, {5001: (0, 1000)}, [(0, 920, 5, 0.5)])  # more than 0.90 of it, less than 0.95
    assert scored(place).overall == {"AP": 1, "AP50": 1, "AP25": 1}
    assert scored(place, STRICT).overall == pytest.approx({"AP": 0.9, "AP50": 1, "AP25": 1})


def test_the_mean_over_overlaps_leaves_025_out(place: Path):
    scene(place, {5001: (0, 1000)}, [(0, 300, 5, 0.5)])
    assert scored(place).overall == {"AP": 0, "AP50": 0, "AP25": 1}


def test_a_class_without_truth_has_no_score_and_one_without_prediction_has_0(place: Path):
    scene(place, {5001: (0, 500), 7001: (500, 900)}, [(0, 500, 5, 0.5), (1000, 1500, 34, 0.9)])
    scores = scored(place)
    assert scores.by_class["AP"][CHAIR] == 1
    assert scores.by_class["AP"][TABLE] == 0
    assert sum(np.isnan(scores.by_class["AP"])) == 16
    assert scores.overall["AP"] == 0.5
    assert "sink" in scores.notes[0]


def test_predictions_that_are_all_ignored_at_some_overlap_are_told(place: Path):
    scene(place, {5001: (0, 500), 7001: (1000, 1500)}, [(1300, 1800, 5, 0.5)])  # 0.6 of it void
    assert any("AP is 0 there: chair (the official script fails here)" in note for note in scored(place).notes)


def test_instances_of_99_vertices_do_not_count(place: Path):
    scene(place, {5001: (0, 100), 5002: (200, 299)}, [(0, 100, 5, 0.5), (200, 299, 5, 0.9), (400, 499, 5, 0.95)])
    scores = scored(place)
    assert scores.overall["AP"] == 1
    assert scores.by_class["true instances"][CHAIR] == 1
    assert scores.by_class["predicted instances"][CHAIR] == 1


def test_walls_and_floors_are_no_instances_and_their_masks_need_not_be_there(place: Path):
    scene(place, {1001: (0, 500), 2001: (500, 900), 5001: (1000, 1500)}, [(1000, 1500, 5, 0.5), (0, 500, 1, 0.9)])
    (place / "pred" / "masks" / "a1.txt").unlink()
    assert scored(place).overall["AP"] == 1


def test_matches_of_all_scenes_make_one_curve(place: Path):
    scene(place, {5001: (0, 500)}, [(0, 500, 5, 0.2)], "a")
    scene(place, {5001: (0, 500), 5002: (500, 1000)}, [(400, 700, 5, 0.9), (500, 1000, 5, 0.8)], "b")
    scores = scored(place)  # hits at 0.2 and 0.8, a mistake at 0.9, one missed
    assert scores.by_class["AP50"][CHAIR] == pytest.approx(np.trapezoid([1, 0, 1 / 2, 2 / 3], [0, 0, 1 / 3, 2 / 3]))
    curve = next(curve for curve in scores.curves if curve.across == "recall")
    assert curve.lines["chair"] == ([0, 0, 1 / 3, 2 / 3], [1, 0, 1 / 2, 2 / 3])
    over = next(curve for curve in scores.curves if curve.across == "overlap")
    assert over.lines["mean"][0] == sorted(over.lines["mean"][0])
    assert over.lines["chair"][1][1] == scores.by_class["AP50"][CHAIR]


def test_a_scene_that_is_given_twice_counts_as_two(place: Path):
    for name in "ab":
        scene(place, {5001: (0, 500), 7001: (600, 900)}, [(0, 450, 5, 0.7), (300, 900, 5, 0.9)], name)
    scene(place, {5001: (0, 300)}, [(0, 180, 5, 0.8), (600, 900, 7, 0.1)], "c")
    choices = Choices()
    once = [PROTOCOL.count(one, choices) for one in find_scenes(PROTOCOL, place / "pred", place / "truth", choices)]
    twice = [tally for tally in (once[0], once[2], once[0]) if tally is not None]
    columns = PROTOCOL.score(twice, choices).by_class
    for name, wanted in scored(place).by_class.items():
        assert columns[name] == pytest.approx(wanted, nan_ok=True), name


def test_a_scene_without_a_prediction_is_refused_or_left_out(place: Path):
    scene(place, {5001: (0, 500)}, [(0, 500, 5, 0.2)], "a")
    scene(place, {5001: (0, 500)}, [], "b")
    assert scored(place).overall["AP"] == 0.5  # an empty list is a prediction
    (place / "pred" / "b.txt").unlink()
    with pytest.raises(InputError, match="no prediction for 1 of 2 scenes"):
        scored(place)
    assert scored(place, Choices(allow_missing=True)).overall["AP"] == 1


def test_what_the_official_script_leaves_behind_is_no_scene(place: Path):
    scene(place, {5001: (0, 500)}, [(0, 500, 5, 0.2)])
    (place / "pred" / "semantic_instance_evaluation.txt").write_text("class,class id,ap,ap50,ap25\n")
    assert scored(place).overall["AP"] == 1
    (place / "pred" / "b.txt").write_text("")
    with pytest.raises(InputError, match=r"b.txt has no truth of that name"):
        scored(place)


def test_the_masks_are_files_of_the_prediction(place: Path):
    scene(place, {5001: (0, 500)}, [(0, 500, 5, 0.2), (0, 500, 7, 0.2)])
    (found,) = PROTOCOL.find(place / "pred", place / "truth")
    assert [file.name for file in found.prediction] == ["a.txt", "a0.txt", "a1.txt"]


def test_masks_and_truth_as_arrays_are_those_of_text(place: Path):
    scene(place, {5001: (0, 500)}, [(0, 300, 5, 0.2), (100, 500, 5, 0.3)])
    wanted = scored(place).overall
    for kind in (bool, np.uint8, np.int64):
        lines = []
        for i in range(2):
            mask = np.loadtxt(place / "pred" / "masks" / f"a{i}.txt").astype(kind)
            np.save(place / "pred" / "masks" / f"a{i}.npy", mask)
            lines.append(f"masks/a{i}.npy 5 0.{i + 2}\n")
        (place / "pred" / "a.txt").write_text("".join(lines))
        assert scored(place).overall == wanted
    np.save(place / "truth" / "a.npy", np.loadtxt(place / "truth" / "a.txt", dtype=np.int64))
    (place / "truth" / "a.txt").unlink()
    assert scored(place).overall == wanted


def test_the_readings_differ_in_what_masks_and_label_ids_may_be(place: Path):
    scene(place, {5001: (0, 500)}, [(0, 500, 5.7, 0.2)])
    assert scored(place).overall["AP"] == 1
    with pytest.raises(InputError, match=r"a.txt, line 1: label id 5.7 is not a whole number"):
        scored(place, STRICT)
    scene(place, {5001: (0, 500)}, [(0, 500, 5, 0.2)])
    mask = place / "pred" / "masks" / "a0.txt"
    mask.write_text(mask.read_text().replace("1", "3"))
    assert scored(place).overall["AP"] == 1
    with pytest.raises(InputError, match=r"a0.txt, line 1: 3 is not allowed; a 0 or 1 a line is"):
        scored(place, STRICT)


def test_a_mask_that_is_listed_again_counts_by_its_last_line_or_each_time(place: Path):
    scene(place, {5001: (0, 500)}, [(0, 500, 5, 0.2)])
    with open(place / "pred" / "a.txt", "a") as file:
        file.write("./masks/../masks/a0.txt 5 0.9\n")
    assert scored(place).by_class["predicted instances"][CHAIR] == 1
    assert scored(place, STRICT).by_class["predicted instances"][CHAIR] == 2
    with open(place / "pred" / "a.txt", "a") as file:
        file.write("masks/a0.txt 1 0.9\n")  # a wall after all
    assert scored(place).by_class["predicted instances"][CHAIR] == 0


LINES: dict[str, tuple[str, str]] = {
    "absolute": ("/masks/a0.txt 5 0.5", "a.txt, line 2: the mask '/masks/a0.txt' must be a relative path"),
    "outside": ("masks/../../truth/a.txt 5 0.5", "line 2: the mask 'masks/../../truth/a.txt' must be a relative path"),
    "beside": ("../pred2/a0.txt 5 0.5", "line 2: the mask '../pred2/a0.txt' must be a relative path"),
    "missing": ("masks/none.txt 5 0.5", "a.txt, line 2: there is no mask "),
    "folder": ("masks 5 0.5", "a.txt, line 2: there is no mask "),
    "nan": ("masks/a0.txt 5 nan", "a.txt, line 2: label id 5 and confidence nan must be finite"),
    "infinite": ("masks/a0.txt 5 -inf", "confidence -inf must be finite"),
    "endless label": ("masks/a0.txt inf 0.5", "label id inf and confidence 0.5 must be finite"),
    "word": ("masks/a0.txt chair 0.5", "a.txt, line 2: 'masks/a0.txt chair 0.5' is no prediction"),
    "short": ("masks/a0.txt 5", "a.txt, line 2: 'masks/a0.txt 5' is no prediction"),
    "long": ("masks/a0.txt 5 0.5 0.5", "line 2: 'masks/a0.txt 5 0.5 0.5' is no prediction"),
    "empty": ("\nmasks/a0.txt 5 0.5", "a.txt, line 2: '' is no prediction"),
    "blank": (" 5 0.5", "a.txt, line 2: the mask '' must be a relative path"),
    "no text": ("\udcff", "a.txt is not text"),
}


@pytest.mark.parametrize(("line", "said"), LINES.values(), ids=LINES)
def test_lines_that_are_no_prediction_are_named(line: str, said: str, place: Path):
    scene(place, {5001: (0, 500)}, [(0, 500, 5, 0.2)])
    with open(place / "pred" / "a.txt", "ab") as file:
        file.write(f"{line}\n".encode(errors="surrogateescape"))
    with pytest.raises(InputError) as raised:
        scored(place)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def saved(file: Path, array: np.ndarray) -> None:
    with open(file, "wb") as opened:
        np.save(opened, array)


Spoil = Callable[[Path], object]
MASKS: dict[str, tuple[Spoil, str]] = {
    "short": (lambda mask: mask.write_text("0\n" * 1999), "has 1,999 vertices, and the truth 2,000"),
    "long": (lambda mask: mask.write_text("0\n" * 2001), "has 2,001 vertices, and the truth 2,000"),
    "nothing": (lambda mask: mask.write_text(""), "has 0 vertices"),
    "word": (lambda mask: mask.write_text("0\n" * 7 + "chair\n"), "a0.txt, line 8: 'chair' is not a whole number"),
    "share": (lambda mask: mask.write_text("0.5\n" * 2000), "line 1: '0.5' is not a whole number; a 0 or 1 a line"),
    "floats": (lambda mask: saved(mask, np.ones(2000)), "holds float64 (2000,); a 0 or 1 a vertex"),
    "flat": (lambda mask: saved(mask, np.ones((2000, 1), bool)), "holds bool (2000, 1)"),
    "objects": (lambda mask: saved(mask, np.array([{}])), "cannot be read as a NumPy array"),
    "cut": (lambda mask: mask.write_bytes(b"\x93NUMPY\x01"), "cannot be read as a NumPy array"),
}


@pytest.mark.parametrize(("spoil", "said"), MASKS.values(), ids=MASKS)
def test_masks_that_are_none_are_named(spoil: Spoil, said: str, place: Path):
    scene(place, {5001: (0, 500)}, [(0, 500, 5, 0.2)])
    spoil(place / "pred" / "masks" / "a0.txt")
    with pytest.raises(InputError) as raised:
        scored(place)
    assert said in str(raised.value)
    assert "a.txt" in str(raised.value)


def chairs(shift: int = 0) -> SemanticMesh:
    """Six squares: a floor, four chairs, and a chair that is no object; predictions are shifted by vertices."""
    parts = [square((2.0 * i, 0, 0), (1.0, 0, 0), (0, 1.0, 0)) for i in range(6)]
    labels = torch.tensor([1, 0, 0, 0, 0, 0]).repeat_interleave(SIDE * SIDE).roll(shift)
    instances = torch.tensor([0, 1, 2, 3, 4, 0]).repeat_interleave(SIDE * SIDE).roll(shift)
    return SemanticMesh(
        vertices=torch.cat([vertices for vertices, _ in parts]),
        faces=torch.cat([faces + i * SIDE * SIDE for i, (_, faces) in enumerate(parts)]).int(),
        normals=None,
        colours=None,
        labels=labels.byte(),
        confidence=torch.arange(len(labels)) / len(labels),
        probabilities=torch.nn.functional.one_hot(labels, 2).float(),
        instances=instances.int(),
        classes=("chair", "floor"),
        up=torch.tensor([0.0, 0.0, 1.0]),
    )


def stored(mesh: SemanticMesh, folder: Path) -> None:
    folder.mkdir(parents=True)
    store(mesh, folder)


def test_archives_and_artifacts_of_ours_score_like_the_text(tmp_path: Path):
    true, given, found = chairs(), chairs(40), []
    for form in ("zip", "folder", "artifact"):
        predictions, truths = tmp_path / form / "pred", tmp_path / form / "truth"
        predictions.mkdir(parents=True)
        (truths / "room").mkdir(parents=True)
        write_semantic_ply(true, truths / "room" / "semantic.ply")
        if form == "artifact":
            stored(given, predictions / "room")
        else:
            write_instances(given, predictions / "room.zip", "room")
        if form == "folder":
            zipfile.ZipFile(predictions / "room.zip").extractall(predictions)
            (predictions / "room.zip").unlink()
        found.append(scored(tmp_path / form))
    assert found[0].by_class["true instances"][CHAIR] == 4
    assert found[0].by_class["predicted instances"][CHAIR] == 4
    assert 0 < found[0].overall["AP"] < 1
    for other in found[1:]:
        assert other.overall == pytest.approx(found[0].overall)
        assert list(other.by_class["AP"]) == pytest.approx(list(found[0].by_class["AP"]), nan_ok=True)


def test_truth_as_an_artifact_is_that_of_its_ply(tmp_path: Path):
    (tmp_path / "pred").mkdir()
    write_instances(chairs(40), tmp_path / "pred" / "room.zip", "room")
    stored(chairs(), tmp_path / "truth" / "room")
    wanted = scored(tmp_path)
    (tmp_path / "truth2" / "room").mkdir(parents=True)
    write_semantic_ply(chairs(), tmp_path / "truth2" / "room" / "semantic.ply")
    (tmp_path / "truth").rename(tmp_path / "gone")
    (tmp_path / "truth2").rename(tmp_path / "truth")
    assert scored(tmp_path).overall == wanted.overall


def test_an_artifact_of_another_size_or_with_too_many_objects_is_refused(tmp_path: Path):
    names = ("vertices", "labels", "instances", "confidence", "probabilities")
    short = dataclasses.replace(chairs(), **{name: getattr(chairs(), name)[:-1] for name in names})
    stored(short, tmp_path / "pred" / "room")
    stored(chairs(), tmp_path / "truth" / "room")
    with pytest.raises(InputError, match="room has 863 vertices, and the truth 864"):
        scored(tmp_path)
    many = dataclasses.replace(chairs(), instances=chairs().instances * 500)
    stored(many, tmp_path / "many" / "room")
    (tmp_path / "truth").rename(tmp_path / "gone")
    (tmp_path / "many").rename(tmp_path / "truth")
    with pytest.raises(InputError, match="instances from 0 to 2000; 0 to 999 fit"):
        scored(tmp_path)


def zipped(file: Path, members: dict[str, str]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)


MASK = "1\n" * 500 + "0\n" * 1500
ARCHIVES: dict[str, tuple[Spoil, str]] = {
    "two lists": (lambda file: zipped(file, {"a.txt": "", "b.txt": ""}), "a.zip has 2 lists"),
    "no list": (lambda file: zipped(file, {"masks/a.txt": ""}), "a.zip has 0 lists"),
    "no mask": (lambda file: zipped(file, {"a.txt": "m/a 5 1"}), "a.zip, a.txt, line 1: there is no mask m/a in the"),
    "escape": (lambda file: zipped(file, {"a.txt": "../a 5 1", "../a": MASK}), "line 1: the mask '../a' must be"),
    "bomb": (lambda file: zipped(file, {"a.txt": "m/a 5 1", "m/a": "0\n" * 10**6}), "m/a is far larger than one of"),
    "no zip": (lambda file: file.write_text("PK"), "a.zip cannot be read as a zip"),
    "other length": (lambda file: zipped(file, {"a.txt": "m/a 5 1", "m/a": "1\n"}), "line 1: m/a has 1 vertices"),
}


@pytest.mark.parametrize(("spoil", "said"), ARCHIVES.values(), ids=ARCHIVES)
def test_archives_that_are_none_are_named(spoil: Spoil, said: str, place: Path):
    scene(place, {5001: (0, 500)}, [])
    (place / "pred" / "a.txt").unlink()
    spoil(place / "pred" / "a.zip")
    with pytest.raises(InputError) as raised:
        scored(place)
    assert said in str(raised.value)


def test_an_archive_whose_bytes_were_damaged_is_named(place: Path):
    scene(place, {5001: (0, 500)}, [])
    (place / "pred" / "a.txt").unlink()
    noise = "".join(np.random.default_rng(0).choice(["0\n", "1\n"], 2000))
    zipped(place / "pred" / "a.zip", {"a.txt": "m/a 5 1", "m/a": noise})
    content = bytearray((place / "pred" / "a.zip").read_bytes())
    content[150:200] = bytes(50)
    (place / "pred" / "a.zip").write_bytes(content)
    with pytest.raises(InputError, match=r"a.zip cannot be read as a zip"):
        scored(place)


def test_the_command_ends_with_2_and_one_sentence(place: Path, capsys: pytest.CaptureFixture[str]):
    scene(place, {5001: (0, 500)}, [(0, 500, 5, float("nan"))])
    folders = [f"--{name}={place / name}" for name in ("pred", "truth", "out")]
    assert cli.main(["benchmark", "scannet-instance", *folders]) == 2
    said = capsys.readouterr().err.strip()
    assert said.count("\n") == 0
    assert "a.txt, line 1" in said


def test_the_picture_shows_what_was_found_and_what_was_not(tmp_path: Path):
    (tmp_path / "pred").mkdir()
    given = chairs()
    given.instances[given.instances == 2] = 0  # not found
    given.instances[-SIDE * SIDE :] = 9  # not there
    write_instances(given, tmp_path / "pred" / "room.zip", "room")
    stored(chairs(), tmp_path / "truth" / "room")
    (found,) = find_scenes(PROTOCOL, tmp_path / "pred", tmp_path / "truth", Choices())
    assert PROTOCOL.picture is not None
    picture = PROTOCOL.picture(found, Choices())
    assert picture is not None
    panels = np.array_split(picture, 3, axis=1)
    shades = [{tuple(shade) for shade in panel.reshape(-1, 3).tolist()} - {(255, 255, 255)} for panel in panels]
    assert len(shades[0]) == 5  # four chairs, and what is none
    assert len(shades[1]) == 5  # three that are found, one that is not there, and none
    assert WRONG in shades[1]
    assert shades[2] == {RIGHT, WRONG, IGNORED}


def test_text_has_no_picture(place: Path):
    scene(place, {5001: (0, 500)}, [(0, 500, 5, 0.2)])
    (found,) = find_scenes(PROTOCOL, place / "pred", place / "truth", Choices())
    assert PROTOCOL.picture is not None
    assert PROTOCOL.picture(found, Choices()) is None
