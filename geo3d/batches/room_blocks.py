"""Blocks of made rooms, to learn to complete and to label what a scan tells of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Generator, Tensor
from torch.nn.functional import pad

from geo3d.batches.degrade import add_noise, between, hide_regions, whole
from geo3d.batches.scenes import IGNORED, Classes, class_weights, fold_table, generator, read_volumes, scene_folders
from geo3d.errors import InputError
from geo3d.ops.encodings import CHANNELS, Encoding, encode

MULTIPLE = 16
"""Sides of blocks are multiples of it, so that networks can halve them."""


@dataclass(frozen=True)
class VolumeBatch:
    """Scanned volumes, and what is true of them."""

    inputs: Tensor
    """[batch, channel, x, y, z], as encoded."""
    distance: Tensor
    """[batch, x, y, z], true signed distance in units of the truncation, in [-1, 1]; positive in free space."""
    labels: Tensor
    """[batch, x, y, z], uint8: class of the nearest surface; 255 where it is far or not learned."""
    known: Tensor
    """[batch, x, y, z], uint8: 1 where the scan has seen the voxel."""
    truncation: float
    """In voxels."""
    class_weights: Tensor
    """[class], what an error in each class counts."""
    inside: tuple[int, int, int]
    """Sides of what is of a scene; behind, volumes are filled up."""


class RoomBlocks:
    """Blocks at random places of random rooms; to validate, whole rooms as they were scanned, one a batch.

    A batch has `blocks` of `side` x `side` x `height` voxels. A share `centred` of them holds a voxel of a class that
    is drawn evenly, the others lie anywhere. They begin up to `floor_shift` voxels above or below a room's lowest ones,
    or anywhere up to its top where it is higher than they are; beyond a room nothing is known, and all is free.
    Augmentation: `turns` about z by quarters and mirrors; in a share `missing` of the blocks regions are hidden; a
    block's distances get noise of up to `noise` truncations. Weights are the classes' shares to the power -`balance`.
    """

    def __init__(
        self,
        data: Sequence[Path],
        validation: Sequence[Path],
        classes: Classes,
        seed: int = 0,
        blocks: int = 4,
        side: int = 64,
        height: int = 64,
        voxel_size: float = 0.05,
        encoding: Encoding = "tsdf",
        centred: float = 0.5,
        turns: bool = True,
        missing: float = 0.5,
        noise: float = 0.1,
        floor_shift: int = 8,
        balance: float = 0.5,
    ) -> None:
        if min(side, height) < 1 or side % MULTIPLE or height % MULTIPLE:
            raise InputError(
                f"blocks of {side} x {side} x {height} voxels are not allowed; multiples of {MULTIPLE} are"
            )
        if blocks < 1 or min(floor_shift, noise, missing, centred) < 0 or max(missing, centred) > 1:
            raise InputError("RoomBlocks: blocks is 1 or more, missing and centred are shares, nothing is negative")
        self.classes, self.seed, self.channels, self.voxel_size = classes, seed, CHANNELS[encoding], voxel_size
        self.blocks, self.size, self.centred = blocks, (side, side, height), centred
        self.encoding: Encoding = encoding
        self.turns, self.missing, self.noise, self.floor_shift = turns, missing, noise, floor_shift
        self.rooms = [_read(folder, voxel_size, classes) for folder in scene_folders(data, voxel_size)]
        self.held_out = scene_folders(validation, voxel_size)
        self.class_weights = class_weights([room.labels for room in self.rooms], len(classes), balance)

    def training(self, index: int) -> VolumeBatch:
        """The batch of a number: the same one for the same data, seed and number."""
        random = generator(self.seed, index)
        made = [self._block(random) for _ in range(self.blocks)]
        return self._batch(made, self.size, random if self.noise else None)

    def validation(self) -> Iterator[VolumeBatch]:
        """Every held-out room, filled up at its far ends."""
        for folder in self.held_out:
            room = _read(folder, self.voxel_size, self.classes)
            size = tuple(-(-side // MULTIPLE) * MULTIPLE for side in room.truth.shape)
            x, y, z = room.truth.shape
            yield self._batch([_cut(room, (0, 0, 0), size)], (x, y, z), None)

    def _block(self, random: Generator) -> "_Room":
        room = self.rooms[whole(0, len(self.rooms) - 1, random)]
        block = _cut(room, self._start(room, random), self.size)
        if self.turns:
            block = _turned(block, whole(0, 3, random), whole(0, 1, random) == 1)
        if between(0, 1, random) < self.missing:
            block = replace(block, known=hide_regions(block.known, random))
        return block

    def _start(self, room: "_Room", random: Generator) -> tuple[int, int, int]:
        """A block's lowest voxel."""
        side, _, height = self.size
        x, y = (whole(min(0, wide - side), max(0, wide - side), random) for wide in room.truth.shape[:2])
        present = room.labels.unique()
        present = present[present != IGNORED]
        if between(0, 1, random) < self.centred and len(present):
            places = (room.labels == present[whole(0, len(present) - 1, random)]).nonzero()
            place = places[whole(0, len(places) - 1, random)].tolist()
            x, y = (middle - whole(0, side - 1, random) for middle in place[:2])
        return x, y, whole(-self.floor_shift, max(self.floor_shift, room.truth.shape[2] - height), random)

    def _batch(self, blocks: list["_Room"], inside: tuple[int, int, int], random: Generator | None) -> VolumeBatch:
        """Encoded, with noise where there is something random."""
        inputs = []
        for block in blocks:
            distance = block.scanned.float() / 127
            if random is not None:
                distance = add_noise(distance, between(0, self.noise, random), 1.0, random)
            inputs.append(encode(distance, block.known, 1.0, 1 / block.truncation, self.encoding))
        return VolumeBatch(
            inputs=torch.stack(inputs),
            distance=torch.stack([block.truth for block in blocks]).float() / 127,
            labels=torch.stack([block.labels for block in blocks]),
            known=torch.stack([block.known for block in blocks]),
            truncation=blocks[0].truncation,
            class_weights=self.class_weights,
            inside=inside,
        )


