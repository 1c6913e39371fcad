"""The graph of a workflow, drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sweepflow.workflow import AtomConstructor, Step, Workflow
from sweepflow.workflow.graph import graph_dot, graph_mermaid, graph_text

if TYPE_CHECKING:
    from pathlib import Path


def function(
    config: object, input_atoms: dict[str, Any], temp_workspace: Path
) -> list[AtomConstructor]:
    return []


FLOW = Workflow(
    "flow",
    {"raw": "text"},
    [
        Step(
            "prepare",
            function,
            {"raw": "text"},
            output_atom_types={"a": "dataset", "b": "dataset"},
        ),
        Step("train", function, {"a": "dataset", "b": "dataset"}),
        Step("end", function, {"model": "model"}, output_atom_types={}),
    ],
)


def test_text() -> None:
    assert graph_text(FLOW) == (
        "flow\n"
        "  takes raw: text\n"
        "  prepare\n"
        "    takes raw: text (given)\n"
        "    makes a: dataset\n"
        "    makes b: dataset\n"
        "  train\n"
        "    takes a: dataset (from prepare)\n"
        "    takes b: dataset (from prepare)\n"
        "    makes what it returns\n"
        "  end\n"
        "    takes model: model (from a step above)\n"
    )


def test_mermaid() -> None:
    assert graph_mermaid(FLOW) == (
        "flowchart TD\n"
        '    i0(["raw: text"])\n'
        '    s0["prepare"]\n'
        '    s1["train"]\n'
        '    s2["end"]\n'
        "    i0 --> s0\n"
        '    s0 -->|"a, b"| s1\n'
        '    s1 -.->|"model"| s2\n'
    )


def test_dot() -> None:
    assert graph_dot(FLOW) == (
        'digraph "flow" {\n'
        "    node [shape=box];\n"
        '    "input:raw" [label="raw: text", shape=ellipse];\n'
        '    "prepare";\n'
        '    "train";\n'
        '    "end";\n'
        '    "input:raw" -> "prepare";\n'
        '    "prepare" -> "train" [label="a, b"];\n'
        '    "train" -> "end" [label="model", style=dotted];\n'
        "}\n"
    )
