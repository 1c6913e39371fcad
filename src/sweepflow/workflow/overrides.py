"""Values of a config that were written on the command line: `train.lr=0.1`."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from sweepflow.workflow.errors import ConfigError
from sweepflow.workflow.origin import nowhere, plain_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sweepflow.errors import Place
    from sweepflow.workflow.data import Path

_HINT = "write dotted.key=value, such as train.lr=0.1"


def apply_overrides(
    data: Mapping[str, Any], arguments: Iterable[str]
) -> dict[str, Any]:
    """Give a config's data with some values replaced or added; `data` stays.

    Args:
        data: Nested mappings.
        arguments: Each `dotted.key=value`, the value in YAML: `train.lr=0.1`,
            `train.layers=[1, 2]`, `train.layers.0=3`. Later ones win.

    Raises:
        ConfigError: One of them is not of that form, or leads into a value that is no
            mapping.
    """
    return with_overrides(data, arguments)[0]


def with_overrides(
    data: Mapping[str, Any],
    arguments: Iterable[str],
    where: Callable[[str], Place | None] = nowhere,
) -> tuple[dict[str, Any], dict[Path, str]]:
    """Do what `apply_overrides` does, and say which argument set what.

    An argument that is wrong is told with its place, which `where` gives.
    """
    changed: dict[str, Any] = copy.deepcopy(dict(data))
    origins: dict[Path, str] = {}
    for argument in arguments:
        try:
            path = _apply(changed, argument)
        except ConfigError as error:
            error.place = where(argument)
            raise
        origins = {p: a for p, a in origins.items() if p[: len(path)] != path}
        origins[path] = argument
    return changed, origins


def _apply(data: dict[str, Any], argument: str) -> Path:
    name, equals, text = argument.partition("=")
    if not equals or not all(name.split(".")):
        raise ConfigError(f"the argument {argument!r} sets nothing", hint=_HINT)
    return _set(data, name.split("."), _value(argument, text), argument)


def _value(argument: str, text: str) -> object:
    import yaml

    try:
        value = yaml.safe_load(text)
    except Exception:  # noqa: BLE001 - besides its own errors, what int() and date() raise
        raise ConfigError(
            f"the value in the argument {argument!r} is no valid YAML",
            hint="put a text with special characters in quotes",
        ) from None
    return plain_text(value) if value == text.strip() and value else value


def _set(data: dict[str, Any], parts: list[str], value: object, argument: str) -> Path:
    """Set a value where the parts of a name lead; give the path."""
    here: Any = data
    path: list[str | int] = []
    while True:
        key, parts = _next(here, parts, argument)
        path.append(key)
        if not parts:
            here[key] = value
            return tuple(path)
        if isinstance(key, str) and here.get(key) is None:
            here[key] = {}
        here = here[key]
        if not _has_parts(here):
            name = ".".join(map(str, path))
            raise ConfigError(
                f"the argument {argument!r} sets a part of {name}, which is {here!r} "
                "and has no parts",
                hint=f"set all of it: {name}=…",
            )


def _has_parts(value: object) -> bool:
    return isinstance(value, dict | list)


def _next(
    here: dict[str, Any] | list[Any], parts: list[str], argument: str
) -> tuple[str | int, list[str]]:
    """Give the next key, and the parts behind it; a key may hold dots itself."""
    if isinstance(here, dict):
        for length in range(len(parts), 1, -1):
            if ".".join(parts[:length]) in here:
                return ".".join(parts[:length]), parts[length:]
        return parts[0], parts[1:]
    if not (parts[0].isdecimal() and int(parts[0]) < len(here)):
        raise ConfigError(
            f"the argument {argument!r} names the item {parts[0]!r} of a list of "
            f"{len(here)}",
            hint="items count from 0; to make the list longer, write all of it",
        )
    return int(parts[0]), parts[1:]
