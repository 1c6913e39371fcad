"""`sweepflow explain`: why a run did its work, or did not have to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sweepflow.cli.options import File, Json, open_store, see_that_something_ran
from sweepflow.cli.text import print_json, visible
from sweepflow.errors import RunNotFoundError

if TYPE_CHECKING:
    from sweepflow.store.store import Store


def explain(
    name: Annotated[
        str,
        typer.Argument(
            metavar="RUN|STEP",
            help="A run's id, or how it begins; or a step, for its latest run.",
        ),
    ],
    *,
    as_json: Json = False,
    file: File = None,
) -> None:
    """Say whether a run was taken from the cache, and what was new if it was not."""
    from sweepflow.provenance import explain as explain_run

    with open_store(file) as store:
        see_that_something_ran(store, name)
        explanation = explain_run(store.catalog, _find(store, name))
    if as_json:
        print_json(explanation.to_json())
        return
    for line in explanation.to_text().splitlines():
        typer.echo(visible(line))


def _find(store: Store, name: str) -> str:
    """Give the id of the latest run of a step, or of the run that the name begins."""
    if latest := store.catalog.latest(name):
        return latest.id
    try:
        return store.catalog.run(name).id
    except RunNotFoundError as error:
        raise RunNotFoundError(
            f"{error.message}, and no step has that name", hint=error.hint
        ) from None
