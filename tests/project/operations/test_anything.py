"""Whatever stands in a file, it is read or refused with a place."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sweepflow.errors import ProjectError
from sweepflow.project.check import Checker, keys
from sweepflow.project.document import read
from sweepflow.project.operations.flags import Choice, Flag
from sweepflow.project.operations.models import ModelItem, Operation
from sweepflow.project.operations.read import read_guild, read_operations
from sweepflow.project.operations.requirements import Requirement
from sweepflow.project.operations.sourcecode import Rule, Sourcecode
from sweepflow.project.operations.steps import Check, StepEntry

if TYPE_CHECKING:
    from sweepflow.project.model import Model

MODELS = (
    *(Choice, Flag, ModelItem, Operation, Requirement),
    *(Rule, Sourcecode, Check, StepEntry),
)
WORDS = [
    *{key for model in MODELS for key in keys(model)},
    *("$include", "config", "include", "package", "optimizer", "sources", "checks"),
    *("resource", "path", "algorithm", "unknown", "m", "a", ""),
]
SCALARS = st.sampled_from(
    [
        *("", "m", "a", "m:a", ":a", "{{a}}", "x{{a}}", "a x=1", "a --needed", "a 'b"),
        *("(", "all", "args", "file", "-loss", "https://x.org/y", "../x", "${a}"),
        *(None, True, False, 0, 1, -1.5),
    ]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)
    ),
    max_leaves=12,
)


def _mapping(
    model: type[Model], **known: st.SearchStrategy[object]
) -> st.SearchStrategy[object]:
    words = [key for key in keys(model) if key not in known]
    some = st.dictionaries(st.sampled_from(words), VALUES, max_size=2)
    more = st.fixed_dictionaries({}, optional=known)
    return st.tuples(some, more).map(lambda both: {**both[0], **both[1]})


NAMES = st.sampled_from(["a", "b", "$include", "m"])
FLAGS = st.dictionaries(NAMES, _mapping(Flag) | VALUES, max_size=3)
REQUIRES = st.lists(_mapping(Requirement) | VALUES, max_size=3) | VALUES
STEPS = st.lists(_mapping(StepEntry, flags=FLAGS) | VALUES, max_size=3) | VALUES
OPERATION = _mapping(Operation, flags=FLAGS, requires=REQUIRES, steps=STEPS) | VALUES
OPERATIONS = st.dictionaries(NAMES, OPERATION, max_size=3)
ITEM = st.fixed_dictionaries(
    {},
    optional={
        "model": st.sampled_from(["m", "n", ""]) | SCALARS,
        "config": st.sampled_from(["m", "c"]) | SCALARS,
        "extends": st.sampled_from(["m", "c", ["c", "n"]]) | VALUES,
        "params": VALUES,
        "flags": FLAGS,
        "operations": OPERATIONS,
        "operation-defaults": OPERATION,
        "resources": VALUES,
        "sourcecode": VALUES,
    },
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=st.lists(ITEM, max_size=3) | OPERATIONS | ITEM | VALUES)
def test_any_guild_file_is_read_or_refused(content: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "guild.yml"
        file.write_text(yaml.safe_dump(content))
        try:
            found = read_guild(file)
        except ProjectError as error:
            assert error.place is not None  # noqa: PT017 -- both ways are right
            assert error.place.line is not None  # noqa: PT017
        else:
            for operation in found.all.values():
                assert operation.main or operation.exec or operation.steps
                assert all(found.place(operation, "flags", f) for f in operation.flags)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=OPERATIONS | VALUES)
def test_any_operations_are_read_or_refused(content: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sweepflow.yaml"
        file.write_text(yaml.safe_dump({"operations": content}))
        document = read(file)
        checker = Checker(document)
        read_operations(document, checker)
        try:
            checker.finish()
        except ProjectError as error:
            assert error.place is not None  # noqa: PT017 -- both ways are right
