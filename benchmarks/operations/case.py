"""The cases: projects in files of YAML, and what is done in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FOLDER = Path(__file__).with_name("cases")
_SHARED = "shared.yaml"
_GUILD_FILE = "guild.yml"


@dataclass(frozen=True)
class Case:
    """A project and commands, which both sides get alike.

    Args:
        id: Unique; the rows of the table of cases keep theirs.
        about: What it tries, in a few words.
        commands: Each a verb (see `Player`) and words as a shell would have them;
            `{R1}` is the id of the first run, `{R1:8}` its beginning.
        files: Texts by their paths.
        differs: Where the two are meant to differ, and why. A key is a pattern, as in
            a shell, for the names of differences.
    """

    id: str
    about: str
    commands: Sequence[str]
    files: Mapping[str, str]
    differs: Mapping[str, str] = field(default_factory=dict[str, str])

    def write(self, folder: Path, address: str) -> None:
        """Write the project into a new folder.

        The address is that of the server that has the files of `served/`; `{URL}` in
        texts stands for it.
        """
        for name, text in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("{URL}", address), "utf-8")


def load_cases() -> list[Case]:
    """Give all cases, in the order of their files and in these.

    Raises:
        ValueError: A case is not written as it must be.
    """
    shared = _read(_FOLDER / _SHARED)
    files = sorted(path for path in _FOLDER.glob("*.yaml") if path.name != _SHARED)
    return [
        _case(name, data, shared)
        for path in files
        for name, data in _read(path).items()
    ]


def _read(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text("utf-8"))


def _case(name: str, data: dict[str, Any], shared: Mapping[str, Any]) -> Case:
    known = {"about", "scripts", "ops", "guild", "files", "commands", "differs"}
    if wrong := data.keys() - known:
        raise ValueError(f"case {name} has {', '.join(sorted(wrong))}")
    files = {f"{key}.py": shared["scripts"][key] for key in data.get("scripts", ())}
    files |= data.get("files", {})
    parts = [shared["ops"][key] for key in data.get("ops", ())]
    parts += [data["guild"]] if "guild" in data else []
    if parts:
        files[_GUILD_FILE] = "".join(parts)
    return Case(name, data["about"], data["commands"], files, data.get("differs", {}))
