"""redun: tasks called lazily, values and calls kept in SQLite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.workflows.sample import write_steps
from benchmarks.workflows.tool import Tool

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.workflows.graphs import Graph
    from benchmarks.workflows.tool import Command

_SCRIPT = "flow.py"

_GRAPH = """\
from redun import task

from work import graph, made

redun_namespace = "bench"


@task()
def step(index: int, salt: int, values: list[int]) -> int:
    return made(index, salt, values)


@task(cache=False)
def main() -> list[int]:
    values = []
    for index, salt, inputs in graph():
        values.append(step(index, salt, [values[i] for i in inputs]))
    return values
"""

_SAMPLE = """\
import importlib

from redun import task

redun_namespace = "sample"
steps = []
for i in range(1, {count} + 1):
    module = importlib.import_module(f"step_{{i}}")
    steps.append(task()(getattr(module, f"value_{{i}}")))


@task(cache=False)
def main() -> int:
    value = steps[0]()
    for step in steps[1:]:
        value = step(value)
    return value
"""


def _write_graph(folder: Path, graph: Graph) -> Command:
    graph.write(folder)
    (folder / _SCRIPT).write_text(_GRAPH, "utf-8")
    return ("redun", "run", _SCRIPT, "main")


def _write_sample(folder: Path, count: int) -> Command:
    write_steps(folder, count)
    (folder / _SCRIPT).write_text(_SAMPLE.format(count=count), "utf-8")
    return ("redun", "run", _SCRIPT, "main")


REDUN = Tool("redun", "redun", "0.44.1", _write_graph, _write_sample)
