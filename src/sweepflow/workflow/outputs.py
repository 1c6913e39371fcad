"""From what a step returned to stored outputs, or to a clear word about it."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, cast

from sweepflow.atom.checks import check_metadata, check_tags, check_type
from sweepflow.atom.errors import AtomError
from sweepflow.store.records import Output
from sweepflow.workflow.errors import StepResultError
from sweepflow.workflow.steps import AtomConstructor

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from sweepflow.store.objects import ObjectStore

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_HINT = "return a list with an AtomConstructor for each thing that the step made"


def collect(
    returned: object,
    workspace: Path,
    declared: Mapping[str, str] | None,
    objects: ObjectStore,
) -> tuple[Output, ...]:
    """Check what a step returned, all of it, and then store it.

    Args:
        returned: By the step's function.
        workspace: Within which all of it has to be.
        declared: The types of what it should be, by name, where that is known.
        objects: Where its bytes go.

    Raises:
        StepResultError: It is not what it should be; the message has every problem.
        StoreError: It cannot be stored.
    """
    atoms = _constructors(returned)
    problems = [*_naming(atoms, declared)]
    for atom in atoms:
        problems += _flaws(atom, workspace)
    if problems:
        raise StepResultError("\n".join(problems))
    return tuple(_stored(atom, workspace, objects) for atom in atoms)


def _constructors(returned: object) -> Sequence[AtomConstructor]:
    if not isinstance(returned, list | tuple):
        kind = "nothing" if returned is None else f"a {type(returned).__name__}"
        raise StepResultError(f"the step returned {kind}", hint=_HINT)
    for item in cast("Sequence[object]", returned):
        if not isinstance(item, AtomConstructor):
            raise StepResultError(
                f"the step returned a list with a {type(item).__name__} in it",
                hint=_HINT,
            )
    return cast("Sequence[AtomConstructor]", returned)


def _naming(
    atoms: Sequence[AtomConstructor], declared: Mapping[str, str] | None
) -> Iterator[str]:
    counts = Counter(str(atom.name) for atom in atoms)
    for name, count in counts.items():
        if count > 1:
            yield f"the step returned {count} outputs of the name {name!r}: rename them"
    if declared is None:
        return
    for name in declared.keys() - counts.keys():
        yield f"the step did not return {name!r}, which it declares"
    for name in counts.keys() - declared.keys():
        known = ", ".join(declared) or "nothing"
        yield f"the step returned {name!r}, but declares {known}"
    for atom in atoms:
        kind = declared.get(atom.name, atom.type)
        if kind != atom.type:
            yield (
                f"the step returned {atom.name!r} of type {atom.type!r}, "
                f"but declares it of type {kind!r}"
            )


def _flaws(atom: AtomConstructor, workspace: Path) -> Iterator[str]:
    name = cast("object", atom.name)  # whatever the step has put there
    if not (isinstance(name, str) and _NAME.fullmatch(name)):
        yield (
            f"{atom.name!r} is no name of an output: use letters, digits, '_', '-' "
            "and '.', with a letter or '_' in front"
        )
    for check in (
        lambda: check_type(atom.type),
        lambda: check_tags(atom.tags),
        lambda: check_metadata(atom.metadata),
    ):
        try:
            check()
        except AtomError as error:
            yield f"output {atom.name!r}: {error.message}"
    path = _path(atom, workspace)
    if not path.exists():
        yield f"output {atom.name!r}: there is no file or folder {path}"
    elif not _is_within(path, workspace):
        yield (
            f"output {atom.name!r}: {path} is not in the step's workspace: "
            "write it below temp_workspace"
        )


def _is_within(path: Path, workspace: Path) -> bool:
    if path.parent == workspace and path.name != ".." and not path.is_symlink():
        return True  # as nearly always; links take long to follow
    return path.resolve().is_relative_to(workspace.resolve())


def _path(atom: AtomConstructor, workspace: Path) -> Path:
    return workspace / atom.path  # one that is absolute stays as it is


def _stored(atom: AtomConstructor, workspace: Path, objects: ObjectStore) -> Output:
    path = _path(atom, workspace)
    stored = objects.put(path, durable=False)
    return Output(
        name=atom.name,
        type=atom.type,
        digest=stored.digest,
        size=stored.size,
        filename=None if path.is_dir() else path.name,
        tags=check_tags(atom.tags),
        metadata=check_metadata(atom.metadata),
    )
