"""What a file says after includes, inheritance and parameters.

A `Node` is an entry that knows the file it is from: when a part of one file is put into
another, every value in it still stands where it was written.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from sweepflow.project.document import Document, Step
from sweepflow.project.entries import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sweepflow.errors import Place
    from sweepflow.project.source import Source


@dataclass(slots=True, eq=False)
class Node(Entry):
    """A value, what it is made of, and where it is written.

    `key` is where its key stands, in the same file as itself.
    """

    key: int = field(kw_only=True)
    source: Source = field(kw_only=True)

    @property
    def items(self) -> dict[str, Node]:
        """The values of a mapping; none of anything else."""
        if not isinstance(self.value, dict):
            return {}
        return cast("dict[str, Node]", self.children)

    @property
    def elements(self) -> list[Node]:
        """The values of a list; none of anything else."""
        if not isinstance(self.value, list):
            return []
        return list(cast("dict[int, Node]", self.children).values())

    @property
    def place(self) -> Place:
        """Where it begins: a list or mapping, where its key does."""
        is_whole = isinstance(self.value, dict | list) or self.start == self.end
        return self.source.place(self.key if is_whole else self.start)

    @property
    def key_place(self) -> Place:
        return self.source.place(self.key)

    def scalar(self, value: object) -> Node:
        """Another value in the place of this one."""
        return replace(self, value=value, children={}, keys={})

    def inner(self) -> Node:
        """The same as a part of what is put in its place."""
        return replace(self, key=self.start)

    def mapping(self, items: Mapping[str, Node]) -> Node:
        """A mapping in the place of this value."""
        return replace(
            self,
            value={name: node.value for name, node in items.items()},
            children=_children(items),
            keys={name: node.key for name, node in items.items()},
        )

    def listing(self, elements: Iterable[Node]) -> Node:
        """A list in the place of this value."""
        children = dict(enumerate(elements))
        return replace(
            self,
            value=[node.value for node in children.values()],
            children=_children(children),
            keys={index: node.key for index, node in children.items()},
        )

    def as_list(self) -> Node:
        """A single value as a list of it."""
        if self.value is None or isinstance(self.value, list):
            return self
        return self.listing([self.inner()])

    def with_items(self, **more: Node) -> Node:
        """The mapping with some of its values put in; `-` is written as `_`."""
        named = {name.replace("_", "-"): node for name, node in more.items()}
        return self.mapping({**self.items, **named})

    def without(self, *names: str) -> Node:
        """The mapping without some of its keys."""
        kept = {name: node for name, node in self.items.items() if name not in names}
        return self.mapping(kept)

    def moved(self, to: Node) -> Node:
        """A copy with all of it in the place of another value."""
        here = replace(to, value=self.value, tag=self.tag)
        if isinstance(self.value, dict):
            inner = to.inner()
            return here.mapping({k: v.moved(inner) for k, v in self.items.items()})
        if isinstance(self.value, list):
            inner = to.inner()
            return here.listing(one.moved(inner) for one in self.elements)
        return here


@dataclass(frozen=True)
class Tree(Document):
    """A document put together from several places; each value knows its own."""

    root: Node = field(repr=False, compare=False)

    def place(self, *path: Step, offset: int | None = None) -> Place:
        """Where the value at `path` stands; see `Document.place`."""
        node = self.root
        for step in path:
            if step not in node.children:
                return node.key_place
            node = cast("Node", node.children[step])
        if offset is None or not isinstance(node.value, str):
            return node.place
        return Document(node.source, node).place(offset=offset)

    def key_place(self, *path: Step) -> Place:
        """Where the key at the end of `path` stands; in a list, where the item does."""
        return self.node(*path).key_place

    def node(self, *path: Step) -> Node:
        """What stands at `path`; raises KeyError where nothing does."""
        return cast("Node", self.entry(*path))

    def written(self, entry: Entry) -> str:
        """A scalar as it stands in the file, quotes included, or its parameter."""
        written = cast("Node", entry).source.text[entry.start : entry.end]
        from_param = "{{" in written and not isinstance(entry.value, str)
        return str(entry.value) if from_param else written


def _children(nodes: Mapping[Any, Node]) -> dict[Step, Entry]:
    return dict(nodes)


def plant(document: Document) -> Node:
    """All of a document, each value with its file."""
    return _node(document.root, document.source, document.root.start)


def _node(entry: Entry, source: Source, key: int) -> Node:
    children = {
        step: _node(child, source, entry.keys[step])
        for step, child in entry.children.items()
    }
    value = entry.value
    # Not that of the entry, which may stand in several places by its aliases.
    if isinstance(value, dict):
        value = {name: child.value for name, child in children.items()}
    elif isinstance(value, list):
        value = [child.value for child in children.values()]
    return Node(
        value,
        entry.start,
        entry.end,
        entry.style,
        entry.tag,
        _children(children),
        dict(entry.keys),
        key=key,
        source=source,
    )
