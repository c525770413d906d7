"""Truth, evaluation volumes and predictions of SSCNet's benchmark."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.data_tools.benchmarks.choices import Choices
from geo3d.data_tools.benchmarks.label_files import read_bytes
from geo3d.data_tools.benchmarks.pairing import named, refuse_extra
from geo3d.data_tools.benchmarks.protocol import Scene
from geo3d.data_tools.benchmarks.volumes.distance_files import numbers_of, read_array, read_arrays, refuse_nan
from geo3d.data_tools.benchmarks.volumes.eleven_classes import CLASSES, OF_SUNCG
from geo3d.data_tools.benchmarks.volumes.label_volumes import is_hdf5, read_hdf5
from geo3d.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TRUTHS = ("NYUCADtest/*_gt_d4.mat", "*_gt_d4.mat", "*.npz")
PREDICTIONS = ("*.mat", "*.npy", "*.npz")
VOLUMES = {"nyu": "NYUtest", "nyucad": "NYUCADtest"}
"""Folder that each benchmark takes its evaluation volumes from."""
EMPTY, UNANNOTATED = 0, 255


def find(predictions: Path, truths: Path) -> list[Scene]:
    """A scene for each image, with all evaluation volumes that there are for it."""
    wanted, given = named(truths, TRUTHS, "truth"), named(predictions, PREDICTIONS, "predictions")
    refuse_extra(predictions, {name: given[name] for name in given.keys() - wanted.keys()})
    return [
        Scene(name, (given[name],) if name in given else (), (wanted[name], *_volumes_of(wanted[name])))
        for name in sorted(wanted)
    ]


def read_truth(scene: Scene, choices: Choices) -> tuple[NDArray[np.int64], NDArray]:
    """Labels from 0 to 11, and the evaluation volume of the chosen benchmark; raises InputError naming the file."""
    file = scene.truth[0]
    if file.suffix == ".npz":
        arrays = read_arrays(file, ("labels", "volume"), ())
        labels = _labels(numbers_of(arrays["labels"], f"labels of {file}", (3,)), file, len(CLASSES))
        volume = numbers_of(arrays["volume"], f"volume of {file}", (3,))
    else:
        labels = _of_suncg(_labels(_read_mat(file, ("sceneVox_ds",), (3,)), file, len(OF_SUNCG)))
        volume = _read_mat(_volume_of(scene, choices), ("flipVol_ds",), (3,))
    if labels.shape != volume.shape:
        raise InputError(
            f"{file} has {labels.shape} voxels, and its evaluation volume {volume.shape}; one each is needed"
        )
    return labels, volume.astype(float)


def read_prediction(file: Path, shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Labels from 0 to 11, or the likeliest, the first of equal ones, of 12 confidences along the last axis."""
    import numpy as np

    if file.suffix == ".mat":
        read = _read_mat(file, (), (3, 4))
    elif file.suffix == ".npz":
        read = numbers_of(_only(read_arrays(file, (), ("labels", "result")), file), file, (3, 4))
    else:
        read = read_array(file, (3, 4))
    refuse_nan(read, file)
    if read.shape not in (shape, (*shape, len(CLASSES) + 1)):
        raise InputError(
            f"{file} has the shape {read.shape}; labels {shape}, or 12 confidences {(*shape, len(CLASSES) + 1)}, are "
            "needed"
        )
    if read.ndim == 4:
        return read.argmax(axis=3)
    whole = _whole(read, file)
    if (wrong := whole[(whole < 0) | (whole > len(CLASSES))]).size:
        raise InputError(f"{file} has the label {wrong[0]}; 0 to {len(CLASSES)} are allowed")
    return np.asarray(whole)


def _volumes_of(truth: Path) -> tuple[Path, ...]:
    """Of the truth of an image all files with an evaluation volume."""
    if truth.suffix == ".npz":
        return ()
    name = truth.name.replace("_gt_d4", "_vol_d4")
    places = [truth.with_name(name)]
    if truth.parent.name == VOLUMES["nyucad"]:
        places.append(truth.parents[1] / VOLUMES["nyu"] / name)
    return tuple(place for place in places if place.is_file())


def _volume_of(scene: Scene, choices: Choices) -> Path:
    truth = scene.truth[0]
    folder = truth.parent
    if folder.name == VOLUMES["nyucad"]:
        folder = truth.parents[1] / VOLUMES[choices.sscnet.benchmark]
    wanted = folder / truth.name.replace("_gt_d4", "_vol_d4")
    if wanted not in scene.truth:
        raise InputError(f"{wanted} is not there, whose voxels {choices.sscnet.benchmark} scores of {truth}; add it")
    return wanted


def _labels(read: NDArray, file: Path, most: int) -> NDArray[np.int64]:
    """Labels up to `most`; empty where the file has 255 or NaN."""
    import numpy as np

    known = np.where(np.isnan(read) | (read == UNANNOTATED), EMPTY, read)
    labels = _whole(known, file)
    if (wrong := labels[(labels < 0) | (labels > most)]).size:
        raise InputError(f"{file} has the label {wrong[0]}; 0 to {most}, and 255, are allowed")
    return labels


def _of_suncg(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    import numpy as np

    return np.array([EMPTY, *(CLASSES.index(name) + 1 for name in OF_SUNCG)])[labels]


def _whole(read: NDArray, file: Path) -> NDArray[np.int64]:
    """Whole numbers, which Matlab stores as floats, too."""
    import numpy as np

    if not np.issubdtype(read.dtype, np.integer) and (read != np.round(read)).any():
        raise InputError(f"{file} holds labels that are no whole numbers")
    return read.astype(np.int64)


def _read_mat(file: Path, names: tuple[str, ...], dimensions: tuple[int, ...]) -> NDArray:
    """An array of a Matlab file, of version 7.3, too; without a name the only one of those dimensions."""
    import io

    import scipy.io

    if is_hdf5(file):  # whose axes come in reverse
        read = {name: values.T for name, values in read_hdf5(file, names).items()}
    else:
        try:
            read = scipy.io.loadmat(io.BytesIO(read_bytes(file)), variable_names=names or None)
        except Exception as error:  # its reader has errors of its own
            raise InputError(f"{file} cannot be read as a Matlab file ({type(error).__name__}: {error})") from error
        read = {name: values for name, values in read.items() if not name.startswith("__")}
    if missing := [name for name in names if name not in read]:
        raise InputError(f"{file} has no {missing[0]} (it has {', '.join(sorted(read)) or 'nothing'}), which is needed")
    return numbers_of(_only(read, file), file, dimensions)


def _only(arrays: dict[str, NDArray], file: Path) -> NDArray:
    if len(arrays) != 1:
        there = ", ".join(sorted(arrays)) or "nothing"
        raise InputError(f"{file} has {there}; one array of labels or confidences is needed")
    return next(iter(arrays.values()))
