"""`sweepflow show`: the project as it was loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sweepflow.cli.options import File, Json
from sweepflow.cli.text import print_json

if TYPE_CHECKING:
    from sweepflow.project import Job


def show(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Only this job.")
    ] = None,
    *,
    as_json: Json = False,
    file: File = None,
) -> None:
    """Print the project as it was loaded, or one job of it."""
    from sweepflow.jobs import find_job
    from sweepflow.project import load

    project = load(file)
    jobs = [find_job(project, name)] if name else list(project.jobs.values())
    facts = {job.name: _facts(job) for job in jobs}
    if as_json:
        print_json({"file": str(project.file), "jobs": facts})
        return
    import yaml

    typer.echo(f"# {project.file}")
    text = yaml.safe_dump({"jobs": facts}, sort_keys=False, allow_unicode=True)
    typer.echo(text, nl=False)


def _facts(job: Job) -> dict[str, Any]:
    """Give a job as one would write it, without what is not there."""
    facts = job.model_dump(mode="json", exclude={"name"}, exclude_defaults=True)
    return {job.mode: facts.pop(job.mode), **facts}
