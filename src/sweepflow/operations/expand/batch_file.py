"""The trials of a file, `@FILE`: CSV with names in its first line, JSON or YAML."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any, Final, cast

from sweepflow.errors import Place, PlanError
from sweepflow.operations.expand.known import plain, written_range
from sweepflow.operations.flags.sequences import not_searched
from sweepflow.operations.flags.values import parse_value

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.operations.expand.known import Known
    from sweepflow.operations.flags.model import Value
    from sweepflow.project.operations.flags import Flag

    Row = dict[str, Value]

_CSV: Final = {"", ".csv"}
_YAML: Final = {".yml", ".yaml"}


def read_rows(path: Path, known: Known) -> list[Row]:
    """Give the values that a file has for flags, a trial each.

    Args:
        path: A name that ends in `.csv` or has no ending, `.json`, `.yaml` or `.yml`.
        known: The flags, whose types say how the text of a CSV file is read.

    Raises:
        SweepflowError: The file cannot be read, or is no list of trials.
    """
    ending = path.suffix.lower()
    if ending in _CSV:
        return _csv_rows(path, known)
    if ending in _YAML:
        from sweepflow.project.document import read

        return _mappings(path, read(path, exponents=True).value, known)
    if ending == ".json":
        return _mappings(path, _json(path), known)
    raise PlanError(
        f"{path} is no file of trials", hint="name a .csv, .json or .yaml file"
    )


def _csv_rows(path: Path, known: Known) -> list[Row]:
    lines = csv.reader(_text(path).splitlines(keepends=True), strict=True)
    try:
        names = [name.strip() for name in next(lines, list[str]())]
        if not all(names) or len(set(names)) < len(names):
            raise _wrong(path, "the first line must name flags, each once", 1)
        rows: list[Row] = []
        for cells in lines:
            if len(cells) > len(names):
                raise _wrong(path, "a line has more values than names", lines.line_num)
            if cells:
                named = zip(names, cells, strict=False)
                rows.append({name: _value(name, text, known) for name, text in named})
    except PlanError as error:
        raise _wrong(path, error.message, lines.line_num, error.hint) from None
    except csv.Error as error:
        raise _wrong(path, f"it is no CSV: {error}", lines.line_num) from None
    return rows


def _value(name: str, text: str, known: Known) -> Value:
    flag = known.flag(name)
    try:
        return parse_value(text, flag.type if flag else "", sweeps=False)
    except PlanError as error:
        raise PlanError(f"{name}={error.message}", hint=error.hint) from None


def _json(path: Path) -> object:
    try:
        return json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise _wrong(path, f"it is no JSON: {error.msg}", error.lineno) from None
    except RecursionError:
        raise _wrong(path, "it is no JSON: it is nested too deeply") from None


def _mappings(path: Path, content: object, known: Known) -> list[Row]:
    every = cast("list[object]", content) if isinstance(content, list) else [content]
    rows: list[Row] = []
    for one in every:
        if not isinstance(one, dict):
            raise _wrong(path, "it must be a list of trials, such as [{lr: 0.1}]")
        row = cast("dict[str, Any]", one)
        rows.append({name: plain(value) for name, value in row.items()})
    for name, value in (one for row in rows for one in row.items()):
        try:
            _refuse_range(value, known.flag(name))
        except PlanError as error:
            raise _wrong(path, f"{name}={error.message}", hint=error.hint) from None
    return rows


def _refuse_range(value: Value, flag: Flag | None) -> None:
    if written_range(value, flag):
        raise not_searched(str(value))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise PlanError(f"cannot read the trials of {path}: {reason}") from None


def _wrong(
    path: Path, message: str, line: int | None = None, hint: str | None = None
) -> PlanError:
    return PlanError(message, place=Place(path, line), hint=hint)
