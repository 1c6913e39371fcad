"""Running `sweepflow` as a user does."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

SWEEPFLOW = [sys.executable, "-m", "sweepflow"]


@dataclass
class Shell:
    """A user's terminal, standing in the project's folder."""

    cwd: Path
    env: dict[str, str] = field(default_factory=lambda: dict(os.environ))

    def write(self, text: str, name: str = "sweepflow.yaml") -> Path:
        path = self.cwd / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def sweepflow(self, *args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*SWEEPFLOW, *args],
            cwd=self.cwd,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def start(
        self, *args: str, start_new_session: bool = False
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*SWEEPFLOW, *args],
            cwd=self.cwd,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=start_new_session,
        )

    def bad(self, *args: str) -> str:
        """Run what must be refused, and give the message."""
        result = self.sweepflow(*args)
        assert result.returncode == 2, result
        assert result.stdout == ""
        assert "Traceback" not in result.stderr
        return result.stderr


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    folder = tmp_path / "project"
    folder.mkdir()
    shell = Shell(folder)
    shell.env.pop("SWEEPFLOW_HOME", None)
    own = Path(sys.executable).parent  # the environment is active
    shell.env["PATH"] = f"{own}{os.pathsep}{shell.env['PATH']}"
    return shell
