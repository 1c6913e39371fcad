"""What configs name as `package.module:function`."""

from __future__ import annotations

import re
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from sweepflow.workflow.importing import import_reference
from sweepflow.workflow.named import missing

if TYPE_CHECKING:
    from collections.abc import Callable

_FORM: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
_MOTOOLS: Final = "mozoo."


def reference(text: str) -> str:
    """Give a reference as it is kept, if there is what it names.

    The zoo of MOTools goes by the name of ours where it is not installed, so that its
    configs run as they are.

    Raises:
        ValueError: It has another form, or names nothing.
    """
    if not _FORM.fullmatch(text):
        raise ValueError(
            f"{text!r} names no function: write package.module:function, such as "
            "sweepflow.zoo.datasets.hello_world:generate_hello_world_dataset"
        )
    if text.startswith(_MOTOOLS) and find_spec("mozoo") is None:
        text = f"sweepflow.zoo.{text.removeprefix(_MOTOOLS)}"
    if problem := missing(text):
        raise ValueError(problem)
    return text


def function_of(text: str) -> Callable[..., Any]:
    """Give the function that a reference names.

    Raises:
        PlanError: There is none, or importing it raises an error.
    """
    found: Any = import_reference(text)
    return found
