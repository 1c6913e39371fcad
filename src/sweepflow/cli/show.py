"""`sweepflow show`: the project as it was loaded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from sweepflow.cli.operation_facts import facts_of, graph_facts, graph_text, summary
from sweepflow.cli.options import File, Json, project_around, tell_warnings
from sweepflow.cli.text import print_json
from sweepflow.errors import PlanError

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.project import Job, NamedWorkflow, Project
    from sweepflow.project.operations.book import Operations
    from sweepflow.project.operations.graph import Graph
    from sweepflow.project.operations.models import Operation
    from sweepflow.workflow import Step
    from sweepflow.workflow.discovery import Found

_PUBLIC: Final = re.compile(r"(?:[^/?#@]*@)?([^?#@]*)(?:[?#][^@]*)?")


def show(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="Only this job, operation or workflow, in detail."
        ),
    ] = None,
    *,
    graph: Annotated[
        bool,
        typer.Option("--graph", help="Draw what operations require and have as steps."),
    ] = False,
    as_json: Json = False,
    file: File = None,
) -> None:
    """Print the project as it was loaded, or one job, operation or workflow."""
    if name is None:
        from sweepflow.project import load

        project = load(file)
        shown = _graph_of_all(project) if graph else _of_project(project)
    else:
        project = project_around(file)
        shown = _graph_of(name, project) if graph else _of_name(name, project)
    if as_json:
        facts = shown if isinstance(shown, dict) else graph_facts(shown)
        print_json({"file": str(project.file) if project else None, **facts})
        return
    if project:
        typer.echo(f"# {project.file}")
    if isinstance(shown, dict):
        import yaml

        text = yaml.safe_dump(shown, sort_keys=False, allow_unicode=True)
    else:
        text = graph_text(shown)
    typer.echo(text, nl=False)


def _of_project(project: Project) -> dict[str, Any]:
    places = {
        "store": project.store,
        "ledger": project.ledger,
        "objects": project.objects,
    }
    named = {one.name: _of_named(one) for one in project.workflows.values()}
    operations = _operations_of(project)
    return {
        **{key: _without_secrets(place) for key, place in places.items() if place},
        "jobs": {job.name: _of_job(job) for job in project.jobs.values()},
        **({"operations": operations} if operations else {}),
        **({"workflows": named} if named else {}),
    }


def _operations_of(project: Project) -> dict[str, Any]:
    from sweepflow.project.operations.find import refuse_clashes

    operations = project.operations
    refuse_clashes(project, operations.all)
    tell_warnings(operations)
    return {name: summary(one) for name, one in operations.all.items()}


def _of_name(name: str, project: Project | None) -> dict[str, Any]:
    if found := _operation(name, project):
        operations, one = found
        return {"operations": {one.full_name: facts_of(operations, one)}}
    if project and name in project.jobs:
        return _of_job_alone(project, project.jobs[name])
    from sweepflow.workflow.discovery import find_workflow

    others = (*project.jobs, *project.operations.all) if project else ()
    found = find_workflow(name, project, others=others)
    return {"workflows": {name: _of_workflow(found)}}


def _graph_of_all(project: Project) -> Graph:
    from sweepflow.project.operations.graph import graph_of

    operations = project.operations
    tell_warnings(operations)
    return graph_of(operations, operations.all.values())


def _graph_of(name: str, project: Project | None) -> Graph:
    from sweepflow.project import load
    from sweepflow.project.operations.graph import graph_of

    if found := _operation(name, project):
        operations, one = found
        return graph_of(operations, [one])
    project = project or load()  # which says that there is none
    if name in project.workflows:
        hint = f"sweepflow workflow graph {name} draws it"
        raise PlanError(f"{name!r} is a workflow, not an operation", hint=hint)
    if name in project.jobs:
        hint = "sweepflow show --graph draws all operations"
        raise PlanError(f"{name!r} is a job, not an operation", hint=hint)
    return graph_of(project.operations, [project.operations.operation(name)])


def _operation(
    name: str, project: Project | None
) -> tuple[Operations, Operation] | None:
    from sweepflow.project.find import working_directory
    from sweepflow.project.operations.find import find_operation

    found = find_operation(project, name, working_directory())
    if found:
        tell_warnings(found[0])
    return found


def _of_job(job: Job) -> dict[str, Any]:
    """Give a job as one would write it, without what is not there."""
    facts = job.model_dump(mode="json", exclude={"name"}, exclude_defaults=True)
    return {job.mode: facts.pop(job.mode), **facts}


def _of_job_alone(project: Project, job: Job) -> dict[str, Any]:
    """Give a job with the operation or the workflow that it is of."""
    from sweepflow.cli.job_targets import target_operation, target_workflow

    shown: dict[str, Any] = {"jobs": {job.name: _of_job(job)}}
    if job.mode == "operation":
        operations, one = target_operation(project, job)
        tell_warnings(operations)
        shown["operations"] = {one.full_name: facts_of(operations, one)}
    elif job.mode == "workflow":
        found = target_workflow(project, job)
        shown["workflows"] = {found.listing.name: _of_workflow(found)}
    return shown


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
