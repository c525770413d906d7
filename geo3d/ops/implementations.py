"""Which of an op's implementations runs on a device: numba's on CPUs, Triton's on GPUs, torch's anywhere."""

from functools import cache
from importlib import import_module
from typing import Literal

import torch


def implementation(device: torch.device) -> Literal["numba", "triton", "torch"]:
    """Triton's for CUDA devices if it can be imported, as it can beside torch for CUDA, which brings it."""
    if device.type == "cpu":
        return "numba"
    return "triton" if device.type == "cuda" and _importable("triton") else "torch"


@cache
def _importable(module: str) -> bool:
    try:
        import_module(module)
    except ImportError:
        return False
    return True
