"""The classes of configs: dataclasses and pydantic models, told without pydantic."""

from __future__ import annotations

import dataclasses
import sys
import typing
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard, cast

if TYPE_CHECKING:
    from collections.abc import Callable


class ConfigField(NamedTuple):
    """A field of a config.

    Args:
        name: As the class says it.
        key: As a file says it; another where a pydantic field has an alias.
        required: Whether it has no default.
        default: Gives the default, or None where there is none that can be known.
    """

    name: str
    key: str
    required: bool
    default: Callable[[], object] | None


def is_model(kind: object) -> bool:
    """Tell whether something is a pydantic model's class.

    Where pydantic is not imported yet, nothing is.
    """
    pydantic = sys.modules.get("pydantic")
    return (
        pydantic is not None
        and isinstance(kind, type)
        and issubclass(kind, pydantic.BaseModel)
    )


def is_config_class(kind: object) -> TypeGuard[type[Any]]:
    """Tell whether something is a dataclass or a pydantic model, and no instance."""
    if not isinstance(kind, type):
        return False
    return dataclasses.is_dataclass(cast("object", kind)) or is_model(
        cast("object", kind)
    )


def config_fields(kind: type[Any]) -> dict[str, ConfigField]:
    """Give the fields of a config's class that are set when one is made, by name."""
    if is_model(kind):
        return {name: _of_model(name, info) for name, info in kind.model_fields.items()}
    return {
        each.name: _of_dataclass(each) for each in dataclasses.fields(kind) if each.init
    }


def needs_config(kind: type[Any]) -> bool:
    """Tell whether a config's class has a field without a default."""
    return any(each.required for each in config_fields(kind).values())


def _of_dataclass(info: dataclasses.Field[Any]) -> ConfigField:
    default: Callable[[], object] | None = None
    if info.default_factory is not dataclasses.MISSING:
        default = info.default_factory
    elif info.default is not dataclasses.MISSING:
        value = info.default
        if _is_model_field(value):  # of pydantic's `Field(…)` in a dataclass
            return _of_model(info.name, value)
        default = lambda: value  # noqa: E731
    return ConfigField(info.name, info.name, default is None, default)


def _is_model_field(value: object) -> bool:
    return type(value).__module__ == "pydantic.fields"


def _of_model(
    name: str,
    info: Any,  # noqa: ANN401 - pydantic's FieldInfo
) -> ConfigField:
    required = info.is_required()
    default: Callable[[], object] | None = None
    if not required and not getattr(info, "default_factory_takes_validated_data", None):
        default = lambda: info.get_default(call_default_factory=True)  # noqa: E731
    alias = info.validation_alias
    key = alias if isinstance(alias, str) else name
    return ConfigField(name, key, required, default)


def field_types(kind: type[Any]) -> dict[str, object]:
    """Give what the annotations of a class stand for; none where one is unreadable."""
    try:
        return typing.get_type_hints(kind)
    except Exception:  # noqa: BLE001 - whatever evaluating an annotation raises
        return {}
