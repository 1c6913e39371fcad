"""A run came from what made its inputs, and what made the inputs of that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.provenance.history import trace

if TYPE_CHECKING:
    from tests.provenance.world import World


def test_makers_come_before_readers_and_nothing_else_comes(world: World) -> None:
    a, b, c, d = (world.file(f"{name}.txt", name) for name in "abcd")
    world.run("left", outputs={"a": a})
    world.run("right", outputs={"b": b})
    world.run("other", outputs={"d": d})
    run = world.run("join", {"a": a, "b": b}, {"c": c})
    world.run("after", {"c": c})
    history = trace(world.catalog, run.id)
    assert [step.name for step in history.steps] == ["left", "right", "join"]
    assert list(history.given()) == []
    assert set(history.atoms()) == {a.id, b.id, c.id}


def test_the_first_maker_counts(world: World) -> None:
    data, model = world.file("data.txt", "data"), world.file("model.txt", "model")
    first = world.run("prepare", outputs={"data": data}, params={"v": 1})
    world.run("prepare", outputs={"data": data}, params={"v": 2})
    run = world.run("train", {"data": data}, {"model": model})
    history = trace(world.catalog, run.id)
    assert history.last.sources == {"data": (first.id, "data")}
    assert [step.run.id for step in history.steps] == [first.id, run.id]


def test_what_is_made_only_later_came_from_outside(world: World) -> None:
    data, model = world.file("data.txt", "data"), world.file("model.txt", "model")
    run = world.run("train", {"data": data}, {"model": model})
    world.run("prepare", outputs={"data": data})
    history = trace(world.catalog, run.id)
    assert [step.name for step in history.steps] == ["train"]
    assert list(history.given()) == [data.id]


def test_a_step_may_give_out_what_it_got(world: World) -> None:
    data = world.file("data.txt", "data")
    run = world.run("check", {"data": data}, {"checked": data})
    history = trace(world.catalog, run.id)
    assert history.last.sources == {}
    assert list(history.given()) == [data.id]


def test_steps_of_one_name_are_told_apart(world: World) -> None:
    one, two = world.file("1.txt", "1"), world.file("2.txt", "2")
    world.run("train", outputs={"model": one}, params={"lr": 1})
    world.run("train", outputs={"model": two}, params={"lr": 2})
    run = world.run("compare", {"one": one, "two": two})
    names = [step.name for step in trace(world.catalog, run.id).steps]
    assert names == ["train", "train 2", "compare"]
