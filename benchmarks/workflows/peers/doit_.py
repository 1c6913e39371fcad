"""doit: a make in Python. A step is told from its input files and its salt.

In the sample project, each step depends on its own file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.workflows.sample import write_steps
from benchmarks.workflows.tool import Tool

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.workflows.graphs import Graph
    from benchmarks.workflows.tool import Command

_SCRIPT = "dodo.py"

_GRAPH = """\
from pathlib import Path

from doit.tools import config_changed

from work import graph, made


def step(index, salt, inputs):
    values = [int(Path(f"out/{i}").read_text()) for i in inputs]
    Path(f"out/{index}").write_text(str(made(index, salt, values)))


def task_step():
    for index, salt, inputs in graph():
        yield {
            "name": str(index),
            "actions": [ACTION],
            "file_dep": [f"out/{i}" for i in inputs],
            "targets": [f"out/{index}"],
            "uptodate": [config_changed({"salt": salt})],
        }
"""
_CALL = "(step, [index, salt, inputs])"
_COMMAND = 'f"python noop.py {index}"'

_SAMPLE = """\
import importlib
from pathlib import Path

Path("out").mkdir(exist_ok=True)


def run(step):
    function = getattr(importlib.import_module(f"step_{{step}}"), f"value_{{step}}")
    values = [int(Path(f"out/{{step - 1}}").read_text())] if step > 1 else []
    Path(f"out/{{step}}").write_text(str(function(*values)))


def task_step():
    for step in range(1, {count} + 1):
        yield {{
            "name": str(step),
            "actions": [(run, [step])],
            "file_dep": [f"step_{{step}}.py"] + [f"out/{{step - 1}}"] * (step > 1),
            "targets": [f"out/{{step}}"],
        }}
"""


def _write_graph(folder: Path, graph: Graph) -> Command:
    graph.write(folder)
    text = _GRAPH.replace("ACTION", _COMMAND if graph.process else _CALL)
    (folder / _SCRIPT).write_text(text, "utf-8")
    return ("doit",)


def _write_sample(folder: Path, count: int) -> Command:
    write_steps(folder, count)
    (folder / _SCRIPT).write_text(_SAMPLE.format(count=count), "utf-8")
    return ("doit",)


DOIT = Tool("doit", "doit", "0.37.0", _write_graph, _write_sample, processes=True)
