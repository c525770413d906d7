"""Whole batches to where they are computed with."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

import torch
from torch import Tensor

from geo3d.ops.sparse import Places, SparseTensor


def on_device(value: Any, device: torch.device) -> Any:
    """Tensors on the device, within dataclasses, tuples, lists and dictionaries; what is there already is not copied.

    What a sparse tensor's places are known by does not go along: it is found again there.
    """
    if isinstance(value, Tensor):
        return value.to(device)
    if isinstance(value, SparseTensor) and value.features.device != device:
        there = value.coordinates.to(device), value.features.to(device)
        return SparseTensor(*there, value.stride, Places())
    if is_dataclass(value) and not isinstance(value, type):
        parts = {one.name: getattr(value, one.name) for one in fields(value) if one.init}
        return replace(value, **{name: on_device(part, device) for name, part in parts.items()})
    if isinstance(value, tuple | list):
        return type(value)(on_device(part, device) for part in value)
    if isinstance(value, dict):
        return {name: on_device(part, device) for name, part in value.items()}
    return value
