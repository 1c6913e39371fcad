"""Files → validated models: `sweepflow.yaml`, `hydraflow.yaml` and `guild.yml`.

    load        find, read and check a project file            load.py
    Project     what the file says, and where it says it       models.py
    Job         what runs, with its sets of parameters         models.py
    NamedWorkflow  a workflow's name, place and config file    models.py
    ParameterSet  the `each`, `all` and `add` of one set       models.py

Below them, and knowing nothing of jobs: `find` (which file), `source` (its text),
`entries` (its YAML, every value with its position), `scalars` (positions inside a
text), `document` (places by path) and `check` (a model, or every problem at once).
Beside them: `operations/`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sweepflow.project.load import load
    from sweepflow.project.models import Job, NamedWorkflow, ParameterSet, Project

__all__ = ["Job", "NamedWorkflow", "ParameterSet", "Project", "load"]


if not TYPE_CHECKING:  # a checker would take every name for one that exists

    def __getattr__(name: str) -> object:
        # `find` is needed where there is no file to load, and pydantic is slow.
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        home = "load" if name == "load" else "models"
        found = getattr(import_module(f"{__name__}.{home}"), name)
        globals()[name] = found  # where the import has put the module of that name
        return found
