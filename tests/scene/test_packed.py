"""What is packed in zip files and by LZFSE is unpacked as far as an image can be large, and no farther."""

import sys
import tracemalloc
import zipfile
from pathlib import Path

import lzfse
import numpy as np
import pytest

from geo3d.errors import InputError
from geo3d.scene import packed
from geo3d.scene.packed import lzfse_content, zip_content


def zipped(path: Path, content: bytes, how: int) -> tuple[Path, int, int]:
    with zipfile.ZipFile(path, "w", how) as file:
        file.writestr("another", b"x" * 99)
        file.writestr("rgbd/ü.depth", content)
        place = file.getinfo("rgbd/ü.depth")
    return path, place.header_offset, place.compress_size


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("size", [0, 1, 70_000])
def test_members_are_unpacked(tmp_path: Path, how: int, size: int):
    content = np.random.default_rng(0).integers(0, 4, size).astype(np.uint8).tobytes()
    assert zip_content(*zipped(tmp_path / "a b.r3d", content, how), 70_000) == content


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_member_larger_than_an_image_is_not_unpacked(tmp_path: Path, how: int):
    with pytest.raises(
        InputError, match=r"a\.r3d has a member at byte \d+ (of|that cannot be unpacked: it has) more than"
    ):
        zip_content(*zipped(tmp_path / "a.r3d", bytes(3_000_000), how), 1000)


@pytest.mark.parametrize("how", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_member_that_claims_little_and_holds_much_takes_no_memory(tmp_path: Path, how: int):
    place = zipped(tmp_path / "a.r3d", bytes(1_000_000), how)
    tracemalloc.start()
    with pytest.raises(InputError):
        zip_content(*place, 1000)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 300_000


def test_a_member_that_is_none_is_named(tmp_path: Path):
    path, start, length = zipped(tmp_path / "a.r3d", b"12345" * 1000, zipfile.ZIP_DEFLATED)
    whole = path.read_bytes()
    for content, at in ((whole, start + 1), (whole[: start + 60], start), (b"", 0), (whole, len(whole) + 9)):
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"a\.r3d has a member at byte \d+ that cannot be unpacked: "):
            zip_content(path, at, length, 9000)
    for place, value in ((start + 6, 1), (start + 8, 12)):  # encrypted; packed in another way
        path.write_bytes(whole[:place] + bytes([value]) + whole[place + 1 :])
        with pytest.raises(InputError, match=r"encrypted, or neither stored nor deflated"):
            zip_content(path, start, length, 9000)
    path.unlink()
    with pytest.raises(InputError, match=r"a\.r3d has a member"):
        zip_content(path, start, length, 9000)


@pytest.mark.parametrize("count", [1, 5, 100, 49152])
def test_lzfse_data_are_unpacked(count: int):
    content = np.linspace(0.5, 4, count).astype("<f4").tobytes()
    assert lzfse_content(Path("a"), lzfse.compress(content), len(content)) == content


def test_lzfse_data_that_are_damaged_or_too_large_are_named():
    good = lzfse.compress(np.linspace(0.5, 4, 5000).astype("<f4").tobytes())
    for bad in (b"", b"bvx", b"once upon a time there was", good[:-200], b"bvx2" + b"\xff" * 200):
        with pytest.raises(InputError, match=r"^a has LZFSE data that are damaged"):
            lzfse_content(Path("a"), bad, 20_000)
    with pytest.raises(InputError, match="more than the 100000 bytes of an image"):
        lzfse_content(Path("a"), lzfse.compress(bytes(2_000_000)), 100_000)


def test_a_missing_package_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "lzfse", None)
    monkeypatch.setattr(packed, "find_spec", lambda name: None)
    packed._lzfse_decoder.cache_clear()
    with pytest.raises(InputError, match=r"^a holds LZFSE data; `pip install lzfse` installs what unpacks them$"):
        lzfse_content(Path("a"), b"bvx$", 10)
