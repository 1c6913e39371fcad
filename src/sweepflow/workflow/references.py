"""How another process finds a function or a class: by its name, or by its value."""

from __future__ import annotations

import inspect
import os
import sys
from functools import cache, reduce
from importlib.util import resolve_name
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

    from sweepflow.workflow.steps import StepFunction

_ADAPTED_IN = "sweepflow.workflow.decorator"


def users_function(function: StepFunction) -> Any:  # noqa: ANN401 - any callable
    """Give what the user wrote, of which `@step` has made a step's function."""
    made_in = getattr(function, "__globals__", {}).get("__name__")
    return (
        inspect.unwrap(function, stop=_is_users) if made_in == _ADAPTED_IN else function
    )


def name_of(thing: object) -> str:
    """Give `package.module:name` of a function or class, as people know it."""
    named = getattr(thing, "func", thing)  # of a partial
    module = getattr(named, "__module__", None) or "builtins"
    name = getattr(named, "__qualname__", None) or type(named).__qualname__
    return f"{_known_as(module)}:{name}"


def is_importable(thing: object) -> bool:
    """Tell whether another process gets the same thing by importing its name."""
    module, name = (
        getattr(thing, "__module__", None),
        getattr(thing, "__qualname__", ""),
    )
    if (
        module is None
        or module == "__main__"
        or "<" in name
        or module not in sys.modules
    ):
        return False
    try:
        found = reduce(getattr, name.split("."), sys.modules[module])
    except AttributeError:
        return False
    return found is thing and _leads_to(module, sys.modules[module])


def pickle_by_value(live: object, *things: object) -> bytes:
    """Pickle what is live for a process that cannot import the modules of `things`."""
    import cloudpickle  # pyright: ignore[reportMissingTypeStubs]

    modules = {sys.modules.get(getattr(thing, "__module__", "")) for thing in things}
    strangers = [m for m in modules if m and not _leads_to(m.__name__, m)]
    for module in strangers:
        cloudpickle.register_pickle_by_value(module)  # pyright: ignore[reportUnknownMemberType]
    try:
        return cloudpickle.dumps(live)  # pyright: ignore[reportUnknownMemberType]
    finally:
        for module in strangers:
            cloudpickle.unregister_pickle_by_value(module)  # pyright: ignore[reportUnknownMemberType]


def _is_users(function: object) -> bool:
    made_in = getattr(function, "__globals__", {}).get("__name__")
    return made_in != _ADAPTED_IN


def _known_as(module: str) -> str:
    """Give the name that others know a module by: a script has that of its file."""
    if module != "__main__":
        return module
    main = sys.modules["__main__"]
    if spec := getattr(main, "__spec__", None):
        return spec.name
    file: str | None = getattr(main, "__file__", None)
    # `Path(file).stem`, in less time: it is asked for each step.
    return os.path.splitext(os.path.basename(file))[0] if file else module  # noqa: PTH119, PTH122


def _leads_to(name: str, module: object) -> bool:
    """Tell whether a new interpreter with our path would import this module's file."""
    file = getattr(module, "__file__", None)
    return file is not None and _file_of(name, tuple(sys.path)) == file


@cache
def _file_of(name: str, _path: tuple[str, ...]) -> str | None:
    """Give the file that a module's name leads to, loaded or not, with this path."""
    spec: ModuleSpec | None = None
    path: list[str] | None = None
    full = ""
    for part in name.split("."):
        full = resolve_name(f".{part}", full) if full else part
        finders = (getattr(f, "find_spec", None) for f in sys.meta_path)
        found = (find(full, path) for find in finders if find)
        spec = next((one for one in found if one), None)
        if spec is None:
            return None
        path = list(spec.submodule_search_locations or ())
    return spec and spec.origin
