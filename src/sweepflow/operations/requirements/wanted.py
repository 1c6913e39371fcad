"""A requirement, as far as finding and placing it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from sweepflow.store.records import Json

Texts: TypeAlias = str | Sequence[str] | None
Rename: TypeAlias = str | Mapping[str, str]


class Wanted(Protocol):
    """One entry of `requires`, its references to flags resolved.

    `source` is what stands behind the kind: a path, a URL, the name of an operation or
    of a module. `rename` is `PATTERN REPLACEMENT`, or the new name alone, or a mapping
    with `pattern` and `repl`, or a list of these; the first that changes a name counts.
    """

    @property
    def kind(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def select(self) -> Texts: ...
    @property
    def select_min(self) -> Texts: ...
    @property
    def select_max(self) -> Texts: ...
    @property
    def rename(self) -> Rename | Sequence[Rename] | None: ...
    @property
    def target_path(self) -> str | None: ...
    @property
    def target_type(self) -> str | None: ...
    @property
    def preserve_path(self) -> bool: ...
    @property
    def replace_existing(self) -> bool: ...
    @property
    def optional(self) -> bool: ...
    @property
    def warn_if_empty(self) -> bool: ...
    @property
    def fail_if_empty(self) -> bool: ...
    @property
    def unpack(self) -> bool: ...
    @property
    def sha256(self) -> str | None: ...
    @property
    def params(self) -> Mapping[str, Json] | None: ...


def described(wanted: Wanted) -> str:
    """Give what messages call a requirement: `file:data.csv`."""
    is_url = wanted.kind == "url"
    return wanted.source if is_url else f"{wanted.kind}:{wanted.source}"


def texts(value: Texts) -> list[str]:
    """Give the texts of what may be one, several or none."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)
