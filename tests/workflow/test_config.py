"""Configs: what is taken, what is not, and what is said of it."""

from __future__ import annotations

import datetime as dt
import enum
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from sweepflow.errors import ProjectError
from sweepflow.workflow import Config, from_dict, from_yaml, to_yaml
from sweepflow.workflow.config import to_dict
from sweepflow.workflow.errors import ConfigError


class Mode(enum.Enum):
    FAST = "fast"
    SLOW = "slow"


@dataclass
class Inner:
    x: int = 1
    y: float = 2.0


@dataclass
class Outer(Config):
    lr: float
    steps: int
    mode: Mode = Mode.FAST
    path: Path = Path("data")
    shape: tuple[int, ...] = ()
    words: set[str] = field(default_factory=set[str])
    table: dict[str, float] = field(default_factory=dict[str, float])
    kind: Literal["a", "b"] = "a"
    inner: Inner = field(default_factory=Inner)
    many: list[Inner] = field(default_factory=list[Inner])
    either: int | str | Inner = 0
    maybe: float | None = None
    day: dt.date | None = None
    free: Any = None


class Model(Config, BaseModel):
    size: Annotated[int, Field(gt=0, description="How large it is.")]
    name: str = Field(default="m", alias="label")
    inner: Inner = Inner()

    @field_validator("name")
    @classmethod
    def _short(cls, value: str) -> str:
        if len(value) > 5:
            raise ValueError("is longer than 5 letters")
        return value


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    a: int = 1


@dataclass
class WithOpen:
    opened: Open
    closed: Inner


@dataclass
class Needy:
    inner: Inner  # no default of its own, but all of it has
    model: Model


BASE: dict[str, Any] = {"lr": 0.1, "steps": 3}


def said(cls: type, data: dict[str, Any]) -> str:
    with pytest.raises(ConfigError) as caught:
        from_dict(cls, data)
    return str(caught.value)


@pytest.mark.parametrize(
    ("key", "given", "value"),
    [
        ("lr", 1, 1.0),
        ("mode", "slow", Mode.SLOW),
        ("mode", Mode.SLOW, Mode.SLOW),
        ("path", "a/b", Path("a/b")),
        ("path", Path("a/b"), Path("a/b")),
        ("shape", [1, 2], (1, 2)),
        ("words", ["x", "y"], {"x", "y"}),
        ("table", {"a": 1}, {"a": 1.0}),
        ("inner", {"x": 5}, Inner(5)),
        ("inner", Inner(5), Inner(5)),
        ("inner", None, Inner()),
        ("many", [{"y": 1}, {}], [Inner(1, 1.0), Inner()]),
        ("either", "text", "text"),
        ("either", {"x": 3}, Inner(3)),
        ("maybe", 3, 3.0),
        ("day", "2024-02-03", dt.date(2024, 2, 3)),
        ("day", dt.date(2024, 2, 3), dt.date(2024, 2, 3)),
        ("free", {"any": ["thing", 1]}, {"any": ["thing", 1]}),
    ],
)
def test_values_become_what_the_class_says(
    key: str, given: object, value: object
) -> None:
    made = getattr(from_dict(Outer, {**BASE, key: given}), key)
    assert made == value
    assert type(made) is type(value)


