"""Short forms of an operation's keys, written out: what models can be built from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sweepflow.project.operations import line as lines
from sweepflow.project.operations.flags import TYPES
from sweepflow.project.operations.report import nearest
from sweepflow.project.operations.requirements import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.project.operations.report import Path, Report
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
    lines: Mapping[int, lines.Line]


class Shaper:
    """Writes out the operations of one model.

    Args:
        report: Where what is wrong goes.
        resources: The resources of all models, by name and by `MODEL:NAME`.
        operations: The names of the model's operations.
    """

    def __init__(
        self, report: Report, resources: Mapping[str, Node], operations: list[str]
    ) -> None:
        self._report = report
        self._resources = resources
        self._operations = operations

    def operation(self, node: Node, path: Path) -> Shaped:
        """One operation, a mapping, in full."""
        parts = self._one_way(node, path)
        for name in _LISTS:
            if name in parts:
                parts[name] = _as_list(parts[name])
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
        resources: list[str] = []
        if "requires" in parts:
            parts["requires"] = self._requires(parts["requires"], path, resources)
        found: dict[int, lines.Line] = {}
        if "steps" in parts:
            parts["steps"] = self._steps(parts["steps"], (*path, "steps"), found)
        flags = parts["flags"].items if "flags" in parts else {}
        return Shaped(node.mapping(parts), tuple(flags), tuple(resources), found)

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

    def _requires(self, node: Node, path: Path, resources: list[str]) -> Node:
        path = (*path, "requires")
        shaped: list[Node] = []
        if node.value is None:
            return node.listing(())
        for index, one in enumerate(_as_list(node).elements):
            for name, source in self._sources(one, (*path, index)):
                shaped.append(source)
                resources.append(name)
        return node.listing(shaped)

    def _sources(self, node: Node, path: Path) -> list[tuple[str, Node]]:
        if isinstance(node.value, str):
            return self._resource(node, node.value, path)
        if not isinstance(node.value, dict):
            self._report.wrong(
                node, path, "must be a mapping, such as operation: prepare"
            )
            return []
        if named := node.items.get("resource"):
            if isinstance(named.value, str):
                return self._resource(named, named.value, path)
            self._report.wrong(named, (*path, "resource"), "must be a name")
            return []
        if "sources" in node.items:
            name = node.items.get("name")
            return self._whole(node, str(name.value) if name else "", path)
        return [("", _source(node))]

    def _resource(self, node: Node, name: str, path: Path) -> list[tuple[str, Node]]:
        if resource := self._resources.get(name):
            return self._whole(resource, name, path)
        hint = ""
        if name in self._operations:
            hint = f": for the operation write 'operation: {name}'"
        elif near := nearest(name, self._resources):
            hint = f": did you mean {near!r}?"
        self._report.wrong(
            node, path, f"is the resource {name!r}, which is not defined{hint}"
        )
        return []

    def _whole(self, node: Node, name: str, path: Path) -> list[tuple[str, Node]]:
        """All sources of a resource, each with what the resource says for all."""
        common = dict(_source(node).items) if isinstance(node.value, dict) else {}
        sources = common.pop("sources", node)
        if not isinstance(sources.value, list):
            self._report.wrong(
                sources,
                (*path, "sources"),
                "must be a list, such as [{file: data.csv}]",
            )
            return []
        if unpack := common.pop("default-unpack", None):
            common["unpack"] = unpack
        shared = ("target-path", "target-type", "preserve-path", "unpack")
        shared_parts = {one: common[one] for one in shared if one in common}
        found: list[tuple[str, Node]] = []
        for one in sources.elements:
            source = (
                one.mapping({"file": one.inner()})
                if isinstance(one.value, str)
                else one
            )
            if not isinstance(source.value, dict):
                self._report.wrong(
                    one, path, "must be a mapping, such as file: data.csv"
                )
                continue
            source = _source(source)
            found.append((name, source.mapping({**shared_parts, **source.items})))
        return found

    def _steps(self, node: Node, path: Path, found: dict[int, lines.Line]) -> Node:
        if not isinstance(node.value, list):
            if node.value is not None:
                self._report.wrong(
                    node, path, "must be a list: begin each item with '- '"
                )
            return node.listing(())
        if not node.elements:
            self._report.wrong(node, path, "is empty: write an operation's name")
        shaped: list[Node] = []
        for index, one in enumerate(node.elements):
            full = self._step(one, (*path, index))
            shaped.append(one if full is None else full[0])
            if full is not None:
                found[index] = full[1]
        return node.listing(shaped)

    def _step(self, node: Node, path: Path) -> tuple[Node, lines.Line] | None:
        if isinstance(node.value, str):
            node = node.mapping({"run": node.inner()})
        if not isinstance(node.value, dict):
            self._report.wrong(
                node,
                path,
                "must be a text, such as 'train lr=0.1', or a mapping with run",
            )
            return None
        parts = self._one_name_for_checks(node)
        run = parts.get("run")
        if run is None or not isinstance(run.value, str):
            self._report.wrong(
                node if run is None else run,
                path,
                "must say what to run: write run: and a text, such as 'train lr=0.1'",
            )
            return None
        try:
            line = lines.parse(run.value)
            if isinstance(getattr(parts.get("flags"), "value", None), list):
                words = (str(one.value) for one in parts.pop("flags").elements)
                line.arguments += [lines.argument(word) for word in words]
        except lines.LineError as error:
            self._report.wrong(run, path, str(error))
            return None
        for option in line.unused:
            self._report.warn(run.place, f"the option {option} has no effect in a step")
        return self._completed(node, parts, line, run), line

    def _one_name_for_checks(self, node: Node) -> dict[str, Node]:
        parts = dict(node.items)
        if checks := parts.pop("checks", None):
            if "expect" in parts:
                self._report.problem(
                    checks.key_place, "expect and checks are the same: keep one of them"
                )
            parts.setdefault("expect", checks)
        return parts

    def _completed(
        self, node: Node, parts: dict[str, Node], line: lines.Line, run: Node
    ) -> Node:
        at = run.inner()
        for name, value in line.options.items():
            parts.setdefault(name, at.scalar(value))
        for name, many in line.lists.items():
            parts.setdefault(name, at.listing(map(at.scalar, many)))
        if flags := parts.get("flags"):
            plain = {
                name: one.items.get("default", one) for name, one in flags.items.items()
            }
            parts["flags"] = flags.mapping(plain) if plain else flags
        for name in ("expect", "tags", "batch-tags", "opt-flags"):
            if name in parts:
                parts[name] = _as_list(parts[name])
        return node.mapping(parts)


def _as_list(node: Node) -> Node:
    """A single value as a list of it."""
    if node.value is None or isinstance(node.value, list):
        return node
    return node.listing([node.inner()])


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
    return node.listing(()) if node.value is False else _as_list(node)


def _source(node: Node) -> Node:
    """A source with its lists as lists and `path` under its later name."""
    parts = dict(node.items)
    if path := parts.pop("path", None):
        parts.setdefault("target-path", path)
    for name in ("select", "select-min", "select-max", "rename"):
        if name in parts:
            parts[name] = _as_list(parts[name])
    for kind in KINDS:
        if kind in parts and not parts[kind].value:
            del parts[kind]
    return node.mapping(parts)
