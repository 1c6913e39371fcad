"""How two fingerprints differ, part by part."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from sweepflow.provenance.code import PACKAGE, code_parts
from sweepflow.store.records import canonical_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sweepflow.provenance.code import Part
    from sweepflow.store.records import Json

Kind: TypeAlias = Literal[
    "param",
    "input",
    "code",
    "environment",
    "file",
    "package",
    "python",
    "setting",
    "step",
]

_WORDS: Final[dict[Kind, str]] = {
    "param": "parameter",
    "environment": "environment variable",
}
_DEPENDENCIES: Final[dict[str, Kind]] = {
    "env": "environment",
    "file": "file",
    "url": "file",
    "package": "package",
    "operation": "input",
}
_GROUPS = {"params", "inputs", "code", "depends_on", "python"}

_LONGEST = 60
"""Characters of a value that fit into a line."""

_SHORT = 12
"""Digits of a digest that tell it from others."""


class Absent(Enum):
    """What a part is on the side that does not have it."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


@dataclass(frozen=True, slots=True)
class Difference:
    """A part that is not the same in two fingerprints.

    Args:
        kind: What it belongs to; `step` is the step itself and what it declares, and
            `setting` what an operation says beside its command.
        name: Of the parameter, the input, the part of the code, and so on.
        old: Its value before, or `ABSENT`; a digest where it is an input, code, a file
            or an environment variable.
        new: Its value after, likewise.
        diff: What changed in the source of code, as `diff -u` would write it.
        old_atom: The id of the atom that the input was, where it is known.
        new_atom: Likewise.
    """

    kind: Kind
    name: str
    old: Json | Absent
    new: Json | Absent
    diff: str = ""
    old_atom: str | None = None
    new_atom: str | None = None

    def __str__(self) -> str:
        word = _WORDS.get(self.kind, self.kind)
        subject = word if word == self.name else f"{word} {self.name}"
        if self.kind in {"code", "environment", "file", "setting"}:
            old, new, change = "", "", " changed"
        else:
            old = f": {self._shown(self.old, self.old_atom)}"
            new = f": {self._shown(self.new, self.new_atom)}"
            change = f"{old} -> {new.removeprefix(': ')}"
        if self.old is ABSENT:
            return f"{subject} is new{new}"
        if self.new is ABSENT:
            return f"{subject} is gone{old}"
        return f"{subject}{change}"

    def to_json(self) -> dict[str, Json]:
        """Give it as JSON, without what is absent or unknown."""
        told: dict[str, Json | Absent] = {
            "kind": self.kind,
            "name": self.name,
            "old": self.old,
            "new": self.new,
            "diff": self.diff or ABSENT,
            "old_atom": self.old_atom or ABSENT,
            "new_atom": self.new_atom or ABSENT,
        }
        return {key: value for key, value in told.items() if value is not ABSENT}

    def _shown(self, value: Json | Absent, atom: str | None) -> str:
        if self.kind == "input":
            short = str(value)[:_SHORT]
            return short if atom is None else f"{atom} ({short})"
        if self.kind in {"package", "python"}:
            return str(value)
        text = canonical_json(value) if value is not ABSENT else ""
        return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def compare(
    old: Mapping[str, Json],
    new: Mapping[str, Json],
    text: Callable[[str], str | None],
) -> list[Difference]:
    """Tell how two fingerprints differ.

    Args:
        old: The parts of the one, as the engine records them.
        new: The parts of the other.
        text: Gives a recorded text by its digest, or None where there is none.

    Returns:
        Nothing exactly where the parts are equal.
    """
    found = list(_between("param", old.get("params"), new.get("params")))
    found += _between("input", old.get("inputs"), new.get("inputs"))
    found += _code(old, new, text)
    found += _dependencies(old.get("depends_on") or {}, new.get("depends_on") or {})
    found += _between("python", *({"python": p.get("python")} for p in (old, new)))
    found += _between("step", *(_rest(parts) for parts in (old, new)))
    return found


def _between(
    kind: Kind, old: Mapping[str, Json] | None, new: Mapping[str, Json] | None
) -> Iterator[Difference]:
    """Compare value by value; 1 and 1.0 and true differ, as they do in a digest."""
    old, new = old or {}, new or {}
    for name in sorted({*old, *new}):
        before, after = old.get(name, ABSENT), new.get(name, ABSENT)
        if not _is_same(before, after):
            yield Difference(kind, name, before, after)


def _is_same(before: Json | Absent, after: Json | Absent) -> bool:
    if before is after:
        return True
    if before is ABSENT or after is ABSENT:
        return False
    # The short way for most values: a large plan compares a million of them.
    if type(before) is type(after):
        if isinstance(before, str | int):
            return before == after
        if isinstance(before, float):
            return repr(before) == repr(after)
    return canonical_json(before) == canonical_json(after)


def _rest(parts: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in parts.items() if name not in _GROUPS}


def _dependencies(
    old: Mapping[str, Json], new: Mapping[str, Json]
) -> Iterator[Difference]:
    for each in _between("step", old, new):
        prefix, _, name = each.name.partition(":")
        kind = _DEPENDENCIES.get(prefix, "setting")
        yield Difference(kind, name or prefix, each.old, each.new)


def _code(
    old: Mapping[str, Json],
    new: Mapping[str, Json],
    text: Callable[[str], str | None],
) -> Iterator[Difference]:
    if old.get("code") == new.get("code"):
        return
    before, after = code_parts(old, text), code_parts(new, text)
    if before is None or after is None:  # all that is known is that they differ
        yield Difference("code", "code", old.get("code"), new.get("code"))
        return
    for name in sorted({*before, *after}):
        one, other = before.get(name), after.get(name)
        if (one and one.digest) == (other and other.digest):
            continue
        package = name.startswith(PACKAGE)
        yield Difference(
            "package" if package else "code",
            name.removeprefix(PACKAGE),
            one.digest if one else ABSENT,
            other.digest if other else ABSENT,
            diff="" if package else _diff(name, one, other, text),
        )


def _diff(
    name: str,
    old: Part | None,
    new: Part | None,
    text: Callable[[str], str | None],
) -> str:
    sources = [(text(part.text) or "") if part else "" for part in (old, new)]
    lines = difflib.unified_diff(
        *(source.splitlines() for source in sources),
        fromfile=f"{name} (before)",
        tofile=f"{name} (now)",
        lineterm="",
    )
    return "\n".join(lines)
