"""What is wrong with a file, and what is only odd."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast

from pydantic import ValidationError

from sweepflow.errors import Place
from sweepflow.project.check import Checker, keys, model_at, raise_all, spell
from sweepflow.project.operations.values import Dashed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sweepflow.project.document import Step
    from sweepflow.project.model import Model
    from sweepflow.project.operations.tree import Node, Tree

M = TypeVar("M", bound="Model")
Path = tuple["Step", ...]


@dataclass(frozen=True)
class Notice:
    """Something in a file that has no effect."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


@dataclass
class Report:
    """Collects both while a file is read.

    Args:
        lenient: Whether unknown keys are only odd, as they are in a guild.yml.
    """

    lenient: bool
    problems: list[tuple[Place, str]] = field(default_factory=list[tuple[Place, str]])
    warnings: list[Notice] = field(default_factory=list[Notice])

    def problem(self, place: Place, message: str) -> None:
        self.problems.append((place, message))

    def wrong(self, node: Node, path: Path, message: str) -> None:
        """A problem with the value of `node`: `message` goes on from its name."""
        self.problem(node.place, f"{spell(path)} {message}")

    def warn(self, place: Place, message: str) -> None:
        warning = Notice(place, message)
        if warning not in self.warnings:
            self.warnings.append(warning)

    def odd(self, place: Place, message: str) -> None:
        """A warning where unknown keys are only odd; else a problem."""
        if self.lenient:
            self.warn(place, message)
        else:
            self.problem(place, message)

    def finish(self) -> None:
        """Raise ProjectError if there were problems: one a line, in file order."""
        if self.problems:
            # What several models inherit is wrong once only. An unknown key may be
            # why something is missing.
            odd = [(one.place, one.message) for one in self.warnings]
            raise_all(list(dict.fromkeys((*self.problems, *odd))))


class Builder(Checker):
    """Builds models from one tree; what is wrong goes into a report."""

    def __init__(self, tree: Tree, report: Report) -> None:
        super().__init__(tree)
        self._tree = tree
        self._report = report
        self._problems = report.problems

    def make(
        self,
        model: type[M],
        path: Path,
        given: Mapping[str, object],
        parts: Mapping[str, object] | None = None,
    ) -> M | None:
        """The mapping at `path` as a `model`; None where that has problems.

        Args:
            model: What the mapping should be.
            path: Where it stands.
            given: Keys that the file does not write there.
            parts: Keys that it does write there, but that are built already.
        """
        parts = parts or {}
        if self._report.lenient:
            valid = [name for name in keys(model) if name not in given]
            for name in list(self._tree.node(*path).items):
                if name not in valid:
                    self._take_out(model, valid, (*path, name))
            self._prune(model, path, {**given, **parts})
        return self._build(model, path, given, parts)

    def _prune(self, model: type[Model], path: Path, more: dict[str, object]) -> None:
        """Warn of unknown keys further down, and take them out."""
        node = self._tree.node(*path)
        if not any(isinstance(one.value, dict | list) for one in node.items.values()):
            return
        content = {**cast("dict[str, object]", node.value), **more}
        try:
            model.model_validate(content, by_alias=True, by_name=False)
        except ValidationError as error:
            for details in error.errors(include_url=False, include_input=False):
                if details["type"] == "extra_forbidden":
                    *above, _ = inner = details["loc"]
                    owner = model_at(model, above)
                    self._take_out(owner, list(keys(owner)), (*path, *inner))

    def _take_out(self, model: type[Model], valid: list[str], path: Path) -> None:
        *above, key = path
        if not (issubclass(model, Dashed) and key in model.ignored):
            message = f"{spell(path)} has no effect: it is no known key"
            if advice := model.elsewhere.get(str(key)):
                message = f"{spell(path)} has no effect: {advice}"
            elif near := nearest(str(key), valid):
                message += f"; did you mean {near!r}?"
            self._report.warn(self._tree.key_place(*path), message)
        # Its value is the very one in the values of all that hold it.
        holder = self._tree.node(*above)
        del holder.children[key], holder.keys[key]
        del cast("dict[str, object]", holder.value)[str(key)]


def nearest(word: str, valid: Iterable[str]) -> str | None:
    """The one of some words that is written most like another."""
    by_case = {one.lower(): one for one in valid}
    near = difflib.get_close_matches(word.lower(), by_case, n=1)
    return by_case[near[0]] if near else None
