"""What a plan would do is told, with the reason, and without doing anything."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sweepflow.engine.code import Part
from sweepflow.engine.fingerprint import Code, Fingerprint
from sweepflow.engine.plan import Plan
from sweepflow.engine.task import AtomRef, Identity, OutputRef, StepCall, Task
from sweepflow.provenance.forecast import forecast
from sweepflow.store.records import Claim, Ending, sha256

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sweepflow.engine.engine import CacheUse
    from sweepflow.engine.task import Input
    from sweepflow.store.records import AtomRecord, Run
    from tests.provenance.world import World


def a_task(
    key: str, inputs: Mapping[str, Input] | None = None, *, code: str = "1", lr: int = 1
) -> Task:
    """Give a task that declares an output which is named like itself."""
    outputs = {key: "dataset"}
    return Task(
        key=key,
        action=StepCall(f"m:{key}", "r:r", {}, None, outputs, "/"),
        params={"lr": lr},
        inputs=inputs or {},
        outputs=outputs,
        identity=Identity(Code.of({"function:m:f": Part("f", code, f"# {code}\n")})),
    )


def undeclared(task: Task) -> Task:
    return replace(task, outputs=None)


def output(key: str, *, declared: bool = True) -> OutputRef:
    return OutputRef(key, "dataset", key if declared else None)


def did(
    world: World, task: Task, made: AtomRecord, inputs: Mapping[str, AtomRecord] = {}
) -> Run:
    """Record that a task was done."""
    identity = task.identify()
    assert identity
    contents = {name: atom.content for name, atom in inputs.items()}
    fingerprint = Fingerprint.of(task, identity, contents)
    like = world.run(f"like {task.key}", outputs={task.key: made})
    run = replace(
        like,
        id=sha256(f"{like.id} {task.key}")[:16],
        task=task.key,
        name="w",
        started_at=like.started_at + 31,
        fingerprint=fingerprint.digest,
        status="running",
        finished_at=None,
    )
    ids = {name: atom.id for name, atom in inputs.items()}
    texts = identity.code.texts
    world.ledger.acquire([Claim(run, ids, fingerprint.parts, texts)])
    ending = Ending(run.id, "completed", run.started_at, outputs={task.key: made})
    world.ledger.commit([ending])
    return run


def told(
    world: World | None,
    *tasks: Task,
    cache: CacheUse = "use",
    stages: Collection[str] | None = None,
) -> list[str]:
    plan = Plan("w", tasks, "workflow")
    verdicts = forecast(world, plan, cache=cache, stages=stages)
    assert [verdict.task for verdict in verdicts] == list(tasks)
    return [str(verdict) for verdict in verdicts]


@pytest.fixture
def data(world: World) -> AtomRecord:
    return world.file("data.txt", "data")


@pytest.fixture
def model(world: World) -> AtomRecord:
    return world.file("model.txt", "model")


def test_without_a_store_all_would_run(world: World) -> None:
    a, b = a_task("a"), a_task("b", {"a": output("a")})
    expected = [
        "would run, because it never ran before",
        "would run, because its input 'a' comes from a, which would run",
    ]
    assert told(None, a, b) == expected
    assert told(world, a, b) == expected


def test_what_is_known_is_cached_down_the_chain(
    world: World, data: AtomRecord, model: AtomRecord
) -> None:
    a, b = a_task("a"), a_task("b", {"a": output("a")})
    first, second = did(world, a, data), did(world, b, model, {"a": data})
    assert told(world, a, b) == [
        f"cached (run {first.id})",
        f"cached (run {second.id})",
    ]


def test_inputs_from_outside_count(
    world: World, data: AtomRecord, model: AtomRecord
) -> None:
    given, other = world.given(data), world.given(world.file("other.txt", "other"))
    run = did(world, a_task("a", {"in": AtomRef(given)}), model, {"in": given})
    assert told(world, a_task("a", {"in": AtomRef(given)})) == [
        f"cached (run {run.id})"
    ]
    [line] = told(world, a_task("a", {"in": AtomRef(other)}))
    assert line == (
        f"would run, because input in: {given.content[:12]} -> {other.content[:12]}"
    )


def test_the_reason_is_what_differs_from_the_nearest_run(
    world: World, data: AtomRecord
) -> None:
    did(world, a_task("a", lr=1), data)
    did(world, a_task("a", lr=2, code="2"), data)
    reasons = {
        "parameter lr: 2 -> 3": a_task("a", lr=3, code="2"),
        "code function:m:f changed": a_task("a", lr=1, code="3"),
        "parameter lr: 2 -> 3 (and 1 more)": a_task("a", lr=3, code="3"),
    }
    for reason, task in reasons.items():
        assert told(world, task) == [f"would run, because {reason}"]


def test_what_was_forgotten_is_told(world: World, data: AtomRecord) -> None:
    world.ledger.forget([did(world, a_task("a"), data).id])
    [line] = told(world, a_task("a"))
    assert line == "would run, because its earlier result is not kept any more"


def test_a_damaged_result_is_told(world: World, data: AtomRecord) -> None:
    did(world, a_task("a"), data)
    world.objects.delete(data.digest)
    [line] = told(world, a_task("a"))
    assert line == "would run, because the bytes of 'a' are damaged or missing"


def test_what_is_asked_for_runs_in_any_case(
    world: World, data: AtomRecord, model: AtomRecord
) -> None:
    a, b = a_task("a"), a_task("b")
    run, _ = did(world, a, data), did(world, b, model)
    assert told(world, a, b, stages=["b"]) == [
        f"cached (run {run.id})",
        "would run, because it was asked for",
    ]
    forced = ["would run, because it is forced to"] * 2
    assert told(world, a, b, cache="renew") == forced
    off = ["would run, because nothing is taken from the cache"] * 2
    assert told(world, a, b, cache="off") == off
    assert told(world, replace(a, identity=None))[0] == off[0]
    new = a_task("a", lr=2), a_task("c", {"a": output("a")})
    assert told(world, *new, cache="renew") == forced


def test_outputs_that_are_not_declared_are_those_of_the_last_run(
    world: World, data: AtomRecord, model: AtomRecord
) -> None:
    a = undeclared(a_task("a"))
    b = a_task("b", {"a": output("a", declared=False)})
    first = did(world, a, data)
    second = did(world, b, model, {"a": data})
    cached = [f"cached (run {first.id})", f"cached (run {second.id})"]
    assert told(world, a, b) == cached
    changed = undeclared(a_task("a", lr=2))
    unknown = "would run, because its input 'a' comes from a, which would run"
    assert told(world, changed, b)[1] == unknown
    lost = replace(b, inputs={"z": output("z", declared=False)})
    assert told(world, a, lost)[1] == (
        "would fail, because its input 'z' was made by none of the steps before it"
    )


def test_what_comes_after_waits_for_what_would_run(
    world: World, data: AtomRecord
) -> None:
    after = replace(a_task("b"), after=("a",))
    run = did(world, a_task("a"), data)
    did(world, after, data)
    assert told(world, a_task("a"), after)[0] == f"cached (run {run.id})"
    assert told(world, a_task("a", lr=2), after)[1] == "would run, because a would run"


def test_a_type_that_does_not_fit_would_fail(world: World, data: AtomRecord) -> None:
    did(world, a_task("a"), data)
    wrong = replace(output("a"), type="other")
    [_, line] = told(world, a_task("a"), a_task("b", {"a": wrong}))
    assert "would fail, because its input 'a' should be of type 'other'" in line
