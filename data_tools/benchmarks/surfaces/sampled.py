"""What all protocols of surfaces share: sampled points with normals, means over scenes, and pictures of distances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from geo3d.data_tools.benchmarks.pictures import panels

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geo3d.data_tools.benchmarks.protocol import Tally
    from geo3d.data_tools.benchmarks.surfaces.surface_files import Surface

MOST_DRAWN = 150_000
RAMP = ((205, 213, 222), (250, 196, 60), (214, 39, 40), (80, 10, 40))
"""RGB from no distance to the largest that is told apart."""


class Sampled(NamedTuple):
    """Points of a surface."""

    points: NDArray[np.float64]
    """[point, 3]"""
    normals: NDArray[np.float64] | None
    """[point, 3], of any length."""


def sampled(surface: Surface, count: int, seed: tuple[int, ...]) -> Sampled:
    """Points drawn evenly by area with the normals of their faces; of what has no faces with any area, its points."""
    from geo3d.metrics.surface_samples import doubled_normals, sample_surface

    points, face = sample_surface(surface.points, surface.faces, count, seed)
    if len(points) == 0:
        return Sampled(surface.points, surface.normals)
    return Sampled(points, doubled_normals(surface.points[surface.faces])[face])


def means(tallies: Sequence[Tally], name: str) -> NDArray[np.float64]:
    """The mean of an array over those scenes where it is not NaN, number by number; NaN where it always is."""
    import numpy as np

    values = np.stack([tally[name] for tally in tallies])
    there = ~np.isnan(values)
    total, counts = np.where(there, values, 0).sum(axis=0), there.sum(axis=0)
    return np.divide(total, counts, out=np.full(counts.shape, np.nan), where=counts > 0)


def noted(tallies: Sequence[Tally]) -> tuple[str, ...]:
    """What the scenes' tallies have to say, each sentence once, with how many scenes say it."""
    sentences = [str(sentence) for tally in tallies for sentence in tally["notes"]]
    total = len(tallies)
    return tuple(f"{text} ({sentences.count(text)} of {total} scenes)" for text in dict.fromkeys(sentences))


def as_notes(sentences: Sequence[str]) -> NDArray[np.str_]:
    """Sentences as a tally keeps them."""
    import numpy as np

    return np.array(sentences, np.str_)


DISTANCES_PICTURED = (
    "The prediction's points by how far off they are, then the truth's by how far they were missed: grey at no "
    "distance, then yellow, red and dark."
)
"""What :func:`distance_panels` shows."""


def distance_panels(
    prediction: NDArray[np.float64],
    errors: NDArray[np.float64],
    truth: NDArray[np.float64],
    misses: NDArray[np.float64],
    most: float,
) -> NDArray[np.uint8]:
    """The predicted points by how far off they are, and the true ones by how far they were missed, at one scale.

    Grey at no distance, yellow, red, and dark from `most` on.
    """
    import numpy as np

    both, drawn = np.concatenate([prediction, truth]), []
    for points, distances in ((prediction, errors), (truth, misses)):
        some = slice(None, None, max(1, -(-len(points) // MOST_DRAWN)))
        drawn.append(panels(points[some], [_shades(distances[some] / most)], around=both))
    rows = max(len(panel) for panel in drawn)
    return np.concatenate(
        [np.pad(panel, ((0, rows - len(panel)), (0, 0), (0, 0)), constant_values=255) for panel in drawn], axis=1
    )


def _shades(parts: NDArray[np.float64]) -> NDArray[np.uint8]:
    import numpy as np

    ramp, places = np.array(RAMP, np.float64), np.linspace(0, 1, len(RAMP))
    return np.stack([np.interp(np.minimum(parts, 1), places, ramp[:, i]) for i in range(3)], axis=1).astype(np.uint8)
