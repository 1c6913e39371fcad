"""What users give to a service: hyperparameters and a key."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from sweepflow.training.errors import TrainingError
from sweepflow.workflow.names import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel


def completed(
    kind: type[BaseModel], given: Mapping[str, Any], title: str
) -> dict[str, Any]:
    """Give all hyperparameters: those that are given, and the defaults for None.

    Args:
        kind: Has a field for each, with its type, range and default.
        given: By name.
        title: Of the service, for messages.

    Raises:
        TrainingError: One is not known, or not valid.
    """
    from pydantic import ValidationError

    names = tuple(kind.model_fields)
    for name in given:
        if name not in names:
            raise TrainingError(
                f"{title} has no hyperparameter {name!r}; it takes {', '.join(names)}",
                hint=did_you_mean(name, names, "hyperparameters"),
            )
    values = {name: value for name, value in given.items() if value is not None}
    try:
        return kind.model_validate(values, strict=True).model_dump()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise TrainingError(
            f"{title} cannot train with {name}: {values[name]!r}",
            hint="; ".join(dict.fromkeys(each["msg"] for each in error.errors())),
        ) from None


def key_of(variable: str, title: str) -> str:
    """Give the key of a service, from the environment.

    Raises:
        TrainingError: It is not set.
    """
    if key := os.environ.get(variable, "").strip():
        return key
    raise TrainingError(
        f"{variable} is not set, so {title} cannot be asked to train",
        hint=f"export {variable}=… with a key of your account",
    )


def scrubbed(text: str, variable: str) -> str:
    """Give the words of a service without the key, should they repeat it."""
    key = os.environ.get(variable, "").strip()
    return text.replace(key, "***") if key else text
