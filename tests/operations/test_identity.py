"""What decides the result of an operation: edits, each with what they change."""
# ruff: noqa: E501 - an edit is a line

from __future__ import annotations

import ast
import json
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweepflow.engine.code import parts as code_of_projects
from sweepflow.engine.code import places
from sweepflow.operations import identity
from sweepflow.operations.configure import run_config
from sweepflow.operations.expand import expand
from sweepflow.operations.identity import identity_of
from sweepflow.operations.identity.names import Names, words_in
from sweepflow.operations.required import Finder, Scope
from sweepflow.operations.source import content, snapshot
from sweepflow.project.operations.read import read_guild
from sweepflow.store import Home
from sweepflow.store.objects import File
from sweepflow.store.store import Store
from tests.engine.code.sample import install

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from sweepflow.engine.task import Identity

GUILD = """\
# The operations.
train:
  main: train --epochs 3
  description: Train.
  flags: {lr: 0.1, table: small.csv}
  requires:
    - file: data.csv
    - config: settings.yaml
    - file: more
      select: 'a/.*'
  env: {MODE: fast}
  output-scalars: {loss: 'loss: (\\S+)'}
module: {main: pkg.train}
package: {main: pkg}
tool: {main: tools/run-it}
shell: {exec: 'sh go.sh ${flag_args}', flags: {n: 1}}
python: {exec: 'python -u tools/run-it.py --fast'}
started: {exec: 'python -m pkg.train'}
inline: {exec: "bash -c 'cd tools && python run-it.py > out.txt'"}
tests: {exec: 'pytest tests'}
chosen:
  exec: make all
  sourcecode: [Makefile, 'lib/*.py', guild.yml]
plain: {exec: 'echo hello'}
unseen: {main: train, sourcecode: {digest: no}}
"""

FILES = {
    "guild.yml": GUILD,
    "train.py": '''\
"""Train."""

import argparse

import fastlib
from helpers import clean

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float)
parser.add_argument("--table")
parser.add_argument("--epochs", type=int)


def main():
    print(clean(open("words.txt").read()), fastlib.solve(1))


if __name__ == "__main__":
    main()
''',
    "helpers.py": """\
from pathlib import Path


def clean(text):
    return text.strip() + (Path(__file__).parent / "conf" / "base.yaml").read_text()


def unused(text):
    return "unused.txt"
""",
    "pkg/__init__.py": "",
    "pkg/__main__.py": "from pkg.train import run\n\nrun()\n",
    "pkg/train.py": "from .deep import shift\n\n\ndef run():\n    return shift(1)\n\n\nrun()\n",
    "pkg/deep.py": "def shift(x):\n    return x\n\n\ndef other(x):\n    return x\n",
    "tools/run-it.py": "import common\n\ncommon.go('worker.py')\n",
    "tools/common.py": "def go(x):\n    return x\n",
    "tools/worker.py": "import helpers\n\nprint(helpers.unused(''))\n",
    "go.sh": '#!/bin/sh\ncp templates/a.txt .\npython -m pkg.train "$@"\n. "$PROJECT_DIR/lib/env.sh"\n',
    "tests/test_all.py": "def test():\n    assert 1\n",
    "tests/case.json": "{}",
    "lib/one.py": "ONE = 1\n",
    "lib/env.sh": "export A=1\n",
    "Makefile": "all:\n\techo\n",
    "words.txt": "words",
    "unused.txt": "unused",
    "small.csv": "1",
    "large.csv": "2",
    "templates/a.txt": "a",
    "conf/base.yaml": "a: 1",
    "conf/old.py": "OLD = 1",
    "data.csv": "1,2",
    "settings.yaml": "b: 1",
    "more/a/x": "1",
    "more/b/x": "1",
    "README.md": "Read me.",
}
OPERATIONS = (
    *("train", "module", "package", "tool", "shell", "python", "started", "inline"),
    *("tests", "chosen", "plain", "unseen"),
)


Every: TypeAlias = "dict[str, tuple[str, Mapping[str, str]]]"


