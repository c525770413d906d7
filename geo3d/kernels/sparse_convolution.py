"""Sparse convolution of rows: gather, product with a small matrix and sum, without a buffer between them.

A tile of products stays in vector registers: some gathered rows times up to four vectors of columns, each load of the
weights for as many fused multiply-adds as there are rows. The vectors are written as such in LLVM's language, since the
compiler does not keep an array in registers by itself. Registers are as wide as the machine's.
"""

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba import njit, prange, types
from numba.core import cgutils
from numba.extending import intrinsic

BYTES = 64 if llvm.get_host_cpu_features().get("avx512f", False) else 32
"""Of a vector register."""
COLUMNS = 4
"""Vectors of columns that a task looks at, at most; with six rows, 24 of the 32 registers hold sums."""
INNER = 64
"""Rows of a weight that stay in the first cache, with four vectors of columns, while all pairs of a tile meet them."""
CHUNK = 256
"""Pairs whose rows stay in the second cache while all tiles of a weight's gradient look at them."""


def _integer(value):
    return ir.Constant(ir.IntType(64), value)


class _Tile:
    """Writes loops over vectors of a type's registers."""

    def __init__(self, builder, element):
        self.builder = builder
        self.width = BYTES // (4 if element == types.float32 else 8)
        self.number = ir.FloatType() if element == types.float32 else ir.DoubleType()
        self.align = 4 if element == types.float32 else 8
        self.vector = ir.VectorType(self.number, self.width)
        name = f"llvm.fma.v{self.width}f{32 if element == types.float32 else 64}"
        kind = ir.FunctionType(self.vector, [self.vector] * 3)
        self.fma = cgutils.get_or_insert_function(builder.module, kind, name)

    def _at(self, place, step):
        moved = self.builder.gep(place, [_integer(step * self.width)])
        return self.builder.bitcast(moved, self.vector.as_pointer())

    def load(self, place, step):
        found = self.builder.load(self._at(place, step))
        found.align = self.align
        return found

    def keep(self, places, sums):
        """Add sums [row][vector] to what lies at each row's place."""
        for place, found in zip(places, sums, strict=True):
            for v, value in enumerate(found):
                kept = self.builder.store(self.builder.fadd(self.load(place, v), value), self._at(place, v))
                kept.align = self.align

    def spread(self, place):
        empty = ir.Constant(self.vector, ir.Undefined)
        one = self.builder.insert_element(empty, self.builder.load(place), ir.Constant(ir.IntType(32), 0))
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), self.width), [0] * self.width)
        return self.builder.shuffle_vector(one, empty, zeros)

    def sums(self, start, stop, rows, vectors, spreads, loads):
        """Sum over i of the spread of row r times vector v, for all r and v; `spreads(i)` and `loads(i)` give both."""
        builder, before = self.builder, self.builder.block
        loop, after = builder.append_basic_block("products"), builder.append_basic_block("sums")
        builder.branch(loop)
        builder.position_at_end(loop)
        i = builder.phi(ir.IntType(64))
        i.add_incoming(start, before)
        held = [[builder.phi(self.vector) for _ in range(vectors)] for _ in range(rows)]
        columns, found = loads(i), [[None] * vectors for _ in range(rows)]
        for r, place in enumerate(spreads(i)):
            factor = self.spread(place)
            for v in range(vectors):
                held[r][v].add_incoming(ir.Constant(self.vector, [0.0] * self.width), before)
                found[r][v] = builder.call(self.fma, [factor, columns[v], held[r][v]])
                held[r][v].add_incoming(found[r][v], loop)
        following = builder.add(i, _integer(1))
        i.add_incoming(following, loop)
        builder.cbranch(builder.icmp_signed("<", following, stop), loop, after)
        builder.position_at_end(after)
        return found


def _arrays(context, builder, signature, args, which):
    return [context.make_array(signature.args[i])(context, builder, args[i]).data for i in which]


def _shape(context, builder, signature, args, which):
    array = context.make_array(signature.args[which])(context, builder, args[which])
    return cgutils.unpack_tuple(builder, array.shape)


