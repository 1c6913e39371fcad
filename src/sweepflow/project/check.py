"""A part of a document as a model, or all that is wrong with it."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast, get_args

from pydantic import ValidationError

from sweepflow.errors import Place, ProjectError
from sweepflow.project.model import Model

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        value = self._document.entry(*path).value
        if model.short and isinstance(value, str):
            value, given = {}, {**given, model.short: value}
        fields = [name for name in model.model_fields if name not in given]
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
            built = model.model_validate({**content, **given})
        except ValidationError as error:
            for details in error.errors(include_url=False, include_input=False):
                self._translate(model, fields, path, details)
            return None
        return None if hidden else built

    def finish(self) -> None:
        """Raise ProjectError if there were problems: one a line, in file order."""
        if not self._problems:
            return
        found = sorted(
            self._problems, key=lambda one: (one[0].line or 0, one[0].column or 0)
        )
        (place, message), *others = found
        lines = (f"{place}: {message}" for place, message in others)
        raise ProjectError("\n".join((message, *lines)), place=place)

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
            owner = _model_at(model, inner[:-1])
            valid = fields if owner is model else list(owner.model_fields)
            self._unknown_key(owner, valid, (*path, *inner))
        elif at is None:
            is_written = inner[0] == model.short  # in the place of the mapping
            place = (
                self._document.place(*path)
                if is_written
                else self._document.key_place(*path)
            )
            self._problems.append((place, f"{spell(path)} {details['msg']}"))
        elif kind == "string_type":
            owner = _model_at(model, inner[:-1])
            self.problem(self._no_text(owner, at), *at)
        elif kind == "tuple_type":
            self.problem("must be a list: begin each of its items with '- '", *at)
        elif kind == "dict_type":
            owner = _model_at(model, inner[:-1])
            self.problem(f"must be a mapping, such as {_example(owner, at)}", *at)
        elif kind == "model_type":
            owner = _model_at(model, inner)
            self.problem(_no_mapping(owner, list(owner.model_fields)), *at)
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
        return f"{message} in YAML: put it in quotes, {path[-1]}: '{_shorten(written)}'"


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
    name = str(path[-1])
    examples = model.model_fields[name].examples or ["…"]
    return f"{name}: {examples[0]}"


def _no_mapping(model: type[Model], fields: Sequence[str]) -> str:
    example, valid = _example(model, fields[:1]), ", ".join(fields)
    return f"must be a mapping, such as {example} (valid keys: {valid})"


def _model_at(model: type[Model], path: Sequence[Step]) -> type[Model]:
    """The model that describes what stands at `path` below a `model`."""
    for step in path:
        if isinstance(step, str):
            annotation: Any = model.model_fields[step].annotation
            inner = (annotation, *get_args(annotation))
            model = next(one for one in inner if _is_model(one))
    return model


def _is_model(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Model)