class Bench:
    """A project, and what its operations are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.store = Store(Home(folder / "home"))
        self.write({})
        install(folder / "site-packages", "1.0")

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text("utf-8")
        assert old in text
        self.write({name: text.replace(old, new, 1)})

    def of(self, name: str, *words: str) -> Identity:
        operations = read_guild(self.folder / "guild.yml")
        operation = operations.operation(name)
        (planned,) = expand(operations, operation, words, folder=self.folder).trials
        finder = Finder(operations, self.store)
        needs = finder.of(planned, Scope(), isolated=False).needs
        config = run_config(planned, operations, needs)
        return identity_of(planned, config, operations, self.store)

    def all(self) -> Every:
        """Give what each operation is, without what it is kept as."""
        found = {name: self.of(name) for name in OPERATIONS}
        return {n: (one.code.digest, one.depends_on) for n, one in found.items()}

    def names(self, name: str) -> set[str]:
        """Give the names of what the code of an operation is made of."""
        code = self.of(name).code
        return set(json.loads(code.texts[code.digest]))

    def kept(self, name: str) -> dict[str, File]:
        digest = self.of(name).snapshot
        assert digest
        entries = self.store.objects.entries(digest)
        return {e.path: e for e in entries if isinstance(e, File)}


@contextmanager
def bench_in(folder: Path) -> Generator[Bench]:
    sys.path.insert(0, str(folder / "site-packages"))
    bench = Bench(folder)
    try:
        with bench.store:
            yield bench
    finally:
        sys.path.remove(str(folder / "site-packages"))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with bench_in(tmp_path) as bench:
        yield bench


@pytest.fixture
def project(bench: Bench) -> Bench:
    """The project of the table below."""
    bench.write(FILES)
    return bench


class Edit(NamedTuple):
    what: str
    file: str
    old: str
    new: str
    changes: str = ""


EDITS = [
    # what does not count
    Edit("a comment in the script", "train.py", "def main", "# so\ndef main"),
    Edit("its docstring", "train.py", '"""Train."""', '"""Train it."""'),
    Edit("its layout", "train.py", "(1))", "(\n        1,\n    ))"),
    Edit("a comment that names a file", "train.py", "def main", "# 'README.md'\ndef main"),
    Edit("an unused function", "pkg/deep.py", "def other(x):\n    return x", "def other(x):\n    return 1"),
    Edit("a file that nothing names", "README.md", "Read", "Do not read"),
    Edit("a module in a folder that a text names", "conf/old.py", "1", "2"),
    Edit("a table that no flag names", "large.csv", "2", "3"),
    Edit("what is not selected", "more/b/x", "1", "2"),
    Edit("a comment in the project file", "guild.yml", "# The operations.", "# Them."),
    Edit("a description", "guild.yml", "Train.", "Train it."),
    Edit("another operation", "guild.yml", "unseen:", "added: {main: pkg}\nunseen:"),
    Edit("a comment in a chosen module", "lib/one.py", "ONE", "# one\nONE"),
    # what counts
    Edit("the script", "train.py", "(1))", "(2))", "train"),
    Edit("a helper", "helpers.py", "text.strip()", "text", "train"),
    Edit("a package that it imports no more", "train.py", "import fastlib\n", "", "train"),
    Edit("a file that its text names", "words.txt", "words", "others", "train"),
    Edit("a file in a folder that a helper names", "conf/base.yaml", "1", "2", "train"),
    Edit("a file that a flag names", "small.csv", "1", "3", "train"),
    Edit("a required file", "data.csv", "1", "2", "train"),
    Edit("what is selected of a folder", "more/a/x", "1", "2", "train"),
    Edit("a required configuration", "settings.yaml", "1", "2", "train"),
    Edit("where something is put", "guild.yml", "file: data.csv", "{file: data.csv, target-path: in}", "train"),
    Edit("by what name", "guild.yml", "file: data.csv", "{file: data.csv, rename: d.csv}", "train"),
    Edit("as what", "guild.yml", "file: data.csv", "{file: data.csv, target-type: copy}", "train"),
    Edit("a variable", "guild.yml", "MODE: fast", "MODE: slow", "train"),
    Edit("a pattern for scalars", "guild.yml", "loss: (", "LOSS: (", "train"),
    Edit("how a flag is passed on", "guild.yml", "lr: 0.1", "lr: {default: 0.1, env-name: LR}", "train"),
    Edit("a folder for modules", "guild.yml", "main: pkg.train", "main: pkg.train, python-path: lib", "module"),
    Edit("where the source is put", "guild.yml", "main: pkg.train", "main: pkg.train, sourcecode: {dest: src}", "module"),
    Edit("a module of a package", "pkg/deep.py", "return x", "return -x", "module package shell started"),
    Edit("the __main__ of a package", "pkg/__main__.py", "run()", "run() or run()", "package"),
    Edit("a module beside a script", "tools/common.py", "return x", "return 1", "tool python inline"),
    Edit("a script that a script names", "tools/worker.py", "''", "'x'", "tool python inline"),
    Edit("what that imports", "helpers.py", '"unused.txt"', '"words.txt"', "tool python inline"),
    Edit("what that names", "unused.txt", "unused", "used", "tool python inline"),
    Edit("a shell script", "go.sh", "cp ", "cp -v ", "shell"),
    Edit("a file that it names", "templates/a.txt", "a", "b", "shell"),
    Edit("a file that it names by a variable", "lib/env.sh", "A=1", "A=2", "shell"),
    Edit("a file in a folder that a command names", "tests/case.json", "{}", "[]", "tests"),
    Edit("a module in it", "tests/test_all.py", "assert 1", "assert 2", "tests"),
    Edit("a chosen file", "Makefile", "echo", "ls", "chosen"),
    Edit("a chosen module, used or not", "lib/one.py", "ONE = 1", "ONE = 2", "chosen"),
]  # fmt: skip


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Every:
    """What the operations of the table's project are, wherever it is."""
    with bench_in(tmp_path_factory.mktemp("original")) as bench:
        bench.write(FILES)
        return bench.all()


