"""Configs as plain data: what JSON and YAML can say."""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from sweepflow.workflow.config_class import config_fields, is_config_class
from sweepflow.workflow.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable

Path: TypeAlias = tuple[str | int, ...]
"""Where something stands in a config: keys and indices from the top."""


class PlainText(str):
    """A text that was written without quotes, and may have been meant as a number."""

    __slots__ = ()


def to_data(  # noqa: PLR0911 - one for each kind of value
    value: object, path: Path = ()
) -> Any:  # noqa: ANN401 - any JSON value
    """Give a config, or a value in one, as mappings, lists, texts and numbers.

    Raises:
        ConfigError: It holds what these cannot say.
    """
    if value is None or isinstance(value, bool | PlainText):
        return value
    if isinstance(value, enum.Enum):
        return to_data(value.value, path)
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)
    if is_config_class(type(value)):
        return _of_config(value, path)
    if isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        return {
            _key(key, path): to_data(one, (*path, _key(key, path)))
            for key, one in items
        }
    if isinstance(value, list | tuple):
        many = cast("Iterable[object]", value)
        return [to_data(one, (*path, number)) for number, one in enumerate(many)]
    if isinstance(value, set | frozenset):
        many = [to_data(one, path) for one in cast("Iterable[object]", value)]
        return sorted(many, key=json.dumps)
    if isinstance(value, PurePath):
        return str(value)
    return _of_other(value, path)


def _of_config(config: object, path: Path) -> dict[str, Any]:
    fields = config_fields(type(config))
    data = {
        each.key: to_data(getattr(config, name), (*path, each.key))
        for name, each in fields.items()
    }
    if not dataclasses.is_dataclass(config):
        extra: dict[str, object] = getattr(config, "model_extra", None) or {}
        data |= {key: to_data(value, (*path, key)) for key, value in extra.items()}
    return data


def _key(key: object, path: Path) -> str:
    data = to_data(key, path)
    return data if isinstance(data, str) else json.dumps(data)


def _of_other(value: object, path: Path) -> object:
    from pydantic_core import PydanticSerializationError, to_jsonable_python

    if hasattr(value, "get_secret_value"):
        raise ConfigError(
            f"{_spell(path)} is a secret, and a config is recorded",
            hint="read it from an environment variable in the step",
        )
    try:
        return to_jsonable_python(value)
    except PydanticSerializationError:
        kind = type(value)
        raise ConfigError(
            f"{_spell(path)} is a {kind.__module__}.{kind.__qualname__}, which a "
            "config cannot hold",
            hint="use texts, numbers, lists, mappings, dataclasses or pydantic models",
        ) from None


def _spell(path: Path) -> str:
    from sweepflow.project.check import spell

    return spell(path) if path else "the config"
