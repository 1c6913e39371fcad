"""Notes on runs, and runs that are removed, restored and purged."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sweepflow.errors import StoreError
from sweepflow.store.records import Hit, sha256
from tests.store.conftest import (
    a_claim,
    a_reuse,
    a_run,
    an_atom,
    an_ending,
    did,
)
from tests.store.test_ledger_begin import a_scalar
from tests.store.test_search import end, ids

if TYPE_CHECKING:
    from sweepflow.store.ledger import Ledger

WORK = sha256("work")


@pytest.fixture
def family(ledger: Ledger) -> Ledger:
    """Give a ledger with a run in a run in a run, and one beside."""
    for run_id, parent in (
        ("p", None),
        ("q", "p"),
        ("r", "q"),
        ("s", "p"),
        ("t", None),
    ):
        ledger.start(a_run(run_id, parent=parent))
        end(ledger, run_id)
    return ledger


# Notes


def test_runs_are_labelled_and_marked(ledger: Ledger) -> None:
    for run_id in "abc":
        ledger.start(a_run(run_id))

    ledger.curator.label(["a", "b"], "the best\0")
    ledger.curator.mark(["b", "c"])

    assert [ledger.get(i).label for i in "abc"] == [r"the best\x00"] * 2 + [""]
    assert [ledger.get(i).marked for i in "abc"] == [False, True, True]
    ledger.curator.label(["a"], "")
    ledger.curator.mark(["b"], marked=False)
    assert (ledger.get("a").label, ledger.get("b").marked) == ("", False)


def test_a_run_may_be_noted_while_it_runs(ledger: Ledger) -> None:
    ledger.acquire([a_claim("a")])
    ledger.curator.label(["a"], "x")
    assert ledger.commit([an_ending("a")]) == frozenset()
    assert (ledger.get("a").label, ledger.get("a").status) == ("x", "completed")


def test_tags_are_added_and_removed(ledger: Ledger) -> None:
    ledger.start(a_run("a", tags=("x", "y")))
    ledger.start(a_run("b"))

    ledger.curator.tag(["a", "b"], add=["z", "x", "é"], remove=["y", "nope"])

    assert ledger.get("a").tags == ("x", "z", "é")
    assert ledger.get("b").tags == ("z", "x", "é")


def test_tags_that_many_add_at_once_are_all_there(ledger: Ledger) -> None:
    ledger.start(a_run("a"))
    names = [f"t{n}" for n in range(8)]

    def add(name: str) -> None:
        ledger.curator.tag(["a"], add=[name])

    threads = [threading.Thread(target=add, args=[name]) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(ledger.get("a").tags) == names


# Removed runs


def test_a_removed_run_is_listed_apart(family: Ledger) -> None:
    assert family.curator.remove(["t"], 5.0) == ["t"]

    assert ids(family) == ["p", "q", "r", "s"]
    assert ids(family, deleted=True) == ["t"]
    assert family.get("t").deleted_at == 5.0


def test_what_is_part_of_it_goes_and_comes_with_it(family: Ledger) -> None:
    assert family.curator.remove(["p"], 5.0) == ["p", "q", "r", "s"]
    assert ids(family) == ["t"]

    assert family.curator.restore(["p"]) == ["p", "q", "r", "s"]
    assert ids(family) == ["p", "q", "r", "s", "t"]


def test_what_was_removed_before_stays_removed(family: Ledger) -> None:
    family.curator.remove(["q"], 5.0)
    assert family.curator.remove(["p"], 6.0) == ["p", "s"]

    assert family.curator.restore(["p"]) == ["p", "s"]

    assert ids(family, deleted=True) == ["q", "r"]
    assert family.get("q").deleted_at == 5.0


def test_a_part_alone_may_come_back(family: Ledger) -> None:
    family.curator.remove(["p"], 5.0)
    assert family.curator.restore(["q"]) == ["q", "r"]
    assert ids(family) == ["q", "r", "t"]


def test_nothing_goes_where_something_runs(family: Ledger) -> None:
    family.start(a_run("running", parent="q"))
    with pytest.raises(StoreError, match="run running is running") as caught:
        family.curator.remove(["t", "p"], 5.0)
    assert "sweepflow runs stop running" in str(caught.value.hint)
    assert ids(family, deleted=True) == []


def test_who_was_not_removed_is_not_restored(family: Ledger) -> None:
    assert family.curator.restore(["p", "nobody"]) == []
    assert family.curator.remove([], 5.0) == []


def test_a_removed_run_is_no_hit_until_it_is_restored(ledger: Ledger) -> None:
    did(ledger, a_claim("a"), "1")
    ledger.curator.remove(["a"], 1.0)

    assert ledger.hits([WORK]) == {}
    assert ledger.catalog.latest("t") is None
    assert ledger.acquire([a_claim("b")]) == {"b": None}
    ledger.commit([an_ending("b", status="failed")])

    ledger.curator.restore(["a"])
    assert ledger.acquire([a_claim("c")]) == {"c": Hit("a", {"out0": an_atom("1")})}


def test_what_a_removed_run_made_is_kept(ledger: Ledger) -> None:
    did(ledger, replace(a_claim("a"), run=a_claim("a", source="snapshot").run), "1")
    ledger.curator.remove(["a"], 1.0)
    assert list(ledger.catalog.kept_atoms()) == [an_atom("1")]
    assert list(ledger.catalog.kept_sources()) == ["snapshot"]


def test_a_removed_run_that_starts_anew_is_there_again(ledger: Ledger) -> None:
    ledger.start(a_run("a"))
    end(ledger, "a")
    ledger.curator.remove(["a"], 1.0)
    ledger.start(a_run("a"), again=True)
    assert ids(ledger) == ["a"]


# Purged runs


def test_a_purged_run_lets_go_of_all_it_has(ledger: Ledger) -> None:
    claim = a_claim("a", source="snapshot", facts={"x": 1})
    ledger.acquire([claim])
    ending = replace(an_ending("a", "1"), scalars=(a_scalar(),))
    ledger.commit([ending])
    ledger.curator.remove(["a"], 1.0)

    ledger.curator.purge(["a"])

    assert ids(ledger) == ids(ledger, deleted=True) == []
    run = ledger.get("a")
    assert (run.kept, run.purged, run.source, run.facts) == (False, True, None, {})
    assert ledger.scalars(["a"]) == {"a": {}}
    assert list(ledger.catalog.kept_atoms()) == []
    assert list(ledger.catalog.kept_sources()) == []
    assert ledger.curator.restore(["a"]) == []
    assert ledger.hits([WORK]) == {}
    # Where something came from is known for ever.
    assert [run.id for run in ledger.catalog.makers(an_atom("1").id)] == ["a"]


def test_only_what_was_removed_is_purged(family: Ledger) -> None:
    family.curator.remove(["q"], 5.0)
    assert family.curator.removed(["p", "q", "t"]) == ["q", "r"]
    family.curator.purge(["p", "q", "t"])
    assert ids(family) == ["p", "s", "t"]
    assert ids(family, deleted=True) == []


def test_what_another_run_took_stays_with_that(ledger: Ledger) -> None:
    did(ledger, a_claim("a"), "1")
    ledger.commit([], [a_reuse("b", "a", "work", an_atom("1"))])
    ledger.curator.remove(["a"], 1.0)
    ledger.curator.purge(["a"])
    assert list(ledger.catalog.kept_atoms()) == [an_atom("1")]


# Sources


def test_sources_of_kept_and_running_runs_are_kept(ledger: Ledger) -> None:
    did(ledger, a_claim("a", "1", source="s1"))
    did(ledger, a_claim("b", "2", source="s2"))
    ledger.start(a_run("c", source="s3", kept=False))
    ledger.start(a_run("d", source="s1"))

    assert sorted(ledger.catalog.kept_sources()) == ["s1", "s2", "s3"]
    assert sorted(ledger.catalog.kept_sources(without=["a", "b"])) == ["s1", "s3"]
    ledger.forget(["b"])
    end(ledger, "c")
    assert sorted(ledger.catalog.kept_sources()) == ["s1"]
