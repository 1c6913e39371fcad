"""From a file's name to a project."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, TypeVar, cast

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from sweepflow.project.check import Checker
from sweepflow.project.document import read
from sweepflow.project.find import (
    GUILD_FILE,
    HYDRAFLOW_FILE,
    find,
    working_directory,
)
from sweepflow.project.model import Model
from sweepflow.project.models import Job, NamedWorkflow, Project, Written, path
from sweepflow.project.source import read as read_source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sweepflow.project.document import Document
    from sweepflow.project.operations.book import Operations

M = TypeVar("M", bound=Model)

_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_SCHEME: Final = re.compile(r"(postgres|postgresql|sqlite|s3|gs|file|memory)(\+\w+)?:")
_WITH_PASSWORD: Final = re.compile(r"[^/]+://[^/@]*:.*@")

_ONLY_SWEEPFLOW: Final = "it is valid in sweepflow.yaml only"


def _null_is_none(value: object) -> object:
    return {} if value is None else value


def _folder(text: str) -> str:
    if "://" in text:
        raise PydanticCustomError(
            "store_url", "must be a folder, not an address: write a path"
        )
    return path(text)


# These say nothing of what is written: it may hold a password.
def _address(text: str) -> str:
    if _ADDRESS.match(text):
        return text
    if _SCHEME.match(text):
        raise PydanticCustomError(
            "address", "begins as an address does, but has no '://'"
        )
    return path(text)


def _database(text: str) -> str:
    if _ADDRESS.match(text) and not text.startswith(("postgresql:", "postgresql+")):
        raise PydanticCustomError(
            "ledger",
            "must be a path or the address of a PostgreSQL database, such as "
            "postgresql://USER:PASSWORD@HOST:PORT/DATABASE; for SQLite write the path",
        )
    return _address(text)


def _object_store(text: str) -> str:
    if _WITH_PASSWORD.match(text):  # it would stand in logs
        raise PydanticCustomError(
            "objects",
            "holds a password: remove it, and give it where the service looks for "
            "it, as S3 does in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        )
    return _address(text)


class _HydraflowFile(Model):
    elsewhere: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("store", "ledger", "objects", "workflows", "operations"), _ONLY_SWEEPFLOW
    )
    jobs: Annotated[
        dict[str, object],
        BeforeValidator(_null_is_none),
        Field(examples=["{train: {run: python train.py}}"]),
    ] = {}  # noqa: RUF012 -- pydantic copies a default


class _SweepflowFile(_HydraflowFile):
    elsewhere: ClassVar[Mapping[str, str]] = {}
    workflows: Annotated[
        dict[str, object],
        BeforeValidator(_null_is_none),
        Field(examples=["{train: package.module:attribute}"]),
    ] = {}  # noqa: RUF012 -- pydantic copies a default
    operations: Annotated[
        dict[str, object],
        BeforeValidator(_null_is_none),
        Field(examples=["{train: {main: train, flags: {lr: 0.1}}}"]),
    ] = {}  # noqa: RUF012 -- pydantic copies a default
    store: Annotated[
        Written, AfterValidator(_folder), Field(examples=[".sweepflow"])
    ] = ""
    ledger: Annotated[
        Written, AfterValidator(_database), Field(examples=["state/ledger.db"])
    ] = ""
    objects: Annotated[
        Written, AfterValidator(_object_store), Field(examples=["s3://bucket/objects"])
    ] = ""


def load(file: Path | None = None, *, start: Path | None = None) -> Project:
    """The project of a file, checked.

    Args:
        file: The project file. Without it the nearest `sweepflow.yaml`, else
            `hydraflow.yaml`, else `guild.yml`, of `start` and the folders above it.
        start: Where to begin looking; the working directory by default.

    What a `guild.yml` says is read when its operations are asked for.

    Raises:
        ProjectError: There is no such file, or it is not valid; then the message has
            every problem, one a line.
    """
    file = find(start) if file is None else working_directory() / file
    if file.name == GUILD_FILE:
        read_source(file)  # to refuse what is no file now
        return Project(file, file.parent, {})
    document = read(file, exponents=True)
    checker = Checker(document)
    kind = _HydraflowFile if file.name == HYDRAFLOW_FILE else _SweepflowFile
    content = checker.build(kind)
    # From the document and not from `content`, which is missing when another key of
    # the file is wrong: the jobs' problems are told in the same breath.
    jobs = _all(checker, document, Job, "jobs")
    if kind is _HydraflowFile:
        checker.finish()
        return Project(file, file.parent, jobs, document=document)
    workflows = _all(checker, document, NamedWorkflow, "workflows")
    operations = _operations(checker, document)
    _tell_clashes(checker, document)
    checker.finish()
    told = cast("_SweepflowFile", content)
    return Project(
        file=file,
        root=file.parent,
        jobs=jobs,
        workflows=workflows,
        own_operations=operations,
        store=file.parent / told.store if told.store else None,
        ledger=_located(told.ledger, file.parent),
        objects=_located(told.objects, file.parent),
        document=document,
    )


def _all(checker: Checker, document: Document, kind: type[M], key: str) -> dict[str, M]:
    """Build what stands under each name of the mapping at `key`."""
    names = document.names(key)
    built = {name: checker.build(kind, key, name, name=name) for name in names}
    return {name: one for name, one in built.items() if one is not None}


def _operations(checker: Checker, document: Document) -> Operations | None:
    if not document.names("operations"):
        return None
    from sweepflow.project.operations.read import read_operations

    return read_operations(document, checker)


def _tell_clashes(checker: Checker, document: Document) -> None:
    """See to it that a name has one meaning."""
    taken = dict.fromkeys(document.names("jobs"), "job")
    for key, what in (("workflows", "workflow"), ("operations", "operation")):
        for name in document.names(key):
            if other := taken.get(name):
                checker.problem(f"is the name of a {other}, too: rename one", key, name)
            taken.setdefault(name, what)


def _located(text: str, root: Path) -> Path | str | None:
    """Give a path from the project's folder, and an address as it is."""
    if not text:
        return None
    return text if _ADDRESS.match(text) else root / text
