"""What a scan format's file says of a folder before anything is decoded; light, so that planning stays quick."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FrameFiles:
    """One frame's files, relative to the scan's folder."""

    colour: str
    depth: str
    row: int
    """Place among all frames of the format's own order, before any selection."""
    transform: str | None = None
    """The frame's own transform file, where the format has one a frame."""
    colour_part: tuple[int, int] | None = None
    """First byte and length of the image in its file; None: the file is the image."""
    depth_part: tuple[int, int] | None = None
    stamp: float | None = None
    """Seconds, from any moment on, where the format keeps them."""
    confidence: str | None = None
    """How sure each depth is, where the format has that: 0 in pixels that are not to be used."""
    confidence_part: tuple[int, int] | None = None
    labels: str | None = None
    """Image of classes, where the format has one a frame."""
    labels_part: tuple[int, int] | None = None
    probabilities: str | None = None
    """Class probabilities, likewise."""


def image_name(file: str, part: tuple[int, int] | None, row: int) -> str:
    """An image's file, and which frame's it is in a file of many."""
    return f"{file} frame {row}" if part else file


@dataclass(frozen=True)
class Listing:
    """A scan's files."""

    frames: tuple[FrameFiles, ...]
    shared: tuple[str, ...]
    """Files that hold for all frames: intrinsics, trajectories."""
    skipped: tuple[tuple[str, str], ...] = ()
    """Frames that cannot be used: colour file and reason."""
    located: bool = True
    """Whether the folder says where any camera stood; False: no transform is read, and all frames are kept."""
    camera: str | None = None
    """Which of the format's cameras took it, where only the name of the folder says so."""

    @property
    def files(self) -> list[str]:
        """All that is read."""
        kinds = ("colour", "depth", "transform", "confidence", "labels", "probabilities")
        own = [name for f in self.frames for kind in kinds if (name := getattr(f, kind))]
        return list(dict.fromkeys([*self.shared, *own]))


SUFFIXES = {".jpg", ".jpeg", ".png", ".ppm", ".pgm", ".tif", ".tiff"}
"""Of images that Pillow reads to the digit, 16-bit depth included, where they are not JPEG."""


def is_file(path: Path) -> bool:
    """Whether there is a file at a path that a file of others names; such a path may be anything."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long, or with a zero byte
        return False


def images(folder: Path, pattern: str = "*") -> list[Path]:
    """The image files of a folder that match, sorted by name; none where it is not there."""
    return sorted(path for path in folder.glob(pattern) if path.suffix.lower() in SUFFIXES)


def by_number(paths: list[Path], prefix: str = "") -> dict[int, Path]:
    """Files named by a number after `prefix`, in order of the number; others are left out."""
    numbered = {path.stem.removeprefix(prefix): path for path in paths if path.stem.startswith(prefix)}
    found = {int(stem): path for stem, path in numbered.items() if stem.isascii() and stem.isdigit()}
    return dict(sorted(found.items()))


def pair_by_stem(
    root: Path, colour: list[Path], depth: list[Path], shared: tuple[str, ...], located: bool = True
) -> Listing:
    """Join colour and depth images of the same name; a frame with one of the two is skipped."""
    depth_of, frames, skipped = {path.stem: path for path in depth}, [], []
    for row, path in enumerate(colour):
        name = str(path.relative_to(root))
        if path.stem in depth_of:
            frames.append(FrameFiles(name, str(depth_of[path.stem].relative_to(root)), row))
        else:
            skipped.append((name, "no depth image of that name"))
    return Listing(tuple(frames), shared, tuple(skipped), located)
