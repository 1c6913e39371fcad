"""Short forms of an operation's keys, written out: what models can be built from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sweepflow.project.operations.flags import TYPES
from sweepflow.project.operations.report import nearest
from sweepflow.project.operations.step_list import StepList

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.project.operations.line import Line
    from sweepflow.project.operations.report import Path, Report
    from sweepflow.project.operations.resources import Resources
    from sweepflow.project.operations.tree import Node

_WAYS: Final = ("exec", "main", "steps")
_LISTS: Final = ("compare", "flags-import-skip", "python-path", "tags")


@dataclass(frozen=True)
class Shaped:
    """An operation in full, with what its short forms say beside.

    Args:
        node: The operation.
        flags: The names of its flags.
        resources: For each requirement, the resource that it is a part of.
        lines: For each step that is one, its text in parts.
    """

    node: Node
    flags: tuple[str, ...]
    resources: tuple[str, ...]
    lines: Mapping[int, Line]


class Shaper:
    """Writes out the operations of one model.

    Args:
        report: Where what is wrong goes.
        resources: What its operations may require.
    """

    def __init__(self, report: Report, resources: Resources) -> None:
        self._report = report
        self._resources = resources
        self._steps = StepList(report)

    def operation(self, node: Node, path: Path) -> Shaped:
        """One operation, a mapping, in full."""
        parts = self._one_way(node, path)
        for name in _LISTS:
            if name in parts:
                parts[name] = parts[name].as_list()
        if "env" in parts:
            parts["env"] = _texts(parts["env"])
        if "flags" in parts:
            parts["flags"] = self._flags(parts["flags"], (*path, "flags"))
        if isinstance(getattr(parts.get("objective"), "value", None), str):
            parts["objective"] = _objective(parts["objective"])
        self._optimizers(parts, path)
        if "output-scalars" in parts:
            parts["output-scalars"] = _scalars(parts["output-scalars"])
            if parts["output-scalars"].value is None:
                del parts["output-scalars"]
        resources: tuple[str, ...] = ()
        if requires := parts.get("requires"):
            parts["requires"], resources = self._requires(requires, (*path, "requires"))
        found: dict[int, Line] = {}
        if steps := parts.get("steps"):
            parts["steps"], found = self._steps.steps(steps, (*path, "steps"))
        flags = parts["flags"].items if "flags" in parts else {}
        return Shaped(node.mapping(parts), tuple(flags), resources, found)

    def _requires(self, node: Node, path: Path) -> tuple[Node, tuple[str, ...]]:
        """The sources of all requirements, and the resource that each is a part of."""
        given = [] if node.value is None else node.as_list().elements
        found = [
            source
            for index, one in enumerate(given)
            for source in self._resources.sources(one, (*path, index))
        ]
        names = tuple(name for name, _ in found)
        return node.listing(source for _, source in found), names

    def _one_way(self, node: Node, path: Path) -> dict[str, Node]:
        """Of main, exec and steps keep one; without any, main is the name."""
        parts = {
            name: one
            for name, one in node.items.items()
            if name not in _WAYS or one.value not in (None, "")
        }
        given = [way for way in _WAYS if way in parts]
        if not given:
            parts["main"] = node.inner().scalar(str(path[-1]))
        for way in given[1:]:
            self._report.odd(
                parts[way].key_place,
                f"{given[0]} and {way} are both given, and {way} is not used: keep "
                "one of them",
            )
            del parts[way]
        return parts

    def _flags(self, flags: Node, path: Path) -> Node:
        shaped: dict[str, Node] = {}
        for name, flag in flags.items.items():
            if not name.strip() or "=" in name:
                self._report.problem(
                    flag.key_place, f"the flag name {name!r} is empty or holds a '='"
                )
            shaped[name] = self._flag(flag, (*path, name))
        return flags.mapping(shaped) if shaped else flags

    def _flag(self, flag: Node, path: Path) -> Node:
        parts = dict(flag.items)
        if choices := parts.get("choices"):
            parts["choices"] = (
                choices.listing(
                    one
                    if isinstance(one.value, dict)
                    else one.mapping({"value": one.inner()})
                    for one in choices.elements
                )
                if isinstance(choices.value, list)
                else choices
            )
        kind = parts.get("type")
        if kind and kind.value not in (*TYPES, "", None):
            near = nearest(str(kind.value), TYPES)
            hint = f"did you mean {near!r}? " if near else ""
            valid = ", ".join(TYPES)
            self._report.odd(
                kind.place,
                f"the flag {path[-1]!r} has the unknown type {kind.value!r}: {hint}"
                f"(valid types: {valid})",
            )
            del parts["type"]
        return flag.mapping(parts) if parts else flag

    def _optimizers(self, parts: dict[str, Node], path: Path) -> None:
        """One optimizer or several, each with its flags under `flags`."""
        single = parts.pop("optimizer", None)
        several = parts.get("optimizers")
        if single is not None and several is not None:
            self._report.problem(
                single.key_place, "optimizer and optimizers are both given: keep one"
            )
        elif single is not None:
            name = single.items.get("algorithm", single)
            if not isinstance(name.value, str):
                self._report.wrong(
                    single, (*path, "optimizer"), "must name an algorithm"
                )
                return
            parts["optimizers"] = single.mapping(
                {name.value: _optimizer(name.value, single)}
            )
        elif several is not None and isinstance(several.value, list):
            named = {
                str(one.value): _optimizer(str(one.value), one)
                for one in several.elements
            }
            parts["optimizers"] = several.mapping(named)
        elif several is not None:
            named = {name: _optimizer(name, one) for name, one in several.items.items()}
            parts["optimizers"] = several.mapping(named) if named else several


def _texts(env: Node) -> Node:
    """Variables as a process gets them: yes is 1, no and nothing are empty."""
    if not isinstance(env.value, dict):
        return env
    return env.mapping({name: _variable(one) for name, one in env.items.items()})


def _variable(node: Node) -> Node:
    value = node.value
    if value is None or isinstance(value, bool):
        return node.scalar("1" if value else "")
    return node.scalar(str(value)) if isinstance(value, int | float) else node


def _objective(node: Node) -> Node:
    """The short form: a scalar to minimize, or with a `-` before it to maximize."""
    text = str(node.value)
    way = "maximize" if text.startswith("-") else "minimize"
    return node.mapping({way: node.inner().scalar(text.removeprefix("-"))})


def _optimizer(name: str, node: Node) -> Node:
    """An optimizer's algorithm and flags, which stand beside each other in a file."""
    algorithm = node.items.get("algorithm")
    if algorithm is None:
        written = node.value if isinstance(node.value, str) else name
        algorithm = node.inner().scalar(written)
    flags = node.without("algorithm", "default") if node.items else node.mapping({})
    parts = {"algorithm": algorithm, "flags": flags}
    if default := node.items.get("default"):
        parts["default"] = default
    return node.mapping(parts)


def _scalars(node: Node) -> Node:
    """Patterns as a list; no is none of them."""
    return node.listing(()) if node.value is False else node.as_list()
