"""Block coordinates as keys, neighbours and rows, against Python's tuples and dictionaries."""

import itertools
import random

import numpy as np
import pytest
import torch

from geo3d.kernels import blocks as kernels
from geo3d.ops.block_grid import LIMIT, BlockTable, pack_blocks, unpack_blocks, upper_neighbours

Block = tuple[int, int, int]
CORNERS = list(itertools.product([-LIMIT, -LIMIT + 1, -1, 0, 1, LIMIT - 1], repeat=3))


def some_blocks(count: int, reach: int, seed: int = 0) -> list[Block]:
    """Different ones, in no order."""
    draw = random.Random(seed)
    drawn = (
        (draw.randint(-reach, reach), draw.randint(-reach, reach), draw.randint(-reach, reach)) for _ in range(count)
    )
    return list(dict.fromkeys(drawn))


@pytest.mark.parametrize("blocks", [CORNERS, some_blocks(500, 3), some_blocks(500, LIMIT - 1)])
def test_keys_sort_as_coordinates_do_and_unpack_to_them(blocks: list[Block]):
    keys = pack_blocks(torch.tensor(blocks))
    assert [blocks[i] for i in keys.argsort(stable=True).tolist()] == sorted(blocks)
    assert unpack_blocks(keys).tolist() == [list(block) for block in blocks]


@pytest.mark.parametrize("outside", [(LIMIT, 0, 0), (0, 0, -LIMIT - 1), (0, 1 << 30, 0)])
def test_a_block_outside_the_limits_has_no_key(outside: Block):
    for use in (pack_blocks, upper_neighbours, BlockTable().rows):
        with pytest.raises(ValueError, match=f"reach {max(map(abs, outside))}; allowed are -{LIMIT} to {LIMIT - 1}"):
            use(torch.tensor([(0, 0, 0), outside]).int())


def test_no_key_is_the_mark_of_an_empty_slot():
    assert int(pack_blocks(torch.tensor(CORNERS)).min()) > kernels.EMPTY


def test_kernels_pack_as_tensors_do():
    keys = pack_blocks(torch.tensor(CORNERS))
    assert keys.tolist() == [kernels.pack(*block) for block in CORNERS]


def test_no_blocks_pack_to_no_keys():
    none = torch.zeros(0, 3).int()
    assert len(pack_blocks(none)) == 0
    assert unpack_blocks(pack_blocks(none)).shape == (0, 3)
    assert upper_neighbours(none).shape == (0, 8)


@pytest.mark.parametrize("blocks", [some_blocks(count, 3, count) for count in (1, 2, 60, 200)] + [CORNERS])
def test_upper_neighbours_are_those_a_dictionary_finds(blocks: list[Block]):
    blocks = sorted(blocks)
    row_of = {block: row for row, block in enumerate(blocks)}
    wanted = [
        [row_of.get((x + (c & 1), y + (c >> 1 & 1), z + (c >> 2 & 1)), -1) for c in range(8)] for x, y, z in blocks
    ]
    assert upper_neighbours(torch.tensor(blocks).int()).tolist() == wanted


def test_a_table_gives_the_rows_that_a_dictionary_gives():
    table, wanted = BlockTable(), {}
    for call, count in enumerate([0, 1, 700, 3000, 3000, 9000, 0, 5]):  # past the first size of the table
        blocks = some_blocks(count, 4 + 3 * call, seed=call)
        rows = table.rows(torch.tensor(blocks, dtype=torch.int32).reshape(-1, 3))
        assert rows.tolist() == [wanted.setdefault(block, len(wanted)) for block in blocks]
        assert len(table) == len(wanted)
    assert [tuple(block) for block in table.blocks.tolist()] == list(wanted)
    again = random.Random(0).sample(list(wanted), 100)
    assert table.rows(torch.tensor(again)).tolist() == [wanted[block] for block in again]


def test_a_table_tells_blocks_apart_that_hash_alike():
    empty = np.full(1 << 13, kernels.EMPTY, np.int64)  # as large as a new table
    lines = [(x, 0, z) for x in range(-50, 50) for z in range(1000)]
    slots = [kernels.slot_of(kernels.pack(*block), empty) for block in lines]
    alike = [block for block, slot in zip(lines, slots, strict=True) if slot == slots[0]]
    table = BlockTable()
    assert len(alike) > 5
    assert table.rows(torch.tensor(alike)).tolist() == list(range(len(alike)))
    assert table.rows(torch.tensor(alike[::-1])).tolist() == list(range(len(alike)))[::-1]