def changed(before: Every, after: Every) -> set[str]:
    return {name for name in OPERATIONS if before[name] != after[name]}


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.what)
def test_an_edit_changes_exactly(edit: Edit, project: Bench, original: Every) -> None:
    project.edit(edit.file, edit.old, edit.new)
    assert changed(original, project.all()) == set(edit.changes.split())


def test_a_variable_of_an_operation_is_told_by_its_digest_only(project: Bench) -> None:
    depends_on = project.of("train").depends_on
    assert len(depends_on["env:MODE"]) == 64
    assert {"file:data.csv", "file:settings.yaml", "requires"} < set(depends_on)


def test_a_new_version_of_a_package(
    project: Bench, original: Every, tmp_path: Path
) -> None:
    info = tmp_path / "site-packages" / "fastlib-1.0.dist-info"
    shutil.rmtree(info)
    install(tmp_path / "site-packages", "1.1")
    assert changed(original, project.all()) == {"train"}


def test_the_same_project_elsewhere_is_the_same(project: Bench, tmp_path: Path) -> None:
    before = {name: project.of(name) for name in OPERATIONS}
    shutil.copytree(project.folder, tmp_path / "else" / "where")
    project.folder = tmp_path / "else" / "where"
    assert {name: project.of(name) for name in OPERATIONS} == before


def test_what_code_is_made_of_has_names(project: Bench) -> None:
    assert project.names("tool") == {
        *("script:tools/run-it.py", "function:common:go", "script:tools/worker.py"),
        *("function:helpers:unused", "file:unused.txt"),
    }
    assert project.names("chosen") == {"file:Makefile", "file:lib/one.py"}
    assert project.names("plain") == project.names("unseen") == set()
    assert {"file:words.txt", "file:conf/base.yaml", "file:small.csv"} < (
        project.names("train")
    )


def test_a_script_that_is_gone_is_no_error(project: Bench) -> None:
    before = project.of("python")
    (project.folder / "tools" / "common.py").unlink()
    (project.folder / "data.csv").unlink()
    assert "package:common" in project.names("tool")
    assert project.of("python").code != before.code
    assert project.of("train").depends_on["file:data.csv"] == "missing"


