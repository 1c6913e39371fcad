"""`sweepflow workflow`: list, run, check, describe and draw workflows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sweepflow.cli.options import (
    Config,
    ConfigValues,
    DryRun,
    Executor,
    FailFast,
    File,
    Force,
    Inputs,
    Jobs,
    Json,
    NoCache,
    PlanJson,
    SizeLimit,
    Stages,
    User,
    project_around,
)
from sweepflow.cli.text import print_json, print_table, visible
from sweepflow.cli.workflow_run import Request, run_found

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.project import Project
    from sweepflow.workflow.discovery import Found, Listing

app = typer.Typer(
    help="List, run, check and draw workflows.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help="The workflow's name, or package.module:attribute."
    ),
]
JsonSchema = Annotated[bool, typer.Option("--json-schema", help="Print a JSON Schema.")]
Yaml = Annotated[
    bool, typer.Option("--yaml", help="Print a config to fill in; what it does anyway.")
]
Format = Annotated[
    Literal["text", "mermaid", "dot"], typer.Option("--format", help="How to draw it.")
]


@app.command("list")
def list_(*, as_json: Json = False, file: File = None) -> None:
    """List the workflows of the project and of installed packages."""
    from sweepflow.workflow.discovery import list_workflows

    found = list_workflows(project_around(file))
    if as_json:
        print_json([_to_json(one) for one in found])
    elif not found:
        typer.echo("no workflows", err=True)
    else:
        rows = [
            (visible(one.name), visible(one.ref), visible(one.source or ""))
            for one in found
        ]
        print_table(("workflow", "where", "named by"), rows)


@app.command("run")
def run(  # noqa: PLR0913 - the options of the command
    name: Name,
    overrides: ConfigValues = None,
    *,
    config: Config = None,
    user: User = None,
    inputs: Inputs = None,
    stages: Stages = None,
    limit: SizeLimit = None,
    force: Force = False,
    no_cache: NoCache = False,
    jobs: Jobs = None,
    executor: Executor = None,
    fail_fast: FailFast = False,
    dry_run: DryRun = False,
    as_json: PlanJson = False,
    file: File = None,
) -> None:
    """Run a workflow; what is known already is taken from the cache."""
    request = Request(
        overrides=overrides or (),
        config=config,
        user=user,
        inputs=inputs or (),
        stages=stages,
        limit=limit,
        force=force,
        no_cache=no_cache,
        jobs=jobs,
        executor=executor,
        fail_fast=fail_fast,
        dry_run=dry_run,
        as_json=as_json,
    )
    request.check()
    project, found = _find(name, file)
    raise typer.Exit(run_found(found, project, request))


@app.command("validate")
def validate(
    name: Name,
    overrides: ConfigValues = None,
    *,
    config: Config = None,
    file: File = None,
) -> None:
    """Check a workflow's config without running anything."""
    from sweepflow.workflow.resolve import load_config

    _, found = _find(name, file)
    source = config or found.listing.config
    load_config(found.workflow, source, overrides or ())
    which = source or "the config"
    typer.echo(f"{which} is valid for workflow {found.workflow.name!r}")


@app.command("schema")
def schema(
    name: Name,
    *,
    json_schema: JsonSchema = False,
    yaml: Yaml = False,
    file: File = None,
) -> None:
    """Print what a workflow's config may say, with comments and defaults."""
    from sweepflow.workflow import schema as schemas

    if json_schema and yaml:
        raise typer.BadParameter("choose one of --json-schema and --yaml")
    _, found = _find(name, file)
    if json_schema:
        print_json(schemas.schema(found.workflow))
    else:
        typer.echo(schemas.template(found.workflow), nl=False)


@app.command("graph")
def graph(name: Name, *, form: Format = "text", file: File = None) -> None:
    """Draw the graph of a workflow's steps."""
    from sweepflow.workflow import graph as graphs

    draw = {
        "text": graphs.graph_text,
        "mermaid": graphs.graph_mermaid,
        "dot": graphs.graph_dot,
    }
    _, found = _find(name, file)
    typer.echo(draw[form](found.workflow), nl=False)


def _find(name: str, file: Path | None) -> tuple[Project | None, Found]:
    from sweepflow.workflow.discovery import find_workflow

    project = project_around(file)
    return project, find_workflow(name, project)


def _to_json(one: Listing) -> dict[str, Any]:
    return {
        "name": one.name,
        "workflow": one.ref,
        "source": one.source,
        "config": str(one.config) if one.config else None,
    }
