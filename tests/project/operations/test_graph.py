"""What operations need of one another."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.errors import ProjectError
from sweepflow.project.operations.book import OperationModel, Operations
from sweepflow.project.operations.graph import Edge, Graph, Node, graph_of
from sweepflow.project.operations.models import Operation
from sweepflow.project.operations.requirements import Requirement

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Read

REFERENCE = """\
test:
  requires: [{operation: train}, {operation: prepare}]
train:
  requires: [{operation: prepare}, {file: config.yaml}]
prepare: prepare
all:
  flags: {lr: 0.1}
  steps:
    - prepare
    - run: "train  lr=${lr}"
      name: first
    - test
"""


def _names(graph: Graph) -> list[str]:
    return [node.name for node in graph.nodes]


def test_each_operation_stands_behind_what_it_needs(guild: Read) -> None:
    found = guild(REFERENCE)
    graph = graph_of(found, found.all.values())
    names = _names(graph)
    assert sorted(names) == sorted((*found.all, "file:config.yaml"))
    for edge in graph.edges:
        assert names.index(edge.needs) < names.index(edge.name)
    assert Node("file:config.yaml", "file") in graph.nodes
    assert [edge for edge in graph.edges if edge.name == "all"] == [
        Edge("all", "prepare", "prepare"),
        Edge("all", "train", "train lr=${lr}", "first"),
        Edge("all", "test", "test"),
    ]
    assert [edge for edge in graph.edges if edge.name == "train"] == [
        Edge("train", "prepare"),
        Edge("train", "file:config.yaml"),
    ]


def test_of_one_operation_only_what_it_needs(guild: Read) -> None:
    found = guild(REFERENCE)
    graph = graph_of(found, [found.all["train"]])
    assert _names(graph)[-1] == "train"
    assert set(_names(graph)) == {"prepare", "file:config.yaml", "train"}
    assert len(graph.edges) == 2


def test_names_are_sought_in_the_own_model_first(guild: Read) -> None:
    found = guild("""\
        - model: a
          operations: {prep: x, train: {requires: [{operation: prep}]}}
        - model: b
          operations: {prep: x, all: {steps: [prep, 'a:train']}}
        """)
    graph = graph_of(found, found.all.values())
    assert {(edge.name, edge.needs) for edge in graph.edges} == {
        ("a:train", "a:prep"),
        ("b:all", "b:prep"),
        ("b:all", "a:train"),
    }


def test_a_name_that_depends_on_a_flag_is_known_at_a_run(guild: Read) -> None:
    found = guild("a: {flags: {op: b}, requires: [{operation: '${op}'}]}\nb: x\n")
    graph = graph_of(found, found.all.values())
    assert Node("${op}", known=False) in graph.nodes
    assert graph.edges == (Edge("a", "${op}"),)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: {requires: [{operation: prpe}]}\nprep: x", "1:16"),
        ("a: {steps: [prep, 'prpe x=1']}\nprep: x", "1:19"),
    ],
)
def test_an_unknown_operation(guild: Read, text: str, place: str) -> None:
    found = guild(text)
    with pytest.raises(ProjectError) as caught:
        graph_of(found, found.all.values())
    assert caught.value.message == "no operation is called 'prpe'"
    assert str(caught.value.place) == f"{found.file}:{place}"
    assert "did you mean 'prep'?" in (caught.value.hint or "")
    assert graph_of(found, [found.all["prep"]]).edges == ()


def test_one_of_several_operations(guild: Read) -> None:
    found = guild("""\
        - {model: a, operations: {prep: x}}
        - {model: b, operations: {prep: x}}
        - {model: c, operations: {train: {requires: [{operation: prep}]}}}
        """)
    with pytest.raises(ProjectError, match="several models have an") as caught:
        graph_of(found, found.all.values())
    assert str(caught.value.place) == f"{found.file}:3:46"


def test_an_optional_one_that_is_not_there(guild: Read) -> None:
    found = guild("a: {requires: [{operation: b, optional: yes}]}")
    graph = graph_of(found, found.all.values())
    assert graph.nodes == (Node("b", known=False), Node("a"))
    assert graph.edges == (Edge("a", "b", optional=True),)


@pytest.mark.parametrize(
    ("text", "circle", "place"),
    [
        ("a: {steps: [a]}", "a -> a", "1:13"),
        ("a: {requires: [{operation: a}]}", "a -> a", "1:16"),
        (
            "c: x\na: {steps: [c, b]}\nb: {requires: [{operation: a}]}",
            "a -> b -> a",
            "",
        ),
    ],
)
def test_an_operation_that_needs_itself(
    guild: Read, text: str, circle: str, place: str
) -> None:
    found = guild(text)
    with pytest.raises(ProjectError) as caught:
        graph_of(found, found.all.values())
    told = caught.value.message
    names = told.partition(": ")[2].split(" -> ")
    assert told.startswith(f"the operation {names[0]!r} needs itself: ")
    assert sorted(set(names)) == sorted(set(circle.split(" -> ")))
    assert names[0] == names[-1]
    assert place in str(caught.value.place)


def test_it_may_need_itself_where_it_can_do_without(guild: Read) -> None:
    found = guild("""\
        a: {requires: [{operation: b, optional: yes}]}
        b: {requires: [{operation: a}]}
        c: {requires: [{operation: c, optional: yes}]}
        """)
    graph = graph_of(found, found.all.values())
    names = _names(graph)
    assert sorted(names) == ["a", "b", "c"]
    assert names.index("a") < names.index("b")


@given(pairs=st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20))
def test_any_graph_has_its_order_or_a_circle(
    tmp_path_factory: pytest.TempPathFactory, pairs: set[tuple[int, int]]
) -> None:
    every = {
        str(n): Operation(
            name=str(n),
            main="x",
            requires=tuple(Requirement(operation=str(b)) for a, b in pairs if a == n),
        )
        for n in range(8)
    }
    file: Path = tmp_path_factory.getbasetemp() / "guild.yml"
    operations = Operations(file, file.parent, {"": OperationModel("", every)})
    try:
        names = _names(graph_of(operations, every.values()))
    except ProjectError as error:
        circle = error.message.partition(": ")[2].split(" -> ")
        links = itertools.pairwise(map(int, circle))
        assert pairs.issuperset(links)
        assert circle[0] == circle[-1]
    else:
        assert len(names) == 8
        assert all(names.index(str(b)) < names.index(str(a)) for a, b in pairs)