def _row(builder, data, rows, at, long):
    place = builder.sext(builder.load(builder.gep(rows, [at])), ir.IntType(64))
    return builder.gep(data, [builder.mul(place, long)])


@intrinsic(prefer_literal=True)
def _product(typing, rows, vectors, source, takes, weight, target, gives, first, column, low, high):
    """Add to rows of the target what some rows of the weight make of as many columns of rows of the source.

    `rows` and `vectors`, the size of the tile, are literal numbers.
    """
    sizes = rows.literal_value, vectors.literal_value
    signature = types.void(rows, vectors, source, takes, weight, target, gives, first, column, low, high)

    def write(context, builder, signature, args):
        source, takes, weight, target, gives = _arrays(context, builder, signature, args, range(2, 7))
        first, column, low, high = args[7:]
        inner, outer = _shape(context, builder, signature, args, 4)
        tile = _Tile(builder, signature.args[2].dtype)
        places = [builder.add(first, _integer(r)) for r in range(sizes[0])]
        taken = [_row(builder, source, takes, at, inner) for at in places]
        given = [builder.gep(_row(builder, target, gives, at, outer), [column]) for at in places]

        def spreads(i):
            return [builder.gep(row, [i]) for row in taken]

        def loads(i):
            row = builder.gep(weight, [builder.add(builder.mul(i, outer), column)])
            return [tile.load(row, v) for v in range(sizes[1])]

        tile.keep(given, tile.sums(low, high, *sizes, spreads, loads))
        return context.get_dummy_value()

    return signature, write


@intrinsic(prefer_literal=True)
def _outer_product(typing, rows, vectors, source, takes, target, gives, gradient, first, last, row, column):
    """Add to rows of a weight's gradient what pairs of rows of source and target give, in some columns."""
    sizes = rows.literal_value, vectors.literal_value
    signature = types.void(rows, vectors, source, takes, target, gives, gradient, first, last, row, column)

    def write(context, builder, signature, args):
        source, takes, target, gives, gradient = _arrays(context, builder, signature, args, range(2, 7))
        first, last, row, column = args[7:]
        inner, outer = _shape(context, builder, signature, args, 6)
        tile = _Tile(builder, signature.args[2].dtype)

        def spreads(i):
            taken = builder.gep(_row(builder, source, takes, i, inner), [row])
            return [builder.gep(taken, [_integer(r)]) for r in range(sizes[0])]

        def loads(i):
            given = builder.gep(_row(builder, target, gives, i, outer), [column])
            return [tile.load(given, v) for v in range(sizes[1])]

        found = tile.sums(first, last, *sizes, spreads, loads)
        starts = [builder.mul(builder.add(row, _integer(r)), outer) for r in range(sizes[0])]
        tile.keep([builder.gep(gradient, [builder.add(start, column)]) for start in starts], found)
        return context.get_dummy_value()

    return signature, write


def _multiplier(vectors, tall, short):
    """Make: pairs from first to last, target[gives] += source[takes] @ weight, for some inner channels and columns.

    Tiles have `tall` rows, then `short` ones, then one. Their sizes must be literal numbers, hence a function for each.
    """

    @njit(nogil=True, cache=True)
    def multiply(source, takes, weight, target, gives, first, last, column, low, high):
        at = first
        while at + tall <= last:
            _product(tall, vectors, source, takes, weight, target, gives, at, column, low, high)
            at += tall
        while at + short <= last:
            _product(short, vectors, source, takes, weight, target, gives, at, column, low, high)
            at += short
        while at < last:
            _product(1, vectors, source, takes, weight, target, gives, at, column, low, high)
            at += 1

    return multiply


_multiply_1, _multiply_2 = _multiplier(1, 12, 4), _multiplier(2, 12, 4)
_multiply_3, _multiply_4 = _multiplier(3, 8, 3), _multiplier(4, 6, 2)


