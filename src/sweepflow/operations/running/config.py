"""What the process of a run is told, by the one that plans it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from sweepflow.operations.requirements import Wanted
    from sweepflow.store.records import Json


@dataclass(frozen=True, slots=True)
class Renaming:
    """See `requirements.wanted.Renaming`."""

    pattern: str
    repl: str


@dataclass(frozen=True, slots=True)
class Need:
    """A requirement of one run; what is not told here is told in `Wanted`.

    Args:
        name: By which a user names another source, with a number where others of the
            run have the same; that of its run in `TaskSpec.origins`.
        given: The path that the user named instead of the file, URL or configuration,
            absolute or relative to the project.
        always_resolve: Whether it is resolved again when the run is started again.
    """

    name: str
    kind: str
    source: str
    uri: str
    given: str | None = None
    select: tuple[str, ...] = ()
    select_min: tuple[str, ...] = ()
    select_max: tuple[str, ...] = ()
    rename: tuple[Renaming, ...] = ()
    target_path: str = ""
    target_type: str = ""
    preserve_path: bool = False
    replace_existing: bool = False
    optional: bool = False
    warn_if_empty: bool = True
    fail_if_empty: bool = False
    always_resolve: bool = False
    unpack: bool = True
    sha256: str = ""
    params: Mapping[str, Json] = field(default_factory=dict[str, "Json"])
    help: str = ""

    @classmethod
    def of(cls, wanted: Wanted, name: str, given: str | None = None) -> Self:
        """Give a requirement of a project file, its references to flags resolved."""
        own = {"name", "given", "rename"}
        names = {part.name for part in fields(cls)} - own
        parts = {part: getattr(wanted, part) for part in names}
        rename = tuple(Renaming(r.pattern, r.repl) for r in wanted.rename)
        return cls(name=name, given=given, rename=rename, **parts)

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Self:
        """Read what `RunConfig.to_json` gave."""
        parts = dict(data)
        for name in ("select", "select_min", "select_max"):
            parts[name] = tuple(data[name])
        parts["rename"] = tuple(Renaming(**renaming) for renaming in data["rename"])
        return cls(**parts)

    def told(self, run: str | None) -> dict[str, Json]:
        """Give what is recorded of it, with the run that it is to come from."""
        return {"name": self.name, "uri": self.uri, "run": run, "given": self.given}


@dataclass(frozen=True, slots=True)
class RunConfig:
    """All about a run that is not in its `TaskSpec`.

    Args:
        argv: The command; it runs in the folder of the run.
        environment: Variables to add to those that there are.
        files: Texts to be written into the folder of the run, by name.
        requirements: What it requires, in order.
        flags: Values that go into configuration files which it requires.
        project: The folder that the operation is from.
        file: The project file.
        python_path: Folders to look for modules in, relative to the project.
        source_dest: The folder within that of the run for a copy of its source; None
            where none is kept.
        output_scalars: See `scalars.compiled`.
        flag_names: Those of the operation.
        compare: Columns of a comparison of its runs.
        objective: What a search goes by, as JSON.
        restart: Whether the run was started before: it goes on in its folder.
    """

    argv: tuple[str, ...]
    project: str
    file: str = ""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    requirements: tuple[Need, ...] = ()
    flags: Mapping[str, Json] = field(default_factory=dict[str, "Json"])
    python_path: tuple[str, ...] = ()
    source_dest: str | None = ""
    output_scalars: tuple[str | Mapping[str, str], ...] | None = None
    flag_names: tuple[str, ...] = ()
    compare: tuple[str, ...] = ()
    objective: Json = None
    restart: bool = False

    def to_json(self) -> dict[str, Json]:
        """Give it as `StepCall.config`."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Self:
        """Read what `to_json` gave, before or after it went through a file."""
        parts = dict(data)
        for name in ("argv", "python_path", "flag_names", "compare"):
            parts[name] = tuple(data[name])
        parts["requirements"] = tuple(map(Need.from_json, data["requirements"]))
        if parts["output_scalars"] is not None:
            parts["output_scalars"] = tuple(data["output_scalars"])
        return cls(**parts)
