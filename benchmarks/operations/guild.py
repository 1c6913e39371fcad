"""Guild AI, as its users run it and as it records."""

from __future__ import annotations

import json
import shlex
import subprocess
from typing import TYPE_CHECKING, Any

import yaml

from benchmarks.environments import installed
from benchmarks.operations.record import Found

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from benchmarks.measure import Side

VERSION = "0.9.0"
_STATUS = {"error": "failed", "terminated": "interrupted"}
_BATCH = "+"
"""What the name of an operation ends with in the run that holds a batch."""


class Guild:
    """Guild 0.9.0 in an environment of its own.

    Raises:
        SideError: It cannot be installed.
    """

    name = "guild"

    def __init__(self) -> None:
        self.side: Side = installed("guild", "guildai", VERSION, "click<8.3")

    def home(self, project: Path) -> Path:
        return project.with_name(f"{project.name}-home")

    def environment(self, project: Path) -> dict[str, str]:
        home = self.home(project)
        home.mkdir(exist_ok=True)
        return {"GUILD_HOME": str(home)}

    def run(self, words: Sequence[str]) -> list[str]:
        return [self.side.command, "run", *words, "--yes"]

    def trials(self, words: Sequence[str]) -> list[str]:
        return [self.side.command, "run", *words, "--print-trials"]

    def told_trials(self, output: str) -> list[dict[str, str]]:
        head, *rows = [line.split() for line in output.splitlines() if line.strip()]
        return [dict(zip(head[1:], row[1:], strict=True)) for row in rows]

    def select(self, words: Sequence[str]) -> list[str]:
        return [self.side.command, "select", "--all", *words]

    def told_selected(self, output: str) -> list[str]:
        return output.split()

    def compare(self, words: Sequence[str]) -> list[str]:
        return [self.side.command, "compare", "--csv", "-", *words]

    def runs(self, project: Path) -> list[Found]:
        """Give the runs as they were created, without those that hold a batch."""
        found = {path.name: path for path in (self.home(project) / "runs").glob("*")}
        order = sorted(found, key=lambda run_id: _attr(found[run_id], "initialized"))
        kept = [run_id for run_id in order if not _name(found[run_id]).endswith(_BATCH)]
        known = {run["id"]: run for run in self._api(project)} if kept else {}
        return [_found(found[run_id], known[run_id]) for run_id in kept]

    def _api(self, project: Path) -> list[dict[str, Any]]:
        answer = subprocess.run(
            [self.side.command, "api", "runs"],
            cwd=project,
            env=self.side.environment() | self.environment(project),
            capture_output=True,
            check=True,
        )
        return json.loads(answer.stdout)


def _attr(folder: Path, name: str) -> Any:  # noqa: ANN401 - YAML
    path = folder / ".guild" / "attrs" / name
    return yaml.safe_load(path.read_text("utf-8")) if path.exists() else None


def _name(folder: Path) -> str:
    """Give an operation's name as its users write it: `OP` or `MODEL:OP`."""
    *_, model, operation = shlex.split((folder / ".guild" / "opref").read_text("utf-8"))
    return f"{model}:{operation}" if model else operation


def _found(folder: Path, known: Mapping[str, Any]) -> Found:
    status: str = known["status"]
    flags: dict[str, Any] = _attr(folder, "flags") or {}
    params: dict[str, Any] = _attr(folder, "run_params") or {}
    output = folder / ".guild" / "output"
    is_parent = _attr(folder, "steps") is not None
    manifest = folder / ".guild" / "manifest"
    lines = manifest.read_text("utf-8").splitlines() if manifest.exists() else ()
    return Found(
        id=folder.name,
        operation=_name(folder),
        folder=folder,
        status=_STATUS.get(status, status),
        flags=flags,
        output="" if is_parent or not output.exists() else _text(output),
        inputs=frozenset(shlex.split(line)[1] for line in lines),
        scalars={_tag(s): (s["lastVal"], s["lastStep"]) for s in known["scalars"]},
        label=known["label"] if params.get("label") else "",
        tags=known["tags"],
    )


def _text(path: Path) -> str:
    return path.read_text("utf-8", "replace")


def _tag(scalar: Mapping[str, Any]) -> str:
    prefix = scalar["prefix"]
    return scalar["tag"] if prefix == ".guild" else f"{prefix}#{scalar['tag']}"
