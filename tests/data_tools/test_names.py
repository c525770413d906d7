"""Names that tell apart what is given."""

from pathlib import Path

import pytest

from geo3d.data_tools.names import names_apart
from geo3d.errors import InputError


def test_folders_have_their_names_and_those_of_the_folders_above_where_these_are_alike():
    assert names_apart([Path("/x/a"), Path("/y/b")]) == ["a", "b"]
    assert names_apart([Path("/x/scan"), Path("/y/scan")]) == ["x-scan", "y-scan"]
    assert names_apart([Path("/")]) == ["root"]
    assert names_apart([Path()]) == [Path.cwd().name]
    assert names_apart([]) == []


def test_files_go_by_their_stems_and_are_numbered_where_only_endings_differ(tmp_path: Path):
    for name in ("a.ply", "a.obj", "b.ply"):
        (tmp_path / name).touch()
    assert names_apart([tmp_path / "a.ply", tmp_path / "b.ply"]) == ["a", "b"]
    assert names_apart([tmp_path / "a.ply", tmp_path / "a.obj"]) == ["000_a", "001_a"]


def test_what_is_given_twice_is_named_however_it_is_written():
    with pytest.raises(InputError, match=r"/x/a is given twice"):
        names_apart([Path("/x/a"), Path("/x/a")])
    with pytest.raises(InputError, match=r"/x/a is given twice"):
        names_apart([Path("/x/a"), Path("/x/b/../a")])
