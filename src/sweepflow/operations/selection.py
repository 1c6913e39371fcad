"""Which recorded runs a user means: by filters, by ids, by places in a listing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from sweepflow.errors import RunNotFoundError
from sweepflow.operations.filters import TimeRange, parse, time_range
from sweepflow.operations.recorded import Recorded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sweepflow.store.records import Run
    from sweepflow.store.store import Store

_PLACE: Final = r"\d{1,4}"
"""In a listing; a number of more digits is the beginning of an id."""

_PLACES: Final = re.compile(f"({_PLACE})(?::({_PLACE}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Choice:
    """What is asked of runs; all of it has to hold.

    Args:
        names: They are of one of these operations, jobs or workflows.
        label: Theirs has this text in it, in any case.
        tags: They have all of these.
        statuses: They have one of these.
        marked: They are marked.
        started: When they started, as people say it.
        filter: A filter, as people write it.
        deleted: They were removed, and can be restored.
    """

    names: tuple[str, ...] = ()
    label: str = ""
    tags: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    marked: bool = False
    started: str = ""
    filter: str = ""
    deleted: bool = False

    @property
    def is_any(self) -> bool:
        """Whether nothing is asked but which listing they are in."""
        return replace(self, deleted=False) == Choice()


def find(
    store: Store, choice: Choice, *, limit: int | None = None, facts: bool = False
) -> list[Run]:
    """Give the runs that are as asked for, newest first.

    Args:
        store: Where they are recorded.
        choice: What is asked.
        limit: How many.
        facts: Whether to read these, too.

    Raises:
        FilterError: A filter or a time has no meaning.
        StoreError: The ledger cannot be read.
    """
    test = parse(choice.filter) if choice.filter else None
    started = time_range(choice.started) if choice.started else TimeRange(None, None)
    if not store.home.has_ledger():
        return []
    in_ledger = not (choice.label or choice.tags or test)
    runs = store.reader.runs(
        called=choice.names,
        statuses=choice.statuses,
        marked=choice.marked,
        start=started.start,
        end=started.end,
        deleted=choice.deleted,
        facts=facts,
        limit=limit if in_ledger else None,
    )
    if in_ledger:
        return list(runs)
    named = [run for run in runs if _is_called(run, choice)]
    if test is None:
        return named[:limit]
    found = (each.run for each in Recorded(store, named) if test(each))
    return list(islice(found, limit))


def choose(
    store: Store, words: Sequence[str], choice: Choice, *, facts: bool = False
) -> list[Run]:
    """Give the runs that words name, or all that are as asked for if there are none.

    Args:
        store: Where they are recorded.
        words: Each is an id, or the beginning of one; or a place in the listing of the
            runs that are as asked for, the newest of which is 1; or two of those, with
            a colon between them.
        choice: What is asked, also of runs that are named.
        facts: Whether to read these, too.

    Raises:
        RunNotFoundError: A word names none of them.
        FilterError: A filter or a time has no meaning.
        StoreError: The ledger cannot be read.
    """
    if not words:
        return find(store, choice, facts=facts)
    listing = _Listing(store, choice, facts=facts)
    chosen = (run for word in words for run in listing.named(word))
    return list({run.id: run for run in chosen}.values())


def look_up(store: Store, word: str) -> Run:
    """Give the one run that a word names, be it removed.

    Args:
        store: Where it is recorded.
        word: An id, or its beginning, or a place in the listing of all runs.

    Raises:
        RunNotFoundError: It names none.
        StoreError: The ledger cannot be read.
    """
    listing = _Listing(store, Choice(), facts=True)
    if re.fullmatch(_PLACE, word, re.ASCII) and not listing.has(word):
        return listing.at(int(word), int(word))[0]
    return listing.get(word)


class _Listing:
    def __init__(self, store: Store, choice: Choice, *, facts: bool) -> None:
        self._store = store
        self._choice = choice
        self._facts = facts
        self._found: list[Run] | None = None

    @property
    def _runs(self) -> list[Run]:
        if self._found is None:
            self._found = find(self._store, self._choice, facts=self._facts)
        return self._found

    def named(self, word: str) -> Sequence[Run]:
        match = _PLACES.fullmatch(word)
        if match and not self.has(word):
            return self.at(int(match[1]), int(match[2] or match[1]))
        run = self.get(word)
        if run.purged:
            raise RunNotFoundError(f"run {run.id} was removed for good")
        if (run.deleted_at is not None) != self._choice.deleted:
            raise _misplaced(run)
        if self._choice.is_any or run.id in {each.id for each in self._runs}:
            return [run]
        raise RunNotFoundError(
            f"run {run.id} is not among those that the options leave",
            hint="leave the options out, or name another run",
        )

    def at(self, first: int, last: int) -> Sequence[Run]:
        """Give the runs at some places, which count from 1."""
        if 1 <= first <= last:
            runs = find(self._store, self._choice, limit=last, facts=self._facts)
            if len(runs) == last:
                return runs[first - 1 :]
        places = f"{first}" if first == last else f"{first}:{last}"
        raise RunNotFoundError(
            f"there is no {places} in a list of {len(self._runs)} runs",
            hint="1 is the newest; of an id that begins so, write more",
        )

    def has(self, run_id: str) -> bool:
        """Say whether a run has this very id, which its user may have chosen."""
        try:
            return self.get(run_id).id == run_id
        except RunNotFoundError:
            return False

    def get(self, word: str) -> Run:
        """Give the run whose id begins so."""
        if self._store.home.has_ledger():
            return self._store.reader.get(word)
        raise RunNotFoundError(
            f"no run has the id {word!r}",
            hint=f"nothing ran in {self._store.home.root} yet",
        )


def _is_called(run: Run, choice: Choice) -> bool:
    return choice.label.lower() in run.label.lower() and {*choice.tags} <= {*run.tags}


def _misplaced(run: Run) -> RunNotFoundError:
    if run.deleted_at is None:
        return RunNotFoundError(
            f"run {run.id} was not removed", hint="`sweepflow runs rm` removes runs"
        )
    return RunNotFoundError(
        f"run {run.id} was removed",
        hint=f"bring it back with `sweepflow runs restore {run.id}`",
    )
