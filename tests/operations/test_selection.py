"""Which runs a user means."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.errors import RunNotFoundError
from sweepflow.operations.filters import FilterError
from sweepflow.operations.selection import Choice, choose, find, look_up
from sweepflow.store.store import Store
from tests.recorded import record

if TYPE_CHECKING:
    from sweepflow.store import Home


@pytest.fixture
def store(store: Store) -> Store:
    """Give a store with six runs, `a0` to `a5`, the last of which is the newest."""
    record(store, "a0", after=0, params={"lr": 1}, label="The best", marked=True)
    record(store, "a1", after=1, params={"lr": 2}, tags=("x", "y"), status="failed")
    record(store, "a2", after=2, name="m:train", tags=("x",), label="best of all")
    scalars = {"acc": 0.5}
    record(store, "a3", after=3, name="test", scalars=scalars, params={"lr": 3})
    record(store, "a4", after=4, status="interrupted")
    record(store, "a5", started_at=time.time(), status="running")
    return store


def found(store: Store, limit: int | None = None, **asked: Any) -> list[str]:  # noqa: ANN401
    return [run.id for run in find(store, Choice(**asked), limit=limit)]


def chosen(store: Store, *words: str, **asked: Any) -> list[str]:  # noqa: ANN401
    return [run.id for run in choose(store, words, Choice(**asked))]


def test_all_without_a_choice(store: Store) -> None:
    assert found(store) == ["a5", "a4", "a3", "a2", "a1", "a0"]
    assert found(store, limit=2) == ["a5", "a4"]


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({"names": ("test",)}, ["a3"]),
        ({"names": ("train",), "label": "best"}, ["a2", "a0"]),
        ({"label": "BEST"}, ["a2", "a0"]),
        ({"tags": ("x",)}, ["a2", "a1"]),
        ({"tags": ("x", "y")}, ["a1"]),
        ({"statuses": ("failed", "interrupted")}, ["a4", "a1"]),
        ({"marked": True}, ["a0"]),
        ({"started": "last hour"}, ["a5"]),
        ({"filter": "lr >= 2"}, ["a3", "a1"]),
        ({"filter": "acc > 0"}, ["a3"]),
        ({"filter": "lr >= 1", "statuses": ("completed",)}, ["a3", "a0"]),
        ({"filter": "lr >= 1", "label": "best"}, ["a0"]),
        ({"names": ("nope",)}, []),
    ],
)
def test_all_that_is_asked_holds(
    store: Store, asked: dict[str, Any], ids: list[str]
) -> None:
    assert found(store, **asked) == ids
    assert found(store, **asked, limit=1) == ids[:1]


def test_what_has_no_meaning_is_refused(store: Store) -> None:
    with pytest.raises(FilterError):
        found(store, filter="lr <")
    with pytest.raises(FilterError):
        found(store, started="whenever")


def test_it_is_refused_where_nothing_ran_too(home: Home) -> None:
    with Store(home) as store:
        assert found(store) == []
        with pytest.raises(FilterError):
            found(store, filter="lr <")


# Words


def test_words_are_ids_places_and_stretches(store: Store) -> None:
    assert chosen(store, "a4", "a0") == ["a4", "a0"]
    assert chosen(store, "1") == ["a5"]
    assert chosen(store, "2:4") == ["a4", "a3", "a2"]
    assert chosen(store, "a3", "3", "2:3") == ["a3", "a4"]
    assert chosen(store) == ["a5", "a4", "a3", "a2", "a1", "a0"]


def test_places_are_those_of_the_listing_that_is_asked_for(store: Store) -> None:
    assert chosen(store, "1", tags=("x",)) == ["a2"]
    assert chosen(store, "2", tags=("x",)) == ["a1"]
    with pytest.raises(RunNotFoundError, match="there is no 3 in a list of 2 runs"):
        chosen(store, "3", tags=("x",))


def test_an_id_has_to_be_in_that_listing(store: Store) -> None:
    assert chosen(store, "a1", tags=("x",)) == ["a1"]
    with pytest.raises(RunNotFoundError, match="a0 is not among those"):
        chosen(store, "a0", tags=("x",))


@pytest.mark.parametrize("word", ["0", "7", "0:1", "5:7", "3:2"])
def test_there_is_no_such_place(store: Store, word: str) -> None:
    with pytest.raises(RunNotFoundError, match=f"there is no {word} in a list of 6"):
        chosen(store, word)


@pytest.mark.parametrize("word", ["zz", "", "12345", "1:2:3", "1:", "-1", "\u0661"])
def test_no_run_has_such_an_id(store: Store, word: str) -> None:
    with pytest.raises(RunNotFoundError, match=r"no run has|more than one"):
        chosen(store, word)


def test_an_id_wins_over_a_place(store: Store) -> None:
    record(store, "2", after=-1)
    record(store, "12345678", after=-2)
    assert chosen(store, "2") == ["2"]
    assert chosen(store, "12345") == ["12345678"]
    assert look_up(store, "2").id == "2"


def test_nothing_is_named_where_nothing_ran(home: Home) -> None:
    with Store(home) as store:
        with pytest.raises(RunNotFoundError, match="no run has") as caught:
            chosen(store, "a")
        assert "nothing ran in" in str(caught.value.hint)
        assert not store.home.has_ledger()


# Removed runs


def test_removed_runs_are_chosen_where_they_are_asked_for(store: Store) -> None:
    store.ledger.curator.remove(["a1", "a3"], 1.0)

    assert chosen(store, "2:3") == ["a4", "a2"]
    assert chosen(store, deleted=True) == ["a3", "a1"]
    assert chosen(store, "1", deleted=True) == ["a3"]
    assert chosen(store, "a1", deleted=True) == ["a1"]
    with pytest.raises(RunNotFoundError, match="run a1 was removed") as caught:
        chosen(store, "a1")
    assert "sweepflow runs restore a1" in str(caught.value.hint)
    with pytest.raises(RunNotFoundError, match="run a0 was not removed"):
        chosen(store, "a0", deleted=True)


def test_purged_runs_are_not_chosen(store: Store) -> None:
    store.ledger.curator.remove(["a1"], 1.0)
    store.ledger.curator.purge(["a1"])
    for deleted in (True, False):
        with pytest.raises(RunNotFoundError, match="a1 was removed for good"):
            chosen(store, "a1", deleted=deleted)


def test_any_run_can_be_looked_at(store: Store) -> None:
    store.ledger.curator.remove(["a3", "a4"], 1.0)
    store.ledger.curator.purge(["a3"])
    assert [look_up(store, w).id for w in ("a3", "a4", "2")] == ["a3", "a4", "a2"]
