"""How the ledger's records become rows of its tables, and rows records."""

from __future__ import annotations

import json
import math
import zlib
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sweepflow.store import schema
from sweepflow.store.records import (
    AtomRecord,
    Hit,
    Lease,
    Provenance,
    Run,
    ScalarRecord,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sweepflow.store.records import Ending

_NAMES = tuple(field.name for field in fields(Run))
_BEFORE = _NAMES.index("provenance")
_PROVENANCE = tuple(field.name for field in fields(Provenance))
_BEHIND = _BEFORE + len(_PROVENANCE)
_RUN = (*_NAMES[:_BEFORE], *_PROVENANCE, *_NAMES[_BEFORE + 1 :])
_JSON = ("params", "facts", "tags")
_PARAMS, _FACTS, _TAGS = map(_RUN.index, _JSON)
_PLAIN = tuple(name for name in _NAMES if name not in {"provenance", *_JSON})
_ATOM = tuple(field.name for field in fields(AtomRecord))
_SCALAR = tuple(field.name for field in fields(ScalarRecord))
_VALUES = ("first", "last", "min", "max", "total")
_STEPS = ("first_step", "last_step", "min_step", "max_step")
_VALUES_AT, _STEPS_AT = ([*map(_SCALAR.index, names)] for names in (_VALUES, _STEPS))

RUN_COLUMNS = tuple(schema.runs.c[name] for name in _RUN)
"""In the order that `run_of` takes them; so are the others."""

ATOM_COLUMNS = tuple(schema.atoms.c[name] for name in _ATOM)
SCALAR_COLUMNS = tuple(schema.scalars.c[name] for name in _SCALAR)

# Made once: `json.dumps` and `json.loads` take longer to start than small data takes.
_encode = json.JSONEncoder(separators=(",", ":"), default=dict).encode
_decode = json.JSONDecoder().decode


def storable(text: str) -> str:
    """Give a text as both databases take it: with escapes for what is no Unicode.

    Arguments and paths may hold any bytes; Python has lone surrogates for them.
    PostgreSQL knows no NUL.
    """
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", r"\x00")


def _column(value: object) -> Any:  # noqa: ANN401 - the table has the types
    return storable(value) if isinstance(value, str) else value


def to_json(data: Mapping[str, Any] | Sequence[Any]) -> str:
    """Give data as JSON, which has escapes of its own for any text."""
    return _encode(data)


def run_row(run: Run, *, leased: bool = False) -> dict[str, Any]:
    row = {name: _column(getattr(run, name)) for name in _PLAIN}
    for name in _PROVENANCE:
        row[name] = _column(getattr(run.provenance, name))
    for name in _JSON:
        row[name] = to_json(getattr(run, name))
    row["leased"] = leased
    return row


def run_of(row: Sequence[Any]) -> Run:
    # Ten thousand of them are read for a listing.
    values = list(row)
    values[_PARAMS] = _decode(values[_PARAMS])
    values[_FACTS] = {} if values[_FACTS] == "{}" else _decode(values[_FACTS])
    values[_TAGS] = () if values[_TAGS] == "[]" else tuple(_decode(values[_TAGS]))
    values[_BEFORE:_BEHIND] = [Provenance(*values[_BEFORE:_BEHIND])]
    return Run(*values)


def scalar_row(run_id: str, position: int, scalar: ScalarRecord) -> dict[str, Any]:
    values = {name: getattr(scalar, name) for name in _VALUES}
    row: dict[str, Any] = {
        name: None if math.isnan(value) else value for name, value in values.items()
    }
    for name in _STEPS:
        row[name] = float(getattr(scalar, name))
    return row | {
        "run_id": run_id,
        "position": position,
        "name": storable(scalar.name),
        "count": scalar.count,
        "points": zlib.compress(to_json(scalar.points).encode()),
    }


def scalar_of(row: Sequence[Any]) -> ScalarRecord:
    """Give a scalar; without points where its row was read without them."""
    # Of these, too, tens of thousands are read.
    columns = list(row)
    for n in _VALUES_AT:
        if columns[n] is None:
            columns[n] = math.nan
    for n in _STEPS_AT:
        columns[n] = int(columns[n])
    if len(columns) == len(_SCALAR):
        points = _decode(zlib.decompress(columns.pop()).decode())
        columns.append(tuple((step, value) for step, value in points))
    return ScalarRecord(*columns)


def atom_row(atom: AtomRecord) -> dict[str, Any]:
    row = {name: _column(getattr(atom, name)) for name in _ATOM}
    row["tags"] = to_json(atom.tags)
    row["metadata"] = to_json(atom.metadata)
    return row


def tag_rows(atom: AtomRecord) -> list[dict[str, str]]:
    atom_id = storable(atom.id)
    return [{"tag": storable(tag), "atom_id": atom_id} for tag in sorted({*atom.tags})]


def atom_of(row: Sequence[Any]) -> AtomRecord:
    # One by one: of all that is read, this is read most.
    return AtomRecord(
        row[0],
        row[1],
        row[2],
        row[3],
        row[4],
        row[5],
        row[6],
        tuple(_decode(row[7])),
        _decode(row[8]),
        row[9],
    )


def link_rows(run_id: str, atom_ids: Mapping[str, str]) -> list[dict[str, Any]]:
    """Give the rows of a run's inputs or outputs: ids of atoms, by name."""
    return [
        {
            "run_id": run_id,
            "position": position,
            "name": storable(name),
            "atom_id": storable(atom_id),
        }
        for position, (name, atom_id) in enumerate(atom_ids.items())
    ]


def lease_row(run: Run) -> dict[str, Any]:
    return {
        "fingerprint": run.fingerprint,
        "run_id": run.id,
        "driver": storable(run.driver or ""),
        "host": storable(run.provenance.host),
        "beat_at": run.started_at,
    }


def ending_row(ending: Ending) -> dict[str, Any]:
    return {
        "run_id": ending.run_id,
        "status": ending.status,
        "finished_at": ending.finished_at,
        "exit_code": ending.exit_code,
        "error": None if ending.error is None else storable(ending.error),
        "cpu_seconds": ending.cpu_seconds,
        "max_rss": ending.max_rss,
        "attempts": ending.attempts,
    }


def leases_of(rows: Iterable[Sequence[Any]]) -> Mapping[str, Lease]:
    return {row[0]: Lease(*row) for row in rows}


def hits_of(rows: Iterable[Sequence[Any]]) -> Mapping[str, Hit]:
    """Give the last hit of each fingerprint; rows of a run stand together."""
    run_ids: dict[str, str] = {}
    outputs: dict[str, dict[str, AtomRecord]] = {}
    for fingerprint, run_id, name, *atom in rows:
        if run_id is None:
            continue
        if run_ids.get(fingerprint) != run_id:
            run_ids[fingerprint] = run_id
            outputs[fingerprint] = {}
        if name is not None:
            outputs[fingerprint][name] = atom_of(atom)
    return {key: Hit(run_id, outputs[key]) for key, run_id in run_ids.items()}
