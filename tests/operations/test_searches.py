"""What a user of operations says of a search, as Guild has it, and where we differ."""

from __future__ import annotations

import shlex
import textwrap
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweepflow.errors import PlanError
from sweepflow.operations.expand import expand
from sweepflow.operations.searches import OperationSearch, SearchOptions, search_of
from sweepflow.project.operations.read import read_guild
from sweepflow.search import Choices, Range

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.operations.flags.model import Value
    from sweepflow.search import Search

STEP = """
import argparse
p = argparse.ArgumentParser()
p.add_argument("--n", type=int); p.add_argument("--rate", type=float)
p.parse_args()
"""
BASE = """\
free: {main: step, flags: {x: 1, n: 2, rate: 0.1, name: {type: string}}}
ruled:
  main: step
  flags:
    x: 1
    y: {default: 5, min: 0, max: 10}
    z: {default: a, choices: [a, {value: b}, c]}
"""


class Ask(Protocol):
    def __call__(
        self,
        line: str,
        text: str = "",
        **said: Any,  # noqa: ANN401
    ) -> OperationSearch: ...


class Refused(Protocol):
    def __call__(self, line: str, text: str = "", **said: Any) -> str: ...  # noqa: ANN401


class Maybe(Protocol):
    def __call__(
        self,
        line: str,
        text: str = "",
        **said: Any,  # noqa: ANN401
    ) -> OperationSearch | None: ...


@pytest.fixture
def maybe(tmp_path: Path) -> Maybe:
    """The search, if any, that a line such as `free x=[1:2]` asks for."""
    (tmp_path / "step.py").write_text(STEP)
    file = tmp_path / "guild.yml"

    def asked(line: str, text: str = "", **said: Any) -> OperationSearch | None:  # noqa: ANN401
        file.write_text(BASE + textwrap.dedent(text))
        operations = read_guild(file)
        name, *words = shlex.split(line)
        files = [word[1:] for word in words if word.startswith("@")]
        force = said.pop("force", False)
        return search_of(
            operations,
            operations.operation(name),
            [word for word in words if not word.startswith("@")],
            SearchOptions(**said),
            folder=tmp_path,
            batch_files=files,
            force_flags=force,
        )

    return asked


@pytest.fixture
def ask(maybe: Maybe) -> Ask:
    def asked(line: str, text: str = "", **said: Any) -> OperationSearch:  # noqa: ANN401
        found = maybe(line, text, **said)
        assert found is not None
        return found

    return asked


@pytest.fixture
def refused(maybe: Maybe, tmp_path: Path) -> Refused:
    def told(line: str, text: str = "", **said: Any) -> str:  # noqa: ANN401
        with pytest.raises(PlanError) as raised:
            maybe(line, text, **said)
        return str(raised.value).replace(str(tmp_path / "guild.yml"), "FILE")

    return told


def space(found: OperationSearch) -> dict[str, str]:
    return {name: repr(one) for name, one in found.search.space.items()}


def how(search: Search) -> tuple[object, ...]:
    return search.sampler, search.pruner, search.startup, search.at_once


def whole(low: int, high: int, first: int | None = None) -> str:
    return repr(Range(low, high, first=first))


def choices(*values: bool | float | str | None) -> str:
    return repr(Choices(values))


# What asks for a search


@pytest.mark.parametrize(
    "line", ["free", "free x=3", "free x=[1,2]", "free x=1:3", "ruled", "free @t.csv"]
)
def test_values_alone_are_no_search(maybe: Maybe, line: str) -> None:
    assert maybe(line) is None


def test_a_range_is_searched_at_random(ask: Ask) -> None:
    found = ask("free x=[1:9]")
    assert space(found) == {"x": whole(1, 9)}
    assert how(found.search) == ("random", None, None, 1)
    assert (found.search.metric, found.search.direction) == ("loss", "minimize")
    assert (found.search.trials, found.search.seed) == (20, 0)


def test_in_a_search_several_values_are_choices(ask: Ask) -> None:
    found = ask("free x=[1:9] n=[1,2] rate=0.1,0.2 name=[1,a]")
    assert space(found) == {
        "n": choices(1, 2),
        "name": choices("1", "a"),
        "rate": choices(0.1, 0.2),
        "x": whole(1, 9),
    }


def test_all_else_is_fixed(ask: Ask) -> None:
    assert ask("free x=3 x=[1:9] n=7 name=a,b").words == ("n=7", "name=a,b")


