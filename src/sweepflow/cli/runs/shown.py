"""How runs look, for people and as JSON."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sweepflow.cli.text import duration, local_time, visible
from sweepflow.store.records import Provenance, Run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sweepflow.store.records import Json

SHORT_ID = 8
"""Characters of an id that tell runs apart, as a rule."""

_encode = json.JSONEncoder(ensure_ascii=False).encode
_TIMES = ("started_at", "finished_at", "deleted_at")
_FACTS = tuple(
    field.name for field in fields(Run) if field.name not in {"provenance", "facts"}
)
_PROVENANCE = tuple(field.name for field in fields(Provenance))


def to_json(run: Run) -> dict[str, Any]:
    """Give what is recorded of a run, but for its facts, with times in UTC."""
    facts = {name: getattr(run, name) for name in _FACTS}
    facts |= {name: getattr(run.provenance, name) for name in _PROVENANCE}
    facts |= {name: utc(facts[name]) for name in _TIMES}
    return facts | {"params": dict(run.params)}


def utc(time: float | None) -> str | None:
    """Give a Unix time as JSON says it."""
    return None if time is None else datetime.fromtimestamp(time, UTC).isoformat()


def status(run: Run) -> str:
    """Give `completed`, or `failed (3)`."""
    return run.status + (f" ({run.exit_code})" if run.exit_code else "")


def value(data: Json) -> str:
    """Give a text as it is, anything else as JSON."""
    if isinstance(data, str):
        return data
    # Most are numbers, and of these there are tens of thousands.
    return repr(data) if type(data) in {int, float} else _encode(data)


def number(data: float) -> str:
    """Give a number with as many digits as people compare."""
    return f"{data:.6g}"


def note(run: Run) -> str:
    """Give the label and the tags of a run: `the best one #a #b`."""
    return " ".join([*filter(None, [run.label]), *(f"#{tag}" for tag in run.tags)])


def table(runs: Sequence[Run]) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """Give the header and the rows of a listing; of notes, if there are any."""
    header = ["", "run", "task", "status", "started", "took", "label", "parameters"]
    rows = [
        [
            str(place),
            run.id[:SHORT_ID] + ("*" if run.marked else ""),
            visible(run.task),
            status(run),
            local_time(run.started_at),
            "" if run.seconds is None else duration(run.seconds),
            visible(note(run)),
            visible(" ".join(f"{k}={value(v)}" for k, v in run.params.items())),
        ]
        for place, run in enumerate(runs, 1)
    ]
    if not any(row[-2] for row in rows):
        for row in [header, *rows]:
            del row[-2]
    return header, rows
