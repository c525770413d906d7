"""A finished run, live in the browser."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any

import tyro

from geo3d.data_tools.viewer.controls import show
from geo3d.data_tools.viewer.server import open_server
from geo3d.errors import InputError
from geo3d.progress import say
from geo3d.scene.artifact import load

SCAN, SURFACES = "1_scan", ("3_mesh", "5_semantic")


def view(out: Annotated[Path, tyro.conf.Positional], *, host: str = "127.0.0.1", port: int = 8080) -> None:
    """Show a labelled scan in the browser until Ctrl-C: mesh, points, classes, objects, cameras.

    Args:
        out: Output folder of `geo3d scan-to-mesh`.
        host: Address to listen on. Only this machine can see the scan, unless told otherwise: with 0.0.0.0, everyone
            who reaches this machine can.
        port: Port to listen on; 0 is any that is free.
    """
    missing = [name for name in SURFACES if not (out / name).is_dir()]
    if missing:
        raise InputError(f"{out} is no finished run: it has no {', '.join(missing)}; run geo3d scan-to-mesh first")
    with suppress(KeyboardInterrupt), open_server(host, port) as server:
        scan: Any = load((out / SCAN).resolve()) if (out / SCAN).is_dir() else None  # clouds and meshes have none
        mesh, semantic = (load((out / name).resolve()) for name in SURFACES)
        show(server, scan, mesh, semantic)
        _tell(server.get_host(), server.get_port(), out)
        server.sleep_forever()


def _tell(host: str, port: int, out: Path) -> None:
    address = ip_address(host)
    shown = "localhost" if address.is_unspecified else f"[{host}]" if address.version == 6 else host
    say(f"http://{shown}:{port} shows {out}; Ctrl-C ends it")
    if not address.is_loopback:
        say("everyone who reaches this machine can see it")
