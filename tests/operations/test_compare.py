"""Columns of a comparison: what their texts mean, and what runs have in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.engine.scalars import Recorder, Scalar
from sweepflow.operations.compare import ColumnError, columns, table, usual_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweepflow.store.records import Json, ScalarRecord


@dataclass
class Run:
    flags: Mapping[str, Json] = field(default_factory=dict[str, "Json"])
    scalars: Mapping[str, ScalarRecord] = field(
        default_factory=dict[str, "ScalarRecord"]
    )
    steps: Mapping[str, Run] = field(default_factory=dict[str, "Run"])

    def attribute(self, name: str) -> Json:
        return {"status": "completed", "time": 2.5}.get(name)


def recorded(*scalars: Scalar) -> Mapping[str, ScalarRecord]:
    recorder = Recorder()
    recorder.add(scalars)
    return {record.name: record for record in recorder.records()}


def with_loss(*values: float, **flags: Json) -> Run:
    scalars = [Scalar("loss", value, step) for step, value in enumerate(values)]
    return Run(flags, recorded(*scalars))


RUN = with_loss(3.0, 1.0, 2.0, x=2, **{"a b": "c"})
PIPE = Run(
    {"v": 5},
    steps={
        "b": with_loss(4.0),
        "a": with_loss(8.0),
        "q": Run(steps={"t": with_loss(7.0)}),
    },
)


@pytest.mark.parametrize(
    ("text", "header", "value"),
    [
        ("loss", "loss", 2.0),
        ("scalar:loss", "loss", 2.0),
        ("loss step", "loss step", 2),
        ("min loss", "min loss", 1.0),
        ("min loss step as s", "s", 1),
        ("scalar:max loss", "max loss", 3.0),
        ("first loss", "first loss", 3.0),
        ("last loss", "loss", 2.0),
        ("avg loss", "avg loss", 2.0),
        ("total loss", "total loss", 6.0),
        ("count loss as min", "min", 3),
        ('"loss" as "a b"', "a b", 2.0),
        ("=x", "x", 2),
        ("='a b'", "a b", "c"),
        ("flag:x as X", "X", 2),
        ("=nope", "nope", None),
        (".time", "time", 2.5),
        ("attr:status as =s", "=s", "completed"),
        ("step", "step", None),
        ("#loss", "loss", 2.0),
        ("nope#loss", "nope loss", None),
    ],
)
def test_a_text_is_a_column(text: str, header: str, value: Json) -> None:
    (column,) = columns([text])
    assert (column.header, column.value(RUN)) == (header, value)


def test_steps_have_scalars_of_their_own() -> None:
    texts = ["a#loss as la", "b#loss as lb", "=v", "q/t#loss", "min q#loss, loss"]
    headers, rows = table([(PIPE, columns(texts))])
    assert headers == ["la", "lb", "v", "q/t loss", "min q loss", "loss"]
    assert rows == [[8.0, 4.0, 5, 7.0, 7.0, 8.0]]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "there is no name"),
        ("''", "there is no name"),
        ("loss,", "there is no name"),
        ("loss acc", "not clear what 'acc'"),
        ("t#min loss", "not clear what 'loss'"),
        ("loss as a b", "not clear what"),
        ("avg loss step", "avg has no step"),
        ("min =x", "=x is no scalar"),
        (".time step", ".time is no scalar"),
        ("'loss", "' stands alone"),
        ("=", "= stands alone"),
    ],
)
def test_a_text_without_meaning_is_refused(text: str, part: str) -> None:
    with pytest.raises(ColumnError, match=part) as caught:
        columns([text])
    assert caught.value.hint


def test_runs_share_the_columns_of_one_title() -> None:
    other = with_loss(9.0, lr=1)
    headers, rows = table(
        [(RUN, columns(["=x, loss"])), (other, columns(["loss,=lr"]))]
    )
    assert headers == ["x", "loss", "lr"]
    assert rows == [[2, 2.0, None], [None, 9.0, 1]]


def test_the_first_value_of_a_title_counts() -> None:
    _, rows = table([(RUN, columns(["=nope as v", "min loss as v", "loss as v"]))])
    assert rows == [[1.0]]


def test_without_columns_flags_and_scalars_are_shown() -> None:
    scalars = recorded(Scalar("sys/cpu", 1.0, 1), Scalar("z", 2, 3))
    run = Run({"x": 1, "a": 2}, scalars)
    headers, rows = table([(run, usual_columns(run)), (Run(), usual_columns(Run()))])
    assert headers == ["a", "x", "step", "z"]
    assert rows == [[2, 1, 3, 2.0], [None] * 4]


@given(st.text("loss min=.,'\"as#step/", max_size=25))
def test_any_text_is_columns_or_refused(text: str) -> None:
    try:
        found = columns([text])
    except ColumnError:
        return
    assert table([(RUN, found)])[1]
