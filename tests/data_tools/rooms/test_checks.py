"""Each check of a model sees the fault that it is there for."""

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from geo3d.data_tools.rooms.draw import Material
from geo3d.data_tools.rooms.model import Model, Shape, Top
from tests.data_tools.rooms import checks


def table(lift: float = 0.0, gap: float = 0.0) -> Model:
    """A leg and a board on it."""
    shape = Shape("test.table", "table")
    shape.box((0, 0, 0.35 + lift), (0.1, 0.1, 0.7), Material((1, 2, 3)))
    shape.box((0, 0, 0.71 + lift + gap), (1.0, 0.6, 0.02), Material((1, 2, 3)))
    shape.top((-0.49, -0.29), (0.49, 0.29), 0.72 + lift + gap)
    return shape.finish(moved=False)


def with_top(model: Model, **changes: object) -> Model:
    return dataclasses.replace(model, tops=tuple(dataclasses.replace(top, **changes) for top in model.tops))


def every_check(model: Model) -> None:
    checks.check_is_sound(model, 100)
    checks.check_stands(model)
    checks.check_size(model, (0.9, 0.5, 0.6), (1.1, 0.7, 0.8))
    checks.check_does_not_float(model, hangs=False)
    checks.check_tops(model)


def test_a_good_model_passes():
    every_check(table())


FAULTS: dict[str, Callable[[Model], Model]] = {
    "a face is missing": lambda m: dataclasses.replace(
        m, faces=m.faces[1:], uv=m.uv[1:], face_materials=m.face_materials[1:], face_labels=m.face_labels[1:]
    ),
    "inside out": lambda m: dataclasses.replace(m, faces=m.faces[:, ::-1]),
    "not a number": lambda m: dataclasses.replace(m, vertices=np.where(m.vertices > 0.71, np.nan, m.vertices)),
    "no such label": lambda m: dataclasses.replace(m, labels=("tabel",)),
    "too small": lambda m: dataclasses.replace(m, vertices=m.vertices * 0.5, tops=()),
    "beside the origin": lambda m: dataclasses.replace(m, vertices=np.add(m.vertices, (0.01, 0, 0))),
    "above the floor": lambda m: table(lift=0.01),
    "its board floats": lambda m: table(gap=0.003),
    "a top over nothing": lambda m: with_top(m, high=(0.6, 0.29)),
    "a top at another height": lambda m: with_top(m, height=0.73),
    "a top under the board": lambda m: dataclasses.replace(m, tops=(Top((-0.04, -0.04), (0.04, 0.04), 0.0, 0.8),)),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_seen(fault: Callable[[Model], Model]):
    with pytest.raises(AssertionError):
        every_check(fault(table()))


def test_what_hangs_is_held_by_its_back():
    shape = Shape("test.shelf", "shelves")
    shape.box((0, 0, 0.5), (1.0, 0.2, 0.02), Material((1, 2, 3)))
    checks.check_does_not_float(shape.finish(moved=False), hangs=True)
    shape.box((0, -0.05, 0), (1.0, 0.05, 0.02), Material((1, 2, 3)))
    with pytest.raises(AssertionError, match="floating"):
        checks.check_does_not_float(shape.finish(moved=False), hangs=True)
