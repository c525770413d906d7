"""Configs: what TOML files may say, and the sentence that each fault gets."""

from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field

from geo3d.config import make_config, read_config, settings
from geo3d.errors import InputError


@settings
class Inner:
    """A table."""

    size: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 0.5
    count: int = 3
    limit: float | None = None


@settings
class Outer:
    """All there is."""

    name: str = "auto"
    box: tuple[float, float] | None = None
    inner: Inner = Field(default_factory=Inner)


def written(folder: Path, text: str) -> Path:
    file = folder / "values.toml"
    file.write_text(text, encoding="utf-8")
    return file


def complaint(folder: Path, text: str) -> str:
    """The one line that a file with this text gets."""
    with pytest.raises(InputError) as caught:
        read_config(Outer, written(folder, text))
    sentence = str(caught.value)
    assert sentence.startswith(str(folder / "values.toml"))
    assert "\n" not in sentence
    return sentence


def test_an_empty_file_means_the_defaults(tmp_path: Path):
    assert read_config(Outer, written(tmp_path, "# nothing\n")) == Outer() == Outer("auto", None, Inner(0.5, 3, None))


def test_values_go_to_their_fields_and_the_rest_keeps_its_defaults(tmp_path: Path):
    config = read_config(Outer, written(tmp_path, 'name = "Ü"\nbox = [1, 2.5]\n[inner]\nsize = 2\nlimit = 7.5\n'))
    assert config == Outer(name="Ü", box=(1.0, 2.5), inner=Inner(size=2.0, limit=7.5))
    assert isinstance(config.inner.size, float)
    assert config.inner.count == 3


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("nane = 1", ["unknown key nane", "did you mean name?", "valid: name, box, inner"]),
        ("[inner]\nsice = 1", ["unknown key inner.sice", "did you mean inner.size?", "inner.count, inner.limit"]),
        ("[other]\na = 1", ["unknown key other", "valid: name, box, inner"]),
        ("inner = 4", ["inner must be a table", "4"]),
        ("[inner]\nsize = 'wide'", ["inner.size", "'wide'", "number"]),
        ("[inner]\ncount = 2.5", ["inner.count", "2.5", "integer"]),
        ("[inner]\nsize = 0", ["inner.size", "= 0 ", "greater than 0"]),
        ("[inner]\nsize = -1.5", ["inner.size", "-1.5", "greater than 0"]),
        ("[inner]\nsize = nan", ["inner.size", "nan"]),
        ("[inner]\nsize = inf", ["inner.size", "inf", "finite"]),
        ("name = 5", ["name", "5", "string"]),
        ("box = [1]", ["box.1", "missing"]),
        ("box = [1, 2]\nname = = 1", ["is not a TOML file", "line 2"]),
        ("name = 'a'\nname = 'b'", ["is not a TOML file"]),
    ],
)
def test_each_fault_is_one_sentence_that_names_key_value_and_what_is_allowed(
    tmp_path: Path, text: str, parts: list[str]
):
    sentence = complaint(tmp_path, text)
    assert [part for part in parts if part not in sentence] == []


def test_a_key_that_is_like_no_other_gets_no_suggestion(tmp_path: Path):
    assert "did you mean" not in complaint(tmp_path, "zzzzzz = 1")


@pytest.mark.parametrize("kind", ["missing", "folder", "binary"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, kind: str):
    file = tmp_path / "values.toml"
    if kind == "folder":
        file.mkdir()
    elif kind == "binary":
        file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"values\.toml .*TOML file"):
        read_config(Outer, file)


def test_values_from_elsewhere_are_told_apart_by_their_origin():
    with pytest.raises(InputError, match=r"^the web: inner\.size = -1"):
        make_config(Outer, {"inner": {"size": -1}}, "the web")


def test_a_bad_value_in_code_is_refused_too():
    with pytest.raises(InputError, match=r"size = 0 is not allowed: input should be greater than 0"):
        Inner(size=0)
    with pytest.raises(InputError, match="count"):
        Inner(count="many")  # pyright: ignore[reportArgumentType]


def test_a_config_cannot_be_changed():
    with pytest.raises(Exception, match="cannot assign to field"):
        Inner().size = 3.0  # pyright: ignore[reportAttributeAccessIssue]
