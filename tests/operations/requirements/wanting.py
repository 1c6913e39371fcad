"""Requirements as a project file writes them, for tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sweepflow.operations.requirements import Places, resolve

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sweepflow.operations.requirements import Resolution
    from sweepflow.store.records import Json


class Rename(NamedTuple):
    pattern: str
    repl: str


def renamed(name: str) -> list[Rename]:
    """Give what makes any name this one."""
    return [Rename(".*", name)]


@dataclass(frozen=True)
class Requirement:
    kind: str
    source: str
    help: str = ""
    select: Sequence[str] = ()
    select_min: Sequence[str] = ()
    select_max: Sequence[str] = ()
    rename: Sequence[Rename] = ()
    target_path: str = ""
    target_type: str = ""
    preserve_path: bool = False
    replace_existing: bool = False
    optional: bool = False
    warn_if_empty: bool = True
    fail_if_empty: bool = False
    unpack: bool = True
    sha256: str = ""
    params: Mapping[str, Json] = field(default_factory=dict[str, "Json"])

    @property
    def uri(self) -> str:
        return f"{self.kind}:{self.source}"


def of_file(source: str, **keys: Json) -> Requirement:
    return Requirement("file", source, **keys)


def of_run(**keys: Json) -> Requirement:
    return Requirement("operation", "prep", **keys)


def places_in(folder: Path) -> Places:
    made = Places(folder / "project", folder / "runs" / "1", folder / "cache")
    for place in (made.project, made.run, folder / "runs" / "0"):
        place.mkdir(parents=True)
    return made


@dataclass
class Bench:
    """A project and an empty run, in which requirements are resolved."""

    places: Places
    warnings: list[str] = field(default_factory=list[str])

    def resolve(self, wanted: Requirement, **more: Json) -> Resolution:
        resolution = resolve(wanted, self.places, **more)
        self.warnings.extend(resolution.warnings)
        return resolution

    def write(self, name: str, content: str = "") -> Path:
        path = self.places.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content or name, "utf-8")
        return path

    def read(self, name: str) -> str:
        return (self.places.run / name).read_text("utf-8")

    @property
    def there(self) -> list[str]:
        """The files in the run's folder, through links to folders."""
        run = self.places.run
        found: list[str] = []
        todo = [run]
        while todo:
            for path in todo.pop().iterdir():
                if path.is_dir():
                    todo.append(path)
                else:
                    found.append(str(path.relative_to(run)))
        return sorted(found)
