"""Where atoms come from, and what comes from them: a graph of atoms and runs."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sweepflow.atom.atom import Atom
    from sweepflow.store.catalog import Catalog
    from sweepflow.store.records import AtomRecord, Json, Run
    from sweepflow.store.store import Store


@dataclass(frozen=True, slots=True)
class Edge:
    """What went in or came out, in the direction in which the work was done.

    Args:
        source: Id of an atom that a run read, or of a run that made an atom.
        target: Id of that run, or of that atom.
        name: Of the input or output.
    """

    source: str
    target: str
    name: str


@dataclass(frozen=True, slots=True)
class Lineage:
    """All that an atom came from, or all that came from it; each thing once.

    Args:
        root: Id of the atom.
        down: Whether it shows what came from the atom.
        atoms: By id, the root first, what is nearer before what is farther.
        runs: By id, likewise.
        edges: Between these.
        also_made_by: Per atom, ids of the runs that made the same content again.
            What those read is left out.
    """

    root: str
    down: bool
    atoms: Mapping[str, Atom]
    runs: Mapping[str, Run]
    edges: Sequence[Edge]
    also_made_by: Mapping[str, Sequence[str]]

    def to_text(self) -> str:
        """Draw it as a tree for people to read."""
        from sweepflow.atom.drawing import draw_tree

        return draw_tree(self)

    def to_mermaid(self) -> str:
        """Draw it as a flow chart in Mermaid's language."""
        from sweepflow.atom.drawing import draw_mermaid

        return draw_mermaid(self)

    def to_json(self) -> dict[str, Json]:
        """Give it as data that JSON can say."""
        return {
            "root": self.root,
            "direction": "down" if self.down else "up",
            "atoms": [
                {
                    "id": atom.id,
                    "type": atom.type,
                    "user": atom.user,
                    "created_at": atom.created_at.isoformat(),
                    "digest": atom.digest,
                    "size": atom.size,
                    "tags": list(atom.tags),
                    "also_made_by": list(self.also_made_by.get(atom.id, ())),
                }
                for atom in self.atoms.values()
            ],
            "runs": [
                {
                    "id": run.id,
                    "workflow": run.name,
                    "task": run.task,
                    "status": run.status,
                }
                for run in self.runs.values()
            ],
            "edges": [
                {"source": edge.source, "target": edge.target, "name": edge.name}
                for edge in self.edges
            ],
        }


def first_maker(
    atom: AtomRecord, makers: Sequence[Run]
) -> tuple[Run | None, Sequence[Run]]:
    """Give the run that an atom came from, and the runs that made the same again.

    A run that started when the atom was there already did not bring it about: without
    this rule, a step that passes its input on would be its own ancestor.

    Args:
        atom: That was made.
        makers: Of it, oldest first.
    """
    for index, run in enumerate(makers):
        if run.started_at <= atom.created_at:
            return run, [*makers[:index], *makers[index + 1 :]]
    return None, makers


def ancestors(atom: Atom, store: Store) -> Lineage:
    """Follow an atom to what it came from."""
    walk = _Walk(atom, store)
    makers: dict[str, str] = {}
    also_made_by: dict[str, Sequence[str]] = {}
    for current in walk:
        maker, others = first_maker(current.record, walk.catalog.makers(current.id))
        if others:
            also_made_by[current.id] = [run.id for run in others]
        if maker is not None:
            makers[current.id] = maker.id
            inputs, _ = walk.visit(maker)
            walk.reach(inputs)
    edges = [
        edge
        for edge in walk.edges
        if edge.target in walk.runs or makers.get(edge.target) == edge.source
    ]
    return Lineage(atom.id, False, walk.atoms, walk.runs, edges, also_made_by)


def descendants(atom: Atom, store: Store) -> Lineage:
    """Follow an atom to what came from it."""
    walk = _Walk(atom, store)
    for current in walk:
        for run in walk.catalog.readers(current.id):
            _, outputs = walk.visit(run)
            walk.reach(outputs)
    reached = walk.atoms.keys() | walk.runs.keys()
    edges = [edge for edge in walk.edges if edge.source in reached]
    return Lineage(atom.id, True, walk.atoms, walk.runs, edges, {})


class _Walk:
    """Atoms in the order in which they are reached, and what is seen on the way."""

    def __init__(self, root: Atom, store: Store) -> None:
        self.catalog: Catalog = store.catalog
        self.atoms = {root.id: root}
        self.runs: dict[str, Run] = {}
        self.edges: list[Edge] = []
        """All of each run, also those from and to atoms that are not reached."""
        self._root = root
        self._store = store
        self._ahead = deque([root])

    def __iter__(self) -> Iterator[Atom]:
        while self._ahead:
            yield self._ahead.popleft()

    def visit(self, run: Run) -> tuple[Iterable[AtomRecord], Iterable[AtomRecord]]:
        """Give what a run read and what it made; nothing if it was visited before."""
        if run.id in self.runs:
            return (), ()
        self.runs[run.id] = run
        inputs, outputs = self.catalog.inputs(run.id), self.catalog.outputs(run.id)
        self.edges += [Edge(atom.id, run.id, name) for name, atom in inputs.items()]
        self.edges += [Edge(run.id, atom.id, name) for name, atom in outputs.items()]
        return inputs.values(), outputs.values()

    def reach(self, records: Iterable[AtomRecord]) -> None:
        for record in records:
            if record.id not in self.atoms:
                atom = self._root.from_record(record, self._store)
                self.atoms[record.id] = atom
                self._ahead.append(atom)
