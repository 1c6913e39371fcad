"""YAML → values, each with where it and its key are written.

Reads PyYAML's events and not its nodes, because its composer crashes the interpreter
on deep nesting and its constructor turns the job name `on` into `True`. Only what safe
loading would build is built; keys are kept as the text that is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sweepflow.errors import ProjectError
    from sweepflow.project.source import Source

MOST_VALUES: Final = 1_000_000
"""How many values a file may hold once its aliases are followed."""
DEEPEST: Final = 50
"""How many lists and mappings may stand inside one another."""
LONGEST_NUMBER: Final = 1_000
"""How many characters a number or date may have (PyYAML's reading is quadratic)."""

# libyaml where PyYAML was built with it: ten times as fast, with the same events.
_LOADER: Final = cast(
    "type[yaml.SafeLoader]", getattr(yaml, "CSafeLoader", yaml.SafeLoader)
)
_STANDARD: Final = "tag:yaml.org,2002:"
_TEXT_TAGS: Final = frozenset(_STANDARD + name for name in ("str", "value", "merge"))
_VALUE_TAGS: Final = frozenset(
    _STANDARD + name for name in ("null", "bool", "int", "float", "timestamp")
)
_MERGE: Final = _STANDARD + "merge"
_EXPONENT: Final = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][-+]?[0-9]+")
"""A number such as `1e-4`, which the version of YAML that PyYAML reads has as text."""
# Anchor and tag, which YAML counts as the beginning of what they belong to.
_PROPERTIES: Final = re.compile(r"(?:[&!]\S*\s*|#.*\n\s*)*")
_ADVICE: Final = {
    "mapping values are not allowed": "put a text that holds ': ' in quotes",
    "cannot start any token": "indent with spaces, not tabs; put a text that begins "
    "with @, ` or % in quotes",
    "could not find expected ':'": "put a colon and a space behind the key",
    "unexpected end of stream": "close the quote",
    "undefined tag handle": "put a text that begins with ! in quotes",
}


@dataclass(slots=True, eq=False)
class Entry:
    """A value of a YAML file and where it stands in the text.

    `value` holds plain Python values, keys always as text. `children` are the entries
    of its items, and `keys` the positions of their keys (in a list: of the items).
    """

    value: object
    start: int
    end: int
    style: str = ""
    tag: str = ""
    children: dict[str | int, Entry] = field(default_factory=dict["str | int", "Entry"])
    keys: dict[str | int, int] = field(default_factory=dict["str | int", int])
    size: int = 1


def parse(source: Source, *, exponents: bool = False) -> Entry:
    """The whole of a file that holds one YAML document.

    Args:
        source: The file.
        exponents: Whether `1e-4` is a number, as in the newer version of YAML.

    Raises:
        ProjectError: The file is empty or no valid YAML, holds a tag that is not safe,
            a key twice or a value that holds itself, or grows too large by aliases.
    """
    try:
        return _Parser(source, exponents=exponents).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(filter(None, (error.context, error.problem)))
        advice = (text for words, text in _ADVICE.items() if words in said)
        raise source.error(
            f"not valid YAML: {error.problem or error.context}",
            mark.index if mark else 0,
            hint=next(advice, None),
        ) from None
    except yaml.YAMLError as error:  # from a reader, which knows no marks
        raise source.error(f"not valid YAML: {error}", 0) from None


