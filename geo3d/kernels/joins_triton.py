"""Which rows of two lists of keys lie a given step apart, on a GPU: a hash table with open addressing.

Where a key lies in the table depends on which thread came first; what is found does not, as no key is there twice.
Checked in Triton's interpreter and compiled for GPUs, never run on one.
"""

import torch
import triton
import triton.language as tl

BLOCK = 256
"""Keys of a program."""


@triton.jit
def _home(keys, bits):
    """The slot at which the search for a key begins: the highest bits of its product with 2^64 over the golden ratio."""
    return ((keys * -7046029254386353131) >> (64 - bits)) & ((1 << bits) - 1)


@triton.jit
def _insert(keys, count, slots, rows, bits, BLOCK: tl.constexpr):
    """Every key into the first free slot from its home on, and its row beside it."""
    row = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    there = row < count
    key = tl.load(keys + row, mask=there, other=-1)
    free = tl.full((BLOCK,), -1, tl.int64)
    slot = _home(key, bits)
    waiting = there
    while tl.max(waiting.to(tl.int32), axis=0) > 0:
        before = tl.atomic_cas(slots + slot, free, key, sem="relaxed")  # of no effect for keys that have a slot
        waiting = waiting & (before != -1) & (before != key)
        slot = tl.where(waiting, (slot + 1) & ((1 << bits) - 1), slot)
    tl.store(rows + slot, row, mask=there)


@triton.jit
def _find(targets, count, steps, slots, rows, bits, found, BLOCK: tl.constexpr):
    """found[step, target]: the row of the key a step from a target; a program looks up targets for one step."""
    blocks = tl.cdiv(count, BLOCK)
    step, row = tl.program_id(0) // blocks, tl.program_id(0) % blocks * BLOCK + tl.arange(0, BLOCK)
    there = row < count
    wanted = tl.load(targets + row, mask=there, other=0) + tl.load(steps + step)
    slot = _home(wanted, bits)
    looking = there
    hit = row < 0
    while tl.max(looking.to(tl.int32), axis=0) > 0:
        key = tl.load(slots + slot, mask=looking, other=-1)
        hit = hit | (looking & (key == wanted))
        looking = looking & (key != wanted) & (key != -1)
        slot = tl.where(looking, (slot + 1) & ((1 << bits) - 1), slot)
    taken = tl.load(rows + slot, mask=hit, other=-1)
    tl.store(found + step.to(tl.int64) * count + row, taken, mask=there)


def find_rows(sources, targets, steps):
    """int32 [step, target]: the row of the source whose key is the target's and the step's sum; -1 for none.

    Keys are int64, those of sources and sums are not negative, and no source's is there twice.
    """
    bits = (max(2 * len(sources), 2) - 1).bit_length()  # a table at most half full
    slots = sources.new_full((1 << bits,), -1)
    rows = torch.empty(1 << bits, dtype=torch.int32, device=sources.device)
    found = torch.empty(len(steps), len(targets), dtype=torch.int32, device=sources.device)
    with torch.cuda.device_of(sources):
        if len(sources):
            _insert[(triton.cdiv(len(sources), BLOCK),)](sources, len(sources), slots, rows, bits, BLOCK)
        if found.numel():
            grid = (len(steps) * triton.cdiv(len(targets), BLOCK),)
            _find[grid](targets, len(targets), steps, slots, rows, bits, found, BLOCK)
    return found
