"""The live viewer's server: who can reach it, and what it says on the terminal."""

from __future__ import annotations

import errno
import io
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING

from geo3d.errors import InputError

if TYPE_CHECKING:
    from viser import ViserServer


@contextmanager
def open_server(host: str, port: int) -> Iterator[ViserServer]:
    """A viser server with an empty scene, stopped at the end; it listens on the one address that `host` stands for.

    Port 0 is any that is free. Raises InputError where viser is not installed or the port cannot be had.
    """
    try:
        import viser
    except ImportError as error:
        raise InputError("the viewer needs viser, which is not installed; pip install 'geo3d[viewer]'") from error

    address, free = _free_port(host, port)
    logging.getLogger("websockets.server").setLevel(logging.CRITICAL)  # browsers drop connections made ahead of need
    with redirect_stdout(io.StringIO()):  # viser's own table of addresses
        server = viser.ViserServer(host=address, port=free, label="geo3d", verbose=False)
    server.request_share_url = lambda verbose=True: None  # any page connected could ask viser to publish the scan
    server.gui.configure_theme(show_logo=False, show_share_button=False)
    try:
        if server.get_port() != free:  # taken in between, and viser went on to the next
            raise InputError(_in_use(host, free))
        yield server
    finally:
        with redirect_stdout(io.StringIO()):
            server.stop()


def _free_port(host: str, port: int) -> tuple[str, int]:
    """Numeric address and port that can be listened on.

    Asked here because viser takes the next port where this one is in use, and waits for ever where none can be had.
    """
    if not 0 <= port < 1 << 16:
        raise InputError(f"--port {port} is no port; allowed are 1024 to 65535, and 0 for any that is free")
    try:
        family, _, _, _, address = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0]
        with socket.create_server((address[0], port), family=family) as probe:
            return probe.getsockname()[0], probe.getsockname()[1]
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise InputError(_in_use(host, port)) from error
        reason = error.strerror or error
        raise InputError(
            f"--host {host} --port {port} cannot be listened on ({reason}); "
            "give an address of this machine and a port of 1024 to 65535"
        ) from error


def _in_use(host: str, port: int) -> str:
    return f"port {port} of {host} is in use; give another with --port, or 0 for any that is free"
