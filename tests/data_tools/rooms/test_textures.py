import ast
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

import geo3d.data_tools.rooms.textures as textures
from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.textures import PATTERNS, pattern_masks

MASKS = dict(zip(PATTERNS, pattern_masks(), strict=True))
PICTURES = ("photo", "screen", "text")
SOURCES = sorted(Path(textures.__file__).parent.rglob("*.py"))


def steps(mask: np.ndarray, axis: int) -> tuple[int, int]:
    """The largest difference between neighbours inside, and the largest across the border."""
    lines = np.moveaxis(mask.astype(int), axis, 0)
    return int(abs(np.diff(lines, axis=0)).max()), int(abs(lines[0] - lines[-1]).max())


def strings(node: ast.AST) -> set[str]:
    constants = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
    return {constant for constant in constants if isinstance(constant, str)}


def given_patterns(source: str) -> list[tuple[int, set[str]]]:
    """The line of each material that is given a pattern, and the patterns it may get, by names set in the same file."""
    nodes = list(ast.walk(ast.parse(source)))
    names: dict[str, set[str]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            names[node.targets[0].id] = names.get(node.targets[0].id, set()) | strings(node.value)
    found = []
    for call in nodes:
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Material":
            given = call.args[2:3] + [keyword.value for keyword in call.keywords if keyword.arg == "pattern"]
            found += [(n.lineno, names.get(n.id, set()) if isinstance(n, ast.Name) else strings(n)) for n in given]
    return found


def test_there_is_a_square_mask_of_bytes_for_each_pattern():
    masks = pattern_masks()
    assert masks.shape == (len(PATTERNS), 256, 256)
    assert masks.dtype == np.uint8
    assert len(set(PATTERNS)) == len(PATTERNS)


def test_every_material_in_the_sources_has_a_known_pattern():
    used = set()
    for source in SOURCES:
        text = source.read_text(encoding="utf-8")
        for line, patterns in given_patterns(text) if "Material(" in text else []:
            assert patterns, f"{source.name}:{line}"
            assert patterns <= set(PATTERNS), f"{source.name}:{line}"
            used |= patterns
    assert used == set(PATTERNS)
    assert Material((0, 0, 0)).pattern in PATTERNS


@pytest.mark.parametrize("pattern", [pattern for pattern in PATTERNS if pattern not in PICTURES])
def test_patterns_go_on_without_a_seam(pattern: str):
    for axis in (0, 1):
        inside, border = steps(MASKS[pattern], axis)
        assert border <= inside


@pytest.mark.parametrize("pattern", PICTURES)
def test_pictures_go_on_sideways(pattern: str):
    inside, border = steps(MASKS[pattern], 1)
    assert border <= inside


def test_plain_shows_one_colour_and_the_others_show_both():
    assert not MASKS["plain"].any()
    for pattern in PATTERNS[1:]:
        assert 20 <= MASKS[pattern].mean() <= 235
        assert np.ptp(MASKS[pattern]) > 100


def test_patterns_outlive_a_halving():
    for pattern in PATTERNS[1:]:
        mask = MASKS[pattern].astype(float)
        halved = mask.reshape(128, 2, 128, 2).mean(axis=(1, 3))
        assert halved.var() > 0.6 * mask.var()


def test_grain_runs_along_u():
    for pattern in ("wood", "planks"):
        across, along = (abs(np.diff(MASKS[pattern].astype(int), axis=axis)).mean() for axis in (0, 1))
        assert across > 2 * along


def test_the_first_row_of_a_photo_is_its_foot():
    photo = MASKS["photo"].astype(int)
    assert photo[-20:].mean() > photo[:20].mean() + 50


def test_masks_are_the_same_each_time_and_differ_from_each_other():
    np.testing.assert_array_equal(pattern_masks(), np.stack(list(MASKS.values())))
    for one, other in combinations(PATTERNS, 2):
        assert abs(MASKS[one].astype(int) - MASKS[other]).mean() > 10
