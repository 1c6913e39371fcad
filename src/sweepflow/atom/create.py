"""How what comes from outside becomes an atom."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sweepflow.atom import content
from sweepflow.atom.checks import check_metadata, check_tags, check_type, check_user
from sweepflow.atom.errors import AtomError
from sweepflow.errors import StoreError
from sweepflow.store.records import AtomRecord, Output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sweepflow.store.objects import ObjectStore, Stored
    from sweepflow.store.records import Json
    from sweepflow.store.store import Store


class Draft:
    """What is said of an atom whose bytes are still to be stored.

    Args:
        type: Such as `dataset`.
        user: Whose it is; whoever runs this if None.

    Raises:
        AtomError: Something of this cannot be part of an atom.
    """

    def __init__(
        self,
        type: str,  # noqa: A002 - the word users know it by
        user: str | None,
        tags: Iterable[str],
        metadata: Json,
    ) -> None:
        self._type = check_type(type)
        self._user = check_user(user)
        self._tags = check_tags(tags)
        self._metadata = check_metadata({} if metadata is None else metadata)

    def of_path(self, path: Path, store: Store) -> AtomRecord:
        """Store a file or a folder.

        Raises:
            AtomError: There is none.
            StoreError: It cannot be stored.
        """
        if not os.path.exists(path):  # noqa: PTH110 - Path's raises for some
            raise AtomError(
                f"there is no file or folder {path}", hint="name one that exists"
            )
        filename = None if path.is_dir() else path.name
        return self._keep(lambda objects: objects.put(path), filename, store)

    def of_data(self, data: object, store: Store) -> AtomRecord:
        """Store data; see `content.encode`.

        Raises:
            AtomError: There is no plain form for it.
            StoreError: It cannot be stored.
        """
        encoded, filename = content.encode(data)
        return self._keep(lambda objects: objects.put_bytes(encoded), filename, store)

    def of_rows(self, rows: Iterable[object], store: Store) -> AtomRecord:
        """Store rows as lines of JSON, in the memory of one.

        Raises:
            AtomError: JSON cannot say one of them.
            StoreError: They cannot be stored.
        """
        store.home.prepare()
        folder = store.home.workspace
        try:
            folder.mkdir(exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=folder) as file:
                file.writelines(content.lines(rows))
                file.flush()
                return self._keep(
                    lambda objects: objects.put(Path(file.name)), "data.jsonl", store
                )
        except OSError as error:
            raise StoreError(
                f"cannot write rows to {folder}: {error.strerror or error}",
                hint="make room, or see that it can be written",
            ) from None

    def _keep(
        self, put: Callable[[ObjectStore], Stored], filename: str | None, store: Store
    ) -> AtomRecord:
        with store.objects.in_use():  # until the ledger names what was put
            stored = put(store.objects)
            output = Output(
                name="",
                type=self._type,
                digest=stored.digest,
                size=stored.size,
                filename=filename,
                tags=self._tags,
                metadata=self._metadata,
            )
            atom = AtomRecord.of(output, self._user, time.time())
            return store.ledger.add_atom(atom)
