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

    @property
    def files(self) -> list[str]:
        """All that is read."""
        own = [name for f in self.frames for name in (f.colour, f.depth, f.transform) if name]
        return list(dict.fromkeys([*self.shared, *own]))


def images(folder: Path, pattern: str = "*") -> list[Path]:
    """The image files of a folder that match, sorted by name; none where it is not there."""
    return sorted(path for path in folder.glob(pattern) if path.suffix.lower() in {".jpg", ".jpeg", ".png"})


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
