"""The configuration of a run: plain data, and OmegaConf's objects where need be.

OmegaConf takes milliseconds to make its objects, so that thousands of runs are read as
plain data. Its objects are made when `cfg` is asked for, or a value that has an
interpolation in it; from then on they are what counts.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from sweepflow.analysis.errors import AnalysisError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from omegaconf import DictConfig

Value: TypeAlias = Any
"""Of a configuration, or of whatever else a user has."""

MISSING: Final[Any] = Ellipsis
"""Stands for a default that was not given, and for a value that is not there."""

_ASK = object()  # stands for a value that only OmegaConf can find
_UNSET = "???"  # OmegaConf's word for a value that has still to be given
_ENVIRONMENT = "${oc.env"  # resolved, it would be the environment of who looks
_MAY_BE_OPEN = (str, list)
_SIMPLE = (bool, int, float, str, type(None))


class Settings:
    """A configuration.

    Args:
        data: Nested mappings and lists, which become those of this object.
        literal: Whether `${…}` is no interpolation but text like any other.
    """

    __slots__ = ("_cfg", "_data", "_literal")

    def __init__(self, data: dict[str, Any], *, literal: bool = False) -> None:
        self._data = data
        self._literal = literal
        self._cfg: DictConfig | None = None

    @property
    def cfg(self) -> DictConfig:
        """The configuration as OmegaConf has it; it may be changed."""
        if self._cfg is None:
            from omegaconf import OmegaConf

            data = _escaped(self._data, "${") if self._literal else self._data
            self._cfg = OmegaConf.create(data)
        return self._cfg

    def get(self, key: str) -> Value:
        """Give the value at a dotted key, interpolations resolved, or MISSING.

        Raises:
            AnalysisError: An interpolation leads nowhere.
        """
        if self._cfg is None:
            value = _walk(self._data, key)
            ours = value is not _ASK and not _is_nested(value)
            if ours and not self._is_open(value):
                return value
        from omegaconf import OmegaConf
        from omegaconf.errors import ConfigTypeError, OmegaConfBaseException

        try:
            return OmegaConf.select(self.cfg, key, default=MISSING)
        except ConfigTypeError:  # the key goes on below a value
            return MISSING
        except OmegaConfBaseException as error:
            raise AnalysisError(
                f"the value {key!r} cannot be resolved: {error}"
            ) from None

    def plain(self, key: str) -> Value:
        """Give the same with lists and dicts instead of OmegaConf's objects."""
        if self._cfg is None:
            value = _walk(self._data, key)
            if _is_nested(value) and not self._has_open(value):
                return copy.deepcopy(value)
        return plain(self.get(key))

    def set(self, key: str, value: object, *, force: bool) -> None:
        """Set a value unless there is one, or whatever there is.

        Raises:
            AnalysisError: The configuration cannot hold it.
        """
        if not force and self.get(key) is not MISSING:
            return
        if self._cfg is None and _put(self._data, key, value):
            return
        from omegaconf import OmegaConf
        from omegaconf.errors import OmegaConfBaseException

        try:
            OmegaConf.update(self.cfg, key, value, force_add=True)
        except (OmegaConfBaseException, TypeError, AttributeError) as error:
            raise AnalysisError(
                f"{key!r} cannot be set to {value!r}: {error}"
            ) from None

    def nested(self) -> dict[str, Any]:
        """Give all values as they are written, interpolations unresolved."""
        if self._cfg is None:
            return copy.deepcopy(self._data)
        from omegaconf import OmegaConf

        data = OmegaConf.to_container(self._cfg, resolve=self._literal)
        return cast("dict[str, Any]", data)

    def flat(self) -> dict[str, Any]:
        """Give all values by their dotted keys, interpolations resolved.

        A value that has still to be given is left out.
        One that leads nowhere stays as it is written, and so does what is read from the
        environment, which may hold a secret and need not be that of the run.
        """
        data = self._data if self._cfg is None else self.nested()
        values = {k: v for k, v in flatten(data) if v != _UNSET}
        if self._literal:
            return values
        opened = [
            key
            for key, value in values.items()
            # Before all else, since there are thousands of runs with dozens of values.
            if type(value) in _MAY_BE_OPEN and self._has_open(value)
        ]
        if opened:
            resolved = Settings(_escaped(data, _ENVIRONMENT))
            for key in opened:
                values[key] = resolved._written(key, values[key])
        return values

    def _is_open(self, value: object) -> bool:
        return isinstance(value, str) and "${" in value and not self._literal

    def _has_open(self, value: object) -> bool:
        if _is_nested(value):
            return any(map(self._is_open, _leaves(value)))
        return self._is_open(value)

    def _written(self, key: str, written: object) -> object:
        try:
            value = self.plain(key)
        except AnalysisError:
            return written
        return written if value is MISSING or isinstance(value, dict) else value


def flatten(data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Give the values in nested mappings by their dotted keys, without empty ones."""
    for key, value in data.items():
        if isinstance(value, dict):
            yield from flatten(cast("dict[str, Any]", value), f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def plain(value: object) -> Value:
    """Give lists and dicts for OmegaConf's objects, and all else as it is."""
    if type(value).__module__.partition(".")[0] != "omegaconf":
        return value
    from omegaconf import OmegaConf

    return OmegaConf.to_container(cast("DictConfig", value), resolve=True)


def _walk(data: dict[str, Any], key: str) -> Value:
    """Give the value at a dotted key, or `_ASK`."""
    if key in data:
        value = data[key]
        return MISSING if value == _UNSET else value
    value: Any = data
    for part in key.replace("[", ".").split("."):
        if not isinstance(value, dict):
            return _ASK if isinstance(value, list) or _is_text(value) else MISSING
        inner = cast("dict[Any, Any]", value)
        if part not in inner:
            # A key may be a number, whatever is written.
            return MISSING if all(isinstance(k, str) for k in inner) else _ASK
        value = inner[part]
    return MISSING if value == _UNSET else value


def _put(data: dict[str, Any], key: str, value: object) -> bool:
    """Put a plain value to a dotted key; say no where OmegaConf has to."""
    if not isinstance(value, _SIMPLE) or _is_text(value) or "[" in key:
        return False
    if key in data:
        data[key] = value
        return True
    *parts, last = key.split(".")
    inner: Any = data
    for part in parts:
        if not isinstance(inner, dict):
            return False
        inner = cast("dict[Any, Any]", inner).setdefault(part, {})
    if not isinstance(inner, dict):
        return False
    inner[last] = value
    return True


def _is_nested(value: object) -> bool:
    return isinstance(value, (dict, list))


def _is_text(value: object) -> bool:
    """Say whether a value may be an interpolation."""
    return isinstance(value, str) and "${" in value


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        value = list(cast("dict[str, object]", value).values())
    if not isinstance(value, list):
        yield value
        return
    for each in cast("list[object]", value):
        yield from _leaves(each)


def _escaped(value: Value, what: str) -> Value:
    """Give the same with a backslash before each of the interpolations named."""
    if isinstance(value, dict):
        inner = cast("dict[Any, Any]", value)
        return {key: _escaped(each, what) for key, each in inner.items()}
    if isinstance(value, list):
        return [_escaped(each, what) for each in cast("list[Any]", value)]
    return value.replace(what, f"\\{what}") if isinstance(value, str) else value
