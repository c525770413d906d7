"""Pieces of rooms, connected and of one class each, to learn what a thing is from its shape."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import torch
from jaxtyping import Float, Int
from pydantic import Field
from torch import Generator, Tensor

from geo3d.batches.scenes import IGNORED, Classes, fold_table, generator, read_volumes, scene_folders
from geo3d.errors import InputError
from geo3d.ops.sparse import SparseTensor, voxelize

Count = Annotated[int, Field(ge=1)]


@dataclass(frozen=True)
class LabelledPieces:
    """Voxels of the surfaces of several things, and what each is."""

    voxels: SparseTensor
    """The batch's rows are the things; features are the surface's normals."""
    labels: Int[Tensor, " piece"]
    """Places in the learned classes."""


@dataclass(frozen=True)
class _Piece:
    points: Float[Tensor, "point 3"]
    """On the surface, in metres, one for each voxel of the volume."""
    normals: Float[Tensor, "point 3"]
    label: int


class RoomPieces:
    """Things of every class equally often, turned about z, each scaled so that `cells` voxels span its longest side."""

    channels = 3

    def __init__(
        self,
        data: Sequence[Path],
        validation: Sequence[Path],
        classes: Classes,
        seed: int = 0,
        pieces: Count = 8,
        cells: Count = 256,
        points: Count = 500,
        least: Count = 40,
        voxel_size: float = 0.05,
    ) -> None:
        self.seed, self.pieces, self.cells, self.points = seed, pieces, cells, points
        self.learned, self.held_out = (
            [
                piece
                for scene in scene_folders(folders, voxel_size)
                for piece in _read(scene, voxel_size, classes, least)
            ]
            for folders in (data, validation)
        )
        if not self.learned:
            raise InputError(f"the scenes to learn from have no piece of the classes with {least} voxels or more")
        self.by_class = [
            [piece for piece in self.learned if piece.label == label]
            for label in sorted({piece.label for piece in self.learned})
        ]

    def training(self, index: int) -> LabelledPieces:
        """The batch of a number."""
        random = generator(self.seed, index)
        chosen = []
        for _ in range(self.pieces):
            kind = self.by_class[int(torch.randint(len(self.by_class), (1,), generator=random))]
            chosen.append(kind[int(torch.randint(len(kind), (1,), generator=random))])
        return self._batch(chosen, 6.283 * torch.rand(self.pieces, generator=random), random)

    def validation(self) -> Iterator[LabelledPieces]:
        """All held-out things, as they stand."""
        random = generator(self.seed)
        for begin in range(0, len(self.held_out), self.pieces):
            chosen = self.held_out[begin : begin + self.pieces]
            yield self._batch(chosen, torch.zeros(len(chosen)), random)

    def _batch(self, chosen: Sequence[_Piece], angles: Float[Tensor, " piece"], random: Generator) -> LabelledPieces:
        made = [_sampled(piece, angle, self.points, random) for piece, angle in zip(chosen, angles, strict=True)]
        points = torch.cat([points * ((self.cells - 0.5) / float(points.amax())) for points, _ in made])
        rows = torch.arange(len(chosen)).repeat_interleave(self.points)
        voxels, _ = voxelize(points, rows, torch.cat([normals for _, normals in made]), 1.0)
        return LabelledPieces(voxels, torch.tensor([piece.label for piece in chosen]))


def _sampled(piece: _Piece, angle: Tensor, count: int, random: Generator) -> tuple[Tensor, Tensor]:
    """Points between those of a piece, from its lowest corner on, and their normals, all turned about z."""
    rows = torch.randint(len(piece.points), (count,), generator=random)
    normals = piece.normals[rows]
    aside = (torch.rand(count, 3, generator=random) - 0.5) * 0.05
    aside -= (aside * normals).sum(dim=1, keepdim=True) * normals
    cosine, sine = float(angle.cos()), float(angle.sin())
    turn = torch.tensor([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    points = (piece.points[rows] + aside) @ turn.T
    return points - points.amin(dim=0), normals @ turn.T


def _read(scene: Path, voxel_size: float, classes: Classes, least: int) -> list[_Piece]:
    """The connected pieces of each class with so many voxels at the true surface."""
    import numpy as np
    from scipy import ndimage

    distance, labels = read_volumes(scene, voxel_size, "distance", "labels")
    folded = fold_table(labels.classes, classes)[labels.labels.long()]
    folded = torch.where(distance.distance.abs() < voxel_size, folded, IGNORED)
    slopes = torch.stack(torch.gradient(distance.distance, spacing=voxel_size), dim=-1)
    found = []
    for label in range(len(classes)):
        numbers = np.asarray(ndimage.label((folded == label).numpy(), np.ones((3, 3, 3)))[0])  # pyright: ignore
        sizes = np.bincount(numbers.ravel())
        for number, inside in enumerate(ndimage.find_objects(numbers), start=1):
            if sizes[number] < least:
                continue
            start = np.array([part.start for part in inside])
            at = torch.from_numpy(np.argwhere(numbers[inside] == number) + start)
            x, y, z = at.unbind(dim=1)
            normals = torch.nn.functional.normalize(slopes[x, y, z], dim=1)
            points = at * voxel_size - distance.distance[x, y, z, None] * normals
            found.append(_Piece(points.float(), normals, label))
    return found
