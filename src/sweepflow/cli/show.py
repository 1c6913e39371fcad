"""`sweepflow show`: the project as it was loaded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from sweepflow.cli.options import File, Json, project_around
from sweepflow.cli.text import print_json

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.project import Job, NamedWorkflow, Project
    from sweepflow.workflow import Step
    from sweepflow.workflow.discovery import Found

_PUBLIC: Final = re.compile(r"(?:[^/?#@]*@)?([^?#@]*)(?:[?#][^@]*)?")


def show(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="Only this job or workflow, in detail."),
    ] = None,
    *,
    as_json: Json = False,
    file: File = None,
) -> None:
    """Print the project as it was loaded, or one job or workflow."""
    if name is None:
        from sweepflow.project import load

        project = load(file)
        facts = _of_project(project)
    else:
        project = project_around(file)
        facts = _of_name(name, project)
    if as_json:
        print_json({"file": str(project.file) if project else None, **facts})
        return
    import yaml

    if project:
        typer.echo(f"# {project.file}")
    text = yaml.safe_dump(facts, sort_keys=False, allow_unicode=True)
    typer.echo(text, nl=False)


def _of_project(project: Project) -> dict[str, Any]:
    places = {
        "store": project.store,
        "ledger": project.ledger,
        "objects": project.objects,
    }
    named = {one.name: _of_named(one) for one in project.workflows.values()}
    return {
        **{key: _without_secrets(place) for key, place in places.items() if place},
        "jobs": {job.name: _of_job(job) for job in project.jobs.values()},
        **({"workflows": named} if named else {}),
    }


def _of_name(name: str, project: Project | None) -> dict[str, Any]:
    if project and name in project.jobs:
        return {"jobs": {name: _of_job(project.jobs[name])}}
    from sweepflow.workflow.discovery import find_workflow

    found = find_workflow(name, project, jobs=project.jobs if project else ())
    return {"workflows": {name: _of_workflow(found)}}


def _of_job(job: Job) -> dict[str, Any]:
    """Give a job as one would write it, without what is not there."""
    facts = job.model_dump(mode="json", exclude={"name"}, exclude_defaults=True)
    return {job.mode: facts.pop(job.mode), **facts}


def _of_named(one: NamedWorkflow) -> str | dict[str, str]:
    facts = {"workflow": one.workflow, "config": one.config}
    return facts if one.config else one.workflow


def _of_workflow(found: Found) -> dict[str, Any]:
    workflow, listing = found.workflow, found.listing
    return {
        "workflow": listing.ref,
        "config": str(listing.config) if listing.config else None,
        "inputs": dict(workflow.input_atom_types),
        "steps": {step.name: _of_step(step) for step in workflow.steps},
    }


def _of_step(step: Step) -> dict[str, Any]:
    """Give a step; outputs of None are those that it does not declare."""
    from sweepflow.workflow.references import name_of, users_function

    outputs = step.output_atom_types
    kind = step.config_class
    return {
        "function": name_of(users_function(step.function)),
        "inputs": dict(step.input_atom_types),
        "outputs": None if outputs is None else dict(outputs),
        "config_class": None if kind is None else name_of(kind),
    }


def _without_secrets(place: Path | str) -> str:
    """Give a path, or an address without its user and its options."""
    if not isinstance(place, str):
        return str(place)
    scheme, _, rest = place.partition("://")
    # A mark that stands in the password itself makes nothing of it certain.
    found = _PUBLIC.fullmatch(rest)
    return f"{scheme}://{found[1] if found else '…'}"
