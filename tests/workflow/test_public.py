"""What `sweepflow.workflow` offers, and what it costs to have it."""

from __future__ import annotations

import subprocess
import sys

import pytest

import sweepflow.workflow

HEAVY = {"pydantic", "pydantic_core", "yaml", "sqlalchemy", "sweepflow.project"}


def loaded_after(code: str) -> set[str]:
    result = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(result.stdout.split())


@pytest.mark.parametrize("name", sweepflow.workflow.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(sweepflow.workflow, name).__name__ == name
    assert name in dir(sweepflow.workflow)


def test_other_names_are_not() -> None:
    name = "nothing"
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        getattr(sweepflow.workflow, name)


def test_a_package_of_that_many_names_costs_nothing() -> None:
    loaded = loaded_after("import sweepflow.workflow")
    assert not loaded & (HEAVY | {"inspect", "dataclasses"})


def test_a_workflow_is_defined_without_what_checks_its_config() -> None:
    code = """
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from sweepflow.workflow import Config, Workflow, WorkflowState, step, from_dict

@dataclass
class Settings(Config):
    lr: float = 0.1

@dataclass
class Whole(Config):
    data: Settings

@step
def data(config: Settings) -> Annotated[Path, "dataset"]: ...

flow = Workflow.from_steps("flow", [data], config_class=Whole)
"""
    assert not loaded_after(code) & HEAVY
