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
_NOT_BEGUN = "pending"
_BATCH = ".guild/proto"
"""What only the run that holds a batch has in its folder."""

_ASK = """
import json, os
from guild import config, index, var

config.set_guild_home(os.environ["GUILD_HOME"])
runs = var.runs()
scalars = index.RunIndex()
scalars.refresh(runs, ["scalar"])
print(json.dumps({
    run.id: {
        "begun": run.timestamp,
        "status": run.status,
        "label": run.get("label"),
        "tags": run.get("tags"),
        "scalars": scalars.run_scalars(run),
    }
    for run in runs
}))
"""
_DEFAULT = "${default_label}"
"""What stands in a label for one that Guild makes of the flags."""

_OWN = ".guild"
"""What the scalars of a run itself are marked with; others are of its steps."""


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

    def select(self, words: Sequence[str]) -> list[str]:
        return [self.side.command, "select", "--all", *words]

    def told_selected(self, output: str) -> list[str]:
        return output.split()

    def compare(self, words: Sequence[str]) -> list[str]:
        return [self.side.command, "compare", "--csv", "-", *words]

    def count(self, project: Path) -> int:
        return len(list((self.home(project) / "runs").iterdir()))

    def runs(self, project: Path) -> list[Found]:
        """Give the runs as they began, without those that hold a batch."""
        known = self._ask(project)
        runs = [
            _found(self.home(project) / "runs" / run_id, known[run_id])
            for run_id in sorted(known, key=lambda run_id: known[run_id]["begun"])
        ]
        return sorted(
            (run for run in runs if not (run.folder / _BATCH).exists()),
            key=lambda run: run.status == _NOT_BEGUN,
        )

    def _ask(self, project: Path) -> dict[str, dict[str, Any]]:
        """Give what Guild knows of runs by their ids, in its own process."""
        argv = [self.side.python, "-c", _ASK]
        environment = self.side.environment() | self.environment(project)
        answer = subprocess.run(
            argv, cwd=project, env=environment, capture_output=True, check=True
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
    operation: dict[str, Any] = _attr(folder, "op") or {}
    template: str = params.get("label") or operation.get("label-template") or ""
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
        scalars={
            scalar["tag"]: (scalar["last_val"], scalar["last_step"])
            for scalar in known["scalars"]
            if scalar["prefix"] == _OWN and not is_parent
        },
        label=known["label"] if template and _DEFAULT not in template else "",
        tags=known["tags"] or (),
    )


def _text(path: Path) -> str:
    return path.read_text("utf-8", "replace")
