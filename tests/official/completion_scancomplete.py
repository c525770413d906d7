"""ScanComplete's losses.py on what complete_scan.py reads, and the accuracy of train.py, under TensorFlow's 1.x API.

Needs a TensorFlow 2, whose interpreter the environment variable TENSORFLOW_PYTHON names.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from geo3d.data_tools.benchmarks.protocol import Scores
from tests.official.record import Checkout

PROTOCOL = "completion-scancomplete"
REPOSITORY, COMMIT = "angeladai/ScanComplete", "7ab7b48e5688b3b71c99bdb64b3424e06b064312"
FIXTURES = (
    *("random", "exact thresholds", "odd sides", "tall scene", "nothing observed", "everything observed"),
    *("no target surface", "no predicted surface", "unclipped prediction", "negative distances"),
    *("floors above half the height", "unannotated", "no labels at all", "perfect"),
)
PADDING = 6
RUN = """
import json, sys, types
import numpy as np
import tensorflow.compat.v1 as tf
tf.disable_v2_behavior()
slim = types.ModuleType("tensorflow.contrib.slim")
contrib = types.ModuleType("tensorflow.contrib")
contrib.slim = slim
sys.modules.update({"tensorflow": tf, "tensorflow.contrib": contrib, "tensorflow.contrib.slim": slim})
tf.contrib = contrib
for name in ("model", "scipy", "scipy.io"):  # the network, and what writes meshes for Matlab
    sys.modules[name] = types.ModuleType(name)
import complete_scan, losses
tf.flags.FLAGS(["record"])
pads = complete_scan.FLAGS.height_input, complete_scan.FLAGS.pad_test, complete_scan.FLAGS.num_quant_levels
scan, target, labels, _, _ = complete_scan.read_inputs(sys.argv[1], *pads, 1, False)
for record in tf.python_io.tf_record_iterator(sys.argv[2]):
    example = tf.train.Example.FromString(record)
