"""Without the packages of the services, they are told to be missing."""

from __future__ import annotations

import sys

import pytest

from sweepflow.errors import MissingExtraError
from sweepflow.training import get_backend


@pytest.mark.parametrize("name", ["openai", "openweights"])
def test_a_missing_package_is_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError) as told:
        get_backend(name).check("gpt-4.1-nano-2025-04-14", {})
    assert told.value.hint == f'pip install "sweepflow[{name}]"'
    with pytest.raises(MissingExtraError):
        get_backend(name).open("ftjob-1").status()
