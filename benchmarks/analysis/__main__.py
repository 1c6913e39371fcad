"""Measure how long thousands of runs take to become a frame."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.analysis import tools
from benchmarks.analysis.server import serving
from benchmarks.analysis.store import Runs
from benchmarks.measure import Failure, Side, SideError, alternate, say
from benchmarks.peer import CACHE, ours, theirs, version
from benchmarks.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.analysis.tools import Tool
    from benchmarks.measure import Sample

SIZES = (1_000, 10_000)


def main() -> int:
    arguments = _parse()
    compared = _tools(arguments.newer)
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="analysis-", dir=CACHE) as folder:
        runs = Runs.make(ours(), Path(folder) / "project")
        for size in arguments.sizes:
            say(f"{size} runs")
            runs.grow(size)
            sides = {
                tool: partial(tool.measure, runs.folder, size) for tool in compared
            }
            _print(f"{size:,} runs to a frame", arguments.repeat, sides)
            with serving(ours(), runs.folder) as url:
                sides = {
                    tool: partial(tool.measure, runs.folder, size)
                    for tool in tools.remote(ours(), url)
                }
                title = f"{size:,} runs of a server to a frame"
                _print(title, arguments.repeat, sides)
    print(_machine(arguments.repeat))
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.analysis",
        description="Measure how long runs take to become a frame.",
    )
    parser.add_argument(
        "--sizes",
        type=lambda text: [int(size) for size in text.split(",")],
        default=SIZES,
        metavar="N,M",
        help="numbers of runs, growing (default 1000,10000)",
    )
    parser.add_argument(
        "--repeat", type=int, default=3, metavar="N", help="medians of N (default 3)"
    )
    parser.add_argument(
        "--newer",
        type=Path,
        metavar="BIN",
        help="the folder of a Python 3.13 that has a later HydraFlow",
    )
    return parser.parse_args()


def _tools(newer: Path | None) -> list[Tool]:
    compared = tools.ours(ours())
    try:
        compared.append(tools.hydraflow(theirs()))
    except SideError as error:
        say(f"no hydraflow: {error}")
    if newer:
        side = Side("hydraflow", newer.absolute())
        compared.append(tools.newer(side, version(side, "hydraflow") or "?"))
    return compared


def _print(title: str, repeat: int, sides: dict[Tool, Callable[[], Sample]]) -> None:
    print(f"{_table(title, alternate(repeat, sides))}\n", flush=True)


def _table(title: str, found: dict[Tool, Sample | Failure]) -> str:
    table = Table(title, ("", "wall: s", "CPU: s", "process: s", "to Sweepflow"))
    first = next(iter(found.values()))
    for tool, sample in found.items():
        if isinstance(sample, Failure):
            table.add(tool.name, "failed", "", "", "")
            table.note(f"{tool.name}: {sample.reason}")
            continue
        cells = [f"{sample[name]:.3g}" for name in ("wall", "cpu", "process")]
        base = None if isinstance(first, Failure) else first["wall"]
        ratio = f"{sample['wall'] / base:.1f}" if base else ""
        table.add(tool.name, *cells, ratio)
    return table.text()


def _machine(repeat: int) -> str:
    names = ("sweepflow", "mlflow", "polars")
    versions = [f"{name} {version(ours(), name)}" for name in names]
    cores = f"{os.cpu_count()} cores ({platform.system()} {platform.machine()})"
    python = f"Python {platform.python_version()}"
    parts = ", ".join([cores, python, *versions, f"medians of {repeat}"])
    load = os.getloadavg()[0]
    return f"{time.strftime('%Y-%m-%d %H:%M')}, {parts}; load {load:.1f} at the end"


if __name__ == "__main__":
    sys.exit(main())
