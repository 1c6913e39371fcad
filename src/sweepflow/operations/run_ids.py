"""Ids that users give to runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sweepflow.errors import PlanError, RunNotFoundError

if TYPE_CHECKING:
    from sweepflow.store.store import Store

_VALID: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")


def check_new(run_id: str, store: Store) -> None:
    """See that a run can have an id, which is the name of its folder, too.

    Raises:
        PlanError: It is no name for a folder, or another run has it.
    """
    if not _VALID.fullmatch(run_id):
        raise PlanError(
            f"no run can have the id {run_id!r}",
            hint="write at most 64 letters, digits and - _ ., the first no - and no .",
        )
    try:
        taken = store.home.has_ledger() and store.reader.get(run_id).id == run_id
    except RunNotFoundError:  # or there are several that begin so
        return
    if taken:
        raise PlanError(
            f"there is a run {run_id} already",
            hint=f"give another id, or go on with it: sweepflow run --restart {run_id}",
        )
