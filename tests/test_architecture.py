"""The layers of ARCHITECTURE.md, held by a test."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import sweepflow

ROOT = Path(sweepflow.__file__).parent

# Each may import from those before it, and from itself.
LAYERS = [
    *("collector", "errors", "extras", "sweep", "project", "store", "here"),
    *("engine", "provenance", "search", "atom", "workflow", "operations"),
    *("jobs", "app", "datasets", "training", "evals", "zoo"),
    *("analysis", "report", "cli"),
]

_ALL = set(LAYERS)

# `sweep` is pure; `app` runs in the user's process and knows nothing of the engine.
# What is of the domain knows the public API of workflows and atoms.
FORBIDDEN = {
    "sweep": {"errors", "collector"},
    "store": {"sweep", "project"},
    "engine": {"sweep", "project", "here"},
    "provenance": {"sweep", "project", "here"},
    "search": {"here", "provenance"},
    "atom": {"sweep", "project", "engine", "provenance", "search"},
    "operations": {"workflow"},
    "jobs": {"here", "provenance", "atom", "workflow", "operations"},
    "app": {
        "project",
        "store",
        "here",
        "engine",
        "provenance",
        "workflow",
        "operations",
        "jobs",
        "search",
    },
    "analysis": {
        *("sweep", "project", "provenance", "search", "operations", "jobs", "app"),
    },
    "report": {"sweep", "project", "search", "operations", "jobs", "app", "workflow"},
    "datasets": _ALL - {"errors", "extras", "datasets"},
    "training": _ALL - {"errors", "extras", "workflow", "datasets", "training"},
    "evals": _ALL - {"errors", "extras", "atom", "workflow", "evals"},
    "zoo": _ALL
    - {"errors", "extras", "atom", "workflow", "datasets", "training", "evals", "zoo"},
    "cli": {"app"},
}

HEAVY = {
    *("mlflow", "hydra", "omegaconf", "sqlalchemy", "pydantic", "yaml", "rich"),
    *(
        "alembic",
        "psycopg",
        "polars",
        "matplotlib",
        "asyncio",
        "cloudpickle",
        "rocrate",
        "optuna",
    ),
    *("torch", "transformers", "peft", "inspect_ai", "openai", "tinker", "openweights"),
    *("sweepflow.engine.engine", "sweepflow.project.load", "sweepflow.store.ledger"),
}


def imported(path: Path) -> set[str]:
    """Give our own packages that a module imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
        elif isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
    ours = (name.split(".") for name in names if name.startswith("sweepflow."))
    return {parts[1] for parts in ours}


@pytest.mark.parametrize("layer", LAYERS)
def test_imports_go_downward(layer: str) -> None:
    allowed = set(LAYERS[: LAYERS.index(layer) + 1]) - FORBIDDEN.get(layer, set())
    folder = ROOT / layer
    modules = folder.rglob("*.py") if folder.is_dir() else [ROOT / f"{layer}.py"]
    wrong = {
        str(module.relative_to(ROOT)): sorted(extra)
        for module in modules
        if (extra := imported(module) - allowed)
    }
    assert wrong == {}


def test_every_room_has_its_layer() -> None:
    rooms = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()}
    assert rooms == set(LAYERS) - {"collector", "errors", "extras", "here"}


@pytest.mark.parametrize(
    ("code", "allowed"),
    [
        ("import sweepflow", set[str]()),
        ("from sweepflow.cli import main; main(['--help'])", set[str]()),
        ("from sweepflow.cli import main; main(['sweep', 'a=1:3'])", {"pydantic"}),
        ("import sweepflow.engine.forkserver", set[str]()),
        ("import sweepflow.atom", set[str]()),
        ("import sweepflow.workflow", set[str]()),
        (
            "import sweepflow.engine.step, sweepflow.workflow.runner",
            set[str](),
        ),
        (
            "from sweepflow.cli import main; main(['run', 'j', '--dry-run'])",
            {"pydantic", "yaml", "sweepflow.project.load"},
        ),
    ],
    ids=["import", "help", "sweep", "worker", "atom", "workflow", "step", "dry run"],
)
def test_nothing_heavy_is_imported_unasked(
    code: str, allowed: set[str], tmp_path: Path
) -> None:
    (tmp_path / "sweepflow.yaml").write_text("jobs: {j: {run: echo}}")
    tell = "import atexit, sys; atexit.register(lambda: print(*sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", f"{tell}\n{code}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(result.stdout.split()) & HEAVY <= allowed
