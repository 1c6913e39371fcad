"""The points of a sweep over a workflow: its config with each combination of values.

A value on the command line is a sweep expression if it stands for several values;
else it is what it is in YAML. So is a text in quotes, or one with a blank.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, Final

from sweepflow.errors import PlanError
from sweepflow.sweep import DEFAULT_LIMIT, Sweep
from sweepflow.workflow.data import to_data
from sweepflow.workflow.errors import ConfigError
from sweepflow.workflow.origin import Origin, nowhere
from sweepflow.workflow.overrides import with_overrides
from sweepflow.workflow.resolve import read_config, resolve_config

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sweepflow.errors import Place
    from sweepflow.project.document import Document
    from sweepflow.workflow.resolve import Configs
    from sweepflow.workflow.workflow import Workflow

    Base = tuple[Document | None, dict[str, Any]]
    Where = Callable[[str], Place | None]

_PLAIN: Final = ("[", "{", '"', "'")
"""What begins a value that is YAML's, whatever follows."""


@dataclass(frozen=True, slots=True)
class Point:
    """One combination of values.

    Args:
        settings: What tells it from the other points: the values by dotted path, as
            they were written.
        configs: The config of each step by its name, None where it takes none.
    """

    settings: Mapping[str, str]
    configs: Configs


def read_points(
    workflow: Workflow,
    file: Path | None = None,
    overrides: Sequence[str] = (),
    *,
    limit: int | None = None,
) -> list[Point]:
    """Give the points that a file and the command line say; one if nothing is swept.

    Args:
        workflow: What is to run.
        file: A YAML file; None for what the defaults and the overrides say.
        overrides: Each `dotted.key=value`; the last swept one varies fastest.
        limit: How many points there may be; a million by default.

    Raises:
        ConfigError: A point's config is not valid.
        ProjectError: The file cannot be read, or is no YAML that is safe to load.
        SweepSyntaxError: A value has no meaning as a sweep expression.
        PlanError: There are more than the limit.
    """
    document, data = read_config(workflow, file)
    limit = limit or DEFAULT_LIMIT
    words = [_alternatives(word, limit) for word in overrides]
    if (count := prod(map(len, words))) > limit:
        raise PlanError(
            f"the sweep over workflow {workflow.name!r} has {count:,} points, more "
            f"than {limit:,}",
            hint=f"write less, or allow it with --limit {count}",
        )
    return _combine(workflow, data, document, words)


def grid_points(
    workflow: Workflow, base: object, grid: Mapping[str, Sequence[object] | str]
) -> list[Point]:
    """Give the points of a grid.

    Args:
        workflow: What is to run.
        base: The config that all have in common: an object or a mapping.
        grid: For each dotted path into it a list of values, or a sweep expression.

    Raises:
        ConfigError, SweepSyntaxError: As for `read_points`.
    """
    data: dict[str, Any] = to_data(base) or {}
    words: list[list[str]] = []
    for path, values in grid.items():
        if isinstance(values, str):
            words.append(_alternatives(f"{path}={values}", None))
        else:
            words.append([f"{path}={json.dumps(to_data(one))}" for one in values])
    return _combine(workflow, data, None, words)


def chosen_points(
    workflow: Workflow, base: Base, chosen: Sequence[tuple[Sequence[str], Where]]
) -> list[Point]:
    """Give the points of combinations that somebody else has made.

    Args:
        workflow: What is to run.
        base: What they have in common, as `read_config` gives it.
        chosen: For each point its words, each `dotted.key=value` in YAML, and what
            gives the place of such a word.

    Raises:
        ConfigError: As for `read_points`.
    """
    document, data = base
    return [
        Point(settings, _configs(workflow, data, document, words, where))
        for settings, (words, where) in zip(
            _differences([words for words, _ in chosen]), chosen, strict=True
        )
    ]


def _differences(points: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    """Give for each point its values for the keys that are not the same in all."""
    every = [{k: v for k, _, v in (w.partition("=") for w in one)} for one in points]
    keys = dict.fromkeys(key for values in every for key in values)
    differ = [key for key in keys if len({values.get(key) for values in every}) > 1]
    return [{key: one[key] for key in differ if key in one} for one in every]


def _combine(
    workflow: Workflow,
    data: dict[str, Any],
    document: Document | None,
    words: Sequence[Sequence[str]],
) -> list[Point]:
    swept = [number for number, choices in enumerate(words) if len(choices) > 1]
    points: list[Point] = []
    for chosen in product(*words):
        configs = _configs(workflow, data, document, chosen)
        points.append(Point(dict(_settings(chosen, swept)), configs))
    return points


def _configs(
    workflow: Workflow,
    data: dict[str, Any],
    document: Document | None,
    words: Sequence[str],
    where: Where = nowhere,
) -> Configs:
    changed, arguments = with_overrides(data, words, where)
    origin = Origin(document, arguments, where)
    return resolve_config(workflow, changed, origin=origin)


def _settings(chosen: Sequence[str], swept: Sequence[int]) -> Iterator[tuple[str, str]]:
    for number in swept:
        key, _, value = chosen[number].partition("=")
        yield key, value


def _alternatives(argument: str, limit: int | None) -> list[str]:
    """Give the arguments, each with one value, that an argument stands for."""
    _, equals, text = argument.partition("=")
    is_plain = not text or text.startswith(_PLAIN) or any(map(str.isspace, text))
    if not equals or is_plain:
        return [argument]
    values = [batch[0] for batch in Sweep.parse_word(argument).expand(limit)]
    if not values:
        raise ConfigError(f"the argument {argument!r} stands for no value")
    return values if len(values) > 1 else [argument]
