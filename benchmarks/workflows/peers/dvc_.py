"""DVC: stages of shell commands between files, outputs kept by their digest.

In the sample project, each step depends on its own file.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.workflows.sample import write_steps
from benchmarks.workflows.tool import Tool

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.workflows.graphs import Graph, Node
    from benchmarks.workflows.tool import Command

_COMMAND = ("dvc", "repro")

_TRAILER = """\
if __name__ == "__main__":
    import os
    import sys

    values = [int(open(name).read()) for name in sys.argv[1:]]
    os.makedirs("out", exist_ok=True)
    with open("out/{step}", "w") as file:
        file.write(str(value_{step}(*values)))
"""


def _write_graph(folder: Path, graph: Graph) -> Command:
    graph.write(folder)
    _write_stages(
        folder,
        {
            f"step_{node.index}": {
                "cmd": _process(node) if graph.process else _shell(node),
                "deps": [f"out/{i}" for i in node.inputs],
                "outs": [f"out/{node.index}"],
            }
            for node in graph
        },
    )
    return _COMMAND


def _shell(node: Node) -> str:
    reads = "".join(f"read value_{i} < out/{i}; " for i in node.inputs)
    values = "".join(f" + value_{i}" for i in node.inputs)
    total = f"{node.index}{values} + {node.salt} / 2"
    return f"echo {node.index} >> executed; {reads}echo $(({total})) > out/{node.index}"


def _process(node: Node) -> str:
    return f"python noop.py {node.index}"


def _write_sample(folder: Path, count: int) -> Command:
    write_steps(folder, count, _TRAILER)
    stages: dict[str, object] = {}
    for step in range(1, count + 1):
        inputs = [f"out/{step - 1}"] if step > 1 else []
        stages[f"step_{step}"] = {
            "cmd": " ".join(["python", f"step_{step}.py", *inputs]),
            "deps": [f"step_{step}.py", *inputs],
            "outs": [f"out/{step}"],
        }
    _write_stages(folder, stages)
    return _COMMAND


def _write_stages(folder: Path, stages: dict[str, object]) -> None:
    (folder / "dvc.yaml").write_text(json.dumps({"stages": stages}, indent=1), "utf-8")


DVC = Tool(
    "DVC",
    "dvc",
    "3.67.1",
    _write_graph,
    _write_sample,
    setup=("dvc", "init", "--no-scm", "--quiet"),
    environment={"DVC_NO_ANALYTICS": "true", "DVC_SITE_CACHE_DIR": ".dvc/site"},
    processes=True,
)
