"""A store with a history that tests make up run by run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sweepflow.store.records import (
    AtomRecord,
    Claim,
    Ending,
    Output,
    Provenance,
    Reuse,
    Run,
    canonical_json,
    sha256,
)
from sweepflow.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sweepflow.store import Home
    from sweepflow.store.records import Json

USER = "ann"
INSTALLED = "numpy==2.1.0\nrich==13.9.4\n"


class World(Store):
    """A store in which runs can be recorded without being done.

    Each run begins a minute after the last one began and takes half a minute.
    """

    def __init__(self, home: Home, folder: Path) -> None:
        super().__init__(home)
        self._folder = folder
        self._clock = 1_700_000_000.0

    def file(self, name: str, data: str, **facts: Json) -> AtomRecord:
        """Store a file as it would be as a step's output."""
        path = self._folder / name
        path.write_text(data)
        return self.stored(path, name, **facts)

    def folder(self, files: Mapping[str, str], **facts: Json) -> AtomRecord:
        """Store a folder likewise."""
        root = self._folder / f"folder-{len(list(self._folder.iterdir()))}"
        for name, data in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(data)
        return self.stored(root, None, **facts)

    def given(self, atom: AtomRecord) -> AtomRecord:
        """Let an atom be known that no run made."""
        return self.ledger.add_atom(atom)

    def run(  # noqa: PLR0913 - what a run can differ in
        self,
        task: str,
        inputs: Mapping[str, AtomRecord] | None = None,
        outputs: Mapping[str, AtomRecord] | None = None,
        *,
        params: Mapping[str, Json] | None = None,
        code: Mapping[str, tuple[str, str]] | None = None,
        depends_on: Mapping[str, str] | None = None,
        status: str = "completed",
        **changes: Json,
    ) -> Run:
        """Record a run, and how it ended unless it still runs.

        Args:
            task: The key of its task.
            inputs: What it takes, by name.
            outputs: What it makes, by name.
            params: Its parameters.
            code: The digest and the source of each part of its code, by name.
            depends_on: As in the parts of a fingerprint.
            status: How it ends.
            changes: To what the run is otherwise.
        """
        inputs, outputs = inputs or {}, outputs or {}
        texts, digest = self._code(code or {})
        parts = {
            "action": f"pkg.steps.{task}",
            "params": params or {},
            "inputs": {name: atom.content for name, atom in inputs.items()},
            "outputs": None,
            "code": digest,
            "depends_on": depends_on or {},
            "python": "3.11",
        }
        run = self._begun(task, params or {}, parts)
        run = replace(run, **changes)
        ids = {name: atom.id for name, atom in inputs.items()}
        assert self.ledger.acquire([Claim(run, ids, parts, texts)], fresh=True) == {
            run.id: None
        }
        if status != "running":
            ending = Ending(
                run.id, status, run.started_at + 30, cpu_seconds=1.5, outputs=outputs
            )
            assert not self.ledger.commit([ending])
        return self.ledger.get(run.id)

    def started(self, task: str) -> Run:
        """Record a run that nothing may be taken from, as those of jobs are."""
        run = replace(self._begun(task, {}, {}), fingerprint=None)
        self.ledger.start(run)
        return run

    def cached(self, task: str, origin: Run) -> Run:
        """Record a run that took the outputs of another."""
        catalog = self.catalog
        run = replace(
            self._begun(task, origin.params, {}),
            fingerprint=origin.fingerprint,
            status="cached",
            cached_from=origin.id,
        )
        run = replace(run, finished_at=run.started_at)
        inputs = {name: atom.id for name, atom in catalog.inputs(origin.id).items()}
        outputs = {name: atom.id for name, atom in catalog.outputs(origin.id).items()}
        self.ledger.commit(reused=[Reuse(run, inputs, outputs)])
        return run

    def _begun(
        self, task: str, params: Mapping[str, Json], parts: Mapping[str, Json]
    ) -> Run:
        self._clock += 60
        return Run(
            id=sha256(f"{task} {self._clock}")[:32],
            plan_id="plan",
            kind="workflow",
            name="demo",
            task=task,
            command=f"pkg.steps.{task}()",
            cwd="/project",
            provenance=Provenance(
                host="node-1",
                user=USER,
                git_commit="c0ffee",
                git_dirty=True,
                python="3.11.9",
                sweepflow="0.3.0",
                packages=self.ledger.text(INSTALLED),
            ),
            started_at=self._clock,
            driver="driver",
            params=params,
            fingerprint=sha256(canonical_json(parts)),
        )

    def _code(self, code: Mapping[str, tuple[str, str]]) -> tuple[dict[str, str], str]:
        texts = {sha256(source): source for _, source in code.values()}
        listing = {name: [part, sha256(text)] for name, (part, text) in code.items()}
        digest = sha256(canonical_json({n: part for n, (part, _) in code.items()}))
        return texts | {digest: canonical_json(listing)}, digest

    def stored(self, path: Path, name: str | None, **facts: Json) -> AtomRecord:
        """Store what is at a path likewise."""
        stored = self.objects.put(path)
        kind = facts.pop("type", "dataset")
        output = Output("", kind, stored.digest, stored.size, name, **facts)
        return AtomRecord.of(output, USER, self._clock)
