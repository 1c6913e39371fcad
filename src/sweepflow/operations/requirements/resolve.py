"""From a requirement to what stands in the run's folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sweepflow.operations.requirements import select
from sweepflow.operations.requirements.cached import check_digest
from sweepflow.operations.requirements.errors import RequirementError
from sweepflow.operations.requirements.modules import check_module
from sweepflow.operations.requirements.place import Placed, made, put, target
from sweepflow.operations.requirements.unpack import is_archive, unpacked

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from sweepflow.operations.requirements.wanted import Wanted
    from sweepflow.store.records import Json


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are.

    Args:
        project: The folder that `file` and `config` are relative to.
        run: The folder of the run, which nothing is put outside of.
        cache: For downloads and unpacked archives.
    """

    project: Path
    run: Path
    cache: Path


@dataclass(frozen=True, slots=True)
class Upstream:
    """The run of a required operation.

    Args:
        inputs: Paths in its folder that it did not make: what it required itself, and
            the links to the runs of its steps.
    """

    folder: Path
    inputs: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """What came of a requirement.

    Args:
        warnings: What a user should see, a line each.
        skipped: Why an optional requirement was passed over.
    """

    placed: tuple[Placed, ...] = ()
    warnings: tuple[str, ...] = ()
    skipped: str | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """Paths below a folder that a requirement stands for."""

    root: Path
    paths: list[str] = field(default_factory=list[str])


def resolve(
    wanted: Wanted,
    places: Places,
    *,
    upstream: Upstream | None = None,
    given: Path | None = None,
    flags: Mapping[str, Json] | None = None,
) -> Resolution:
    """Find what a requirement stands for, and put it into the run's folder.

    Args:
        wanted: What.
        places: Where from and to.
        upstream: The run that stands for a required operation, if there is one.
        given: What the user named instead of the file, URL or configuration file.
        flags: Set in a configuration file, after its `params`; those that are null are
            not.

    Raises:
        RequirementError: It is not there, or cannot be put there.
        ProjectError: A configuration file is none.
    """
    try:
        found = _found(wanted, places, upstream, given)
    except RequirementError as error:
        if not wanted.optional:
            error.hint = wanted.help or error.hint
            raise
        reason = f"{error.message}; skipping because dependency is optional"
        return Resolution(skipped=reason)
    if not found.paths:
        return _nothing(wanted)
    values = dict(wanted.params)
    values.update((k, v) for k, v in (flags or {}).items() if v is not None)
    placed: list[Placed] = []
    warnings: list[str] = []
    for inside in found.paths:
        folder, _, name = inside.rpartition("/")
        path = target(wanted, name, folder)
        source = found.root / inside
        if wanted.kind == "config":
            done = _configure(wanted, source, values, places.run, path)
        else:
            done = put(wanted, source, places.run, path)
        if done:
            placed.append(done)
        else:
            warnings.append(f"{path} is there already; left as it is")
    return Resolution(tuple(placed), tuple(warnings))


def _found(
    wanted: Wanted, places: Places, upstream: Upstream | None, given: Path | None
) -> _Found:
    kind = wanted.kind
    if kind == "module":
        check_module(wanted.source, places.project)
        return _Found(places.project)
    if kind == "operation":
        return _of_run(wanted, upstream)
    if given is not None:
        return _whole(_existing(given, str(given)))
    if kind == "url":
        # Here, since few runs need what it imports.
        from sweepflow.operations.requirements.download import downloaded

        file = downloaded(wanted.source, places.cache, wanted.sha256)
        return _of_path(wanted, file, places.cache)
    path = _existing(places.project / wanted.source, wanted.source)
    check_digest(path, wanted.sha256, wanted.source)
    return _of_path(wanted, path, places.cache)


def _of_run(wanted: Wanted, upstream: Upstream | None) -> _Found:
    if upstream is None:
        raise RequirementError(
            f"no suitable run for {wanted.source}",
            hint=f"make one with 'sweepflow run {wanted.source}', or add --with-deps",
        )
    folder = _existing(upstream.folder, f"the folder of the run of {wanted.source}")
    if select.selects(wanted):
        return _Found(folder, select.selected(folder, wanted))
    return _Found(folder, select.generated(folder, upstream.inputs))


def _of_path(wanted: Wanted, path: Path, cache: Path) -> _Found:
    if wanted.unpack and is_archive(path):
        folder = unpacked(path, cache)
        if not select.selects(wanted):
            return _Found(folder, select.top_level(folder))
        return _Found(folder, select.selected(folder, wanted))
    if path.is_dir() and select.selects(wanted):
        return _Found(path, select.selected(path, wanted))
    return _whole(path)


def _whole(path: Path) -> _Found:
    return _Found(path.parent, [path.name])


def _existing(path: Path, shown: str) -> Path:
    try:
        there = path.exists()
    except (OSError, ValueError):
        there = False
    if not there:
        raise RequirementError(
            f"cannot find {shown}",
            hint="it is sought in the folder of the project file",
        )
    # `a/..` has no name of its own; links in between must not be followed twice.
    return path if path.name not in {"", ".."} else path.resolve()


def _configure(
    wanted: Wanted, source: Path, values: Mapping[str, Json], run: Path, path: str
) -> Placed | None:
    from sweepflow.operations.flags.config_file import write_config

    text = write_config(source, values)

    def write(place: Path) -> None:
        place.write_text(text, "utf-8")

    done = made(run, path, write, replace=wanted.replace_existing)
    return Placed(path, source, "made") if done else None


def _nothing(wanted: Wanted) -> Resolution:
    if wanted.kind == "module":
        return Resolution()
    message = f"nothing resolved for {wanted.uri}"
    if wanted.fail_if_empty:
        raise RequirementError(message, hint="does 'select' match any of its files?")
    return Resolution(warnings=(message,) if wanted.warn_if_empty else ())
