"""The benchmarks, each of which gives one table.

A row's figures are those of whole processes, from their start to their end. The
start-up is that of a plan of one step, since some tools refuse an empty one; a step's
milliseconds are what a plan of N steps takes beyond that, divided by N - 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.measure import Failure
from benchmarks.peer import ours
from benchmarks.table import Table
from benchmarks.workflows import floor
from benchmarks.workflows.graphs import (
    OTHER_VALUE,
    SAME_VALUE,
    chain,
    independent,
    layers,
)
from benchmarks.workflows.session import CACHED, COLD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from benchmarks.workflows.graphs import Graph
    from benchmarks.workflows.session import Figures, Session
    from benchmarks.workflows.tool import Tool

_COSTS = (
    "",
    "cold: s",
    "ms/step",
    "cached: s",
    "ms/step",
    "start-up, cold: s",
    "cached: s",
    "peak memory: MB",
)
_GROWTH = (100, 1_000, 10_000)
_PROCESSES = 200
_DEPTH = 8
"""Layers of the graph; redun takes twice the time for each one more above a dozen."""


def measure_independent(session: Session) -> Table:
    graph = independent(session.size(1_000))
    return _costs(session, f"{len(graph):,} independent steps", graph)


def measure_chain(session: Session) -> Table:
    graph = chain(session.size(100))
    return _costs(session, f"A chain of {len(graph):,} steps", graph)


def measure_edit(session: Session) -> Table:
    """Change the parameter of a step in the middle, and count what reruns."""
    width = session.size(1_000) // _DEPTH
    graph = layers(_DEPTH, width)
    index = _DEPTH // 2 * width
    edits = {
        "same": graph.edited(index, SAME_VALUE),
        "other": graph.edited(index, OTHER_VALUE),
    }
    reached = {str(i) for i in graph.fed_by(index)}
    table = Table(
        f"One step edited among {len(graph):,}, in {_DEPTH} layers",
        ("", "its value stays: s", "ran", "changes: s", "ran", "cold: s", "cached: s"),
    )
    found = session.measure("edit", graph, edits)
    for tool, figures in found.items():
        if isinstance(figures, Failure):
            _give_up(table, tool, figures)
            continue
        cells: list[str] = []
        for phase, wanted in (("same", {str(index)}), ("other", reached)):
            ran = figures[phase].executed
            cells += [_seconds(figures, phase), str(ran.total())]
            if missed := wanted - set(ran):
                table.note(f"{tool.name}, {phase} value: {len(missed)} steps not rerun")
        table.add(tool.name, *cells, _seconds(figures, COLD), _seconds(figures, CACHED))
    table.note(f"to be run: 1 if the value stays, {len(reached)} if it changes")
    return table


def measure_growth(session: Session) -> Table:
    """Measure sizes tenfold each; a tool that would pass the limit is left out."""
    sizes = [session.size(size) for size in _GROWTH]
    started = _start_up(session)
    left_out: dict[Tool, Failure] = {}
    columns: dict[Tool, list[str]] = {tool: [] for tool in session.tools}
    head = [f"{p}, {n:,}: ms/step" for n in sizes for p in (COLD, CACHED)]
    table = Table("Growth with the number of independent steps", ("", *head, "MB"))
    memory = dict.fromkeys(session.tools, "-")
    for place, size in enumerate(sizes):
        found = session.measure(
            f"independent {size}", independent(size), left_out=left_out
        )
        for tool, figures in found.items():
            if isinstance(figures, Failure):
                columns[tool] += ["-", "-"]
                table.note(f"{tool.name}, {size:,} steps: {figures.reason}")
                left_out[tool] = figures
                continue
            start = started[tool]
            columns[tool] += [
                _per_step(figures, start, p, size) for p in (COLD, CACHED)
            ]
            memory[tool] = _memory(figures)
            if _would_take(figures, start, sizes[place + 1 :], size) > session.limit:
                took = figures[COLD].usage.wall
                text = f"left out, since {size:,} took {took:.0f} s"
                left_out[tool] = Failure(text)
    for tool, cells in columns.items():
        table.add(tool.name, *cells, memory[tool])
    return table


def measure_processes(session: Session) -> Table:
    """Measure steps that are Python processes, and such processes alone."""
    size = session.size(_PROCESSES)
    table = Table(
        f"{size} steps in a process each, one at a time",
        ("", "s", "ms/step", "to bare Python"),
    )
    bare = floor.bare_python(ours(), size, session.repeat)
    true = floor.posix_spawn_of_true(size, session.repeat)
    table.add("`posix_spawn` of `true`", f"{true:.2f}", f"{true / size * 1e3:.2f}", "")
    table.add("`python -c pass`", f"{bare:.2f}", f"{bare / size * 1e3:.2f}", "1.00")
    start = session.measure("one process", independent(1, process=True))
    found = session.measure("processes", independent(size, process=True))
    for tool, figures in found.items():
        if not tool.processes:
            continue
        one = start[tool]
        if isinstance(figures, Failure) or isinstance(one, Failure):
            _give_up(table, tool, figures if isinstance(figures, Failure) else one)
            continue
        each = (figures[COLD].usage.wall - one[COLD].usage.wall) / (size - 1)
        ratio = f"{each * size / bare:.2f}"
        table.add(tool.name, _seconds(figures, COLD), f"{each * 1e3:.2f}", ratio)
    return table


CASES: dict[str, Callable[[Session], Table]] = {
    "independent": measure_independent,
    "chain": measure_chain,
    "edit": measure_edit,
    "growth": measure_growth,
    "processes": measure_processes,
}


def _start_up(session: Session) -> Mapping[Tool, Figures | Failure]:
    return session.measure("one step", independent(1))


def _costs(session: Session, title: str, graph: Graph) -> Table:
    table = Table(title, _COSTS)
    started = _start_up(session)
    size = len(graph)
    kind = "chain" if graph.nodes[-1].inputs else "independent"
    for tool, figures in session.measure(f"{kind} {size}", graph).items():
        start = started[tool]
        if isinstance(figures, Failure) or isinstance(start, Failure):
            _give_up(table, tool, figures)
            continue
        table.add(
            tool.name,
            _seconds(figures, COLD),
            _per_step(figures, start, COLD, size),
            _seconds(figures, CACHED),
            _per_step(figures, start, CACHED, size),
            _seconds(start, COLD),
            _seconds(start, CACHED),
            _memory(figures),
        )
    return table


def _give_up(table: Table, tool: Tool, why: Figures | Failure) -> None:
    table.add(tool.name, *["-"] * (len(table.head) - 1))
    if isinstance(why, Failure):
        table.note(f"{tool.name}: {why.reason}")


def _seconds(figures: Figures, phase: str) -> str:
    return f"{figures[phase].usage.wall:.2f}"


def _per_step(figures: Figures, start: Figures | Failure, phase: str, size: int) -> str:
    if isinstance(start, Failure):
        return "-"
    more = figures[phase].usage.wall - start[phase].usage.wall
    return f"{more / (size - 1) * 1e3:.2f}"


def _would_take(
    figures: Figures, start: Figures | Failure, sizes: Sequence[int], size: int
) -> float:
    """Give the seconds that the next of the sizes would take, if they grow with it."""
    if not sizes or isinstance(start, Failure):
        return 0
    first = start[COLD].usage.wall
    return first + (figures[COLD].usage.wall - first) * sizes[0] / size


def _memory(figures: Figures) -> str:
    return f"{max(f.usage.memory for f in figures.values()) / 1e6:.0f}"
