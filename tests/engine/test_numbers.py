"""Numbers of commands, once they have ended, and of steps while they run."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.engine import numbers
from sweepflow.engine.attempt import Attempt
from sweepflow.engine.events import TaskFinished, TaskNumbers
from sweepflow.engine.recovery import settle
from sweepflow.engine.task import Call, Command, Task
from sweepflow.store.configurations import command_of, expanded
from sweepflow.workflow import Workflow, log_metric
from sweepflow.workflow.plan import plan_workflow
from sweepflow.workflow.run import make_engine
from tests.engine import flows
from tests.engine.processes import wait_for
from tests.engine.some_steps import does, write
from tests.engine.test_recovery import DRIVER

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.engine.engine import Report
    from sweepflow.engine.events import Event
    from sweepflow.store import Home
    from sweepflow.store.store import Store
    from sweepflow.workflow import AtomConstructor
    from sweepflow.workflow.run import Place
    from sweepflow.workflow.steps import StepFunction
    from tests.engine.conftest import Bench
    from tests.engine.flows import Flow

flow = flows.flow


def recorded(store: Store) -> dict[str, dict[str, float]]:
    """Give the last numbers of each task by name."""
    runs = store.ledger.runs()
    found = store.ledger.scalars([run.id for run in runs])
    return {
        run.task: {name: scalar.last for name, scalar in found[run.id].items()}
        for run in runs
    }


def test_what_a_command_prints_is_recorded(bench: Bench) -> None:
    curve = 'for i in 1 2 3; do echo "loss: 0.$i (step $i)"; done'
    bench.run(
        bench.sh("t", f"{curve}; echo 'acc: 0.5'; echo 'took 3 seconds'"),
        bench.sh("silent", "true"),
    )
    run = next(run for run in bench.ledger.runs() if run.task == "t")
    scalars = bench.ledger.scalars([run.id], points=True)[run.id]
    assert scalars["loss"].points == ((1, 0.1), (2, 0.2), (3, 0.3))
    assert recorded(bench.store) == {"t": {"loss": 0.3, "acc": 0.5}, "silent": {}}


def test_of_a_call_too(bench: Bench) -> None:
    (bench.cwd / "prints.py").write_text("def f(args):\n    print('n:', len(args))\n")
    bench.run(Task("t", Call("prints.f", ("a", "b"), str(bench.cwd))))
    assert recorded(bench.store) == {"t": {"n": 2}}


@pytest.mark.parametrize(
    "end", ["exit 3", "kill -9 $$", "sleep 60"], ids=["fails", "killed", "timeout"]
)
def test_however_it_ended(bench: Bench, end: str) -> None:
    action = Command(("sh", "-c", f"echo 'loss: 1'; {end}"), str(bench.cwd))
    report = bench.run(Task("t", action, timeout=1))
    assert report.exit_status == 1
    assert recorded(bench.store) == {"t": {"loss": 1}}


def test_the_parameters_that_it_prints_are_no_results(bench: Bench) -> None:
    action = Command(("printf", "lr: 0.1\nmodel.depth: 3\nloss: 1\n"), "/")
    bench.run(Task("t", action, {"lr": 0.1, "model.depth": 3}))
    assert recorded(bench.store) == {"t": {"loss": 1}}


def test_a_dead_driver_leaves_them_too(home: Home, tmp_path: Path) -> None:
    prints = "echo loss: 2; echo lr: 1; touch said; sleep 60"
    script = DRIVER.replace("sleep 60", prints)
    script = script.replace("sys.argv[2]))", "sys.argv[2]), {'lr': 1})")
    command = [sys.executable, "-c", script, str(home.root), str(tmp_path)]
    with subprocess.Popen(command) as driver:
        wait_for(tmp_path / "said")
        driver.kill()
    with closing(flows.Store(home)) as store:
        (run,) = store.ledger.runs()
        wait_for(home.attempt(run.id) / "exit.json")
        settle(store)
        assert recorded(store) == {"t": {"loss": 2}}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([("a", {"loss": 1.5, "f1": 1})], {"loss": 1.5, "acc": 9, "f1": 1}),
        ([("a", {"loss": 4}), ("a", {"loss": 5})], {"loss": 5, "acc": 9}),
        ([("a", {"loss": 4}), ("b", {"loss": 5})], {"loss": 7, "acc": 9}),
        ([("a", {"loss": "x"}), (1, {"loss": 2})], {"loss": 7, "acc": 9}),
        ([], {"loss": 7, "acc": 9}),
    ],
    ids=["one run", "twice", "several", "nonsense", "none"],
)
def test_a_single_mlflow_run_tells_better(
    bench: Bench, lines: list[tuple[Any, Any]], expected: dict[str, float]
) -> None:
    base: dict[str, Any] = {"status": "completed", "params": {}}
    told = [json.dumps({**base, "run": run, "metrics": found}) for run, found in lines]
    (bench.cwd / "told").write_text("\n".join([*told, "{half of a li"]))
    script = "cp told $SWEEPFLOW_ATTEMPT/numbers.jsonl; echo 'loss: 7'; echo 'acc: 9'"
    bench.run(bench.sh("t", script))
    assert recorded(bench.store) == {"t": expected}


def test_of_a_flood_the_begin_and_the_end_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbers, "MOST_SECONDS", 0.0)
    attempt = Attempt(tmp_path)
    lines = [b"step: 5", b"first: 1", *[b"m: 1"] * 600_000, b"last: 1"]
    attempt.output.write_bytes(b"\n".join(lines))
    scalars = numbers.of_command(attempt, ()).scalars
    found = {record.name: record for record in scalars}
    assert set(found) == {"first", "m", "last"}
    assert found["m"].count < 300_000
    assert found["last"].last_step == 5


def test_where_reading_goes_on_is_no_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbers, "MOST_SECONDS", 0.0)
    attempt = Attempt(tmp_path)
    name = "n" * 40  # so long that it is cut where reading ends, and where it goes on
    attempt.output.write_bytes(f"{name}: 1\n".encode() * 60_000)
    (found,) = numbers.of_command(attempt, ()).scalars
    assert found.name == name
    assert found.count < 60_000


def test_several_mlflow_runs_are_a_fact(bench: Bench) -> None:
    told = [
        {"run": run, "status": status, "params": {"lr": lr}, "metrics": {"loss": lr}}
        for run, status, lr in (("a", "failed", 0.1), ("b", "completed", 0.2))
    ]
    again = {**told[0], "status": "completed", "metrics": {"loss": 0.5, "odd": "x"}}
    text = "\n".join(json.dumps(one) for one in (*told, again))
    (bench.cwd / "told").write_text(text)
    bench.run(bench.sh("t", "cp told $SWEEPFLOW_ATTEMPT/numbers.jsonl; echo 'acc: 9'"))
    (run,) = bench.store.reader.runs()
    assert recorded(bench.store) == {"t": {"acc": 9}}
    assert run.facts["configurations"] == [
        {**again, "metrics": {"loss": 0.5}},
        told[1],
    ]
    found, values = expanded(bench.store.reader, [run])
    assert [one.id for one in found] == [f"{run.id}/1", f"{run.id}/2"]
    assert [one.params for one in found] == [{"lr": 0.1}, {"lr": 0.2}]
    assert [values[one.id] for one in found] == [{"loss": 0.5}, {"loss": 0.2}]
    assert {command_of(one.id) for one in found} == {run.id}


# Of steps


def logs(config: object, inputs: dict[str, Any], work: Path) -> list[AtomConstructor]:
    for step in range(1, 4):
        log_metric("loss", 1 / step, step)
        time.sleep(0.3)
    log_metric("score", float("inf"))
    return write(work, "x")


async def awaits(
    config: object, inputs: dict[str, Any], work: Path
) -> list[AtomConstructor]:
    await asyncio.sleep(0)
    return logs(config, inputs, work)


def hangs(config: object, inputs: dict[str, Any], work: Path) -> list[AtomConstructor]:
    log_metric("loss", 2.0, 7)
    time.sleep(60)
    return []


async def awaits_forever(
    config: object, inputs: dict[str, Any], work: Path
) -> list[AtomConstructor]:
    log_metric("loss", 2.0, 7)
    await asyncio.sleep(60)
    return []


def run_followed(
    flow: Flow, function: StepFunction, place: Place, *, ends: bool = False
) -> Report:
    plan = plan_workflow(Workflow("flow", {}, [does("x", function)]), {}, {"x": None})
    engine = make_engine(plan, flow.store, {"executor": place})
    engine.follows_numbers = True

    def listen(event: Event) -> None:
        flow.events.append(event)
        if ends and isinstance(event, TaskNumbers):
            engine.end_task("x", "it promises little")

    engine.listeners = [listen]
    with closing(engine.executor):
        return engine.run(plan)


PLACES = ("in-process", "local")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("function", [logs, awaits])
def test_what_a_step_logs_is_told_while_it_runs(
    flow: Flow, place: Place, function: StepFunction
) -> None:
    report = run_followed(flow, function, place)
    assert report.exit_status == 0
    told = [event for event in flow.events if isinstance(event, TaskNumbers)]
    assert [scalar for event in told for scalar in event.scalars] == [
        *(("loss", 1 / step, step) for step in range(1, 4)),
        ("score", float("inf"), None),
    ]
    assert len(told) > 1
    (finished,) = (e for e in flow.events if isinstance(e, TaskFinished))
    assert flow.events.index(finished) > flow.events.index(told[-1])
    assert recorded(flow.store) == {"x": {"loss": 1 / 3, "score": float("inf")}}


@pytest.mark.parametrize(
    ("place", "function"),
    [
        ("local", hangs),
        ("local", awaits_forever),
        ("in-process", awaits_forever),
    ],
)
def test_a_step_that_is_ended_has_its_numbers(
    flow: Flow, place: Place, function: StepFunction
) -> None:
    report = run_followed(flow, function, place, ends=True)
    assert report.outcomes["x"].error == "it promises little"
    assert report.outcomes["x"].status == "interrupted"
    assert recorded(flow.store) == {"x": {"loss": 2}}


@pytest.mark.parametrize("place", PLACES)
def test_who_is_not_followed_leaves_no_file(flow: Flow, place: Place) -> None:
    flow.run(does("x", logs), executor=place)
    assert not [e for e in flow.events if isinstance(e, TaskNumbers)]
    assert not list(flow.store.home.root.rglob("numbers.jsonl"))


def test_a_step_is_under_no_command(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(numbers.VARIABLE, "/elsewhere")

    def tells(
        config: object, inputs: dict[str, Any], work: Path
    ) -> list[AtomConstructor]:
        return write(work, "x", os.environ.get(numbers.VARIABLE, "none"))

    state = flow.run(does("x", tells), executor="local")
    assert flow.text(state, "x") == "none"
