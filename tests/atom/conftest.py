"""A store that atoms go to, and runs that make atoms of atoms."""

from __future__ import annotations

import getpass
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from sweepflow.atom import Atom
from sweepflow.store import Home
from sweepflow.store.records import (
    AtomRecord,
    Claim,
    Ending,
    Output,
    Provenance,
    Run,
    sha256,
)
from sweepflow.store.store import Store, use_store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PROVENANCE = Provenance("host", "ann", None, None, "3.11", "0.1.0")


@dataclass
class Laboratory:
    """Records runs in a store, one a second from the given time on."""

    store: Store
    now: float = 2_000_000_000.0

    def run(
        self,
        task: str,
        inputs: Mapping[str, Atom],
        outputs: Mapping[str, str],
        status: str = "completed",
    ) -> Mapping[str, Atom]:
        """Record a run, and give what it made: for each name the given content."""
        self.now += 1
        run = Run(
            id=sha256(str(self.now))[:16],
            plan_id="plan",
            kind="workflow",
            name="w",
            task=task,
            command=task,
            cwd="/",
            provenance=PROVENANCE,
            started_at=self.now,
            fingerprint=sha256(f"{task} {self.now}"),
        )
        ids = {name: atom.id for name, atom in inputs.items()}
        self.store.ledger.acquire([Claim(run, ids, {}, {})])
        self.now += 1
        made = {name: self._record(name, content) for name, content in outputs.items()}
        self.store.ledger.commit([Ending(run.id, status, self.now, outputs=made)])
        catalog = self.store.catalog
        return {
            name: Atom.from_record(catalog.atom(atom.id), self.store)
            for name, atom in made.items()
        }

    def _record(self, name: str, content: str) -> AtomRecord:
        stored = self.store.objects.put_bytes(content.encode())
        output = Output(name, "text", stored.digest, stored.size, "data.txt")
        return AtomRecord.of(output, "ann", self.now)


def run_python(home: Home, code: str) -> str:
    """Run code that asks for atoms, as one who may write where it says; give output."""
    # Root may write anywhere, unless it gives up its powers.
    less = ["setpriv", "--bounding-set", "-all"] if os.geteuid() == 0 else []
    result = subprocess.run(
        [*less, sys.executable, "-c", code],
        env=os.environ | {"SWEEPFLOW_HOME": str(home.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stdout + result.stderr


@pytest.fixture(autouse=True)
def user(monkeypatch: pytest.MonkeyPatch) -> str:
    """Be a certain user."""
    monkeypatch.setattr(getpass, "getuser", lambda: "ann")
    return "ann"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Take an empty store into use."""
    with Store(Home.of(tmp_path / "project")) as store, use_store(store):
        yield store


@pytest.fixture
def laboratory(store: Store) -> Laboratory:
    return Laboratory(store)
