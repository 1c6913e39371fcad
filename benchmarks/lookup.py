"""(c) One app among many finished runs: does finding its configuration get slower?

The empty app runs once with a configuration that has finished (it is skipped) and once
with a new one (it runs), in an experiment with 10, 1,000 and 10,000 finished runs. The
whole process is measured, most of which are imports; and, within a process that has
imported everything and has looked up once before, the look-up alone: from Hydra's
configuration to the run's id, or to the answer that there is none.

Sweepflow is on SQLite, MLflow's default, HydraFlow on MLflow's file store, since it
looks through the artifact folders of the experiment whatever the store is. Those were
just written: it finds them in the machine's memory. For a finished configuration it
stops at the first folder that fits, so that several configurations are tried.
"""

from __future__ import annotations

import json
import random
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from benchmarks.measure import Failure, SideError, alternate, last_line, run, say
from benchmarks.report import Result
from benchmarks.stores import EXPERIMENT, FilledDatabase, FilledFolders

if TYPE_CHECKING:
    from benchmarks.measure import Sample
    from benchmarks.stores import Filled
    from benchmarks.suite import Setting

SIZES = (10, 1_000, 10_000)
TRIED = 5

_CHILD = """\
import json, statistics, sys, time
from omegaconf import OmegaConf
from app import Config

{prepare}

def timed(a):
    config = OmegaConf.structured(Config(a=a))
    wall, cpu = time.perf_counter(), time.process_time()
    found = look_up(config)
    return found, time.perf_counter() - wall, time.process_time() - cpu

(first, *numbers), finished = json.loads(sys.argv[1])
timed(first)
answers = [timed(a) for a in numbers]
if any(bool(found) is not finished for found, _, _ in answers):
    sys.exit("the look-up gave a wrong answer")
wall, cpu = (statistics.median(a[i] for a in answers) for i in (1, 2))
print(json.dumps({{"wall": wall, "cpu": cpu}}))
"""

# What the app does: a look into the file, then, when that finds nothing, MLflow.
_OURS = _CHILD.format(
    prepare=f"""
from pathlib import Path
from sweepflow.app import job, sqlite, tracking
from sweepflow.app.digest import config_digest
import mlflow

store = tracking.Store.choose(None, Path.cwd())
mlflow.set_tracking_uri(store.uri)
experiment = tracking.open_experiment(store, {EXPERIMENT!r}, Path.cwd())

def look_up(config):
    tag, digest = job.CONFIG_TAG, config_digest(config)
    return sqlite.finished_run(
        store.database, {EXPERIMENT!r}, tag=tag, digest=digest, result=job.RESULT_TAG
    ) or job._find(experiment, tag, digest)
"""
)
_THEIRS = _CHILD.format(
    prepare=f"""
import mlflow
from hydraflow.core.main import get_run_id

experiment = mlflow.set_experiment({EXPERIMENT!r})

def look_up(config):
    return get_run_id(experiment.artifact_location, config, None)
"""
)

_new = count(1_000_000)
_random = random.Random(0)  # noqa: S311 -- the same choice each time


def measure(setting: Setting) -> Result:
    """Measure both sides at each size; each side has one store, which grows."""
    result = Result("One app among finished runs")
    ours = FilledDatabase.make(setting.ours, setting.folder / "sweepflow")
    theirs = _peer(setting)
    filled = 1
    for size in SIZES if setting.full else SIZES[:-1]:
        say(f"filling the stores with {size:,} runs")
        for store in (ours, theirs):
            if not isinstance(store, Failure):
                store.fill(range(filled, size))
        filled = size
        for label, function in (
            ("skipped, look-up alone", partial(_look_up, size=size, finished=True)),
            ("new, look-up alone", partial(_look_up, size=size, finished=False)),
            ("skipped, process", partial(_process, size=size, finished=True)),
            ("new, process", partial(_process, size=size, finished=False)),
        ):
            found = alternate(
                setting.repeat or 3,
                {"ours": partial(function, ours), "theirs": partial(function, theirs)},
            )
            result.compare(f"{size:,} runs, {label}", found["ours"], found["theirs"])
    return result


def _peer(setting: Setting) -> Filled | Failure:
    if isinstance(setting.theirs, Failure):
        return setting.theirs
    try:
        return FilledFolders.make(setting.theirs, setting.folder / "hydraflow")
    except SideError as error:
        return Failure(str(error))


def _look_up(store: Filled | Failure, *, size: int, finished: bool) -> Sample:
    """Measure the look-up alone, in a process of its own."""
    if isinstance(store, Failure):
        raise SideError(store.reason)
    tried = TRIED if finished else 1
    numbers = _numbers(size, 1 + tried, finished=finished)
    code = _OURS if isinstance(store, FilledDatabase) else _THEIRS
    argv = [store.side.python, "-c", code, json.dumps([numbers, finished])]
    return json.loads(
        run(store.side, argv, store.folder, store.env).output.splitlines()[-1]
    )


def _process(store: Filled | Failure, *, size: int, finished: bool) -> Sample:
    """Measure the whole app, and see that it did what it should."""
    if isinstance(store, Failure):
        raise SideError(store.reason)
    before = store.count()
    (number,) = _numbers(size, 1, finished=finished)
    sample, output = store.run(number)
    made = store.count() - before
    if made != (0 if finished else 1):
        raise SideError(f"{made} new runs: {last_line(output)}")
    return sample


def _numbers(size: int, number: int, *, finished: bool) -> list[int]:
    """Give configurations that have finished, or that never ran."""
    if finished:
        return _random.sample(range(size), number)
    return [next(_new) for _ in range(number)]
