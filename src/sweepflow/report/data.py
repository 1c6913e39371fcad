"""What a report says, as data: from the ledger, before it is put into a page."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sweepflow.analysis.quantiles import two_sided_t
from sweepflow.errors import RunNotFoundError
from sweepflow.report.graph import Node
from sweepflow.report.logs import last_lines
from sweepflow.report.origins import Origins
from sweepflow.report.values import Values, distinct, is_own, owner_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sweepflow.report.values import Column
    from sweepflow.store.records import Json, Run
    from sweepflow.store.store import Store

_LOG_LINES: Final = 30
_MOST_FAILURES: Final = 50
"""Whose logs are shown; the table has all of them."""

_MOST_FACTS: Final = 6
"""Commands, commits and hosts of each kind that are named."""

_MOST_FREEDOM: Final = 100
"""That Student's t is in the page for; more change its quantile by 1% at most."""

_BAD: Final = ("failed", "interrupted")


@dataclass(frozen=True, slots=True)
class Report:
    """What a page says.

    Args:
        name: What was run.
        facts: What is said at the top, by titles; of several lines each.
        nodes: The steps.
        edges: What goes from one step to another.
        data: What the page's script reads, as JSON can say it.
    """

    name: str
    facts: Mapping[str, Sequence[str]]
    nodes: Sequence[Node]
    edges: Mapping[tuple[str, str], Sequence[str]]
    data: Mapping[str, Json]


def collect(store: Store, name: str) -> Report:
    """Collect all that is known of a job, an operation or a workflow.

    Args:
        store: Where its runs are recorded.
        name: Of it; that of an operation need not say of which model it is.

    Raises:
        RunNotFoundError: Nothing of that name ran.
        StoreError: The ledger cannot be read.
    """
    found = store.reader.runs(called=[name]) if store.home.has_ledger() else ()
    if not found:
        raise RunNotFoundError(
            f"no run is of a job, operation or workflow {name!r}",
            hint="`sweepflow runs` lists what ran",
        )
    origins = Origins(store, _with_parts(store, found))
    runs = origins.asked
    values = Values(origins)
    latest = _latest(runs, values)
    nodes, edges = _graph(latest, origins)
    return Report(name, _facts(runs), nodes, edges, _data(store, runs, origins, values))


def _with_parts(store: Store, runs: Sequence[Run]) -> list[Run]:
    """Add the runs that are part of others, newest first."""
    found = {run.id: run for run in runs}
    ahead = list(found)
    while ahead:
        children = store.reader.children(*ahead)
        ahead = [child.id for child in children if child.id not in found]
        found |= {child.id: child for child in children}
    return sorted(found.values(), key=lambda run: (-run.started_at, run.id))


def _latest(runs: Sequence[Run], values: Values) -> list[Run]:
    """Give the newest run of each step with each settings: what counts today."""
    found: dict[object, Run] = {}
    for run in runs:
        settings = values.settings(run)
        found.setdefault((step_of(run), settings or run.task), run)
    return list(found.values())


def step_of(run: Run) -> str:
    """Give what stands for a run in the graph: its step, its operation or its job."""
    return owner_of(run) or run.name


