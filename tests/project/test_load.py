"""What a valid file loads as."""

from __future__ import annotations

import string
import tempfile
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sweepflow import project as package
from sweepflow.errors import Place, ProjectError
from sweepflow.project import Job, NamedWorkflow, ParameterSet, Project, load


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sweepflow.yaml"


def loaded(file: Path, text: str) -> Project:
    file.write_text(text, encoding="utf-8")
    return load(file)


def test_hydraflow_files_load_unchanged(tmp_path: Path) -> None:
    project = loaded(
        tmp_path / "hydraflow.yaml",
        """\
        jobs:
          job_sequential:
            run: python example.py
            add: hydra/launcher=joblib hydra.launcher.n_jobs=2
            sets:
              - each: width=100,300
                all: height=100:300:100
          job_parallel:
            call: package.module.train
            sets:
              - each: lr=log(1e-4:0.1:10)
              - all: seed=${oc.env:SEED},2
                add: db=${db}
          job_submit:
            submit: python submit.py example.py
            sets: [all: a=1]
        """,
    )
    assert list(project.jobs) == ["job_sequential", "job_parallel", "job_submit"]
    one, two, three = project.jobs.values()
    assert one == Job(
        name="job_sequential",
        run="python example.py",
        add="hydra/launcher=joblib hydra.launcher.n_jobs=2",
        sets=(ParameterSet(each="width=100,300", all="height=100:300:100"),),
    )
    assert (two.mode, two.target) == ("call", "package.module.train")
    assert two.sets == (
        ParameterSet(each="lr=log(1e-4:0.1:10)"),
        ParameterSet(all="seed=${oc.env:SEED},2", add="db=${db}"),
    )
    assert (three.mode, three.target) == ("submit", "python submit.py example.py")
    assert project.store is None


@pytest.mark.parametrize("sets", ["", "\n    sets:", "\n    sets: []", "\n    sets: ~"])
def test_sets_may_be_left_out(file: Path, sets: str) -> None:
    project = loaded(file, f"jobs:\n  a:\n    run: x{sets}")
    assert project.jobs["a"].sets == ()


def test_null_is_empty_for_arguments(file: Path) -> None:
    text = "jobs: {a: {run: x, add: , sets: [{each: ~, all: null, add: b=1}]}}"
    job = loaded(file, text).jobs["a"]
    assert (job.add, job.sets) == ("", (ParameterSet(add="b=1"),))


@pytest.mark.parametrize("text", ["jobs:", "jobs: {}", "{}"])
def test_a_file_may_have_no_jobs_yet(file: Path, text: str) -> None:
    assert loaded(file, text).jobs == {}


@pytest.mark.parametrize(
    "name", ["on", "yes", "No", "null", "2024", "1e3", "0x1F", "1_0"]
)
def test_job_names_are_the_text_that_is_written(file: Path, name: str) -> None:
    project = loaded(file, f"jobs:\n  {name}:\n    run: x\n")
    assert [*project.jobs] == [project.jobs[name].name] == [name]


def test_anchors_aliases_and_merge_keys(file: Path) -> None:
    project = loaded(
        file,
        """\
        jobs:
          a: &base
            run: python train.py
            sets: &sets
              - &first {each: a=1}
              - {<<: *first, all: b=2}
          b: {<<: *base, add: c=3}
          c:
            <<: [{run: won}, *base]
            sets: *sets
        """,
    )
    sets = (ParameterSet(each="a=1"), ParameterSet(each="a=1", all="b=2"))
    a, b, c = project.jobs.values()
    assert (a.sets, b.sets, c.sets) == (sets, sets, sets)
    assert (b.run, b.add, c.run) == ("python train.py", "c=3", "won")


def test_a_merge_does_not_override_what_is_written_before_it(file: Path) -> None:
    text = "jobs:\n  a: &a {run: x}\n  b:\n    run: y\n    <<: *a\n"
    assert loaded(file, text).jobs["b"].run == "y"


@pytest.mark.parametrize(
    ("written", "expected"),
    [("state", "state"), ("../state", "../state"), ("/data/state", "/data/state")],
)
def test_store_is_relative_to_the_file(file: Path, written: str, expected: str) -> None:
    assert loaded(file, f"store: {written}").store == file.parent / expected


