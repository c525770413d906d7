"""What patterns look like: how much of a material's second colour shows where, the same to the bit on any machine.

Only sums, products, floors and comparisons of seeded numbers, element by element: sines and long sums may differ in
their last digit between machines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

SIZE = 256
"""Texels along each side of a texture."""
PLACES = (np.arange(SIZE) + 0.5) / SIZE
U, V = np.broadcast_to(PLACES, (SIZE, SIZE)), np.broadcast_to(PLACES[:, None], (SIZE, SIZE))
"""Where texels lie in the texture, from 0 to 1."""


def pattern_masks() -> NDArray[np.uint8]:
    """How much of the second colour shows in each of :data:`PATTERNS`, from 0 (only the first colour) to 255.

    [pattern, row, column]; rows go up along v and columns along u. All but photo, screen and text tile seamlessly;
    these three run on along u only.
    """
    levels = np.stack([MASKS[pattern]() for pattern in PATTERNS])
    return np.floor(255 * np.clip(levels, 0, 1) + 0.5).astype(np.uint8)


def _plain() -> NDArray:
    return np.zeros((SIZE, SIZE))


def _wood() -> NDArray:
    """Year rings cut lengthwise: lines along u that sway, and fibres."""
    rings = _wave(7 * V + 2.2 * _noise(1, 5, 1) + 1.1 * _noise(2, 3, 2) + 0.3 * _noise(39, 12, 4))
    return 0.6 * rings * rings + 0.4 * _noise(3, 100, 6)


def _planks() -> NDArray:
    """Eight rows of boards, two a row, with dark joints."""
    row, along = 8 * V, 2 * (U + _choices(4, 8)[_cell(8 * V)])
    board = _choices(5, 16)[2 * _cell(row) + _cell(along) % 2]
    grain = _wave(5 * _noise(6, 24, 2) + 7 * board)
    joints = np.maximum(_joints(row, 8, 2.4), _joints(along, 2, 2.4))
    return np.maximum(joints, 0.55 * board + 0.14 * grain + 0.12 * _noise(7, 100, 8))


def _woven() -> NDArray:
    """Plain weave of 32 threads: those along v of the second colour, those along u of the first."""
    u, v = 32 * U, 32 * V
    over = (_cell(u) + _cell(v)) % 2 == 0
    thickness = 0.85 + 0.15 * _noise(8, 16, 16)
    return np.where(over, 0.5 + 0.45 * _round(u) * (0.6 + 0.4 * _round(v)), 0.42 * (1 - 0.8 * _round(v))) * thickness


def _stripes() -> NDArray:
    """Upright: a broad one and a narrow one, twice."""
    return np.maximum(_band(2 * U, 0.25, 0.36, SIZE / 2), 0.8 * _band(2 * U, 0.72, 0.1, SIZE / 2))


def _checks() -> NDArray:
    """Gingham: bands that cross, two each way."""
    return (_band(2 * U, 0.5, 0.5, SIZE / 2) + _band(2 * V, 0.5, 0.5, SIZE / 2)) / 2


def _dots() -> NDArray:
    """Staggered discs."""
    nearest = np.minimum(_from_centre(0.25, 0.25), _from_centre(0.75, 0.75))
    return np.clip((0.19 - nearest) * SIZE / 2 + 0.5, 0, 1)


def _speckles() -> NDArray:
    """Plaster or fine granite: faint grains of several sizes."""
    fine, coarse = _noise(9, 110, 110), _noise(10, 52, 52)
    return 0.12 * _noise(11, 6, 6) + 0.22 * _ease(3 * fine - 1.5) + 0.3 * _ease(4 * coarse - 2.6)


def _tiles() -> NDArray:
    """Four tiles, each a little different, between grout of the second colour."""
    u, v = 2 * U, 2 * V
    tile = _choices(12, 4)[2 * _cell(v) + _cell(u)]
    grout = np.maximum(_joints(u, 2, 4), _joints(v, 2, 4))
    return np.maximum(grout, 0.03 + 0.1 * tile + 0.07 * _clouds(13, 6))


def _bricks() -> NDArray:
    """Running bond: eight courses of two, between mortar of the second colour."""
    course = 8 * V
    along = 2 * U + 0.5 * (_cell(course) % 2)
    brick = _choices(14, 16)[2 * _cell(course) + _cell(along) % 2]
    mortar = np.maximum(_joints(course, 8, 5), _joints(along, 2, 5))
    return np.maximum(mortar * (0.85 + 0.15 * _noise(15, 64, 64)), 0.22 * brick + 0.2 * _clouds(16, 24))


def _marble() -> NDArray:
    """Veins across, some strong and some faint, over clouds."""
    strong = _vein(U + V + 1.1 * _clouds(17, 3), 0.09) * _ease(2 * _noise(18, 4, 4) - 0.2)
    faint = _vein(U - 2 * V + 1.8 * _clouds(19, 4), 0.12) * _noise(20, 5, 5)
    return 0.22 * _clouds(21, 4) + 0.75 * strong + 0.35 * faint


def _carpet() -> NDArray:
    """Soft tufts, and where they were trodden."""
    return 0.1 + 0.45 * _noise(22, 84, 84) + 0.25 * _noise(23, 40, 40) + 0.2 * _noise(24, 5, 5)


def _photo() -> NDArray:
    """A landscape: a sky with sun and clouds over two ranges of hills, a lake and its bank."""
    sky = 0.9 - 0.5 * V + 0.35 * _ease(3 * _clouds(25, 3) - 1.3)
    sky = np.maximum(sky, np.clip((0.08 - _from_centre(0.66, 0.8, 1)) * SIZE / 2, 0, 1))
    lake = 0.45 + 0.3 * V + 0.12 * _noise(26, 40, 3)
    far, near = 0.47 + 0.24 * _noise(27, 1, 5) + 0.03 * _noise(28, 1, 23), 0.36 + 0.2 * _noise(29, 1, 3)
    bank = 0.03 + 0.2 * _noise(30, 1, 2) + 0.03 * _noise(31, 1, 31)
    view = _below(sky, far, 0.42 + 0.12 * _noise(32, 9, 9))
    view = _below(view, near, 0.2 + 0.12 * _clouds(33, 10))
    view = _below(view, 0.31, lake)
    return _below(view, bank, 0.05 + 0.15 * _noise(34, 50, 30))


def _screen() -> NDArray:
    """A dark desk with three windows, lines of text in them, and a bar of buttons at its foot.

    A screen 16 to 9 shows its lower part, which therefore holds whole windows.
    """
    desk = 0.02 + 0.12 * _clouds(35, 2)
    buttons = _inside(0.02, 0.01, 0.5, 0.05) * (_wave(14 * U) > 0.35)
    desk = np.where(_inside(0, 0, 1, 0.065), 0.24 + 0.3 * buttons, desk)
    windows = (
        (0.04, 0.13, 0.56, 0.51, 0.22, 0.85),
        (0.5, 0.09, 0.95, 0.42, 0.75, 0.15),
        (0.18, 0.6, 0.84, 0.94, 0.25, 0.7),
    )
    for left, low, right, high, paper, ink in windows:
        words = _words(36, 26) * _inside(left + 0.02, low + 0.02, right - 0.02, high - 0.07)
        desk = np.where(_inside(left, low, right, high), paper + (ink - paper) * words, desk)
        desk = np.where(_inside(left, high - 0.05, right, high), 0.4, desk)
    return desk


def _text() -> NDArray:
    """A page: a heading and lines of words, with margins."""
    heading = _words(37, 8) * _inside(0.2, 0.875, 0.8, 1)
    return np.maximum(heading, _words(38, 20) * _inside(0.07, 0.05, 0.93, 0.85))


def _words(seed: int, lines: int) -> NDArray:
    """Rows of upright strokes of uneven height, with spaces, their ends left ragged."""
    letters = round(2.2 * lines)
    line, letter = _cell(lines * V), _cell(letters * U)
    chosen, heights = _choices(seed, lines * letters), _choices(seed + 100, lines * letters)
    place = line * letters + letter
    top = np.where(heights[place] > 0.75, 0.82, 0.62)
    rise = lines * V - line
    stroke = 0.6 + 0.4 * (_round(letters * U) > 0.55)
    end = 0.7 + 0.6 * _choices(seed + 200, lines)[line]
    return stroke * (chosen[place] > 0.17) * (rise > 0.2) * (rise < top) * (end > U)


def _choices(seed: int, count: int) -> NDArray:
    """Numbers between 0 and 1, always the same for a seed."""
    return np.random.Generator(np.random.PCG64(seed)).random(count)


def _noise(seed: int, rows: int, columns: int) -> NDArray:
    """Between 0 and 1, smooth between as many random values along v and u, and tiling."""
    values = _choices(seed, rows * columns).reshape(rows, columns)
    return _between(_between(values, 0), 1)


def _between(values: NDArray, axis: int) -> NDArray:
    count = values.shape[axis]
    place = PLACES * count
    low = _cell(place)
    share = _ease(place - low).reshape((-1, 1) if axis == 0 else (1, -1))
    return np.take(values, low, axis) * (1 - share) + np.take(values, (low + 1) % count, axis) * share


def _clouds(seed: int, cells: int) -> NDArray:
    """Noise of three sizes, between 0 and 1."""
    sizes = [2.0**-i / 1.75 * _noise(1000 * i + seed, cells << i, cells << i) for i in range(3)]
    return sizes[0] + sizes[1] + sizes[2]


def _ease(x: NDArray) -> NDArray:
    """From 0 to 1 with level ends, as x goes from 0 to 1."""
    x = np.clip(x, 0, 1)
    return x * x * (3 - 2 * x)


def _wave(x: NDArray) -> NDArray:
    """Up and down between 0 and 1, once for each whole number."""
    return _ease(abs(2 * (x - np.floor(x)) - 1))


def _round(x: NDArray) -> NDArray:
    """A thread's height over its width: 0 at whole numbers, 1 between."""
    x = x - np.floor(x)
    return 4 * x * (1 - x)


