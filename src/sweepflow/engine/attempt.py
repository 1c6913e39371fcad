"""An attempt: the folder through which a driver and a worker speak.

    spec.json    what to run; written by the driver, read by the worker
    heartbeat    who watches and who is watched; its age says that the worker lives
    output.log   what the run wrote to stdout and stderr, byte for byte
    numbers.jsonl  numbers as they come, not only at the end; see `numbers`
    result.json  what a step made, or what it raised; from the step to the worker
    work/        where a step works; removed when it has ended
    exit.json    how it ended; appears whole, by rename, or not at all

Everything that matters survives the death of either side in this folder.
"""

from __future__ import annotations

import json
import os
import socket
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweepflow.engine.processes import identity, kill_orphan
from sweepflow.engine.task import Call, Command, Outcome, RunFile, StepCall
from sweepflow.store.home import Home
from sweepflow.store.records import AtomRecord, Output, ScalarRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.engine.task import Executable
    from sweepflow.store.records import Json

HEARTBEAT_SECONDS = 5.0
"""How often a worker gives a sign of life."""

SILENCE_SECONDS = 60.0
"""After how long without one a worker on another machine counts as dead."""


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """All that a worker needs to know; self-contained, so that it runs anywhere.

    Args:
        action: What to run.
        timeout: Seconds, or None for no limit.
        inputs: By name; of a step alone, as is what follows.
        gpus: Which devices it may use; None where that does not matter.
        home: Where the store is.
        run_id: Of the run.
        origins: The ids of the runs that it takes something from, by what that is
            called.
        source: Digest of the object that holds its source, where that is kept.
        params: The names of its parameters, if it is no step.
        numbers: The file for each number that it gives, at once; None where nobody
            follows them.
    """

    action: Executable
    timeout: float | None = None
    inputs: Mapping[str, AtomRecord] = field(default_factory=dict[str, AtomRecord])
    gpus: tuple[int, ...] | None = None
    home: Home | None = None
    run_id: str = ""
    origins: Mapping[str, str] = field(default_factory=dict[str, str])
    source: str | None = None
    params: tuple[str, ...] = ()
    numbers: Path | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """What is known of a run beside what it made, however it ended.

    Args:
        scalars: The numbers that it gave.
        facts: What its front end wants recorded, as JSON.
    """

    scalars: tuple[ScalarRecord, ...] = ()
    facts: Mapping[str, Json] = field(default_factory=dict[str, "Json"])


@dataclass(frozen=True, slots=True)
class StepResult:
    """How a step's own process ended.

    Args:
        outputs: What it made; None where it failed.
        error: What it raised, in a few words.
        raised: The names of the class that it raised, and of those above it.
        exit_code: Of the command that it ran, where that failed.
        findings: Beside what it made.
    """

    outputs: tuple[Output, ...] | None = None
    error: str | None = None
    raised: tuple[str, ...] = ()
    exit_code: int | None = None
    findings: Findings = field(default_factory=Findings)


@dataclass(frozen=True, slots=True)
class ExitRecord:
    """How an attempt ended, and what it used.

    Args:
        outcome: Completed, failed or interrupted.
        started_at: Unix time in seconds.
        finished_at: Unix time in seconds.
        cpu_seconds: User and system time of the child and what it waited for.
        max_rss: The most memory that one of them held, in bytes.
        outputs: What it made; their bytes are in the object store.
        raised: See `StepResult.raised`; a timeout counts as Python's own.
        findings: Beside what it made.
    """

    outcome: Outcome
    started_at: float
    finished_at: float
    cpu_seconds: float = 0.0
    max_rss: int = 0
    outputs: tuple[Output, ...] = ()
    raised: tuple[str, ...] = ()
    findings: Findings = field(default_factory=Findings)


