"""From a file's name to a project."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from sweepflow.project.check import Checker
from sweepflow.project.document import read
from sweepflow.project.find import HYDRAFLOW_FILE, find, working_directory
from sweepflow.project.models import Command, Job, Model, Project

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def _null_is_no_job(value: object) -> object:
    return {} if value is None else value


def _folder(text: str) -> str:
    if "://" in text:
        raise PydanticCustomError(
            "store_url", "must be a folder, not an address: write a path"
        )
    try:
        return os.path.expanduser(text)  # noqa: PTH111 -- Path's raises without a home
    except ValueError:
        raise PydanticCustomError("store_path", "is no path") from None


class _HydraflowFile(Model):
    elsewhere: ClassVar[Mapping[str, str]] = {
        "store": "it is valid in sweepflow.yaml only"
    }
    jobs: Annotated[
        dict[str, object],
        BeforeValidator(_null_is_no_job),
        Field(examples=["{train: {run: python train.py}}"]),
    ] = {}  # noqa: RUF012 -- pydantic copies a default


class _SweepflowFile(_HydraflowFile):
    elsewhere: ClassVar[Mapping[str, str]] = {}
    store: Annotated[
        Command, AfterValidator(_folder), Field(examples=[".sweepflow"])
    ] = ""


def load(file: Path | None = None, *, start: Path | None = None) -> Project:
    """The project of a file, checked.

    Args:
        file: The project file. Without it the nearest `sweepflow.yaml`, else
            `hydraflow.yaml`, of `start` and the folders above it.
        start: Where to begin looking; the working directory by default.

    Raises:
        ProjectError: There is no such file, or it is not valid; then the message has
            every problem, one a line.
    """
    file = find(start) if file is None else working_directory() / file
    document = read(file)
    checker = Checker(document)
    kind = _HydraflowFile if file.name == HYDRAFLOW_FILE else _SweepflowFile
    content = checker.build(kind)
    # From the document and not from `content`, which is missing when another key of
    # the file is wrong: the jobs' problems are told in the same breath.
    names = document.names("jobs")
    built = {name: checker.build(Job, "jobs", name, name=name) for name in names}
    checker.finish()
    store = content.store if isinstance(content, _SweepflowFile) else ""
    return Project(
        file=file,
        root=file.parent,
        jobs={name: job for name, job in built.items() if job is not None},
        store=file.parent / store if store else None,
        document=document,
    )
