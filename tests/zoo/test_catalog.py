"""The catalog has all that the zoo has, and every page is true."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import sweepflow.zoo
from sweepflow.zoo.catalog import ENTRIES, Entry, NotInZooError, find

ROOT = Path(sweepflow.zoo.__file__).parent
NAMED = re.compile(r"sweepflow\.zoo\.\w+\.\w+:\w+")


def written(kind: str) -> dict[str, set[str]]:
    """Give the functions that each module of a kind has for configurations."""
    return {
        module.stem: {
            node.name
            for node in ast.parse(module.read_text("utf-8")).body
            if isinstance(node, ast.FunctionDef) and is_for_configs(node)
        }
        for module in (ROOT / f"{kind}s").glob("*.py")
        if module.stem != "__init__"
    }


def is_for_configs(function: ast.FunctionDef) -> bool:
    decorators = {ast.unparse(each) for each in function.decorator_list}
    gives = function.returns and ast.unparse(function.returns)
    is_public = not function.name.startswith("_")
    return is_public and ("task" in decorators or gives == "ChatDataset")


@pytest.mark.parametrize("kind", ["dataset", "task"])
def test_it_has_every_module_and_every_function(kind: str) -> None:
    entries = {e.name: set(e.functions) for e in ENTRIES if e.kind == kind}
    assert entries == written(kind)


def test_it_has_every_workflow() -> None:
    names = {
        module.stem
        for module in (ROOT / "workflows").glob("*.py")
        if re.search(r"^\w+_workflow = ", module.read_text("utf-8"), re.MULTILINE)
    }
    assert {e.name for e in ENTRIES if e.kind == "workflow"} == names


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: f"{e.kind}-{e.name}")
def test_every_entry_has_a_page(entry: Entry) -> None:
    page = entry.page()
    assert page.startswith(f"# {entry.name} ({entry.kind})\n")
    assert "**Licence" in page
    if entry.kind != "workflow":
        assert set(NAMED.findall(page)) & set(entry.references)


def test_pages_name_only_what_there_is() -> None:
    known = {reference for entry in ENTRIES for reference in entry.references}
    named = {name for entry in ENTRIES for name in NAMED.findall(entry.page())}
    assert named <= known


def test_there_is_no_page_without_an_entry() -> None:
    pages = {(p.parent.name, p.stem) for p in (ROOT / "pages").rglob("*.md")}
    assert pages == {(f"{entry.kind}s", entry.name) for entry in ENTRIES}


def test_a_name_may_be_that_of_several() -> None:
    assert [entry.kind for entry in find("hello_world")] == ["dataset", "task"]
    with pytest.raises(NotInZooError, match="no 'x'\nhint: see `sweepflow zoo list`"):
        find("x")


def command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sweepflow", "zoo", *words],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_lists_all() -> None:
    lines = command("list").stdout.splitlines()
    assert len(lines) == 1 + len(ENTRIES)
    listed = json.loads(command("list", "--json").stdout)
    assert [(each["kind"], each["name"]) for each in listed] == [
        (entry.kind, entry.name) for entry in ENTRIES
    ]
    assert listed[0]["references"] == ENTRIES[0].references


def test_the_command_shows_pages() -> None:
    shown = command("show", "trigger_phrase").stdout
    assert shown == "\n".join(entry.page() for entry in find("trigger_phrase"))


def test_a_misspelt_name_is_bad_input() -> None:
    result = command("show", "helo_world")
    assert (result.returncode, result.stdout) == (2, "")
    assert "the zoo has no 'helo_world'\nhint: did you mean hello_world?" in (
        result.stderr
    )


def test_listing_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom sweepflow.cli import main\n"
        "try: main(['zoo', 'list'])\nexcept SystemExit: pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    heavy = {"inspect_ai", "datasets", "torch", "sqlalchemy", "rich", "yaml"}
    assert "sweepflow.zoo.catalog" in result.stderr.split()
    assert heavy.isdisjoint(result.stderr.split())
