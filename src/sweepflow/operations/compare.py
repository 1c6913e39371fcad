"""The columns of a comparison of runs: `loss`, `min loss step`, `=lr`, `a#acc as best`.

=NAME, flag:NAME     a flag
.NAME, attr:NAME     an attribute, such as `status` or `time`
NAME, scalar:NAME    the last value of a scalar
min NAME             another of its values; also max, first, avg, total, count
NAME step            the step of that value
STEP#NAME            the scalar of a step's run; STEP/STEP for a step's step
COLUMN as TITLE      what the column is called
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from sweepflow.engine.scalars import QUALIFIERS, WITH_STEP
from sweepflow.errors import SweepflowError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sweepflow.store.records import Json, ScalarRecord

_SPLIT: Final = re.compile(
    r"""(?P<comma>,)
    | (?P<prefix>=|\.|attr:|flag:|scalar:)?+
      (?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s,'"]+))
    | (?P<alone>\S)""",
    re.VERBOSE,
)
_KINDS: Final = {"=": "flag", ".": "attr", None: "scalar"}
_SYSTEM: Final = "sys/"
"""What names of scalars begin with that a machine has, not a result."""


class ColumnError(SweepflowError):
    """The text of a column has no meaning."""


class ComparedRun(Protocol):
    """A run, as far as columns see it."""

    def attribute(self, name: str) -> Json: ...
    @property
    def flags(self) -> Mapping[str, Json]: ...
    @property
    def scalars(self) -> Mapping[str, ScalarRecord]: ...
    @property
    def steps(self) -> Mapping[str, ComparedRun]:
        """The runs of its steps, by the names of the steps."""
        ...


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Args:
        kind: `flag`, `attr` or `scalar`.
        qualifier: Which value of a scalar.
        step: Whether its step is meant.
        title: None for the usual one.
    """

    kind: str
    name: str
    qualifier: str = "last"
    step: bool = False
    title: str | None = None

    @property
    def header(self) -> str:
        if self.title is not None:
            return self.title
        words = [self.name.replace("#", " ").strip()]
        if self.qualifier != "last":
            words.insert(0, self.qualifier)
        if self.step:
            words.append("step")
        return " ".join(words)

    def value(self, run: ComparedRun) -> Json:
        """Give what a run has in this column, or None."""
        if self.kind == "flag":
            return run.flags.get(self.name)
        if self.kind == "attr":
            return run.attribute(self.name)
        summary = _summary(run, self.name)
        if summary is None:
            return None
        value: Json = getattr(summary, self.qualifier + ("_step" if self.step else ""))
        return value


def columns(texts: Iterable[str]) -> list[Column]:
    """Give the columns that texts stand for; one may have several, between commas.

    Raises:
        ColumnError: One of them has no meaning.
    """
    found: list[Column] = []
    for text in texts:
        words: list[_Word] = []
        for match in _SPLIT.finditer(text):
            if match["alone"]:
                raise _wrong(text, f"{match['alone']} stands alone")
            if match["comma"]:
                found.append(_column(words, text))
                words = []
            else:
                words.append(_Word.of(match))
        found.append(_column(words, text))
    return found


def usual_columns(run: ComparedRun) -> list[Column]:
    """Give the columns of a run whose operation names none: its flags and scalars."""
    flags = [Column("flag", name) for name in sorted(run.flags)]
    names = [name for name in sorted(run.scalars) if not name.startswith(_SYSTEM)]
    if not names:
        return flags
    of = "loss" if "loss" in names else names[0]
    step = Column("scalar", of, step=True, title="step")
    return [*flags, step, *(Column("scalar", name) for name in names)]


def table(
    runs: Sequence[tuple[ComparedRun, Sequence[Column]]],
) -> tuple[list[str], list[list[Json]]]:
    """Give the headers and the rows of a comparison, each run with its own columns.

    Of several columns of one title, the first that a run has a value for counts.
    """
    # Thousands of runs have the same columns, the very same.
    titled = {id(own): [(column.header, column) for column in own] for _, own in runs}
    headers = list(dict.fromkeys(h for own in titled.values() for h, _ in own))
    rows: list[list[Json]] = []
    for run, own in runs:
        cells: dict[str, Json] = {}
        for header, column in titled[id(own)]:
            if cells.get(header) is None:
                cells[header] = column.value(run)
        rows.append([cells.get(header) for header in headers])
    return headers, rows


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    prefix: str | None
    quoted: bool

    @classmethod
    def of(cls, match: re.Match[str]) -> _Word:
        quoted = match["double"] if match["single"] is None else match["single"]
        if quoted is None:
            return cls(match["bare"], match["prefix"], quoted=False)
        return cls(quoted, match["prefix"], quoted=True)

    def is_plain(self, *texts: str) -> bool:
        return not self.quoted and self.prefix is None and self.text in texts

    @property
    def whole(self) -> str:
        return (self.prefix or "") + self.text


def _column(words: list[_Word], text: str) -> Column:
    title = None
    if len(words) > 2 and words[-2].is_plain("as"):
        title = words[-1].whole
        words = words[:-2]
    step = len(words) > 1 and words[-1].is_plain("step")
    if step:
        words = words[:-1]
    qualifier = "last"
    scalar = bool(words) and words[0].prefix == "scalar:"
    first = replace(words[0], prefix=None) if scalar else (words or [None])[0]
    if first and len(words) > 1 and first.is_plain(*QUALIFIERS):
        qualifier = first.text
        words = words[1:]
    if len(words) != 1 or not words[0].text:
        raise _wrong(text, _too_many(words) if len(words) > 1 else "there is no name")
    if step and qualifier not in WITH_STEP:
        raise _wrong(text, f"{qualifier} has no step")
    word = words[0]
    kind = _KINDS.get(word.prefix) or str(word.prefix).rstrip(":")
    if kind != "scalar" and (step or qualifier != "last"):
        raise _wrong(text, f"{word.whole} is no scalar")
    return Column(kind, word.text, qualifier, step, title)


def _too_many(words: list[_Word]) -> str:
    return f"it is not clear what {words[1].whole!r} is to say"


def _wrong(text: str, problem: str) -> ColumnError:
    return ColumnError(
        f"column {text!r}: {problem}",
        hint="write a scalar, =FLAG or .ATTRIBUTE, such as 'loss', 'min loss', "
        "'loss step', 'STEP#loss as l'; put names with spaces into quotes",
    )


def _summary(run: ComparedRun, name: str) -> ScalarRecord | None:
    if name in run.scalars:
        return run.scalars[name]
    path, sign, rest = name.partition("#")
    if not sign or not path:
        return _first(run, rest if sign else name)
    for step in path.split("/"):
        if step not in run.steps:
            return None
        run = run.steps[step]
    return _first(run, rest)


def _first(run: ComparedRun, name: str) -> ScalarRecord | None:
    """Give a scalar of a run or else of the first of its steps that has it."""
    if name in run.scalars:
        return run.scalars[name]
    of_steps = (_first(run.steps[step], name) for step in sorted(run.steps))
    return next((summary for summary in of_steps if summary), None)
