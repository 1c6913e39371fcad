"""A part of a document as a model, or all that is wrong with it."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Any, Final, TypeVar, Union, cast, get_args, get_origin

from pydantic import ValidationError

from sweepflow.errors import Place, ProjectError
from sweepflow.project.model import Model

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pydantic_core import ErrorDetails

    from sweepflow.project.document import Document, Step

M = TypeVar("M", bound=Model)

_PLAIN_KEY: Final = re.compile(r"[\w-]+")


class Checker:
    """Builds models from a document and remembers every problem on the way."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._problems: list[tuple[Place, str]] = []

    def build(self, model: type[M], *path: Step, **given: object) -> M | None:
        """The mapping at `path` as a `model`; None where that has problems.

        Args:
            model: What the mapping should be.
            path: Where it stands.
            given: Fields that the file does not write there, such as a job's name,
                which is its key.
        """
        return self._build(model, path, given, {})

    def _build(
        self,
        model: type[M],
        path: Sequence[Step],
        given: Mapping[str, object],
        parts: Mapping[str, object],
    ) -> M | None:
        """The same with `parts`: keys that are written there, but built already."""
        value = self._document.entry(*path).value
        if model.short and isinstance(value, str):
            value, given = {}, {**given, model.short: value}
        fields = [name for name in keys(model) if name not in given]
        if not isinstance(value, dict):
            message = _no_mapping(model, fields)
            if path and path[-1] in fields:
                message += "; to make it a key of what is above it, indent it further"
            self.problem(message, *path)
            return None
        content = cast("dict[str, object]", value)
        hidden = [key for key in content if key in given]
        for key in hidden:
            self._unknown_key(model, fields, (*path, key))
        try:
            built = model.model_validate(
                {**content, **given, **parts}, by_alias=True, by_name=False
            )
        except ValidationError as error:
            for details in error.errors(include_url=False, include_input=False):
                self._translate(model, fields, path, details)
            return None
        return None if hidden else built

    def finish(self) -> None:
        """Raise ProjectError if there were problems: one a line, in file order."""
        raise_all(self._problems)

    def add(self, problems: Iterable[tuple[Place, str]]) -> None:
        """Remember problems that were found elsewhere."""
        self._problems.extend(problems)

    def problem(self, message: str, *path: Step) -> None:
        """Remember what is wrong at `path`: `message` goes on from its name."""
        place = self._document.place(*path)
        self._problems.append((place, f"{spell(path)} {message}"))

    def _translate(
        self,
        model: type[Model],
        fields: Sequence[str],
        path: Sequence[Step],
        details: ErrorDetails,
    ) -> None:
        """Say in our words what pydantic found."""
        inner = details["loc"]
        # A given field is not in the file: what is wrong is the mapping, or its key.
        at = (*path, *inner) if not inner or inner[0] in fields else None
        kind = details["type"]
        if kind == "extra_forbidden":
            owner = model_at(model, inner[:-1])
            valid = fields if owner is model else list(keys(owner))
            self._unknown_key(owner, valid, (*path, *inner))
        elif at is None:
            is_written = inner[0] == model.short  # in the place of the mapping
            place = (
                self._document.place(*path)
                if is_written
                else self._document.key_place(*path)
            )
            self._problems.append((place, f"{spell(path)} {details['msg']}"))
        elif kind == "missing":
            owner = model_at(model, inner[:-1])
            self.problem(f"is missing: write {_example(owner, at)}", *at)
        elif kind == "string_type":
            owner = model_at(model, inner[:-1])
            self.problem(self._no_text(owner, at), *at)
        elif kind == "tuple_type":
            self.problem("must be a list: begin each of its items with '- '", *at)
        elif kind == "dict_type":
            owner = model_at(model, inner[:-1])
            self.problem(f"must be a mapping, such as {_example(owner, at)}", *at)
        elif kind == "model_type":
            owner = model_at(model, inner)
            self.problem(_no_mapping(owner, list(keys(owner))), *at)
        else:
            self.problem(details["msg"], *at)

    def _unknown_key(
        self, model: type[Model], valid: Sequence[str], path: Sequence[Step]
    ) -> None:
        *above, key = path
        message = f"unknown key {_shorten(str(key))!r} in {spell(above)}"
        nearest = difflib.get_close_matches(str(key).lower(), valid, n=1)
        if advice := model.elsewhere.get(str(key)):
            message += f": {advice}"
        elif nearest:
            message += f": did you mean {nearest[0]!r}?"
        message += f" (valid keys: {', '.join(valid)})"
        self._problems.append((self._document.key_place(*path), message))

    def _no_text(self, model: type[Model], path: Sequence[Step]) -> str:
        """What to write where a text is expected and something else stands."""
        entry = self._document.entry(*path)
        example = _example(model, path)
        if isinstance(entry.value, list):
            return f"must be one text, not a list: write one line, such as {example}"
        if isinstance(entry.value, dict):
            return f"must be one text, not a mapping: write one line, such as {example}"
        written = self._document.written(entry)
        if not written:
            return f"is empty: write a text, such as {example}"
        message = f"must be a text, but {_shorten(written)} is {_kind(entry.value)}"
        quoted = f"'{_shorten(written)}'"
        if isinstance(path[-1], str):
            quoted = f"{path[-1]}: {quoted}"
        return f"{message} in YAML: put it in quotes, {quoted}"


