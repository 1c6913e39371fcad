"""`extends`, `operation-defaults` and `$include`: a model as it is meant.

A part that is taken from elsewhere keeps the place where it is written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sweepflow.project.operations.params import Params
from sweepflow.project.operations.report import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sweepflow.project.operations.items import Item
    from sweepflow.project.operations.report import Report
    from sweepflow.project.operations.tree import Node

_INHERITED: Final = (
    "description",
    "flags",
    "operation-defaults",
    "operations",
    "params",
    "resources",
    "sourcecode",
)
_REFERENCE: Final = re.compile(
    r"(?:(?P<model>[^:#]*):(?P<op>[^#]+)|(?P<config>[^:#]+))(?:#(?P<names>.+))?"
)


class Composer:
    """Puts together what the items of a file say of one another."""

    def __init__(self, items: Sequence[Item], report: Report) -> None:
        self._items = {item.name: item for item in items if item.kind != "package"}
        self._report = report
        self._ancestors: dict[str, Node] = {}

    def model(self, item: Item) -> Node:
        """All of a model; nothing in it refers to another item any more."""
        node = self._extended(item.node, (item.name,))
        node = self._with_includes(node)
        return Params(node, self._report).filled()

    def _extended(self, node: Node, seen: tuple[str, ...]) -> Node:
        extends = node.items.get("extends")
        if extends is None:
            return node
        for name in extends.elements or [extends]:
            parent = self._parent(name, seen)
            if parent is not None:
                node = _filled(node, self._ancestor(parent, seen))
        return node

    def _ancestor(self, parent: Item, seen: tuple[str, ...]) -> Node:
        """What others inherit from an item."""
        found = self._ancestors.get(parent.name)
        if found is None:
            whole = self._extended(parent.node, (*seen, parent.name))
            kept = [name for name in whole.items if name not in _INHERITED]
            found = self._ancestors[parent.name] = whole.without(*kept)
        return found

    def _parent(self, name: Node, seen: tuple[str, ...]) -> Item | None:
        text = name.value
        if not isinstance(text, str):
            self._report.problem(
                name.place, "extends must be the name of a model or config, or a list"
            )
        elif text in seen:
            circle = " -> ".join((*seen[seen.index(text) :], text))
            self._report.problem(name.place, f"extends goes in a circle: {circle}")
        elif text in self._items:
            return self._items[text]
        else:
            self._unknown(name, text)
        return None

    def _unknown(self, node: Node, name: str) -> None:
        if "/" in name:
            hint = "; what packages have can't be used here"
        elif near := nearest(name, self._items):
            hint = f": did you mean {near!r}?"
        else:
            hint = ""
        self._report.problem(node.place, f"no model or config is called {name!r}{hint}")

    def _with_includes(self, model: Node) -> Node:
        parts = dict(model.items)
        for section in ("operations", "resources"):
            if section in parts:
                parts[section] = self._section(parts[section], section)
        if operations := parts.get("operations"):
            defaults = parts.get("operation-defaults")
            parts["operations"] = (
                operations.mapping(
                    {
                        name: self._operation(one, defaults)
                        for name, one in operations.items.items()
                    }
                )
                if isinstance(operations.value, dict)
                else operations
            )
        return model.mapping(parts)

    def _operation(self, node: Node, defaults: Node | None) -> Node:
        if not isinstance(node.value, dict):
            return node
        node = node.mapping({**(defaults.items if defaults else {}), **node.items})
        parts = dict(node.items)
        if flags := parts.get("flags"):
            parts["flags"] = self._section(flags, "flags")
        if steps := parts.get("steps"):
            parts["steps"] = self._steps(steps)
        return node.mapping(parts)

    def _steps(self, steps: Node) -> Node:
        if not isinstance(steps.value, list):
            return steps
        return steps.listing(
            step.with_items(flags=self._section(flags, "flags"))
            if (flags := step.items.get("flags"))
            else step
            for step in steps.elements
        )

    def _section(self, node: Node, section: str) -> Node:
        """A mapping with what it includes in it; its own values win."""
        if "$include" not in node.items:
            return node
        found: dict[str, Node] = {}
        self._collect(node, section, found, set())
        return node.mapping(found)

    def _collect(
        self, node: Node, section: str, found: dict[str, Node], seen: set[str]
    ) -> None:
        if include := node.items.get("$include"):
            for reference in include.elements or [include]:
                self._include(reference, section, found, seen)
        for name, own in node.items.items():
            if name != "$include":
                _lay(found, name, own)

    def _include(
        self, reference: Node, section: str, found: dict[str, Node], seen: set[str]
    ) -> None:
        text = reference.value
        match = _REFERENCE.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            self._report.problem(
                reference.place,
                "$include must be CONFIG or MODEL:OPERATION, with #NAME,NAME behind it "
                "for some of what it has",
            )
            return
        if match[0] in seen:
            return
        seen.add(match[0])
        target = self._target(reference, match)
        part = target.items.get(section) if target else None
        if part is None or not isinstance(part.value, dict):
            return
        inner: dict[str, Node] = {}
        self._collect(part, section, inner, seen)
        names = [name.strip() for name in (match["names"] or "").split(",")]
        for name, node in inner.items():
            if not match["names"] or name in names:
                _lay(found, name, node)
        if match["names"]:
            self._tell_missing(reference, names, inner)

    def _target(self, reference: Node, match: re.Match[str]) -> Node | None:
        name = match["config"] if match["config"] is not None else match["model"]
        item = self._items.get(name)
        if item is None:
            self._tell_unknown(reference, name, match)
            return None
        if match["op"] is None:
            return item.node
        operations = item.node.items.get("operations")
        all_of_it: Mapping[str, Node] = operations.items if operations else {}
        if match["op"] in all_of_it:
            return all_of_it[match["op"]]
        near = nearest(match["op"], all_of_it)
        hint = f": did you mean {near!r}?" if near else ""
        self._report.problem(
            reference.place,
            f"the model {name!r} has no operation {match['op']!r}{hint}",
        )
        return None

    def _tell_unknown(self, reference: Node, name: str, match: re.Match[str]) -> None:
        bare = self._items.get("")
        operations = bare.node.items.get("operations") if bare else None
        if match["config"] and operations and name in operations.items:
            self._report.problem(
                reference.place,
                f"no model or config is called {name!r}: for the operation write "
                f"':{name}'",
            )
        else:
            self._unknown(reference, name)

    def _tell_missing(
        self, reference: Node, names: list[str], inner: Mapping[str, Node]
    ) -> None:
        for name in names:
            if name not in inner:
                near = nearest(name, inner)
                hint = f": did you mean {near!r}?" if near else ""
                self._report.odd(
                    reference.place, f"{reference.value!r} has no {name!r}{hint}"
                )


def _lay(found: dict[str, Node], name: str, node: Node) -> None:
    """Put a flag or an operation over one of the same name, key by key."""
    old = found.get(name)
    if old is not None and isinstance(node.value, dict):
        node = node.mapping({**old.items, **node.items})
    found[name] = node


def _filled(child: Node, parent: Node) -> Node:
    """A mapping with what it does not say itself taken from another, at all depths."""
    if not isinstance(child.value, dict) or not isinstance(parent.value, dict):
        return child
    parts = dict(child.items)
    for name, node in parent.items.items():
        parts[name] = _filled(parts[name], node) if name in parts else node
    return child.mapping(parts)