def test_the_last_word_for_a_flag_counts(maybe: Maybe, ask: Ask) -> None:
    assert maybe("free x=[1:9] x=3") is None
    assert ask("free n=[1:9] x=[1:9] x=3").words == ("x=3",)


def test_an_alias_is_its_flag(ask: Ask, refused: Refused) -> None:
    text = "op: {main: step, flags: {lr: {default: 1, alias: rate}}}"
    assert space(ask("op rate=[1:9]", text)) == {"lr": whole(1, 9)}
    assert "'lr' is given twice" in refused("op rate=[1:9] lr=3", text)


def test_defaults_may_be_ranges_and_lists(ask: Ask, maybe: Maybe) -> None:
    text = """
    op:
      main: step
      flags: {x: '[1:9]', y: [1, 2], z: 'range[1:3]', n: 4}
    """
    found = ask("op", text)
    assert space(found) == {
        "x": whole(1, 9),
        "y": choices(1, 2),
        "z": choices(1, 2, 3),
    }
    assert space(ask("op y=1 z=1", text)) == {"x": whole(1, 9)}
    assert maybe("op x=1", text) is None


def test_rules_of_unsaid_flags_are_searched_too(ask: Ask) -> None:
    found = ask("ruled x=[1:9]")
    assert space(found) == {
        "x": whole(1, 9),
        "y": whole(0, 10, first=5),
        "z": choices("a", "b", "c"),
    }
    assert space(ask("ruled x=[1:9] y=3 z=b")) == {"x": whole(1, 9)}
    assert space(ask("ruled y=[2:3] z=a")) == {"y": whole(2, 3)}
    assert space(ask("ruled", optimize=True)).keys() == {"y", "z"}


def test_the_distribution_of_a_flag_counts(ask: Ask) -> None:
    text = """
    op:
      main: step
      flags:
        x: {min: 1, max: 9, distribution: log-uniform}
        n: {min: 1, max: 9, distribution: log-uniform, type: int, default: 2}
        y: {min: 0, max: 1, default: 0.5}
        least: {min: 1, default: 3}
    """
    assert space(ask("op", text, optimize=True)) == {
        "n": repr(Range(1, 9, log=True, first=2)),
        "x": repr(Range(1.0, 9.0, log=True)),
        "y": repr(Range(0.0, 1.0, first=0.5)),
    }


def test_the_type_of_a_flag_says_which_numbers(ask: Ask) -> None:
    text = "op: {main: step, flags-import: all}"
    found = ask("op rate=[0:1] n=[0:1]", text)
    assert space(found) == {"n": whole(0, 1), "rate": repr(Range(0.0, 1.0))}


# Optimizers


@pytest.mark.parametrize(
    ("name", "sampler"),
    [
        *(("random", "random"), ("gp", "gp"), ("bayesian", "gp"), ("gaussian", "gp")),
        *(("skopt:gp", "gp"), ("forest", "tpe"), ("skopt:gbrt", "tpe")),
        *(("tpe", "tpe"), ("qmc", "qmc"), ("cmaes", "cmaes")),
    ],
)
def test_names_of_optimizers(ask: Ask, name: str, sampler: str) -> None:
    found = ask("free x=[1,2]", optimizer=name)
    assert found.search.sampler == sampler
    assert bool(found.notes) == name.endswith(("forest", "gbrt"))


def test_the_default_optimizer_is_gp(ask: Ask) -> None:
    assert ask("free x=[1:2]", optimize=True).search.sampler == "gp"


@pytest.mark.parametrize(
    ("said", "sampler"),
    [
        ("optimizer: qmc", "qmc"),
        ("optimizer: {algorithm: tpe, random-starts: 3}", "tpe"),
        ("optimizers: [cmaes]", "cmaes"),
        ("optimizers: {mine: {algorithm: tpe}}", "tpe"),
        ("optimizers: {gp: {}, mine: {algorithm: qmc, default: yes}}", "qmc"),
    ],
)
def test_the_operation_names_its_default(ask: Ask, said: str, sampler: str) -> None:
    text = f"op: {{main: step, flags: {{x: 1}}, {said}}}"
    assert ask("op x=[1:2]", text, optimize=True).search.sampler == sampler
    # As in Guild, it counts only where it is asked for.
    assert ask("op x=[1:2]", text).search.sampler == "random"


