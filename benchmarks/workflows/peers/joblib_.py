"""joblib.Memory: a cache of function calls, and no engine. The floor in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.workflows.sample import write_steps
from benchmarks.workflows.tool import Tool

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.workflows.graphs import Graph
    from benchmarks.workflows.tool import Command

_SCRIPT = "run.py"

_GRAPH = """\
from joblib import Memory

from work import graph, made

memory = Memory("cache", verbose=0)


@memory.cache
def step(index, salt, *values):
    return made(index, salt, values)


values = []
for index, salt, inputs in graph():
    values.append(step(index, salt, *[values[i] for i in inputs]))
"""

_SAMPLE = """\
import importlib

from joblib import Memory

memory = Memory("cache", verbose=0)
value = ()
for step in range(1, {count} + 1):
    module = importlib.import_module(f"step_{{step}}")
    function = memory.cache(getattr(module, f"value_{{step}}"))
    value = (function(*value),)
"""


def _write_graph(folder: Path, graph: Graph) -> Command:
    graph.write(folder)
    (folder / _SCRIPT).write_text(_GRAPH, "utf-8")
    return ("python", _SCRIPT)


def _write_sample(folder: Path, count: int) -> Command:
    write_steps(folder, count)
    (folder / _SCRIPT).write_text(_SAMPLE.format(count=count), "utf-8")
    return ("python", _SCRIPT)


JOBLIB = Tool("joblib.Memory", "joblib", "1.6.0", _write_graph, _write_sample)
