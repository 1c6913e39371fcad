"""The groups of a plan: their runs begin and end with those of their members."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sweepflow.engine.events import TaskStarted
from sweepflow.engine.job import Job
from sweepflow.engine.result import Result
from sweepflow.engine.task import Group, Outcome
from sweepflow.errors import SweepflowError
from sweepflow.store.records import Ending

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.engine.events import Listener
    from sweepflow.engine.plan import Plan
    from sweepflow.engine.rows import Rows
    from sweepflow.engine.task import Task
    from sweepflow.store.records import AtomRecord
    from sweepflow.store.store import Store


class Groups:
    """The groups of one walk.

    Args:
        plan: What is walked.
        store: Where their runs are recorded, and have their folders.
        rows: Make the rows of these.
        tell: Is told of what begins.
    """

    def __init__(self, plan: Plan, store: Store, rows: Rows, tell: Listener) -> None:
        self._store = store
        self._rows = rows
        self._tell = tell
        self._tasks = {task.key: task for task in plan.tasks}
        self._of = {
            member: (task, task.action)
            for task in plan.tasks
            if isinstance(task.action, Group)
            for member in task.action.members
        }
        self._index = {task.key: n for n, task in enumerate(plan.tasks)}
        self._jobs: dict[str, Job] = {}  # those that have begun
        self._failures: dict[str, str] = {}

    def run_of(self, task: Task) -> str | None:
        """Give the id of the run of the group that a task belongs to."""
        of = self._of.get(task.key)
        return self._jobs[of[0].key].run_id if of else None

    def enter(self, task: Task) -> str | None:
        """Begin the groups that a task belongs to; say so if one of them cannot be."""
        of = self._of.get(task.key)
        if of is None:
            return None
        group, action = of
        if error := self.enter(group):
            return error
        if group.key not in self._jobs:
            self._begin(group, action)
        error = self._failures.get(group.key)
        return f"{group.key}: {error}" if error else None

    def join(self, job: Job, origin: str) -> None:
        """Show a run in the folder of its group.

        Args:
            job: Its task.
            origin: The run itself, or the one that stands in for it.
        """
        of = self._of.get(job.task.key)
        if of is None:
            return
        group, action = of
        folder = self._store.home.run(self._jobs[group.key].run_id)
        try:
            action.host.join(folder, job.task.key, origin)
        except SweepflowError as error:
            self._failures[group.key] = str(error)

    def end(
        self,
        task: Task,
        results: Mapping[str, Result],
        checks: Mapping[str, str],
        stopped: str | None,
    ) -> tuple[Job, Ending, Result] | str:
        """End a group whose members all have.

        Args:
            task: The group.
            results: Of its members, by key.
            checks: Why members that completed do not count as done, by key.
            stopped: Why nothing new is begun, if that is so.

        Returns:
            What became of its run; or why it never had one.
        """
        action = task.action
        assert isinstance(action, Group)  # noqa: S101 - it is none otherwise
        if task.key not in self._jobs:
            skipped = [results[key].outcome.error for key in action.members]
            if reason := stopped or (skipped[0] if skipped else self.enter(task)):
                return reason
            self._begin(task, action)  # it has no members, and ends at once
        outcome = self._outcome(task, action, results, checks)
        outputs = self._outputs(action, results) if outcome.is_done else {}
        job, now = self._jobs[task.key], time.time()
        ending = Ending(
            job.run_id,
            outcome.status,
            now,
            outcome.exit_code,
            outcome.error,
            outputs=outputs,
            facts=action.host.facts(),
        )
        result = Result(
            outcome,
            job.run_id,
            outputs=outputs,
            started_at=job.started_at,
            finished_at=now,
            log=self._store.home.run(job.run_id) / "output.log",  # there is none
        )
        return job, ending, result

    def _begin(self, task: Task, action: Group) -> None:
        job = Job(self._index[task.key], task, {})
        run = self._rows.begin(job, self.run_of(task))
        self._store.ledger.start(run, again=task.info.attempts is not None)
        self._jobs[task.key] = job
        self._tell(TaskStarted(task, job.run_id))
        self.join(job, job.run_id)
        try:
            action.host.begin(self._store.home.run(job.run_id))
        except SweepflowError as error:
            self._failures[task.key] = str(error)

    def _outcome(
        self,
        task: Task,
        action: Group,
        results: Mapping[str, Result],
        checks: Mapping[str, str],
    ) -> Outcome:
        if error := self._failures.get(task.key):
            return Outcome("failed", error=error)
        faults = [
            self._fault(key, results[key].outcome, checks.get(key))
            for key in action.members
        ]
        given_up = [f for f in faults if f and f.status == "interrupted"]
        if action.tolerant:
            faults = given_up
        return next(filter(None, (*given_up, *faults)), Outcome("completed"))

    def _fault(self, key: str, outcome: Outcome, check: str | None) -> Outcome | None:
        """Say what a group's outcome is, as far as one of its members goes."""
        name = self._tasks[key].info.step or key
        reason = (outcome.error or outcome.status).partition("\n")[0]
        match outcome.status:
            case "failed":
                return Outcome("failed", outcome.exit_code, f"{name}: {reason}")
            case "interrupted":
                return Outcome("interrupted", error=f"{name}: {reason}")
            case "skipped":
                return Outcome("failed", error=f"{name}: {reason}")
            case _:
                return Outcome("failed", error=f"{name}: {check}") if check else None

    def _outputs(
        self, action: Group, results: Mapping[str, Result]
    ) -> dict[str, AtomRecord]:
        """Give what the members made, each behind the name of its step."""
        made = {
            f"{self._tasks[key].info.step or key}/{name}": atom
            for key in action.members
            for name, atom in results[key].outputs.items()
        }
        return {**action.made, **made}
