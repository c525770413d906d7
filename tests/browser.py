"""A headless chromium, for tests of what people see; they are skipped where there is none."""

import base64
import io
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image


def chromium(folder: Path, *options: str) -> list[str]:
    """The command of a browser that draws without a graphics card and keeps its own files in a folder."""
    browser = shutil.which("chromium") or pytest.skip("chromium is not installed")
    drawing = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
    return [browser, "--headless=new", "--no-sandbox", *drawing, f"--user-data-dir={folder / 'profile'}", *options]


class Page:
    """An open page, through chromium's DevTools protocol; `errors` collects what goes wrong in it."""

    def __init__(self, connection: Any) -> None:
        self.connection, self.asked = connection, 0
        self.errors: list[str] = []

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self.asked += 1
        self.connection.send(json.dumps({"id": self.asked, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.connection.recv(timeout=60))
            if message.get("id") == self.asked:
                assert "result" in message, message
                return message["result"]
            self._note(message)

    def evaluate(self, script: str) -> Any:
        return self.ask("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")

    def click(self, kind: str, text: str) -> None:
        """Click the first element of a kind (an HTML tag) whose text begins so."""
        found = f"[...document.querySelectorAll('{kind}')].find(e => e.textContent.startsWith('{text}'))"
        assert self.evaluate(f"{found}?.click() ?? Boolean({found})"), f"there is no {kind} with {text}"

    def picture(self) -> np.ndarray:
        """What it looks like now: RGB [row, column, 3]."""
        encoded = self.ask("Page.captureScreenshot")["data"]
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB")).astype(int)

    def _note(self, message: dict[str, Any]) -> None:
        parameters = message.get("params", {})
        if (
            message["method"] == "Runtime.exceptionThrown"
            or (message["method"] == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "assert"))
            or (message["method"] == "Log.entryAdded" and parameters["entry"]["level"] == "error")
        ):
            self.errors.append(json.dumps(parameters))


@contextmanager
def open_page(address: str, folder: Path, size: tuple[int, int]) -> Iterator[Page]:
    """Open an address in a window of so many pixels, and close it at the end."""
    from websockets.sync.client import connect

    window = f"--window-size={size[0]},{size[1]}"
    command = [*chromium(folder, window, "--remote-debugging-port=0"), "about:blank"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            with connect(_debugger(folder / "profile"), max_size=None) as connection:
                page = Page(connection)
                for part in ("Page", "Runtime", "Log"):
                    page.ask(f"{part}.enable")
                page.ask("Page.navigate", url=address)
                until(lambda: page.evaluate("document.URL + document.readyState") == f"{address}/complete")
                yield page
        finally:
            process.terminate()


def _debugger(profile: Path) -> str:
    """Where the open tab's DevTools listen."""
    file = profile / "DevToolsActivePort"
    until(lambda: file.exists() and file.read_text().count("\n") > 0)
    with urllib.request.urlopen(f"http://127.0.0.1:{file.read_text().split()[0]}/json") as answer:
        return next(tab["webSocketDebuggerUrl"] for tab in json.load(answer) if tab["type"] == "page")


def until(met: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something, and fail where it does not come."""
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.1)
