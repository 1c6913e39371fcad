"""The public face: everything is there, and nothing is imported before it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import sweepflow
from sweepflow import analysis, app

OF_ANALYSIS = {"Collection", "Run", "RunCollection", "runs"}


def test_the_package_gives_what_the_app_and_analysis_have() -> None:
    assert set(sweepflow.__all__) == set(app.__all__) | OF_ANALYSIS
    assert set(sweepflow.__all__) <= set(dir(sweepflow))
    for name in sweepflow.__all__:
        home = analysis if name in OF_ANALYSIS else app
        assert getattr(sweepflow, name) is getattr(home, name)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = sweepflow.nothing  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import sweepflow", "sweepflow.app"),
        ("import sweepflow; sweepflow.main", "hydra omegaconf mlflow"),
        ("import sweepflow; sweepflow.main({'a': 1})(lambda run, cfg: 0)", "mlflow"),
    ],
)
def test_heavy_packages_wait(code: str, absent: str) -> None:
    check = f"import sys; assert not {absent.split()} & sys.modules.keys()"
    check = check.replace("[", "{").replace("]", "}")
    subprocess.run([sys.executable, "-c", f"{code}; {check}"], check=True)
