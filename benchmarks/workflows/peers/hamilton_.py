"""Hamilton with its cache: a step is a function, named after what it makes.

The distribution is `apache-hamilton`; `sf-hamilton` is its former name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.workflows.sample import write_steps
from benchmarks.workflows.tool import Tool

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.workflows.graphs import Graph, Node
    from benchmarks.workflows.tool import Command

_SCRIPT = "run.py"

_GRAPH = """\
import nodes
from hamilton import driver
from work import graph

dr = driver.Builder().with_modules(nodes).with_cache().build()
dr.execute([f"value_{index}" for index, _, _ in graph()])
"""

_SAMPLE = """\
import importlib

from hamilton import driver

modules = [importlib.import_module(f"step_{{i}}") for i in range(1, {count} + 1)]
dr = driver.Builder().with_modules(*modules).with_cache().build()
dr.execute(["value_{count}"])
"""


def _write_graph(folder: Path, graph: Graph) -> Command:
    graph.write(folder)
    functions = "\n\n".join(map(_function, graph))
    text = f"from work import made\n\n\n{functions}"
    (folder / "nodes.py").write_text(text, "utf-8")
    (folder / _SCRIPT).write_text(_GRAPH, "utf-8")
    return ("python", _SCRIPT)


def _function(node: Node) -> str:
    arguments = ", ".join(f"value_{i}: int" for i in node.inputs)
    values = "".join(f"value_{i}, " for i in node.inputs)
    return (
        f"def value_{node.index}({arguments}) -> int:\n"
        f"    return made({node.index}, {node.salt}, ({values}))\n"
    )


def _write_sample(folder: Path, count: int) -> Command:
    write_steps(folder, count)
    (folder / _SCRIPT).write_text(_SAMPLE.format(count=count), "utf-8")
    return ("python", _SCRIPT)


HAMILTON = Tool(
    "Hamilton",
    "apache-hamilton",
    "1.90.0",
    _write_graph,
    _write_sample,
    environment={"HAMILTON_TELEMETRY_ENABLED": "false"},
)
