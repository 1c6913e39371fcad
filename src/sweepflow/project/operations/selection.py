"""The short forms of `sourcecode`, written out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sweepflow.project.operations.tree import Node


def shaped(node: Node | None, above: Node | None) -> Node | None:
    """What an operation and its model say, as one mapping; None where both are silent.

    The rules of the model come first, so that those of the operation win.
    """
    own, model = _full(node), _full(above)
    if own is None or model is None:
        return own or model
    parts = {**model.items, **own.items}
    if "off" not in own.items:
        parts.pop("off", None)
    rules = [*_rules(model), *_rules(own)]
    if rules:
        holder = own.items.get("select", own)
        parts["select"] = holder.listing(rules)
    return own.mapping(parts)


def _rules(node: Node) -> list[Node]:
    select = node.items.get("select")
    return select.elements if select else []


def _full(node: Node | None) -> Node | None:
    if node is None or node.value is None:
        return None
    if isinstance(node.value, dict):
        if "select" not in node.items:
            return node
        select = node.items["select"]
        if select.value is False or select.value == []:
            return node.mapping(
                {**node.without("select").items, "off": select.scalar(True)}
            )
        return node.mapping({**node.items, "select": _select(select)})
    if node.value is False or node.value == []:
        return node.mapping({"off": node.inner().scalar(True)})
    return node.mapping({"select": _select(node.inner())})


def _select(node: Node) -> Node:
    if node.value is None:
        return node.listing(())
    one = isinstance(node.value, str | dict)
    elements = [node.inner()] if one else node.elements
    if not one and not isinstance(node.value, list):
        return node
    rules = [_rule(element) for element in elements]
    # Where only names are given, nothing else is taken.
    if all(isinstance(element.value, str) for element in elements):
        everything = node.inner().scalar("*")
        nothing = everything.mapping({"exclude": everything.listing([everything])})
        rules.insert(0, nothing)
    return node.listing(rules)


def _rule(node: Node) -> Node:
    if not isinstance(node.value, dict):
        inner = node.inner()
        return node.mapping({"include": inner.listing([inner])})
    parts = dict(node.items)
    for way in ("include", "exclude"):
        if way in parts:
            _spread(way, parts)
    return node.mapping(parts)


def _spread(way: str, parts: dict[str, Node]) -> None:
    """`include: {text: '*.py'}` as its patterns and what they are for."""
    node = parts[way]
    if isinstance(node.value, dict) and len(node.items) == 1:
        (kind, node), *_ = node.items.items()
        parts["only"] = node.inner().scalar(kind)
    parts[way] = node if node.elements else node.listing([node.inner()])
