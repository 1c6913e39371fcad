"""A configuration file, rewritten with the values of a run."""

from __future__ import annotations

import configparser
import io
import json
from typing import TYPE_CHECKING, Final, cast

from sweepflow.operations.requirements.errors import RequirementError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sweepflow.store.records import Json

_TEMPLATE: Final = ".in"
"""May end the file's name behind what says its format."""


class _UnfitError(ValueError):
    """What stands in the file leaves no place for a value."""


def rewritten(path: Path, values: Mapping[str, Json]) -> str:
    """Give the text of a configuration file with values set in it.

    Args:
        path: Of a YAML, JSON or INI file.
        values: By dotted name, in the order in which they are set.

    Raises:
        RequirementError: It cannot be read, or has no place for a value.
    """
    name = path.name.lower().removesuffix(_TEMPLATE)
    rewrite = next((do for end, do in _FORMATS.items() if name.endswith(end)), None)
    if rewrite is None:
        raise RequirementError(
            f"{path.name} is of no known format",
            hint=f"a configuration file ends in {', '.join(_FORMATS)}",
        )
    try:
        return rewrite(path.read_text("utf-8"), values)
    except (OSError, ValueError, configparser.Error) as error:
        raise RequirementError(f"cannot rewrite {path}: {error}") from None


def _yaml(text: str, values: Mapping[str, Json]) -> str:
    import yaml

    try:
        data: object = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None
    return yaml.safe_dump(
        nested(data, values), sort_keys=False, allow_unicode=True, width=1000
    )


def _json(text: str, values: Mapping[str, Json]) -> str:
    data: object = json.loads(text) if text.strip() else None
    return json.dumps(nested(data, values), indent=2, ensure_ascii=False) + "\n"


class _Parser(configparser.RawConfigParser):
    def optionxform(self, optionstr: str) -> str:
        return optionstr  # as it is written


def _ini(text: str, values: Mapping[str, Json]) -> str:
    parser = _Parser()
    parser.read_string(text)
    for name, value in values.items():
        section, option = _section(parser, name)
        if section != parser.default_section and not parser.has_section(section):
            parser.add_section(section)
        parser.set(section, option, str(value))
    file = io.StringIO()
    parser.write(file)
    return file.getvalue()


def _section(parser: configparser.RawConfigParser, name: str) -> tuple[str, str]:
    known = [s for s in parser.sections() if name.startswith(f"{s}.")]
    if known:
        section = max(known, key=len)
        return section, name[len(section) + 1 :]
    section, dot, option = name.partition(".")
    return (section, option) if dot else (parser.default_section, name)


def nested(data: object, values: Mapping[str, Json]) -> dict[str, Json]:
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise _UnfitError("it holds no mapping")
    root = cast("dict[str, Json]", data)
    for name, value in values.items():
        folder = root
        *groups, last = name.split(".")
        for at, group in enumerate(groups):
            inner = folder.setdefault(group, {})
            if not isinstance(inner, dict):
                above = ".".join(groups[: at + 1])
                raise _UnfitError(f"{name} has no place: {above} is {inner!r}")
            folder = cast("dict[str, Json]", inner)
        folder[last] = value
    return root


_FORMATS: Final[dict[str, Callable[[str, Mapping[str, Json]], str]]] = {
    ".yml": _yaml,
    ".yaml": _yaml,
    ".json": _json,
    ".cfg": _ini,
    ".ini": _ini,
}
