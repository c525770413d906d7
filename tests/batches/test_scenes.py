from pathlib import Path

import pytest

from geo3d.batches.scenes import fold_table, read_volumes, scene_folders
from geo3d.errors import InputError
from tests.rooms_to_learn import write_rooms


def test_finished_scenes_are_found_in_order(tmp_path: Path):
    write_rooms(tmp_path / "one", 3)
    (tmp_path / "one" / "room_001" / ".begun").write_text("")
    assert [scene.name for scene in scene_folders([tmp_path / "one"], 0.05)] == ["room_000", "room_002"]


def test_a_folder_without_scenes_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match=r"has no scene with volumes/050mm/scan; .* --voxel-sizes 0.05"):
        scene_folders([tmp_path], 0.05)


def test_volumes_come_in_the_order_asked_for(tmp_path: Path):
    write_rooms(tmp_path, 1)
    labels, scan = read_volumes(tmp_path / "room_000", 0.05, "labels", "scan")
    assert labels.classes == ("wall", "floor", "table")
    assert scan.known.shape == labels.labels.shape


def test_classes_are_folded_and_others_are_not_learned():
    table = fold_table(("wall", "floor", "table", "sofa"), {"floor": ("floor",), "thing": ("sofa", "table", "bed")})
    assert table[:4].tolist() == [255, 0, 1, 1]
    assert table[4:].unique().tolist() == [255]


def test_a_class_folded_twice_is_refused():
    with pytest.raises(InputError, match="class table is folded into both a and b"):
        fold_table(("table",), {"a": ("table",), "b": ("table",)})
