from pathlib import Path

import numpy as np
import pytest

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.protocol import Scores
from geo3d.data_tools.benchmarks.volumes.semantic_kitti_ssc import PROTOCOL, SIZE
from geo3d.errors import InputError

STRICT = Choices(reading="strict")
CAR, ROAD, OUTLIER = 10, 40, 1


def put(folder: Path, truth: dict, prediction: dict, invalid: dict, name: str = "000000") -> None:
    """A volume that is empty but for the voxels given."""
    sequence = folder / "truth" / "sequences" / "08" / "voxels"
    given = folder / "pred" / "sequences" / "08" / "predictions"
    for place, file, values in (
        (sequence, f"{name}.label", truth),
        (given, f"{name}.label", prediction),
        (sequence, f"{name}.invalid", invalid),
    ):
        place.mkdir(parents=True, exist_ok=True)
        volume = np.zeros(SIZE, np.uint16)
        for voxel, value in values.items():
            volume[voxel] = value
        written = np.packbits(volume.astype(bool)) if file.endswith("invalid") else volume
        written.tofile(place / file)


def scored(folder: Path, choices: Choices | None = None) -> Scores:
    scenes = PROTOCOL.find(folder / "pred", folder / "truth")
    tallies = [PROTOCOL.count(scene, choices or Choices()) for scene in scenes]
    return PROTOCOL.score([tally for tally in tallies if tally is not None], choices or Choices())


def test_completion_does_not_ask_which_class(tmp_path: Path):
    put(
        tmp_path,
        {(0, 0, 0): CAR, (5, 6, 7): CAR, (9, 9, 9): ROAD},
        {(0, 0, 0): CAR, (5, 6, 7): ROAD, (1, 1, 1): CAR},
        {},
    )
    scores = scored(tmp_path, STRICT)
    assert scores.overall["completion IoU"] == 2 / 4
    assert scores.overall["completion precision"] == 2 / 3
    assert scores.overall["completion recall"] == 2 / 3
    car, road = scores.by_class["IoU"][1], scores.by_class["IoU"][9]
    assert (car, road) == (1 / 3, 0)  # the filled voxel that is empty in truth is a false hit
    assert scores.overall["mean IoU"] == pytest.approx((1 / 3 + 0) / 2)
    assert np.isnan(scores.by_class["IoU"][0])


def test_absent_classes_are_0_in_the_compatible_mean(tmp_path: Path):
    put(tmp_path, {(0, 0, 0): CAR}, {(0, 0, 0): CAR}, {})
    assert scored(tmp_path).overall["mean IoU"] == pytest.approx(1 / 19)
    assert scored(tmp_path, STRICT).overall["mean IoU"] == 1
    assert scored(tmp_path).overall["completion precision"] == pytest.approx(1 / (1 + 2**-23), abs=1e-12)
    assert scored(tmp_path, STRICT).overall["completion precision"] == 1


def test_invalid_and_unlabelled_voxels_do_not_count(tmp_path: Path):
    wrong = {(0, 0, 1): ROAD, (0, 0, 2): ROAD, (3, 3, 3): ROAD}
    put(tmp_path, {(0, 0, 0): CAR, (3, 3, 3): OUTLIER}, {(0, 0, 0): CAR, **wrong}, {(0, 0, 1): 1, (0, 0, 2): 1})
    assert scored(tmp_path).overall["completion IoU"] == 1
    # the highest bit of a byte is its first voxel
    put(tmp_path, {(0, 0, 0): CAR}, {(0, 0, 0): CAR, (0, 0, 6): ROAD}, {(0, 0, 1): 1})
    assert scored(tmp_path).overall["completion IoU"] == 1 / 2


def test_volumes_that_are_empty_have_no_completion(tmp_path: Path):
    put(tmp_path, {}, {}, {})
    compatible, strict = scored(tmp_path), scored(tmp_path, STRICT)
    assert np.isnan(compatible.overall["completion IoU"])
    assert compatible.overall["completion precision"] == 0
    assert np.isnan(strict.overall["completion precision"])


def test_predictions_of_no_class_are_refused_where_they_count(tmp_path: Path):
    put(tmp_path, {(1, 2, 3): CAR}, {(1, 2, 3): OUTLIER}, {})
    with pytest.raises(InputError, match=r"000000\.label has an id of no class at voxel 1 2 3"):
        scored(tmp_path)
    put(tmp_path, {(1, 2, 3): CAR}, {(1, 2, 3): OUTLIER}, {(1, 2, 3): 1})
    assert np.isnan(scored(tmp_path).overall["completion IoU"])


def test_damaged_files_are_refused(tmp_path: Path):
    put(tmp_path, {}, {}, {})
    prediction = tmp_path / "pred" / "sequences" / "08" / "predictions" / "000000.label"
    np.zeros(100, np.uint16).tofile(prediction)
    with pytest.raises(InputError, match=r"000000\.label has 100 voxels; 256 x 256 x 32 are needed"):
        scored(tmp_path)
    prediction.write_bytes(b"abc")
    with pytest.raises(InputError, match="3 bytes"):
        scored(tmp_path)
    (tmp_path / "truth" / "sequences" / "08" / "voxels" / "000000.invalid").unlink()
    with pytest.raises(InputError, match=r"000000\.invalid is not there"):
        scored(tmp_path)


def test_the_picture_shows_the_filled_voxels(tmp_path: Path):
    put(tmp_path, {(0, 0, 0): CAR, (200, 100, 3): ROAD}, {(0, 0, 0): CAR, (50, 200, 3): CAR}, {})
    assert PROTOCOL.picture is not None
    drawn = PROTOCOL.picture(PROTOCOL.find(tmp_path / "pred", tmp_path / "truth")[0], Choices())
    assert drawn is not None
    assert ((drawn == (214, 39, 40)).all(axis=2)).sum() == 2 * 4
