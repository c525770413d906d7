"""Which device computes, and how much memory it has free; torch is imported only where a device was asked for."""

from typing import Literal

from geo3d.errors import InputError
from geo3d.scene.memory import available_memory

Device = Literal["auto", "cpu", "cuda"]
SHARE = 0.8
"""Of a graphics card's free memory, what is counted with: images and what is made of them need some, too."""


def chosen_device(wanted: Device) -> Literal["cpu", "cuda"]:
    """Auto as the graphics card where there is one, else the CPU; raises InputError for a card that is not there."""
    if wanted == "cpu":
        return "cpu"
    import torch

    if torch.cuda.device_count():
        return "cuda"
    if wanted == "cuda":
        raise InputError("device cuda needs a graphics card that torch can use, and there is none; cpu is allowed")
    return "cpu"


def free_memory(device: Literal["cpu", "cuda"]) -> int:
    """Bytes that this process can still use there."""
    if device == "cpu":
        return available_memory()
    import torch

    return int(SHARE * torch.cuda.mem_get_info()[0])
