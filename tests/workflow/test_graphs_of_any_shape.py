"""Validation accepts the graphs that can run, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.workflow import AtomConstructor, Step, Workflow
from sweepflow.workflow.errors import WorkflowDefinitionError

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random


def function(
    config: object, input_atoms: dict[str, Any], temp_workspace: Path
) -> list[AtomConstructor]:
    return []


class Node:
    """A step in few words: what it takes, and what it makes if it says so."""

    def __init__(self, number: int, takes: set[int], is_declared: bool) -> None:
        self.name, self.takes = f"s{number}", takes
        self.is_declared, self.number = is_declared, number

    def step(self) -> Step:
        makes = {f"x{self.number}": "t"} if self.is_declared else None
        takes = {f"x{number}": "t" for number in sorted(self.takes)}
        return Step(self.name, function, takes, output_atom_types=makes)


@st.composite
def graphs(draw: st.DrawFn) -> list[Node]:
    count = draw(st.integers(1, 7))
    numbers = st.integers(0, count)  # one more than there are: it may be unknown
    return [
        Node(number, draw(st.sets(numbers, max_size=3)), draw(st.booleans()))
        for number in range(count)
    ]


def can_run(graph: list[Node]) -> bool:
    """Run the graph by the simplest rule there is, and see whether all get a turn."""
    declared = {node.number for node in graph if node.is_declared}
    done: set[int] = set()
    while True:
        new = {
            node.number
            for node in graph
            if node.number not in done
            and all(
                (number in done)
                if number in declared
                else any(
                    n in done and not graph[n].is_declared for n in range(node.number)
                )
                for number in node.takes
            )
        }
        if not new:
            return len(done) == len(graph)
        done |= new


@given(graphs())
def test_just_what_can_run_is_accepted(graph: list[Node]) -> None:
    steps = [node.step() for node in graph]
    if can_run(graph):
        assert len(Workflow("flow", {}, steps).edges) == sum(
            len(node.takes) for node in graph
        )
    else:
        with pytest.raises(WorkflowDefinitionError):
            Workflow("flow", {}, steps)


@given(graphs().filter(can_run), st.randoms())
def test_the_order_of_the_list_does_not_matter_where_all_is_declared(
    graph: list[Node], random: Random
) -> None:
    if not all(node.is_declared for node in graph):
        return
    steps = [node.step() for node in graph]
    shuffled = random.sample(steps, len(steps))
    sources = Workflow("flow", {}, steps).sources()
    assert Workflow("flow", {}, shuffled).sources() == sources


def test_a_circle_is_named_by_steps_that_wait_for_each_other() -> None:
    steps = [
        Step("end", function, {"b": "t"}, output_atom_types={}),
        Step("a", function, {"b": "t"}, output_atom_types={"a": "t"}),
        Step("b", function, {"a": "t"}, output_atom_types={"b": "t"}),
    ]
    with pytest.raises(WorkflowDefinitionError, match=r"b -> a -> b|a -> b -> a"):
        Workflow("flow", {}, steps)


def test_a_long_chain_is_no_deep_one() -> None:
    steps = [
        Step(
            f"s{n}",
            function,
            {f"x{n - 1}": "t"} if n else {},
            output_atom_types={f"x{n}": "t"},
        )
        for n in range(3000)
    ]
    assert len(Workflow("flow", {}, steps[::-1]).edges) == 2999
