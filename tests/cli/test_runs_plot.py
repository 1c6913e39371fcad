"""`sweepflow runs compare --plot`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sweepflow.store import Home
from sweepflow.store.store import Store
from tests.cli.flows import refused
from tests.recorded import record

if TYPE_CHECKING:
    from tests.cli.conftest import Shell


@pytest.fixture
def project(shell: Shell) -> Shell:
    """Give a project with runs of two operations."""
    shell.write("{}", "guild.yml")
    with Store(Home(shell.cwd / ".sweepflow")) as store:
        for n in range(8):
            record(
                store,
                f"run{n}",
                after=n,
                name="train" if n < 7 else "other",
                params={"lr": 10 ** -(n % 4), "model": "ab"[n // 4]},
                scalars={"accuracy": 0.5 + n / 20},
            )
    return shell


PLOT = ("--plot", "x=lr", "y=accuracy")


@pytest.mark.parametrize("name", ["plot.png", "plot.svg", "plot.html"])
def test_runs_of_a_name_are_plotted_into_a_file(project: Shell, name: str) -> None:
    chosen = ("runs", "compare", "train", *PLOT, "--group-by", "model")
    result = project.sweepflow(*chosen, "--out", name)
    assert result.returncode == 0, result
    assert result.stderr == f"wrote {name}: 7 runs\n"
    assert (project.cwd / name).stat().st_size > 1000


def test_runs_are_chosen_as_for_any_comparison(project: Shell) -> None:
    few = project.sweepflow(
        *("runs", "compare", "-o", "train", "--filter", "lr < 0.5", "--top", "3"),
        *("--plot", "y=accuracy", "x=lr", "--out", "p.svg"),
    )
    assert few.stderr == "wrote p.svg: 3 runs\n", few
    named = project.sweepflow("runs", "compare", "other", "--csv")
    assert [line.split(",")[0] for line in named.stdout.splitlines()[1:]] == ["run7"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((*PLOT, "--out", "p.pdf"), "its suffix is .pdf"),
        ((*PLOT, "--group-by", "size", "--out", "p.png"), "scalar 'size'"),
        (("--plot", "x=lr", "y=model", "--out", "p.png"), "which is not a number"),
        ((*PLOT, "-l", "none", "--out", "p.png"), "no such runs"),
    ],
)
def test_what_cannot_be_plotted_is_said(
    project: Shell, options: tuple[str, ...], message: str
) -> None:
    assert message in refused(
        project.sweepflow("runs", "compare", "train", *options), 2
    )
    assert not list(project.cwd.glob("p.*"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (PLOT, "needs --out"),
        (("--plot", "lr", "loss", "--out", "p.png"), "write --plot x=NAME y=NAME"),
        (("--plot", "x=lr", "x=loss", "--out", "p.png"), "write --plot x=NAME"),
        (("--group-by", "lr"), "belong to --plot"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    project: Shell, options: tuple[str, ...], message: str
) -> None:
    assert message in project.bad("runs", "compare", "train", *options)
