"""What runs again, by tool: `python -m benchmarks.workflows.behaviour`.

Each tool runs the same sample project as its manual would have it; then a file is
edited, or two drivers start at once, or the driver is killed, and the same command is
given again. Executions are counted by what the steps write themselves.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from benchmarks.measure import Failure, Side, SideError, say
from benchmarks.peer import CACHE
from benchmarks.table import Table
from benchmarks.workflows.graphs import EXECUTED
from benchmarks.workflows.peers import TOOLS
from benchmarks.workflows.process import NO_STALE_BYTECODE, Started
from benchmarks.workflows.sample import EDITS, Edit
from benchmarks.workflows.session import executions, prepare
from benchmarks.workflows.tool import chosen, names, sides

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from benchmarks.workflows.tool import Tool

    Make: TypeAlias = "Callable[[int], Project]"
    """Gives a new project of so many steps."""

_STEPS = 5
_LONG = 10
_KILLED_IN = 4
_TRIES = 3
"""How often two drivers are started at once, since their race may go either way."""

_LIMIT = 120.0


class Project:
    """The sample project of one tool, in a folder of its own."""

    def __init__(self, tool: Tool, side: Side, parent: Path, steps: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sample-", dir=parent))
        self._tool, self._side = tool, side
        prepare(tool, side, self.folder, _LIMIT)
        self.write(steps)

    def write(self, steps: int) -> None:
        self._argv = self._tool.write_sample(self.folder, steps)

    def start(self) -> Started:
        environment = {**self._tool.environment, **NO_STALE_BYTECODE}
        return Started(self._side, self._argv, self.folder, environment)

    def run(self) -> Counter[str]:
        """Run it to its end, and give the executions of each step."""
        self.start().ended(_LIMIT)
        return executions(self.folder)


@dataclass(frozen=True)
class Found:
    """What a tool did in a trial, and why it failed, if it did."""

    text: str
    reason: str = ""


@dataclass(frozen=True)
class Trial:
    """Something done to a project.

    Args:
        wanted: The text of what ought to be found.
    """

    name: str
    wanted: str
    run: Callable[[Make], Found]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.workflows.behaviour",
        description="Show what workflow engines run again, as a table in Markdown.",
    )
    parser.add_argument(
        "--peers", type=names(TOOLS), metavar="X,Y", help=f"of {', '.join(TOOLS)}"
    )
    tools = chosen(parser.parse_args().peers, TOOLS)
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="behaviour-", dir=CACHE) as folder:
        table = _table(sides(tools), Path(folder))
    print(table.text())
    return 0


def _trials() -> list[Trial]:
    edits = [
        Trial(edit.name, _words(edit.steps), partial(_edit, edit)) for edit in EDITS
    ]
    killed = f"kill -9 in {_KILLED_IN} of {_LONG}"
    return [
        *edits,
        Trial("two drivers", f"{_STEPS}, both done", _two_drivers),
        Trial(killed, str(_LONG - _KILLED_IN + 1), _kill),
    ]


def _table(tools: dict[Tool, Side | Failure], folder: Path) -> Table:
    trials = _trials()
    table = Table("What runs again", ("", *(trial.name for trial in trials)))
    table.add("as it ought to be", *(trial.wanted for trial in trials))
    for tool, side in tools.items():
        if isinstance(side, Failure):
            table.note(f"{tool.name}: {side.reason}")
            continue
        cells: list[str] = []
        for trial in trials:
            say(f"{trial.name}: {tool.name}")
            try:
                found = trial.run(partial(Project, tool, side, folder))
            except SideError as error:
                found = Found("fails", str(error))
            right = found.text == trial.wanted
            cells.append(found.text if right else f"**{found.text}**")
            if found.reason:
                table.note(f"{tool.name}, {trial.name}: {found.reason}")
        table.add(f"{tool.name} {tool.known_version()}", *cells)
    table.note("bold: not as it ought to be")
    return table


def _edit(edit: Edit, make: Make) -> Found:
    """Edit a project that has run; find the steps that the next run executes."""
    project = make(_STEPS)
    first = project.run()
    if first != Counter(map(str, range(1, _STEPS + 1))):
        raise SideError(f"at first, {_words(map(int, first.elements()))} ran")
    if again := project.run():
        raise SideError(f"without any edit, {_words(map(int, again))} ran again")
    edit.apply(project.folder)
    return Found(_words(map(int, project.run().elements())))


def _two_drivers(make: Make) -> Found:
    """Start the same command twice at once; find the worst of some attempts."""
    executed, reasons = max(
        (_race(make(1)) for _ in range(_TRIES)), key=lambda race: (len(race[1]), race)
    )
    done = ("both", "one", "none")[len(reasons)]
    return Found(f"{executed}, {done} done", "; ".join(reasons))


def _race(project: Project) -> tuple[int, list[str]]:
    """Give how many steps were executed in all, and why drivers failed.

    The first step is run before: two that make their database at once is another race.
    """
    executed = project.run().total()
    project.write(_STEPS)
    (project.folder / "slow").touch()
    reasons: list[str] = []
    for driver in [project.start(), project.start()]:
        try:
            driver.ended(_LIMIT)
        except SideError as error:
            reasons.append(str(error))
    return executed + executions(project.folder).total(), reasons


def _kill(make: Make) -> Found:
    """Kill all in the midst of a step; find how many steps the next run executes."""
    project = make(_LONG)
    hold = project.folder / f"hold-{_KILLED_IN}"
    hold.touch()
    driver = project.start()
    give_up = time.monotonic() + _LIMIT
    while str(_KILLED_IN) not in _seen(project.folder):
        if time.monotonic() > give_up:
            driver.kill()
            raise SideError(f"step {_KILLED_IN} did not start")
        time.sleep(0.02)
    driver.kill()
    with contextlib.suppress(SideError):
        driver.ended(_LIMIT)
    executions(project.folder)
    hold.unlink()
    return Found(str(project.run().total()))


def _seen(folder: Path) -> list[str]:
    try:
        return (folder / EXECUTED).read_text("utf-8").split()
    except FileNotFoundError:
        return []


def _words(steps: Iterable[int]) -> str:
    return " ".join(map(str, sorted(steps))) or "nothing"


if __name__ == "__main__":
    sys.exit(main())
