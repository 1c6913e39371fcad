"""Measures tools on graphs: in turns, each from a fresh folder, nothing twice.

A tool that fails, or would take too long, is not asked again; the others go on.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from benchmarks.measure import Failure, Side, SideError, say
from benchmarks.workflows.graphs import EXECUTED
from benchmarks.workflows.process import Started, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.workflows.graphs import Graph
    from benchmarks.workflows.tool import Tool

COLD, CACHED = "cold", "cached"

_SLOW = 20.0
"""Seconds; what takes longer is measured once."""


@dataclass(frozen=True)
class Figure:
    """What one run of a plan took, and how often each step was executed in it."""

    usage: Usage
    executed: Counter[str]


Figures: TypeAlias = "Mapping[str, Figure]"
"""By phase: `cold`, `cached`, and the names of edits."""


@dataclass
class Session:
    """Measurements of one call of the benchmarks.

    Args:
        tools: With its environment, or why there is none.
        folder: On the disk of the project: what is synced costs there what it costs a
            user.
        repeat: How often to measure; the figures are medians.
        limit: Seconds that the run of a plan may take.
        divisor: Of the sizes of the graphs, to try things out.
    """

    tools: Mapping[Tool, Side | Failure]
    folder: Path
    repeat: int
    limit: float
    divisor: int = 1
    _known: dict[tuple[str, str], Figures | Failure] = field(
        default_factory=dict[tuple[str, str], "Figures | Failure"]
    )

    def size(self, full: int) -> int:
        return full // self.divisor

    def measure(
        self,
        name: str,
        graph: Graph,
        edits: Mapping[str, Graph] | None = None,
        left_out: Mapping[Tool, Failure] | None = None,
    ) -> dict[Tool, Figures | Failure]:
        """Run a graph cold, then cached, then each of its edited forms, by all tools.

        What has been measured by that name is not measured again; a tool that is left
        out, with a reason, is not asked.
        """
        phases = {COLD: graph, CACHED: graph, **(edits or {})}
        open_: dict[Tool, list[Figures]] = {}
        for tool, side in self.tools.items():
            why = (left_out or {}).get(tool)
            if isinstance(why or side, Failure):
                self._known[name, tool.name] = why or Failure(str(side))
            elif graph.process and not tool.processes:
                self._known[name, tool.name] = Failure("runs steps in its own process")
            elif (name, tool.name) not in self._known:
                open_[tool] = []
        for turn in range(self.repeat):
            for tool in list(open_)[:: -1 if turn % 2 else 1]:
                self._take_turn(name, tool, phases, open_)
        for tool, samples in open_.items():
            if samples and (name, tool.name) not in self._known:
                self._known[name, tool.name] = _medians(samples)
        return {tool: self._known[name, tool.name] for tool in self.tools}

    def _take_turn(
        self,
        name: str,
        tool: Tool,
        phases: Mapping[str, Graph],
        samples: Mapping[Tool, list[Figures]],
    ) -> None:
        side, before = self.tools[tool], samples[tool]
        slow = any(f[COLD].usage.wall > _SLOW for f in before)
        if slow or (name, tool.name) in self._known or isinstance(side, Failure):
            return
        say(f"{name}: {tool.name}")
        folder = Path(tempfile.mkdtemp(prefix="graph-", dir=self.folder))
        try:
            before.append(_run_phases(tool, side, folder, phases, self.limit))
        except SideError as error:
            self._known[name, tool.name] = Failure(str(error))
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def prepare(tool: Tool, side: Side, folder: Path, limit: float) -> None:
    """Run what a tool needs in a new folder before anything else."""
    if tool.setup:
        Started(side, tool.setup, folder, tool.environment).ended(limit)


def executions(folder: Path) -> Counter[str]:
    """Give how often each step was executed since this was last asked."""
    path = folder / EXECUTED
    try:
        found = Counter(path.read_text("utf-8").split())
    except FileNotFoundError:
        return Counter()
    path.unlink()
    return found


def _run_phases(
    tool: Tool, side: Side, folder: Path, phases: Mapping[str, Graph], limit: float
) -> Figures:
    prepare(tool, side, folder, limit)
    figures: dict[str, Figure] = {}
    for phase, graph in phases.items():
        argv = tool.write_graph(folder, graph)
        usage = Started(side, argv, folder, tool.environment).ended(limit)
        figures[phase] = Figure(usage, executions(folder))
    everything = Counter(str(node.index) for node in phases[COLD])
    _check(COLD, figures[COLD].executed, everything)
    _check(CACHED, figures[CACHED].executed, Counter())
    return figures


def _check(phase: str, executed: Counter[str], expected: Counter[str]) -> None:
    if executed != expected:
        raise SideError(
            f"{phase}: {executed.total()} steps ran instead of {expected.total()}"
        )


def _medians(samples: Sequence[Figures]) -> Figures:
    return {
        phase: Figure(
            Usage(
                statistics.median(s[phase].usage.wall for s in samples),
                statistics.median(s[phase].usage.cpu for s in samples),
                round(statistics.median(s[phase].usage.memory for s in samples)),
            ),
            samples[0][phase].executed,
        )
        for phase in samples[0]
    }
