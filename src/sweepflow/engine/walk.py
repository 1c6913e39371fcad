"""One walk over one plan: what is ready, what is known, what runs, what has ended.

Everything happens in one thread, which takes its messages from a queue. A task goes
this way, and may leave it at any point where something goes wrong:

    wait for inputs -> look up -> wait for room -> acquire the lease -> run -> commit
"""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeAlias

from sweepflow.engine.attempt import Attempt, ExitRecord, TaskSpec
from sweepflow.engine.cache import damaged_outputs, look_up
from sweepflow.engine.capacity import needs_of
from sweepflow.engine.claims import Claims, ids_of
from sweepflow.engine.commits import MOMENT_SECONDS, Commits
from sweepflow.engine.events import (
    Interrupted,
    OutputDamaged,
    PlanStarted,
    TaskCached,
    TaskChecked,
    TaskFinished,
    TaskHeld,
    TaskNumbers,
    TaskOutput,
    TaskRetried,
    TaskSkipped,
    TaskStarted,
)
from sweepflow.engine.fingerprint import Fingerprint
from sweepflow.engine.groups import Groups
from sweepflow.engine.inputs import InputError, keys_of_choice, origins, resolve
from sweepflow.engine.job import Job, Queue
from sweepflow.engine.leases import BEAT_SECONDS, LOOK_SECONDS, Waiting
from sweepflow.engine.numbers import Follower
from sweepflow.engine.output import CHUNK_BYTES, OutputReader
from sweepflow.engine.policy import Retry, is_transient
from sweepflow.engine.provenance import driving
from sweepflow.engine.readiness import Readiness, sought_names
from sweepflow.engine.recovery import ending
from sweepflow.engine.result import Result
from sweepflow.engine.rows import Rows
from sweepflow.engine.task import Group, Outcome, StepCall
from sweepflow.engine.worker import TIMED_OUT
from sweepflow.errors import StoreError, SweepflowError
from sweepflow.store.records import Hit, Lease, Reuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sweepflow.engine.capacity import Capacity
    from sweepflow.engine.engine import Engine
    from sweepflow.engine.events import Event
    from sweepflow.engine.plan import Plan
    from sweepflow.engine.task import Task
    from sweepflow.store.records import AtomRecord

OUTPUT_SECONDS = 0.1
"""How often the output of what runs is looked at."""

LONGEST_WAIT = 1.0

MOST_AHEAD = 15
"""How many short steps may be claimed beside the next one."""

_LOST = "this process stood still for so long that another one has taken over its work"
_AGAIN = "run the same again: what is done is kept"


@dataclass(frozen=True, slots=True)
class _Ended:
    job: Job
    record: ExitRecord


@dataclass(frozen=True, slots=True)
class _Signal:
    signum: int


_Message: TypeAlias = _Ended | _Signal


