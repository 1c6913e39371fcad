"""Sweepflow, as its users run it and as it records."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from benchmarks.operations.record import Found
from benchmarks.peer import ours

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sweepflow.store.home import Home
    from sweepflow.store.records import Run, ScalarRecord

_TIMED_OUT = "timed out"
"""The error of a run that was stopped after its time, which Guild calls terminated."""


class Sweepflow:
    """Sweepflow as it stands here."""

    name = "sweepflow"

    def __init__(self) -> None:
        self.side = ours()

    def home(self, project: Path) -> Path:
        return project / ".sweepflow"

    def environment(self, project: Path) -> dict[str, str]:
        del project
        return {}

    def run(self, words: Sequence[str]) -> list[str]:
        return [self.side.command, "run", *words]

    def select(self, words: Sequence[str]) -> list[str]:
        return [self.side.command, "runs", "list", "-n", "0", "--json", *words]

    def told_selected(self, output: str) -> list[str]:
        return [run["id"] for run in json.loads(output)]

    def compare(self, words: Sequence[str]) -> list[str]:
        return [self.side.command, "runs", "compare", "--csv", *words]

    def count(self, project: Path) -> int:
        with closing(sqlite3.connect(self.home(project) / "ledger.db")) as database:
            return database.execute("SELECT count(*) FROM runs").fetchone()[0]

    def runs(self, project: Path) -> list[Found]:
        """Give the runs as they began.

        There are none that hold a batch, and none that did nothing, since another run
        stands in for them.
        """
        from sweepflow.store.home import Home
        from sweepflow.store.store import Store

        with Store(Home(self.home(project))) as store:
            if not store.home.has_ledger():
                return []
            runs = store.reader.runs()
            scalars = store.reader.scalars([run.id for run in runs])
            names = {run.id: run.name for run in runs}
            batches = {r.parent for r in runs if r.name == names.get(r.parent or "")}
            return [
                _found(store.home, run, list(scalars[run.id].values()))
                for run in sorted(runs, key=_begun)
                if run.id not in batches and run.status != "cached"
            ]


def _begun(run: Run) -> tuple[float, int]:
    return run.started_at, run.task.count("/")


def _found(home: Home, run: Run, scalars: Sequence[ScalarRecord]) -> Found:
    log = home.attempt(run.id, home.last_attempt(run.id)) / "output.log"
    return Found(
        id=run.id,
        operation=run.name,
        folder=home.run(run.id),
        status="interrupted" if run.error == _TIMED_OUT else run.status,
        flags={**run.params, **_required(run.facts)},
        output=log.read_text("utf-8", "replace") if log.exists() else "",
        inputs=frozenset(run.facts.get("inputs", ())),
        scalars={s.name: (s.last, s.last_step) for s in scalars},
        label=run.label,
        tags=run.tags,
    )


def _required(facts: Mapping[str, Any]) -> dict[str, str]:
    """Give what the run required as Guild does, which takes that for flags.

    They are the runs, and the files that have names of their own.
    """
    required: dict[str, str] = {}
    for one in facts.get("requirements", ()):
        name, uri = one["name"], one["uri"]
        kind, _, source = uri.partition(":")
        if one["run"]:
            required[name] = one["run"]
        elif one["given"]:
            required[name] = os.path.relpath(one["given"], facts["folder"])
        elif kind == "file" and name != uri:
            required[name] = source
    return required
