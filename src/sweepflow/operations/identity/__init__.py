"""What decides the result of an operation's run, and the source that it runs with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sweepflow.engine.fingerprint import Code
from sweepflow.engine.task import Identity
from sweepflow.operations.identity.code import parts_of
from sweepflow.operations.identity.depends import depends_on
from sweepflow.operations.source import snapshot_of, source_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.engine.code import Part
    from sweepflow.operations.planned import Planned
    from sweepflow.operations.running import RunConfig
    from sweepflow.project.operations.book import Operations
    from sweepflow.project.operations.models import Operation
    from sweepflow.store.store import Store

__all__ = ["identity_of"]

_TRIES: Final = 3
"""How often files are read anew that change while they are read."""


def identity_of(
    planned: Planned, config: RunConfig, operations: Operations, store: Store
) -> Identity:
    """Give what decides the result of a run, as files say now, and keep its source.

    The source is not there to stay until the store is told to `sync` it.

    Args:
        planned: The run; it has no steps.
        config: What its process is told.
        operations: Those of its project.
        store: Where its source is kept.

    Raises:
        ProjectError: A file of the source cannot be read.
        StoreError: The source cannot be stored.
    """
    parts, digest = _consistent(planned.operation, operations, config, store)
    cache = store.home.root / "digests"
    return Identity(Code.of(parts), depends_on(planned, config, cache), digest)


def _consistent(
    operation: Operation,
    operations: Operations,
    config: RunConfig,
    store: Store,
    tries: int = _TRIES,
) -> tuple[Mapping[str, Part], str | None]:
    """Give the code, and the digest of its source that is the same state of it."""
    said = operation.sourcecode
    source = source_files(operations.root, said, python=bool(operation.main))
    snapshot = None if said.off else snapshot_of(source, store)
    parts = parts_of(operation, operations.file, source, config)
    if snapshot is None:
        return parts, None
    if tries > 1 and not snapshot.holds():
        return _consistent(operation, operations, config, store, tries - 1)
    return parts, snapshot.digest
