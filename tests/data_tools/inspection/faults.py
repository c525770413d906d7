"""Faults of every kind to plant in a scan; each says which check must find it, and in which frames."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.spatial.transform import Rotation

from tests.data_tools.inspection.drafts import Draft

WHOLE_SCAN = None
"""In place of the frames that a fault is in."""
FLIP = np.diag([1.0, -1, -1, 1])


@dataclass(frozen=True)
class Fault:
    plant: Callable[[Draft], set[int] | None]
    """Spoil the scan; the frames that are to be named, None where it is the whole scan."""
    check: str
    also: frozenset[str] = field(default_factory=frozenset)
    """Checks that find it in their own way, too."""


def replace(path: Path, content: bytes) -> None:
    path.unlink()  # it may be a link to another scan's
    path.write_bytes(content)


def repaint(path: Path, pixels: np.ndarray) -> None:
    path.unlink()
    Image.fromarray(pixels).save(path)


def pixels(path: Path) -> np.ndarray:
    return np.array(Image.open(path))


def shortened(kind: str, share: float) -> Callable[[Draft], set[int]]:
    def plant(draft: Draft) -> set[int]:
        for row in (3, 7):
            path = getattr(draft, kind)(row)
            content = path.read_bytes()
            replace(path, content[: int(share * len(content))])
        return {3, 7}

    return plant


def painted(kind: str, paint: Callable[[np.ndarray], np.ndarray], rows: tuple[int, ...] = (2, 9)) -> Callable:
    def plant(draft: Draft) -> set[int]:
        for row in rows:
            path = getattr(draft, kind)(row)
            repaint(path, paint(pixels(path)))
        return set(rows)

    return plant


def moved(change: Callable[[np.ndarray], np.ndarray], rows: tuple[int, ...]) -> Callable[[Draft], set[int]]:
    def plant(draft: Draft) -> set[int]:
        for row in rows:
            draft.place(row, change(draft.transform(row)))
        return set(rows)

    return plant


def all_moved(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Draft], None]:
    def plant(draft: Draft) -> None:
        for row in range(len(draft.frames)):
            draft.place(row, change(draft.transform(row)))

    return plant


def without_transform(draft: Draft) -> set[int]:
    draft.frames[4]["world_from_camera"] = None
    return {4}


def copied_images(*kinds: str, stay: bool = False) -> Callable[[Draft], set[int]]:
    """Frame 9 gets images of frame 8."""

    def plant(draft: Draft) -> set[int]:
        for kind in kinds:
            replace(getattr(draft, kind)(9), getattr(draft, kind)(8).read_bytes())
        if stay:
            draft.place(9, draft.transform(8))
        return {9}

    return plant


def index(**values: Callable) -> Callable[[Draft], None]:
    def plant(draft: Draft) -> None:
        for name, change in values.items():
            draft.index[name] = change(draft.index[name])

    return plant


def camera(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Draft], None]:
    return index(intrinsics=lambda matrix: change(np.array(matrix)).tolist())


def larger_colour(draft: Draft) -> None:
    for row in range(len(draft.frames)):
        repaint(draft.colour(row), pixels(draft.colour(row)).repeat(2, 0).repeat(2, 1))


def shifted(metres: float) -> Callable[[np.ndarray], np.ndarray]:
    def change(matrix: np.ndarray) -> np.ndarray:
        matrix[:3, 3] += metres * np.array([0.6, -0.64, 0.48])
        return matrix

    return change


def turned(degrees: float) -> Callable[[np.ndarray], np.ndarray]:
    def change(matrix: np.ndarray) -> np.ndarray:
        matrix[:3, :3] = (
            matrix[:3, :3] @ Rotation.from_rotvec(np.radians(degrees) * np.array([0.6, 0.8, 0])).as_matrix()
        )
        return matrix

    return change


def stretched(factor: float) -> Callable[[np.ndarray], np.ndarray]:
    def change(matrix: np.ndarray) -> np.ndarray:
        matrix[:3, 3] *= factor
        return matrix

    return change


def with_marks(counts: np.ndarray) -> np.ndarray:
    counts[: len(counts) // 10] = 65535
    return counts


def _entry(row: int, column: int, value: float) -> np.ndarray:
    change = np.zeros((3, 3))
    change[row, column] = value
    return change


def _focal(k: np.ndarray, focal: float) -> np.ndarray:
    k[0, 0] = k[1, 1] = focal
    return k


FAULTS: dict[str, Fault] = {
    "transform missing": Fault(without_transform, "transform"),
    "transform NaN": Fault(moved(lambda m: m * np.nan, (5,)), "transform"),
    "transform -inf": Fault(moved(lambda m: np.full((4, 4), -np.inf), (5, 6)), "transform"),
    "transform scaled": Fault(moved(lambda m: m @ np.diag([2.0, 2, 2, 1]), (5,)), "transform"),
    "transform mirrored": Fault(moved(lambda m: m @ np.diag([1.0, 1, -1, 1]), (5,)), "transform"),
    "one frame 1 m off": Fault(moved(shifted(1.0), (6,)), "jump"),
    "one frame 50 m off": Fault(moved(shifted(50.0), (6,)), "jump"),
    "one frame turned 40 degrees": Fault(moved(turned(40.0), (6,)), "jump"),
    "first frame 1 m off": Fault(moved(shifted(1.0), (0,)), "jump"),
    "from the twelfth frame on 0.5 m off": Fault(moved(shifted(0.5), tuple(range(12, 20))), "jump"),
    "three frames 0.7 m off": Fault(moved(shifted(0.7), (6, 7, 8)), "jump"),
    "colour truncated": Fault(shortened("colour", 0.5), "unreadable"),
    "colour empty": Fault(shortened("colour", 0.0), "unreadable"),
    "depth truncated": Fault(shortened("depth", 0.5), "unreadable"),
    "depth with three channels": Fault(
        painted("depth", lambda p: np.stack([p >> 8] * 3, axis=-1).astype(np.uint8)), "unreadable"
    ),
    "colour of another size": Fault(painted("colour", lambda p: np.ascontiguousarray(p[::2, ::2])), "size"),
    "depth of another size": Fault(painted("depth", lambda p: np.ascontiguousarray(p[::2, ::2]), (0, 9)), "size"),
    "colour black": Fault(painted("colour", lambda p: p // 64), "black"),
    "colour grey all over": Fault(painted("colour", lambda p: np.full_like(p, 128)), "one colour"),
    "depth all zero": Fault(painted("depth", np.zeros_like), "no depth"),
    "depth the same all over": Fault(painted("depth", lambda p: np.full_like(p, 1500)), "one depth"),
    "not measured as 65535": Fault(painted("depth", with_marks), "count 65535"),
    "frame stored twice": Fault(copied_images("colour", "depth", stay=True), "duplicate"),
    "both images frozen": Fault(copied_images("colour", "depth"), "frozen"),
    "colour frozen": Fault(copied_images("colour"), "frozen colour"),
    "depth frozen": Fault(copied_images("depth"), "frozen depth"),
    "depth unit 1 for 0.001": Fault(index(depth_unit=lambda _: 1.0), "depth scale"),
    "depth unit 0.001 for 0.0002": Fault(index(depth_unit=lambda unit: 5 * unit), "depth scale"),
    "depth unit 0.0002 for 0.001": Fault(index(depth_unit=lambda unit: unit / 5), "depth scale"),
    "depth unit 1e-6 for 0.001": Fault(index(depth_unit=lambda unit: unit / 1000), "depth scale"),
    "positions in millimetres": Fault(all_moved(stretched(1000.0)), "depth scale"),
    "inverted": Fault(all_moved(np.linalg.inv), "inverted"),
    "OpenGL axes": Fault(all_moved(lambda m: m @ FLIP), "OpenGL axes"),
    "inverted, OpenGL axes": Fault(all_moved(lambda m: np.linalg.inv(m @ FLIP)), "inverted, OpenGL axes"),
    "principal point outside": Fault(camera(lambda k: k + _entry(0, 2, 5 * k[0, 2])), "intrinsics"),
    "intrinsics of half the size": Fault(camera(lambda k: np.diag([0.5, 0.5, 1]) @ k), "intrinsics"),
    "focal length in millimetres": Fault(camera(lambda k: _focal(k, 4.2)), "intrinsics"),
    "focal length ten times": Fault(camera(lambda k: _focal(k, 12 * k[0, 0])), "intrinsics"),
    "skewed": Fault(camera(lambda k: k + _entry(0, 1, 3.0)), "intrinsics", frozenset({"refused"})),
    "colour twice as large, one matrix": Fault(larger_colour, "intrinsics"),
}
