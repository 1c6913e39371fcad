"""Runs put straight into a ledger, for tests of what is told of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sweepflow.store.records import AtomRecord, Ending, Output, ScalarRecord, sha256
from tests.store.conftest import a_run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.store.store import Store

BEGIN = 1_790_000_000.0
"""When the first of them started; each lasts 5 seconds."""


def a_scalar(name: str, *values: float) -> ScalarRecord:
    """Give a scalar that had these values, at steps from 0 on."""
    points = tuple(enumerate(values))
    least, greatest = min(values), max(values)
    return ScalarRecord(
        name=name,
        first=values[0],
        first_step=0,
        last=values[-1],
        last_step=len(values) - 1,
        min=least,
        min_step=values.index(least),
        max=greatest,
        max_step=values.index(greatest),
        total=sum(values),
        count=len(values),
        points=points,
    )


def record(  # noqa: PLR0913 - each a part of what is recorded
    store: Store,
    run_id: str,
    *,
    after: float = 0.0,
    status: str = "completed",
    exit_code: int | None = None,
    scalars: Mapping[str, float | tuple[float, ...]] | None = None,
    files: Mapping[str, str] | None = None,
    **columns: Any,  # noqa: ANN401 - those of Run
) -> None:
    """Record a run of an operation.

    Args:
        store: Where.
        run_id: Its id.
        after: How many seconds after the first one it started.
        status: How it ended; `running` if it has not.
        exit_code: With which it ended.
        scalars: The values that it gave, by names.
        files: What is in the files that it made.
        columns: What else is said of it.
    """
    kind: dict[str, Any] = {"kind": "operation", "name": "train", "task": "train"}
    started = BEGIN + after
    run = a_run(run_id, **(kind | {"started_at": started, "params": {}} | columns))
    store.ledger.start(run if status == "running" else replace(run, status="running"))
    if status == "running":
        return
    texts = files or {}
    outputs = {
        name: AtomRecord.of(
            Output(name, "file", sha256(text), len(text), name), "u", started
        )
        for name, text in texts.items()
    }
    numbers = tuple(
        a_scalar(name, *(value if isinstance(value, tuple) else (value,)))
        for name, value in (scalars or {}).items()
    )
    facts = {"files": list(texts)} if texts else {}
    ending = Ending(
        run_id, status, started + 5, exit_code, outputs=outputs, scalars=numbers
    )
    assert not store.ledger.commit([replace(ending, facts=facts)])
