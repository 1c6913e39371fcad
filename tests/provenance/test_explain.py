"""A run tells why it did its work, or did not have to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sweepflow.errors import RunNotFoundError
from sweepflow.provenance import explain

if TYPE_CHECKING:
    from tests.provenance.world import World


def test_the_first_run_has_nothing_before_it(world: World) -> None:
    run = world.run("train")
    told = explain(world.catalog, run.id)
    assert (told.hit, told.nearest, told.differences) == (False, None, ())
    assert told.to_text().startswith(f"run {run.id} of train: a miss, since no earlier")


def test_a_hit_names_the_run_that_did_the_work(world: World) -> None:
    origin = world.run("train")
    run = world.cached("train", origin)
    told = explain(world.catalog, run.id)
    assert told.hit
    assert told.nearest == origin
    assert told.to_text() == (
        f"run {run.id} of train: a hit, its outputs are those of run {origin.id}"
    )


def test_the_nearest_earlier_run_differs_least(world: World) -> None:
    world.run("train", params={"lr": 1, "n": 1})
    near = world.run("train", params={"lr": 1, "n": 2})
    world.run("train", params={"lr": 3, "n": 3})
    world.run("other", params={"lr": 2, "n": 2})
    run = world.run("train", params={"lr": 2, "n": 2})
    told = explain(world.catalog, run.id)
    assert told.nearest == near
    assert [str(each) for each in told.differences] == ["parameter lr: 1 -> 2"]
    assert told.to_text().splitlines() == [
        f"run {run.id} of train: a miss, since it differs from run {near.id}:",
        "  parameter lr: 1 -> 2",
    ]


def test_of_several_that_differ_as_little_it_is_the_latest(world: World) -> None:
    world.run("train", params={"lr": 1})
    latest = world.run("train", params={"lr": 2})
    run = world.run("train", params={"lr": 3})
    assert explain(world.catalog, run.id).nearest == latest


def test_failed_runs_are_not_compared_with(world: World) -> None:
    completed = world.run("train", params={"lr": 1})
    world.run("train", params={"lr": 2}, status="failed")
    run = world.run("train", params={"lr": 2})
    assert explain(world.catalog, run.id).nearest == completed


def test_the_same_work_done_again_says_so(world: World) -> None:
    before = world.run("train")
    run = world.run("train")
    told = explain(world.catalog, run.id)
    assert told.nearest == before
    assert told.differences == []
    assert f"though run {before.id} was the same" in told.to_text()


def test_an_input_names_both_atoms(world: World) -> None:
    one, two = world.file("data.txt", "one"), world.file("data.txt", "two")
    world.run("train", {"data": world.given(one)})
    run = world.run("train", {"data": world.given(two)})
    (difference,) = explain(world.catalog, run.id).differences
    assert (difference.old, difference.new) == (one.content, two.content)
    assert (difference.old_atom, difference.new_atom) == (one.id, two.id)
    assert str(difference) == (
        f"input data: {one.id} ({one.content[:12]}) -> {two.id} ({two.content[:12]})"
    )


def test_changed_code_is_shown_in_text_and_json(world: World) -> None:
    world.run("train", code={"function:m:f": ("1", "def f(): return 1\n")})
    run = world.run("train", code={"function:m:f": ("2", "def f(): return 2\n")})
    told = explain(world.catalog, run.id)
    assert told.to_text().splitlines()[1:] == [
        "  code function:m:f changed",
        "    --- function:m:f (before)",
        "    +++ function:m:f (now)",
        "    @@ -1 +1 @@",
        "    -def f(): return 1",
        "    +def f(): return 2",
    ]
    data = json.loads(json.dumps(told.to_json()))
    assert data["hit"] is False
    (difference,) = data["differences"]
    assert difference["kind"] == "code"
    assert "+def f(): return 2" in difference["diff"]


def test_a_run_without_fingerprint_says_so(world: World) -> None:
    run = world.started("train")
    told = explain(world.catalog, run.id)
    assert "nothing is known that decides its result" in told.to_text()


def test_an_unknown_run_is_refused(world: World) -> None:
    with pytest.raises(RunNotFoundError):
        explain(world.catalog, "no such run")
