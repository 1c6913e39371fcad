"""A configuration as plain data: resolved, and safe to digest or to log.

Some interpolations must not be resolved for every purpose. What Hydra says of the
launch itself (`${now:…}`, `${hydra:…}`) would make each launch a configuration of its
own, and an environment variable may hold a secret. `plain` keeps such parts as their
own text.
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from omegaconf import DictConfig, ListConfig

Container: TypeAlias = "DictConfig | ListConfig"
Plain: TypeAlias = dict[Any, Any] | list[Any]

_PREFIX = "sweepflow.text."


def plain(config: object, *, keep: Sequence[str]) -> Plain:
    """Give `config` as dicts, lists and scalars, with its interpolations resolved.

    A missing value (`???`) and an interpolation that cannot be resolved stay the text
    that they are. Enums, paths and bytes stay objects.

    Args:
        config: An OmegaConf container, a dataclass or its instance, a dict or a list.
        keep: Resolvers whose interpolations stay text, such as `now` or `oc.env`.
    """
    from omegaconf import OmegaConf

    is_config = OmegaConf.is_config(config)
    container = cast("Container", config if is_config else OmegaConf.create(config))  # pyright: ignore[reportCallIssue, reportArgumentType, reportUnknownVariableType] -- any object it can make a container of
    pattern = re.compile(rf"(?<!\\)\$\{{\s*(?={'|'.join(map(re.escape, keep))}\s*:)")
    raw = _raw(container)
    if any(pattern.search(text) for text in _texts(raw)):
        _register(keep)
        container = copy.deepcopy(container)
        _rename(container, raw, pattern)
        raw = _raw(container)
    return _resolve(container, raw, within=[container])


def _raw(container: Container) -> Plain:
    from omegaconf import OmegaConf

    return cast("Plain", OmegaConf.to_container(container, resolve=False))


def _items(raw: Plain) -> list[tuple[Any, Any]]:
    return list(raw.items()) if isinstance(raw, dict) else list(enumerate(raw))


def _texts(raw: Plain) -> Iterator[str]:
    for _, value in _items(raw):
        if isinstance(value, (dict, list)):
            yield from _texts(cast("Plain", value))
        elif isinstance(value, str):
            yield value


def _register(names: Sequence[str]) -> None:
    """Register, for each resolver, a twin that gives the interpolation's own text."""
    from omegaconf import OmegaConf

    def twin(name: str) -> Any:  # noqa: ANN401 -- OmegaConf's own type of a resolver
        def text(*args: object) -> str:
            # Still the twin's name: `oc.decode` resolves once more what it is given.
            return f"${{{_PREFIX}{name}:{','.join(map(str, args))}}}"

        return text

    for name in names:
        OmegaConf.register_new_resolver(_PREFIX + name, twin(name), replace=True)


def _rename(container: Any, raw: Plain, pattern: re.Pattern[str]) -> None:  # noqa: ANN401 -- indexed by any key
    """Point the interpolations that `pattern` finds to their resolvers' twins."""
    from omegaconf import open_dict, read_write

    for key, value in _items(raw):
        if isinstance(value, (dict, list)):
            _rename(container[key], cast("Plain", value), pattern)
        elif isinstance(value, str) and pattern.search(value):
            with read_write(container), open_dict(container):
                container[key] = pattern.sub("${" + _PREFIX, value)


def _resolve(container: Any, raw: Plain, within: list[object]) -> Plain:  # noqa: ANN401 -- indexed by any key
    found = [(key, _value(container, key, value, within)) for key, value in _items(raw)]
    return dict(found) if isinstance(raw, dict) else [value for _, value in found]


def _value(container: Any, key: object, raw: object, within: list[object]) -> object:  # noqa: ANN401 -- indexed by any key
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    if isinstance(raw, (dict, list)):
        child = container[key]
        return _resolve(child, cast("Plain", raw), [*within, child])
    if not (isinstance(raw, str) and "${" in raw):
        return raw
    try:
        value: object = container[key]
    except OmegaConfBaseException:
        value = raw
    if OmegaConf.is_config(value) and all(value is not outer for outer in within):
        child = cast("Container", value)
        return _resolve(child, _raw(child), [*within, child])
    if OmegaConf.is_config(value):  # `a: {b: ${a}}` has no end
        value = raw
    return value.replace(_PREFIX, "") if isinstance(value, str) else value
