"""The parameters of a model, and what stands in their places."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sweepflow.errors import ProjectError

if TYPE_CHECKING:
    from sweepflow.project.operations.report import Report
    from sweepflow.project.operations.tree import Node

_PARAM: Final = re.compile(r"{{\s*(.*?)\s*}}")

_MOST_VALUES: Final = 50_000
_MOST_CHARACTERS: Final = 1_000_000


class Params:
    """A model with its `{{name}}` replaced."""

    def __init__(self, model: Node, report: Report) -> None:
        self._model = model
        self._report = report
        params = model.items.get("params")
        self._params = params.items if params else {}
        self._known: dict[str, Node] = {}
        self._values = 0
        self._characters = 0

    def filled(self) -> Node:
        if not self._params:
            return self._model
        kept = {"params": self._model.items["params"]}
        parts = {
            name: self._replaced(node, ())
            for name, node in self._model.items.items()
            if name not in {"params", "extends", "model"}
        }
        return self._model.mapping({**self._model.items, **parts, **kept})

    def _replaced(self, node: Node, above: tuple[str, ...]) -> Node:
        if isinstance(node.value, dict):
            return node.mapping(
                {name: self._replaced(one, above) for name, one in node.items.items()}
            )
        if isinstance(node.value, list):
            return node.listing(self._replaced(one, above) for one in node.elements)
        if not isinstance(node.value, str) or "{{" not in node.value:
            return node
        whole = _PARAM.fullmatch(node.value)
        if whole and whole[1] in self._params:
            value = self._value(whole[1], node, above)
            if value is None:
                return node
            self._take(node, values=_size(value))
            return value.moved(node)
        text = _PARAM.sub(lambda match: self._text(match, node, above), node.value)
        return node.scalar(text)

    def _text(self, match: re.Match[str], node: Node, above: tuple[str, ...]) -> str:
        value = self._value(match[1], node, above)
        text = match[0] if value is None else str(value.value)
        self._take(node, characters=len(text))
        return text

    def _value(self, name: str, node: Node, above: tuple[str, ...]) -> Node | None:
        """The value of a parameter; None for what is none, and stays as it is."""
        if name in self._known:
            return self._known[name]
        if name not in self._params:
            return None
        if name in above:
            circle = " -> ".join((*above[above.index(name) :], name))
            self._report.problem(node.place, f"params go in a circle: {circle}")
            return None
        value = self._replaced(self._params[name], (*above, name))
        self._known[name] = value
        return value

    def _take(self, node: Node, *, values: int = 0, characters: int = 0) -> None:
        """Keep parameters that hold each other many times from filling the memory."""
        self._values += values
        self._characters += characters
        if self._values > _MOST_VALUES or self._characters > _MOST_CHARACTERS:
            raise ProjectError(
                f"the params of the model stand for more than {_MOST_VALUES:,} values "
                f"or {_MOST_CHARACTERS:,} characters",
                place=node.place,
            )


def _size(node: Node) -> int:
    inner = (*node.items.values(), *node.elements)
    return 1 + sum(map(_size, inner))
