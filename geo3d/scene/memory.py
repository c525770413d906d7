"""How much memory this process has used, and how much it may still use."""

import resource
from pathlib import Path

import psutil


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


def available_memory() -> int:
    """Bytes that can be used without the machine swapping."""
    return psutil.virtual_memory().available
