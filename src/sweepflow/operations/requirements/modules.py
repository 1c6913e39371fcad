"""Whether a module is there, without running any of it."""

from __future__ import annotations

import sys
from importlib.machinery import BuiltinImporter, FrozenImporter, PathFinder
from typing import TYPE_CHECKING

from sweepflow.operations.requirements.errors import RequirementError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def check_module(name: str, project: Path) -> None:
    """Say so if a module can be found neither in the project nor where Python looks.

    Raises:
        RequirementError: It cannot.
    """
    parts = name.split(".")
    path: Sequence[str] | None = [str(project), *sys.path]
    for count in range(1, len(parts) + 1):
        at = ".".join(parts[:count])
        spec = PathFinder.find_spec(at, path) if path is not None else None
        if spec is None and count == 1:
            spec = BuiltinImporter.find_spec(at) or FrozenImporter.find_spec(at)
        if spec is None:
            raise RequirementError(
                f"there is no module named {at}",
                hint=f"install the package that has {name}",
            )
        path = spec.submodule_search_locations
