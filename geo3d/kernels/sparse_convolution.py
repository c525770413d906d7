"""Sparse convolution of rows: gather, product with a small matrix and sum, without a buffer between them.

A tile of products stays in vector registers: six gathered rows times up to four vectors of columns, with one load of the
weights for six fused multiply-adds. The vectors are written as such in LLVM's language, since the compiler does not
keep an array in registers by itself. Registers are as wide as the machine's.
"""

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba import njit, prange, types
from numba.core import cgutils
from numba.extending import intrinsic

BYTES = 64 if llvm.get_host_cpu_features().get("avx512f", False) else 32
"""Of a vector register."""
ROWS = 6
"""Of a tile; with four vectors of columns 24 of the 32 registers hold sums."""
CHUNK = 256
"""Pairs whose rows stay in the first cache while all tiles of a weight's gradient look at them."""


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

    def add(self, place, step, value):
        kept = self.builder.store(self.builder.fadd(self.load(place, step), value), self._at(place, step))
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


def _arrays(context, builder, signature, args, count):
    return [context.make_array(signature.args[i])(context, builder, args[i]).data for i in range(count)]


def _row(builder, data, rows, at, long):
    place = builder.sext(builder.load(builder.gep(rows, [at])), ir.IntType(64))
    return builder.gep(data, [builder.mul(place, long)])


def _product_tile(rows, vectors):
    @intrinsic
    def tile(typing, source, takes, weight, target, gives, first, column, inner, outer):
        """Add to `rows` rows of the target what the weight makes of as many rows of the source, in some columns."""
        signature = types.void(source, takes, weight, target, gives, first, column, inner, outer)

        def write(context, builder, signature, args):
            source, takes, weight, target, gives = _arrays(context, builder, signature, args, 5)
            first, column, inner, outer = args[5:]
            tile = _Tile(builder, signature.args[0].dtype)
            places = [builder.add(first, _integer(r)) for r in range(rows)]
            taken = [_row(builder, source, takes, at, inner) for at in places]
            given = [builder.gep(_row(builder, target, gives, at, outer), [column]) for at in places]

            def spreads(i):
                return [builder.gep(row, [i]) for row in taken]

            def loads(i):
                row = builder.gep(weight, [builder.add(builder.mul(i, outer), column)])
                return [tile.load(row, v) for v in range(vectors)]

            found = tile.sums(_integer(0), inner, rows, vectors, spreads, loads)
            for r in range(rows):
                for v in range(vectors):
                    tile.add(given[r], v, found[r][v])
            return context.get_dummy_value()

        return signature, write

    return tile


def _gradient_tile(rows, vectors):
    @intrinsic
    def tile(typing, source, takes, target, gives, gradient, first, last, row, column, inner, outer):
        """Add to `rows` rows of a weight's gradient what pairs of rows give, in some columns."""
        signature = types.void(source, takes, target, gives, gradient, first, last, row, column, inner, outer)

        def write(context, builder, signature, args):
            source, takes, target, gives, gradient = _arrays(context, builder, signature, args, 5)
            first, last, row, column, inner, outer = args[5:]
            tile = _Tile(builder, signature.args[0].dtype)

            def spreads(i):
                taken = builder.gep(_row(builder, source, takes, i, inner), [row])
                return [builder.gep(taken, [_integer(r)]) for r in range(rows)]

            def loads(i):
                given = builder.gep(_row(builder, target, gives, i, outer), [column])
                return [tile.load(given, v) for v in range(vectors)]

            found = tile.sums(first, last, rows, vectors, spreads, loads)
            for r in range(rows):
                at = builder.add(builder.mul(builder.add(row, _integer(r)), outer), column)
                place = builder.gep(gradient, [at])
                for v in range(vectors):
                    tile.add(place, v, found[r][v])
            return context.get_dummy_value()

        return signature, write

    return tile