@pytest.mark.parametrize(
    ("said", "digest"),
    [("", "http://x.org/a.csv"), (f", sha256: {'a' * 64}", "a" * 64)],
)
def test_a_url_counts_by_its_digest_or_by_itself(
    bench: Bench, said: str, digest: str
) -> None:
    wanted = f"{{url: http://x.org/a.csv{said}}}"
    bench.write({"guild.yml": f"a: {{exec: echo, requires: [{wanted}]}}"})
    assert bench.of("a").depends_on["url:http://x.org/a.csv"] == digest


def test_a_module_that_is_required_counts_by_its_version(bench: Bench) -> None:
    wanted = "[{module: fastlib}, {module: json}, {module: own}]"
    text = f"a: {{exec: echo, requires: {wanted}}}"
    bench.write({"guild.yml": text, "own.py": ""})
    depends_on = dict(bench.of("a").depends_on)
    del depends_on["requires"]
    assert depends_on == {"package:fastlib": "1.0"}


def test_what_a_user_names_counts_instead_of_what_is_required(bench: Bench) -> None:
    text = "a: {exec: echo, requires: [{file: a.csv, flag-name: data}]}"
    bench.write({"guild.yml": text, "a.csv": "a", "b.csv": "b"})
    usual, named = bench.of("a"), bench.of("a", f"data={bench.folder / 'b.csv'}")
    assert usual.depends_on["file:a.csv"] != named.depends_on["file:a.csv"]
    bench.write({"b.csv": "c"})
    changed = bench.of("a", f"data={bench.folder / 'b.csv'}")
    assert changed.depends_on["file:a.csv"] != named.depends_on["file:a.csv"]
    again = bench.of("a")
    assert (again.code, again.depends_on) == (usual.code, usual.depends_on)


def test_a_file_that_is_required_twice_counts_as_often(bench: Bench) -> None:
    both = "[{file: d, select: a}, {file: d, select: b}]"
    files = {"d/a": "a", "d/b": "b", "d/c": "c"}
    bench.write({"guild.yml": f"a: {{exec: echo, requires: {both}}}", **files})
    seen = [bench.of("a").depends_on["file:d"]]
    for name in files:
        bench.write({name: "new"})
        seen.append(bench.of("a").depends_on["file:d"])
    assert len(set(seen)) == 3
    assert seen[2] == seen[3]


def test_a_required_file_counts_with_its_executable_bit(bench: Bench) -> None:
    bench.write({"guild.yml": "a: {exec: ./x, requires: [{file: x}]}", "x": "#!"})
    before = bench.of("a").depends_on
    (bench.folder / "x").chmod(0o755)
    assert bench.of("a").depends_on != before


def test_flags_that_go_into_a_file_count_with_all_of_it(bench: Bench) -> None:
    text = "a: {main: run, flags-dest: 'config:c.yaml', flags: {lr: 1}}"
    bench.write({"guild.yml": text, "run.py": "", "c.yaml": "lr: 1\nmore: 1\n"})
    before = bench.of("a").depends_on
    bench.edit("c.yaml", "more: 1", "more: 2")
    assert bench.of("a").depends_on != before


def test_an_operation_without_source(bench: Bench) -> None:
    text = "a: {main: run, sourcecode: no}\nb: {exec: 'python run.py', sourcecode: no}"
    bench.write({"guild.yml": text, "run.py": "import own", "own.py": "print(1)"})
    before = bench.of("a")
    assert before.snapshot is None
    assert bench.names("a") == {"module:run", "statements:own"}
    bench.edit("own.py", "1", "2")
    assert bench.of("a").code != before.code


def test_without_source_modules_are_those_of_the_project(bench: Bench) -> None:
    text = "a: {main: run, sourcecode: {root: src, select: no}}"
    bench.write({"guild.yml": text, "run.py": "print(1)", "src/run.py": "print(2)"})
    before = bench.of("a").code
    bench.edit("src/run.py", "2", "3")
    assert bench.of("a").code == before
    bench.edit("run.py", "1", "3")
    assert bench.of("a").code != before


