"""Doing what a case says, by one of the two tools."""

from __future__ import annotations

import csv
import io
import os
import re
import shlex
import signal
import subprocess
import threading
import time
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Protocol

from benchmarks.measure import SideError, last_line
from benchmarks.operations.record import Names, Record, facts_of
from benchmarks.workflows.process import NO_STALE_BYTECODE

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    from benchmarks.measure import Side
    from benchmarks.operations.case import Case
    from benchmarks.operations.record import Found

_LIMIT = 120.0
"""Seconds, after which a command is ended."""

_SERVED = "served"
_STARTED = "STARTED"
"""The variable with the file that a script makes when it may be interrupted."""

_OF_RUN = {"run", "operation", "started", "time", "seconds", "status", "label"}
"""Columns of a comparison that tell of the run itself, not of what it found."""

_RUN = re.compile(r"\{R(\d+)(?::(\d+))?\}")


class Tool(Protocol):
    """One of the two sides."""

    name: str
    side: Side

    def home(self, project: Path) -> Path:
        """Give the folder in which it keeps all that it records."""
        ...

    def environment(self, project: Path) -> dict[str, str]: ...

    def run(self, words: Sequence[str]) -> list[str]: ...

    def select(self, words: Sequence[str]) -> list[str]: ...

    def told_selected(self, output: str) -> list[str]: ...

    def compare(self, words: Sequence[str]) -> list[str]: ...

    def runs(self, project: Path) -> list[Found]: ...


def play(case: Case, tool: Tool, folder: Path) -> Record:
    """Do what a case says in a new folder, and give what came of it.

    Raises:
        SideError: A command that is to tell something fails.
    """
    project = folder / "project"
    project.mkdir(parents=True)
    with _server(project / _SERVED) as address:
        case.write(project, address)
        player = Player(tool, project)
        told = [player.command(text) for text in case.commands]
    runs = tool.runs(project)
    names = Names(runs, project, tool.home(project), address)
    record = Record(runs={names.by_id[run.id]: facts_of(run, names) for run in runs})
    for number, (what, value) in enumerate(told, 1):
        record.commands[f"command {number}: {what}"] = names.neutral(value)
    return record


class Player:
    """Gives the commands of a case.

    run WORDS         run an operation; told is whether the exit status is 0
    interrupt WORDS   likewise, and interrupt it when its script says so
    trials WORDS      print the trials of a batch
    select WORDS      the runs that a filter finds, newest first
    compare WORDS     the columns of runs, and their values
    sh TEXT           anything else, in the project's folder
    """

    def __init__(self, tool: Tool, project: Path) -> None:
        self._tool, self._project = tool, project
        self._started = project.with_name("started")

    def command(self, text: str) -> tuple[str, Any]:
        """Give a command; give what kind of thing it told, and what it told."""
        verb, _, rest = _RUN.sub(self._run_id, text).partition(" ")
        tool, words = self._tool, [] if verb == "sh" else shlex.split(rest)
        match verb:
            case "run":
                return "ends", _end(self._process(tool.run(words)))
            case "interrupt":
                return "ends", self._interrupt(words)
            case "trials":
                argv = tool.run([*words, "--print-trials"])
                return "trials", _trials(self._output(argv))
            case "select":
                return "runs", tool.told_selected(self._output(tool.select(words)))
            case "compare":
                return "columns", _columns(self._output(tool.compare(words)))
            case "sh":
                self._output(["/bin/sh", "-ec", rest])
                return "done", True
            case _:
                raise ValueError(f"no command {verb!r}")

    def _run_id(self, match: re.Match[str]) -> str:
        run_id = self._tool.runs(self._project)[int(match[1]) - 1].id
        return run_id[: int(match[2])] if match[2] else run_id

    def _start(self, argv: Sequence[str]) -> subprocess.Popen[str]:
        environment = {
            **self._tool.side.environment(),
            **NO_STALE_BYTECODE,
            **self._tool.environment(self._project),
            _STARTED: str(self._started),
        }
        return subprocess.Popen(
            argv,
            cwd=self._project,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )

    def _process(self, argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
        return self._ended(self._start(argv))

    def _ended(
        self, process: subprocess.Popen[str]
    ) -> subprocess.CompletedProcess[str]:
        try:
            output, errors = process.communicate(timeout=_LIMIT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            name = self._tool.name
            raise SideError(f"{name}: not done after {_LIMIT:.0f} s") from None
        code = process.returncode
        return subprocess.CompletedProcess(process.args, code, output, errors)

    def _output(self, argv: Sequence[str]) -> str:
        ended = self._process(argv)
        if ended.returncode:
            reason = last_line(ended.stdout, ended.stderr)
            raise SideError(f"{self._tool.name}: {shlex.join(argv[1:])}: {reason}")
        return ended.stdout

    def _interrupt(self, words: Sequence[str]) -> str:
        """Do as a terminal does at Ctrl-C: interrupt the process and its children."""
        self._started.unlink(missing_ok=True)
        process = self._start(self._tool.run(words))
        give_up = time.monotonic() + _LIMIT
        while not self._started.exists() and time.monotonic() < give_up:
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        return _end(self._ended(process))


def _end(ended: subprocess.CompletedProcess[str]) -> str:
    return "not well" if ended.returncode else "well"


def _trials(text: str) -> list[dict[str, str]]:
    """Give the flags of trials from a table; the first column counts these."""
    head, *rows = [line.split() for line in text.splitlines() if line.strip()]
    return [
        {name: _as_number(v) for name, v in zip(head[1:], row[1:], strict=True)}
        for row in rows
    ]


def _columns(text: str) -> dict[str, dict[str, str]]:
    """Give the values of runs, by their names, where they have any."""
    rows = csv.DictReader(io.StringIO(text))
    return {
        row["run"]: {
            name: _as_number(value)
            for name, value in row.items()
            if name not in _OF_RUN and value
        }
        for row in rows
    }


def _as_number(text: str) -> str:
    """Give a number as Python writes it, and any other text as it is."""
    try:
        return f"{float(text):.12g}"
    except ValueError:
        return text


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
        pass


@contextmanager
def _server(folder: Path) -> Generator[str]:
    """Serve a folder on this machine alone, and give the address."""
    handler = partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
