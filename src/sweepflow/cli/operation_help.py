"""`sweepflow run NAME --help`: what an operation does, and which flags it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import typer
from typer.core import TyperCommand

from sweepflow.cli.options import flags_told, project_around, tell_warnings
from sweepflow.cli.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sweepflow.project.operations.book import Operations
    from sweepflow.project.operations.flags import Choice, Flag
    from sweepflow.project.operations.models import Operation


class RunCommand(TyperCommand):
    """`sweepflow run`, whose `--help` tells of the operation that it stands behind."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer has several names for its type
        context = cast("typer.Context", ctx)
        words = [word for word in args if word not in context.help_option_names]
        if words and len(words) < len(args) and not context.resilient_parsing:
            asked = self.make_context("run", [*words], resilient_parsing=True).params
            if found := _find(asked.get("name"), asked.get("file")):
                options = [one.opts[0] for one in self.params if one.opts[0][0] == "-"]
                typer.echo(_help(context, *found, options))
                context.exit()
        return super().parse_args(ctx, args)


def _find(name: str | None, file: Path | None) -> tuple[Operations, Operation] | None:
    if name is None:
        return None
    from sweepflow.project.find import working_directory
    from sweepflow.project.operations.find import find_operation

    return find_operation(project_around(file), name, working_directory())


def _help(
    context: typer.Context,
    operations: Operations,
    operation: Operation,
    options: Sequence[str],
) -> str:
    tell_warnings(operations)
    command, name = context.command_path, operation.full_name
    flags = flags_told(operations, operation).flags
    out = context.make_formatter()
    out.write_usage(f"{command} {visible(name)}", "[FLAG=VALUE]... [OPTIONS]")
    if operation.description:
        out.write_paragraph()
        with out.indentation():
            out.write_text("\n".join(map(visible, operation.description.splitlines())))
    with out.section("Flags"):
        if flags:
            out.write_dl([row for flag in flags for row in _rows(flag)])
        else:
            out.write_text("It has none.")
    with out.section("Options"):
        out.write_text(f"{', '.join(options)}; {command} --help tells of them.")
    return out.getvalue().rstrip("\n")


def _rows(flag: Flag) -> Iterator[tuple[str, str]]:
    """Give what is told of a flag, then of each choice that there is a word on."""
    names = [flag.name, flag.alias] if flag.alias else [flag.name]
    listed = any(one.alias or one.description or one.flags for one in flag.choices)
    told = " ".join(flag.description.split())
    if marks := "; ".join(_marks(flag, listed)):
        told = f"{told}  [{marks}]".lstrip()
    yield visible(", ".join(names)), visible(told)
    for choice in flag.choices if listed else ():
        yield "", f"  {visible(_choice(choice))}"


def _marks(flag: Flag, listed: bool) -> Iterator[str]:
    from sweepflow.operations.flags.values import format_value

    if flag.type not in {"", "auto"}:
        yield flag.type
    if flag.choices:
        values = ", ".join(format_value(one.value) for one in flag.choices)
        other = " or another value" if flag.allow_other else ""
        yield f"one of these{other}" if listed else f"one of {values}{other}"
    if flag.min is not None and flag.max is not None:
        yield f"{flag.min} to {flag.max}"
    elif flag.min is not None:
        yield f"at least {flag.min}"
    elif flag.max is not None:
        yield f"at most {flag.max}"
    if flag.default is not None or flag.null_label:
        default = flag.default
        shown = flag.null_label if default is None else format_value(default)
        yield f"default: {shown}"
    if flag.required:
        yield "required"


def _choice(choice: Choice) -> str:
    from sweepflow.operations.flags.values import format_value

    text = format_value(choice.value) + (f", {choice.alias}" if choice.alias else "")
    if choice.description:
        text += f": {' '.join(choice.description.split())}"
    if choice.flags:
        implied = (f"{name}={format_value(v)}" for name, v in choice.flags.items())
        text += f" (sets {' '.join(implied)})"
    return text
