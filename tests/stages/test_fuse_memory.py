"""The memory that fusing takes follows the surface, not the number of frames."""

import subprocess
import sys
from pathlib import Path

from tests import scenes

MEASURE = """
import sys
from pathlib import Path
from geo3d.scene.memory import peak_memory, reset_peak_memory
from geo3d.stages.fuse import FuseConfig, fuse
from tests.stages.test_accuracy import read
scan = read(Path(sys.argv[1]))
fuse(read(Path(sys.argv[2])), FuseConfig())  # imports, kernels
reset_peak_memory()
before = peak_memory()
blocks = len(fuse(scan, FuseConfig()).blocks)
print(before, peak_memory(), blocks)
"""


def peak(folder: Path, warm: Path) -> tuple[int, int]:
    """Bytes before and at the peak of fusing."""
    command = [sys.executable, "-c", MEASURE, str(folder), str(warm)]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    before, most, blocks = map(int, done.stdout.split())
    assert blocks > 2000
    return before, most


def test_ten_times_the_frames_take_the_same_memory(tmp_path):
    room, cameras = scenes.in_a_room(scenes.sphere(0.3), 1.4), scenes.all_around(0.9, 100)
    small = {"size": (60, 80), "focal": 38.0}
    warm = scenes.write_scan(tmp_path / "warm", scenes.sphere(0.3), cameras[:3], **small)
    once = scenes.write_scan(tmp_path / "once", room, cameras, noise=0.002, **small)
    many = scenes.write_scan(tmp_path / "many", room, cameras, noise=0.002, rounds=10, **small)
    before, few = peak(once, warm)
    _, most = peak(many, warm)
    assert few > before + 30e6  # or there is nothing to compare
    assert most < 1.05 * few