_many_4, _many_2, _many_1 = (_product_tile(ROWS, vectors) for vectors in (4, 2, 1))
_one_4, _one_2, _one_1 = (_product_tile(1, vectors) for vectors in (4, 2, 1))
_grown_4, _grown_2, _grown_1 = (_gradient_tile(ROWS, vectors) for vectors in (4, 2, 1))
_row_4, _row_2, _row_1 = (_gradient_tile(1, vectors) for vectors in (4, 2, 1))


@njit(nogil=True, cache=True)
def _multiply(source, takes, weight, target, gives, first, last, width):
    """Pairs from first to last: target[gives] += source[takes] @ weight; columns are whole vectors."""
    inner, outer = weight.shape
    column = 0
    while column < outer:
        left = (outer - column) // width
        at = first
        if left >= 4:
            while at + ROWS <= last:
                _many_4(source, takes, weight, target, gives, at, column, inner, outer)
                at += ROWS
            while at < last:
                _one_4(source, takes, weight, target, gives, at, column, inner, outer)
                at += 1
            column += 4 * width
        elif left >= 2:
            while at + ROWS <= last:
                _many_2(source, takes, weight, target, gives, at, column, inner, outer)
                at += ROWS
            while at < last:
                _one_2(source, takes, weight, target, gives, at, column, inner, outer)
                at += 1
            column += 2 * width
        else:
            while at + ROWS <= last:
                _many_1(source, takes, weight, target, gives, at, column, inner, outer)
                at += ROWS
            while at < last:
                _one_1(source, takes, weight, target, gives, at, column, inner, outer)
                at += 1
            column += width


@njit(nogil=True, cache=True)
def _grow(source, takes, target, gives, gradient, first, last, width):
    """Pairs from first to last: gradient += source[takes].T @ target[gives]."""
    inner, outer = gradient.shape
    column = 0
    while column < outer:
        left = (outer - column) // width
        row = 0
        if left >= 4:
            while row + ROWS <= inner:
                _grown_4(source, takes, target, gives, gradient, first, last, row, column, inner, outer)
                row += ROWS
            while row < inner:
                _row_4(source, takes, target, gives, gradient, first, last, row, column, inner, outer)
                row += 1
            column += 4 * width
        elif left >= 2:
            while row + ROWS <= inner:
                _grown_2(source, takes, target, gives, gradient, first, last, row, column, inner, outer)
                row += ROWS
            while row < inner:
                _row_2(source, takes, target, gives, gradient, first, last, row, column, inner, outer)
                row += 1
            column += 2 * width
        else:
            while row + ROWS <= inner:
                _grown_1(source, takes, target, gives, gradient, first, last, row, column, inner, outer)
                row += ROWS
            while row < inner:
                _row_1(source, takes, target, gives, gradient, first, last, row, column, inner, outer)
                row += 1
            column += width


@njit(nogil=True, cache=True)
def bound(gives, starts, tile, bounds):
    """bounds[offset, i]: the first pair of each offset whose target row is at least i times `tile`."""
    for offset in range(bounds.shape[0]):
        rows = gives[starts[offset] : starts[offset + 1]]
        for i in range(bounds.shape[1]):
            bounds[offset, i] = starts[offset] + np.searchsorted(rows, i * tile)


@njit(nogil=True, cache=True, parallel=True)
def convolve(source, weights, takes, gives, bounds, target, width):
    """Each tile of target rows, offset after offset: target[gives] += source[takes] @ weights[offset].

    `bounds` [offset, tile + 1] are the places of the pairs that belong to each tile; pairs are sorted by target row.
    """
    for tile in prange(bounds.shape[1] - 1):
        for offset in range(bounds.shape[0]):
            first, last = bounds[offset, tile], bounds[offset, tile + 1]
            if first < last:
                _multiply(source, takes, weights[offset], target, gives, first, last, width)


@njit(nogil=True, cache=True, parallel=True)
def correlate(source, target, takes, gives, parts, gradients, width):
    """Each part [offset, first pair, last pair] of the pairs: gradients[part] += source[takes].T @ target[gives]."""
    for part in prange(parts.shape[0]):
        at, last = parts[part, 1], parts[part, 2]
        while at < last:
            _grow(source, takes, target, gives, gradients[part], at, min(at + CHUNK, last), width)
            at += CHUNK
