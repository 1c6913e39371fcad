"""Configs from files and mappings, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from sweepflow.workflow.data import to_data
from sweepflow.workflow.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

C = TypeVar("C")


def from_dict(config_class: type[C], data: Mapping[str, Any]) -> C:
    """Make a config of a mapping.

    Types are taken strictly: `"2"` is no number, and 2.5 no whole one. A missing part
    whose fields all have defaults is made from these.

    Args:
        config_class: A dataclass or pydantic model.
        data: Its fields; nested configs as mappings.

    Raises:
        ConfigError: Keys are unknown or missing, or values of a wrong type; the message
            has every problem, each with its dotted path.
    """
    from sweepflow.workflow.checking import Findings, build

    findings = Findings()
    config = build(config_class, to_data(data), (), findings)
    findings.finish()
    return config


def from_yaml(config_class: type[C], path: str | Path) -> C:
    """Make a config of a YAML file; see `from_dict`.

    Raises:
        ConfigError: As for `from_dict`, with file, line and column.
        ProjectError: The file cannot be read, or is no YAML that is safe to load.
    """
    from sweepflow.workflow.checking import Findings, build
    from sweepflow.workflow.origin import Origin, read_data

    document, data = read_data(Path(path))
    findings = Findings(Origin(document))
    config = build(config_class, to_data(data), (), findings)
    findings.finish()
    return config


def to_dict(config: object) -> dict[str, Any]:
    """Give a config as what JSON can say; `from_dict` takes it back.

    Raises:
        ConfigError: It is none, holds what JSON cannot say, or a secret.
    """
    data = to_data(config)
    if not isinstance(data, dict):
        raise ConfigError(
            f"{type(config).__name__} is no config",
            hint="give a dataclass, a pydantic model or a mapping",
        )
    return data  # pyright: ignore[reportUnknownVariableType] - keys are texts


def to_yaml(config: object) -> str:
    """Give a config as YAML; `from_yaml` takes it back.

    Raises:
        ConfigError: As for `to_dict`.
    """
    from sweepflow.workflow.yaml_text import dump

    return dump(to_dict(config))


class Config:
    """A base for configs that puts `from_yaml` and its like on the class.

    It is of use for dataclasses and pydantic models alike, and needed for neither: the
    functions of the same names take any class.
    """

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make one of a mapping; see the function `from_dict`."""
        return from_dict(cls, data)

    @classmethod
    def from_yaml(cls, path: str | Path) -> Self:
        """Make one of a YAML file; see the function `from_yaml`."""
        return from_yaml(cls, path)

    def to_dict(self) -> dict[str, Any]:
        """Give it as what JSON can say."""
        return to_dict(self)

    def to_yaml(self) -> str:
        """Give it as YAML."""
        return to_yaml(self)
