"""How much memory this process has used, and how much it may still use."""

import re
import resource
from pathlib import Path

import psutil

from geo3d.errors import InputError

_bound: int | None = None
UNITS = {"": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}


def reset_peak_memory() -> None:
    """Let :func:`peak_memory` start anew, where the system can."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def peak_memory() -> int:
    """Largest resident memory of this process, in bytes, since the last reset."""
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def bound_memory(size: int) -> None:
    """Let :func:`available_memory` count with so many bytes for this process in all."""
    global _bound
    _bound = size


def available_memory() -> int:
    """Bytes that this process can still use without the machine swapping, and within its bound."""
    free = psutil.virtual_memory().available
    return free if _bound is None else max(min(free, _bound - resident_memory()), 0)


def resident_memory(process: int | None = None) -> int:
    """Bytes of memory that a process (this one) holds now; 0 if it has ended."""
    try:
        return psutil.Process(process).memory_info().rss
    except psutil.Error:
        return 0


def parse_size(text: str, option: str) -> int:
    """Bytes of a size such as 512MiB; `option` is named in the error."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]iB)?", text)
    if match is None:
        raise InputError(f"{option} {text} is no size; write one such as 512MiB or 2GiB")
    return int(float(match[1]) * UNITS[match[2] or ""])