def test_of_several_optimizers_one_must_be_the_default(refused: Refused) -> None:
    text = "op: {main: step, flags: {x: 1}, optimizers: [gp, tpe]}"
    told = refused("op x=[1:2]", text, optimize=True)
    assert told.startswith("FILE:")
    assert "--optimizer with gp or tpe" in told


def test_an_optimizer_of_the_operation_comes_first(ask: Ask) -> None:
    text = """
    op:
      main: step
      flags: {x: 1}
      optimizers:
        gp: {algorithm: tpe, random-starts: 3, at-once: 2, pruner: halving, xi: 1}
    """
    found = ask("op x=[1:2]", text, optimizer="gp")
    assert how(found.search) == ("tpe", "halving", 3, 2)
    assert found.notes == ("the optimizer's flag xi has no effect",)
    found = ask(
        "op x=[1:2]",
        text,
        optimizer="gp",
        opt_flags=["startup=5", "pruner=no", "at_once=4", "kappa=1"],
    )
    assert how(found.search) == ("tpe", None, 5, 4)
    assert len(found.notes) == 2


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("{nosuch: {}}", "there is no optimizer 'nosuch'\nhint: there are random, gp,"),
        ("{gp: {kapa: 1}}", "has no flag 'kapa'\nhint: there are acq-func, at-once,"),
        ("{gp: {random-starts: -1}}", "random-starts=-1 is no number of trials"),
        ("{gp: {at-once: 0}}", "at-once=0 is no number of trials"),
        ("{gp: {startup: yes}}", "startup=yes is no number of trials"),
        (
            "{gp: {pruner: medain}}",
            "there is no pruner medain\nhint: there are median,",
        ),
    ],
)
def test_what_an_optimizer_may_not_be(refused: Refused, said: str, told: str) -> None:
    text = f"op:\n  main: step\n  flags: {{x: 1}}\n  optimizers: {said}"
    message = refused("op x=[1:2]", text, optimize=True)
    assert message.startswith("FILE:11:")
    assert told in message


def test_unknown_optimizers_are_told_with_those_that_there_are(
    refused: Refused,
) -> None:
    text = "op: {main: step, flags: {x: 1}, optimizers: {mine: {algorithm: gp}}}"
    told = refused("op x=[1:2]", text, optimizer="nosuch")
    assert "there is no optimizer 'nosuch'" in told
    assert "there are mine, random, gp" in told


# What it goes by, and how long


@pytest.mark.parametrize(
    ("said", "metric", "direction"),
    [
        ("loss", "loss", "minimize"),
        ("-acc", "acc", "maximize"),
        ("{minimize: err}", "err", "minimize"),
        ("{maximize: acc}", "acc", "maximize"),
        ("last loss", "loss", "minimize"),
        ("scalar:loss", "loss", "minimize"),
        ("test#acc", "test.acc", "minimize"),
        ("'#acc'", "acc", "minimize"),
    ],
)
def test_the_objective_of_the_file(
    ask: Ask, said: str, metric: str, direction: str
) -> None:
    text = f"op: {{main: step, flags: {{x: 1}}, objective: {said}}}"
    search = ask("op x=[1:2]", text).search
    assert (search.metric, search.direction) == (metric, direction)


def test_options_win_over_the_file(ask: Ask) -> None:
    text = """
    op: {main: step, flags: {x: 1}, objective: -acc, default-max-trials: 7}
    """
    search = ask("op x=[1:2]", text).search
    assert (search.metric, search.direction, search.trials) == ("acc", "maximize", 7)
    search = ask("op x=[1:2]", text, minimize="b", max_trials=3, random_seed=5).search
    assert (search.metric, search.direction) == ("b", "minimize")
    assert (search.trials, search.seed) == (3, 5)
    assert ask("op x=[1:2]", text, maximize="b").search.direction == "maximize"


@pytest.mark.parametrize(
    "column", ["max loss", "first loss", "loss step", "=x", ".status", "loss, acc", ""]
)
def test_what_a_search_cannot_go_by(refused: Refused, column: str) -> None:
    assert repr(column) in refused("free x=[1:2]", minimize=column)
    if column:
        text = f"op: {{main: step, flags: {{x: 1}}, objective: {column!r}}}"
        assert refused("op x=[1:2]", text).startswith("FILE:")


# What is refused