class _Parser:
    """One pass over the events of a source."""

    def __init__(self, source: Source, *, exponents: bool) -> None:
        self._source = source
        self._exponents = exponents
        self._events: Iterator[yaml.Event] = yaml.parse(source.text, Loader=_LOADER)
        self._anchors: dict[str, Entry | None] = {}  # None: not yet complete
        self._resolver = cast("Any", yaml.resolver.Resolver())
        self._constructor = cast("Any", yaml.constructor.SafeConstructor())
        self._size = 0
        self._depth = 0

    def document(self) -> Entry:
        next(self._events)  # the stream's start
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise self._source.error(
                "the file is empty", 0, hint="write a mapping, such as 'jobs:'"
            )
        root = self._entry(next(self._events))
        next(self._events)  # the document's end
        following = next(self._events)
        if not isinstance(following, yaml.StreamEndEvent):
            raise self._error(
                "a second document begins", following, hint="remove the line '---'"
            )
        return root

    def _entry(self, event: yaml.Event) -> Entry:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        assert isinstance(event, yaml.NodeEvent)  # noqa: S101 -- what YAML's grammar promises
        anchor = event.anchor
        if anchor is not None:
            self._anchors[anchor] = None
        self._count(1, event)
        if isinstance(event, yaml.ScalarEvent):
            entry = self._scalar(event)
        else:
            entry = self._collection(event)
        if anchor is not None:
            self._anchors[anchor] = entry
        return entry

    def _alias(self, event: yaml.AliasEvent) -> Entry:
        name = cast("str", event.anchor)
        if name not in self._anchors:
            raise self._error(
                f"the alias *{name} has no anchor &{name} above it",
                event,
                hint="define the anchor first, or put a text that begins with * in "
                "quotes",
            )
        entry = self._anchors[name]
        if entry is None:
            raise self._error(
                f"the alias *{name} stands inside what it stands for", event
            )
        self._count(entry.size, event)
        return entry

    def _count(self, size: int, event: yaml.Event) -> None:
        self._size += size
        if self._size > MOST_VALUES:
            raise self._error(
                f"with its aliases followed the file holds more than {MOST_VALUES:,} "
                "values",
                event,
            )

    def _scalar(self, event: yaml.ScalarEvent) -> Entry:
        tag = event.tag
        if tag is None or tag == "!":
            tag = cast(
                "str",
                self._resolver.resolve(yaml.ScalarNode, event.value, event.implicit),
            )
            may_be = self._exponents and event.implicit[0] and tag in _TEXT_TAGS
            if may_be and _EXPONENT.fullmatch(event.value):
                tag = f"{_STANDARD}float"
        start, end = _span(event)
        if event.anchor or event.tag:
            begin = _PROPERTIES.match(self._source.text, start, end)
            start = begin.end() if begin else start
        value: object = event.value
        if tag in _VALUE_TAGS:
            value = self._construct(tag, event)
        elif tag not in _TEXT_TAGS:
            raise self._bad_tag(tag, event)
        return Entry(value, start, end, event.style or "", tag)

    def _construct(self, tag: str, event: yaml.ScalarEvent) -> object:
        node = yaml.ScalarNode(tag, event.value)
        try:
            if len(event.value) > LONGEST_NUMBER:
                raise ValueError  # noqa: TRY301 -- one message for all that is no value
            return self._constructor.construct_object(node)
        # PyYAML lets through what int(), date() and its own look-ups raise: ValueError,
        # KeyError, IndexError, AttributeError, OverflowError.
        except Exception:  # noqa: BLE001
            shown = event.value if len(event.value) <= 40 else event.value[:40] + "…"
            kind = tag.removeprefix(_STANDARD)
            raise self._error(
                f"{shown!r} is no valid {kind}", event, hint="put it in quotes"
            ) from None

    def _collection(self, event: yaml.NodeEvent) -> Entry:
        mapping = isinstance(event, yaml.MappingStartEvent)
        tag = cast("str | None", event.tag)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType] -- missing in the stubs
        if tag not in {None, "!", _STANDARD + ("map" if mapping else "seq")}:
            raise self._bad_tag(cast("str", tag), event)
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._error(f"nested more than {DEEPEST} levels deep", event)
        entry = Entry(None, *_span(event))
        if mapping:
            self._fill_mapping(entry)
        else:
            self._fill_list(entry)
        entry.size += sum(child.size for child in entry.children.values())
        self._depth -= 1
        return entry

    def _fill_list(self, entry: Entry) -> None:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            position = len(entry.children)
            entry.keys[position] = _span(event)[0]
            entry.children[position] = self._entry(event)
        entry.value = [child.value for child in entry.children.values()]

    def _fill_mapping(self, entry: Entry) -> None:
        merged: Entry | None = None
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._entry(event)
            name = self._key_text(key, event)
            if name in entry.keys:
                first = self._source.place(entry.keys[name]).line
                raise self._error(
                    f"the key {name!r} is written twice, first on line {first}",
                    event,
                    hint="keep one of the two",
                )
            entry.keys[name] = _span(event)[0]
            event = next(self._events)  # a value follows its key
            child = self._entry(event)
            if key.tag == _MERGE:
                self._check_merge(child, event)
                merged = child
            else:
                entry.children[name] = child
        if merged is not None:
            del entry.keys["<<"]
            _merge(entry, merged)
        entry.value = {name: child.value for name, child in entry.children.items()}

    def _key_text(self, key: Entry, event: yaml.Event) -> str:
        if isinstance(key.value, dict | list):
            start = _span(event)[0]
            doubled = self._source.text[max(start - 1, 0) : start + 1] == "{{"
            raise self._error(
                "a key must be a text, not a list or mapping",
                event,
                hint="put a text that begins with {{ in quotes" if doubled else None,
            )
        if isinstance(event, yaml.ScalarEvent):
            return event.value
        if isinstance(key.value, str):
            return key.value
        return self._source.text[key.start : key.end]

    def _check_merge(self, child: Entry, event: yaml.Event) -> None:
        many = child.children.values() if isinstance(child.value, list) else (child,)
        if not all(isinstance(one.value, dict) for one in many):
            raise self._error(
                "'<<' merges mappings, and this is none",
                event,
                hint="write an alias of a mapping (<<: *name) or a list of them",
            )

    def _bad_tag(self, tag: str, event: yaml.Event) -> ProjectError:
        shown = tag.replace(_STANDARD, "!!")
        return self._error(
            f"the tag {shown} is not allowed",
            event,
            hint="remove it: a project file holds texts, numbers, lists and mappings",
        )

    def _error(
        self, message: str, event: yaml.Event, *, hint: str | None = None
    ) -> ProjectError:
        return self._source.error(message, _span(event)[0], hint=hint)


def _span(event: yaml.Event) -> tuple[int, int]:
    """Where an event begins and ends; the stubs think that it may not know."""
    start, end = cast("tuple[Any, Any]", (event.start_mark, event.end_mark))
    return start.index, end.index


def _merge(entry: Entry, merged: Entry) -> None:
    """Add what `entry` does not say itself; of several sources the first one wins."""
    many = merged.children.values() if isinstance(merged.value, list) else (merged,)
    for one in many:
        for name, child in one.children.items():
            if name not in entry.children:
                entry.children[name] = child
                entry.keys[name] = one.keys[name]
