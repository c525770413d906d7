"""Surface cells of scanned rooms, to learn the labels of surfaces from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from geo3d.batches.scenes import IGNORED, Classes, class_weights, fold_table, generator, read_volumes, scene_folders
from geo3d.batches.surface_holes import from_above, holed, windowed
from geo3d.errors import InputError
from geo3d.ops.sparse import SparseTensor
from geo3d.ops.surface_points import CHANNELS, SurfacePoints, cell_features, floor_height, surface_points

ANYWHERE = 64
"""Voxels over which a grid's begin is drawn: networks halve it some times, and all made floors are at height 0."""


@dataclass(frozen=True)
class LabelledCells:
    """Features of surface voxels, and their labels."""

    cells: SparseTensor
    """As :func:`geo3d.ops.surface_points.cell_features` makes them."""
    labels: Tensor
    """[row], places in the learned classes; 255 where there is none."""
    class_weights: Tensor
    """[class], what an error in each class counts."""


class RoomSurfaces:
    """Windows of rooms, turned, flipped, bent, with holes; each by its number, so that any can be made again.

    A share `above` of them were looked at from above only, around one point.
    """

    channels = CHANNELS

    def __init__(
        self,
        data: Sequence[Path],
        validation: Sequence[Path],
        classes: Classes,
        seed: int = 0,
        rooms: int = 2,
        window: float = 6.0,
        voxel_size: float = 0.05,
        augment: bool = True,
        noise: float = 1.0,
        above: float = 0.4,
        balance: float = 0.5,
    ) -> None:
        self.classes, self.seed, self.per_batch, self.window = classes, seed, rooms, window
        self.voxel_size, self.augment, self.noise, self.above = voxel_size, augment, noise, above
        self.rooms = [self._read(folder) for folder in scene_folders(data, voxel_size)]
        self.held_out = scene_folders(validation, voxel_size)
        self.class_weights = class_weights([labels for _, labels in self.rooms], len(classes), balance)

    def training(self, index: int) -> LabelledCells:
        """The batch of a number."""
        random = generator(self.seed, index)
        parts = []
        for place in range(self.per_batch):
            surface, labels = self._look(random)
            floor = floor_height(surface) + self.augment * 0.04 * float(torch.randn(1, generator=random))
            corner = ANYWHERE * self.voxel_size * torch.rand(3, generator=random)
            parts.append(self._made(surface, labels, floor, corner, place))
        return self._joined(parts)

    def validation(self) -> Iterator[LabelledCells]:
        """Whole held-out rooms as they are, one after the other."""
        for folder in self.held_out:
            surface, labels = self._read(folder)
            corner = torch.full((3,), -self.voxel_size / 2)  # voxels as the scan has them, whose middles are multiples
            yield self._joined([self._made(surface, labels, floor_height(surface), corner, 0)])

    def _read(self, folder: Path) -> tuple[SurfacePoints, Tensor]:
        scanned, labels = read_volumes(folder, self.voxel_size, "scan", "labels")
        surface, voxels = surface_points(
            scanned.distance, scanned.known, scanned.origin, scanned.voxel_size, scanned.truncation
        )
        if not len(voxels):
            raise InputError(f"the scan of {folder} has no surface to learn from; remove the scene or render it again")
        table = fold_table(labels.classes, self.classes)
        return surface, table[labels.labels[tuple(voxels.long().T)].long()]

    def _look(self, random: torch.Generator) -> tuple[SurfacePoints, Tensor]:
        """Any of the rooms, as a scan of a part of it may see it."""
        surface, labels = self.rooms[int(torch.randint(len(self.rooms), (1,), generator=random))]
        if not self.augment:
            return surface, labels
        surface, labels = windowed(surface, labels, self.window, random)
        surface, labels = self._missed(surface, labels, random)
        return _moved(surface, self.noise, random), labels

    def _missed(self, surface: SurfacePoints, labels: Tensor, random: torch.Generator) -> tuple[SurfacePoints, Tensor]:
        if float(torch.rand(1, generator=random)) < self.above:
            surface, labels = from_above(surface, labels, floor_height(surface), random)
        return holed(surface, labels, random)

    def _made(
        self, surface: SurfacePoints, labels: Tensor, floor: float, corner: Tensor, place: int
    ) -> tuple[SparseTensor, Tensor]:
        made, rows = cell_features(surface, floor, self.voxel_size, corner, place)
        count = len(self.classes) + 1
        given = torch.where(labels == IGNORED, count - 1, labels)
        votes = torch.bincount(rows.long() * count + given, minlength=len(made.coordinates) * count)
        best = votes.reshape(-1, count).argmax(dim=1)
        return made, torch.where(best == count - 1, IGNORED, best)

    def _joined(self, parts: list[tuple[SparseTensor, Tensor]]) -> LabelledCells:
        coordinates = torch.cat([made.coordinates for made, _ in parts])
        features = torch.cat([made.features for made, _ in parts])
        labels = torch.cat([labels for _, labels in parts])
        return LabelledCells(SparseTensor(coordinates, features, (1, 1, 1)), labels, self.class_weights)


def _moved(surface: SurfacePoints, noise: float, random: torch.Generator) -> SurfacePoints:
    """Turned about z, flipped, scaled, stretched, and bent by centimetres, as drift and depth errors bend a scan."""
    angle = 2 * torch.pi * torch.rand(1, generator=random)
    cosine, sine = float(angle.cos()), float(angle.sin())
    flip = 1.0 if torch.rand(1, generator=random) < 0.5 else -1.0
    turn = torch.tensor([[cosine, -sine, 0], [flip * sine, flip * cosine, 0], [0, 0, 1]])
    scale = 1 + 0.12 * (2 * torch.rand(1, generator=random) - 1) + 0.08 * (2 * torch.rand(3, generator=random) - 1)
    strength = noise * torch.rand(4, generator=random)
    points = scale * (surface.points @ turn.T)
    points = points + 0.02 * strength[0] * _smooth_noise(points, 0.6, random)
    points = points + 0.06 * strength[3] * _smooth_noise(points, 1.5, random)
    points = points + 0.008 * strength[1] * torch.randn(points.shape, generator=random)
    normals = surface.normals @ turn.T + 0.15 * strength[2] * torch.randn(points.shape, generator=random)
    return replace(surface, points=points, normals=torch.nn.functional.normalize(normals, dim=1))


def _smooth_noise(points: Tensor, reach: float, random: torch.Generator) -> Tensor:
    """[point, 3], of standard deviation about 1, which changes over `reach` metres."""
    low = points.amin(dim=0)
    at = (points - low) / reach
    sides = [int(side) + 2 for side in at.amax(dim=0)]
    field = torch.randn((1, 3, *sides), generator=random)
    last = torch.tensor([side - 1 for side in sides])
    grid = (2 * at / last - 1).flip(1)[None, None, None]
    return torch.nn.functional.grid_sample(field, grid, align_corners=True)[0, :, 0, 0].T