@pytest.mark.parametrize(
    ("key", "given", "message"),
    [
        ("lr", "0.1", "lr must be a number, not '0.1'"),
        ("lr", "1e-4", "lr must be a number, not '1e-4'"),
        ("lr", True, "lr must be a number, not true"),
        ("lr", None, "lr is empty: write a number"),
        ("steps", "2", "steps must be a whole number, not '2'"),
        ("steps", 2.5, "steps must be a whole number, not 2.5"),
        ("mode", "quick", "mode must be one of 'fast', 'slow', not 'quick'"),
        ("path", 3, "path must be a path, not 3"),
        ("shape", [1, "2"], "shape[1] must be a whole number, not '2'"),
        ("shape", 3, "shape must be a list, each a whole number, not 3"),
        ("table", {"a": "b"}, "table.a must be a number, not 'b'"),
        ("kind", "c", "kind must be one of 'a', 'b', not 'c'"),
        ("inner", 3, "inner must be a mapping, not 3"),
        ("inner", {"z": 1}, "unknown key 'z' in inner (valid keys: x, y)"),
        ("many", [{}, {"x": "1"}], "many[1].x must be a whole number, not '1'"),
        ("either", [1], "either must be a whole number or a text or a mapping, not"),
        ("either", {"x": "1"}, "either.x must be a whole number, not '1'"),
        ("maybe", "x", "maybe must be a number or null, not 'x'"),
        ("stesp", 3, "unknown key 'stesp': did you mean 'steps'? (valid keys: lr, "),
    ],
)
def test_values_of_a_wrong_type(key: str, given: object, message: str) -> None:
    text = said(Outer, {**BASE, key: given})
    assert text.startswith(message)
    assert "\n" not in text


def test_all_problems_are_told_at_once() -> None:
    text = said(Outer, {"steps": "3", "inner": {"x": "1", "q": 0}})
    assert set(text.splitlines()) == {
        "lr is missing: write a number",
        "steps must be a whole number, not '3'",
        "inner.x must be a whole number, not '1'",
        "unknown key 'q' in inner (valid keys: x, y)",
    }


def test_pydantic_models_keep_their_rules() -> None:
    assert from_dict(Model, {"size": 3, "label": "abc"}).name == "abc"
    text = said(Model, {"size": 0, "label": "abcdef", "name": "x"})
    assert set(text.splitlines()) == {
        "size must be greater than 0",
        "label: is longer than 5 letters",
        "unknown key 'name' (valid keys: size, label, inner)",
    }


def test_what_a_model_allows_is_allowed_there_only() -> None:
    made = from_dict(WithOpen, {"opened": {"b": 2}, "closed": {}})
    assert made.opened.model_extra == {"b": 2}
    assert to_dict(made)["opened"] == {"a": 1, "b": 2}
    text = said(WithOpen, {"opened": {"b": 2}, "closed": {"c": 3}})
    assert text == "unknown key 'c' in closed (valid keys: x, y)"


def test_a_missing_part_is_made_from_its_defaults() -> None:
    assert from_dict(Needy, {"model": {"size": 1}}).inner == Inner()
    assert said(Needy, {}) == "model is missing: write a mapping"


def test_a_class_that_cannot_be_checked_is_told() -> None:
    @dataclass
    class Odd:
        thing: math  # pyright: ignore[reportGeneralTypeIssues]

    assert "configs of class" in said(Odd, {})


