"""Claims of folders, where another process claims the same one meanwhile."""

from pathlib import Path

import pytest

from geo3d.errors import InputError
from geo3d.scene import claim
from geo3d.scene.claim import claimed


def test_a_claim_that_another_process_publishes_meanwhile_is_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def someone_else_is_faster(folder: Path) -> bool:
        (folder / "settings.json").write_text('{"seed": 1}')
        return False

    monkeypatch.setattr(claim, "_is_empty", someone_else_is_faster)
    with claimed(tmp_path, "settings.json", {"seed": 1}, "geo3d make-rooms"):
        assert (tmp_path / "settings.json").exists()


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("mine")
    with (
        pytest.raises(InputError, match="not of geo3d make-rooms"),
        claimed(tmp_path, "a.json", {}, "geo3d make-rooms"),
    ):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
