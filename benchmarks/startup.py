"""(d) How long a user waits for `--help`, and for `--dry-run` of 1,000 commands.

Each of the 1,000 commands is itself a Hydra multirun of 1,000 combinations, which both
sides write into the command as two lists of values. Both have to give 1,000 lines.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from benchmarks.measure import SideError, alternate, run
from benchmarks.projects import APP_FILE, Job, write
from benchmarks.report import Result

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.measure import Sample, Side
    from benchmarks.suite import Setting

COMMANDS = 1_000
JOB = Job("large", f"python {APP_FILE}", f"a=1:{COMMANDS}", "b=1:100 c=1:10")


def measure(setting: Setting) -> Result:
    result = Result(f"Start-up: --help, and --dry-run of {COMMANDS:,} commands")
    for label, words in (("--help", ["--help"]), ("--dry-run", ["run", JOB.name])):
        part = setting.within(label.strip("-"))
        found = alternate(
            setting.repeat or 5,
            {
                "ours": partial(_start, setting.ours, part.folder, label, *words),
                "theirs": setting.by_peer(_start, part.folder, label, *words),
            },
        )
        result.compare(label, found["ours"], found["theirs"])
    return result


def _start(side: Side, parent: Path, label: str, *words: str) -> Sample:
    folder = parent / side.name
    if not folder.exists():
        write(folder, side, JOB)
    words = words if label in words else (*words, label)
    ended = run(side, [side.command, *words], folder)
    lines = ended.output.count("--multirun")
    if label == "--dry-run" and lines != COMMANDS:
        raise SideError(f"{lines} commands, not {COMMANDS}")
    return ended.sample
