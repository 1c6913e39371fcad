"""What decides the result of an operation beside its code, its flags and other runs."""

from __future__ import annotations

import stat
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sweepflow.engine.code import ProjectCode
from sweepflow.engine.code.packages import MISSING
from sweepflow.operations.requirements import RequirementError, select
from sweepflow.operations.source.content import digest_of, files_below, state_of
from sweepflow.store.records import canonical_json, sha256

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sweepflow.operations.planned import Planned
    from sweepflow.operations.running import RunConfig
    from sweepflow.operations.running.config import Need
    from sweepflow.project.operations.flags import Flag
    from sweepflow.store.records import Json

# What names something whose content counts, or changes what a user is told only.
_NO_RULES: Final = (
    *("name", "source", "uri", "given", "sha256", "help"),
    *("warn_if_empty", "always_resolve"),
)
_PASSING: Final = {
    *("arg_name", "arg_skip", "arg_switch", "arg_encoding", "arg_split"),
    *("env_name", "env_encoding"),
}


def depends_on(planned: Planned, config: RunConfig, cache: Path) -> dict[str, str]:
    """Give what the result of a run depends on, with a digest or version of each.

    Args:
        planned: The run.
        config: What its process is told.
        cache: A folder for the digests of large files.
    """
    found = _rules(planned, config)
    for name in planned.operation.env:  # which may be a secret: only its digest
        found[f"env:{name}"] = sha256(config.environment.get(name, ""))
    for name, text in config.files.items():
        found[f"file:{name}"] = sha256(text)
    for need in config.requirements:
        for key, digest in _content(need, Path(config.project), cache):
            known = found.get(key)
            found[key] = sha256(f"{known} {digest}") if known else digest
    return found


def _rules(planned: Planned, config: RunConfig) -> dict[str, str]:
    """Give what the project file says of how a run is set up; digests of it."""
    said: dict[str, Json] = {
        "flags": [one for flag in planned.flags if (one := _passing(flag))],
        "output-scalars": config.output_scalars,
        "python-path": config.python_path,
        "requires": [_placing(need) for need in config.requirements],
        "sourcecode": False if config.source_dest is None else config.source_dest,
    }
    unusual = {name: v for name, v in said.items() if v or v is False}
    return {name: sha256(canonical_json(value)) for name, value in unusual.items()}


def _passing(flag: Flag) -> Json:
    """Give what a flag says of how a command gets it."""
    said = flag.model_dump(include=_PASSING, exclude_defaults=True)
    return [flag.name, repr(sorted(said.items()))] if said else None


def _placing(need: Need) -> Json:
    rules = {name: v for name, v in asdict(need).items() if name not in _NO_RULES}
    has_name = need.kind in {"file", "config"} or need.given
    return {**rules, "file": Path(need.given or need.source).name if has_name else ""}


def _content(need: Need, project: Path, cache: Path) -> Iterator[tuple[str, str]]:
    """Give what a requirement stands for, by name; that of other runs is known."""
    if need.kind == "module":
        path = [str(project), *filter(None, sys.path)]
        versions = ProjectCode([project], path).versions(need.source)
        yield from ((f"package:{name}", found) for name, found in versions.items())
    elif need.kind == "url" and not need.given:
        yield f"url:{need.source}", need.sha256 or need.source
    elif need.kind != "operation":
        kind = "url" if need.kind == "url" else "file"
        path = project / (need.given or need.source)
        yield f"{kind}:{need.source}", _digest(path, need, cache)


def _digest(path: Path, need: Need, cache: Path) -> str:
    """Give a digest of a file, or of as much of a folder as is wanted."""
    if not path.is_dir():
        return _of_file(str(path), cache)
    names: Iterable[str] = [""]
    if select.selects(need) and not need.given:
        try:
            names = select.selected(path, need)
        except RequirementError:  # the run will say so
            return MISSING
    files = {
        "/".join(filter(None, (name, inner)))
        for name in names
        for inner in (files_below(str(path / name)) if (path / name).is_dir() else [""])
    }
    found = [[name, _of_file(f"{path}/{name}", cache)] for name in sorted(files)]
    return sha256(canonical_json(found))


def _of_file(path: str, cache: Path) -> str:
    state, digest = state_of(path), digest_of(path, cache)
    if state is None or digest is None:
        return MISSING
    return f"{digest}{' executable' if state.mode & stat.S_IXUSR else ''}"
