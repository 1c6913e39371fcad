"""What a config may say, to be read by people and by programs."""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass, field
from pathlib import Path  # noqa: TC003 - pydantic reads it
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, Field

from sweepflow.workflow import AtomConstructor, Step, Workflow
from sweepflow.workflow.errors import ConfigError
from sweepflow.workflow.resolve import load_config, resolve_config
from sweepflow.workflow.schema import schema, template


class Mode(enum.Enum):
    FAST = "fast"
    SLOW = "slow"


@dataclass
class Hyper:
    """What is tuned."""

    n_epochs: int
    """How often all data is seen."""

    rate: float = 1e-4
    prompt: str = "two\nlines: #1"


@dataclass
class Train:
    model: str = field(metadata={"help": "Its name."})
    hyper: Hyper
    mode: Mode = Mode.SLOW
    folder: Path | None = None
    layers: list[int] = field(default_factory=lambda: [1, 2])


class Evaluate(BaseModel):
    limit: int | None = Field(default=None, description="How many\nare looked at.")
    hyper: Hyper = Hyper(3)


@dataclass
class Nothing:
    pass


@dataclass
class Whole:
    train: Train
    """The training."""
    evaluate: Evaluate = field(default_factory=lambda: Evaluate(limit=5))


def function(
    config: object, input_atoms: dict[str, Any], temp_workspace: Path
) -> list[AtomConstructor]:
    return []


FLOW = Workflow(
    "flow",
    {},
    [
        Step("train", function, config_class=Train),
        Step("evaluate", function, config_class=Evaluate),
        Step("report", function),
        Step("last", function, config_class=Nothing),
    ],
    Whole,
)

TEMPLATE = """\
# The config of workflow flow.
# Write a value wherever a comment says 'required'.

# The training.
train:
  # Its name.
  model:  # required: a text
  # What is tuned.
  hyper:
    # How often all data is seen.
    n_epochs:  # required: a whole number
    rate: 0.0001  # a number
    prompt: "two\\nlines: #1"  # a text
  mode: slow  # one of 'fast', 'slow'
  folder: null  # a path or null
  layers: [1, 2]  # a list, each a whole number

evaluate:
  # How many
  # are looked at.
  limit: 5  # a whole number or null
  # What is tuned.
  hyper:
    # How often all data is seen.
    n_epochs: 3  # a whole number
    rate: 0.0001  # a number
    prompt: "two\\nlines: #1"  # a text
"""


def test_the_template_tells_types_defaults_and_what_they_are_for() -> None:
    assert template(FLOW) == TEMPLATE


def test_the_template_is_taken_once_it_is_filled_in(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(TEMPLATE)
    with pytest.raises(ConfigError) as caught:
        load_config(FLOW, file)
    assert str(caught.value).splitlines() == [
        f"{file}:7:3: train.model is empty: write a text",
        f"{file}:11:5: train.hyper.n_epochs is empty: write a whole number",
    ]
    filled = TEMPLATE.replace("model: ", "model: m").replace("epochs:  ", "epochs: 2  ")
    file.write_text(filled)
    written = {"train": {"model": "m", "hyper": {"n_epochs": 2}}}
    assert load_config(FLOW, file) == resolve_config(FLOW, written)


def test_a_template_of_nothing_is_a_file_that_is_taken(tmp_path: Path) -> None:
    flow = Workflow("flow", {}, [Step("report", function)])
    file = tmp_path / "c.yaml"
    file.write_text(template(flow))
    assert load_config(flow, file) == {"report": None}


def test_the_schema_is_json_and_knows_what_is_required() -> None:
    found = json.loads(json.dumps(schema(FLOW)))
    assert found["required"] == ["train"]
    assert list(found["properties"]) == ["train", "evaluate", "report", "last"]
    assert found["properties"]["train"]["description"] == "The training."
    train = found["$defs"]["Train"]
    assert train["required"] == ["model", "hyper"]
    assert train["additionalProperties"] is False
    assert train["properties"]["layers"]["default"] == [1, 2]
    assert train["properties"]["model"]["description"] == "Its name."
    assert found["$defs"]["Evaluate"]["properties"]["limit"]["default"] is None


def test_two_classes_of_one_name_are_kept_apart() -> None:
    def make(kind: type) -> type:
        @dataclass
        class Same:
            value: kind  # pyright: ignore[reportInvalidTypeForm]

        Same.__annotations__["value"] = kind
        return dataclass(type("Same", (), {"__annotations__": {"value": kind}}))

    steps = [
        Step(name, function, config_class=make(kind))
        for name, kind in (("a", int), ("b", str))
    ]
    said = template(Workflow("flow", {}, steps))
    assert "a:\n  value:  # required: a whole number\n" in said
    assert "b:\n  value:  # required: a text\n" in said


def test_the_template_holds_all_that_the_schema_knows() -> None:
    names = set(yaml.safe_load(template(FLOW))["train"])
    assert names == set(schema(FLOW)["$defs"]["Train"]["properties"])