@dataclass(frozen=True, slots=True)
class Attempt:
    """The folder of one attempt at a run."""

    folder: Path

    @property
    def output(self) -> Path:
        return self.folder / "output.log"

    @property
    def numbers(self) -> Path:
        return self.folder / "numbers.jsonl"

    @property
    def workspace(self) -> Path:
        return self.folder / "work"

    @property
    def _result(self) -> Path:
        return self.folder / "result.json"

    @property
    def _spec(self) -> Path:
        return self.folder / "spec.json"

    @property
    def _heartbeat(self) -> Path:
        return self.folder / "heartbeat"

    @property
    def _exit(self) -> Path:
        return self.folder / "exit.json"

    def prepare(self, spec: TaskSpec) -> None:
        """Make the folder and write what is to run.

        It need not outlive a power cut, which the run does not outlive either.

        Raises:
            OSError: The folder cannot be written, or exists already.
        """
        self.folder.mkdir(parents=True)
        self.output.touch()
        self._spec.write_text(json.dumps(_spec_to_json(spec)), "ascii")

    def read_spec(self) -> TaskSpec:
        return _spec_from_json(json.loads(self._spec.read_text("utf-8")))

    def beat(self, child: int | None, *, worker: int | None = None) -> None:
        """Give a sign of life.

        Args:
            child: The process (and group) being watched.
            worker: The process that watches, or will start the one that does; this
                one if not given.
        """
        worker = worker or os.getpid()
        sign = {
            "host": socket.gethostname(),
            "worker": worker,
            "worker_identity": identity(worker),
            "child": child,
            "child_identity": child and identity(child),
        }
        temporary = self._heartbeat.with_suffix(".tmp")
        temporary.write_text(json.dumps(sign), "utf-8")
        temporary.replace(self._heartbeat)

    def touch(self) -> None:
        """Repeat the last sign of life."""
        os.utime(self._heartbeat)

    def kill_orphan(self) -> None:
        """End the child that a dead worker left behind, if it is on this host."""
        sign = _read_json(self._heartbeat)
        if sign and sign["host"] == socket.gethostname() and sign["child"]:
            kill_orphan(sign["child"], sign["child_identity"])

    def watcher(self) -> int | None:
        """Give the process to ask for an end, once it watches a child, on this host."""
        sign = _read_json(self._heartbeat)
        if not sign or sign["host"] != socket.gethostname() or not sign["child"]:
            return None
        process: int = sign["worker"]
        return process if identity(process) == sign["worker_identity"] else None

    def is_alive(self) -> bool:
        """Say whether a worker is at work on it still.

        On this host the kernel knows, however long the machine was asleep; elsewhere
        the age of the last sign decides.
        """
        sign = _read_json(self._heartbeat)
        if sign and sign["host"] == socket.gethostname():
            known_as = sign["worker_identity"]
            return known_as is not None and identity(sign["worker"]) == known_as
        return time.time() - self.last_sign() < SILENCE_SECONDS

    def last_sign(self) -> float:
        """Give the Unix time of the last sign of life; 0.0 if there is no folder."""
        for path in (self._heartbeat, self.folder):
            with suppress(FileNotFoundError):
                return path.stat().st_mtime
        return 0.0

    def leave_result(self, result: StepResult) -> None:
        """Tell the worker how the step ended."""
        temporary = self._result.with_suffix(".tmp")
        temporary.write_text(json.dumps(asdict(result)), "ascii")
        temporary.replace(self._result)

    def read_result(self) -> StepResult | None:
        """Give how the step ended, or None where its process died before it could."""
        data = _read_json(self._result)
        if data is None:
            return None
        outputs = data["outputs"]
        return StepResult(
            outputs=None if outputs is None else tuple(map(_output, outputs)),
            error=data["error"],
            raised=tuple(data["raised"]),
            exit_code=data["exit_code"],
            findings=_findings(data["findings"]),
        )

    def finish(self, record: ExitRecord) -> None:
        """Leave the exit record, there in full or not at all.

        It need not outlive a power cut: what that takes along is done again.
        """
        temporary = self._exit.with_suffix(".tmp")
        try:
            temporary.write_text(json.dumps(asdict(record)), "ascii")
        except OSError:  # a full disk needs no half of a record
            temporary.unlink(missing_ok=True)
            raise
        temporary.replace(self._exit)

    def read_exit(self) -> ExitRecord | None:
        """Give the exit record, or None while there is none, or a damaged one."""
        data = _read_json(self._exit)
        if data is None:
            return None
        return ExitRecord(
            outcome=Outcome(**data.pop("outcome")),
            outputs=tuple(map(_output, data.pop("outputs"))),
            raised=tuple(data.pop("raised")),
            findings=_findings(data.pop("findings")),
            **data,
        )


def _output(data: dict[str, Any]) -> Output:
    data["tags"] = tuple(data["tags"])
    return Output(**data)


def _findings(data: dict[str, Any]) -> Findings:
    return Findings(tuple(map(_scalar, data["scalars"])), data["facts"])


def _scalar(data: dict[str, Any]) -> ScalarRecord:
    data["points"] = tuple((step, value) for step, value in data["points"])
    return ScalarRecord(**data)


def _atom(data: dict[str, Any]) -> AtomRecord:
    data["tags"] = tuple(data["tags"])
    return AtomRecord(**data)


def _spec_to_json(spec: TaskSpec) -> dict[str, Any]:
    data: dict[str, Any] = {"timeout": spec.timeout, "gpus": spec.gpus}
    action = spec.action
    if not isinstance(action, StepCall):
        data["kind"] = "command" if isinstance(action, Command) else "call"
        data["action"] = asdict(action)
        data["params"] = spec.params
        return data
    data["kind"] = "step"
    names = (*("ref", "runner", "config", "config_class"), *("cwd", "is_async"))
    data["action"] = {name: getattr(action, name) for name in names}
    data["action"]["outputs"] = action.outputs and dict(action.outputs)
    data["inputs"] = {name: asdict(atom) for name, atom in spec.inputs.items()}
    data |= {"run_id": spec.run_id, "origins": dict(spec.origins)}
    data["source"] = spec.source
    data["numbers"] = spec.numbers and str(spec.numbers)
    # Without the ledger's address, which may hold a password.
    data["home"] = spec.home and {
        "root": str(spec.home.root),
        "objects": str(spec.home.objects),
    }
    return data


def _spec_from_json(data: dict[str, Any]) -> TaskSpec:
    action, timeout = data["action"], data["timeout"]
    gpus = None if data["gpus"] is None else tuple(data["gpus"])
    if data["kind"] == "call":
        call = Call(action["ref"], tuple(action["args"]), action["cwd"])
        return TaskSpec(call, timeout, gpus=gpus, params=tuple(data["params"]))
    if data["kind"] == "command":
        argv = tuple(a if isinstance(a, str) else RunFile(**a) for a in action["argv"])
        command = Command(argv, action["cwd"])
        return TaskSpec(command, timeout, gpus=gpus, params=tuple(data["params"]))
    inputs = {name: _atom(atom) for name, atom in data["inputs"].items()}
    home = data["home"] and Home(
        Path(data["home"]["root"]),
        ledger=os.environ.get("SWEEPFLOW_LEDGER")
        or Path(data["home"]["root"], "ledger.db"),
        objects=data["home"]["objects"],
    )
    return TaskSpec(
        StepCall(**action),
        timeout,
        inputs,
        gpus,
        home,
        run_id=data["run_id"],
        origins=data["origins"],
        source=data["source"],
        numbers=data["numbers"] and Path(data["numbers"]),
    )


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        return json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):  # a power cut may leave an empty file
        return None
