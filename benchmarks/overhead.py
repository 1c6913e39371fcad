"""(b) What a runner costs for each of its commands.

`true` as command shows the bare cost of the runner: the whole process is measured and
divided by the number of commands; what one command more costs follows from two sizes.
Each project has run one command before, so that neither side makes its store here.

The empty app shows what a user pays for each tracked configuration: it imports its
tool, Hydra and MLflow, makes an MLflow run and ends it. Each measurement begins with no
store at all. Both sides use SQLite, MLflow's default. HydraFlow's look-up needs the
experiment's artifact folder, which MLflow does not make for SQLite: it gets that folder
beforehand. It is measured with MLflow's file store too, which needs no such help. All
runs are counted in the store, since the exit status of `hydraflow run` tells nothing.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from benchmarks.measure import Failure, SideError, alternate, last_line, run
from benchmarks.projects import APP_FILE, FILES, SQLITE, Job, write
from benchmarks.report import Result

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.measure import Sample, Side
    from benchmarks.suite import Setting

SMALL, LARGE = 20, 100

_serial = count()


def measure_bare(setting: Setting) -> Result:
    """Measure `true`, at one and at two commands at a time."""
    result = Result(f"Overhead per command, `true` (hydraflow has no {_jobs(2)})")
    found: dict[int, dict[str, Sample | Failure]] = {}
    for n in (SMALL, LARGE):
        found[n] = alternate(
            setting.repeat or 5,
            {
                "ours": partial(_run_bare, setting.ours, setting.folder, n),
                "parallel": partial(_run_bare, setting.ours, setting.folder, n, 2),
                "theirs": setting.by_peer(_run_bare, setting.folder, n),
            },
        )
        label = f"{n} commands, each"
        result.compare(label, found[n]["ours"], found[n]["theirs"], per=n)
        label = f"{n} commands with {_jobs(2)}, each"
        result.compare(label, found[n]["parallel"], found[n]["theirs"], per=n)
    more = {key: _difference(found[SMALL][key], found[LARGE][key]) for key in found[20]}
    label = "one command more"
    result.compare(label, more["ours"], more["theirs"], per=LARGE - SMALL)
    return result


def measure_app(setting: Setting) -> Result:
    """Measure the empty app, in as many commands as there are configurations."""
    result = Result("Overhead per command, an empty tracked app")
    for n in (SMALL, LARGE) if setting.full else (SMALL,):
        found = alternate(
            setting.repeat or (3 if setting.full and n == SMALL else 1),
            {
                "ours": partial(_run_app, setting.ours, setting.folder, n),
                "parallel": partial(_run_app, setting.ours, setting.folder, n, 2),
                "theirs": setting.by_peer(_run_app, setting.folder, n),
                "files": setting.by_peer(_run_app_in_files, setting.folder, n),
            },
        )
        label = f"{n} apps, both on SQLite, each"
        result.compare(label, found["ours"], found["theirs"], per=n)
        label = f"{n} apps with {_jobs(2)}, each"
        result.compare(label, found["parallel"], found["theirs"], per=n)
        label = f"{n} apps, SQLite against its file store, each"
        result.compare(label, found["ours"], found["files"], per=n)
        one, two = found["ours"], found["parallel"]
        if not isinstance(one, Failure) and not isinstance(two, Failure):
            faster = one["wall"] / two["wall"]
            result.note(f"{n} apps: {_jobs(2)} is {faster:.2f} times as fast as 1")
    result.note("hydraflow on SQLite: with its artifact folder made beforehand")
    return result


def _jobs(number: int) -> str:
    return f"--jobs {number}"


def _bare(number: int) -> Job:
    return Job(f"bare{number}", "true", f"a=1:{number}")


def _run_bare(side: Side, parent: Path, number: int, jobs: int = 1) -> Sample:
    folder = parent / side.name
    if not folder.exists():
        write(folder, side, *map(_bare, (1, SMALL, LARGE)))
        run(side, _command(side, _bare(1), 1), folder)
    ended = run(side, _command(side, _bare(number), jobs), folder)
    if f"{number}/{number}" not in ended.output:  # both count so, in their own way
        raise SideError(last_line(ended.output))
    return ended.sample


def _run_app(side: Side, parent: Path, number: int, jobs: int = 1) -> Sample:
    """Run on a fresh SQLite store, and count its finished runs."""
    job, folder = _new_project(side, parent, number)
    if side.name == "hydraflow":
        (folder / "mlruns" / "1").mkdir(parents=True)
    ended = run(side, _command(side, job, jobs), folder, SQLITE)
    query = "SELECT count(*) FROM runs WHERE status = 'FINISHED'"
    with closing(sqlite3.connect(folder / "mlflow.db")) as database:
        (finished,) = database.execute(query).fetchone()
    _check(finished, number, ended.output)
    return ended.sample


def _run_app_in_files(side: Side, parent: Path, number: int) -> Sample:
    """Run on a fresh file store, and count its finished runs."""
    job, folder = _new_project(side, parent, number)
    ended = run(side, _command(side, job, 1), folder, FILES)
    metas = (folder / "mlruns").glob("*/*/meta.yaml")
    finished = sum("status: 3\n" in meta.read_text("utf-8") for meta in metas)
    _check(finished, number, ended.output)
    return ended.sample


def _new_project(side: Side, parent: Path, number: int) -> tuple[Job, Path]:
    job = Job(f"app{number}", f"python {APP_FILE}", f"a=1:{number}")
    return job, write(parent / f"{side.name}-{next(_serial)}", side, job)


def _command(side: Side, job: Job, jobs: int) -> Sequence[str]:
    words = ["--jobs", str(jobs)] if side.name == "sweepflow" else []
    return [side.command, "run", job.name, *words]


def _check(finished: int, number: int, output: str) -> None:
    if finished != number:
        raise SideError(f"{finished} of {number} runs: {last_line(output)}")


def _difference(small: Sample | Failure, large: Sample | Failure) -> Sample | Failure:
    if isinstance(small, Failure):
        return small
    if isinstance(large, Failure):
        return large
    return {name: large[name] - small[name] for name in small}
