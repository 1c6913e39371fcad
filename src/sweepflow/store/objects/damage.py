"""What a check of the store finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Problem: TypeAlias = Literal["missing", "altered", "truncated", "unreadable"]
"""`truncated` is altered by being too short, which only a folder's entry tells."""


@dataclass(frozen=True, slots=True)
class Damage:
    """An object that does not hold what its digest says.

    Args:
        digest: Of the object.
        tree: The digest of the folder that needs it, if it was looked at for that.
        path: Its path in that folder.
    """

    digest: str
    problem: Problem
    tree: str | None = None
    path: str | None = None
