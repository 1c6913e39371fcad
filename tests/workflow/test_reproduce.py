"""Running a recorded run again, from code that may have changed since."""

from __future__ import annotations

import itertools
import sys
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import pytest

from sweepflow.atom import Atom
from sweepflow.atom.upkeep import collect
from sweepflow.errors import PlanError
from sweepflow.store import Home
from sweepflow.store.store import Store, use_store
from sweepflow.workflow import Workflow, WorkflowError, run_workflow
from sweepflow.workflow.importing import import_reference
from sweepflow.workflow.reproduce import Reproduction
from sweepflow.workflow.run import make_engine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from sweepflow.engine.engine import Report
    from sweepflow.workflow.reproduce import Comparison

CODE = """
import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from sweepflow.atom import Atom
from sweepflow.workflow import AtomConstructor, Step, Workflow, step

@dataclass
class Size:
    size: int = 1

def make(config, atoms, workspace, scale=1):
    text = "".join(atom.path.read_text() for atom in atoms.values())
    (workspace / "file").write_text((text or "x") * scale)
    return [AtomConstructor("made", "file", "text")]

def sized(config, atoms, workspace):
    return make(config, atoms, workspace, config.size)

async def waits(config, atoms, workspace):
    return make(config, atoms, workspace)

class Maker:
    def __init__(self, scale):
        self.scale = scale
    def __call__(self, config, atoms, workspace):
        return make(config, atoms, workspace, self.scale)
    def method(self, config, atoms, workspace):
        return self(config, atoms, workspace)

@step
def made(config: Size, temp_workspace: Path) -> Annotated[Path, "text"]:
    (temp_workspace / "file").write_text("y" * config.size)
    return temp_workspace / "file"

def flow(name, function, config_class=None):
    return Workflow(name, {}, [Step("s", function, {}, config_class)])

plain = flow("plain", make)
configured = flow("configured", sized, Size)
asynchronous = flow("asynchronous", waits)
partial = flow("partial", functools.partial(make, scale=3))
anonymous = flow("anonymous", lambda c, a, w: make(c, a, w, 4))
instance = flow("instance", Maker(5))
bound = flow("bound", Maker(6).method)
decorated = Workflow.from_steps("w", [made])
given = Workflow("w", {"raw": "text"}, [Step("s", make, {"raw": "text"})])

def end(config, atoms, workspace):
    (workspace / "end").write_text(atoms["made"].path.read_text())
    return [AtomConstructor("end", "end", "text")]

chain = Workflow("w", {}, [Step("first", make), Step("s", end, {"made": "text"})])
"""
FAILING = ('    text = "".join', '    raise ValueError\n    text = "".join')

_numbers = itertools.count()


@dataclass
class Bench:
    """A project with one module of a name that no other test has."""

    folder: Path
    store: Store
    name: str

    def write(self, code: str = CODE) -> None:
        (self.folder / f"{self.name}.py").write_text(code, "utf-8")
        sys.modules.pop(self.name, None)

    def edit(self, old: str, new: str) -> None:
        assert old in CODE
        self.write(CODE.replace(old, new))

    def run(
        self,
        workflow: str,
        atoms: Mapping[str, Atom] | None = None,
        config: object = None,
        *,
        cached: bool = True,
    ) -> str:
        """Run a workflow of the module, and give the id of the run of its last step."""
        flow = import_reference(f"{self.name}:{workflow}", self.folder)
        state = run_workflow(
            cast("Workflow", flow),
            atoms,
            config,
            executor="in-process",
            cache="use" if cached else "off",
        )
        run_id = state.step_states[-1].run_id
        assert run_id
        return run_id

    def reproduce(self, reproduction: Reproduction) -> Sequence[Comparison]:
        report = self.report(reproduction)
        reproduction.let_go(report, self.store)
        return reproduction.compare(report, self.store.objects)

    def report(self, reproduction: Reproduction) -> Report:
        engine = make_engine(
            reproduction.plan, self.store, {"cache": "off", "executor": "in-process"}
        )
        with closing(engine.executor):
            return engine.run(reproduction.plan)

    def refused(self, run_id: str) -> str:
        with pytest.raises(PlanError) as raised:
            Reproduction.of(self.store, run_id)
        assert f"run {run_id} cannot be run again" in raised.value.message
        return raised.value.message


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(sys, "path", list(sys.path))
    # An edit of the same length in the same second would go unseen.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sweepflow.yaml").write_text("jobs: {}")
    with Store(Home.of(tmp_path)) as store, use_store(store):
        bench = Bench(tmp_path, store, f"reproduced_{next(_numbers)}")
        bench.write()
        yield bench


