"""Workflows by name: those of the project, of installed packages, and by import path.

Only what is asked for is imported: the names alone cost no import.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sweepflow.errors import PlanError
from sweepflow.project.find import find, working_directory
from sweepflow.workflow.names import did_you_mean, nearest

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from sweepflow.errors import Place, SweepflowError
    from sweepflow.project import Project
    from sweepflow.workflow.workflow import Workflow

GROUP: Final = "sweepflow.workflows"
"""The entry points by which packages offer their workflows."""

_FORM: Final = "write package.module:attribute, such as training.flows:pipeline"


@dataclass(frozen=True, slots=True)
class Listing:
    """A workflow that can be run, and where it is; it may not be there at all.

    Args:
        name: By which it is run; an import path is its own name.
        ref: Where it is, as `package.module:attribute`.
        source: The file or the package that gives it the name; None for an import path.
        config: The file with the config that it has unless told otherwise.
        place: Where a project's file says so.
    """

    name: str
    ref: str
    source: str | None = None
    config: Path | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A workflow, and by which name it was found."""

    workflow: Workflow
    listing: Listing


def list_workflows(project: Project | None) -> list[Listing]:
    """Give the workflows of a project, then those of installed packages.

    Of two with the same name, the project's is the one that runs.
    """
    own = _own(project)
    return [*own.values(), *(one for one in _installed() if one.name not in own)]


def find_workflow(
    name: str, project: Project | None, *, others: Collection[str] | None = None
) -> Found:
    """Give the workflow of a name or at an import path.

    Args:
        name: Of the project's workflows, else of those of installed packages; or
            `package.module:attribute`.
        project: The project, if there is one.
        others: The jobs and operations that the name could have meant as well; None
            where it could not.

    Raises:
        PlanError: There is none, or it cannot be imported.
        ProjectError: There is none, nor a project that could name one.
    """
    listing = _look_up(name, project)
    if listing is None:
        raise _unknown(name, project, others)
    return Found(_load(listing, project), listing)


def _own(project: Project | None) -> dict[str, Listing]:
    if project is None:
        return {}
    return {
        name: Listing(
            name,
            one.workflow,
            project.file.name,
            project.root / one.config if one.config else None,
            project.place("workflows", name),
        )
        for name, one in project.workflows.items()
    }


def _installed(name: str | None = None) -> list[Listing]:
    """Give the workflows of installed packages: all of them, or those of a name."""
    from importlib.metadata import entry_points

    listings = {
        Listing(one.name, f"{one.module}:{one.attr}", one.dist and one.dist.name)
        for one in entry_points(group=GROUP)
        if name in {None, one.name}
    }
    return sorted(listings, key=lambda one: (one.name, one.source or ""))


def _look_up(name: str, project: Project | None) -> Listing | None:
    if own := _own(project).get(name):
        return own
    if ":" in name:
        return Listing(name, name)
    installed = _installed(name)
    if len(installed) > 1:
        raise PlanError(
            f"{' and '.join(f'{one.source}' for one in installed)} both have a "
            f"workflow {name!r}",
            hint=f"write {' or '.join(one.ref for one in installed)}",
        )
    return installed[0] if installed else None


def _unknown(
    name: str, project: Project | None, others: Collection[str] | None
) -> SweepflowError:
    if project and name in project.jobs:
        return PlanError(
            f"{name!r} is a job, not a workflow", hint=f"sweepflow run {name} runs it"
        )
    names = [one.name for one in list_workflows(project)]
    if project is None and nearest(name, names) is None:
        find()  # which says what was looked for, and where
    what, many = "workflow", "workflows"
    if others is not None:
        what, many = "job, operation or workflow", "names"
        names = [*others, *names]
    where = f" in {project.file}" if project else ""
    return PlanError(f"no {what} {name!r}{where}", hint=did_you_mean(name, names, many))


def _load(listing: Listing, project: Project | None) -> Workflow:
    from sweepflow.project.models import is_reference
    from sweepflow.workflow.importing import NotFoundError, import_reference
    from sweepflow.workflow.workflow import Workflow

    if not is_reference(listing.ref):
        raise PlanError(f"{listing.ref!r} names no workflow", hint=_FORM)
    root = working_directory() if project is None else project.root
    try:
        found = import_reference(listing.ref, root)
    except NotFoundError as error:
        hint = error.hint
        if error.module:
            there = vars(error.module).items()
            names = [name for name, one in there if isinstance(one, Workflow)]
            wanted = listing.ref.partition(":")[2]
            hint = did_you_mean(wanted, names, "workflows in it")
        raise PlanError(error.message, place=listing.place, hint=hint) from None
    if not isinstance(found, Workflow):
        raise PlanError(
            f"{listing.ref} is of type {type(found).__name__}, not a Workflow",
            place=listing.place,
            hint="name a Workflow that stands in the module",
        )
    return found
