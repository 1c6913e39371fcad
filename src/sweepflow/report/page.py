"""A report as one page that needs nothing else: no network, no other file."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tempfile
from collections import Counter
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final

from sweepflow.report.data import collect
from sweepflow.report.graph import draw

if TYPE_CHECKING:
    from sweepflow.report.data import Report
    from sweepflow.store.records import Json
    from sweepflow.store.store import Store

# The scripts of the page, in the order in which they run.
_SCRIPTS: Final = ("common.js", "table.js", "plot.js", "lineage.js")


def write_report(store: Store, name: str, path: str | Path) -> Path:
    """Write what is known of a job, an operation or a workflow into a page of HTML.

    The page is self-contained, and has neither environment variables nor addresses of
    stores in it. Parameters, commands and the ends of the logs of failures stand there
    as they were.

    Args:
        store: Where its runs are recorded.
        name: Of it.
        path: The file; one that is there is replaced.

    Raises:
        RunNotFoundError: Nothing of that name ran.
        StoreError: The ledger cannot be read.
        OSError: The file cannot be written.
    """
    path = Path(path)
    text = render(collect(store, name), datetime.now(UTC))
    path.parent.mkdir(parents=True, exist_ok=True)
    # Beside its place first: who has the page open never reads half of it.
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".report-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return path


def render(report: Report, now: datetime) -> str:
    """Give the page.

    Args:
        report: What it says.
        now: When it is written.
    """
    from sweepflow import __version__

    script = "\n".join(_own(name) for name in _SCRIPTS)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    facts = (
        f"<dt>{escape(title)}</dt><dd>{'<br>'.join(map(_code, lines))}</dd>"
        for title, lines in report.facts.items()
        if lines
    )
    return Template(_own("page.html")).substitute(
        title=escape(report.name),
        summary=escape(_summary(report)),
        facts="".join(facts),
        graph=draw(report.nodes, report.edges),
        style=_own("page.css"),
        digest=f"sha256-{digest}",
        data=_for_script(report.data),
        script=script,
        version=escape(__version__),
        time=f"{now:%Y-%m-%d %H:%M} UTC",
    )


def _own(name: str) -> str:
    """Give a file of ours, which stands beside this one."""
    return (files("sweepflow.report") / name).read_text("utf-8")


def _code(line: str) -> str:
    return f"<code>{escape(line)}</code>"


def _summary(report: Report) -> str:
    runs = report.data["runs"]
    counts = Counter(run["status"] for run in runs)
    told = [f"{count:,} {status}" for status, count in counts.most_common()]
    begin = min(run["started"] for run in runs)
    return (
        f"{len(runs):,} run{'' if len(runs) == 1 else 's'}: {', '.join(told)}; "
        f"the first on {datetime.fromtimestamp(begin, UTC):%Y-%m-%d %H:%M} UTC"
    )


def _for_script(data: Json) -> str:
    """Give JSON that cannot end the element it stands in, whatever is in its texts."""
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")
