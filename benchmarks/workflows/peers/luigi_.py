"""Luigi with its local scheduler: a step is done when its target is there.

Its parameter is part of the target's name, as Luigi's manual asks for.
"""

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
import sys

import luigi

from work import graph, made

NODES = {index: (salt, inputs) for index, salt, inputs in graph()}


def step(index):
    return Step(index=index, salt=NODES[index][0])


class Step(luigi.Task):
    index = luigi.IntParameter()
    salt = luigi.IntParameter()

    def requires(self):
        return [step(i) for i in NODES[self.index][1]]

    def output(self):
        return luigi.LocalTarget(f"out/{self.index}-{self.salt}")

    def run(self):
        values = []
        for target in self.input():
            with target.open() as file:
                values.append(int(file.read()))
        with self.output().open("w") as file:
            file.write(str(made(self.index, self.salt, values)))


done = luigi.build(list(map(step, NODES)), local_scheduler=True, log_level="WARNING")
sys.exit(not done)
"""

_SAMPLE = """\
import importlib
import sys

import luigi


class Step(luigi.Task):
    step = luigi.IntParameter()

    def requires(self):
        return [Step(step=self.step - 1)] if self.step > 1 else []

    def output(self):
        return luigi.LocalTarget(f"out/{{self.step}}")

    def run(self):
        values = []
        for target in self.input():
            with target.open() as file:
                values.append(int(file.read()))
        module = importlib.import_module(f"step_{{self.step}}")
        value = getattr(module, f"value_{{self.step}}")(*values)
        with self.output().open("w") as file:
            file.write(str(value))


last = Step(step={count})
sys.exit(not luigi.build([last], local_scheduler=True, log_level="WARNING"))
"""


def _write_graph(folder: Path, graph: Graph) -> Command:
    graph.write(folder)
    (folder / _SCRIPT).write_text(_GRAPH, "utf-8")
    return ("python", _SCRIPT)


def _write_sample(folder: Path, count: int) -> Command:
    write_steps(folder, count)
    (folder / _SCRIPT).write_text(_SAMPLE.format(count=count), "utf-8")
    return ("python", _SCRIPT)


LUIGI = Tool("Luigi", "luigi", "3.8.1", _write_graph, _write_sample)
