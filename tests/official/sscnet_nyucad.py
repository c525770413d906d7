"""SSCNet's evaluation_script.m, of NYUCAD, whose truth is also that of NYU."""

from pathlib import Path

from geo3d.data_tools.benchmarks.choices import Choices, SscnetChoices
from tests.official import sscnet
from tests.official.record import Checkout
from tests.official.sscnet import COMMIT, PROTOCOL, REPOSITORY, ours

__all__ = ("CHOICES", "COMMIT", "FIXTURES", "PROTOCOL", "REPOSITORY", "official", "ours", "write")

FIXTURES = ("random", "mostly right", "thresholds")
CHOICES = Choices(sscnet=SscnetChoices(benchmark="nyucad"))


def write(fixture: str, predictions: Path, truths: Path) -> None:
    """The same images, with volumes of both benchmarks."""
    sscnet.write(fixture, predictions, truths)


def official(checkout: Checkout, place: Path) -> dict:
    """The same figures, by the volumes of NYUCAD."""
    return sscnet.official(checkout, place, "nyucad")
