"""What running and listing operations costs, by Guild and by Sweepflow.

The operation `t` prints two numbers and ends. Both sides run it in a project that has
run before, one after the other, with what they record of any run by default.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.measure import Failure, SideError, alternate, run, say
from benchmarks.operations.filled import fill_guild, fill_sweepflow
from benchmarks.operations.guild import Guild
from benchmarks.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from benchmarks.measure import Sample
    from benchmarks.operations.sweepflow import Sweepflow

_SCRIPT = """\
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--x", type=float, default=0)
parser.add_argument("--code", type=int, default=0)
arguments = parser.parse_args()
print(f"loss: {(arguments.x - 2) ** 2}")
print("acc: 0.5")
raise SystemExit(arguments.code)
"""
_PROJECT = """\
t: {main: t, flags: {x: 0, code: 0}}
p: {steps: [t, t x=1, t x=2]}
"""
_GUILD = "Guild"
_TRIALS = 50
_BATCH = f"x=range[1:{_TRIALS}]"
_LISTED = 1_000
_FILTERED = 5_000
_SHOWN = 20
"""As many as both tools list if they are not told otherwise."""

_EVERY = {"guild": ["--all"], "sweepflow": ["-n", "0"]}
_CHOSEN = {name: ["--operation", "t", "-F", "x > 0.5"] for name in _EVERY}
"""Words of listings. The filter finds the older half."""

_HEAD = (
    "",
    "Guild: wall",
    "Sweepflow",
    "ratio",
    "Guild: CPU",
    "Sweepflow",
    "ratio",
)


@dataclass(frozen=True)
class Bench:
    """Both tools, with projects in a folder.

    Args:
        repeat: How often to measure; the figures are medians.
    """

    guild: Guild
    sweepflow: Sweepflow
    folder: Path
    repeat: int

    def project(self, tool: Guild | Sweepflow, name: str = "warm") -> Path:
        """Give a project of a tool in which `t` has run once."""
        folder = self.folder / f"{name}-{tool.name}"
        if not folder.exists():
            folder.mkdir()
            (folder / "t.py").write_text(_SCRIPT, "utf-8")
            (folder / "guild.yml").write_text(_PROJECT, "utf-8")
            _call(tool, tool.run(["t"]), folder)
        return folder

    def running(
        self, tool: Guild | Sweepflow, made: int, *words: str
    ) -> Callable[[], Sample]:
        """Give what runs an operation, and sees that so many runs came of it."""
        project = self.project(tool)

        def measured() -> Sample:
            before = tool.count(project)
            sample = _call(tool, tool.run(words), project)
            if (more := tool.count(project) - before) != made:
                raise SideError(f"{more} runs instead of {made}")
            return sample

        return measured

    def python(self, tool: Guild | Sweepflow, *words: str) -> Callable[[], Sample]:
        """Give what runs the Python of a tool, without the tool."""
        return partial(_call, tool, [tool.side.python, *words], self.project(tool))

    def listing(
        self, tool: Guild | Sweepflow, number: int, lines: int, *words: str
    ) -> Callable[[], Sample]:
        """Give what lists runs of a project with many, and counts the lines."""
        project = self.project(tool, f"with-{number}")
        if tool.count(project) < number:
            fill = fill_guild if isinstance(tool, Guild) else fill_sweepflow
            fill(tool.home(project), number)
        argv = [tool.side.command, "runs", "list", *words]
        _call(tool, argv, project)  # after which no file is new to the machine

        def measured() -> Sample:
            ended = run(tool.side, argv, project, tool.environment(project))
            if (found := ended.output.count(" completed ")) != lines:
                raise SideError(f"{found} runs listed instead of {lines}")
            return ended.sample

        return measured

    def compare(
        self,
        table: Table,
        theirs: Callable[[], Sample],
        ours: Mapping[str, Callable[[], Sample]],
        *,
        per: int = 1,
    ) -> None:
        """Measure Guild beside one or more ways of ours, and add a row for each."""
        for label in ours:
            say(label)
        found = alternate(self.repeat, {_GUILD: theirs, **ours})
        for label in ours:
            _add(table, label, found[_GUILD], found[label], per)


def measure_runs(bench: Bench) -> Table:
    """Measure an operation alone, in steps, and in a batch."""
    guild, sweepflow = bench.guild, bench.sweepflow
    table = Table("Running operations, in seconds", _HEAD)
    for words in (("-c", "pass"), ("t.py",)):
        bench.compare(
            table,
            bench.python(guild, *words),
            {f"`python {' '.join(words)}`, bare": bench.python(sweepflow, *words)},
        )
    bench.compare(
        table,
        bench.running(guild, 1, "t", "x=1"),
        {"one operation": bench.running(sweepflow, 1, "t", "x=1")},
    )
    bench.compare(
        table,
        bench.running(guild, 4, "p"),
        {"an operation with 3 steps": bench.running(sweepflow, 4, "p")},
    )
    batch = partial(bench.running, sweepflow, _TRIALS, "t", _BATCH)
    bench.compare(
        table,
        bench.running(guild, _TRIALS, "t", _BATCH),
        {
            f"a batch of {_TRIALS}, each": batch(),
            "the same with `--jobs 2`": batch("--jobs", "2"),
        },
        per=_TRIALS,
    )
    return table


def measure_listings(bench: Bench) -> Table:
    """Measure the listing of many runs, and a filter over more."""
    table = Table("Listing runs, in seconds", _HEAD)
    for label, number, lines, words in (
        (f"{_LISTED:,} runs listed", _LISTED, _LISTED, _EVERY),
        (f"{_SHOWN} found in {_FILTERED:,} by a filter", _FILTERED, _SHOWN, _CHOSEN),
    ):
        say(f"making {number:,} runs")
        bench.compare(
            table,
            bench.listing(bench.guild, number, lines, *words[bench.guild.name]),
            {
                label: bench.listing(
                    bench.sweepflow, number, lines, *words[bench.sweepflow.name]
                )
            },
        )
    return table


def _call(tool: Guild | Sweepflow, argv: Sequence[str], project: Path) -> Sample:
    return run(tool.side, argv, project, tool.environment(project)).sample


def _add(
    table: Table, label: str, theirs: Sample | Failure, ours: Sample | Failure, per: int
) -> None:
    cells: list[str] = []
    for name in ("wall", "cpu"):
        values = [
            None if isinstance(side, Failure) else side[name] / per
            for side in (theirs, ours)
        ]
        cells += [_digits(value) for value in values]
        one, other = values
        cells.append(f"{other / one:.2f}" if one and other else "-")
    table.add(label, *cells)
    for name, side in (("Guild", theirs), ("Sweepflow", ours)):
        if isinstance(side, Failure):
            table.note(f"{label}, {name}: {side.reason}")


def _digits(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
