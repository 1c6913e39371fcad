"""When is work the same? The fingerprint of a task, part by part."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweepflow.store.records import canonical_json, sha256

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.engine.code import Part
    from sweepflow.engine.task import Identity, Task
    from sweepflow.store.records import Json

PYTHON = ".".join(platform.python_version_tuple()[:2])
"""Of the version of Python, what can change what a program does."""


@dataclass(frozen=True, slots=True)
class Code:
    """The code of a task under one digest, with what it takes to show what changed.

    Args:
        digest: Of the names and digests of all parts.
        texts: By digest: what the parts are, under `digest`, and their sources.
    """

    digest: str
    texts: Mapping[str, str]

    @classmethod
    def of(cls, parts: Mapping[str, Part]) -> Code:
        """Put parts together; equal parts have equal digests, however they are set."""
        digest = sha256(canonical_json({n: part.digest for n, part in parts.items()}))
        sources = {name: sha256(part.source) for name, part in parts.items()}
        listing = {n: [part.digest, sources[n]] for n, part in parts.items()}
        texts = {sources[n]: part.source for n, part in parts.items()}
        return cls(digest, texts | {digest: canonical_json(listing)})


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The digest of all that decides a task's result, and what it is made of."""

    digest: str
    parts: Mapping[str, Json]

    @classmethod
    def of(
        cls, task: Task, identity: Identity, inputs: Mapping[str, str]
    ) -> Fingerprint:
        """Give the fingerprint of a task.

        Args:
            task: The task.
            identity: Its own.
            inputs: The content digests of its inputs, by name.
        """
        parts = {
            "action": task.action.display(),
            "config_class": getattr(task.action, "config_class", None),
            "params": task.params,
            "inputs": inputs,
            "outputs": task.outputs,
            "code": identity.code.digest,
            "depends_on": identity.depends_on,
            "python": PYTHON,
        }
        return cls(sha256(canonical_json(parts)), parts)