def raise_all(problems: Sequence[tuple[Place, str]]) -> None:
    """Raise ProjectError if there are problems: one a line, in file order."""
    if not problems:
        return
    found = sorted(problems, key=lambda one: (one[0].line or 0, one[0].column or 0))
    (place, message), *others = found
    lines = (f"{place}: {message}" for place, message in others)
    raise ProjectError("\n".join((message, *lines)), place=place)


@cache
def keys(model: type[Model]) -> dict[str, str]:
    """The keys that a `model` has in a file, each with the name of its field."""
    fields = model.model_fields.items()
    return {field.alias or name: name for name, field in fields}


def spell(path: Sequence[Step]) -> str:
    """A path as users read it: `jobs.train.sets[0].each`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN_KEY.fullmatch(step):
            text += f".{step}"
        else:
            text += f"[{_shorten(step)!r}]"
    return text.removeprefix(".") or "the file"


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def _kind(value: object) -> str:
    if value is None:
        return "an empty value"
    if isinstance(value, bool):
        return "a truth value"
    return "a date" if isinstance(value, dt.date) else "a number"


def _example(model: type[Model], path: Sequence[Step]) -> str:
    """What could stand at `path`, the place of a field of `model`."""
    name = next((step for step in reversed(path) if isinstance(step, str)), "")
    field = model.model_fields.get(keys(model).get(name, ""))
    examples = (field.examples if field else None) or ["…"]
    return f"{name}: {examples[0]}"


def _no_mapping(model: type[Model], fields: Sequence[str]) -> str:
    example, valid = _example(model, fields[:1]), ", ".join(fields)
    return f"must be a mapping, such as {example} (valid keys: {valid})"


def model_at(model: type[Model], path: Sequence[Step]) -> type[Model]:
    """The model that describes what stands at `path` below a `model`."""
    here: Any = model
    for step in path:
        if _is_model(here):
            model = here
            here = here.model_fields[keys(here)[str(step)]].annotation
            # An item of a list or mapping is one step further down, a union is not.
            if get_origin(here) in {Union, UnionType}:
                here = _within(here)
        else:
            here = _within(here)
    return here if _is_model(here) else _within(here) or model


def _within(annotation: object) -> Any:  # noqa: ANN401 -- of an annotation
    """The model in a type such as `tuple[Job, ...]` or `Job | None`."""
    for inner in get_args(annotation):
        if _is_model(inner):
            return inner
        if found := _within(inner):
            return found
    return None


def _is_model(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Model)
