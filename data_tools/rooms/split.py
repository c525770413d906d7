"""Which models training, validation and test may use."""

import hashlib

SPLITS = ("train", "validation", "test")


def split_of(name: str) -> str:
    """One of SPLITS for a library model's name: 4 of 6 names in train, 1 in each other, anywhere the same."""
    sixth = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) % 6
    return SPLITS[max(sixth - 3, 0)]
