"""Options that choose runs, which many commands share."""

from __future__ import annotations

import inspect
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_type_hints

import typer

from sweepflow.cli.text import counted
from sweepflow.errors import RunNotFoundError
from sweepflow.operations.selection import Choice, choose

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sweepflow.store.records import Run
    from sweepflow.store.store import Store

Status = Literal["staged", "running", "completed", "cached", "failed", "interrupted"]
_STATUSES = get_args(Status)
RunIds = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="ID…",
        help="Ids of runs, or how they begin; or places in the list, such as 1 or 1:3.",
    ),
]
Which = Annotated[
    str,
    typer.Argument(
        metavar="ID", help="The run's id, or how it begins; or its place in the list."
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]

_FILTERS: dict[str, tuple[Any, Any]] = {
    "names": (
        Annotated[
            list[str] | None,
            typer.Option(
                *("--operation", "-o", "--name"),
                metavar="NAME",
                help="Only runs of this operation, job or workflow.",
            ),
        ],
        None,
    ),
    "label": (
        Annotated[
            str,
            typer.Option("-l", "--label", metavar="TEXT", help="Whose label has this."),
        ],
        "",
    ),
    "tags": (
        Annotated[
            list[str] | None,
            typer.Option("-t", "--tag", metavar="TAG", help="That have this tag."),
        ],
        None,
    ),
    "status": (
        Annotated[Status | None, typer.Option(help="With this status.")],
        None,
    ),
    **{
        f"is_{status}": (
            Annotated[bool, typer.Option(f"--{status}", help=f"That are {status}.")],
            False,
        )
        for status in _STATUSES
    },
    "marked": (
        Annotated[bool, typer.Option("--marked", help="That are marked.")],
        False,
    ),
    "started": (
        Annotated[
            str,
            typer.Option(
                metavar="TIME", help="That began then: 'last hour', 'after 2026-05-01'."
            ),
        ],
        "",
    ),
    "filter": (
        Annotated[
            str,
            typer.Option(
                *("--filter", "-F"),
                metavar="TEST",
                help="That pass it: 'lr < 0.1 and status = completed'.",
            ),
        ],
        "",
    ),
    "deleted": (
        Annotated[
            bool, typer.Option("--deleted", help="Those that were removed instead.")
        ],
        False,
    ),
}


def choosing(
    *, deleted: bool | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options that choose runs; it gets them as one, `choice`.

    Args:
        deleted: Whether it is about removed runs; None if the user may say so.
    """
    filters = {name: each for name, each in _FILTERS.items() if name != "deleted"}
    if deleted is None:
        filters = _FILTERS

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        hints = get_type_hints(command, include_extras=True)
        own = inspect.signature(command).parameters.values()
        parameters = [
            parameter.replace(annotation=hints[parameter.name])
            for parameter in own
            if parameter.name != "choice"
        ]
        options = [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint
            )
            for name, (hint, default) in filters.items()
        ]
        every = sorted([*parameters, *options], key=lambda parameter: parameter.kind)

        @wraps(command)
        def run(**values: Any) -> None:  # noqa: ANN401 - as many types as options
            given = {name: values.pop(name) for name in filters}
            command(choice=_choice(given, deleted=deleted), **values)

        run.__signature__ = inspect.Signature(every)  # pyright: ignore[reportAttributeAccessIssue]
        run.__annotations__ = {each.name: each.annotation for each in every}
        return run

    return decorated


def the_chosen(
    store: Store, words: Sequence[str] | None, choice: Choice
) -> Sequence[Run]:
    """Give the runs that a command is to change.

    Raises:
        RunNotFoundError: None are named or asked for, or there are none.
    """
    if not words and choice == Choice():
        raise RunNotFoundError(
            "which runs?",
            hint="name their ids, or say what they are like: --failed, --filter TEST; "
            "--help lists what can be said",
        )
    found = choose(store, words or (), choice)
    if not found:
        raise RunNotFoundError("no such runs", hint="`sweepflow runs` lists all")
    return found


def of_runs(runs: Sequence[object]) -> str:
    """Give `1 run` or `3 runs`."""
    return counted(len(runs), "run")


def _choice(given: dict[str, Any], *, deleted: bool | None) -> Choice:
    statuses = [status for status in _STATUSES if given[f"is_{status}"]]
    if given["status"]:
        statuses.append(given["status"])
    return Choice(
        names=tuple(given["names"] or ()),
        label=given["label"],
        tags=tuple(given["tags"] or ()),
        statuses=tuple(statuses),
        marked=given["marked"],
        started=given["started"],
        filter=given["filter"],
        deleted=given["deleted"] if deleted is None else deleted,
    )