predicted = complete_scan.read_input_float_feature(example.features, "prediction_df", None)
given = complete_scan.read_input_bytes_feature(example.features, "prediction_sem", predicted.shape)
scan, target, predicted = (tf.constant(values, tf.float32) for values in (scan, target, predicted))
made = {
    "entire volume": losses.get_recon_loss(predicted, target),
    "unobserved": losses.get_recon_loss_for_unknown(predicted, target, scan),
    "observed": losses.get_recon_loss_for_known(predicted, target, scan),
    "near target surface": losses.get_recon_loss_for_occupied_space(predicted, target, 1.5),
    "near predicted surface": losses.get_recon_loss_for_occupied_space(target, predicted, 1.5),
}
summaries = {}
scope = {"tf": types.SimpleNamespace(**{name: getattr(tf, name) for name in dir(tf) if name[0] != "_"})}
scope["tf"].summary = types.SimpleNamespace(scalar=summaries.__setitem__)
one_hot = tf.one_hot(given[None].astype(np.int32), 13)
scope["logits_sem"] = [one_hot[:, i // 4 :: 2, i // 2 % 2 :: 2, i % 2 :: 2] for i in range(8)]
scope["target_sem_blocks"] = tf.constant(labels[None].astype(np.int32))
exec(open("accuracy.py").read(), scope)
made["semantic accuracy"] = summaries["Sem_Accuracy"]
as_written = tf.ConfigProto()  # no division turned into a multiplication, as TensorFlow 2 has it for constants
as_written.graph_options.rewrite_options.disable_meta_optimizer = True
with tf.Session(config=as_written) as session:
    print(json.dumps({name: float(value) for name, value in session.run(made).items()}))
"""
"""Everything that counts is the repository's; the summary that train.py writes is caught where it is made."""


def write(fixture: str, predictions: Path, truths: Path) -> None:
    """One scene as TFRecords; distances are multiples of 1/64, whose sums float32 holds in any order."""
    random = np.random.default_rng(FIXTURES.index(fixture))
    sides = {"odd sides": (13, 21, 11), "tall scene": (8, 80, 10)}.get(fixture, (12, 22, 14))  # z, y, x
    cropped = (sides[0] // 2 * 2, min(64, sides[1] - PADDING) // 2 * 2, sides[2] // 2 * 2)
    target, scan = random.integers(0, 250, sides) / 64, random.integers(-250, 250, sides) / 64
    predicted = random.integers(0, 192, cropped) / 64
    labels, given = random.integers(0, 13, sides), random.integers(0, 13, cropped)
    inside = tuple(slice(start, start + side) for start, side in zip((0, PADDING, 0), cropped, strict=True))
    if fixture == "exact thresholds":
        target, predicted, scan = (np.round(2 * values) / 2 for values in (target, predicted, scan))
    elif fixture == "nothing observed":
        scan = -np.abs(scan) - 2
    elif fixture == "everything observed":
        scan = np.abs(scan)
    elif fixture == "no target surface":
        target = target + 2
    elif fixture == "no predicted surface":
        predicted = predicted + 2
    elif fixture == "unclipped prediction":
        predicted = predicted * 4
    elif fixture == "negative distances":
        target, predicted = target - 2, predicted - 2
    elif fixture == "floors above half the height":
        labels, given = np.full(sides, 4), np.full(cropped, 4)
    elif fixture == "unannotated":
        labels[random.random(sides) < 0.5], given[random.random(cropped) < 0.5] = 12, 12
    elif fixture == "no labels at all":
        labels[:] = 0
    elif fixture == "perfect":
        predicted, given = target[inside].clip(0, 3), np.where(labels[inside] == 4, 0, labels[inside])
    write_record(truths / "scene__0__.tfrecords", {"input_sdf": scan, "target_df": target, "target_sem": labels})
    write_record(predictions / "level1_scene__0__pred.tfrecord", {"prediction_df": predicted, "prediction_sem": given})


def official(checkout: Checkout, place: Path) -> dict:
    """The five errors and the accuracy."""
    code = place / "code"
    checkout.extract([f"src/{name}.py" for name in ("losses", "complete_scan", "constants", "util")], code)
    reader = (code / "complete_scan.py").read_text().replace("np.fromstring", "np.frombuffer")  # gone from NumPy
    (code / "complete_scan.py").write_text(reader.replace("  tf.app.run(main)", "  pass"))
    train = checkout.text("src/train.py")
    start, end = (
        train.index("      target_sem_groups = ["),
        train.index("      tf.summary.scalar('Sem_Accuracy_Group_1'"),
    )
    lines = (line.removeprefix("      ") for line in train[start:end].splitlines(keepends=True))
    (code / "accuracy.py").write_text("".join(lines))
    (code / "record.py").write_text(RUN)
    files = [str(next((place / folder).iterdir())) for folder in ("truth", "pred")]
    interpreter = os.environ.get("TENSORFLOW_PYTHON", sys.executable)
    ran = subprocess.run([interpreter, "record.py", *files], cwd=code, capture_output=True, text=True)
    if "No module named 'tensorflow'" in ran.stderr:
        raise SystemExit("TensorFlow is needed: let TENSORFLOW_PYTHON name an interpreter that has it")
    if ran.returncode:
        raise RuntimeError(ran.stderr.strip().splitlines()[-1])
    return json.loads(ran.stdout.splitlines()[-1])


def ours(scores: Scores) -> dict:
    """The same figures; what is scored near the target's surface has no official ones."""
    regions = {name.removeprefix("l1 ").removesuffix(" (voxels)"): value for name, value in scores.overall.items()}
    return {name: value for name, value in regions.items() if not name.startswith("mean ")}


def write_record(file: Path, grids: dict[str, np.ndarray]) -> None:
    """A TFRecord of one example: distances as floats, with their sides, and labels as bytes."""
    features = b""
    for name, values in grids.items():
        if values.dtype.kind == "f":
            features += _feature(f"{name}/dim", 3, _field(1, b"".join(_varint(side) for side in values.shape)))
            features += _feature(name, 2, _field(1, values.astype("<f4").tobytes()))
        else:
            features += _feature(name, 1, _field(1, values.astype(np.uint8).tobytes()))
    example = _field(1, features)
    length = len(example).to_bytes(8, "little")
    file.write_bytes(length + _checksum(length) + example + _checksum(example))


def _feature(name: str, kind: int, values: bytes) -> bytes:
    return _field(1, _field(1, name.encode()) + _field(2, _field(kind, values)))


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + _varint(number >> 7)


def _checksum(content: bytes) -> bytes:
    """TensorFlow's masked CRC-32C."""
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ 0x82F63B78 * (byte & 1)
        table.append(byte)
    register = 0xFFFFFFFF
    for byte in content:
        register = table[(register ^ byte) & 255] ^ register >> 8
    register ^= 0xFFFFFFFF
    return (((register >> 15 | register << 17) + 0xA282EAD8) & 0xFFFFFFFF).to_bytes(4, "little")
