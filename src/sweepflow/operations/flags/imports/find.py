"""Where a script's flags are, and which of them an operation takes."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sweepflow.errors import ProjectError
from sweepflow.operations.flags.config_file import read_config
from sweepflow.operations.flags.destinations import Destination
from sweepflow.operations.flags.imports.argparse_text import read_argparse
from sweepflow.operations.flags.imports.arguments import Argument
from sweepflow.operations.flags.imports.click_text import read_click
from sweepflow.operations.flags.imports.flag import ImportedFlag, is_simple, of_value
from sweepflow.operations.flags.imports.globals_text import read_globals, read_inside
from sweepflow.operations.flags.imports.text import NotKnownError, Script

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_PARSERS: Final = ("argparse", "click")
_SECONDS: Final = 60
"""That a script has to get to where it parses its arguments."""


@dataclass(frozen=True)
class Imported:
    """What a script says.

    Args:
        destination: Where it takes its flags from.
        flags: All of them, in its order.
    """

    destination: Destination
    flags: tuple[ImportedFlag, ...]


def import_flags(
    main: Sequence[str], destination: Destination | None, folders: Sequence[Path]
) -> Imported:
    """Give the flags of the script that `main` runs.

    The script's text tells, mostly. Where it makes its parser in a way that the text
    does not tell, it is run, up to where it parses its arguments.

    Args:
        main: The words of an operation's `main`.
        destination: Where the flags go; without it the script decides.
        folders: Where the script may be; the first one is the project's.

    Raises:
        ProjectError: The script or the configuration cannot be read, or the script does
            not get to where it parses its arguments.
    """
    if destination and destination.kind == "config":
        values = read_config(folders[0] / destination.name).items()
        found = [of_value(name, value) for name, value in values if is_simple(value)]
        return Imported(destination, tuple(found))
    if destination and destination.kind == "none":
        return Imported(destination, ())
    script = Script.read(find_script(main[0], folders))
    destination = destination or _decided(script)
    if destination.kind == "args":
        found = [argument.flag() for argument in _arguments(script, main, folders)]
        return Imported(destination, tuple(flag for flag in found if flag))
    inside = destination.kind != "globals"
    flags = read_inside(script, destination.name) if inside else read_globals(script)
    return Imported(destination, tuple(flags))


def script_destination(target: str, folders: Sequence[Path]) -> Destination:
    """Give where a script takes its flags from: arguments if it imports a parser.

    Raises:
        ProjectError: The script cannot be read.
    """
    return _decided(Script.read(find_script(target, folders)))


def select(
    flags: Sequence[ImportedFlag],
    wanted: str | Collection[str],
    defined: Collection[str],
    skipped: Collection[str] = (),
) -> list[ImportedFlag]:
    """Give the flags that an operation takes from its script.

    Args:
        flags: Those of the script.
        wanted: `all`, names, or `auto` for what the script says about those in
            `defined`.
        defined: The flags that the file has.
        skipped: Flags that are not taken in any case.
    """
    names = defined if wanted == "auto" else wanted
    return [
        flag
        for flag in flags
        if (wanted == "all" or flag.name in names) and flag.name not in skipped
    ]


def _decided(script: Script) -> Destination:
    parses = any(map(script.imports, _PARSERS))
    return Destination("args" if parses else "globals")


def find_script(main: str, folders: Sequence[Path]) -> Path:
    """Give the file that Python would run for the first word of `main`.

    Raises:
        ProjectError: There is none.
    """
    if main.endswith(".py") or "/" in main:
        script = main if main.endswith(".py") else f"{main}.py"
        candidates = [folder / script for folder in folders]
    else:
        inside = [folder.joinpath(*main.split(".")) for folder in folders]
        candidates = [
            path
            for module in [*inside, *_installed(main)]
            for path in (module.with_name(f"{module.name}.py"), module / "__main__.py")
        ]
    for path in candidates:
        if path.is_file():
            return path
    raise ProjectError(
        f"there is no Python module or script {main!r} in {folders[0]}",
        hint="mend main, or write exec for another command",
    )


def _installed(module: str) -> list[Path]:
    """Give where an installed module would be, its ending left out."""
    top, *inner = module.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except ValueError:  # of __main__
        return []
    if spec is None or not spec.origin:
        return []
    if not spec.submodule_search_locations:
        return [] if inner else [Path(spec.origin).with_suffix("")]
    return [Path(place, *inner) for place in spec.submodule_search_locations]


def _arguments(
    script: Script, main: Sequence[str], folders: Sequence[Path]
) -> list[Argument]:
    read = read_click if script.imports("click") else read_argparse
    with suppress(NotKnownError):
        return read(script)
    return _run_to_parser(script, main, folders)


def _run_to_parser(
    script: Script, main: Sequence[str], folders: Sequence[Path]
) -> list[Argument]:
    target = main[0] if "/" not in main[0] else str(script.path)
    above = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([*map(str, folders), *([above] if above else [])])
    with tempfile.TemporaryDirectory() as temporary:
        output = Path(temporary, "arguments.json")
        command = [sys.executable, "-m", "sweepflow.operations.flags.imports.parser"]
        told = ""
        try:
            done = subprocess.run(
                [*command, str(output), target, *main[1:]],
                cwd=folders[0],
                env={**os.environ, "PYTHONPATH": path},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
            told = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        except subprocess.TimeoutExpired:
            told = f"it took more than {_SECONDS} seconds"
        if not output.exists():
            raise ProjectError(
                f"the flags of {script.path} cannot be found: it does not get to where "
                f"it parses its arguments{told and ': '}{told}",
                hint="write the flags into the project file, with flags-import: off",
            )
        return [Argument.of(told) for told in json.loads(output.read_text("utf-8"))]
