"""Requirements and resources, written out as one mapping a source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sweepflow.project.operations.report import nearest
from sweepflow.project.operations.requirements import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sweepflow.project.operations.report import Path, Report
    from sweepflow.project.operations.tree import Node

_SHARED: Final = ("target-path", "target-type", "preserve-path")


class Resources:
    """What the operations of one model may require.

    Args:
        report: Where what is wrong goes.
        resources: The resources of all models, by name and by `MODEL:NAME`.
        operations: The names of the model's operations.
    """

    def __init__(
        self, report: Report, resources: Mapping[str, Node], operations: Sequence[str]
    ) -> None:
        self._report = report
        self._resources = resources
        self._operations = operations

    def sources(self, node: Node, path: Path) -> list[tuple[str, Node]]:
        """The sources of one requirement, each with the name of its resource."""
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
        common = _source(node).items if isinstance(node.value, dict) else {}
        sources = common.get("sources", node)
        if not isinstance(sources.value, list):
            self._report.wrong(
                sources,
                (*path, "sources"),
                "must be a list, such as [{file: data.csv}]",
            )
            return []
        shared = {one: common[one] for one in _SHARED if one in common}
        if unpack := common.get("default-unpack"):
            shared["unpack"] = unpack
        found: list[tuple[str, Node]] = []
        for one in sources.elements:
            if isinstance(one.value, str):
                source = one.mapping({"file": one.inner(), **shared})
                found.append((name, source))
            elif isinstance(one.value, dict):
                source = _source(one)
                found.append((name, source.mapping({**shared, **source.items})))
            else:
                self._report.wrong(
                    one, path, "must be a mapping, such as file: data.csv"
                )
        return found


def _source(node: Node) -> Node:
    """A source with its lists as lists and `path` under its later name."""
    parts = dict(node.items)
    if path := parts.pop("path", None):
        parts.setdefault("target-path", path)
    for name in ("select", "select-min", "select-max", "rename"):
        if name in parts:
            parts[name] = parts[name].as_list()
    if (flag := parts.get("flag-name")) and flag.value is False:
        del parts["flag-name"]
    for kind in KINDS:
        if kind in parts and not parts[kind].value:
            del parts[kind]
    return node.mapping(parts)