def _graph(
    runs: Sequence[Run], origins: Origins
) -> tuple[list[Node], dict[tuple[str, str], list[str]]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    edges: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for run in sorted(runs, key=lambda run: run.started_at):
        step = step_of(run)
        counts[step][run.status] += 1
        for name, sources in origins.sources[run.id].items():
            for one in sources:
                before = step_of(origins.runs[one])
                if before != step:
                    edges[before, step][name] = None
    for step in {step for edge in edges for step in edge} - counts.keys():
        counts[step]["elsewhere"] = 0
    nodes = [Node(step, _note(count), _worst(count)) for step, count in counts.items()]
    return nodes, {edge: list(names) for edge, names in edges.items()}


def _note(count: Counter[str]) -> str:
    told = [f"{number:,} {status}" for status, number in count.items() if number]
    return ", ".join(told) or "ran elsewhere"


def _worst(count: Counter[str]) -> str:
    order = ("failed", "interrupted", "running", "staged", "completed", "cached")
    return next((status for status in order if count[status]), "elsewhere")


def _facts(runs: Sequence[Run]) -> dict[str, Sequence[str]]:
    first = runs[-1]
    commits = (
        f"{run.provenance.git_commit[:12]}"
        f"{' and changes' if run.provenance.git_dirty else ''}"
        for run in runs
        if run.provenance.git_commit
    )
    versions = (
        f"Python {run.provenance.python}, Sweepflow {run.provenance.sweepflow}"
        for run in runs
    )
    hosts = (f"{run.provenance.user}@{run.provenance.host}" for run in runs)
    plans = len({run.plan_id for run in runs})
    return {
        "kind": [first.kind],
        "started": [f"{plans:,} {'time' if plans == 1 else 'times'}"],
        "command": _few(run.command for run in runs),
        "git commit": _few(commits),
        "host": _few(hosts),
        "with": _few(versions),
    }


def _few(texts: Any) -> list[str]:  # noqa: ANN401 - any iterable of texts
    found = list(dict.fromkeys(texts))
    more = len(found) - _MOST_FACTS
    return found[:_MOST_FACTS] + ([f"and {more:,} more"] if more > 0 else [])


def _data(
    store: Store, runs: Sequence[Run], origins: Origins, values: Values
) -> dict[str, Json]:
    """Give what the script reads: columns, runs, failures and where atoms come from."""
    shown = {run.id for run in runs}
    plotted = {run.id for run in distinct(runs, values)}
    columns = [
        column
        for column in values.columns
        if any(column in values.of(run) for run in runs)
    ]
    others = [run for run in origins.runs.values() if run.id not in shown]
    bad = [run for run in runs if run.status in _BAD]
    current = {run.id for run in _latest(runs, values)}
    now = [run for run in bad if run.id in current]
    return {
        "columns": [_column(column) for column in columns],
        "runs": [
            _run(run, origins) | {"plotted": run.id in plotted, "values": cells}
            for run, cells in ((r, _cells(r, values, columns)) for r in runs)
        ],
        "others": [_run(run, origins) for run in others],
        "failures": [
            {"run": run.id, "log": last_lines(store.home, run, _LOG_LINES)}
            for run in now[:_MOST_FAILURES]
        ],
        "unlogged": max(len(now) - _MOST_FAILURES, 0),
        "mended": len(bad) - len(now),
        # For the intervals of means: of 2 values, of 3, and so on.
        "t": [
            two_sided_t(0.95, freedom)
            for freedom in range(1, min(len(plotted), _MOST_FREEDOM + 1))
        ],
    }


def _column(column: Column) -> dict[str, Json]:
    return {"label": column.label, "kind": column.kind, "owner": column.owner}


def _cells(run: Run, values: Values, columns: Sequence[Column]) -> list[Json]:
    """Give the values of a run; one that is inherited stands in a list of its own."""
    known = values.of(run)
    return [
        None
        if column not in known
        else plain(known[column])
        if is_own(run, column)
        else [plain(known[column])]
        for column in columns
    ]


def plain(value: Json) -> Json:
    """Give a value as a cell shows it: a number, true, false or a text."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, bool | int | float | str):
        return "null" if value is None else value
    import json

    return json.dumps(value, ensure_ascii=False)


def _run(run: Run, origins: Origins) -> dict[str, Json]:
    return {
        "id": run.id,
        "step": step_of(run),
        "owner": owner_of(run),
        "task": run.task,
        "name": run.name,
        "status": run.status,
        "exit": run.exit_code,
        "error": run.error,
        "started": run.started_at,
        "seconds": run.seconds,
        "label": run.label,
        "tags": list(run.tags),
        "taken": run.cached_from,
        "sources": {
            name: [origins.inputs[run.id].get(name), list(ids)]
            for name, ids in origins.sources[run.id].items()
        },
        "outputs": dict(origins.outputs[run.id]),
    }
