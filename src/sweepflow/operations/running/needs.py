"""What a run requires, put into its folder."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sweepflow.errors import StoreError
from sweepflow.operations.requirements import (
    Places,
    RequirementError,
    Upstream,
    resolve,
)
from sweepflow.operations.running.folder import Prepared
from sweepflow.operations.running.log import tell, warn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from sweepflow.operations.running.config import Need
    from sweepflow.store.records import Json
    from sweepflow.store.store import Store


@dataclass(frozen=True, slots=True)
class Needs:
    """The requirements of a run, and where they come from.

    Args:
        needs: In order.
        project: The folder that the operation is from.
        store: With the runs that are required.
        origins: The ids of these runs, by the names of the requirements.
        flags: Values that go into configuration files.
    """

    needs: tuple[Need, ...]
    project: Path
    store: Store
    origins: Mapping[str, str] = field(default_factory=dict[str, str])
    flags: Mapping[str, Json] = field(default_factory=dict[str, "Json"])

    def place(
        self, folder: Path, before: Prepared | None = None, *, again: bool = False
    ) -> list[dict[str, Json]]:
        """Put them into the folder of a run; give what is to be recorded of each.

        Warnings go to standard error.

        Args:
            folder: Of the run.
            before: What was put there at an earlier start. It stays, but for what is
                always resolved, is from elsewhere now, is made of flags, or is not
                required any more.
            again: Whether there was an earlier start; what is there and nobody knows of
                then gives way.

        Raises:
            RequirementError: One cannot be had, or cannot be put there.
            ProjectError: A configuration file is none.
            StoreError: What a required run made is not in the store any more.
        """
        return list(self.each(folder, before, again=again))

    def each(
        self, folder: Path, before: Prepared | None = None, *, again: bool = False
    ) -> Iterator[dict[str, Json]]:
        """Do the same, and tell of each when it is there; see `place`."""
        known = {one["name"]: one for one in before.requirements} if before else {}
        for name in known.keys() - {need.name for need in self.needs}:
            _remove(folder, known[name])
        places = Places(self.project, folder, self.store.home.root / "downloads")
        for need in self.needs:
            old = known.get(need.name)
            if old is None:
                yield self._place(need, places, replace=again)
            elif self._is_other(need, old):
                _remove(folder, old)
                yield self._place(need, places, replace=True)
            elif need.always_resolve or old["skipped"]:
                yield self._place(need, places, old)
            else:
                yield old

    def _is_other(self, need: Need, old: Mapping[str, Json]) -> bool:
        """Whether something else is wanted than was placed before."""
        if need.given and need.kind != "config":
            given = str(self.project / need.given)
            return given not in {put["source"] for put in old["placed"]}
        return need.kind == "config" or old["run"] != self.origins.get(need.name)

    def _place(
        self,
        need: Need,
        places: Places,
        old: Mapping[str, Json] | None = None,
        *,
        replace: bool = False,
    ) -> dict[str, Json]:
        run = self.origins.get(need.name)
        if replace:
            need = dataclasses.replace(need, replace_existing=True)
        done = resolve(
            need,
            places,
            upstream=_upstream(self.store, run) if run else None,
            given=self.project / need.given if need.given else None,
            flags=self.flags,
        )
        for warning in done.warnings:
            warn(warning)
        if done.skipped:
            tell(done.skipped)
        placed = [
            {"path": put.path, "source": str(put.source), "how": put.how}
            for put in done.placed
        ]
        return {
            **need.told(run),
            "placed": placed + _left(old, placed),
            "skipped": done.skipped,
        }


def _left(
    old: Mapping[str, Json] | None, placed: Iterable[Mapping[str, Json]]
) -> list[Any]:
    """Give what was placed before, and not again."""
    paths = {put["path"] for put in placed}
    return [put for put in old["placed"] if put["path"] not in paths] if old else []


def _remove(folder: Path, old: Mapping[str, Json]) -> None:
    """Remove what was placed before, unless the run has put a link in its way."""
    for put in old["placed"]:
        place = folder / put["path"]
        if not place.parent.resolve().is_relative_to(folder.resolve()):
            continue
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)


def _upstream(store: Store, run_id: str) -> Upstream:
    folder = store.home.run(run_id)
    if not folder.is_dir():
        _bring_back(store, run_id, folder)
    prepared = Prepared.of(folder)
    if prepared is not None:
        return Upstream(folder, prepared.inputs)
    # Such as one with steps, which no process of its own has prepared.
    return Upstream(folder, store.reader.get(run_id).facts.get("inputs", ()))


def _bring_back(store: Store, run_id: str, folder: Path) -> None:
    """Make the folder of a run again, of what it made.

    Raises:
        RequirementError: Nothing of that is known.
        StoreError: It is not in the store any more.
    """
    outputs = store.catalog.outputs(run_id)
    if not outputs:
        raise RequirementError(
            f"the folder of run {run_id} is gone, and nothing that it made is stored",
            hint="run the required operation again, or name another run of it",
        )
    home = store.home
    try:
        home.workspace.mkdir(parents=True, exist_ok=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=home.workspace))
    except OSError as error:
        raise StoreError(f"cannot write to {home.root}: {error.strerror}") from None
    try:
        built = temporary / run_id
        built.mkdir()
        for name, atom in outputs.items():
            store.objects.materialize(atom.digest, built / name)
        Prepared().save(built)
        if not folder.is_dir():
            built.rename(folder)
    except OSError as error:
        if not folder.is_dir():  # else another process was quicker
            raise StoreError(f"cannot write {folder}: {error.strerror}") from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
