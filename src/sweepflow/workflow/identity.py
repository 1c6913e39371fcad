"""What decides a step's result: its code, and what it declares to depend on."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sweepflow.engine.code import ProjectCode
from sweepflow.engine.fingerprint import Code
from sweepflow.engine.task import Identity
from sweepflow.errors import PlanError
from sweepflow.store.records import sha256
from sweepflow.workflow.references import users_function

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sweepflow.engine.code import Part
    from sweepflow.store.records import Json
    from sweepflow.workflow.steps import DependsOn, Step

_REFERENCE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


class Identities:
    """Tells what decides the results of steps, as things stand now.

    Args:
        steps: All that will be asked for.
        root: The project's folder: the code below it is the user's own, and paths
            are taken from it.
    """

    def __init__(self, steps: Iterable[Step], root: Path) -> None:
        self._root = root
        self._code = ProjectCode(_roots(steps, root))
        self._known: dict[tuple[object, ...], Code] = {}
        self._declared: dict[str, dict[str, str]] = {}  # by the names of steps

    def of(self, step: Step, config: Json) -> Identity:
        """Give what decides a step's result.

        Raises:
            PlanError: It depends on a file or a package that is not there.
        """
        named = tuple(sorted(set(_references(config))))
        key = (users_function(step.function), step.config_class, named)
        if key not in self._known:
            self._known[key] = Code.of(self._parts(*key))
        if step.name not in self._declared:
            declared = self._depends_on(step.name, step.depends_on)
            self._declared[step.name] = declared
        return Identity(self._known[key], self._declared[step.name])

    def _parts(
        self,
        function: Callable[..., object],
        config_class: type | None,
        named: tuple[str, ...],
    ) -> dict[str, Part]:
        parts = dict(self._code.parts(function))
        if config_class is not None:
            parts |= self._code.parts(config_class)
        for name in named:
            parts |= self._code.parts_of_name(*name.split(":"))
        return dict(sorted(parts.items()))

    def _depends_on(self, step: str, declared: DependsOn) -> dict[str, str]:
        found: dict[str, str] = {}
        for name in declared.environment:
            value = os.environ.get(name)  # which may be a secret: only its digest
            found[f"env:{name}"] = "unset" if value is None else sha256(value)
        for path in declared.files:
            found[f"file:{path}"] = _file_digest(step, self._root / path)
        for name in declared.packages:
            found[f"package:{name}"] = _version(step, name)
        return found


def _roots(steps: Iterable[Step], root: Path) -> Iterable[Path]:
    """Give the folders of the user's own code: the project's, and where steps stand.

    Steps of ours count by our version, also where we are installed editable.
    """
    yield root
    functions = (users_function(step.function) for step in steps)
    for name in {getattr(function, "__module__", None) for function in functions}:
        file = getattr(sys.modules.get(name or ""), "__file__", None)
        if name and file and not name.startswith("sweepflow."):
            path = Path(file)
            levels = 0 if name == "__main__" else name.count(".")
            yield path.parents[levels + (path.name == "__init__.py")]


def _references(config: Json) -> Iterator[str]:
    """Give the texts in a config that may name a function: `package.module:name`."""
    if isinstance(config, str) and _REFERENCE.fullmatch(config):
        yield config
    elif isinstance(config, dict):
        for value in config.values():  # pyright: ignore[reportUnknownVariableType]
            yield from _references(value)
    elif isinstance(config, list):
        for value in config:  # pyright: ignore[reportUnknownVariableType]
            yield from _references(value)


def _file_digest(step: str, path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise PlanError(
            f"step {step!r} depends on {path}, which cannot be read: {error.strerror}",
            hint="check the path in its depends_on",
        ) from None


def _version(step: str, package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        raise PlanError(
            f"step {step!r} depends on the package {package!r}, which is not installed",
            hint="install it, or check the name in its depends_on",
        ) from None
