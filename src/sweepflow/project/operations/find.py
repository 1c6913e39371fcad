"""Which operation a user means."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sweepflow.errors import ProjectError
from sweepflow.project.find import GUILD_FILE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sweepflow.project.models import Project
    from sweepflow.project.operations.book import Operations
    from sweepflow.project.operations.models import Operation


def find_operation(
    project: Project | None, name: str, folder: Path
) -> tuple[Operations, Operation] | None:
    """The operation of a name, if it is one, and those that it stands among.

    Args:
        project: The project, if there is one.
        name: `OP`, `MODEL:OP`, or the path of a Python script.
        folder: Where such a path begins: the working directory.

    Raises:
        ProjectError: The name has several meanings, a model of the project has no such
            operation, its guild.yml is not valid, or there is no such script in it.
    """
    if project is not None:
        if _other_meaning(project, name):
            if _may_have(project, name):
                refuse_clashes(project, [name])
            return None
        operations = project.operations
        model, colon, _ = name.rpartition(":")
        if colon and model in operations.models:
            return operations, operations.operation(name)
        if found := operations.find(name):
            return operations, found
    return _script(project, name, folder) if name.endswith(".py") else None


def refuse_clashes(project: Project, names: Iterable[str]) -> None:
    """Refuse names of jobs and workflows that operations of a guild.yml have, too.

    Raises:
        ProjectError: There are some, or the guild.yml is not valid.
    """
    from sweepflow.project.check import raise_all

    operations, file = project.operations, project.file.name
    every = operations.all
    problems = [
        (
            operations.place(every[name]),
            f"{name!r} is an operation here and a {meaning} in {file}: rename one",
        )
        for name in names
        if (meaning := _other_meaning(project, name)) and name in every
    ]
    raise_all(problems)


def _other_meaning(project: Project, name: str) -> str | None:
    if name in project.jobs:
        return "job"
    return "workflow" if name in project.workflows else None


def _may_have(project: Project, name: str) -> bool:
    """Tell by a look whether it may have an operation of a name.

    Who runs a job does not want to wait until a guild.yml is read in full.
    """
    if project.own_operations is not None:
        return False
    try:
        text = (project.root / GUILD_FILE).read_text("utf-8")
    except (OSError, ValueError):
        return False
    return name in text or "include" in text


def _script(
    project: Project | None, name: str, folder: Path
) -> tuple[Operations, Operation]:
    from sweepflow.project.operations.book import OperationModel, Operations
    from sweepflow.project.operations.read import operation_of_script

    root = project.root if project else folder
    script = _seen_from(root, folder / name)
    operation = operation_of_script(script, root)
    file = project.file if project else root / script
    model = OperationModel("", {operation.name: operation})
    return Operations(file, root, {"": model}), operation


def _seen_from(root: Path, path: Path) -> Path:
    # A link inside of the project may lead out of it; one outside may lead into it.
    for spelled in (os.path.normpath, os.path.realpath):
        inside, top = Path(spelled(path)), Path(spelled(root))
        if inside.is_relative_to(top):
            return inside.relative_to(top)
    raise ProjectError(
        f"the script {path} is outside of {root}",
        hint="change to the folder of the script, or to one above it",
    )
