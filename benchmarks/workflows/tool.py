"""A workflow engine that is measured, in an environment of its own."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.environments import installed
from benchmarks.measure import Failure, Side, SideError
from benchmarks.peer import ours, version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from benchmarks.workflows.graphs import Graph

    Command = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Tool:
    """A workflow engine and how it is asked to run our projects.

    Args:
        name: Shown in tables.
        package: The distribution that it comes from.
        version: Of that package; None is Sweepflow as it stands here.
        write_graph: Writes the project of a graph into a folder, over that of an
            earlier graph if there is one, and gives the command that runs it.
        write_sample: Writes the sample project with so many steps, and gives the
            command that runs it.
        setup: A command to run first in a new folder.
        environment: Variables that keep it from talking to others.
        processes: Whether it can run each step in a Python process of its own.
    """

    name: str
    package: str
    version: str | None
    write_graph: Callable[[Path, Graph], Command]
    write_sample: Callable[[Path, int], Command]
    setup: Command = ()
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    processes: bool = False

    def side(self) -> Side:
        """Give its environment; on first use it is installed.

        Raises:
            SideError: It cannot be installed.
        """
        if self.version is None:
            return ours()
        return installed(self.package, self.package, self.version)

    def known_version(self) -> str:
        return self.version or version(ours(), self.package) or "?"


def names(known: Iterable[str]) -> Callable[[str], list[str]]:
    """Give a type of argument: names of these, separated by commas, in any case."""
    by_name = {name.lower(): name for name in known}

    def parse(text: str) -> list[str]:
        words = [word.strip().lower() for word in text.split(",")]
        if unknown := [word for word in words if word not in by_name]:
            message = f"no {', '.join(unknown)}; there are {', '.join(by_name)}"
            raise argparse.ArgumentTypeError(message)
        return [by_name[word] for word in words]

    return parse


def chosen(wanted: Sequence[str] | None, tools: Mapping[str, Tool]) -> list[Tool]:
    return [tools[name] for name in wanted or tools]


def sides(tools: Iterable[Tool]) -> dict[Tool, Side | Failure]:
    """Give the environment of each tool, or why it has none."""
    found: dict[Tool, Side | Failure] = {}
    for tool in tools:
        try:
            found[tool] = tool.side()
        except SideError as error:
            found[tool] = Failure(str(error))
    return found
