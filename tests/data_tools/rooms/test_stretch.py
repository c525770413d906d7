import numpy as np
import pytest

from geo3d.data_tools.rooms.arrange.stock import TALLEST, Stock, build
from geo3d.data_tools.rooms.catalogue import KINDS, builders_of
from geo3d.data_tools.rooms.check import problems
from geo3d.data_tools.rooms.description import UNSTRETCHED, Thing, from_json, to_json
from geo3d.data_tools.rooms.draw import Draw
from geo3d.data_tools.rooms.place import describe

MODELS = builders_of("train", stretch=0.3)


@pytest.mark.parametrize("kind", ["chair", "dining_table", "wardrobe", "bed"])
def test_a_stretched_piece_takes_the_space_that_it_says_and_is_built_so_again(kind: str):
    seen = []
    for seed in range(12):
        piece = Stock(MODELS).piece(kind, Draw(seed))
        assert piece is not None
        seen.append(piece.stretch)
        thing = Thing(kind, piece.builder, piece.seed, None, (0.0, 0.0, 0.0), 0.0, 0, piece.stretch)
        again = build(thing, MODELS)
        np.testing.assert_array_equal(again.vertices, piece.model.vertices)
        np.testing.assert_allclose(again.size, piece.size, atol=1e-4)
        extent = piece.boxes[:, 1].max(axis=0) - piece.boxes[:, 0].min(axis=0)
        np.testing.assert_allclose(extent, again.size, atol=2e-4)
        plain = build(Thing(kind, piece.builder, piece.seed, None, (0.0, 0.0, 0.0), 0.0, 0), MODELS)
        np.testing.assert_allclose(again.size, plain.size * piece.stretch)
        for top, before in zip(again.tops, plain.tops, strict=True):
            assert top.height == pytest.approx(before.height * piece.stretch[2])
            assert top.high == pytest.approx(np.array(before.high) * piece.stretch[:2])
    factors = np.array(seen)
    assert (np.abs(factors[:, :2] - 1) <= 0.3).all()
    assert (np.abs(factors[:, 2] - 1) <= 0.15).all()
    assert (np.ptp(factors, axis=0) > 0.1).all()


def test_nothing_grows_higher_than_rooms_are():
    for seed in range(40):
        piece = Stock(MODELS).piece("wardrobe", Draw(seed))
        assert piece is not None
        assert piece.size[2] <= max(TALLEST, piece.size[2] / piece.stretch[2]) + 1e-3


def test_what_fills_a_gap_or_hangs_is_as_it_was_made_and_without_stretch_all_is():
    for kind in ("door", "window", "picture"):
        piece = Stock(MODELS).piece(kind, Draw(1))
        assert piece is not None
        assert piece.stretch == UNSTRETCHED
    plain = builders_of("train")
    assert all(plain[kind] == KINDS[kind][: len(plain[kind])] for kind in KINDS)
    things = describe(3, "train", plain, ("office",)).things
    assert {thing.stretch for thing in things} == {UNSTRETCHED}


def test_a_scene_of_stretched_things_has_no_fault_and_can_be_read_again():
    description = describe(5, "train", MODELS, ("living_room",))
    assert len({thing.stretch for thing in description.things}) > 5
    assert problems(description, MODELS) == []
    assert from_json(to_json(description)) == description