def test_a_script_without_an_ending_counts_with_what_it_names(bench: Bench) -> None:
    files = {"go": "#!/bin/sh\npython run.py", "run.py": "print(1)", "no": "run.py"}
    bench.write({"guild.yml": "a: {exec: ./go}\nb: {exec: cat no}", **files})
    assert bench.names("a") == {"file:go", "script:run.py"}
    assert bench.names("b") == {"file:no"}


@pytest.mark.parametrize(
    "said",
    [
        "main: run, flags-import: off, flags-dest: none",
        "main: run, flags-dest: globals",
        "main: run, flags-dest: 'global:TABLES'",
        "main: run, flags-dest: 'config:c.yaml'",
        "exec: ./other",
        "exec: './other --table=${table}'",
    ],
)
def test_a_file_that_a_flag_names_counts_however_it_is_passed_on(
    bench: Bench, said: str
) -> None:
    text = f"a: {{{said}, flags: {{table: small.csv}}}}"
    files = {"run.py": "TABLES = {}", "c.yaml": "table: x", "small.csv": "1"}
    bench.write({"guild.yml": text, **files, "large.csv": "2"})
    assert "file:small.csv" in bench.names("a")
    assert "file:large.csv" not in bench.names("a")


PATHS = ["a/b/x.csv", "b/y.csv", "x.csv", ".env", "b.txt/z"]


@pytest.mark.parametrize(
    ("text", "files", "below"),
    [
        ("x.csv", ["a/b/x.csv", "x.csv"], []),
        ("b/x.csv", ["a/b/x.csv"], []),
        ("./b//x.csv", ["a/b/x.csv"], []),
        ("c/../x.csv", ["a/b/x.csv", "x.csv"], []),
        ("../../b/y.csv", ["b/y.csv"], []),
        ("/b/y.csv", ["b/y.csv"], []),
        ("/root/b/y.csv", ["b/y.csv"], []),
        ("copy/x.csv", ["a/b/x.csv", "x.csv"], []),
        ("other/x.csv", [], []),
        (".env", [".env"], []),
        ("env", [], []),
        ("b", [], ["a/b/x.csv", "b/y.csv"]),
        ("a/b/", [], ["a/b/x.csv"]),
        ("b.txt", [], ["b.txt/z"]),
        *((text, [], []) for text in ("", ".", "..", "/", "csv", "none", "\0", "b/x")),
    ],
)
def test_which_files_a_text_names(
    text: str, files: list[str], below: list[str]
) -> None:
    names = Names(PATHS, ["/root", "copy", ""])
    assert list(names.files(text)) == files
    assert list(names.below(text)) == below


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sh -c 'cd a && python \"b.py\" --x=1,2'", "sh -c cd a python b.py --x 1 2"),
        ('{"values": {"a": "b/c.csv"}}', "values a b/c.csv"),
        ("$PROJECT_DIR/a ${PROJECT_DIR}/b $PROJECT_DIRS", "/p/a /p/b PROJECT_DIRS"),
        ("`cat a`;(b)<c>d|e", "cat a b c d e"),
    ],
)
def test_the_words_of_a_command(text: str, words: str) -> None:
    assert words_in(text, "/p") == words.split()


def test_source_in_a_folder_of_its_own(bench: Bench) -> None:
    text = """
    a: {main: run, sourcecode: {root: src, dest: code}}
    b: {exec: 'python code/run.py', sourcecode: {root: src, dest: code}}
    c: {exec: 'python $PROJECT_DIR/src/run.py', sourcecode: {root: src}}
    d: {main: ./run, sourcecode: {root: src}}
    """
    files = {"src/run.py": "import own", "src/own.py": "print(1)", "run.py": "2"}
    bench.write({"guild.yml": text, **files})
    assert bench.names("a") == {"module:run", "statements:own"}
    for name in "bcd":
        assert bench.names(name) == {"script:src/run.py", "statements:own"}
    assert set(bench.kept("a")) == {"run.py", "own.py"}


def test_modules_in_other_folders(bench: Bench, tmp_path: Path) -> None:
    text = "a: {main: run, python-path: [lib, ../shared]}"
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "far.py").write_text("print(1)")
    files = {"run.py": "import near, far", "lib/near.py": "print(1)"}
    bench.write({"guild.yml": text, **files})
    assert bench.names("a") == {"module:run", "statements:near", "statements:far"}


