"""The steps of an operation, written out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sweepflow.project.operations import line as lines

if TYPE_CHECKING:
    from sweepflow.project.operations.report import Path, Report
    from sweepflow.project.operations.tree import Node


class StepList:
    """Writes out steps; what is wrong with them goes into a report."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def steps(self, node: Node, path: Path) -> tuple[Node, dict[int, lines.Line]]:
        """All steps, and of each that is one its text in parts, by its position."""
        if not isinstance(node.value, list):
            if node.value is not None:
                self._report.wrong(
                    node, path, "must be a list: begin each item with '- '"
                )
            return node.listing(()), {}
        if not node.elements:
            self._report.wrong(node, path, "is empty: write an operation's name")
        shaped: list[Node] = []
        found: dict[int, lines.Line] = {}
        for index, one in enumerate(node.elements):
            full = self._step(one, (*path, index))
            shaped.append(one if full is None else full[0])
            if full is not None:
                found[index] = full[1]
        return node.listing(shaped), found

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
                parts[name] = parts[name].as_list()
        return node.mapping(parts)
