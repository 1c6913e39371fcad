"""A crate is looked through for holes before it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.provenance.graph import Graph, file_name, identifier

names = st.text(st.characters(codec=None), max_size=20)


def whole() -> Graph:
    graph = Graph()
    data = graph.add("data.txt", "File", exampleOfWork=[])
    graph.add("#run", "CreateAction", object=[data], startTime="1", endTime="2")
    return graph


def test_a_whole_graph_has_no_problems() -> None:
    assert whole().problems(["data.txt"]) == []


def test_data_that_the_crate_does_not_hold_are_a_problem() -> None:
    assert whole().problems([]) == [
        "data.txt, which data.txt refers to, is not there",
        "data.txt, which #run refers to, is not there",
    ]


def test_a_dangling_reference_is_a_problem() -> None:
    graph = whole()
    graph.add("#other", "CreateAction", result={"@id": "#gone"}, startTime=1, endTime=2)
    (problem,) = graph.problems(["data.txt"])
    assert problem == "#gone, which #other refers to, is not there"


@pytest.mark.parametrize("time", ["startTime", "endTime"])
def test_an_action_without_its_times_is_a_problem(time: str) -> None:
    graph = Graph()
    graph.add(
        "#run", "CreateAction", **{"startTime": "1", "endTime": "2"} | {time: None}
    )
    assert graph.problems([]) == [f"#run has no {time}"]


def test_empty_properties_are_left_out_and_single_ones_stand_alone() -> None:
    graph = Graph()
    graph.add("#a", "Thing", none=None, empty=[], one=["x"], two=["x", "y"], zero=0)
    (entity,) = graph
    assert entity == {
        "@id": "#a",
        "@type": "Thing",
        "one": "x",
        "two": ["x", "y"],
        "zero": 0,
    }


def test_a_link_is_made_once() -> None:
    graph = whole()
    for _ in range(2):
        graph.link({"@id": "data.txt"}, "exampleOfWork", {"@id": "#run"})
    assert next(iter(graph))["exampleOfWork"] == {"@id": "#run"}


@given(st.lists(names, min_size=1, max_size=3), st.lists(names, min_size=1, max_size=3))
def test_different_names_make_different_ids(one: list[str], two: list[str]) -> None:
    assert (identifier(*one) == identifier(*two)) == (one == two)


@given(names)
def test_an_id_is_a_reference_within_the_crate(name: str) -> None:
    id_ = identifier(name)
    assert id_.isascii()
    assert id_.startswith("#")
    assert not set(id_[1:]) & set('/#?<>"{}|\\^` \n')


@given(names)
def test_a_file_name_cannot_leave_its_folder(name: str) -> None:
    safe = file_name(name)
    assert safe not in {"", ".", ".."}
    assert not set(safe) & {"/", "\\", "\0"}
    safe.encode()
