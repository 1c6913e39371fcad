"""Packages that only some uses need, imported when they are needed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from sweepflow.errors import MissingExtraError


def need(module: str, *, extra: str, purpose: str) -> Any:  # noqa: ANN401 - any module
    """Import a module of an extra.

    Args:
        module: Its name, such as `torch` or `huggingface_hub.utils`.
        extra: The extra of ours that brings it.
        purpose: What it is needed for, as the subject of a sentence.

    Raises:
        MissingExtraError: It is not installed. A module that is installed and fails to
            import something else raises what it raises.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if missing != module and not module.startswith(f"{missing}."):
            raise
        raise MissingExtraError(
            f"{purpose} needs {missing}, which is not installed",
            hint=f'pip install "sweepflow[{extra}]"',
        ) from error
