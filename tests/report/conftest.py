"""Recorded sweeps of a workflow, and stores to record them in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sweepflow.store import Home
from sweepflow.store.records import AtomRecord, Ending, Output, Reuse, sha256
from sweepflow.store.store import Store
from tests.recorded import BEGIN, a_scalar
from tests.store.conftest import a_run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    home = Home(tmp_path / ".sweepflow")
    home.prepare()
    with Store(home) as store:
        yield store


def atom(text: str, kind: str = "model") -> AtomRecord:
    """Give an atom with this text in it."""
    output = Output("x", kind, sha256(text), len(text), "file")
    return AtomRecord.of(output, "u", BEGIN)


class Flow:
    """A workflow whose steps are recorded, one after the other.

    Args:
        store: Where.
        name: Of the workflow.
        plan: The id of the plan that they belong to.
    """

    def __init__(self, store: Store, name: str = "demo", plan: str = "plan") -> None:
        self.store = store
        self.name = name
        self.plan = plan

    def step(  # noqa: PLR0913 - each a part of what is recorded
        self,
        run_id: str,
        task: str,
        *,
        at: float,
        params: Mapping[str, Any] | None = None,
        inputs: Mapping[str, AtomRecord] | None = None,
        outputs: Mapping[str, AtomRecord] | None = None,
        scalars: Mapping[str, float] | None = None,
        status: str = "completed",
        log: str = "",
        **columns: Any,  # noqa: ANN401 - those of Run
    ) -> None:
        """Record a run of a step.

        Args:
            run_id: Its id.
            task: The step.
            at: How many seconds after the first one it started.
            params: What it was given.
            inputs: What it got, by name.
            outputs: What it made, or took where it is cached, by name.
            scalars: The numbers that it gave.
            status: How it ended.
            log: What it wrote.
            columns: What else is said of it.
        """
        run = a_run(
            run_id,
            kind="workflow",
            name=self.name,
            task=task,
            plan_id=self.plan,
            params=dict(params or {}),
            started_at=BEGIN + at,
            **columns,
        )
        made = outputs or {}
        got = {name: one.id for name, one in (inputs or {}).items()}
        if status == "cached":
            run = replace(run, status="cached", finished_at=run.started_at)
            taken = {name: one.id for name, one in made.items()}
            assert not self.store.ledger.commit((), [Reuse(run, got, taken)])
            return
        self.store.ledger.start(run, got)
        if status == "running":
            return
        numbers = tuple(
            a_scalar(name, value) for name, value in (scalars or {}).items()
        )
        end = run.started_at + 5
        error = "ValueError: it went wrong" if status == "failed" else None
        code = 1 if status == "failed" else 0
        ending = Ending(run_id, status, end, code, error, outputs=made, scalars=numbers)
        assert not self.store.ledger.commit([ending])
        if log:
            path = self.store.home.attempt(run_id) / "output.log"
            path.parent.mkdir(parents=True)
            path.write_text(log, "utf-8")

    def sweep(self, rates: tuple[float, ...] = (0.001, 0.01, 0.1)) -> None:
        """Record a preparation that trainings share, each of which is scored."""
        data = atom("data", "dataset")
        self.step(
            "prepare", "prepare", at=0, params={"rows": 9}, outputs={"data": data}
        )
        for n, rate in enumerate(rates):
            model = atom(f"model {rate}")
            self.step(
                f"train{n}",
                "train",
                at=10 + n,
                params={"lr": rate, "model": "ab"[n % 2]},
                inputs={"data": data},
                outputs={"model": model},
                scalars={"loss": 1 / (n + 1)},
            )
            self.step(
                f"score{n}",
                "score",
                at=20 + n,
                params={"limit": 7},
                inputs={"model": model, "data": data},
                outputs={"result": atom(f"result {rate}", "eval")},
                scalars={"accuracy": 0.5 + n / 10},
            )
