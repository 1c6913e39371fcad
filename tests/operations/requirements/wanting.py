"""Requirements as a project file writes them, for tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sweepflow.operations.requirements import Places, resolve
from sweepflow.project.operations.requirements import Rename, Requirement

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.operations.requirements import Resolution
    from sweepflow.store.records import Json


def renamed(name: str) -> list[Rename]:
    """Give what makes any name this one."""
    return [Rename(pattern=".*", repl=name)]


def requirement(kind: str, source: str, **keys: Json) -> Requirement:
    """Give a requirement without the checks that a project's file goes through."""
    return Requirement.model_construct(**{kind: source}, **keys)


def of_file(source: str, **keys: Json) -> Requirement:
    return requirement("file", source, **keys)


def of_run(**keys: Json) -> Requirement:
    return requirement("operation", "prep", **keys)


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
