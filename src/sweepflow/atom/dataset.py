"""An atom of rows."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, ClassVar, cast

from sweepflow.atom.atom import Atom
from sweepflow.atom.create import Draft
from sweepflow.atom.errors import AtomError
from sweepflow.atom.loaders import json_lines, single_file
from sweepflow.errors import Place
from sweepflow.here import current_store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Self

    from sweepflow.store.records import Json


class DatasetAtom(Atom):
    """Rows, each a dict, in a file of JSON lines."""

    __slots__ = ()

    type: ClassVar[str] = "dataset"

    @classmethod
    def from_rows(
        cls,
        rows: Iterable[Mapping[str, Json]],
        *,
        user: str | None = None,
        tags: Iterable[str] = (),
        metadata: Mapping[str, Json] | None = None,
    ) -> Self:
        """Store rows, of which one at a time is in memory; see `Atom.create`.

        Raises:
            AtomError: JSON cannot say one of them, or see `Atom.create`.
            StoreError: They cannot be stored.
        """
        store = current_store()
        record = Draft(cls.type, user, tags, metadata).of_rows(rows, store)
        return cls._checked(record, store)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Give the rows in their order, in the memory of one.

        Raises:
            AtomError: It is no file of JSON lines, or a line is not a row.
            StoreError: Its bytes are missing or damaged.
        """
        file = single_file(self.path)
        if file.suffix.lower() != ".jsonl":
            raise AtomError(
                f"{self.id} is in {file.name}, and rows are read from .jsonl",
                hint="`load()` gives the data of other files",
            )
        for number, row in json_lines(file):
            if not isinstance(row, dict):
                raise AtomError(
                    f"the row is of type {type(row).__name__}, not an object",
                    place=Place(file, number),
                )
            yield cast("dict[str, Any]", row)

    def __len__(self) -> int:
        """Give the number of rows, which takes reading them."""
        return sum(1 for _ in self.rows())

    def sample(self, n: int, seed: int) -> list[dict[str, Any]]:
        """Give `n` different rows; the same for the same seed.

        Raises:
            AtomError: There are fewer rows, or see `rows`.
        """
        count = len(self)
        if not 0 <= n <= count:
            raise AtomError(f"cannot take {n:,} rows of {self.id}, which has {count:,}")
        chosen = random.Random(seed).sample(range(count), n)  # noqa: S311 - no secret
        place = {index: position for position, index in enumerate(chosen)}
        found = [(place[i], row) for i, row in enumerate(self.rows()) if i in place]
        return [row for _, row in sorted(found, key=lambda pair: pair[0])]
