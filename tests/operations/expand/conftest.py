"""A project with the operations of the shared cases, and what is asked of it."""

from __future__ import annotations

import shlex
import textwrap
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from sweepflow.errors import PlanError
from sweepflow.operations.expand import expand
from sweepflow.project.operations.read import read_guild

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.operations.flags.model import Value
    from sweepflow.operations.planned import Asked, Planned

STEP = """
import argparse
p = argparse.ArgumentParser()
p.add_argument("--msg"); p.add_argument("--touch")
p.add_argument("--code", type=int, default=0)
p.parse_args()
"""
BASE = """\
a: {main: "step --msg A --touch a.txt"}
b: {main: "step --msg B --touch b.txt"}
hello: {main: step, flags: {msg: hi}}
t: {main: step, flags: {x: 0, y: 0, code: 0}}
prep: {main: step, flags: {n: 1, code: 0}}
train: {main: step, requires: [{operation: prep}]}
"""


class Ask(Protocol):
    def __call__(self, text: str, line: str, **said: Any) -> Asked: ...  # noqa: ANN401


class Refused(Protocol):
    def __call__(self, text: str, line: str, **said: Any) -> str: ...  # noqa: ANN401


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "step.py").write_text(STEP)
    return tmp_path


@pytest.fixture
def ask(folder: Path) -> Ask:
    """What a line, such as `p m=1`, asks of the shared operations and these."""

    def asked(text: str, line: str, **said: Any) -> Asked:  # noqa: ANN401
        file = folder / "guild.yml"
        models = text.lstrip().startswith("- model")
        file.write_text(("" if models else BASE) + textwrap.dedent(text))
        operations = read_guild(file)
        name, *words = shlex.split(line)
        said.setdefault("folder", folder)
        return expand(operations, operations.operation(name), words, **said)

    return asked


@pytest.fixture
def refused(ask: Ask, folder: Path) -> Refused:
    """Why it is refused; `FILE` is the project file."""

    def told(text: str, line: str, **said: Any) -> str:  # noqa: ANN401
        with pytest.raises(PlanError) as raised:
            ask(text, line, **said)
        return str(raised.value).replace(str(folder / "guild.yml"), "FILE")

    return told


def one(asked: Asked) -> Planned:
    """The only run."""
    assert not asked.is_batch
    (run,) = asked.trials
    return run


def values(asked: Asked) -> list[dict[str, Value]]:
    return [dict(trial.values) for trial in asked.trials]


def outline(run: Planned) -> list[Any]:
    """The steps of a run: of each its name, and the values and steps of its trials."""
    return [
        (
            f"{step.name}*" if step.is_batch else step.name,
            *((dict(trial.values), *outline(trial)) for trial in step.trials),
        )
        for step in run.steps
    ]
