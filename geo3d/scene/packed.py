"""Bytes that are packed: members of zip files, and LZFSE data."""

import ctypes
import struct
import zlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from geo3d.errors import InputError

HEADER = struct.Struct("<4s5H3I2H")
"""A zip member's local header (PKWARE's APPNOTE 4.3.7), which its name and extra field follow."""


def zip_content(path: Path, start: int, length: int | None, most: int) -> bytes:
    """A member of a zip file, stored or deflated, unpacked to at most `most` bytes; raises InputError where it is more.

    Its local header begins at byte `start`; `length` counts the packed bytes alone.
    """
    try:
        with open(path, "rb") as file:
            file.seek(start)
            mark, _, flags, method, *_, name, extra = HEADER.unpack(file.read(HEADER.size))
            if mark != b"PK\3\4" or flags & 1 or method not in (0, 8):
                raise ValueError("it is no zip file's, encrypted, or neither stored nor deflated")
            file.seek(name + extra, 1)
            packed = file.read(min(-1 if length is None else length, most + (most >> 8) + 1024))
        if length is not None and len(packed) < length:
            raise ValueError(f"it has more than {most} bytes, or the file ends in it")
        content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, most + 1) if method else packed
    except (OSError, ValueError, struct.error, zlib.error) as error:
        raise InputError(f"{path} has a member at byte {start} that cannot be unpacked: {error}") from error
    if len(content) > most:
        raise InputError(f"{path} has a member at byte {start} of more than the {most} bytes that an image can take")
    return content


def lzfse_content(path: Path, packed: bytes, most: int) -> bytes:
    """LZFSE data, unpacked to at most `most` bytes; raises InputError where they are more, or cannot be unpacked.

    Calls LZFSE's own C function in the library that the package lzfse brings: the package's `decompress` believes the
    data about their size, and has no bound.
    """
    room = ctypes.create_string_buffer(most + 1)
    size = _lzfse_decoder(path)(room, most + 1, packed, len(packed), None)
    if not 0 < size <= most:
        raise InputError(f"{path} has LZFSE data that are damaged, or more than the {most} bytes of an image")
    return ctypes.string_at(room, size)


@cache
def _lzfse_decoder(path: Path) -> "ctypes._NamedFuncPointer":
    spec = find_spec("lzfse")
    if spec is None or spec.origin is None:
        raise InputError(f"{path} holds LZFSE data; `pip install lzfse` installs what unpacks them")
    decode = ctypes.CDLL(spec.origin).lzfse_decode_buffer
    decode.restype = ctypes.c_size_t
    decode.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_void_p]
    return decode
