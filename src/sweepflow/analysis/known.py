"""Runs of which a database knows the parameters, the numbers and how they ended."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, cast

from sweepflow.analysis.run import Run
from sweepflow.analysis.settings import MISSING, Settings, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.analysis.run_info import RunInfo

_FACTS = "run"
"""The section of what is no parameter, no number and no atom."""


class KnownRun(Run[Any, None]):
    """A run whose `cfg` are its parameters.

    `get` looks among the parameters, then the numbers, then what else is known, so that
    `lr`, `accuracy` and `status` all are keys. Where one hides another, `metrics.loss`
    and `run.status` name what is meant.

    Args:
        info: Its id and what it belongs to.
        params: Its parameters, by dotted keys.
    """

    def __init__(self, info: RunInfo, params: Mapping[str, Any]) -> None:
        super().__init__(info.run_dir)
        self.info = info
        self._loaded = Settings(nested(params), literal=True)

    @property
    @abstractmethod
    def metrics(self) -> Mapping[str, float]:
        """The last value of each of its numbers."""

    @property
    @abstractmethod
    def facts(self) -> Mapping[str, Any]:
        """What else is known of it, each under a name of one word."""

    def sections(self) -> Mapping[str, Mapping[str, Any]]:
        """Give what is known beside parameters and facts, by the kind of it."""
        return {"metrics": self.metrics}

    def _other(self, key: str) -> Value:
        for known in (self.metrics, self.facts):
            if key in known:
                return known[key]
        head, _, rest = key.partition(".")
        if rest:
            known = self.facts if head == _FACTS else self.sections().get(head, {})
            return known.get(rest, MISSING)
        return super()._other(key)

    def row(self) -> Mapping[str, Any]:
        """Give all that is known of the run, by the columns of a whole frame.

        A column is named as short as `get` allows.
        """
        params = self._settings.flat()
        row: dict[str, Any] = {}
        for name, value in self.facts.items():
            hidden = name in params or name in self.metrics
            row[f"{_FACTS}.{name}" if hidden else name] = value
        row |= params
        for section, values in self.sections().items():
            for name, value in values.items():
                short = section == "metrics" and name not in params
                row[name if short else f"{section}.{name}"] = value
        return row


def nested(params: Mapping[str, Any]) -> dict[str, Any]:
    """Give nested mappings for dotted keys; a key that has no place keeps its dots."""
    data: dict[str, Any] = {}
    for key, value in params.items():
        *parts, last = key.split(".") if "." in key else (key,)
        inner = data
        for part in parts:
            below: object = inner.setdefault(part, {})
            if not isinstance(below, dict):
                inner, last = data, key
                break
            inner = cast("dict[str, Any]", below)
        inner[key if last in inner and inner is data else last] = value
    return data
