"""What is measured, and how: processes, repetitions, medians.

The sides of a comparison take turns, and every other round in reversed order, so that
what else the machine does meanwhile meets all of them alike.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

Sample: TypeAlias = "Mapping[str, float]"
"""One measurement: numbers by name; `wall`, `cpu` in seconds, `memory` in bytes."""

K = TypeVar("K")

_NOT_PASSED_ON = ("MLFLOW_", "HYDRA_", "SWEEPFLOW_", "PYTEST_", "PYTHON", "VIRTUAL_ENV")


class SideError(Exception):
    """A side did not do what it was asked for; the text is its own last line."""


@dataclass(frozen=True)
class Failure:
    """Stands in the place of the figures of a side that failed."""

    reason: str


@dataclass(frozen=True)
class Side:
    """One of the tools that are compared, in its own environment.

    Args:
        name: Of its package and its command.
        bin: The folder with its interpreter and its commands.
    """

    name: str
    bin: Path

    @property
    def command(self) -> str:
        return str(self.bin / self.name)

    @property
    def python(self) -> str:
        return str(self.bin / "python")

    def environment(self) -> dict[str, str]:
        """Give the environment of its processes: the user's, without tools' settings.

        MLflow's telemetry is off on both sides: it would measure the network.
        """
        kept = {k: v for k, v in os.environ.items() if not k.startswith(_NOT_PASSED_ON)}
        path = f"{self.bin}{os.pathsep}{kept.get('PATH', os.defpath)}"
        return kept | {"PATH": path, "MLFLOW_DISABLE_TELEMETRY": "true"}


@dataclass(frozen=True)
class Ended:
    """A process that has ended with exit status 0.

    Args:
        wall: Seconds from start to end.
        cpu: Seconds of user and system time, of all that it started and waited for.
        output: What it wrote to standard output and to standard error.
    """

    wall: float
    cpu: float
    output: str

    @property
    def sample(self) -> dict[str, float]:
        return {"wall": self.wall, "cpu": self.cpu}


def run(
    side: Side, argv: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None
) -> Ended:
    """Run a process of a side and measure it.

    Raises:
        SideError: Its exit status is not 0.
    """
    environment = side.environment() | dict(env or {})
    cpu = _cpu_of_children()
    begun = time.perf_counter()
    process = subprocess.run(
        argv,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    wall = time.perf_counter() - begun
    if process.returncode:
        raise SideError(last_line(process.stdout, process.stderr))
    return Ended(wall, _cpu_of_children() - cpu, process.stdout + process.stderr)


def last_line(*texts: str) -> str:
    """Give the last line that says something: of the last text that has one.

    Hydra ends an error with advice on a variable of its own; that is no reason.
    """
    for text in reversed(texts):
        lines = [line.strip() for line in text.splitlines()]
        told = [s for s in lines if s and not s.startswith("Set the environment")]
        if told:
            return told[-1]
    return "no message"


def say(text: str) -> None:
    """Tell on standard error what takes its time."""
    sys.stderr.write(f"{text} ...\n")
    sys.stderr.flush()


def alternate(
    repeat: int, sides: Mapping[K, Callable[[], Sample]]
) -> dict[K, Sample | Failure]:
    """Measure each side `repeat` times, in turns, and give the medians.

    A side that fails is not asked again; the others go on.
    """
    samples: dict[K, list[Sample]] = {key: [] for key in sides}
    failures: dict[K, Failure] = {}
    for turn in range(repeat):
        order = list(sides)[:: -1 if turn % 2 else 1]
        for key in order:
            if key in failures:
                continue
            try:
                samples[key].append(sides[key]())
            except SideError as error:
                failures[key] = Failure(str(error))
    return {key: failures.get(key) or medians(samples[key]) for key in sides}


def medians(samples: Sequence[Sample]) -> Sample:
    """Give the median of each of the numbers."""
    return {name: statistics.median(s[name] for s in samples) for name in samples[0]}


def _cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
