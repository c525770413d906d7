"""Checks of single images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from geo3d.data_tools.inspection.facts import FrameFacts, ImageFacts, Size
from geo3d.data_tools.inspection.findings import Finding, counted

BLACK = 10
"""Brightness, of 255, that 99 % of an image's pixels stay below: a lens cap; dark rooms have lamps or noise above."""
ONE_COLOUR = 3
"""Gap between an image's dark and bright pixels in every channel: a camera's noise alone makes more."""
EMPTY = 0.001
"""Share of pixels with depth below which a depth image says nothing; the sparsest sensors measure a few per cent."""
FULL = 0.005
"""Share of measured pixels at 65535 that is no chance: a sensor's mark for no measurement."""


def unreadable_images(frames: Sequence[FrameFacts]) -> list[Finding]:
    """Truncated, missing, or not what their names say."""
    found = []
    for kind in ("colour", "depth"):
        faults = {row: fault for row, frame in enumerate(frames) if (fault := _image(frame, kind).fault)}
        if faults:
            told = (
                f"{counted(len(faults), f'{kind} image/{kind} images')} cannot be used: {next(iter(faults.values()))}"
            )
            found.append(Finding("error", "unreadable", told, tuple(faults), f"the {kind} image cannot be read"))
    return found


def images_of_other_size(frames: Sequence[FrameFacts]) -> list[Finding]:
    """Those whose size is not that of most."""
    found = []
    for kind in ("colour", "depth"):
        common = common_size(frames, kind)
        sizes = {row: size for row, frame in enumerate(frames) if (size := _image(frame, kind).size)}
        others = {row: size for row, size in sizes.items() if size != common}
        if common and others:
            height, width = next(iter(others.values()))
            told = (
                f"{counted(len(others), f'{kind} image is/{kind} images are')} of another size than the rest: "
                f"{width}x{height}, not {common[1]}x{common[0]}"
            )
            found.append(Finding("error", "size", told, tuple(others), f"the {kind} image is of another size"))
    return found


def common_size(frames: Sequence[FrameFacts], kind: str) -> Size | None:
    """Height and width of most ``colour`` or ``depth`` images."""
    sizes = Counter(size for frame in frames if (size := _image(frame, kind).size))
    return sizes.most_common(1)[0][0] if sizes else None


def blank_colour(frames: Sequence[FrameFacts]) -> list[Finding]:
    """Black images, and images of one colour."""
    read = [(row, frame.colour) for row, frame in enumerate(frames) if not frame.colour.fault]
    black = tuple(row for row, colour in read if colour.high < BLACK)
    flat = tuple(row for row, colour in read if colour.high >= BLACK and colour.spread <= ONE_COLOUR)
    found = []
    if black:
        told = f"{counted(len(black), 'colour image is/colour images are')} black"
        found.append(Finding("warning", "black", told, black, "the colour image is black"))
    if flat:
        told = f"{counted(len(flat), 'colour image has/colour images have')} one colour all over"
        found.append(Finding("warning", "one colour", told, flat, "the colour image has one colour all over"))
    return found


def empty_depth(frames: Sequence[FrameFacts]) -> list[Finding]:
    """Depth images without depth, or with the same everywhere."""
    read = [(row, frame) for row, frame in enumerate(frames) if not frame.depth.fault]
    empty = tuple(row for row, frame in read if frame.measured < EMPTY)
    flat = tuple(row for row, frame in read if frame.measured >= EMPTY and frame.depth.spread == 0)
    found = []
    if empty:
        told = f"{counted(len(empty), 'depth image has/depth images have')} next to no depth"
        level = "error" if len(empty) == len(read) else "warning"
        found.append(Finding(level, "no depth", told, empty, "the depth image is empty"))
    if flat:
        told = f"{counted(len(flat), 'depth image has/depth images have')} the same depth in every pixel"
        found.append(Finding("warning", "one depth", told, flat, "the depth image has one depth all over"))
    return found


def depth_at_its_limit(frames: Sequence[FrameFacts]) -> list[Finding]:
    """The count 65535 that is taken for a measurement."""
    rows = tuple(row for row, frame in enumerate(frames) if frame.depth.at_most > FULL)
    if not rows:
        return []
    told = (
        f"{counted(len(rows), 'depth image has/depth images have')} many pixels of the count 65535, taken as measured"
    )
    repair = "where 65535 means that nothing was measured, write 0 instead (--fuse.max-depth leaves it out as well)"
    return [Finding("warning", "count 65535", told, rows, repair=repair)]


def _image(frame: FrameFacts, kind: str) -> ImageFacts:
    return frame.colour if kind == "colour" else frame.depth
