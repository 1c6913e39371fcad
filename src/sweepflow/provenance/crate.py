"""A run with all that it came from, as a Provenance Run Crate."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sweepflow.errors import StoreError
from sweepflow.provenance import things
from sweepflow.provenance.document import METADATA, library, render
from sweepflow.provenance.entities import describe
from sweepflow.provenance.files import atom_path, make_files
from sweepflow.provenance.graph import clean
from sweepflow.provenance.history import trace
from sweepflow.provenance.payload import SUMS, FolderSink, Payload, ZipSink

if TYPE_CHECKING:
    from collections.abc import Generator

    from sweepflow.provenance.graph import Graph
    from sweepflow.provenance.payload import Sink
    from sweepflow.store.store import Store


def export(
    store: Store, run_id: str, target: Path, *, license_url: str | None = None
) -> None:
    """Write a run, with the runs and atoms that it came from, as a crate.

    The crate is of the profile Provenance Run Crate 0.5. It holds the bytes of all the
    atoms, each hashed on the way. A cached run stands for the one that it was cached
    from. The same run makes the same crate.

    Args:
        store: What holds the run.
        run_id: Its id, or the beginning of it.
        target: The folder to make, or the zip file where it ends with `.zip`.
        license_url: Of the license that the crate is under.

    Raises:
        RunNotFoundError: There is no such run, or more than one.
        StoreError: The target exists or cannot be written, a run has no end, or the
            bytes of an atom are missing or damaged. Then there is no target.
    """
    library()  # rather than to miss it when all has been copied
    history = trace(store.catalog, run_id)
    files = make_files(history, store.catalog.text)
    graph = describe(history, files)
    with _beside(target) as sink:
        payload = Payload(sink)
        held = [SUMS]
        for atom in history.atoms().values():
            payload.copy(store.objects, atom, atom_path(atom))
            held.append(things.atom_id(atom))
        for path, text in files.texts.items():
            data = clean(text).encode()
            digest = payload.write(path, [data])
            things.add_text(graph, path, digest, len(data))
            held.append(things.data_id(path))
        things.add_text(graph, SUMS)
        metadata = render(history, graph, license_url)
        _check(graph, held)
        payload.write(METADATA, [metadata])
        payload.write_sums()


def _check(graph: Graph, held: list[str]) -> None:
    """See that a reader can follow all that happened."""
    if problems := graph.problems(held):
        raise StoreError(
            f"the record of the run is not whole: {'; '.join(problems[:3])}",
            hint="`sweepflow atoms verify` tells what else is damaged",
        )


@contextmanager
def _beside(target: Path) -> Generator[Sink]:
    """Build the target beside its place, and put it there once it is whole."""
    if os.path.lexists(target):
        raise StoreError(f"{target} exists", hint="name a path where nothing is")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".sweepflow-", dir=target.parent))
        try:
            built = temporary / "crate"
            if target.suffix == ".zip":
                with zipfile.ZipFile(built, "x") as archive:
                    yield ZipSink(archive)
            else:
                built.mkdir()
                yield FolderSink(built)
            built.rename(target)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        raise StoreError(
            f"cannot write {target}: {error.strerror or error}",
            hint="make room or choose another place, then do it again",
        ) from error
