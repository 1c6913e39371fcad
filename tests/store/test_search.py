"""Finding runs: filters, what is part of what, numbers of many runs."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.store.conftest import a_claim, a_run, an_atom, an_ending
from tests.store.test_ledger_begin import a_scalar, with_scalars

if TYPE_CHECKING:
    from sweepflow.store.ledger import Ledger


def ids(ledger: Ledger, **filters: Any) -> list[str]:  # noqa: ANN401 - those of runs
    return [run.id for run in ledger.runs(**filters)]


def end(ledger: Ledger, *run_ids: str, status: str = "completed") -> None:
    assert not ledger.commit([an_ending(run_id, status=status) for run_id in run_ids])


def test_by_names_with_or_without_the_model(ledger: Ledger) -> None:
    for run_id, name in enumerate(
        ("train", "m:train", "m:n:train", "xtrain", "%", "_")
    ):
        ledger.start(a_run(str(run_id), name=name, started_at=float(run_id)))

    assert ids(ledger, names=["train"]) == ["2", "1", "0"]
    assert ids(ledger, names=["m:train"]) == ["1"]
    assert ids(ledger, names=["xtrain", "n:train"]) == ["3", "2"]
    assert ids(ledger, names=["%"]) == ["4"]
    assert ids(ledger, names=["nope"]) == []


def test_by_the_job_whatever_that_ran(ledger: Ledger) -> None:
    first: dict[str, Any] = {"kind": "workflow", "name": "line"}
    facts = (
        {"job": 'a"b%\x00', "nan": math.nan, "nul": "\0"},
        {"job": 'a"b%\x00c'},
        {"x": {"job": 'a"b%\x00'}},
        {"job": 'A"b%\x00'},
        {"job": ""},
    )
    for n, each in enumerate(facts):
        ledger.start(a_run(str(n), facts=each, started_at=float(n), **first))
    name = 'a"b%\x00'
    ledger.start(a_run("own", name=name, kind="job", started_at=8.0))
    ledger.start(a_run("other", name=name, kind="operation", started_at=9.0))
    assert not ledger.commit([replace(an_ending("0"), facts={"later": 1})])

    assert ids(ledger, job=name) == ["own", "0"]
    assert ids(ledger, called=[name]) == ["other", "own", "0"]
    assert ids(ledger, called=["line", name], limit=3) == ["other", "own", "4"]
    assert ids(ledger, names=[name]) == ["other", "own"]
    assert ids(ledger, job="") == ["4"]


def test_by_statuses_times_and_marks(ledger: Ledger) -> None:
    for n in range(5):
        ledger.start(a_run(str(n), started_at=float(n), marked=n % 2 == 0))
    end(ledger, "0", "1")
    end(ledger, "2", status="failed")

    assert ids(ledger, statuses=["completed", "failed"]) == ["2", "1", "0"]
    assert ids(ledger, statuses=["failed"], marked=True) == ["2"]
    assert ids(ledger, start=1.0, end=3.0) == ["2", "1"]
    assert ids(ledger, start=3.0) == ["4", "3"]
    assert ids(ledger, end=1.0) == ["0"]
    assert ids(ledger, marked=True, limit=2) == ["4", "2"]


def test_runs_of_one_instant_have_an_order(ledger: Ledger) -> None:
    for run_id in "cab":
        ledger.start(a_run(run_id))
    assert ids(ledger) == ["a", "b", "c"]


def test_facts_are_left_out_on_demand(ledger: Ledger) -> None:
    ledger.start(a_run("a", facts={"x": 1}, tags=("t",)))
    assert ledger.runs(facts=False) == [a_run("a", tags=("t",))]


def test_children_are_given_in_the_order_they_began(ledger: Ledger) -> None:
    ledger.start(a_run("p"))
    ledger.start(a_run("q", parent="p", step="inner"))
    for run_id, parent, at in (("z", "p", 1.0), ("y", "p", 2.0), ("x", "q", 3.0)):
        ledger.start(a_run(run_id, parent=parent, started_at=at, facts={"f": at}))

    assert [run.id for run in ledger.children("p")] == ["q", "z", "y"]
    assert ledger.children("q") == [
        a_run("x", parent="q", started_at=3.0, facts={"f": 3.0})
    ]
    assert [run.id for run in ledger.children("p", "q")] == ["q", "z", "y", "x"]
    assert ledger.children("x") == ledger.children() == []


def test_removed_children_are_there_with_their_parent_alone(ledger: Ledger) -> None:
    ledger.start(a_run("p"))
    for run_id in ("a", "b"):
        ledger.start(a_run(run_id, parent="p"))
    end(ledger, "p", "a", "b")

    ledger.curator.remove(["a"], 1.0)
    assert [run.id for run in ledger.children("p")] == ["b"]

    ledger.curator.remove(["p"], 2.0)
    assert [run.id for run in ledger.children("p")] == ["a", "b"]


def test_numbers_of_many_runs_at_once(ledger: Ledger) -> None:
    for n in range(50):
        ledger.start(a_run(f"{n:02}"))
        scalar = a_scalar(last=n / 2)
        ledger.commit([with_scalars(f"{n:02}", scalar, a_scalar("acc"))])

    found = ledger.scalars([f"{n:02}" for n in range(0, 50, 2)] + ["none"])

    assert len(found) == 26
    assert found["none"] == {}
    assert found["08"] == {"loss": a_scalar(last=4.0), "acc": a_scalar("acc")}


def test_last_values_alone(ledger: Ledger) -> None:
    for run_id, last in (("a", 0.25), ("b", math.nan)):
        ledger.start(a_run(run_id))
        ledger.commit([with_scalars(run_id, a_scalar(last=last), a_scalar("acc"))])

    found = ledger.last_values(["a", "b", "none"])

    assert found["a"] == {"loss": 0.25, "acc": 0.5}
    assert math.isnan(found["b"]["loss"])
    assert found["none"] == {}


@pytest.mark.parametrize("name", ["", "é\U0001f3c6", "a b", "x" * 1000])
def test_numbers_have_any_name(ledger: Ledger, name: str) -> None:
    ledger.start(a_run("a"))
    ledger.commit([with_scalars("a", replace(a_scalar(), name=name))])
    assert list(ledger.scalars(["a"])["a"]) == [name]


def test_the_atoms_of_many_runs_by_name_and_in_order(ledger: Ledger) -> None:
    names = [f"n{n}" for n in (3, 1, 10)]
    atoms = {name: ledger.add_atom(an_atom(name)) for name in names}
    given = {name: atom.id for name, atom in atoms.items()}
    ledger.acquire([replace(a_claim("a"), inputs=given), a_claim("b", "2")])
    made = [replace(an_ending(run_id), outputs=atoms) for run_id in "ab"]
    assert not ledger.commit(made)

    assert ledger.input_ids(["a", "b", "none"]) == {"a": given, "b": {}, "none": {}}
    assert list(ledger.input_ids(["a"])["a"]) == names
    assert ledger.output_ids(["b", "a"]) == {"a": given, "b": given}
    assert ledger.output_ids([]) == {}