@njit(nogil=True, cache=True)
def _multiply(source, takes, weight, target, gives, first, last, column, vectors, low, high):
    if vectors == 4:
        _multiply_4(source, takes, weight, target, gives, first, last, column, low, high)
    elif vectors == 3:
        _multiply_3(source, takes, weight, target, gives, first, last, column, low, high)
    elif vectors == 2:
        _multiply_2(source, takes, weight, target, gives, first, last, column, low, high)
    else:
        _multiply_1(source, takes, weight, target, gives, first, last, column, low, high)


def _grower(vectors, tall):
    """Make: pairs from first to last, gradient += source[takes].T @ target[gives], in some columns."""

    @njit(nogil=True, cache=True)
    def grow(source, takes, target, gives, gradient, first, last, column):
        inner, row = gradient.shape[0], 0
        while row + tall <= inner:
            _outer_product(tall, vectors, source, takes, target, gives, gradient, first, last, row, column)
            row += tall
        while row < inner:
            _outer_product(1, vectors, source, takes, target, gives, gradient, first, last, row, column)
            row += 1

    return grow


_grow_1, _grow_2, _grow_3, _grow_4 = _grower(1, 8), _grower(2, 8), _grower(3, 8), _grower(4, 6)


@njit(nogil=True, cache=True)
def _grow(source, takes, target, gives, gradient, first, last, column, vectors):
    if vectors == 4:
        _grow_4(source, takes, target, gives, gradient, first, last, column)
    elif vectors == 3:
        _grow_3(source, takes, target, gives, gradient, first, last, column)
    elif vectors == 2:
        _grow_2(source, takes, target, gives, gradient, first, last, column)
    else:
        _grow_1(source, takes, target, gives, gradient, first, last, column)


@njit(nogil=True, cache=True)
def _vectors(left):
    """How many vectors of columns to take of those left, so that no narrow rest remains."""
    return 4 if left == 4 or left > 6 else min(left, 3)


@njit(nogil=True, cache=True)
def bound(gives, starts, tile, bounds):
    """bounds[offset, i]: the first pair of each offset whose target row is at least i times `tile`."""
    for offset in range(bounds.shape[0]):
        rows = gives[starts[offset] : starts[offset + 1]]
        for i in range(bounds.shape[1]):
            bounds[offset, i] = starts[offset] + np.searchsorted(rows, i * tile)


@njit(nogil=True, cache=True, parallel=True)
def convolve(source, weights, takes, gives, bounds, tile, target, width):
    """Tile after tile of target rows, offset after offset: target[gives] = sum of source[takes] @ weights[offset].

    `bounds` [offset, tile + 1] are the places of the pairs that belong to each tile of so many rows; pairs are sorted by
    target row. Tasks are tiles times groups of columns.
    """
    inner, outer = weights.shape[1:]
    tiles, groups = bounds.shape[1] - 1, -(-outer // (COLUMNS * width))
    for task in prange(tiles * groups):
        part, group = task % tiles, task // tiles
        start, stop = group * COLUMNS * width, min((group + 1) * COLUMNS * width, outer)
        target[part * tile : (part + 1) * tile, start:stop] = 0
        for offset in range(bounds.shape[0]):
            first, last = bounds[offset, part], bounds[offset, part + 1]
            column = start
            while column < stop and first < last:
                vectors = _vectors((stop - column) // width)
                for low in range(0, inner, INNER):
                    high = min(low + INNER, inner)
                    weight = weights[offset]
                    _multiply(source, takes, weight, target, gives, first, last, column, vectors, low, high)
                column += vectors * width


@njit(nogil=True, cache=True, parallel=True)
def correlate(source, target, takes, gives, parts, gradients, width):
    """Each part [offset, first pair, last pair] of the pairs: gradients[part] += source[takes].T @ target[gives]."""
    for part in prange(parts.shape[0]):
        at, last, gradient = parts[part, 1], parts[part, 2], gradients[part]
        while at < last:
            column = 0
            while column < gradient.shape[1]:
                vectors = _vectors((gradient.shape[1] - column) // width)
                _grow(source, takes, target, gives, gradient, at, min(at + CHUNK, last), column, vectors)
                column += vectors * width
            at += CHUNK
