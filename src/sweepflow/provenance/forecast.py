"""What a plan would do, without doing any of it."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweepflow.engine.cache import look_up
from sweepflow.engine.fingerprint import Fingerprint
from sweepflow.engine.inputs import InputError, resolve
from sweepflow.engine.readiness import Readiness
from sweepflow.engine.result import Result
from sweepflow.engine.task import Group, Made, Outcome, OutputRef
from sweepflow.provenance.explain import Earlier
from sweepflow.store.records import Provenance, Run

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sweepflow.engine.cache import Found
    from sweepflow.engine.engine import CacheUse
    from sweepflow.engine.plan import Plan
    from sweepflow.engine.task import Identity, Task
    from sweepflow.store.records import AtomRecord
    from sweepflow.store.store import Store


@dataclass(frozen=True, slots=True)
class Verdict:
    """What would become of a task.

    Args:
        is_cached: Whether it would take the outputs of an earlier run.
        because: Why it would run, or would fail; empty for a cached one.
        run_id: That earlier run, if it is one.
        fails: Whether it would fail at once, since what it takes is not made.
    """

    task: Task
    is_cached: bool
    because: str = ""
    run_id: str | None = None
    fails: bool = False

    def __str__(self) -> str:
        if self.is_cached:
            return f"cached (run {self.run_id})" if self.run_id else "cached"
        return f"would {'fail' if self.fails else 'run'}, because {self.because}"


def forecast(
    store: Store | None,
    plan: Plan,
    *,
    cache: CacheUse = "use",
    stages: Collection[str] | None = None,
) -> Sequence[Verdict]:
    """Tell for each task of a plan whether it would run, and why.

    A task is only known to be cached when all that it gets is: what would run before
    it may well make the same again, and then it would be.

    Args:
        store: What is known; None where nothing ever ran. Nothing is written.
        plan: What would run.
        cache: As for `Engine`, as are the stages.
        stages: Keys of tasks.
    """
    return _Forecast(store, plan, cache, stages).run()


class _Forecast:
    def __init__(
        self,
        store: Store | None,
        plan: Plan,
        cache: CacheUse,
        stages: Collection[str] | None,
    ) -> None:
        self._store = store
        self._plan = plan
        self._cache = cache
        self._stages = stages
        self._readiness = Readiness(plan)
        self._results: dict[str, Result] = {}
        self._earlier: dict[tuple[str, str], Earlier] = {}  # by name and task
        # Steps share code, and the results that they are compared with do, too.
        self._recorded = functools.cache(self._read_text)

    def run(self) -> Sequence[Verdict]:
        verdicts: dict[str, Verdict] = {}
        while not self._readiness.is_over:
            for task in self._readiness.take():
                verdicts[task.key] = verdict = self._judge(task)
                made = self._results[task.key].outputs if verdict.is_cached else ()
                self._readiness.end(task.key, made)
        return [verdicts[task.key] for task in self._plan.tasks]

    def _judge(self, task: Task) -> Verdict:
        """Judge a task whose makers have been, and leave its result."""
        self._results[task.key] = Result(Outcome("skipped"))
        if isinstance(task.action, Group):
            return self._judge_group(task, task.action)
        if waits := self._waits(task):
            because = self._must_run(task) or waits
            return Verdict(task, is_cached=False, because=because)
        try:
            inputs = resolve(task, self._readiness, self._results)
        except InputError as error:
            return Verdict(task, is_cached=False, because=str(error), fails=True)
        return self._look_up(task, inputs)

    def _judge_group(self, task: Task, action: Group) -> Verdict:
        would_run = [key for key in action.members if not self._is_known(key)]
        if would_run:
            because = f"{would_run[0]} would run"
            return Verdict(task, is_cached=False, because=because)
        self._results[task.key] = Result(Outcome("cached"))
        return Verdict(task, is_cached=True)

    def _waits(self, task: Task) -> str | None:
        """Say what has to run first, where something does."""
        if waits := [key for key in task.after if not self._is_known(key)]:
            return f"{waits[0]} would run"
        unknown = [name for name in task.inputs if not self._has_input(task, name)]
        if not unknown:
            return None
        maker = self._maker(task, unknown[0])
        return f"its input {unknown[0]!r} comes from {maker}, which would run"

    def _look_up(self, task: Task, inputs: Mapping[str, AtomRecord]) -> Verdict:
        if reason := self._must_run(task):
            return Verdict(task, is_cached=False, because=reason)
        identity = task.identify()
        assert identity  # noqa: S101 - else it must run
        contents = {name: atom.content for name, atom in inputs.items()}
        fingerprint = Fingerprint.of(task, identity, contents)
        if self._store is None:
            return Verdict(task, is_cached=False, because="it never ran before")
        found = look_up(self._store, [fingerprint.digest]).get(fingerprint.digest)
        if found and not found.damaged:
            if because := task.outdated and task.outdated(found.hit.outputs):
                return Verdict(task, is_cached=False, because=because)
            result = Result(Outcome("cached"), outputs=found.hit.outputs)
            self._results[task.key] = result
            return Verdict(task, is_cached=True, run_id=found.hit.run_id)
        because = _damage(found) if found else self._why(task, identity, fingerprint)
        return Verdict(task, is_cached=False, because=because)

    def _must_run(self, task: Task) -> str | None:
        if self._cache == "renew":
            return "it is forced to"
        if self._cache == "off" or task.identity is None:
            return "nothing is taken from the cache"
        is_stage = self._stages is not None and task.key in self._stages
        if is_stage or not task.reuse:
            return "it was asked for"
        return None

    def _why(self, task: Task, identity: Identity, fingerprint: Fingerprint) -> str:
        assert self._store  # noqa: S101 - without one, nothing was looked up
        texts = identity.code.texts
        run = self._as_run(task)
        step = run.name, run.task
        if step not in self._earlier:
            self._earlier[step] = Earlier(self._store.catalog, run)
        nearest, differences = self._earlier[step].nearest(
            fingerprint.parts,
            lambda digest: texts.get(digest) or self._recorded(digest),
        )
        if nearest is None:
            return "it never ran before"
        if not differences:
            return "its earlier result is not kept any more"
        first, *others = map(str, differences)
        return f"{first} (and {len(others)} more)" if others else first

    def _read_text(self, digest: str) -> str | None:
        return self._store.catalog.text(digest) if self._store else None

    def _as_run(self, task: Task) -> Run:
        nowhere = Provenance("", "", None, None, "", "")
        return Run(
            id="",
            plan_id="",
            kind=self._plan.kind,
            name=task.info.name or self._plan.name,
            task=task.info.task or task.key,
            command="",
            cwd="",
            provenance=nowhere,
            started_at=time.time(),
        )

    def _is_known(self, key: str) -> bool:
        return self._results[key].outcome.is_done

    def _has_input(self, task: Task, name: str) -> bool:
        ref = task.inputs[name]
        if isinstance(ref, Made):
            return any(map(self._is_known, ref.tasks))
        if not isinstance(ref, OutputRef):
            return True
        if maker := self._readiness.maker(task, ref):
            return self._is_known(maker)
        # Where all that might have made it is known, it is known that none does.
        return all(map(self._is_known, self._readiness.might_have_made(task)))

    def _maker(self, task: Task, name: str) -> str:
        """Give who makes an input, or might, among those that would run."""
        ref = task.inputs[name]
        if isinstance(ref, Made):
            return ref.tasks[0]
        assert isinstance(ref, OutputRef)  # noqa: S101 - others are known
        if maker := self._readiness.maker(task, ref):
            return maker
        might = self._readiness.might_have_made(task)
        return " or ".join(key for key in might if not self._is_known(key))


def _damage(found: Found) -> str:
    names = ", ".join(repr(name) for name in found.damaged)
    return f"the bytes of {names} are damaged or missing"
