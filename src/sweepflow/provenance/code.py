"""The code of a run, as the ledger keeps it beside the fingerprint."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sweepflow.store.records import Json

PACKAGE = "package:"
"""Begins the name of a part that stands for all code of an installed package."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a step's code is made of.

    Args:
        digest: Of what counts in it; of a package its version.
        text: The digest of the text with its source.
    """

    digest: str
    text: str


def code_parts(
    parts: Mapping[str, Json], text: Callable[[str], str | None]
) -> Mapping[str, Part] | None:
    """Give the parts of the code, by name, that a fingerprint was made of.

    Args:
        parts: What the fingerprint is the digest of; `code` names the text.
        text: Gives a recorded text by its digest.

    Returns:
        None where they were not recorded.
    """
    digest = parts.get("code")
    recorded = text(digest) if isinstance(digest, str) else None
    if recorded is None:
        return None
    found: Mapping[str, tuple[str, str]] = json.loads(recorded)
    return {name: Part(*part) for name, part in found.items()}
