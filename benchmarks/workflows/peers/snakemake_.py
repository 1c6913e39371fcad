"""Snakemake: rules between files, each step a shell, or a script in the sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.workflows.sample import write_steps
from benchmarks.workflows.tool import Tool

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.workflows.graphs import Graph
    from benchmarks.workflows.tool import Command

_COMMAND = ("snakemake", "--cores", "1")

_GRAPH = """\
import json

with open("graph.json") as file:
    NODES = {str(index): (salt, inputs) for index, salt, inputs in json.load(file)}


rule all:
    input:
        [f"out/{index}" for index in NODES],


rule step:
    input:
        lambda wildcards: [f"out/{i}" for i in NODES[wildcards.index][1]],
    output:
        "out/{index}",
    params:
        salt=lambda wildcards: NODES[wildcards.index][0],
    shell:
        SHELL
"""
_SHELL = '''\
"""
        echo {wildcards.index} >> executed
        sum={wildcards.index}
        for file in {input}; do read value < $file; sum=$((sum + value)); done
        echo $((sum + {params.salt} / 2)) > {output}
        """'''
_PROCESS = '"python noop.py {wildcards.index}"'

_SAMPLE = """\
rule all:
    input:
        "out/{count}",
"""
_RULE = """\


rule step_{step}:
    input:{input}
    output:
        "out/{step}",
    script:
        "step_{step}.py"
"""
_TRAILER = """\
values = [int(open(name).read()) for name in snakemake.input]
with open(snakemake.output[0], "w") as file:
    file.write(str(value_{step}(*values)))
"""


def _write_graph(folder: Path, graph: Graph) -> Command:
    graph.write(folder)
    text = _GRAPH.replace("SHELL", _PROCESS if graph.process else _SHELL)
    (folder / "Snakefile").write_text(text, "utf-8")
    return _COMMAND


def _write_sample(folder: Path, count: int) -> Command:
    write_steps(folder, count, _TRAILER)
    text = _SAMPLE.format(count=count)
    for step in range(1, count + 1):
        made = f'\n        "out/{step - 1}",' if step > 1 else " []"
        text += _RULE.format(step=step, input=made)
    (folder / "Snakefile").write_text(text, "utf-8")
    return _COMMAND


SNAKEMAKE = Tool(
    "Snakemake",
    "snakemake",
    "9.27.1",
    _write_graph,
    _write_sample,
    processes=True,
)
