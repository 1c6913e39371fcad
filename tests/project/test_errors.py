"""What is said about files that are not valid, and where it points."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sweepflow.errors import ProjectError
from sweepflow.project import load


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sweepflow.yaml"


def failure(file: Path, text: str | bytes) -> ProjectError:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ProjectError) as caught:
        load(file)
    return caught.value


# Text, line:column, and what the message and its hint hold.
BAD_YAML = [
    ("", "1:1", "the file is empty", "write a mapping"),
    ("# nothing\n", "1:1", "the file is empty", "write a mapping"),
    ("jobs:\n\ta: 1", "2:1", "cannot start any token", "indent with spaces"),
    ("jobs: @x", "1:7", "cannot start any token", "in quotes"),
    ("jobs:\n  a:\n    run: x: y", "3:11", "mapping values are not", "in quotes"),
    ("a: 'x", "1:6", "unexpected end of stream", "close the quote"),
    ("a: {}\n--- \nb: {}", "2:1", "a second document begins", "remove the line"),
    ("a: 1\nb: 2\na: 3", "3:1", "'a' is written twice, first on line 1", "keep one"),
    ('1: a\n"1": b', "2:1", "'1' is written twice, first on line 1", "keep one"),
    ("a:\n  <<: {}\n  <<: {}", "3:3", "'<<' is written twice", "keep one"),
    ("a: !!python/object/apply:os.system [ls]", "1:4", "!!python/object", "remove it"),
    ("!!python/none x: y", "1:1", "!!python/none is not allowed", "remove it"),
    ("a: !mine x", "1:4", "the tag !mine is not allowed", "remove it"),
    ("a: !!set {b}", "1:4", "the tag !!set is not allowed", "remove it"),
    ("a: !!binary eA==", "1:4", "the tag !!binary is not allowed", "remove it"),
    ("a: 2024-13-45", "1:4", "'2024-13-45' is no valid timestamp", "in quotes"),
    ("a: !!bool x", "1:4", "'x' is no valid bool", "in quotes"),
    ("a: " + "9" * 5000, "1:4", "… is no valid int".replace("… ", "…' "), "in quotes"),
    ("a: &x [*x]", "1:8", "*x stands inside what it stands for", ""),
    ("a: *nobody", "1:4", "*nobody has no anchor &nobody above it", "define the"),
    ("[a]: b", "1:1", "a key must be a text", ""),
    ("a: {<<: x}", "1:9", "'<<' merges mappings", "*name"),
    ("a: {<<: [{}, x]}", "1:9", "'<<' merges mappings", "*name"),
    ("a: \x01", "1:4", "the character U+0001", "remove it"),
    ("a:\n- " + "[" * 200_000, "2:51", "nested more than 50 levels deep", ""),
    ("a:\n- " + "- " * 30_000, "2:99", "nested more than 50 levels deep", ""),
]


@pytest.mark.parametrize(("text", "spot", "message", "hint"), BAD_YAML)
def test_bad_yaml(file: Path, text: str, spot: str, message: str, hint: str) -> None:
    error = failure(file, text)
    assert message in error.message
    assert hint in (error.hint or "")
    assert str(error.place) == f"{file}:{spot}"


KEYS = "(valid keys: run, call, submit, operation, workflow, config, add, sets)"

# Text, line:column, and the message.
BAD_CONTENT = [
    ("- a", "1:1", "the file must be a mapping, such as jobs: {train: "),
    ("null", "1:1", "the file must be a mapping"),
    ("job: {}", "1:1", "unknown key 'job' in the file: did you mean 'jobs'?"),
    (
        "zzz: {}",
        "1:1",
        "(valid keys: jobs, workflows, operations, store, ledger, objects)",
    ),
    ("jobs: [a]", "1:1", "jobs must be a mapping, such as jobs: {train: "),
    ("jobs:\n  a: x", "2:6", "jobs.a must be a mapping, such as run: python train.py"),
    ("jobs:\n  a:", "2:3", "jobs.a must be a mapping, such as run: python train.py"),
    (
        "jobs:\n  a: {run: x}\n  run: x",
        "3:8",
        "; to make it a key of what is above it, indent",
    ),
    ("jobs:\n  a: {rnu: x}", "2:7", "'rnu' in jobs.a: did you mean 'run'? " + KEYS),
    ("jobs:\n  a: {RUN: x}", "2:7", "'RUN' in jobs.a: did you mean 'run'? " + KEYS),
    ("jobs:\n  a: {name: b, run: x}", "2:7", "a job's name is its key " + KEYS),
    (
        "jobs:\n  a: {}",
        "2:3",
        "jobs.a says nothing to do: write one of run (a command)",
    ),
    ("jobs:\n  a: {run: x, call: y}", "2:3", "jobs.a has run and call: keep one"),
    (
        "jobs: {a: {operation: x, workflow: y}}",
        "1:8",
        "has operation and workflow: keep",
    ),
    ("jobs: {a: {workflow: 5}}", "1:22", "must be a text, but 5 is a number in YAML"),
    ("jobs: {a: {operation: ' '}}", "1:23", "jobs.a.operation is empty: write a text"),
    ("jobs: {a: {workflow: w, config: }}", "1:25", "jobs.a.config is empty: write"),
    (
        "jobs: {a: {operation: x, config: c.yaml}}",
        "1:8",
        "jobs.a has a config, which only a workflow takes: remove it, or write w",
    ),
    ("jobs: {a: {run: , sets: []}}", "1:12", "jobs.a.run is empty: write a text"),
    ("jobs: {a: {run: ' '}}", "1:17", "jobs.a.run is empty: write a text"),
    ("jobs: {a: {run: null}}", "1:17", "null is an empty value in YAML: put it in"),
    ("jobs: {a: {run: yes}}", "1:17", "yes is a truth value in YAML: put it in quotes"),
    ("jobs: {a: {run: [x, y]}}", "1:12", "not a list: write one line, such as run: py"),
    ("jobs: {a: {run: x, add: {b: 1}}}", "1:20", "must be one text, not a mapping"),
    ('jobs: {a: {run: "a\\0b"}}', "1:17", "jobs.a.run holds a NUL character"),
    ("jobs: {a: {run: x, sets: {each: a}}}", "1:20", "jobs.a.sets must be a list: beg"),
    ("jobs: {a: {run: x, sets: a}}", "1:26", "jobs.a.sets must be a list: begin"),
    ("jobs: {a: {run: x, sets: [{}]}}", "1:27", "jobs.a.sets[0] is empty: write each"),
    ("jobs: {a: {run: x, sets: [{each: }]}}", "1:27", "jobs.a.sets[0] is empty"),
    ("jobs: {a: {run: x, sets: [a=1]}}", "1:27", "jobs.a.sets[0] must be a mapping"),
    ("jobs: {a: {run: x, sets: [{each: 5}]}}", "1:34", "5 is a number in YAML: put it"),
    ("jobs: {a: {run: x, sets: [{each: 12:30}]}}", "1:34", "in quotes, each: '12:30'"),
    ("jobs: {a: {run: x, sets: [{all: true}]}}", "1:33", "jobs.a.sets[0].all must be"),
    ("jobs: {a: {run: x, sets: [{add: 2024-01-01}]}}", "1:33", "is a date in YAML"),
    ("jobs: {a: {run: x, sets: [{each: [b=1]}]}}", "1:28", "must be one text, not a l"),
    ("jobs: {a: {run: x, sets: [{ech: b}]}}", "1:28", "did you mean 'each'?"),
    ("jobs: {a/b: {run: x}}", "1:8", "jobs['a/b'] is not a valid job name: use up to"),
    ("store: 5", "1:8", "store must be a text, but 5 is a number in YAML"),
    ("store:", "1:1", "store is empty: write a text, such as store: .sweepflow"),
    ("store: sqlite:///x.db", "1:8", "store must be a folder, not an address"),
    ("workflows: [a]", "1:1", "workflows must be a mapping, such as workflows: {train"),
    ("workflows: {a: }", "1:13", "workflows.a must be a mapping, such as workflow: pa"),
    ("workflows: {a: 5}", "1:16", "workflows.a must be a mapping, such as workflow: "),
    ("workflows: {a: flow}", "1:16", "workflows.a must name a workflow as package.mo"),
    ("workflows: {a: ''}", "1:16", "workflows.a is empty: write a text"),
    ("workflows: {a: 'a b:c'}", "1:16", "workflows.a must name a workflow as package"),
    ("workflows: {a/b: m:f}", "1:13", "workflows['a/b'] is not a valid workflow name"),
    (
        "workflows:\n  a: {workflow: x.f}",
        "2:17",
        "workflows.a.workflow must name a workflow as package.module:attribute",
    ),
    ("workflows: {a: {}}", "1:13", "workflows.a names no workflow: write workflow: "),
    ("workflows: {a: {config: x}}", "1:13", "workflows.a names no workflow: write w"),
    (
        "workflows: {a: {workflow: m:f, confg: x}}",
        "1:32",
        "in workflows.a: did you mean 'config'? (valid keys: workflow, config)",
    ),
    ("workflows: {a: {workflow: m:f, name: b}}", "1:32", "a workflow's name is its k"),
    ("workflows: {a: {workflow: m:f, config: [x]}}", "1:32", "must be one text, not "),
    ("workflows: {a: {workflow: m:f, config: ' '}}", "1:40", "config is empty: write"),
    ("jobs: {a: {run: x}}\nworkflows: {a: m:f}", "2:16", "is the name of a job, too"),
    ("ledger:", "1:1", "ledger is empty: write a text, such as ledger: state/ledger"),
    ("ledger: mysql://u:p@h/d", "1:9", "ledger must be a path or the address of a P"),
    ("ledger: sqlite:///x.db", "1:9", "for SQLite write the path"),
    ("ledger: postgresql:u:p@h", "1:9", "ledger begins as an address does, but has "),
    ("objects: s3:bucket", "1:10", "objects begins as an address does, but has no"),
    ("objects: s3://a:b@c/d", "1:10", "objects holds a password: remove it, and give"),
    ('objects: "a\\0b"', "1:10", "objects is no path"),
]


@pytest.mark.parametrize(("text", "spot", "message"), BAD_CONTENT)
def test_bad_content(file: Path, text: str, spot: str, message: str) -> None:
    error = failure(file, text)
    assert message in error.message
    assert "\n" not in error.message
    assert str(error.place) == f"{file}:{spot}"


@pytest.mark.parametrize(
    "name",
    ["a b", "a/b", "../a", ".", "-a", "a,b", "größe", "a\tb", "a" * 101, "", "a=b"],
)
def test_job_names_that_are_not_safe(file: Path, name: str) -> None:
    error = failure(file, f"jobs:\n  ? {name!r}\n  : run: x\n".replace("\\t", "\t"))
    assert "is not a valid job name" in error.message
    assert str(error.place) == f"{file}:2:5"


def test_all_problems_are_told_in_the_order_of_the_file(file: Path) -> None:
    error = failure(
        file,
        "jobs:\n  a:\n    run: 5\n    sets:\n      - eech: x\n  b: {run: x, call: y}\n"
        "jbs: 1\n",
    )
    first, second, third, fourth = str(error).split("\n")
    assert first.startswith(f"{file}:3:10: jobs.a.run must be a text")
    assert second.startswith(f"{file}:5:9: unknown key 'eech' in jobs.a.sets[0]")
    assert third.startswith(f"{file}:6:3: jobs.b has run and call")
    assert fourth.startswith(f"{file}:7:1: unknown key 'jbs' in the file")


@pytest.mark.parametrize("key", ["store", "ledger", "objects", "workflows"])
def test_keys_that_hydraflow_does_not_have(tmp_path: Path, key: str) -> None:
    error = failure(tmp_path / "hydraflow.yaml", f"{key}: x")
    assert f"unknown key '{key}' in the file: it is valid in sweepflow.yaml only" in (
        error.message
    )


@pytest.mark.parametrize(
    "text",
    [
        "ledger: mysql://ann:secret@host/db",
        "ledger: postgres:ann:secret@host/db",
        "objects: s3:key:secret@bucket",
        "objects: s3://key:secret@bucket/folder",
        "objects: ftp://:sec/secret@host/folder",
        "{ledger: 'postgresql://ann:secret@host/db', stre: x}",
    ],
)
def test_no_message_holds_a_password(file: Path, text: str) -> None:
    assert "secret" not in str(failure(file, text))


def test_what_is_too_long_is_shortened(file: Path) -> None:
    error = failure(file, f"{'k' * 500}: 1\njobs: {{a: {{run: {'1:1' * 150}}}}}")
    assert all(len(line) < 300 for line in error.message.split("\n"))


def bomb(levels: int) -> str:
    lines = ["l0: &l0 [x, x, x, x, x, x, x, x, x]"]
    for level in range(1, levels):
        aliases = ", ".join([f"*l{level - 1}"] * 9)
        lines.append(f"l{level}: &l{level} [{aliases}]")
    return "\n".join(lines)


def test_aliases_that_grow_without_end_are_refused_at_once(file: Path) -> None:
    begin = time.process_time()
    error = failure(file, bomb(40))
    assert (
        "with its aliases followed the file holds more than 1,000,000" in error.message
    )
    assert time.process_time() - begin < 1


def test_merges_that_grow_without_end_are_refused_at_once(file: Path) -> None:
    wide = ", ".join(f"k{n}: x" for n in range(5000))
    begin = time.process_time()
    error = failure(file, f"a: &a {{{wide}}}\n" + "".join(
        f"b{n}: {{<<: *a}}\n" for n in range(5000)
    ))  # fmt: skip
    assert "with its aliases followed" in error.message
    assert time.process_time() - begin < 5


def test_a_number_too_long_to_read_is_refused_at_once(file: Path) -> None:
    begin = time.process_time()
    assert "is no valid int" in failure(file, "a: 1" + ":1" * 200_000).message
    assert time.process_time() - begin < 1


def test_files_that_cannot_be_read(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ProjectError, match=r"no such file: .*sweepflow\.yaml"):
        load(file)
    with pytest.raises(ProjectError, match="is a folder, not a file"):
        load(tmp_path)
    error = failure(file, b"a: b\nc: \xff\n")
    assert "not UTF-8: byte 0xff" in error.message
    assert str(error.place) == f"{file}:2"

    def refuse(_: Path) -> bytes:
        # Not by the file's mode, which means nothing to a superuser.
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ProjectError, match=r"cannot read .*: Permission denied"):
        load(file)
