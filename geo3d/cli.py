"""The command ``geo3d``: finds the pipeline, fills its config, and turns exceptions into sentences and exit codes."""

import functools
import importlib
import sys
import traceback
from collections.abc import Callable
from importlib.metadata import version
from inspect import signature
from pathlib import Path
from typing import Any

from geo3d.errors import InputError, SomeFailedError
from geo3d.progress import install_display

COMMANDS = {
    "scan-to-mesh": ("geo3d.pipelines.many_scans", "scans_to_meshes", "turn RGB-D scans into labelled meshes"),
    "view": ("geo3d.pipelines.view", "view", "show a finished run, live in the browser"),
    "turntable": ("geo3d.pipelines.turntable", "turntable", "film the mesh of a run going round"),
    "make-room": ("geo3d.pipelines.make_room", "make_room", "write the built-in scan of a furnished room"),
    "make-rooms": ("geo3d.pipelines.make_rooms", "make_rooms", "make furnished scenes with every ground truth"),
    "render-dataset": ("geo3d.pipelines.render_dataset", "render_dataset", "render scenes with every ground truth"),
    "train": ("geo3d.pipelines.train", "train", "let a model learn from scenes, or learn on"),
    "benchmark": ("geo3d.pipelines.benchmark", "benchmark", "score stored predictions against stored truth"),
    "verify": ("geo3d.pipelines.verify", "verify", "compute the numbers of a benchmark's card again"),
    "compare": ("geo3d.pipelines.compare", "compare", "put methods side by side, with intervals over scenes"),
    "inspect": ("geo3d.pipelines.inspection", "inspect", "say what a scan holds and what is wrong with it"),
    "export-sens": ("geo3d.pipelines.export_sens", "export_sens", "write a scan as one .sens file of ScanNet's"),
    "formats": ("geo3d.pipelines.house_keeping", "formats", "list the scan formats and what each looks for"),
    "clean": ("geo3d.pipelines.house_keeping", "clean", "remove what an output folder no longer uses"),
}
"""By name: module, function, what it does. A command's options are its function's arguments."""

NEEDS_LESS = {"scan-to-mesh": "a larger --fuse.voxel-size or a --crop needs less"}
"""What to do where a command's memory runs out."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 if all went well, 2 for input that cannot be used, 1 for a fault of ours."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in arguments
    arguments = [argument for argument in arguments if argument != "--debug"]
    install_display()
    try:
        return _dispatch(arguments)
    except KeyboardInterrupt:
        return _complain("interrupted; the same command goes on from here", debug, 130)
    except InputError as error:
        return _complain(str(error), debug, 2)
    except SomeFailedError as error:
        return _complain(str(error), debug, 1)
    except OSError as error:
        named = f"{error.filename}: " if error.filename else ""
        return _complain(f"{named}{error.strerror or error}; what was there before is unchanged", debug, 2)
    except Exception as error:
        if _is_out_of_memory(error):
            needs_less = NEEDS_LESS.get(next(iter(arguments), ""), "less at a time, or a machine with more, may do")
            told = str(error).split(". ", 1)[0]  # torch goes on about its settings
            return _complain(f"out of memory ({told}); {needs_less}", debug, 2)
        what = f"a fault in geo3d, not in your input: {type(error).__name__}: {error}; --debug shows where"
        return _complain(what, debug, 1)


def _is_out_of_memory(error: Exception) -> bool:
    """Whether memory ran out, the machine's or a graphics card's: torch has exceptions of its own for that."""
    told_by_torch = type(error).__name__ == "OutOfMemoryError" or "DefaultCPUAllocator: can't allocate" in str(error)
    return isinstance(error, MemoryError) or told_by_torch


def _dispatch(arguments: list[str]) -> int:
    name, rest = (arguments[0], arguments[1:]) if arguments else ("--help", [])
    if name in ("--help", "-h"):
        _print_help()
    elif name == "--version":
        print(version("geo3d"))
    elif name in COMMANDS:
        module, function, _ = COMMANDS[name]
        _call(name, getattr(importlib.import_module(module), function), rest)
    else:
        raise InputError(f"there is no command {name}; there are {', '.join(COMMANDS)} (see geo3d --help)")
    return 0


def _print_help() -> None:
    print("geo3d turns scans into meshes, step by step, redoing only what has changed.\n\ncommands:")
    for name, (_, _, purpose) in COMMANDS.items():
        print(f"  geo3d {name:14} {purpose}")
    print(
        "\n`geo3d COMMAND --help` lists a command's options. For every command:\n"
        "  --config FILE.toml   values for its options, under the options on the command line\n"
        "  --debug              show the traceback of an error\n"
        "\nexit codes: 0 done, 1 a fault in geo3d or one of many scans failed, 2 unusable input, 130 interrupted"
    )


def _call(name: str, function: Callable[..., Any], arguments: list[str]) -> None:
    """Let tyro fill the function's arguments; a config file moves the defaults of its argument `config`."""
    import tyro

    function.__annotations__.pop("return", None)  # tyro would resolve it, and with it import torch
    files, arguments = _taken(arguments, "--config")
    parameter = signature(function).parameters.get("config")
    if files and parameter is None:
        raise InputError(f"geo3d {name} takes no --config")
    if files and parameter is not None:
        from geo3d.config import read_config

        described = function.__doc__
        function = functools.partial(function, config=read_config(type(parameter.default), Path(files[-1])))
        function.__doc__ = described
    tyro.cli(function, args=arguments, prog=f"geo3d {name}")


def _taken(arguments: list[str], option: str) -> tuple[list[str], list[str]]:
    """Split off the values of an option."""
    values, rest, pending = [], [], iter(arguments)
    for argument in pending:
        if argument == option:
            value = next(pending, None)
            if value is None:
                raise InputError(f"{option} must be followed by a file")
            values.append(value)
        elif argument.startswith(f"{option}="):
            values.append(argument.partition("=")[2])
        else:
            rest.append(argument)
    return values, rest


def _complain(sentence: str, debug: bool, code: int) -> int:
    if debug:
        traceback.print_exc()
    print(f"geo3d: {' '.join(sentence.split())}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
