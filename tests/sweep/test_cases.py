"""The table of the specification, and one of ours with a row for every rule."""

from __future__ import annotations

import pytest

from sweepflow.sweep import SweepSyntaxError
from tests.sweep.table import Case, load

CASES = [*load("cases.jsonl"), *load("rules.jsonl")]


def _name(case: Case) -> str:
    return f"{case.mode} {case.expression[:60]}".encode("unicode_escape").decode()


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_expression(case: Case) -> None:
    if not isinstance(case.expect, dict):
        case.check(case.result())
        return
    with pytest.raises(SweepSyntaxError) as caught:
        case.result()
    assert case.expect["error"] in caught.value.message
    assert caught.value.text == case.expression
    assert 0 <= caught.value.column <= len(case.expression)
    assert caught.value.hint
