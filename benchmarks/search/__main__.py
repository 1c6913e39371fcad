"""Measure what a search costs for each of its trials, and print the tables."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Failure, alternate, say
from benchmarks.peer import CACHE, ours, version
from benchmarks.search.sides import Search
from benchmarks.table import Table

if TYPE_CHECKING:
    from benchmarks.measure import Sample
    from benchmarks.search.sides import Sampler

_CASES: tuple[tuple[str, Sampler, int], ...] = (
    ("sh", "random", 1),
    ("sh", "tpe", 1),
    ("sh", "tpe", 2),
    ("python", "random", 1),
    ("python", "tpe", 1),
    ("python", "tpe", 2),
)
_FIGURES = {"wall": "wall", "cpu": "CPU"}


def main() -> int:
    arguments = _parse()
    trials: int = arguments.trials
    first = Table(f"{trials} trials, ms for each", _head("loop: ", "Optuna"))
    second = Table("The second call, s", _head("Optuna: "))
    CACHE.mkdir(exist_ok=True)
    for command, sampler, jobs in _CASES:
        label = f"`{command}`, {sampler}, {jobs} at a time"
        say(label)
        with tempfile.TemporaryDirectory(prefix="search-", dir=CACHE) as folder:
            search = Search(command, sampler, jobs, trials, Path(folder))
            found = alternate(
                arguments.repeat,
                {
                    "loop": search.loop,
                    "Optuna": search.optuna,
                    "Sweepflow": search.sweepflow,
                },
            )
        _add(first, label, found, "first", 1000 / trials)
        del found["loop"]
        _add(second, label, found, "second", 1)
    print(f"{first.text()}\n\n{second.text()}\n")
    print(_machine(arguments.repeat))
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.search",
        description="Measure Sweepflow, Optuna by hand, and a bare loop.",
    )
    parser.add_argument(
        "--trials", type=int, default=100, metavar="N", help="of each (default 100)"
    )
    parser.add_argument(
        "--repeat", type=int, default=3, metavar="N", help="medians of N (default 3)"
    )
    return parser.parse_args()


def _head(first: str, *others: str) -> tuple[str, ...]:
    heads = (
        (f"{first}{what}", *others, "Sweepflow", "ratio") for what in _FIGURES.values()
    )
    return ("", *(cell for head in heads for cell in head))


def _add(
    table: Table,
    label: str,
    found: dict[str, Sample | Failure],
    call: str,
    factor: float,
) -> None:
    """Add a row, with what failed in a note."""
    cells: list[str] = []
    for what in _FIGURES:
        values = {
            side: sample[f"{call} {what}"] * factor
            for side, sample in found.items()
            if not isinstance(sample, Failure)
        }
        cells += [f"{values[s]:.3g}" if s in values else "-" for s in found]
        one, other = values.get("Sweepflow"), values.get("Optuna")
        cells.append(f"{one / other:.2f}" if one and other else "-")
    table.add(label, *cells)
    for side, sample in found.items():
        if isinstance(sample, Failure):
            table.note(f"{label}, {side}: {sample.reason}")


def _machine(repeat: int) -> str:
    """Say on what, with what and when this was measured."""
    versions = [f"{name} {version(ours(), name)}" for name in ("sweepflow", "optuna")]
    cores = f"{os.cpu_count()} cores ({platform.system()} {platform.machine()})"
    python = f"Python {platform.python_version()}"
    parts = ", ".join([cores, python, *versions, f"medians of {repeat}"])
    load = os.getloadavg()[0]
    return f"{time.strftime('%Y-%m-%d %H:%M')}, {parts}; load {load:.1f} at the end"


if __name__ == "__main__":
    sys.exit(main())
