"""Runs of operations, each in a process of its own as the engine starts it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sweepflow.engine.attempt import Attempt, TaskSpec
from sweepflow.engine.recovery import ending
from sweepflow.engine.task import StepCall
from sweepflow.operations.running import Need, RunConfig
from sweepflow.project.operations.requirements import Requirement
from sweepflow.store.store import Store
from tests.store.conftest import a_run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.engine.attempt import ExitRecord
    from sweepflow.store.home import Home
    from sweepflow.store.records import Json, ScalarRecord

SH = ("sh", "-c")
PYTHON = (sys.executable, "-u", "-c")


def need(kind: str, source: str, given: str | None = None, **keys: Json) -> Need:
    """Give a requirement, called by what it requires."""
    requirement = Requirement.model_construct(**{kind: source}, **keys)
    return Need.of(requirement, requirement.uri, given)


@dataclass(frozen=True)
class Ended:
    """A run that has ended."""

    folder: Path
    record: ExitRecord
    log: bytes

    @property
    def status(self) -> str:
        return self.record.outcome.status

    @property
    def error(self) -> str:
        return str(self.record.outcome.error)

    @property
    def facts(self) -> Mapping[str, Json]:
        return self.record.findings.facts

    @property
    def scalars(self) -> dict[str, ScalarRecord]:
        return {one.name: one for one in self.record.findings.scalars}

    @property
    def outputs(self) -> dict[str, str]:
        """The digests of what is stored, by name."""
        return {output.name: output.digest for output in self.record.outputs}

    @property
    def placed(self) -> dict[str, list[str]]:
        """The paths of what was placed, by the names of the requirements."""
        every = self.facts["requirements"]
        return {one["name"]: [put["path"] for put in one["placed"]] for one in every}


@dataclass
class Started:
    """A run whose worker was started."""

    attempt: Attempt
    folder: Path
    worker: subprocess.Popen[bytes]

    def end(self) -> Ended:
        """Wait for it."""
        assert self.worker.wait(60) == 0
        record = self.attempt.read_exit()
        assert record
        return Ended(self.folder, record, self.attempt.output.read_bytes())

    def wait_for(self, name: str) -> None:
        """Wait until the run has made a file."""
        deadline = time.monotonic() + 30
        while not (self.folder / name).exists():
            assert time.monotonic() < deadline, self.attempt.output.read_text()
            time.sleep(0.02)


@dataclass
class Bench:
    """A project, and a store in which its operations run."""

    home: Home
    project: Path
    environment: dict[str, str] = field(default_factory=dict[str, str])
    timeout: float | None = None
    _attempts: dict[str, int] = field(default_factory=dict[str, int])

    def source(self, files: Mapping[str, str], *programs: str) -> str:
        """Store what is to be the source of runs, and give its digest.

        Args:
            files: Texts by path.
            programs: Those that are executable.
        """
        folder = Path(tempfile.mkdtemp(dir=self.project))
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            path.chmod(0o755 if name in programs else 0o644)
        with Store(self.home) as store:
            return store.objects.put(folder).digest

    def write(self, name: str, text: str) -> Path:
        """Write a file of the project."""
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def start(
        self,
        argv: tuple[str, ...],
        run_id: str = "1",
        *,
        origins: Mapping[str, str] | None = None,
        source: str | None = None,
        **config: Json,
    ) -> Started:
        number = self._attempts[run_id] = self._attempts.get(run_id, 0) + 1
        told = RunConfig(argv, str(self.project), "guild.yml")
        told = replace(told, restart=number > 1, **config)
        spec = TaskSpec(
            StepCall(
                "op",
                "sweepflow.operations.running:prepare",
                told.to_json(),
                None,
                None,
                str(self.project),
            ),
            self.timeout,
            home=self.home,
            run_id=run_id,
            origins=origins or {},
            source=source,
        )
        attempt = Attempt(self.home.attempt(run_id, number))
        attempt.prepare(spec)
        command = [sys.executable, "-m", "sweepflow.engine.worker", str(attempt.folder)]
        with Path(__file__).open() as typed:
            environment = os.environ | self.environment
            worker = subprocess.Popen(command, env=environment, stdin=typed)
        return Started(attempt, self.home.run(run_id), worker)

    def run(self, argv: tuple[str, ...], run_id: str = "1", **more: Json) -> Ended:
        return self.start(argv, run_id, **more).end()

    def read(self, ended: Ended, name: str) -> bytes:
        """Give what is stored of an output."""
        with Store(self.home) as store, store.objects.open(ended.outputs[name]) as file:
            return file.read()

    def record(self, ended: Ended) -> None:
        """Let the ledger know of a run."""
        run_id = ended.folder.name
        with Store(self.home) as store:
            store.ledger.start(a_run(run_id, kind="operation"))
            assert not store.ledger.commit([ending(run_id, ended.record, "ann")])
