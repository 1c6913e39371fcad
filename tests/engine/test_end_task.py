"""Ending one task of a plan from a listener, while the others go on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from sweepflow.engine.events import (
    TaskFinished,
    TaskOutput,
    TaskRetried,
    TaskStarted,
)
from sweepflow.engine.policy import Retry
from sweepflow.engine.task import Task
from tests.engine.test_groups import Folder, group

if TYPE_CHECKING:
    from collections.abc import Callable

    from sweepflow.engine.events import Event
    from sweepflow.engine.executors import LocalExecutor
    from tests.engine.conftest import Bench

REASON = "it promises little"

DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(60)
"""


def end(
    bench: Bench,
    key: str,
    when: type[TaskStarted | TaskOutput],
    after: Callable[[], object] = lambda: None,
) -> None:
    """Let a listener end a task whenever it is told such an event of it."""

    def listen(event: Event) -> None:
        if isinstance(event, when) and event.task.key == key:
            after()
            bench.engine.end_task(key, REASON)

    bench.listeners.append(listen)


@pytest.mark.parametrize("when", [TaskStarted, TaskOutput])
def test_it_is_interrupted_and_the_others_go_on(
    bench: Bench, when: type[TaskStarted | TaskOutput]
) -> None:
    end(bench, "bad", when)
    started = time.monotonic()
    report = bench.run(
        bench.sh("bad", "echo begun; sleep 60"),
        bench.sh("child", "true", after=("bad",)),
        bench.sh("other", "sleep 0.5"),
        bench.sh("later", "true", after=("other",)),
        jobs=2,
        fail_fast=True,
    )

    assert time.monotonic() - started < 30
    bad = report.outcomes["bad"]
    assert (bad.status, bad.error) == ("interrupted", REASON)
    assert {key: o.status for key, o in report.outcomes.items() if key != "bad"} == {
        "child": "skipped",
        "other": "completed",
        "later": "completed",
    }
    assert report.outcomes["child"].error == "bad did not complete"
    assert (report.signum, report.exit_status) == (None, 1)
    (run,) = (run for run in bench.ledger.runs() if run.task == "bad")
    assert (run.status, run.error) == ("interrupted", REASON)


def test_what_completes_at_that_moment_is_completed(bench: Bench) -> None:
    end(bench, "t", TaskOutput, after=lambda: time.sleep(0.5))
    report = bench.run(bench.sh("t", "echo up"), bench.sh("next", "true", after=("t",)))
    assert report.exit_status == 0


def ignore(*_: object) -> None:
    """Do nothing."""


def test_it_is_not_tried_again(
    bench: Bench, executor: LocalExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It fails by itself, as a timeout does, before it is asked to end.
    monkeypatch.setattr(executor, "cancel", ignore)
    end(bench, "t", TaskOutput)
    action = bench.sh("t", "echo up; sleep 60").action
    retry = Retry(attempts=3, on=(TimeoutError,))
    report = bench.run(Task("t", action, timeout=0.5, retry=retry))
    assert report.outcomes["t"].error == REASON
    assert [run.status for run in bench.ledger.runs()] == ["interrupted"]
    assert not any(isinstance(event, TaskRetried) for event in bench.events)


def test_what_does_not_run_is_left_alone(bench: Bench) -> None:
    def listen(event: Event) -> None:
        if isinstance(event, TaskStarted) and event.task.key == "first":
            bench.engine.end_task("waits", REASON)
            bench.engine.end_task("unknown", REASON)
        elif isinstance(event, TaskFinished):
            bench.engine.end_task(event.task.key, REASON)

    bench.listeners.append(listen)
    tasks = bench.sh("first", "true"), bench.sh("waits", "true", after=("first",))
    assert bench.run(*tasks).exit_status == 0
    bench.engine.end_task("first", REASON)


def test_who_does_not_go_is_killed(bench: Bench) -> None:
    end(bench, "t", TaskOutput)
    started = time.monotonic()
    report = bench.run(bench.py("t", DEAF))
    assert report.outcomes["t"].error == REASON
    assert 8 < time.monotonic() - started < 40


def test_a_group_with_such_a_member_is_interrupted(bench: Bench) -> None:
    end(bench, "g/bad", TaskOutput)
    report = bench.run(
        group(bench, "g", "g/bad", "g/good", host=Folder()),
        bench.sh("g/bad", "echo up; sleep 60"),
        bench.sh("g/good", "true"),
    )
    assert report.outcomes["g/good"].status == "completed"
    outcome = report.outcomes["g"]
    assert outcome.status == "interrupted"
    assert REASON in (outcome.error or "")
