"""Where atoms come from, and what comes from them."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweepflow.atom import Atom
from sweepflow.atom.lineage import ancestors, descendants
from sweepflow.store.records import AtomRecord, Run
from tests.atom.conftest import PROVENANCE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sweepflow.atom import Lineage
    from sweepflow.store.store import Store
    from tests.atom.conftest import Laboratory


@pytest.fixture
def made(laboratory: Laboratory) -> dict[str, Atom]:
    """Train a model on data, and evaluate it on the same data."""
    raw = Atom.create("raw", data="raw")
    data = laboratory.run("prepare", {"raw": raw}, {"data": "d"})["data"]
    model = laboratory.run("train", {"data": data}, {"model": "m", "log": "l"})
    score = laboratory.run(
        "evaluate", {"model": model["model"], "data": data}, {"score": "s"}
    )["score"]
    return {"raw": raw, "data": data, **model, "score": score}


def named_edges(lineage: Lineage) -> set[tuple[str, str]]:
    """Give the edges as `task > output` or `input > task`."""
    return {
        (lineage.runs[edge.source].task, f"makes {edge.name}")
        if edge.source in lineage.runs
        else (lineage.runs[edge.target].task, f"reads {edge.name}")
        for edge in lineage.edges
    }


def test_made_from_names_the_inputs(made: dict[str, Atom]) -> None:
    ids = {name: atom.id for name, atom in made.items()}
    assert made["raw"].made_from == {}
    assert made["data"].made_from == {"raw": ids["raw"]}
    assert made["score"].made_from == {"model": ids["model"], "data": ids["data"]}


def test_lineage_goes_up(made: dict[str, Atom]) -> None:
    lineage = made["score"].lineage()

    assert list(lineage.atoms.values()) == [
        made[name] for name in ("score", "model", "data", "raw")
    ]
    assert [run.task for run in lineage.runs.values()] == [
        "evaluate",
        "train",
        "prepare",
    ]
    assert named_edges(lineage) == {
        ("evaluate", "makes score"),
        ("evaluate", "reads model"),
        ("evaluate", "reads data"),
        ("train", "makes model"),
        ("train", "reads data"),
        ("prepare", "makes data"),
        ("prepare", "reads raw"),
    }


def test_descendants_go_down(made: dict[str, Atom], laboratory: Laboratory) -> None:
    laboratory.run("break", {"data": made["data"]}, {}, "failed")

    lineage = made["data"].descendants()

    assert set(lineage.atoms.values()) == {
        made[name] for name in ("data", "model", "log", "score")
    }
    assert named_edges(lineage) == {
        ("train", "reads data"),
        ("train", "makes model"),
        ("train", "makes log"),
        ("evaluate", "reads model"),
        ("evaluate", "reads data"),
        ("evaluate", "makes score"),
        ("break", "reads data"),
    }
    assert made["score"].descendants().runs == {}


def test_the_same_made_again_has_its_first_maker(
    made: dict[str, Atom], laboratory: Laboratory
) -> None:
    other = Atom.create("raw", data="other")
    again = laboratory.run("prepare", {"raw": other}, {"data": "d"})["data"]

    assert again == made["data"]
    assert again.made_from == {"raw": made["raw"].id}
    lineage = again.lineage()
    assert other.id not in lineage.atoms
    [run_id] = lineage.also_made_by[again.id]
    assert laboratory.store.ledger.get(run_id).task == "prepare"


def test_what_passes_its_input_on_did_not_make_it(laboratory: Laboratory) -> None:
    first = laboratory.run("make", {}, {"x": "content"})["x"]
    passed = laboratory.run("pass", {"x": first}, {"y": "content"})["y"]

    assert passed == first
    lineage = first.lineage()
    assert [run.task for run in lineage.runs.values()] == ["make"]
    assert len(lineage.also_made_by[first.id]) == 1
    assert [run.task for run in first.descendants().runs.values()] == ["pass"]


def test_what_came_from_outside_is_not_made_by_a_later_run(
    laboratory: Laboratory,
) -> None:
    outside = Atom.create("text", data="content")
    made = laboratory.run("make", {}, {"x": "content"})["x"]
    assert made == outside
    assert made.made_from == {}
    assert made.lineage().runs == {}


def test_text_draws_a_tree_with_each_branch_once(made: dict[str, Atom]) -> None:
    short = {atom.id: name.upper() for name, atom in made.items()}
    text = made["score"].lineage().to_text()
    for key, value in short.items():
        text = text.replace(key, value)
    runs = [run[:8] for run in made["score"].lineage().runs]

    assert text.splitlines() == [
        "SCORE",
        f"└─ made by evaluate, run {runs[0]}",
        "   ├─ model: MODEL",
        f"   │  └─ made by train, run {runs[1]}",
        "   │     └─ data: DATA",
        f"   │        └─ made by prepare, run {runs[2]}",
        "   │           └─ raw: RAW",
        "   └─ data: DATA (see above)",
    ]


def test_text_tells_failed_readers_and_further_makers(
    made: dict[str, Atom], laboratory: Laboratory
) -> None:
    laboratory.run("break", {"model": made["model"]}, {}, "failed")
    for _ in range(5):
        laboratory.run("again", {}, {"model": "m"})

    assert ", failed\n" in made["model"].descendants().to_text()
    first = made["model"].lineage().to_text().splitlines()[0]
    assert "(made again by run " in first
    assert first.endswith(" and 2 more)")


def test_json_has_all_of_it(made: dict[str, Atom]) -> None:
    data = json.loads(json.dumps(made["score"].lineage().to_json()))
    assert data["root"] == made["score"].id
    assert data["direction"] == "up"
    assert data["atoms"][0]["id"] == data["root"]
    assert {run["task"] for run in data["runs"]} == {"evaluate", "train", "prepare"}
    assert len(data["edges"]) == 7
    assert made["raw"].descendants().to_json()["direction"] == "down"


def test_mermaid_has_a_node_for_each_thing_and_no_stray_signs(
    laboratory: Laboratory,
) -> None:
    source = Atom.create("text", data="x")
    made = laboratory.run('a "b"] --> c;\n', {'in"|put': source}, {"out": "y"})
    lines = made["out"].lineage().to_mermaid().splitlines()

    assert lines[0] == "flowchart TD"
    assert lines[1] == f'  n0(["{made["out"].id}"])'
    assert lines[3].startswith('  n2["a #34;b#34;#93; --#62; c#59;#10;, run ')
    assert '  n1 -->|"in#34;#124;put"| n2' in lines
    assert '  n2 -->|"out"| n0' in lines
    assert len(lines) == 6


class Graph:
    """A catalog in memory: atom i was made by run i from the given earlier atoms."""

    def __init__(self, inputs: Sequence[Sequence[int]]) -> None:
        self.atoms = [_atom(i) for i in range(len(inputs))]
        self._runs = [_run(i) for i in range(len(inputs))]
        self._inputs = {
            self._runs[i].id: {f"in{j}": self.atoms[j] for j in from_}
            for i, from_ in enumerate(inputs)
        }
        self._readers: dict[str, list[Run]] = {atom.id: [] for atom in self.atoms}
        for i, from_ in enumerate(inputs):
            for j in from_:
                self._readers[self.atoms[j].id].append(self._runs[i])

    def makers(self, atom_id: str) -> Sequence[Run]:
        return [self._runs[_number(atom_id)]]

    def readers(self, atom_id: str) -> Sequence[Run]:
        return self._readers[atom_id]

    def inputs(self, run_id: str) -> Mapping[str, AtomRecord]:
        return self._inputs[run_id]

    def outputs(self, run_id: str) -> Mapping[str, AtomRecord]:
        return {"out": self.atoms[_number(run_id)]}

    def atom(self, number: int) -> tuple[Atom, Store]:
        store = cast("Store", SimpleNamespace(catalog=self))
        return Atom.from_record(self.atoms[number], store), store


def _number(any_id: str) -> int:
    return int(any_id.rsplit("-", 1)[1])


def _atom(i: int) -> AtomRecord:
    return AtomRecord(f"t-u-{i}", "t", "u", "", "", 0, None, (), {}, float(i) + 0.5)


def _run(i: int) -> Run:
    nothing: Any = ""
    return Run(f"run-{i}", "", "", "", f"step{i}", "", nothing, PROVENANCE, float(i))


graphs = st.integers(1, 12).flatmap(
    lambda size: st.tuples(
        *(
            st.lists(st.integers(0, max(0, i - 1)), unique=True, max_size=3 if i else 0)
            for i in range(size)
        )
    )
)


@given(inputs=graphs)
@settings(deadline=None)
def test_lineage_is_what_can_be_reached(inputs: Sequence[Sequence[int]]) -> None:
    above: list[set[int]] = []
    for i, from_ in enumerate(inputs):
        above.append({i}.union(*(above[j] for j in from_)))
    graph = Graph(inputs)
    for i in range(len(inputs)):
        up = ancestors(*graph.atom(i))
        down = descendants(*graph.atom(i))
        below = {j for j, reached in enumerate(above) if i in reached}

        assert {_number(atom) for atom in up.atoms} == above[i]
        assert {_number(atom) for atom in down.atoms} == below
        edges = [(_number(edge.source), _number(edge.target)) for edge in up.edges]
        expected = [(j, k) for k in above[i] for j in inputs[k]]
        assert sorted(edges) == sorted([*expected, *((k, k) for k in above[i])])
        ends = {end for edge in down.edges for end in (edge.source, edge.target)}
        assert ends <= down.atoms.keys() | down.runs.keys()
        for lineage in (up, down):
            text = lineage.to_text()
            assert all(text.count(f"{atom}") >= 1 for atom in lineage.atoms)
            assert text.count(" by step") == len(
                [e for e in lineage.edges if (e.target in lineage.runs) == lineage.down]
            )


def test_a_chain_of_ten_thousand_is_drawn_in_text_of_its_size() -> None:
    size = 10_000
    graph = Graph([[i - 1] if i else [] for i in range(size)])
    up = ancestors(*graph.atom(size - 1))
    down = descendants(*graph.atom(0))
    for lineage in (up, down):
        assert len(lineage.atoms) == size
        text = lineage.to_text()
        assert len(text) < 200 * size
        assert text.count(" by step") >= size - 1
        assert text.count("goes on below") == text.count("\n\n")
        assert lineage.to_mermaid().count("\n") > 3 * size
        assert len(json.dumps(lineage.to_json())) < 1000 * size


def test_work_is_in_proportion_to_the_graph() -> None:
    """A run with many inputs and outputs is asked for each of them once."""
    width = 2_000
    graph = Graph([*([] for _ in range(width)), list(range(width))])
    asked = 0
    inputs = graph.inputs

    def count(run_id: str) -> Mapping[str, AtomRecord]:
        nonlocal asked
        asked += 1
        return inputs(run_id)

    graph.inputs = count
    ancestors(*graph.atom(width))
    assert asked <= width + 1
