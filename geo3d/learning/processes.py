"""Several processes that learn together, one for each device: how they start, and what they agree on."""

from __future__ import annotations

import logging
import os
import socket
import sys
import warnings
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from geo3d.errors import InputError
from geo3d.progress import install_display, is_displayed
from geo3d.scene.device import Device, chosen_device

if TYPE_CHECKING:
    from lightning_fabric import Fabric
    from torch import Tensor


def make_fabric(device: Device, processes: int, precision: str) -> Fabric:
    """The device of this process, its precision, and its tie to the others; silent."""
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from lightning_fabric import Fabric
            from lightning_fabric.plugins.environments.lightning import LightningEnvironment
        except ImportError as error:
            raise InputError("learning needs lightning-fabric; pip install 'geo3d[train]'") from error
        for name in ("lightning_fabric", "lightning.fabric"):
            logging.getLogger(name).setLevel(logging.ERROR)
        cards = torch.cuda.device_count()
        on_cards = chosen_device(device) == "cuda"
        if on_cards and processes > cards:
            raise InputError(f"{processes} processes need a graphics card each, and there are {cards}")
        fabric = Fabric(
            accelerator="cuda" if on_cards else "cpu",
            strategy="ddp" if processes > 1 else "auto",
            devices=processes,
            precision=precision,  # pyright: ignore[reportArgumentType] - checked where it was given
            plugins=[LightningEnvironment()],
        )
        fabric.launch()
    return fabric


def in_processes(count: int, function: Callable[..., None], *arguments: Any) -> None:
    """Call a function in so many new processes at once (in this one, if it is one); raises the InputError of any."""
    if count == 1:
        return function(*arguments)
    from torch.multiprocessing import get_context
    from torch.multiprocessing.spawn import ProcessException, start_processes

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    complaints = get_context("spawn").SimpleQueue()
    shared = (count, port, complaints, is_displayed(), function, arguments)
    logging.getLogger("torch.multiprocessing.spawn").setLevel(logging.ERROR)  # it tells of each process that it ends
    try:
        start_processes(_call, args=shared, nprocs=count, start_method="spawn")
    except ProcessException:
        if complaints.empty():
            raise
    if not complaints.empty():
        raise InputError(complaints.get())
    return None


def _call(
    rank: int, count: int, port: int, complaints: Any, display: bool, function: Callable, arguments: tuple
) -> None:
    import torch

    os.environ.update(LOCAL_RANK=str(rank), NODE_RANK="0", MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    torch.set_num_threads(max(1, torch.get_num_threads() // count))
    if display and rank == 0:
        install_display()
    try:
        function(*arguments)
    except InputError as error:
        complaints.put(str(error))
        sys.exit(2)  # so that those that wait for this one are ended
    finally:
        if torch.distributed.is_initialized():
            torch.distributed.destroy_process_group()


def of_all(value: Tensor, fabric: Fabric) -> list[float]:
    """A number of each process."""
    import torch

    values = torch.zeros(fabric.world_size, device=fabric.device)
    values[fabric.global_rank] = value
    return _reduced(values, fabric, "sum").tolist()


def average_gradients_(parameters: Iterable[Tensor], fabric: Fabric) -> None:
    """Average gradients over processes, in place; one that only some have counts as 0 in the others."""
    import torch

    if fabric.world_size == 1:
        return
    parameters = list(parameters)
    there = torch.tensor([float(value.grad is not None) for value in parameters], device=fabric.device)
    parts = [torch.zeros_like(value) if value.grad is None else value.grad for value in parameters]
    mean = _reduced(torch.cat([there, *(part.flatten() for part in parts)]), fabric, "mean")
    there, *parts = mean.split([len(parameters), *(value.numel() for value in parameters)])
    for value, part, share in zip(parameters, parts, there.tolist(), strict=True):
        value.grad = part.view_as(value).clone() if share else None


def average_buffers_(buffers: Iterable[Tensor], fabric: Fabric) -> None:
    """Average what norms have seen over processes, in place, so that all keep one model."""
    if fabric.world_size > 1:
        for buffer in buffers:
            if buffer.is_floating_point():
                buffer.copy_(_reduced(buffer, fabric, "mean"))


def _reduced(value: Tensor, fabric: Fabric, how: str) -> Tensor:
    """Over all processes; the value itself may be overwritten."""
    return fabric.strategy.all_reduce(value, reduce_op=how)  # pyright: ignore[reportReturnType] - a tensor, as given
