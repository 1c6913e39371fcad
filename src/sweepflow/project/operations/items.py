"""The three shapes of a guild.yml as one: a list of models and configs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sweepflow.errors import ProjectError
from sweepflow.project.check import keys
from sweepflow.project.document import read
from sweepflow.project.operations.models import ModelItem
from sweepflow.project.operations.report import nearest
from sweepflow.project.operations.tree import plant

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.project.operations.report import Report
    from sweepflow.project.operations.tree import Node

TYPES: Final = ("model", "config", "include", "package")
_EXAMPLE: Final = "train: {main: train}"


@dataclass(frozen=True)
class Item:
    """A model or a config; `bare` where the file has operations and nothing else."""

    kind: str
    name: str
    node: Node
    bare: bool = False


def items_of(file: Path, report: Report) -> list[Item]:
    """All models and configs of a file and of those that it includes, prepared.

    Raises:
        ProjectError: The file can't be read.
    """
    items = _read(file, report, ())
    _tell_duplicates(items, report)
    return items


def bare_item(node: Node) -> Item:
    """A mapping of operations as a model without a name."""
    whole = node.mapping({"operations": node})
    return Item("model", "", _prepared(whole), bare=True)


def _read(file: Path, report: Report, above: tuple[Path, ...]) -> list[Item]:
    root = plant(read(file, exponents=True))
    if root.value is None:
        return []
    if isinstance(root.value, dict):
        if _is_one_model(root):
            return _item(root, file, report, above)
        return [bare_item(root)]
    if not isinstance(root.value, list):
        report.problem(
            root.place,
            f"the file must be a mapping of operations, such as {_EXAMPLE}, or a list "
            "of models and configs",
        )
        return []
    return [item for node in root.elements for item in _item(node, file, report, above)]


def _is_one_model(root: Node) -> bool:
    """Tell a model from operations that happen to be called `model` and the like."""
    names = set(root.items)
    if not names <= {*keys(ModelItem), *ModelItem.ignored, "config"}:
        return False
    named = root.items.get("model")
    if named and not isinstance(named.value, str):
        return False
    if "operations" in names:
        return isinstance(root.items["operations"].value, dict)
    return named is not None and "extends" in names


def _item(
    node: Node, file: Path, report: Report, above: tuple[Path, ...]
) -> list[Item]:
    if not isinstance(node.value, dict):
        report.problem(
            node.place,
            "an item of the file must be a mapping, such as model: NAME with its "
            "operations below",
        )
        return []
    used = [kind for kind in TYPES if kind in node.items]
    if not used and "operations" in node.items:
        return [Item("model", "", _prepared(node))]
    if len(used) != 1:
        _tell_type(node, used, report)
        return []
    kind = used[0]
    name = node.items[kind]
    if kind == "include":
        return _included(name, file, report, above)
    if not isinstance(name.value, str):
        report.problem(name.place, f"{kind} must be a name, such as {kind}: classifier")
        return []
    return [Item(kind, name.value, _prepared(node))]


def _tell_type(node: Node, used: list[str], report: Report) -> None:
    place = node.place
    if used:
        report.problem(place, f"the item has {' and '.join(used)}: keep one of them")
        return
    near = (nearest(name, TYPES) for name in node.items)
    advice = next((f": did you mean {one!r}?" for one in near if one), "")
    shown = ", ".join(map(repr, node.items)) or "nothing"
    report.problem(
        place, f"the item has {shown}, but none of {', '.join(TYPES)}{advice}"
    )


def _included(
    node: Node, file: Path, report: Report, above: tuple[Path, ...]
) -> list[Item]:
    files = node.elements or [node]
    found: list[Item] = []
    for one in files:
        if not isinstance(one.value, str):
            report.problem(one.place, "include must be the path of a file, or a list")
            continue
        other = file.parent / one.value
        seen = (*above, file.resolve())
        if other.resolve() in seen:
            report.problem(one.place, f"{one.value!r} includes itself")
            continue
        if not other.exists():
            report.problem(
                one.place,
                f"no such file: {other} (only files can be included, no packages)",
            )
            continue
        try:
            found += _read(other, report, seen)
        except ProjectError as error:
            report.problem(error.place or one.place, error.message)
    return found


def _tell_duplicates(items: list[Item], report: Report) -> None:
    first: dict[str, Item] = {}
    for item in items:
        if item.kind == "package":
            continue
        other = first.setdefault(item.name, item)
        if other is not item:
            key = item.node.items.get(item.kind, item.node)
            named = f"the {item.kind} {item.name!r}" if item.name else "a model"
            report.problem(
                key.key_place,
                f"{named} has the name of the {other.kind} at {other.node.place}: "
                "rename one",
            )


def _prepared(node: Node) -> Node:
    """An item with its short forms written out, as far as others may build on it."""
    parts = dict(node.items)
    if operations := parts.get("operations"):
        short = {name: _operation(name, one) for name, one in operations.items.items()}
        if isinstance(operations.value, dict):
            parts["operations"] = operations.mapping(short)
    if defaults := parts.get("operation-defaults"):
        parts["operation-defaults"] = _operation("", defaults)
    return _flags(node.mapping(parts))


def _operation(name: str, node: Node) -> Node:
    if name == "$include":
        return node
    if isinstance(node.value, str):
        return node.mapping({"main": node.inner()})
    return _flags(node)


def _flags(node: Node) -> Node:
    """An operation or config whose flags are mappings, all of them."""
    flags = node.items.get("flags")
    if flags is None or not isinstance(flags.value, dict):
        return node
    full = {
        name: one
        if name == "$include" or isinstance(one.value, dict)
        else one.mapping({"default": one.inner()})
        for name, one in flags.items.items()
    }
    return node.mapping({**node.items, "flags": flags.mapping(full)})
