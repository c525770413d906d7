"""ShapeNet's part annotation (Yi et al. 2016): 50 parts of 16 categories, each with the parts of its own."""

from __future__ import annotations

CATEGORIES: tuple[tuple[str, str, int], ...] = (
    ("Airplane", "02691156", 4),
    ("Bag", "02773838", 2),
    ("Cap", "02954340", 2),
    ("Car", "02958343", 4),
    ("Chair", "03001627", 4),
    ("Earphone", "03261776", 3),
    ("Guitar", "03467517", 3),
    ("Knife", "03624134", 2),
    ("Lamp", "03636649", 4),
    ("Laptop", "03642806", 2),
    ("Motorbike", "03790512", 6),
    ("Mug", "03797390", 2),
    ("Pistol", "03948459", 3),
    ("Rocket", "04099429", 3),
    ("Skateboard", "04225987", 3),
    ("Table", "04379243", 3),
)
"""Name, synset of WordNet, and number of parts; parts are counted through from 0 on in this order."""

NAMES = tuple(name for name, _, _ in CATEGORIES)
NAME_OF = {synset: name for name, synset, _ in CATEGORIES} | {name: name for name in NAMES}
"""Name of a category by its synset, or by its name."""
PART_COUNT = sum(count for _, _, count in CATEGORIES)


def parts_of(category: str) -> range:
    """The parts of a category, counted through all categories."""
    place = NAMES.index(category)
    first = sum(count for _, _, count in CATEGORIES[:place])
    return range(first, first + CATEGORIES[place][2])
