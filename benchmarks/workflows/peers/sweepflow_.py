"""Sweepflow itself: steps in the driver's process, or in processes of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.workflows.sample import write_steps
from benchmarks.workflows.tool import Tool

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.workflows.graphs import Graph
    from benchmarks.workflows.tool import Command

_PIPELINE = "pipeline.py"

_GRAPH = """\
from dataclasses import dataclass, make_dataclass

from sweepflow.workflow import AtomConstructor, Step, Workflow

from work import graph, made


@dataclass
class Config:
    index: int
    salt: int


def step(config, input_atoms, temp_workspace):
    values = [int(atom.path.read_text()) for atom in input_atoms.values()]
    name = f"value_{config.index}"
    path = temp_workspace / name
    path.write_text(str(made(config.index, config.salt, values)))
    return [AtomConstructor(name=name, path=path, type="number")]


def declared(index, inputs):
    return Step(
        name=f"step_{index}",
        function=step,
        input_atom_types={f"value_{i}": "number" for i in inputs},
        output_atom_types={f"value_{index}": "number"},
        config_class=Config,
    )


NODES = graph()
Everything = make_dataclass(
    "Everything", [(f"step_{index}", Config) for index, _, _ in NODES]
)
config = Everything(**{f"step_{i}": Config(i, salt) for i, salt, _ in NODES})
workflow = Workflow(
    name="graph",
    input_atom_types={},
    steps=[declared(index, inputs) for index, _, inputs in NODES],
    config_class=Everything,
)
"""

_SAMPLE = """\
from sweepflow.workflow import AtomConstructor, Step, Workflow
"""
_STEP = """\


def step_{step}(config, input_atoms, temp_workspace):
    from step_{step} import value_{step}

    values = [int(atom.path.read_text()) for atom in input_atoms.values()]
    path = temp_workspace / "{step}"
    path.write_text(str(value_{step}(*values)))
    return [AtomConstructor(name="value_{step}", path=path, type="number")]
"""
_WORKFLOW = """\


config = None
workflow = Workflow(
    name="sample",
    input_atom_types={{}},
    steps=[
        Step(
            name=f"step_{{i}}",
            function=globals()[f"step_{{i}}"],
            input_atom_types={{f"value_{{i - 1}}": "number"}} if i > 1 else {{}},
            output_atom_types={{f"value_{{i}}": "number"}},
        )
        for i in range(1, {count} + 1)
    ],
)
"""

_RUN = """\
from sweepflow.workflow import run_workflow

from pipeline import config, workflow

if __name__ == "__main__":
    run_workflow(
        workflow=workflow,
        input_atoms={{}},
        config=config,
        user="bench",
        executor="{executor}",
        jobs=1,
    )
"""


def _write_graph(folder: Path, graph: Graph) -> Command:
    graph.write(folder)
    (folder / _PIPELINE).write_text(_GRAPH, "utf-8")
    return _write_run(folder, "local" if graph.process else "in-process")


def _write_sample(folder: Path, count: int) -> Command:
    write_steps(folder, count)
    steps = "".join(_STEP.format(step=step) for step in range(1, count + 1))
    text = _SAMPLE + steps + _WORKFLOW.format(count=count)
    (folder / _PIPELINE).write_text(text, "utf-8")
    return _write_run(folder, "local")


def _write_run(folder: Path, executor: str) -> Command:
    (folder / "run.py").write_text(_RUN.format(executor=executor), "utf-8")
    return ("python", "run.py")


SWEEPFLOW = Tool(
    "Sweepflow", "sweepflow", None, _write_graph, _write_sample, processes=True
)
