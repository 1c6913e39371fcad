"""What an operation requires, as a file describes it: one model a source."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal, Self, cast
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from sweepflow.project.operations.values import (
    Bool,
    Dashed,
    InnerPath,
    Pattern,
    Text,
    Values,
    Words,
    empty_to,
    one_of,
)
from sweepflow.project.operations.values import pattern as regular_expression

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["operation", "file", "url", "module", "config"]

KINDS: Final[tuple[Kind, ...]] = ("operation", "file", "url", "module", "config")


class Rename(Dashed):
    """A change of the names of files: what matches `pattern` becomes `repl`."""

    pattern: Annotated[str, Field(strict=True), AfterValidator(regular_expression)] = ""
    repl: Annotated[str, Field(strict=True)] = ""


def _rename(value: object) -> object:
    """The short form, `PATTERN NEW` or a new name for whatever was found."""
    if not isinstance(value, str):
        return value
    try:
        parts = shlex.split(value)
    except ValueError:
        parts = []
    if len(parts) not in {1, 2}:
        raise PydanticCustomError(
            "rename", "must be 'PATTERN NEW' or 'NEW': put parts with spaces in quotes"
        )
    return {"pattern": parts[0] if len(parts) == 2 else ".*", "repl": parts[-1]}


def _url(text: str) -> str:
    parts = urlsplit(text)
    if not parts.scheme or not (parts.netloc or parts.path):
        raise PydanticCustomError("url", "is no address: begin it with https://")
    return text


_Patterns = Annotated[
    tuple[Pattern, ...], empty_to(()), Field(examples=["model-.*\\.h5"])
]


class Requirement(Dashed):
    """One source of what a run needs: another operation, files, or a module.

    Exactly one of `operation`, `file`, `url`, `module` and `config` is given.

    Args:
        operation: The operation whose run has the files.
        file: A file or folder of the project.
        url: An address to download from.
        module: A Python module that must be there.
        config: A file with configuration, into which flags are written.
        resource: The name of the resource that it is a part of.
        name: What a user calls it.
        flag_name: The flag with which a user names another one.
        select: Which files, by patterns of their paths.
        select_min: Which file, by the least number in the pattern's group.
        select_max: Which file, by the greatest.
        rename: How the names of files change.
        target_path: The folder inside the run's folder.
        target_type: `link` or `copy`; empty where nothing is said.
        preserve_path: Whether files keep the folder that they stand in.
        unpack: Whether an archive is unpacked.
        optional: Whether a run goes on without it.
        warn_if_empty: Whether to warn where no file was found.
        fail_if_empty: Whether that is an error.
        always_resolve: Whether it is looked for again when a run is restarted.
        replace_existing: Whether it takes the place of a file that is there.
        sha256: The digest that a downloaded file must have.
        params: Values to write into a config, besides the flags.
        help: What a user reads when it can't be had.
    """

    ignored: ClassVar[frozenset[str]] = frozenset({"description", "private", "type"})
    elsewhere: ClassVar[Mapping[str, str]] = {
        "post-process": "commands on required files are not run: put them into main"
    }

    operation: Annotated[Text, Field(examples=["prepare"])] = ""
    file: Annotated[Text, Field(examples=["data.csv"])] = ""
    url: Annotated[Text, AfterValidator(_url), Field(examples=["https://…"])] = ""
    module: Annotated[Text, Field(examples=["numpy"])] = ""
    config: Annotated[Text, Field(examples=["config.yaml"])] = ""
    resource: str = ""
    name: Words = ""
    flag_name: Words = ""
    select: _Patterns = ()
    select_min: _Patterns = ()
    select_max: _Patterns = ()
    rename: Annotated[
        tuple[Annotated[Rename, BeforeValidator(_rename)], ...], empty_to(())
    ] = ()
    target_path: Annotated[InnerPath, Field(examples=["data"])] = ""
    target_type: Annotated[Words, BeforeValidator(one_of("link", "copy", "", None))] = (
        ""
    )
    preserve_path: Bool = False
    unpack: Bool = True
    optional: Bool = False
    warn_if_empty: Bool = True
    fail_if_empty: Bool = False
    always_resolve: Bool = False
    replace_existing: Bool = False
    sha256: Words = ""
    params: Annotated[Values, empty_to({}), Field(examples=["{lr: 0.1}"])] = {}  # noqa: RUF012 -- pydantic copies a default
    help: Words = ""

    @property
    def kind(self) -> Kind:
        return next(kind for kind in KINDS if getattr(self, kind))

    @property
    def source(self) -> str:
        """What stands behind the kind: an operation's name, a path, an address."""
        return cast("str", getattr(self, self.kind))

    @property
    def uri(self) -> str:
        """The whole of it as one text: `operation:prepare`, or the address."""
        return self.source if self.kind == "url" else f"{self.kind}:{self.source}"

    @property
    def flags(self) -> tuple[str, ...]:
        """The names under which a user may give another source."""
        own = self.flag_name or self.name
        return (own,) if own else (self.uri, self.source)

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        given = [kind for kind in KINDS if getattr(self, kind)]
        if not given:
            raise PydanticCustomError(
                "no_kind",
                "says nothing to require: write one of {kinds}",
                {"kinds": ", ".join(KINDS)},
            )
        if len(given) > 1:
            raise PydanticCustomError(
                "two_kinds",
                "has {given}: keep one of them, and make an item of its own for each "
                "other",
                {"given": " and ".join(given)},
            )
        return self
