"""Numbers for TensorBoard."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def events_in(folder: Path, step: int, wanted: bool) -> Iterator[Callable[[int, dict[str, float]], None]]:
    """A function that writes a step's numbers for TensorBoard, if it is installed, in place of those past `step`."""
    writer = None
    with warnings.catch_warnings(), suppress(ImportError):
        warnings.simplefilter("ignore")
        if wanted:
            from torch.utils.tensorboard.writer import SummaryWriter

            writer = SummaryWriter(folder / "events", purge_step=step + 1)

    def tell(step: int, values: dict[str, float]) -> None:
        if writer is not None:
            for name, value in values.items():
                writer.add_scalar(name, value, step)

    try:
        yield tell
    finally:
        if writer is not None:
            writer.close()