class Walk:
    """Runs one plan, once.

    Args:
        engine: Has the settings.
        plan: What to run.
        capacity: What there is to run it on.
    """

    def __init__(self, engine: Engine, plan: Plan, capacity: Capacity) -> None:
        self.signum: int | None = None
        self._engine = engine
        self._plan = plan
        self._capacity = capacity
        self._store = engine.store
        self._messages: SimpleQueue[_Message] = SimpleQueue()
        self._rows = Rows(plan, engine.store.ledger)
        self._readiness = Readiness(plan)
        self._groups = Groups(plan, engine.store, self._rows, self._tell)
        self._claims = Claims(engine.store, self._rows, self._groups)
        self._checks: dict[str, str] = {}  # what barred those that wait, by task
        self._index = {task.key: n for n, task in enumerate(plan.tasks)}
        self._commits = Commits(engine.store)
        self._queue = Queue()
        self._claimed = Queue()  # the right to do them is ours
        self._pace = MOMENT_SECONDS  # how long a step takes, more or less
        self._waiting = Waiting(engine.store, engine.lease_seconds)
        self._later: list[tuple[float, int, Job]] = []  # a heap of what is retried
        self._running: dict[str, Job] = {}
        self._ended: dict[str, tuple[Job, Result]] = {}  # by run, not committed
        self._results: dict[str, Result] = {}
        self._sought = sought_names(plan)
        self._made: dict[str, str] = {}  # who made what is sought
        self._stopped: str | None = None
        self._beaten_at = self._told_at = time.monotonic()

    def run(self) -> Mapping[str, Result]:
        """Walk to the end of the plan, and give what became of each task."""
        with driving(self._rows.driver):
            self._walk()
        return self._results

    def _walk(self) -> None:
        self._tell(PlanStarted(self._plan))
        while not self._readiness.is_over:
            while tasks := self._readiness.take():
                self._look_up(tasks)
            self._start()
            if self._readiness.is_over:
                break
            self._wait()
        self._commit()

    def interrupt(self, signum: int) -> None:
        """End what runs; from any thread, or from the handler of a signal."""
        self._messages.put(_Signal(signum))  # may be called in the midst of itself

    def end_task(self, key: str, reason: str) -> None:
        """End a task if it runs; from this thread, such as from a listener."""
        job = self._running.get(key)
        if job and job.unwanted is None:
            job.unwanted = reason
            self._cancel(job, signal.SIGTERM)

    # Looking up

    def _look_up(self, tasks: Sequence[Task]) -> None:
        """Take what is known for tasks whose inputs are there; queue the others."""
        jobs = [job for task in tasks if (job := self._job(task))]
        wanted = [j.fingerprint.digest for j in jobs if j.fingerprint and not j.fresh]
        found = look_up(self._store, wanted)
        for job in jobs:
            digest = job.fingerprint.digest if job.fingerprint else ""
            if job.fresh:
                self._queue_up(job)
            elif known := found.get(digest):
                self._take_known(job, known.hit, known.damaged)
            elif ended := self._engine.given_up.get(digest):
                self._skip(job.task, ended.error or "", ended.id)
            else:
                self._queue_up(job)

    def _job(self, task: Task) -> Job | None:
        """Give a task with its inputs; None where it has none, and has ended so."""
        if isinstance(task.action, Group):
            self._end_group(task)
            return None
        if reason := self._stopped or self._held_up_by(task):
            self._skip(task, reason)
            return None
        job = Job(self._index[task.key], task, {})
        try:
            job.inputs = resolve(task, self._readiness, self._results)
            job.identity = task.identify()
        except (InputError, SweepflowError) as error:
            self._refuse(job, str(error))
            return None
        if job.identity and self._engine.cache != "off":
            contents = {name: atom.content for name, atom in job.inputs.items()}
            job.fingerprint = Fingerprint.of(task, job.identity, contents)
            job.fresh = self._is_renewed(task)
        return job

    def _is_renewed(self, task: Task) -> bool:
        is_asked_for = task.key in (self._engine.stages or ())
        return not task.reuse or self._engine.cache == "renew" or is_asked_for

    def _held_up_by(self, task: Task) -> str | None:
        # Of several that might make an input, one that is done will do: see `resolve`.
        choices = [keys_of_choice(ref) for ref in task.inputs.values()]
        free = {key for keys in choices for key in keys} - {*task.after}
        waited = [key for key in task.waits_for() if key not in free]
        for key in (*waited, *self._readiness.might_have_made(task)):
            if not self._results[key].outcome.is_done:
                return f"{key} did not complete"
        for key in task.waits_for():
            if error := self._checks.get(key):
                return f"{key}: {error}"
        return None

    def _take_known(
        self, job: Job, hit: Hit, damaged: Mapping[str, AtomRecord]
    ) -> None:
        for name, atom in damaged.items():
            self._tell(OutputDamaged(job.task, name, atom.id))
        outdated = job.task.outdated
        if damaged or (outdated and outdated(hit.outputs)):
            job.fresh = True
            self._queue_up(job)
            return
        if error := self._clash(job.task, hit.outputs):
            self._refuse(job, error)
            return
        if reason := self._groups.enter(job.task):
            self._skip(job.task, reason)
            return
        run = self._rows.begin(job, self._groups.run_of(job.task), hit.run_id)
        self._groups.join(job, hit.run_id)
        self._commits.reuse(Reuse(run, ids_of(job.inputs), ids_of(hit.outputs)))
        result = Result(
            Outcome("cached"),
            job.run_id,
            hit.run_id,
            job.inputs,
            hit.outputs,
            started_at=run.started_at,
            finished_at=run.finished_at,
        )
        self._ended[job.run_id] = (job, result)
        self._settle(job.task, result)

    def _queue_up(self, job: Job) -> None:
        stages = self._engine.stages
        if stages is None or job.task.key in stages:
            self._queue.put(job)
        else:
            names = ", ".join(stages)
            self._refuse(
                job, f"its result is not in the cache, and only {names} may run"
            )

    # Starting

    def _start(self) -> None:
        """Start what there is room for."""
        if self._stopped:
            self._give_up(self._stopped)
            return
        while self._messages.empty():  # there may be a signal
            if job := self._claimed.take(self._capacity):
                self._submit(job)
            elif not self._claim():
                return

    def _claim(self) -> bool:
        """Get the right to do the next piece of work; say whether there was one.

        Where steps are short, the right to the next few is had in the same breath.
        """
        job = self._queue.take(self._capacity)
        if job is None:
            return False
        if job.attempt > 1:
            self._claimed.put(job)
        elif job.fingerprint and job.task.reuse:
            ahead = MOST_AHEAD if self._pace * MOST_AHEAD < MOMENT_SECONDS else 0
            self._acquire([job, *self._queue.next_like(job, ahead)])
        elif reason := self._groups.enter(job.task):
            self._skip(job.task, reason)
        else:
            self._claims.begin(job)
            self._claimed.put(job)
        return True

    def _acquire(self, jobs: Sequence[Job]) -> None:
        entered: list[Job] = []
        for job in jobs:
            if reason := self._groups.enter(job.task):
                self._skip(job.task, reason)
            else:
                entered.append(job)
        for job, answer in self._claims.acquire(entered):
            self._take_answer(job, answer)

    def _take_answer(self, job: Job, answer: Hit | Lease | None) -> None:
        match answer:
            case None:
                self._claimed.put(job)
            case Hit():  # somebody else was faster
                self._take_known(job, answer, damaged_outputs(self._store, answer))
            case Lease():
                is_first = self._waiting.hold(job, answer)
                if is_first and answer.driver != self._rows.driver:
                    self._tell(TaskHeld(job.task, answer.host))

    def _submit(self, job: Job) -> None:
        action = job.task.action
        assert not isinstance(action, Group)  # noqa: S101 - these never get so far
        attempt = self._attempt(job)
        job.gpus = self._capacity.take(needs_of(job.task))
        job.output = OutputReader(attempt.output)
        self._running[job.task.key] = job
        follows = self._engine.follows_numbers and isinstance(action, StepCall)
        job.numbers = Follower(attempt.numbers) if follows else None
        spec = TaskSpec(
            action,
            timeout=job.task.timeout,
            inputs=job.inputs,
            gpus=job.gpus,
            home=self._store.home,
            run_id=job.run_id,
            origins=origins(job.task, self._results),
            source=job.identity and job.identity.snapshot,
            params=() if isinstance(action, StepCall) else tuple(job.task.params),
            numbers=attempt.numbers if follows else None,
        )
        if self._engine.executor.leaves_record(spec) and self._commits.hold(job.inputs):
            self._commit()  # else who takes over that record might lack an input
        if job.attempt == 1:
            self._groups.join(job, job.run_id)
            self._tell(TaskStarted(job.task, job.run_id))
        self._engine.executor.submit(attempt, spec).add_done_callback(
            lambda future: self._messages.put(_Ended(job, future.result()))
        )
        if job.unwanted is not None:  # since it was told that it starts
            self._cancel(job, signal.SIGTERM)

    def _attempt(self, job: Job) -> Attempt:
        number = (job.task.info.attempts or 0) + job.attempt
        return Attempt(self._store.home.attempt(job.run_id, number))

    # Waiting

    def _wait(self) -> None:
        """Wait for a message, a moment at most, and do what is due."""
        try:
            message = self._messages.get(timeout=self._patience())
        except Empty:
            message = None
        while message:
            if isinstance(message, _Ended):
                message.job.record = message.record
                if not message.job.output or not message.job.output.exists:
                    self._end(message.job, message.record)
            else:
                self._interrupt(message.signum)
            message = None if self._messages.empty() else self._messages.get()
        self._tell_output_now_and_then()
        self._beat()
        self._retry_what_is_due()
        for job in self._waiting.given_back():
            # What was damaged has been made anew by who held us up, perhaps.
            job.fresh = self._is_renewed(job.task)
            self._queue.put(job)
        if not self._commits.is_empty and not self._commits.patience():
            self._commit()

    def _patience(self) -> float:
        if any(job.behind for job in self._running.values()):
            return 0.0
        times = [LONGEST_WAIT]
        if not self._commits.is_empty:
            times.append(self._commits.patience())
        if not self._waiting.is_empty:
            times.append(LOOK_SECONDS)
        if self._later:
            times.append(max(0.0, self._later[0][0] - time.monotonic()))
        if self._running:
            times.append(OUTPUT_SECONDS)
        return min(times)

    def _tell_output_now_and_then(self) -> None:
        now = time.monotonic()
        running = self._running.values()
        if now - self._told_at >= OUTPUT_SECONDS or any(
            job.record or job.behind for job in running
        ):
            self._told_at = now
            self._tell_output()

    def _tell_output(self) -> None:
        """Tell a little of what was written, and end what has told all."""
        for job in list(self._running.values()):
            if job.output is None:
                continue
            if data := job.output.read():
                self._tell(TaskOutput(job.task, data))
            self._tell_numbers(job)
            job.behind = len(data) == CHUNK_BYTES
            # Who interrupts does not want to see the rest of a flood; the log has it.
            if job.record and (self.signum or not job.behind):
                self._end(job, job.record)

    def _tell_numbers(self, job: Job) -> None:
        while scalars := job.numbers and job.numbers.read():
            self._tell(TaskNumbers(job.task, scalars))

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._beaten_at < min(BEAT_SECONDS, self._engine.lease_seconds / 6):
            return
        self._beaten_at = now
        self._store.ledger.beat(self._rows.driver, time.time())

    def _retry_what_is_due(self) -> None:
        while self._later and self._later[0][0] <= time.monotonic():
            self._queue.put(heappop(self._later)[2])

    # Ending

    def _end(self, job: Job, record: ExitRecord) -> None:
        self._tell_numbers(job)
        del self._running[job.task.key]
        self._capacity.give_back(needs_of(job.task), job.gpus)
        job.record = None
        if job.unwanted is not None and record.outcome.status != "completed":
            code = record.outcome.exit_code
            outcome = Outcome("interrupted", code, job.unwanted)
            record = replace(record, outcome=outcome)
        if not self._tries_again(job, record):
            self._finish(job, self._checked(job, record))

    def _tries_again(self, job: Job, record: ExitRecord) -> bool:
        retry = job.task.retry or Retry()
        if self._stopped or record.outcome.status != "failed":
            return False
        if record.outcome.error == TIMED_OUT and job.task.retry is None:
            return False  # its own limit is no accident, unless that is said
        if job.attempt >= retry.attempts or not is_transient(
            record.raised, retry.names()
        ):
            return False
        seconds = retry.delay(job.attempt)
        job.attempt += 1
        heappush(self._later, (time.monotonic() + seconds, job.index, job))
        self._tell(TaskRetried(job.task, record.outcome.error or "", seconds))
        return True

    def _checked(self, job: Job, record: ExitRecord) -> ExitRecord:
        """Refuse an output that others ask for by a name that was given before."""
        error = self._clash(job.task, [output.name for output in record.outputs])
        if error is None:
            return record
        return replace(record, outcome=Outcome("failed", error=error), outputs=())

    def _clash(self, task: Task, names: Iterable[str]) -> str | None:
        """Note who made what is sought; say so if another one has."""
        if task.outputs is not None:
            return None
        sought = [name for name in names if name in self._sought]
        for name in sought:
            maker = self._made.setdefault(name, task.key)
            if maker != task.key:
                return f"it made {name!r}, which {maker} makes too: rename one"
        return None

    def _finish(self, job: Job, record: ExitRecord) -> None:
        """Record how a run ended, and release what waits for it."""
        ended = ending(
            job.run_id,
            record,
            self._rows.user,
            (job.task.info.attempts or 0) + job.attempt,
        )
        result = Result(
            record.outcome,
            job.run_id,
            inputs=job.inputs,
            outputs=ended.outputs,
            started_at=job.started_at,
            finished_at=record.finished_at,
            log=self._attempt(job).output,
        )
        seconds = record.finished_at - record.started_at
        snapshot = job.identity and job.identity.snapshot
        self._commits.add(ended, seconds, [snapshot] if snapshot else [])
        self._pace += 0.2 * (seconds - self._pace)
        self._ended[job.run_id] = (job, result)
        # Short work is built upon at once: it goes into one commit with what comes of
        # it. Anything else is committed before others see it.
        if seconds < MOMENT_SECONDS and isinstance(job.task.action, StepCall):
            self._settle(job.task, result)
        else:
            self._commit()
        # Only once: a second signal kills, and those that run are ending already.
        has_failed = record.outcome.status != "completed" and job.unwanted is None
        if self._engine.fail_fast and has_failed and not self._stopped:
            self._stop(f"{job.task.key} failed", signal.SIGTERM)

    def _commit(self) -> None:
        """Record what has ended, and release what waits for it.

        Raises:
            StoreError: Another driver has taken over, after a long silence of ours,
                what others here have built upon since.
        """
        while not self._commits.is_empty:
            fenced = self._commits.write()
            for run_id in fenced:
                job, _ = self._ended.pop(run_id)
                if job.task.key in self._results:
                    raise StoreError(_LOST, hint=_AGAIN)
                job.attempt = 1
                self._queue.put(job)
            if fenced:
                continue
            ended, self._ended = self._ended, {}
            for job, result in ended.values():
                if job.task.key not in self._results:
                    self._settle(job.task, result)
                self._tell(_ending_of(job, result))

    def _settle(self, task: Task, result: Result) -> None:
        self._results[task.key] = result
        origin = result.cached_from or result.run_id
        if task.check and origin and result.outcome.is_done:
            checked = task.check(origin)
            self._tell(TaskChecked(task, checked))
            if checked.failures:
                self._checks[task.key] = checked.summary
        made = result.outputs if result.outcome.is_done else ()
        self._readiness.end(task.key, made)

    def _refuse(self, job: Job, error: str) -> None:
        """Record a task that could not even start as one that failed."""
        if reason := self._groups.enter(job.task):
            self._skip(job.task, reason)
            return
        job.fingerprint = None
        run = self._rows.begin(job, self._groups.run_of(job.task))
        self._store.ledger.start(run, again=job.task.info.attempts is not None)
        self._groups.join(job, job.run_id)
        outcome = Outcome("failed", error=error)
        self._finish(job, ExitRecord(outcome, job.started_at, job.started_at))

    def _skip(self, task: Task, reason: str, run_id: str | None = None) -> None:
        outcome = Outcome("skipped", error=reason)
        self._tell(TaskSkipped(task, outcome))
        self._settle(task, Result(outcome, run_id))

    def _end_group(self, task: Task) -> None:
        """End a group whose members all have."""
        ended = self._groups.end(task, self._results, self._checks, self._stopped)
        if isinstance(ended, str):
            self._skip(task, ended)
            return
        job, ending, result = ended
        self._commits.add(ending, ending.finished_at - job.started_at)
        self._ended[job.run_id] = (job, result)
        self._settle(task, result)

    # Stopping

    def _interrupt(self, signum: int) -> None:
        self.signum = signum
        self._tell(Interrupted(signum))
        self._stop(f"interrupted by {signal.Signals(signum).name}", signum)

    def _stop(self, reason: str, signum: int) -> None:
        """Start nothing more, and pass a signal on to what runs."""
        self._stopped = self._stopped or reason
        for job in self._running.values():
            self._cancel(job, signum)

    def _cancel(self, job: Job, signum: int) -> None:
        self._engine.executor.cancel(self._attempt(job), signum)

    def _give_up(self, reason: str) -> None:
        """End what waits for room, for others or for its next attempt."""
        for job in (*self._queue.drain(), *self._waiting.drain()):
            if job.attempt == 1:
                self._skip(job.task, reason)
            else:
                self._give_up_retry(job, reason)
        for job in self._claimed.drain():
            self._give_up_run(job, reason)
        while self._later:
            self._give_up_retry(heappop(self._later)[2], reason)

    def _give_up_retry(self, job: Job, reason: str) -> None:
        job.attempt -= 1  # the next one never began
        self._give_up_run(job, reason)

    def _give_up_run(self, job: Job, reason: str) -> None:
        now = time.time()
        self._finish(job, ExitRecord(Outcome("interrupted", error=reason), now, now))

    def _tell(self, event: Event) -> None:
        for listener in self._engine.listeners:
            listener(event)


def _ending_of(job: Job, result: Result) -> TaskFinished | TaskCached:
    if result.cached_from:
        return TaskCached(job.task, job.run_id, result.cached_from)
    seconds = (result.finished_at or 0.0) - (result.started_at or 0.0)
    assert result.log  # noqa: S101 - every job has the path of one
    return TaskFinished(job.task, job.run_id, result.outcome, seconds, result.log)