@pytest.mark.parametrize(
    "form",
    [
        *("plain", "configured", "asynchronous", "partial", "anonymous"),
        *("instance", "bound", "decorated"),
    ],
)
def test_whatever_a_step_is_made_of_runs_again(bench: Bench, form: str) -> None:
    step = "made" if form == "decorated" else "s"
    config = {step: {"size": 3}} if form in {"configured", "decorated"} else None
    run_id = bench.run(form, config=config)
    reproduction = Reproduction.of(bench.store, run_id)
    assert reproduction.changes == {}
    [compared] = bench.reproduce(reproduction)
    assert compared.verdict == "equal", compared
    assert compared.now
    assert compared.now.id == compared.before.id


def test_what_is_not_as_it_was_is_told(bench: Bench) -> None:
    run_id = bench.run("configured")
    bench.edit('text or "x"', 'text or "z"')
    reproduction = Reproduction.of(bench.store, run_id)
    [change] = reproduction.changes["s"]
    assert (change.kind, change.name) == ("code", f"function:{bench.name}:make")
    assert '"z"' in change.diff
    [compared] = bench.reproduce(reproduction)
    assert compared.verdict == "differs"


def test_what_it_makes_is_not_kept(bench: Bench) -> None:
    run_id = bench.run("plain")
    bench.edit('text or "x"', 'text or "z"')
    [compared] = bench.reproduce(Reproduction.of(bench.store, run_id))
    assert compared.now
    assert bench.store.objects.has(compared.now.digest)
    collect(bench.store)
    assert not bench.store.objects.has(compared.now.digest)
    assert bench.store.objects.has(compared.before.digest)


def test_a_step_that_fails_now_has_made_nothing(bench: Bench) -> None:
    run_id = bench.run("plain")
    bench.edit(*FAILING)
    [compared] = bench.reproduce(Reproduction.of(bench.store, run_id))
    assert (compared.verdict, compared.now) == ("not made", None)


def test_the_chain_is_that_of_the_same_plan(bench: Bench) -> None:
    """Not of the run that was the first to make the same bytes, which says less."""
    bench.run("chain", cached=False)
    bench.run("chain")
    run_id = bench.run("chain")
    reproduction = Reproduction.of(bench.store, run_id)
    compared = bench.reproduce(reproduction)
    assert [(each.step, each.verdict) for each in compared] == [
        ("first", "equal"),
        ("s", "equal"),
    ]


def test_all_that_is_missing_is_told_at_once(bench: Bench) -> None:
    raw = Atom.create("text", data="raw")
    run_id = bench.run("given", {"raw": raw})
    bench.edit("def make(", "def create(")
    bench.store.objects.delete(raw.digest)
    message = bench.refused(run_id)
    assert f"the bytes of {raw.id}, which came from outside" in message
    assert f"s (run {run_id}): importing {bench.name!r} raised NameError" in message


def test_a_function_that_is_gone_is_named(bench: Bench) -> None:
    run_id = bench.run("plain")
    bench.write("")
    assert f"module {bench.name!r} has no 'make'" in bench.refused(run_id)


def test_what_only_a_workflow_knows_must_be_in_one(bench: Bench) -> None:
    run_id = bench.run("partial")
    bench.edit('partial = flow("partial", functools.partial(make, scale=3))', "")
    assert "is more than its name says" in bench.refused(run_id)


def test_a_config_that_does_not_fit_any_more_is_told(bench: Bench) -> None:
    run_id = bench.run("configured")
    bench.edit("size: int = 1", "length: int = 1")
    assert "unknown key 'size'" in bench.refused(run_id)


def test_what_was_not_recorded_cannot_run_again(bench: Bench) -> None:
    run_id = bench.run("plain", cached=False)
    assert "was not recorded, as of jobs" in bench.refused(run_id)


def test_a_failed_run_fails_again(bench: Bench) -> None:
    bench.edit(*FAILING)
    with pytest.raises(WorkflowError) as raised:
        bench.run("plain")
    run_id = raised.value.state["s"].run_id or ""
    reproduction = Reproduction.of(bench.store, run_id)
    report = bench.report(reproduction)
    assert report.outcomes["s"].status == "failed"
    assert reproduction.compare(report, bench.store.objects) == []
