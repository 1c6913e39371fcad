"""A project of operations, run by the real command, and what is seen of it then."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweepflow.engine.attempt import Attempt
from sweepflow.store import Home
from sweepflow.store.store import Store
from tests.system.conftest import environment
from tests.system.operations.scripts import SCRIPTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sweepflow.store.records import Run, ScalarRecord

    Done = subprocess.CompletedProcess[str]

SWEEPFLOW = [sys.executable, "-m", "sweepflow"]


@dataclass(frozen=True)
class Project:
    """A folder with the shared scripts, and a terminal that stands in it."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, text: str, *, name: str = "guild.yml") -> Project:
        """Give a new project, and the text as its file."""
        folder.mkdir()
        project = cls(folder)
        for script, content in SCRIPTS.items():
            project.write(content, script)
        project.write(text, name)
        return project

    @property
    def home(self) -> Home:
        return Home(self.folder / ".sweepflow")

    def write(self, text: str, name: str = "guild.yml") -> None:
        (self.folder / name).write_text(text, "utf-8")

    def command(self, *args: str) -> list[str]:
        return [*SWEEPFLOW, *args]

    def do(
        self, *args: str, status: int = 0, env: Mapping[str, str] | None = None
    ) -> Done:
        """Run a command that ends with an exit status, and with no traceback."""
        done = subprocess.run(
            self.command(*args),
            cwd=self.folder,
            env=environment() | dict(env or {}),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=300,
            check=False,
        )
        assert done.returncode == status, done
        assert "Traceback" not in done.stderr, done
        return done

    def run(
        self, *args: str, status: int = 0, env: Mapping[str, str] | None = None
    ) -> Done:
        return self.do("run", *args, status=status, env=env)

    def refused(self, *args: str) -> str:
        """Run what is bad input, see that nothing is recorded, and give the message."""
        before = self.ids()
        done = self.run(*args, status=2)
        assert done.stderr.count("error: ") == 1, done
        assert done.stdout == ""
        assert self.ids() == before
        return done.stderr

    def start(self, *args: str) -> subprocess.Popen[str]:
        """Start a command in a session of its own, as in a terminal of its own."""
        return subprocess.Popen(
            self.command(*args),
            cwd=self.folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def runs(self) -> Sequence[Run]:
        """Give what is recorded, in the order in which it was started."""
        if not self.home.has_ledger():
            return []
        with Store(self.home) as store:
            return list(reversed(store.reader.runs()))

    def ids(self) -> list[str]:
        return [run.id for run in self.runs()]

    def latest(self, task: str) -> Run:
        """Give the last run of a task: `OP`, or `PARENT/STEP`."""
        found = [run for run in self.runs() if run.task == task]
        assert found, f"no run of {task} among {[run.task for run in self.runs()]}"
        return found[-1]

    def statuses(self) -> list[tuple[str, str]]:
        """Give the tasks of the runs and how these ended, in their order."""
        return [(run.task, run.status) for run in self.runs()]

    def scalars(self, run: Run) -> Mapping[str, ScalarRecord]:
        with Store(self.home) as store:
            return store.reader.scalars([run.id]).get(run.id, {})

    def place(self, run: Run) -> Path:
        """Give the folder of a run."""
        return self.home.run(run.id)

    def links(self, run: Run) -> dict[str, str]:
        """Give the links in the folder of a run, and the ids of runs they lead to."""
        folder = self.place(run)
        links = [path for path in folder.iterdir() if path.is_symlink()]
        assert all(path.exists() for path in links), links
        assert all(path.readlink().parts[0] == ".." for path in links), links
        return {path.name: path.readlink().parts[1] for path in sorted(links)}

    def output(self, run: Run) -> str:
        """Give what a run printed."""
        path = Attempt(self.home.attempt(run.id, run.attempts)).output
        return path.read_text("utf-8", errors="replace")