@pytest.mark.parametrize(
    ("line", "said", "told"),
    [
        ("free y=[1:2]", {}, "unknown flag 'y'"),
        ("free x=[1:2] y=3", {}, "unknown flag 'y'"),
        ("free x=[1:2] n", {}, "'n' is no NAME=VALUE"),
        ("free x=[2:1]", {}, "x=[2:1]: the range 2:1 holds no number"),
        ("free x=normal[0:1]", {}, "x=normal[0:1]: there are no normal"),
        ("free x=[2:1] n=uniform[0]", {}, "n=uniform[0] is no range"),
        ("ruled y=[1:11]", {}, "y=11: is greater than 10"),
        ("ruled y=[-1:3]", {}, "y=-1: is less than 0"),
        ("ruled x=[1:2] y=[3,12]", {}, "y=12: is greater than 10"),
        ("ruled x=[1:2] z=[a,d]", {}, "z=d: is none of a, b, c"),
        ("ruled z=[1:2]", {}, "a range, and the flag has choices"),
        ("free x=[1:2] n=[]", {}, "n=there is no value"),
        ("free x=[1:2] n=[[1],2]", {}, "n=[1] cannot be a choice"),
        ("free x=[1:2] @t.csv", {}, "a search chooses its trials, and @t.csv"),
        ("free", {"optimize": True}, "there is nothing to search"),
        ("free x=1", {"optimizer": "gp"}, "there is nothing to search"),
        ("free x=1,2", {"minimize": "a"}, "--minimize is for a search"),
        ("free", {"maximize": "a"}, "--maximize is for a search"),
        ("free", {"opt_flags": ["a=1"]}, "--opt-flag is for a search"),
        ("free x=[1:2]", {"opt_flags": ["kapa=1"]}, "has no flag 'kapa'"),
        ("free x=[1:2]", {"opt_flags": ["kappa"]}, "is no NAME=VALUE"),
        ("free x=[1:2]", {"minimize": "a", "maximize": "b"}, "exclude each other"),
        ("free x=[1:2]", {"optimize": True, "optimizer": "gp"}, "exclude each other"),
    ],
)
def test_what_is_refused(
    refused: Refused, line: str, said: dict[str, Any], told: str
) -> None:
    assert told in refused(line, **said)


def test_what_is_wrong_in_the_file_has_its_place(refused: Refused) -> None:
    text = "op:\n  main: step\n  flags:\n    n: 1\n    x: '[2:1]'"
    assert refused("op", text).startswith("FILE:12:5: x=[2:1]: the range 2:1")
    text = "op:\n  main: step\n  flags:\n    x: {default: 3, min: 5, max: 7}"
    assert refused("op", text, optimize=True).startswith("FILE:11:5: x=the first value")


def test_forced_flags_may_be_searched(ask: Ask) -> None:
    assert space(ask("ruled new=[1:2] y=3 z=[8:9]", force=True)).keys() == {
        "new",
        "z",
    }


def test_a_range_is_no_source_of_what_is_required(refused: Refused) -> None:
    text = "op: {main: step, flags: {x: 1}, requires: [{operation: free}]}"
    assert "is no run or path" in refused("op free=[1:2]", text)


def test_runs_that_are_required_may_be_choices(ask: Ask) -> None:
    text = "op: {main: step, flags: {x: 1}, requires: [{operation: free}]}"
    found = ask("op x=[1:2] free=[1,abc]", text)
    assert found.search.space["free"] == Choices(("1", "abc"))


# From a trial to a run


def test_trials_are_read_as_they_are(ask: Ask, tmp_path: Path) -> None:
    found = ask("free x=[1:2] n=7")
    trial: dict[str, bool | float | str | None] = {
        "x": 0.1 + 0.2,
        "name": "1",
        "rate": 5,
    }
    operations = read_guild(tmp_path / "guild.yml")
    asked = expand(
        operations,
        operations.operation("free"),
        found.words,
        folder=tmp_path,
        trials=[found.trial(trial)],
    )
    (run,) = asked.trials
    assert repr(run.values["x"]) == repr(0.1 + 0.2)
    assert run.values["name"] == "1"
    assert run.values["n"] == 7


@given(
    st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.none(),
    st.sampled_from(["", "string"]),
)
def test_any_value_comes_through_words(
    value: bool | float | str | None,
    kind: str,
) -> None:
    from sweepflow.operations.flags.assignments import read_assignments
    from sweepflow.project.operations.flags import Flag

    words = OperationSearch.trial({"x": value})
    read: dict[str, Value] = read_assignments(words, [Flag(name="x", type=kind)])
    if isinstance(value, str) or not kind:
        assert repr(read) == repr({"x": value})
