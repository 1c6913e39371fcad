"""What is compared: what came of the commands of a case, as either side has it."""

from __future__ import annotations

import hashlib
import os
import re
import struct
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_OF_TOOLS = {".guild", ".attempts"}
"""In the folder of a run, what the tools keep there for themselves."""

_LONG = 300
"""Characters, above which the content of a file is told by its digest."""


_SHORT = 8
"""Characters of an id that listings show."""


@dataclass(frozen=True)
class Found:
    """A run as a tool has recorded it.

    Args:
        operation: Its full name.
        folder: Where its command ran.
        output: What its command wrote; empty if it has steps, which have theirs.
        status: `completed`, `failed`, `interrupted` or another word of the tool.
        inputs: Paths in the folder that the run did not make: source and requirements.
        scalars: The last value of each, and its step.
        label: As its user gave it; empty if that is what the tool made of the flags.
    """

    id: str
    operation: str
    folder: Path
    status: str
    flags: Mapping[str, Any]
    output: str
    inputs: frozenset[str]
    scalars: Mapping[str, tuple[float, int]]
    label: str
    tags: Sequence[str]


@dataclass
class Record:
    """What came of a case, with nothing in it that is of one side or one call alone.

    Args:
        commands: What each command gave, by its number and a word for what it is.
        runs: What is known of each run, by its name; the n-th run of an operation,
            in the order they began, is `operation#n`.
    """

    commands: dict[str, Any] = field(default_factory=dict[str, Any])
    runs: dict[str, dict[str, Any]] = field(default_factory=dict[str, "dict[str, Any]"])


class Names:
    """Names for what each side names in its own way: runs, folders, an address.

    The folders of all runs lie in `runs`.
    """

    def __init__(
        self, runs: Sequence[Found], project: Path, home: Path, address: str
    ) -> None:
        seen: Counter[str] = Counter()
        self.by_id: dict[str, str] = {}
        self.by_folder: dict[Path, str] = {}
        for run in runs:
            seen[run.operation] += 1
            self.by_id[run.id] = f"{run.operation}#{seen[run.operation]}"
            self.by_folder[run.folder.resolve()] = self.by_id[run.id]
        self.runs = next(iter(self.by_folder), home).parent
        places = {str(run.folder): f"<{self.by_id[run.id]}>" for run in runs}
        for key, name in self.by_id.items():
            places |= {key: f"<{name}>", key[:_SHORT]: f"<{name}>"}
        places |= {str(home): "<home>", str(project): "<project>", address: "{URL}"}
        longest_first = sorted(places, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)))
        self._places = places

    def neutral(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        """Give a value with the names in all its texts."""
        match value:
            case str():
                return self._pattern.sub(lambda m: self._places[m[0]], value)
            case dict():
                items: Iterator[tuple[Any, Any]] = iter(value.items())  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType, reportUnknownArgumentType]
                return {self.neutral(k): self.neutral(v) for k, v in items}
            case list() | tuple():
                return [self.neutral(each) for each in value]  # pyright: ignore[reportUnknownVariableType]
            case None | bool() | int() | float():
                return value
            case _:
                return str(value)


def facts_of(run: Found, names: Names) -> dict[str, Any]:
    """Give what is compared of a run."""
    files = dict(_contents(run.folder, names))
    made = sorted(path for path in files if not _is_within(path, run.inputs))
    return {
        "status": run.status,
        "label": names.neutral(run.label),
        "tags": sorted(run.tags),
        "made": [path for path in made if not files[path].startswith("-> ")],
        "output": [names.neutral(line) for line in run.output.splitlines()],
        **{f"flag {k}": names.neutral(v) for k, v in run.flags.items()},
        **{f"file {path}": content for path, content in files.items()},
        **{f"scalar {k}": [_single(v), step] for k, (v, step) in run.scalars.items()},
    }


def _single(value: float) -> float:
    """Give a number as single precision has it, in which Guild keeps scalars."""
    return struct.unpack("f", struct.pack("f", value))[0]


def _is_within(path: str, folders: frozenset[str]) -> bool:
    parents = (str(parent) for parent in Path(path).parents)
    return path in folders or any(parent in folders for parent in parents)


def _contents(folder: Path, names: Names, under: str = "") -> Iterator[tuple[str, str]]:
    """Give what is in the folder of a run, as one sees it who reads it there.

    A link to a run is told as such; what any other link leads to is read.
    """
    if not folder.is_dir():
        return
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        path = Path(entry.path)
        name = f"{under}{entry.name}"
        linked = names.by_folder.get(path.resolve()) if entry.is_symlink() else None
        if entry.name in _OF_TOOLS:
            continue
        if linked:
            yield name, f"-> {linked}"
        elif entry.is_symlink() and path.resolve().parent == names.runs:
            yield name, "-> a batch" if path.exists() else "-> a run that is gone"
        elif not path.exists():
            yield name, "leads nowhere"
        elif path.is_dir():
            inside = list(_contents(path, names, f"{name}/"))
            yield from inside or [(f"{name}/", "empty")]
        else:
            yield name, _told(path.read_bytes(), names)


def _told(data: bytes, names: Names) -> str:
    text = data.decode("utf-8", "backslashreplace")
    if len(text) <= _LONG:
        return names.neutral(text)
    return f"{len(data)} bytes, {hashlib.sha256(data).hexdigest()[:12]}"