def test_store_may_begin_with_home(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    assert loaded(file, "store: ~/state").store == Path("/home/ada/state")


@pytest.mark.parametrize("key", ["ledger", "objects"])
@pytest.mark.parametrize(
    ("written", "expected"),
    [("state/x", "state/x"), ("../x", "../x"), ("/data/x", "/data/x")],
)
def test_paths_of_the_state_are_relative_to_the_file(
    file: Path, key: str, written: str, expected: str
) -> None:
    project = loaded(file, f"{key}: {written}")
    assert getattr(project, key) == file.parent / expected


def test_addresses_stay_as_they_are_and_are_not_shown(file: Path) -> None:
    ledger, objects = "postgresql://ann:secret@host/db", "abfs://secret@host/x"
    project = loaded(file, f"ledger: {ledger}\nobjects: {objects}")
    assert (project.ledger, project.objects) == (ledger, objects)
    assert "secret" not in repr(project)


def test_workflows_are_named_by_a_text_or_a_mapping(file: Path) -> None:
    project = loaded(
        file,
        "workflows:\n  a: m:a\n  on: {workflow: 'my.flows:b.c', config: conf/b.yaml}",
    )
    assert list(project.workflows.values()) == [
        NamedWorkflow(name="a", workflow="m:a"),
        NamedWorkflow(name="on", workflow="my.flows:b.c", config="conf/b.yaml"),
    ]
    assert loaded(file, "workflows:").workflows == {}


def test_byte_order_mark_and_carriage_returns(file: Path) -> None:
    file.write_bytes(
        b"\xef\xbb\xbfjobs:\r\n  a:\r\n    run: >-\r\n      x\r\n      y\r\n"
    )
    project = load(file)
    assert project.jobs["a"].run == "x y"
    assert project.place("jobs", "a", "run", offset=2) == Place(file, 5, 7)


def test_models_are_frozen(file: Path) -> None:
    job = loaded(file, "jobs: {a: {run: x}}").jobs["a"]
    with pytest.raises(ValidationError, match="frozen"):
        job.run = "y"  # pyright: ignore[reportAttributeAccessIssue] -- what is tested


def test_equal_files_make_equal_projects(file: Path) -> None:
    one = loaded(file, "jobs: {a: {run: x}}")
    assert one == loaded(file, "jobs:\n  a:\n    run: 'x'\n")
    assert one != loaded(file, "jobs: {a: {run: y}}")


def test_a_thousand_jobs_load_at_once(file: Path) -> None:
    job = (
        "    run: python train.py\n    sets:\n      - each: a=1,2\n        all: b=1:5\n"
    )
    file.write_text("jobs:\n" + "".join(f"  job{n}:\n{job}" for n in range(1000)))
    begin = time.process_time()
    assert len(load(file).jobs) == 1000
    # Far above what it takes (0.08 s), for machines that are busy.
    assert time.process_time() - begin < 1


# NUL is no part of a command; the others PyYAML dumps as what it reads as a space.
UNSAFE = "\0\x85\u2028\u2029\ufeff"

texts = st.text(st.characters(codec="utf-8", exclude_characters=UNSAFE))
filled = texts.filter(lambda text: bool(text.strip()))
parameter_sets = st.builds(ParameterSet, each=filled, all=texts, add=texts)
names = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True)


@st.composite
def jobs(draw: st.DrawFn) -> dict[str, Job]:
    modes = st.sampled_from(["run", "call", "submit"])
    return {
        name: Job.model_validate(
            {
                "name": name,
                draw(modes): draw(filled),
                "add": draw(texts),
                "sets": tuple(draw(st.lists(parameter_sets, max_size=3))),
            }
        )
        for name in draw(st.lists(names, unique=True, max_size=3))
    }


@settings(max_examples=60, deadline=None)
@given(jobs=jobs(), unicode=st.booleans(), flow=st.booleans())
def test_what_is_dumped_loads_again(
    jobs: dict[str, Job], unicode: bool, flow: bool
) -> None:
    content = {
        "jobs": {
            name: job.model_dump(exclude={"name"}, exclude_defaults=True)
            for name, job in jobs.items()
        }
    }
    for job in content["jobs"].values():
        if "sets" in job:
            job["sets"] = list(job["sets"])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sweepflow.yaml"
        dumped = yaml.safe_dump(
            content, allow_unicode=unicode, default_flow_style=flow, sort_keys=False
        )
        file.write_bytes(dumped.encode())
        project = load(file)
    assert dict(project.jobs) == jobs
    assert list(project.jobs) == list(jobs)


# What YAML and its readers stumble over, so that chance finds the combinations.
FRAGMENTS = r"""
jobs: run : each sets: x store &a *a <<: { } [ ] , ' " | > - !!int !!python/x 12:30
2024-99-01 null on \ # ? --- % é !!float 1 !!bool !!timestamp !!null ! 0x 0b_ ~ =
""".split()  # noqa: SIM905 -- a list of forty quoted marks is not to be read
fragments = st.sampled_from([*FRAGMENTS, "\n", " ", "\n  ", "\t", "\x85", "\ufeff"])


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(
        st.binary(),
        st.text(string.printable).map(str.encode),
        st.lists(fragments, max_size=40).map(lambda parts: "".join(parts).encode()),
    )
)
def test_anything_is_a_project_or_a_project_error(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sweepflow.yaml"
        file.write_bytes(content)
        try:
            project = load(file)
        except ProjectError as error:
            assert str(error.place).startswith(str(file))  # noqa: PT017 -- only if it fails
        else:
            assert all(job.target for job in project.jobs.values())


def test_the_public_names_are_the_documented_ones() -> None:
    names = ["Job", "NamedWorkflow", "ParameterSet", "Project", "load"]
    assert package.__all__ == names
    assert all(name in str(package.__doc__) for name in package.__all__)
