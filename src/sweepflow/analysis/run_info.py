"""Where a run stands, and what it belongs to."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_JOB = b"\n  job:\n    name: "


@dataclass(frozen=True)
class RunInfo:
    """What is known of a run beside its configuration.

    Args:
        run_dir: Its folder.
        job: The name of its job, where that is known.
        id: The run's own id, where that is not the name of the folder.
    """

    run_dir: Path
    job: str | None = field(default=None, repr=False)
    id: str | None = field(default=None, repr=False)

    @property
    def run_id(self) -> str:
        return self.run_dir.name if self.id is None else self.id

    @cached_property
    def job_name(self) -> str:
        """The name of its job, which is that of MLflow's experiment; "" if unknown."""
        if self.job is not None:
            return self.job
        return _job_in_hydra(self.run_dir) or _name_in_meta(self.run_dir.parent) or ""


def _job_in_hydra(run_dir: Path) -> str | None:
    text = _bytes_of(f"{run_dir}/artifacts/.hydra/hydra.yaml")
    # Hydra writes hundreds of lines, always in the same form.
    start = text.find(_JOB)
    if start < 0:
        return None
    line = text[start + len(_JOB) :].partition(b"\n")[0]
    return _value_in(b"name: " + line)


def _name_in_meta(experiment: Path) -> str | None:
    return _value_in(_bytes_of(f"{experiment}/meta.yaml"))


def _bytes_of(path: str) -> bytes:
    """Give what is in a file; nothing if it cannot be read."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - of thousands
            return file.read()
    except OSError:
        return b""


@lru_cache
def _value_in(text: bytes) -> str | None:
    """Give the value of `name` in a YAML text, if it has one."""
    import yaml

    from sweepflow.analysis.quick_yaml import read_mapping

    try:
        name = read_mapping(text.decode()).get("name")
    except (yaml.YAMLError, ValueError):
        return None
    return None if name is None else str(name)