def _cell(x: NDArray) -> NDArray[np.int64]:
    return np.floor(x).astype(np.int64)


def _joints(x: NDArray, cells: int, width: float) -> NDArray:
    """1 around whole numbers, `width` texels wide, where a texture has so many cells; its edges take one texel."""
    return np.clip(width / 2 + 0.5 - abs(x - np.floor(x + 0.5)) * SIZE / cells, 0, 1)


def _band(x: NDArray, middle: float, width: float, texels: float) -> NDArray:
    """1 where x's fraction is near the middle; 1 along x is so many texels, and edges take two."""
    return np.clip((width / 2 - abs(x - np.floor(x) - middle)) * texels / 2 + 0.5, 0, 1)


def _vein(x: NDArray, width: float) -> NDArray:
    """1 at whole numbers, falling to 0 on both sides."""
    return _ease(1 - abs(x - np.floor(x + 0.5)) / width)


def _from_centre(u: float, v: float, repeats: int = 2) -> NDArray:
    """Distance from a point of each of the texture's repeats, in widths of one."""
    across, up = repeats * U - np.floor(repeats * U) - u, repeats * V - np.floor(repeats * V) - v
    return np.sqrt(across * across + up * up)


def _below(view: NDArray, line: NDArray | float, other: NDArray) -> NDArray:
    """`other` where v lies under the line, else the view; the edge takes two texels."""
    share = np.clip((line - V) * SIZE / 2 + 0.5, 0, 1)
    return view * (1 - share) + other * share


def _inside(left: float, low: float, right: float, high: float) -> NDArray[np.bool_]:
    return (left <= U) & (right >= U) & (low <= V) & (high >= V)


MASKS: dict[str, Callable[[], NDArray]] = {
    "plain": _plain,
    "wood": _wood,
    "planks": _planks,
    "woven": _woven,
    "stripes": _stripes,
    "checks": _checks,
    "dots": _dots,
    "speckles": _speckles,
    "tiles": _tiles,
    "bricks": _bricks,
    "marble": _marble,
    "carpet": _carpet,
    "photo": _photo,
    "screen": _screen,
    "text": _text,
}
PATTERNS: tuple[str, ...] = tuple(MASKS)
"""What a material's pattern may be, in the order of :func:`pattern_masks`."""
