"""One project's home, opened: its ledger, its catalog and its objects."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from threading import RLock
from typing import TYPE_CHECKING

from sweepflow.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import TracebackType
    from typing import Self

    from sweepflow.store.catalog import Catalog
    from sweepflow.store.home import Home
    from sweepflow.store.ledger import Ledger
    from sweepflow.store.objects import ObjectStore


class Store:
    """A home whose parts are opened when they are first asked for.

    Any number of threads may use one. After `close` it opens again when asked.
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        self._lock = RLock()
        self._ledger: Ledger | None = None
        self._reader: Ledger | None = None
        self._objects: ObjectStore | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def ledger(self) -> Ledger:
        """The ledger, for reading and writing.

        Raises:
            StoreError: It cannot be written, or see `Ledger`.
        """
        with self._lock:
            if self._ledger is None:
                from sweepflow.store.ledger import Ledger

                self.home.prepare()
                self._ledger = Ledger(self.home.ledger)
            return self._ledger

    @property
    def reader(self) -> Ledger:
        """The ledger, for reading, also where it cannot be written.

        Raises:
            StoreError: It cannot be read.
        """
        with self._lock:
            if self._reader is not None:
                return self._reader
            try:
                return self.ledger
            except StoreError:  # an archive, a full disk, another user's project
                from sweepflow.store.ledger import Ledger

                self._reader = Ledger(self.home.ledger, read_only=True)
                return self._reader

    @property
    def catalog(self) -> Catalog:
        """What the reader knows of atoms.

        Raises:
            StoreError: It cannot be read.
        """
        return self.reader.catalog

    @property
    def objects(self) -> ObjectStore:
        with self._lock:
            if self._objects is None:
                from sweepflow.store.objects import ObjectStore

                self._objects = ObjectStore(self.home.objects, locks=self.home.root)
            return self._objects

    def close(self) -> None:
        with self._lock:
            for ledger in (self._ledger, self._reader):
                if ledger is not None:
                    ledger.close()
            self._ledger = self._reader = self._objects = None


_in_use: ContextVar[Store | None] = ContextVar("store", default=None)
_all_in_use: list[Store] = []


@contextmanager
def use_store(store: Store) -> Generator[Store]:
    """Let all that asks for an atom within the context get it from this store."""
    token = _in_use.set(store)
    _all_in_use.append(store)
    try:
        yield store
    finally:
        _all_in_use.remove(store)
        _in_use.reset(token)


def store_in_use() -> Store | None:
    """Give the store of the innermost `use_store`, if there is one.

    A thread that was started within one has no context of its own: it gets the store
    that was taken into use last.
    """
    return _in_use.get() or next(reversed(_all_in_use), None)
