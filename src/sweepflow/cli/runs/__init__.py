"""`sweepflow runs`: what ran, and how it ended; a module for each kind of command."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

app = typer.Typer(
    help="List, inspect, compare and remove recorded runs; without a command, list.",
    rich_markup_mode=None,
)

_COMMANDS = {
    "list": "runs.listing:list_runs",
    "info": "runs.info:info",
    "logs": "runs.logs:logs",
    "compare": "runs.comparing:compare",
    "diff": "runs.diff:diff",
    "label": "runs.notes:label",
    "tag": "runs.notes:tag",
    "mark": "runs.notes:mark",
    "unmark": "runs.notes:unmark",
    "stop": "runs.stopping:stop",
    "rm": "runs.removal:remove",
    "restore": "runs.removal:restore",
    "purge": "runs.removal:purge",
    "export": "runs.info:export",
    "reproduce": "reproduce:reproduce",
}
"""Where they are, in the order in which help lists them."""


def prepare(argv: Sequence[str]) -> list[str]:
    """Get the command ready that is called, and give the arguments.

    Each imports what it needs, and no other waits for that. The `list` is put in that
    `sweepflow runs` and `sweepflow runs --name x` omit.
    """
    if argv[:1] != ["runs"]:
        return list(argv)
    said = argv[1:2]
    if not said or (said[0].startswith("-") and said != ["--help"]):
        argv = ["runs", "list", *argv[1:]]
    called = argv[1]
    for name in [called] if called in _COMMANDS else _COMMANDS:
        module, _, function = _COMMANDS[name].partition(":")
        command = getattr(import_module(f"sweepflow.cli.{module}"), function)
        app.command(name)(command)
    return list(argv)