@dataclass(frozen=True)
class _Room:
    """A room or a block of one, four bytes a voxel; distances in 127ths of the truncation."""

    scanned: Tensor
    known: Tensor
    truth: Tensor
    labels: Tensor
    truncation: float
    """In voxels."""


BEYOND = {"scanned": 127, "known": 0, "truth": 127, "labels": IGNORED}
"""What is outside a room: nobody saw it, and nothing is there."""


def _read(folder: Path, voxel_size: float, classes: Classes) -> _Room:
    """A room as it is kept; raises InputError where its volumes do not fit together or hold no numbers."""
    scan, truth, labels = read_volumes(folder, voxel_size, "scan", "distance", "labels")
    if not scan.distance.shape == truth.distance.shape == labels.labels.shape:
        raise InputError(f"the volumes of {folder} do not have one size; render them again")
    if scan.distance.isnan().any() or truth.distance.isnan().any():
        raise InputError(f"the volumes of {folder} have distances that are not numbers; render them again")
    scanned, true = (
        (127 * (distance / scan.truncation).clamp(-1, 1)).round().to(torch.int8)
        for distance in (scan.distance, truth.distance)
    )
    folded = fold_table(labels.classes, classes).to(torch.uint8)[labels.labels.long()]
    return _Room(scanned, scan.known.clone(), true, folded, scan.truncation / scan.voxel_size)


def _cut(room: _Room, start: tuple[int, ...], size: tuple[int, ...]) -> _Room:
    """A block of a room, which may reach beyond it on all sides."""
    shape = room.truth.shape
    inside = tuple(slice(max(first, 0), max(first + side, 0)) for first, side in zip(start, size, strict=True))
    before = [min(max(-first, 0), side) for first, side in zip(start, size, strict=True)]
    behind = [
        side - ahead - len(range(*part.indices(wide)))
        for side, ahead, part, wide in zip(size, before, inside, shape, strict=True)
    ]
    widths = [width for pair in zip(reversed(before), reversed(behind), strict=True) for width in pair]
    parts = {name: pad(getattr(room, name)[inside], widths, value=value) for name, value in BEYOND.items()}
    return _Room(**parts, truncation=room.truncation)


def _turned(block: _Room, quarters: int, mirrored: bool) -> _Room:
    """By quarter turns about z, then mirrored along x."""
    parts = {name: torch.rot90(getattr(block, name), quarters, (0, 1)) for name in BEYOND}
    if mirrored:
        parts = {name: values.flip(0) for name, values in parts.items()}
    return replace(block, **parts)
