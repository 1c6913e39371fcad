"""Runs that take no lease, that start anew, and what they tell of themselves."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sweepflow.errors import StoreError
from sweepflow.store.records import Claim, Ending, Reuse, ScalarRecord, sha256
from tests.store.conftest import a_claim, a_reuse, a_run, an_atom, an_ending, did

if TYPE_CHECKING:
    from sweepflow.store.ledger import Ledger


def a_scalar(name: str = "loss", **values: Any) -> ScalarRecord:  # noqa: ANN401
    given: dict[str, Any] = dict.fromkeys(("first", "last", "min", "max", "total"), 0.5)
    given |= dict.fromkeys(("first_step", "last_step", "min_step", "max_step"), 0)
    given |= {"count": 1} | values
    return ScalarRecord(name, **given)


def with_scalars(run_id: str, *scalars: ScalarRecord) -> Ending:
    return replace(an_ending(run_id), scalars=scalars)


# Without a lease


def test_two_may_be_at_the_same_work(ledger: Ledger) -> None:
    ledger.begin([a_claim("a"), a_claim("b", started_at=1.0)])

    assert ledger.leases([sha256("work")]) == {}
    assert ledger.catalog.parts(sha256("work")) == {"work": "work"}
    assert ledger.commit([an_ending("a", "1")]) == frozenset()
    assert ledger.commit([an_ending("b", "2")]) == frozenset()
    hit = ledger.hits([sha256("work")])[sha256("work")]
    assert (hit.run_id, hit.outputs) == ("b", {"out0": an_atom("2")})


def test_one_of_them_ends_once(ledger: Ledger) -> None:
    ledger.begin([a_claim("a")])
    assert ledger.commit([an_ending("a")]) == frozenset()
    assert ledger.commit([an_ending("a")]) == {"a"}


def test_a_lease_is_needed_by_who_began_with_one(ledger: Ledger) -> None:
    ledger.begin([a_claim("a")])
    assert ledger.acquire([a_claim("b")]) == {"b": None}
    ledger.commit([an_ending("b", status="interrupted")])
    assert ledger.commit([an_ending("b")]) == {"b"}
    assert ledger.commit([an_ending("a")]) == frozenset()


def test_its_texts_are_kept(ledger: Ledger) -> None:
    claim = replace(a_claim("a"), texts={sha256("code"): "code"})
    ledger.begin([claim])
    ledger.begin([replace(claim, run=replace(claim.run, id="b"))])
    assert ledger.catalog.text(sha256("code")) == "code"


def test_a_taken_id_is_refused(ledger: Ledger) -> None:
    ledger.start(a_run("a"))
    ledger.commit([an_ending("a")])

    with pytest.raises(StoreError, match="there is a run a already"):
        ledger.begin([a_claim("0"), a_claim("a")])
    with pytest.raises(StoreError, match="there is a run a already"):
        ledger.start(a_run("a"))

    assert [(run.id, run.status) for run in ledger.runs()] == [("a", "completed")]


# Anew


def test_a_run_starts_anew_under_its_id(ledger: Ledger) -> None:
    atom = an_atom("data")
    ledger.add_atom(atom)
    ledger.start(a_run("a", params={"x": 1}), {"in": atom.id, "more": atom.id})
    ending = replace(an_ending("a", "1", "2"), error="x", exit_code=3)
    ledger.commit([replace(ending, scalars=(a_scalar(),), facts={"old": 1})])

    again = a_run("a", params={"x": 2}, started_at=9.0, facts={"new": 2})
    ledger.start(again, {"in": atom.id}, again=True)

    assert ledger.get("a") == again
    assert ledger.catalog.inputs("a") == {"in": atom}
    assert ledger.catalog.outputs("a") == {}
    assert ledger.scalars(["a"]) == {"a": {}}
    ledger.commit([replace(an_ending("a", "2"), scalars=(a_scalar("acc"),))])
    assert list(ledger.catalog.outputs("a")) == ["out0"]
    assert list(ledger.scalars(["a"])["a"]) == ["acc"]


def test_its_notes_stay_unless_others_are_given(ledger: Ledger) -> None:
    noted = a_run("a", label="good", tags=("x", "y"), marked=True)
    ledger.start(noted)
    ledger.commit([an_ending("a")])

    ledger.start(a_run("a"), again=True)
    assert ledger.get("a") == noted

    ledger.commit([an_ending("a")])
    ledger.start(a_run("a", label="better", tags=("z",)), again=True)
    assert ledger.get("a") == replace(noted, label="better", tags=("z",))


def test_what_is_not_there_yet_may_start_anew(ledger: Ledger) -> None:
    ledger.start(a_run("a"), again=True)
    assert ledger.get("a") == a_run("a")


def test_a_run_that_runs_does_not_start_anew(ledger: Ledger) -> None:
    ledger.start(a_run("a"))
    with pytest.raises(StoreError, match="run a already, and it is running"):
        ledger.start(a_run("a", label="x"), again=True)
    assert ledger.get("a") == a_run("a")


def test_one_with_a_lease_may_start_anew_without(ledger: Ledger) -> None:
    did(ledger, a_claim("a"), "1")
    ledger.begin([a_claim("a")], again=True)
    assert ledger.hits([sha256("work")]) == {}
    assert ledger.commit([an_ending("a", "2")]) == frozenset()


# Scalars


@pytest.mark.parametrize("value", [0.1, math.inf, -math.inf, math.nan, 5e-324])
def test_any_number_may_be_a_value(ledger: Ledger, value: float) -> None:
    names = ("first", "last", "min", "max", "total")
    scalar = a_scalar(**dict.fromkeys(names, value), points=((0, value),))
    ledger.start(a_run("a"))
    ledger.commit([with_scalars("a", scalar)])

    found = ledger.scalars(["a"], points=True)["a"]["loss"]

    assert repr(found) == repr(scalar)  # nan is not equal to itself


def test_any_step_may_be(ledger: Ledger) -> None:
    scalar = a_scalar(first_step=-3, last_step=10**300, max_step=2**53)
    ledger.start(a_run("a"))
    ledger.commit([with_scalars("a", scalar)])
    found = ledger.scalars(["a"])["a"]["loss"]
    assert found == replace(scalar, last_step=int(float(10**300)))


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
        st.lists(st.tuples(st.integers(0, 2**60), st.floats(allow_nan=False))),
        max_size=4,
    )
)
def test_they_come_back_in_order(
    ledger: Ledger, scalars: dict[str, list[tuple[int, float]]]
) -> None:
    ledger.start(a_run("a"), again=True)
    records = [a_scalar(n, points=tuple(points)) for n, points in scalars.items()]
    ledger.commit([with_scalars("a", *records)])

    found = ledger.scalars(["a"], points=True)["a"]
    light = ledger.scalars(["a"])["a"]

    assert list(found.items()) == [(record.name, record) for record in records]
    assert list(light.values()) == [replace(record, points=()) for record in records]


def test_of_many_points_nothing_is_lost(ledger: Ledger) -> None:
    points = tuple((n, n / 7) for n in range(10_000))
    ledger.start(a_run("a"))
    ledger.commit([with_scalars("a", a_scalar(points=points))])
    assert ledger.scalars(["a"], points=True)["a"]["loss"].points == points


def test_the_mean_is_that_of_all_values() -> None:
    assert a_scalar(total=3.0, count=2).avg == 1.5


def test_a_cached_run_has_those_of_its_origin(ledger: Ledger) -> None:
    did(ledger, a_claim("other", "else"))
    ledger.acquire([a_claim("a")])
    scalars = (a_scalar("loss", points=((1, 0.5),)), a_scalar("acc"))
    ledger.commit([with_scalars("a", *scalars)])

    ledger.commit([], [a_reuse("b", "a", "work"), a_reuse("c", "other", "else")])

    found = ledger.scalars(["a", "b", "c"], points=True)
    assert found["b"] == found["a"] == {scalar.name: scalar for scalar in scalars}
    assert found["c"] == {}


# Facts


def test_an_end_adds_to_the_facts(ledger: Ledger) -> None:
    for run_id in ("a", "b"):
        ledger.start(a_run(run_id, facts={"folder": "/p", "files": None}))

    facts = {"files": ["\udcff", "é\0"], "n": math.inf}
    ledger.commit([replace(an_ending("a"), facts=facts), an_ending("b")])

    assert ledger.get("a").facts == {"folder": "/p"} | facts
    assert ledger.get("b").facts == {"folder": "/p", "files": None}


def test_facts_of_a_cached_run_are_its_own(ledger: Ledger) -> None:
    did(ledger, a_claim("a"), "1")
    run = replace(a_reuse("b", "a", "work").run, facts={"x": 1}, source="s")
    ledger.commit([], [Reuse(run, {}, {})])
    assert ledger.get("b") == run


def test_a_claim_without_a_fingerprint_has_no_parts(ledger: Ledger) -> None:
    ledger.begin([Claim(a_run("a"), {}, {}, {})])
    assert ledger.commit([an_ending("a")]) == frozenset()
