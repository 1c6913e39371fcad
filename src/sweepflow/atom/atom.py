"""The atom: an immutable artifact that knows where it comes from."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from sweepflow.atom.checks import check_type
from sweepflow.atom.create import Draft
from sweepflow.atom.errors import AtomError
from sweepflow.atom.files import materialized
from sweepflow.atom.loaders import load
from sweepflow.errors import AtomNotFoundError
from sweepflow.here import current_store

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping
    from typing import Self

    from sweepflow.atom.lineage import Lineage
    from sweepflow.store.records import AtomRecord, Json
    from sweepflow.store.store import Store

_NOTHING: Any = object()
_classes: dict[str, type[Atom]] = {}


class _RecordedType:
    """The type of an atom whose class is for any type; the class itself has none."""

    def __get__(self, atom: Atom | None, owner: type[Atom]) -> str:
        if atom is None:
            raise AttributeError(f"{owner.__name__} is for atoms of any type")
        return atom.record.type


class Atom:
    """An immutable artifact: a file or a folder, and what is known of it.

    `Atom.get` finds one, `Atom.create` makes one of what comes from outside; the others
    are made by the steps of workflows. Two are equal if their ids are.

    A subclass with a `type` of its own is what atoms of that type come as.
    """

    __slots__ = ("_path", "_store", "record")

    type: ClassVar[str] = cast("str", _RecordedType())
    """Such as `dataset` or `model`."""

    record: AtomRecord
    """What the ledger says of it."""

    def __init__(self, record: AtomRecord, store: Store) -> None:
        object.__setattr__(self, "record", record)
        object.__setattr__(self, "_store", store)
        object.__setattr__(self, "_path", None)

    def __init_subclass__(cls) -> None:
        if isinstance(name := cls.__dict__.get("type"), str):
            _classes[check_type(name)] = cls

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"an atom cannot be changed: {name} is what it is")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"an atom cannot be changed: {name} stays")

    def __eq__(self, other: object) -> bool:
        return self.id == other.id if isinstance(other, Atom) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.id)

    def __bool__(self) -> bool:
        return True  # also for one with a length of 0

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id!r})"

    @staticmethod
    def from_record(record: AtomRecord, store: Store) -> Atom:
        """Give the atom of a record, as the class that is for its type."""
        return _classes.get(record.type, Atom)(record, store)

    @classmethod
    def get(cls, id: str) -> Self:  # noqa: A002 - the word users know it by
        """Give the atom whose id begins with the given text.

        Raises:
            AtomNotFoundError: None does, or more than one.
            AtomError: It is of another type than this class is for.
        """
        store = current_store()
        if not store.home.has_ledger():
            raise AtomNotFoundError(
                f"no atom has the id {id!r}",
                hint=f"nothing was made in {store.home.root} yet",
            )
        return cls._checked(store.catalog.atom(id), store)

    @classmethod
    def create(  # noqa: PLR0913 - each says a thing of its own
        cls,
        type: str,  # noqa: A002 - the word users know it by
        path: str | os.PathLike[str] | None = None,
        *,
        data: object = _NOTHING,
        user: str | None = None,
        tags: Iterable[str] = (),
        metadata: Mapping[str, Json] | None = None,
    ) -> Self:
        """Store a file, a folder or data that comes from outside.

        It is there to stay once this returns. The same bytes with the same file name,
        tags and metadata are the same atom of a user, and stored once.

        Args:
            type: Such as `dataset`: letters A-Z and a-z, digits, `_` and `.`.
            path: Of the file or folder. Links in a folder stay links.
            data: In its place: bytes, text, a list of dicts (which becomes JSON lines)
                or what else JSON can say.
            user: Whose it is; whoever runs this by default.
            tags: Texts to find it by.
            metadata: What else is to be known of it; what JSON can say, up to 1 MiB.

        Raises:
            AtomError: Something of this cannot be part of an atom.
            StoreError: It cannot be stored.
        """
        if (path is None) == (data is _NOTHING):
            raise AtomError(
                "an atom is made of either a path or data",
                hint='write Atom.create("dataset", "rows.jsonl") or '
                'Atom.create("dataset", data=rows)',
            )
        store = current_store()
        draft = Draft(type, user, tags, metadata)
        record = (
            draft.of_data(data, store)
            if path is None
            else draft.of_path(Path(path), store)
        )
        return cls._checked(record, store)

    @property
    def id(self) -> str:
        """`<type>-<user>-<short digest>`."""
        return self.record.id

    @property
    def user(self) -> str:
        """Whose run or call made it."""
        return self.record.user

    @property
    def created_at(self) -> datetime:
        """When it was first stored, in UTC."""
        return datetime.fromtimestamp(self.record.created_at, UTC)

    @property
    def digest(self) -> str:
        """SHA-256 of its bytes, in hexadecimal; for a folder with `.tree` behind."""
        return self.record.digest

    @property
    def size(self) -> int:
        """Bytes; for a folder, of all files in it."""
        return self.record.size

    @property
    def tags(self) -> tuple[str, ...]:
        """The texts it was tagged with."""
        return self.record.tags

    @property
    def metadata(self) -> dict[str, Json]:
        """A copy of what is said of it: to change that changes no atom."""
        return copy.deepcopy(dict(self.record.metadata))

    @property
    def made_from(self) -> dict[str, str]:
        """The ids of the inputs, by name, of the run that first made it."""
        from sweepflow.atom.lineage import first_maker

        catalog = self._store.catalog
        maker, _ = first_maker(self.record, catalog.makers(self.id))
        inputs = {} if maker is None else catalog.inputs(maker.id)
        return {name: atom.id for name, atom in inputs.items()}

    @property
    def path(self) -> Path:
        """Its file, under the name that it was stored with, or its folder; read-only.

        It is made when it is first asked for. Whether it is still as it was made is
        looked at once for each atom in memory.

        Raises:
            StoreError: It cannot be made, or its bytes are missing or damaged.
        """
        if self._path is None or not self._path.exists():
            object.__setattr__(self, "_path", materialized(self.record, self._store))
        return cast("Path", self._path)

    def load(self) -> Any:  # noqa: ANN401 - it depends on the type and the file
        """Give its data.

        A loader that was registered for its type says what that is. Else it is the
        suffix of its file, or of the only file in its folder: for `.jsonl` a list, for
        `.json` what it says, for `.txt` and `.md` text, for `.parquet` a frame of
        polars, and bytes for all others.

        Raises:
            AtomError: The file is not what its suffix says, or there are several.
            StoreError: Its bytes are missing or damaged.
        """
        return load(self.type, self.path)

    def lineage(self) -> Lineage:
        """Give all that it came from: the runs that made it, and what they read."""
        from sweepflow.atom.lineage import ancestors

        return ancestors(self, self._store)

    def descendants(self) -> Lineage:
        """Give all that came from it: the runs that read it, and what they made."""
        from sweepflow.atom.lineage import descendants

        return descendants(self, self._store)

    @classmethod
    def _checked(cls, record: AtomRecord, store: Store) -> Self:
        atom = cls.from_record(record, store)
        if not isinstance(atom, cls):
            raise AtomError(
                f"{record.id} is of type {record.type!r}, not {cls.type!r}",
                hint="`Atom.get` gives an atom of any type",
            )
        return atom
