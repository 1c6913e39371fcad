"""The folder of a run before its command starts, and what is remembered of that.

The memory is a file in the folder itself. It outlives any end of this process, and who
requires the run learns from it, without a ledger, what the run got and did not make.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from sweepflow.errors import StoreError
from sweepflow.operations.requirements.place import made
from sweepflow.store.home import ATTEMPTS
from sweepflow.store.objects.manifest import Entry, File, Folder, Link

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

    from sweepflow.store.objects import ObjectStore
    from sweepflow.store.records import Json

_FILE: Final = "prepared.json"
_CHUNK: Final = 1 << 20


@dataclass(slots=True)
class Prepared:
    """What was put into the folder of a run.

    Args:
        requirements: What came of each requirement, as it is recorded.
        written: The digests of the files of its source, and of others that were
            written, by their paths.
        inputs: Paths that the run did not make.
    """

    requirements: list[dict[str, Json]] = field(default_factory=list["dict[str, Json]"])
    written: dict[str, str] = field(default_factory=dict[str, str])
    inputs: list[str] = field(default_factory=list[str])

    @property
    def placed(self) -> list[str]:
        """The paths of what was required."""
        every = (requirement["placed"] for requirement in self.requirements)
        return [placed["path"] for several in every for placed in several]

    def save(self, folder: Path) -> None:
        """Remember it.

        Raises:
            OSError: The folder cannot be written.
        """
        file = folder / ATTEMPTS / _FILE
        file.parent.mkdir(exist_ok=True)
        data = {name: getattr(self, name) for name in self.__slots__}
        temporary = file.with_suffix(".tmp")
        temporary.write_text(json.dumps(data), "ascii")
        temporary.replace(file)

    @classmethod
    def of(cls, folder: Path) -> Prepared | None:
        """Give what is remembered of a folder, or None if nothing is."""
        try:
            return cls(**json.loads((folder / ATTEMPTS / _FILE).read_text("ascii")))
        except (OSError, ValueError, TypeError):  # of a power cut, or of a later format
            return None


@dataclass(slots=True)
class RunFolder:
    """The folder of a run, being made ready.

    Args:
        path: Where it is.
        restart: Whether the run was started before.
        prepared: What has been put there this time.
        before: What was at the earlier start, where that came to it.
        is_ready: Whether all is there.
    """

    path: Path
    restart: bool = False
    prepared: Prepared = field(default_factory=Prepared)
    before: Prepared | None = None
    is_ready: bool = False

    @contextmanager
    def writing(self) -> Generator[None]:
        """Make the folder, if it is not there; say so where it cannot be written.

        Raises:
            StoreError: It cannot.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            if self.restart:
                self.before = Prepared.of(self.path)
            yield
        except OSError as error:
            name = f" ({os.fsdecode(error.filename)})" if error.filename else ""
            raise StoreError(
                f"cannot write to the run's folder {self.path}: {error.strerror}{name}",
                hint="make room there, see that it may be written, or name another "
                "folder in SWEEPFLOW_HOME",
            ) from None

    def write_source(
        self, objects: ObjectStore, digest: str, dest: str, without: Iterable[str] = ()
    ) -> None:
        """Write a copy of the source.

        The files are the run's own: it may change them. What it requires stands before
        its source; and what it changed itself, when it was started before, stays, too.

        Args:
            objects: Where the source is kept.
            digest: Of the object with the source.
            dest: Where in the folder.
            without: Paths of the source that are put there otherwise.

        Raises:
            StoreError: The source is not in the store, or not as it was.
            OSError: The folder cannot be written.
        """
        left_out = {os.path.normpath(os.path.join(dest, path)) for path in without}  # noqa: PTH118 - texts
        closed = {*self.prepared.placed, *left_out}
        for entry, path in _within(dest, objects.entries(digest)):
            place = self.path / path
            if path in closed or os.path.dirname(path) in closed:  # noqa: PTH120 - texts
                closed.add(path)
            elif isinstance(entry, Folder):
                if not _is_folder(place):
                    closed.add(path)
            elif not os.path.lexists(place) or self._gives_way(path):
                place.unlink(missing_ok=True)
                self.prepared.written[path] = _write(objects, entry, place)

    def write_files(self, files: Mapping[str, str]) -> None:
        """Write texts by name; what is there gives way, but not what a link leads to.

        Raises:
            RequirementError: One cannot be written there.
        """
        for name, text in files.items():
            data = text.encode("utf-8", "surrogateescape")

            def write(place: Path, data: bytes = data) -> None:
                place.write_bytes(data)

            made(self.path, name, write, replace=True)
            self.prepared.written[name] = hashlib.sha256(data).hexdigest()

    def finish(self) -> None:
        """Remove what was written at an earlier start only, and remember the rest.

        Raises:
            OSError: The folder cannot be written.
        """
        prepared = self.prepared
        for path, content in self.before.written.items() if self.before else ():
            if path not in prepared.written and is_as(self.path / path, content):
                (self.path / path).unlink()
        prepared.inputs = [*prepared.placed, *prepared.written]
        prepared.save(self.path)
        self.is_ready = True

    def _gives_way(self, path: str) -> bool:
        """Whether a file is one that we wrote; if nobody knows, it is."""
        if self.before is None:
            return True
        return is_as(self.path / path, self.before.written.get(path))


def _within(dest: str, entries: Iterable[Entry]) -> Iterator[tuple[Entry, str]]:
    """Give what a folder is to have, the folders that it lies in first, with paths."""
    for folder in reversed(PurePosixPath(dest, "any").parents[:-1]):
        yield Folder(str(folder)), str(folder)
    for entry in entries:
        yield entry, str(PurePosixPath(dest, entry.path))


def is_as(path: Path, content: str | None) -> bool:
    """Whether a file is there as it was written, or a link."""
    if content is None:
        return False
    try:
        if path.is_symlink():
            return content == _link(os.readlink(path))  # noqa: PTH115 - as it is written
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == content
    except OSError:
        return False


def _is_folder(place: Path) -> bool:
    """Make a folder, if nothing is there; say whether it is one, and no link."""
    if not os.path.lexists(place):
        place.mkdir()
    return place.is_dir() and not place.is_symlink()


def _link(text: str) -> str:
    return f"-> {text}"


def _write(objects: ObjectStore, entry: File | Link, place: Path) -> str:
    """Make a file or a link, and give what `is_as` knows it by."""
    if isinstance(entry, Link):
        place.symlink_to(entry.text)
        return _link(entry.text)
    seen = hashlib.sha256()
    descriptor = os.open(
        place,
        os.O_WRONLY | os.O_CREAT | os.O_EXCL,
        0o777 if entry.executable else 0o666,
    )
    with open(descriptor, "wb") as target, objects.open(entry.digest) as source:  # noqa: PTH123
        while data := source.read(_CHUNK):
            seen.update(data)
            target.write(data)
    if seen.hexdigest() != entry.digest:
        raise StoreError(
            f"the source code of this run is damaged in the store: {entry.path}",
            hint="start it again: its source is stored anew",
        )
    return entry.digest
