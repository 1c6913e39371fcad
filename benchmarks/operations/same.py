"""The same projects by Guild and by Sweepflow: `python -m benchmarks.operations.same`.

Each case is done by both in fresh folders; then what they have recorded is compared,
run by run. Guild's records are kept, since they change only with the case.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import signal
import sys
import tempfile
from dataclasses import asdict
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import SideError, say
from benchmarks.operations.case import load_cases
from benchmarks.operations.differences import judge
from benchmarks.operations.guild import VERSION, Guild
from benchmarks.operations.play import play
from benchmarks.operations.record import Record
from benchmarks.operations.sweepflow import Sweepflow
from benchmarks.peer import CACHE
from benchmarks.table import Table

if TYPE_CHECKING:
    from benchmarks.operations.case import Case
    from benchmarks.operations.play import Tool

_KEPT = CACHE / "operations" / f"guild-{VERSION}"
_FORMAT = 2
"""Of kept records; a greater one where something else is recorded of a case."""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.operations.same",
        description="Compare what Guild and Sweepflow make of the same projects.",
    )
    parser.add_argument(
        "cases", nargs="*", metavar="CASE", help="such as S01 or 'D*'; all by default"
    )
    parser.add_argument(
        "--again", action="store_true", help="run Guild also where its record is known"
    )
    arguments = parser.parse_args()
    # Else those whom we interrupt ignore it, if whoever started us does.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    wanted = arguments.cases or ["*"]
    cases = [c for c in load_cases() if any(fnmatchcase(c.id, w) for w in wanted)]
    if not cases:
        parser.error("there are no such cases")
    guild, sweepflow = Guild(), Sweepflow()
    table = Table(f"Guild {VERSION} and Sweepflow", ("case", "tries", "found"))
    wrong = 0
    for case in cases:
        say(f"{case.id}: {case.about}")
        is_right, word, notes = _compare(case, guild, sweepflow, again=arguments.again)
        wrong += not is_right
        table.add(case.id, case.about, word)
        for note in notes:
            table.note(f"{case.id}: {note}")
            sys.stderr.write(f"    {note}\n")
    print(table.text())
    print(f"\n{len(cases)} cases, {wrong} with differences that were not expected")
    return 1 if wrong else 0


def _compare(
    case: Case, guild: Guild, sweepflow: Sweepflow, *, again: bool
) -> tuple[bool, str, list[str]]:
    """Give whether a case is as it ought to be, a word for that, and notes."""
    try:
        theirs = _recorded(case, guild, again=again)
        verdict = judge(theirs, _play(case, sweepflow), case.differs)
    except SideError as error:
        return False, "**fails**", [f"**{error}**"]
    notes = [
        *verdict.reasons,
        *(f"**{difference}**" for difference in verdict.unexpected),
        *(f"**{pattern}** is no difference" for pattern in verdict.missing),
    ]
    if not verdict.is_right:
        return False, "**differs**", notes
    return True, "as decided" if verdict.reasons else "same", notes


def _recorded(case: Case, guild: Guild, *, again: bool) -> Record:
    """Give Guild's record of a case, the kept one if there is one."""
    facts = [_FORMAT, case.files, case.commands]
    digest = hashlib.sha256(json.dumps(facts).encode()).hexdigest()
    path = _KEPT / f"{case.id}-{digest[:16]}.json"
    if path.exists() and not again:
        return Record(**json.loads(path.read_text("utf-8")))
    record = _play(case, guild)
    path.parent.mkdir(parents=True, exist_ok=True)
    for older in path.parent.glob(f"{case.id}-????????????????.json"):
        older.unlink()
    path.write_text(json.dumps(asdict(record), indent=1), "utf-8")
    return record


def _play(case: Case, tool: Tool) -> Record:
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="same-", dir=CACHE) as folder:
        return play(case, tool, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