def test_the_base_class_puts_the_functions_on_the_class(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text("lr: 0.1\nsteps: 3\n")
    made = Outer.from_yaml(file)
    assert made == Outer(0.1, 3) == Outer.from_dict(BASE) == from_yaml(Outer, str(file))
    assert Outer.from_dict(made.to_dict()) == made
    assert made.to_yaml() == to_yaml(made)
    assert Model.from_dict({"size": 1}).to_dict()["label"] == "m"


KEYS = ", ".join(Outer.__dataclass_fields__)
YAML = """\
lr: '0.1'
stesp: 3
steps: 1.5
inner:
  x: two
many:
- {x: 1}
- {z: 1}
"""


def test_problems_of_a_file_have_places(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(YAML)
    with pytest.raises(ConfigError) as caught:
        from_yaml(Outer, file)
    lines = [line.removeprefix(f"{file}:") for line in str(caught.value).splitlines()]
    assert lines == [
        "1:5: lr must be a number, not '0.1'",
        f"2:1: unknown key 'stesp': did you mean 'steps'? (valid keys: {KEYS})",
        "3:8: steps must be a whole number, not 1.5",
        "5:6: inner.x must be a whole number, not 'two'",
        "8:4: unknown key 'z' in many[1] (valid keys: x, y)",
    ]
    assert caught.value.place is not None


def test_what_is_missing_is_told_where_it_should_stand(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text("inner:\n\nmodel:\n  label: x\n")
    with pytest.raises(ConfigError) as caught:
        from_yaml(Needy, file)
    assert (
        str(caught.value) == f"{file}:3:1: model.size is missing: write a whole number"
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-4", 1e-4),
        ("1.5E+3", 1500.0),
        (".5e1", 5.0),
        ("-2e3", -2000.0),
        (".inf", math.inf),
    ],
)
def test_exponents_without_a_point_are_numbers(
    tmp_path: Path, text: str, value: float
) -> None:
    file = tmp_path / "c.yaml"
    file.write_text(f"lr: {text}\nsteps: 1\nmaybe: {text}\ntable: {{a: {text}}}\n")
    made = from_yaml(Outer, file)
    assert (made.lr, made.maybe, made.table) == (value, value, {"a": value})


def test_texts_stay_texts(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text("size: 1\nlabel: 12e56\n")
    assert from_yaml(Model, file).name == "12e56"
    file.write_text("size: 1\nlabel: no\n")
    with pytest.raises(ConfigError, match="label must be a text, not false: put it in"):
        from_yaml(Model, file)


def test_a_file_that_is_no_config(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    with pytest.raises(ProjectError, match="no such file"):
        from_yaml(Outer, file)
    file.write_text("lr: 1\nlr: 2\n")
    with pytest.raises(ProjectError, match="'lr' is written twice"):
        from_yaml(Outer, file)
    file.write_text("- 1\n")
    with pytest.raises(ConfigError, match="the config must be a mapping, not"):
        from_yaml(Outer, file)


def test_what_a_config_cannot_hold() -> None:
    with pytest.raises(ConfigError, match=r"free\[0\] is a builtins\.object"):
        to_dict(Outer(1, 1, free=[object()]))
    with pytest.raises(ConfigError, match=r"free\.key is a secret"):
        to_dict(Outer(1, 1, free={"key": SecretStr("hush")}))
    with pytest.raises(ConfigError, match="int is no config"):
        to_yaml(3)


numbers = st.integers(-(2**70), 2**70)
reals = st.floats(allow_nan=False)
texts = st.text(max_size=12)
inners = st.builds(Inner, numbers, reals)
plain = st.recursive(
    st.none() | st.booleans() | numbers | reals | texts,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
    ),
    max_leaves=8,
)
configs = st.builds(
    Outer,
    lr=reals,
    steps=numbers,
    mode=st.sampled_from(Mode),
    path=st.just(Path("a b/c")),
    shape=st.lists(numbers, max_size=3).map(tuple),
    words=st.sets(texts, max_size=3),
    table=st.dictionaries(texts, reals, max_size=3),
    kind=st.sampled_from(["a", "b"]),
    inner=inners,
    many=st.lists(inners, max_size=3),
    either=numbers | texts | inners,
    maybe=st.none() | reals,
    day=st.none() | st.dates(),
    free=plain,
)


@given(configs)
def test_a_config_comes_back_from_yaml(
    tmp_path_factory: pytest.TempPathFactory, config: Outer
) -> None:
    file = tmp_path_factory.getbasetemp() / "round.yaml"
    file.write_text(to_yaml(config), encoding="utf-8")
    assert from_yaml(Outer, file) == config


@given(configs)
def test_a_config_comes_back_from_a_mapping(config: Outer) -> None:
    assert from_dict(Outer, to_dict(config)) == config


@given(st.dictionaries(st.sampled_from(list(Outer.__dataclass_fields__)), plain))
def test_any_mapping_gives_a_config_or_says_why_not(data: dict[str, Any]) -> None:
    try:
        made = from_dict(Outer, data)
    except ConfigError:
        return
    assert from_dict(Outer, to_dict(made)) == made
