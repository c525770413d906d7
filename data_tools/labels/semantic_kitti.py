"""SemanticKITTI's label set (Behley et al. 2019): the ids of its files, and the 19 classes of single scans."""

from __future__ import annotations

CLASSES: tuple[tuple[str, tuple[int, ...], tuple[int, int, int]], ...] = (
    ("car", (10, 252), (100, 150, 245)),
    ("bicycle", (11,), (100, 230, 245)),
    ("motorcycle", (15,), (30, 60, 150)),
    ("truck", (18, 258), (80, 30, 180)),
    ("other-vehicle", (13, 16, 20, 256, 257, 259), (0, 0, 255)),
    ("person", (30, 254), (255, 30, 30)),
    ("bicyclist", (31, 253), (255, 40, 200)),
    ("motorcyclist", (32, 255), (150, 30, 90)),
    ("road", (40, 60), (255, 0, 255)),
    ("parking", (44,), (255, 150, 255)),
    ("sidewalk", (48,), (75, 0, 75)),
    ("other-ground", (49,), (175, 0, 75)),
    ("building", (50,), (255, 200, 0)),
    ("fence", (51,), (255, 120, 50)),
    ("vegetation", (70,), (0, 175, 0)),
    ("trunk", (71,), (135, 60, 0)),
    ("terrain", (72,), (150, 240, 80)),
    ("pole", (80,), (255, 240, 150)),
    ("traffic-sign", (81,), (255, 0, 0)),
)
"""Name, ids (still and moving ones of a kind are one class, and rare vehicles another), and RGB."""

NAMES = tuple(name for name, _, _ in CLASSES)
IDS = {number: place for place, (_, ids, _) in enumerate(CLASSES, start=1) for number in ids}
"""Class of each id, from 1 on."""
UNLABELLED = (0, 1, 52, 99)
"""Ids of no class: unlabelled, outlier, other structure, other object."""
KNOWN_TO_THE_TABLE = 359
"""The official table holds ids below this; those in it that stand for nothing are taken for unlabelled."""
