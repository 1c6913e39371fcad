"""What the ledger holds, as the rest of Sweepflow sees it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Json: TypeAlias = Any
"""What JSON can say: None, bool, int, float, str, lists of these, and mappings."""

SHORT_DIGEST = 16
"""Hexadecimal digits of a content digest that an atom's id ends with."""


def canonical_json(data: Json) -> str:
    """Give JSON that is the same text for equal data: keys sorted, no spaces."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def of_job(name: str, search: str = "") -> dict[str, Json]:
    """Give the facts that a run is of a job, and of a search.

    A job that has another target than a command is the first of a run's facts, where
    `Reader.runs` looks for it: such runs bear the name of the operation or workflow
    that they are of. None without a name.

    Args:
        name: Of the job.
        search: The id of the search, if the run is a trial of one.
    """
    facts: dict[str, Json] = {"job": name} if name else {}
    return facts | ({"search": {"id": search}} if search else {})


def sha256(text: str) -> str:
    """Give the SHA-256 digest of a text as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


@dataclass(frozen=True, slots=True)
class Provenance:
    """The surroundings of a run.

    Args:
        git_commit: Of the working tree that the run was started in, if it is one.
        git_dirty: Whether a tracked file differed from that commit.
        python: Version of the interpreter.
        sweepflow: Version of Sweepflow.
        packages: Digest of the text that lists what was installed, `name==version`
            a line; `Catalog.text` gives it.
    """

    host: str
    user: str
    git_commit: str | None
    git_dirty: bool | None
    python: str
    sweepflow: str
    packages: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One recorded execution of a task.

    Args:
        id: Unique in the ledger.
        plan_id: Shared by the runs that were started together.
        kind: What it belongs to: `job` or `workflow`.
        name: Of that job or workflow.
        task: The task's key within its plan.
        command: What ran, as a shell or Python would read it.
        provenance: Where and from what it was started.
        started_at: Unix time in seconds, as is `finished_at`.
        driver: Which process drives it, for others to tell whether that lives still.
        params: What the task stands for, by dotted name.
        fingerprint: The digest of all that decides its result, or None where that is
            not known and nothing may be taken from it.
        cached_from: The run whose outputs it took, where it took them.
        status: `running`, `completed`, `cached`, `failed` or `interrupted`.
        exit_code: Negative is minus the signal that killed it.
        error: Why it did not complete.
        cpu_seconds: User and system time.
        max_rss: Bytes.
        attempts: How often it was tried.
        kept: Whether later runs may take its outputs, and they are not to be removed.
        parent: The run that it is part of, such as that of an operation with steps.
        step: Its name there.
        label: What its user calls it.
        tags: Words by which its user finds it, in order.
        marked: Whether its user marked it.
        source: Digest of the object that holds a copy of the source it ran from.
        facts: What the front end recorded beside that, which alone knows what it means.
        deleted_at: When its user removed it, or None; it can be brought back.
        purged: Whether it was removed for good, and nothing but this record is left.
    """

    id: str
    plan_id: str
    kind: str
    name: str
    task: str
    command: str
    cwd: str
    provenance: Provenance
    started_at: float
    driver: str | None = None
    params: Mapping[str, Json] = field(default_factory=dict[str, Json])
    fingerprint: str | None = None
    cached_from: str | None = None
    status: str = "running"
    exit_code: int | None = None
    error: str | None = None
    finished_at: float | None = None
    cpu_seconds: float | None = None
    max_rss: int | None = None
    attempts: int = 1
    kept: bool = True
    parent: str | None = None
    step: str | None = None
    label: str = ""
    tags: tuple[str, ...] = ()
    marked: bool = False
    source: str | None = None
    facts: Mapping[str, Json] = field(default_factory=dict[str, Json])
    deleted_at: float | None = None
    purged: bool = False

    @property
    def seconds(self) -> float | None:
        """How long it took, or None while it runs."""
        return None if self.finished_at is None else self.finished_at - self.started_at


@dataclass(frozen=True, slots=True)
class ScalarRecord:
    """A number that a run gave once or often, and what its values sum up to.

    Args:
        first: The value at the lowest step; `first_step` is that step.
        last: Likewise, at the highest; `min` and `max`, the least and the greatest.
        total: The sum of all values.
        count: How many there were.
        points: Steps and values, in order; where there were many, some of them.
    """

    name: str
    first: float
    first_step: int
    last: float
    last_step: int
    min: float
    min_step: int
    max: float
    max_step: int
    total: float
    count: int
    points: tuple[tuple[int, float], ...] = ()

    @property
    def avg(self) -> float:
        """The mean of all values."""
        return self.total / self.count


@dataclass(frozen=True, slots=True)
class Output:
    """An artifact that a task made, and whose bytes are in the object store.

    Args:
        name: By which the tasks that wait for it know it.
        type: Such as `dataset` or `model`.
        digest: Of the object.
        size: Bytes.
        filename: The file's own name; None for a folder.
    """

    name: str
    type: str
    digest: str
    size: int
    filename: str | None = None
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Json] = field(default_factory=dict[str, Json])

    def content(self) -> str:
        """Give the digest of all that a task which gets it can see."""
        parts = [self.type, self.digest, self.filename, self.tags, self.metadata]
        return sha256(canonical_json(parts))


@dataclass(frozen=True, slots=True)
class AtomRecord:
    """An immutable artifact: what is known of it beside its bytes.

    Equal content of one user is one atom, whoever made it and however often.

    Args:
        id: `<type>-<user>-<short content digest>`.
        content: See `Output.content`.
        created_at: Unix time in seconds at which it was first stored.

    The others are those of `Output`.
    """

    id: str
    type: str
    user: str
    content: str
    digest: str
    size: int
    filename: str | None
    tags: tuple[str, ...]
    metadata: Mapping[str, Json]
    created_at: float

    @classmethod
    def of(cls, output: Output, user: str, created_at: float) -> AtomRecord:
        """Give the atom that an output of a user's task is."""
        content = output.content()
        return cls(
            id=f"{output.type}-{user}-{content[:SHORT_DIGEST]}",
            type=output.type,
            user=user,
            content=content,
            digest=output.digest,
            size=output.size,
            filename=output.filename,
            tags=output.tags,
            metadata=output.metadata,
            created_at=created_at,
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """A run that wants to start, with what it starts from.

    Args:
        run: With its fingerprint, if it has one.
        inputs: Ids of the atoms that it gets, by name.
        parts: What the fingerprint is the digest of, by name.
        texts: Texts that the parts name by their digests: the code's parts and their
            sources.
    """

    run: Run
    inputs: Mapping[str, str]
    parts: Mapping[str, Json]
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to do a piece of work, held by one run at a time.

    Args:
        fingerprint: Of the work.
        run_id: Of the run that holds it.
        driver: The process that drives that run (see `Run.driver`).
        host: The machine of that process.
        beat_at: When the driver last said that it lives, by its own clock.
    """

    fingerprint: str
    run_id: str
    driver: str
    host: str
    beat_at: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A completed run of the same fingerprint, and what it made, by name."""

    run_id: str
    outputs: Mapping[str, AtomRecord]


@dataclass(frozen=True, slots=True)
class KnownResult:
    """What a run made, and later runs may take.

    Args:
        finished_at: Unix time in seconds.
        seconds: How long it took.
        bytes: The size of all that it made.
        uses: How many runs took it.
    """

    run_id: str
    workflow: str
    step: str
    finished_at: float
    seconds: float
    bytes: int
    uses: int


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended; its arguments are those of `Run`.

    Args:
        outputs: The atoms that it made, by name.
        scalars: The numbers that it gave.
        facts: To be added to those that were recorded when it started.
    """

    run_id: str
    status: str
    finished_at: float
    exit_code: int | None = None
    error: str | None = None
    cpu_seconds: float | None = None
    max_rss: int | None = None
    attempts: int = 1
    outputs: Mapping[str, AtomRecord] = field(default_factory=dict[str, AtomRecord])
    scalars: tuple[ScalarRecord, ...] = ()
    facts: Mapping[str, Json] = field(default_factory=dict[str, Json])


@dataclass(frozen=True, slots=True)
class Reuse:
    """A run that took what another had made and measured, instead of doing it again.

    Args:
        run: Of status `cached`, with `cached_from`.
        inputs: Ids of atoms, by name, as are `outputs`.
    """

    run: Run
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