def test_the_source_is_kept_whole(project: Bench) -> None:
    (project.folder / "go.sh").chmod(0o755)
    (project.folder / "linked.txt").symlink_to("words.txt")
    kept = project.kept("train")
    assert set(kept) == {*FILES, "linked.txt"}
    assert kept["linked.txt"].digest == kept["words.txt"].digest
    assert [path for path, file in kept.items() if file.executable] == ["go.sh"]
    assert set(project.kept("chosen")) == {"Makefile", "lib/one.py", "guild.yml"}
    assert project.of("train").snapshot == project.of("module").snapshot


def test_the_source_that_is_kept_can_be_made_to_stay(project: Bench) -> None:
    digest = project.of("train").snapshot
    assert digest
    project.store.objects.sync([digest])
    assert project.store.objects.is_intact(digest)
    for file in project.kept("train").values():
        project.store.objects.delete(file.digest)
    assert project.of("train").snapshot == digest
    assert project.store.objects.is_intact(digest)


def test_what_is_kept_is_what_was_compared(
    project: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though a file is edited between the one and the other."""
    untouched = project.of("train")
    parts_of = identity.parts_of
    edits = [("(1))", "(2))"), ("(2))", "(3))")]

    def meanwhile(*args: object) -> object:
        if edits:
            project.edit("train.py", *edits.pop())
        return parts_of(*args)  # pyright: ignore[reportArgumentType]

    project.edit("train.py", "(1))", "(2))")
    monkeypatch.setattr(identity, "parts_of", meanwhile)
    edits[:] = [("(2))", "(1))")]
    assert project.of("train") == untouched


def test_a_file_that_always_changes_does_not_keep_a_run_from_starting(
    project: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts_of, count = identity.parts_of, 0

    def meanwhile(*args: object) -> object:
        nonlocal count
        count += 1
        project.write({"log.txt": f"{count}\n"})
        return parts_of(*args)  # pyright: ignore[reportArgumentType]

    project.write({"log.txt": "0\n"})
    monkeypatch.setattr(identity, "parts_of", meanwhile)
    assert project.of("train").snapshot
    assert count == 3


def forget_all() -> None:
    """Forget what is known of files, as a new process would."""
    places._parsed.clear()  # pyright: ignore[reportPrivateUsage]
    content._known.clear()  # pyright: ignore[reportPrivateUsage]
    snapshot._known.clear()  # pyright: ignore[reportPrivateUsage]
    code_of_projects._states.clear()  # pyright: ignore[reportPrivateUsage]


EVERY = sorted(set(FILES) - {"guild.yml"})


@settings(max_examples=12, deadline=None)
@given(
    edits=st.lists(
        st.tuples(st.sampled_from(EVERY), st.sampled_from(["", "x = 1\n", "x = 2\n"])),
        min_size=1,
        max_size=6,
    ),
    name=st.sampled_from(OPERATIONS),
)
def test_what_is_remembered_is_never_out_of_date(
    edits: list[tuple[str, str]], name: str
) -> None:
    with tempfile.TemporaryDirectory() as folder, bench_in(Path(folder)) as bench:
        bench.write(FILES)
        first = bench.of(name)
        for path, text in edits:
            bench.write({path: FILES[path] + text})
            found = bench.of(name)
            forget_all()
            assert bench.of(name) == found
        bench.write(FILES)
        assert bench.of(name) == first


@settings(max_examples=8, deadline=None)
@given(chosen=st.sets(st.sampled_from(EVERY)))
def test_another_layout_of_modules_is_kept_but_does_not_count(
    chosen: set[str], original: Every
) -> None:
    with tempfile.TemporaryDirectory() as folder, bench_in(Path(folder)) as bench:
        bench.write(FILES)
        kept = bench.of("train").snapshot
        modules = {name for name in chosen if name.endswith(".py")}
        bench.write({n: f"# New.\n{ast.unparse(ast.parse(FILES[n]))}" for n in modules})
        assert bench.all() == original
        assert (bench.of("train").snapshot == kept) == (not modules)
