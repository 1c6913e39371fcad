"""From a file to operations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sweepflow.errors import ProjectError
from sweepflow.project.operations import selection
from sweepflow.project.operations.book import OperationModel, Operations
from sweepflow.project.operations.compose import Composer
from sweepflow.project.operations.flags import Flag
from sweepflow.project.operations.items import Item, bare_item, items_of
from sweepflow.project.operations.models import ModelItem, Operation
from sweepflow.project.operations.report import Builder, Path, Report
from sweepflow.project.operations.requirements import Requirement
from sweepflow.project.operations.resources import Resources
from sweepflow.project.operations.shape import Shaped, Shaper
from sweepflow.project.operations.steps import StepEntry
from sweepflow.project.operations.tree import Node, Tree, plant

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Mapping

    from sweepflow.project.check import Checker
    from sweepflow.project.document import Document
    from sweepflow.project.operations.line import Line

_NAME: Final = re.compile(r"[^\s:/=\\@-][^\s:/=\\@]*")


def read_guild(file: pathlib.Path) -> Operations:
    """All of a guild.yml: operations only, one model, or a list of models and configs.

    Raises:
        ProjectError: It can't be read, or is not valid; then the message has every
            problem, one a line.
    """
    report = Report(lenient=True)
    items = items_of(file, report)
    where: dict[str, tuple[Tree, Path]] = {}
    models = _models(items, report, where)
    report.finish()
    warnings = sorted(
        report.warnings,
        key=lambda one: (
            str(one.place.file),
            one.place.line or 0,
            one.place.column or 0,
        ),
    )
    return Operations(file, file.parent, models, tuple(warnings), where)


def read_operations(document: Document, checker: Checker) -> Operations:
    """The operations of a sweepflow.yaml.

    Args:
        document: The file.
        checker: Where what is wrong goes.
    """
    file = document.source.file
    operations = plant(document).items.get("operations")
    if operations is None or not isinstance(operations.value, dict):
        return Operations(file, file.parent, {})
    report = Report(lenient=False)
    item = Item("model", "", bare_item(operations).node)
    where: dict[str, tuple[Tree, Path]] = {}
    models = _models([item], report, where)
    checker.add(dict.fromkeys(report.problems))
    return Operations(file, file.parent, models, _where=where)


def operation_of_script(script: pathlib.PurePath, root: pathlib.Path) -> Operation:
    """A script that no file names, as an operation by its path.

    Args:
        script: Its path, seen from the project's folder.
        root: That folder.

    Raises:
        ProjectError: There is no such file, or it is no Python script.
    """
    if script.suffix != ".py":
        raise ProjectError(
            f"{script} is no Python script", hint="name a file that ends in .py"
        )
    if not (root / script).is_file():
        raise ProjectError(f"no such script: {root / script}")
    import shlex

    # A module's name would be parted at its dots.
    path = script if "." in script.stem else script.with_suffix("")
    return Operation(
        name=script.as_posix(), main=shlex.quote(path.as_posix()), flags_import="all"
    )


def _models(
    items: list[Item], report: Report, where: dict[str, tuple[Tree, Path]]
) -> dict[str, OperationModel]:
    composer = Composer(items, report)
    whole = [(item, composer.model(item)) for item in items if item.kind == "model"]
    resources = _resources(whole)
    models: dict[str, OperationModel] = {}
    for item, node in whole:
        own = {
            name: one for (model, name), one in resources.items() if model == item.name
        }
        full = {f"{model}:{name}": one for (model, name), one in resources.items()}
        reader = _ModelReader(item, node, report, {**full, **own})
        models[item.name] = reader.model()
        where.update(reader.where)
    return models


def _resources(whole: list[tuple[Item, Node]]) -> dict[tuple[str, str], Node]:
    """The resources of all models, by the names of the model and of themselves."""
    found: dict[tuple[str, str], Node] = {}
    for item, node in whole:
        if resources := node.items.get("resources"):
            for name, one in resources.items.items():
                found[item.name, name] = one
    return found


class _ModelReader:
    """Builds the operations of one model."""

    def __init__(
        self, item: Item, node: Node, report: Report, resources: Mapping[str, Node]
    ) -> None:
        self._item = item
        self._node = node
        self._report = report
        self.where: dict[str, tuple[Tree, Path]] = {}
        self._operations = node.items.get("operations", node.mapping({}))
        self._shaper = Shaper(
            report, Resources(report, resources, list(self._operations.items))
        )

    def model(self) -> OperationModel:
        told = None
        if not self._item.bare:
            told = self._told()
        found = {
            name: operation
            for name, node in self._operations.items.items()
            if (operation := self._operation(name, node))
        }
        return OperationModel(
            self._item.name,
            found,
            told.description if told else "",
            told.default if told else False,
        )

    def _told(self) -> ModelItem | None:
        tree = Tree(self._node.source, self._node)
        return Builder(tree, self._report).make(ModelItem, (), {})

    def _operation(self, name: str, node: Node) -> Operation | None:
        path: Path = (name,) if self._item.bare else ("operations", name)
        if not _NAME.fullmatch(name):
            self._report.problem(
                node.key_place,
                f"{name!r} is not a valid operation name: use letters, digits, '_', "
                "'-' and '.', without spaces, ':', '/' and '='",
            )
        if not isinstance(node.value, dict):
            self._report.wrong(
                node, path, "must be a mapping or a text, such as main: train"
            )
            return None
        node = self._with_sourcecode(node)
        shaped = self._shaper.operation(node, path)
        tree = Tree(node.source, _held(shaped.node, path))
        builder = Builder(tree, self._report)
        given = {"name": name, "model": self._item.name}
        made = builder.make(Operation, path, given, _parts(builder, path, shaped))
        if made is not None:
            self.where[made.full_name] = tree, path
        return made

    def _with_sourcecode(self, node: Node) -> Node:
        own = node.items.get("sourcecode")
        full = selection.shaped(own, self._node.items.get("sourcecode"))
        return node.with_items(sourcecode=full) if full else node.without("sourcecode")


def _parts(builder: Builder, path: Path, shaped: Shaped) -> dict[str, object]:
    """Flags, requirements and steps; what is wrong with one is told and left out."""
    flags = {
        name: builder.make(Flag, (*path, "flags", name), {"name": name})
        for name in shaped.flags
    }
    requires = [
        builder.make(Requirement, (*path, "requires", index), {"resource": resource})
        for index, resource in enumerate(shaped.resources)
    ]
    steps = [
        builder.make(StepEntry, (*path, "steps", index), _given(line))
        for index, line in shaped.lines.items()
    ]
    parts: dict[str, object] = {
        "flags": {name: flag for name, flag in flags.items() if flag is not None},
        "requires": tuple(one for one in requires if one is not None),
        "steps": tuple(one for one in steps if one is not None),
    }
    written = shaped.node.items
    # Flags that are no mapping are left to the operation to refuse.
    return {
        name: part
        for name, part in parts.items()
        if name in written and _is_whole(name, written[name])
    }


def _is_whole(name: str, node: Node) -> bool:
    return isinstance(node.value, dict if name == "flags" else list)


def _given(line: Line) -> dict[str, object]:
    return {
        "operation": line.operation,
        "arguments": tuple(line.arguments),
        "batch-files": tuple(line.batch_files),
    }


def _held(node: Node, path: Path) -> Node:
    """A node at a path, in nothing but what holds it."""
    for step in reversed(path):
        node = node.mapping({str(step): node})
    return node
