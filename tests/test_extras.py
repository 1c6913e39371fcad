"""What an extra brings is imported, or its absence is told in one sentence."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from sweepflow.errors import MissingExtraError
from sweepflow.extras import need

if TYPE_CHECKING:
    from pathlib import Path


def test_a_module_that_is_there_is_given() -> None:
    assert need("json", extra="local", purpose="reading") is json


@pytest.mark.parametrize("module", ["not_installed_here", "not_installed_here.part"])
def test_a_missing_package_is_told_with_its_extra(module: str) -> None:
    with pytest.raises(MissingExtraError) as caught:
        need(module, extra="local", purpose="training on this machine")
    assert str(caught.value) == (
        "training on this machine needs not_installed_here, which is not installed\n"
        'hint: pip install "sweepflow[local]"'
    )


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("import not_installed_here", ModuleNotFoundError),
        ("from json import not_in_json", ImportError),
    ],
)
def test_what_fails_inside_a_package_is_told_as_it_is(
    code: str,
    error: type[Exception],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "broken_inside.py").write_text(code)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with pytest.raises(error, match="not_in"):
        need("broken_inside", extra="local", purpose="training")
