"""Files → validated models: `sweepflow.yaml` and HydraFlow's `hydraflow.yaml`.

    load        find, read and check a project file            load.py
    Project     what the file says, and where it says it       models.py
    Job         a command, function or handler with its sets   models.py
    ParameterSet  the `each`, `all` and `add` of one set       models.py

Below them, and knowing nothing of jobs: `find` (which file), `source` (its text),
`entries` (its YAML, every value with its position), `scalars` (positions inside a
text), `document` (places by path) and `check` (a model, or every problem at once).
"""

from sweepflow.project.load import load
from sweepflow.project.models import Job, ParameterSet, Project

__all__ = ["Job", "ParameterSet", "Project", "load"]
