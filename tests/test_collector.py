"""The garbage collector rests while an app starts up, and only then."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import gc
from dataclasses import dataclass
import sweepflow

{before}

@dataclass
class Config:
    n: int = 0

@sweepflow.main(Config)
def app(run, cfg):
    print("in the app:", gc.isenabled(), gc.get_freeze_count() > 10_000)

app()
print("after it:", gc.isenabled())
"""


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ("", ["in the app: True True", "after it: True"]),
        ("gc.disable()", ["in the app: False False", "after it: False"]),
    ],
    ids=["usually", "for who has disabled it"],
)
def test_it_works_in_the_app(before: str, told: list[str], tmp_path: object) -> None:
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(before=before)],
        cwd=str(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.splitlines() == told
