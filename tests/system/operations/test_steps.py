"""Operations with steps: the runs that come of them, and their links."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.system.operations.scripts import BASE, PREP, T

if TYPE_CHECKING:
    from tests.system.operations.conftest import Make


def test_steps_run_in_order_and_are_links_in_the_folder_of_their_parent(
    make: Make,
) -> None:
    project = make(BASE + "p: {steps: [a, b]}")
    done = project.run("p")
    p, a, b = project.runs()
    assert [run.name for run in (p, a, b)] == ["p", "a", "b"]
    assert {run.status for run in (p, a, b)} == {"completed"}
    assert {run.exit_code for run in (a, b)} == {0}
    assert [run.parent for run in (p, a, b)] == [None, p.id, p.id]
    assert project.links(p) == {"a": a.id, "b": b.id}
    assert sorted(path.name for path in project.place(p).iterdir()) == ["a", "b"]
    assert (project.place(a) / "a.txt").exists()
    assert done.stdout.splitlines() == ["p/a | A", "p/b | B"]


def test_links_have_the_names_of_steps_and_repeated_ones_a_number(make: Make) -> None:
    project = make(
        BASE + "p: {steps: [{run: a, name: s1}, {run: b, name: 'an odd/one'}, a, a, a]}"
    )
    project.run("p")
    p, *steps = project.runs()
    assert [run.name for run in steps] == ["a", "b", "a", "a", "a"]
    names = ["s1", "an-odd-one", "a", "a_2", "a_3"]
    assert project.links(p) == dict(zip(names, (run.id for run in steps), strict=True))
    assert len({run.id for run in steps}) == 5


def test_a_failed_step_stops_the_rest_and_fails_the_parent(make: Make) -> None:
    project = make(BASE + "p: {steps: [a, bad, b]}")
    done = project.run("p", status=1)
    p, a, bad = project.runs()
    assert [(run.name, run.status, run.exit_code) for run in (p, a, bad)] == [
        ("p", "failed", 3),
        ("a", "completed", 0),
        ("bad", "failed", 3),
    ]
    assert p.error == "bad: exit status 3"
    assert project.links(p) == {"a": a.id, "bad": bad.id}
    assert "p/bad failed: exit status 3" in done.stderr
    assert f"sweepflow run --restart {p.id}" in done.stderr


def test_steps_may_have_steps(make: Make) -> None:
    project = make(
        BASE
        + "q: {flags: {m: q0}, steps: ['hello msg=${m}']}\n"
        + "p: {flags: {m: p0}, steps: [a, 'q m=${m}']}"
    )
    project.run("p")
    p, a, q, hello = project.runs()
    assert project.links(p) == {"a": a.id, "q": q.id}
    assert project.links(q) == {"hello": hello.id}
    assert (q.params, hello.params["msg"]) == ({"m": "p0"}, "p0")
    assert {run.status for run in (p, a, q, hello)} == {"completed"}


def test_each_step_runs_the_source_as_it_is_then(make: Make) -> None:
    project = make(
        "one: {main: number}\nedit: {main: edit}\np: {steps: [one, edit, one]}"
    )
    project.write("print(1)", "number.py")
    project.write(
        "import os, pathlib\n"
        "pathlib.Path(os.environ['PROJECT_DIR'], 'number.py').write_text('print(2)')",
        "edit.py",
    )
    project.run("p")
    _, first, _, second = project.runs()
    assert [project.output(run) for run in (first, second)] == ["1\n", "2\n"]
    assert (project.place(first) / "number.py").read_text() == "print(1)"


def test_a_step_has_the_gpus_that_it_is_given(make: Make) -> None:
    project = make(
        "g: {exec: \"sh -c 'echo gpus=$CUDA_VISIBLE_DEVICES'\"}\n"
        "p: {steps: [{run: g, gpus: 1}, {run: g, no-gpus: yes}, {run: g, gpus: '0,1'}]}"
    )
    project.run("p")
    _, *steps = project.runs()
    told = [project.output(run).strip() for run in steps]
    assert told == ["gpus=1", "gpus=", "gpus=0,1"]


def test_a_parent_holds_what_it_requires_itself_beside_its_steps(make: Make) -> None:
    project = make(BASE + "p: {requires: [{file: d.csv}], steps: [a]}")
    project.write("1,2", "d.csv")
    project.run("p")
    p, a = project.runs()
    folder = project.place(p)
    assert sorted(path.name for path in folder.iterdir()) == ["a", "d.csv"]
    assert (folder / "d.csv").read_text() == "1,2"
    assert (folder / "a").resolve() == project.place(a).resolve()


def test_a_step_that_is_not_needed_is_a_link_to_what_stands_in_for_it(
    make: Make,
) -> None:
    project = make(BASE + "p: {steps: ['a --needed', 'a --needed', b]}")
    project.run("p")
    p, first, second, b = project.runs()
    assert [run.status for run in (first, second)] == ["completed", "cached"]
    assert second.cached_from == first.id
    assert project.links(p) == {"a": first.id, "a_2": first.id, "b": b.id}


class TestBatchesAmongSteps:
    def test_a_batch_is_a_step_with_trials(self, make: Make) -> None:
        project = make(BASE + "p: {steps: ['hello msg=[x,y]', b]}")
        project.run("p")
        p, batch, x, y, b = project.runs()
        assert [run.params.get("msg") for run in (x, y)] == ["x", "y"]
        assert project.links(p) == {"hello": batch.id, "b": b.id}
        assert project.links(batch) == {"1": x.id, "2": y.id}
        assert {run.status for run in project.runs()} == {"completed"}

    def test_a_failed_trial_fails_the_step_when_the_others_have_run(
        self, make: Make
    ) -> None:
        project = make(T + "p: {steps: ['t code=[1,0]', {run: t, name: after}]}")
        project.run("p", status=1)
        assert project.statuses() == [
            ("p", "failed"),
            ("p/t", "failed"),
            ("p/t/1", "failed"),
            ("p/t/2", "completed"),
        ]

    def test_trials_may_be_let_fail(self, make: Make) -> None:
        step = "{run: 't code=[1,0]', fail-on-trial-error: no}"
        project = make(T + f"p: {{steps: [{step}, {{run: t, name: after}}]}}")
        done = project.run("p")
        assert project.statuses() == [
            ("p", "completed"),
            ("p/t", "completed"),
            ("p/t/1", "failed"),
            ("p/t/2", "completed"),
            ("p/after", "completed"),
        ]
        assert "p/t/1 failed: exit status 1" in done.stderr

    def test_the_first_failed_trial_may_end_the_batch(self, make: Make) -> None:
        step = "{run: 't code=[1,0]', fail-on-trial-error: yes}"
        project = make(T + f"p: {{steps: [{step}, {{run: t, name: after}}]}}")
        project.run("p", status=1)
        assert project.statuses() == [
            ("p", "failed"),
            ("p/t", "failed"),
            ("p/t/1", "failed"),
        ]


class TestWhatIsExpected:
    def test_a_step_that_is_as_expected_passes(self, make: Make) -> None:
        project = make(
            BASE
            + "o: {exec: \"sh -c 'echo a value > o.txt'\"}\n"
            + "p:\n  steps:\n"
            + "  - {run: a, expect: [{output: A}, {file: a.txt}]}\n"
            + "  - {run: o, expect: {file: o.txt, contains: 'va.ue'}}\n"
            + "  - {run: o, expect: {file: o.txt, compare-to: '${PROJECT_DIR}/exp'}}\n"
        )
        project.write("a value\n", "exp")
        done = project.run("p")
        assert [run.status for run in project.runs()] == ["completed"] * 4
        assert "2 of 2 checks passed" in done.stderr
        assert done.stderr.count("1 of 1 checks passed") == 2

    @pytest.mark.parametrize("key", ["expect", "checks"])
    def test_all_that_is_not_as_expected_is_told_and_fails_the_parent(
        self, make: Make, key: str
    ) -> None:
        project = make(
            BASE + f"p: {{steps: [{{run: a, {key}: [{{output: ZZ}}, {{output: A}}, "
            "{file: nope.txt}]}, b]}"
        )
        done = project.run("p", status=1)
        assert project.statuses() == [("p", "failed"), ("p/a", "completed")]
        assert "1 of 3 checks passed" in done.stderr
        assert "nothing in the output matches 'ZZ'" in done.stderr
        assert "there is no file nope.txt" in done.stderr

    def test_a_file_that_differs_is_told_with_its_differences(self, make: Make) -> None:
        project = make(
            PREP
            + "p: {steps: [{run: prep, expect: "
            + "{file: data.txt, compare-to: '${PROJECT_DIR}/exp.txt'}}, prep]}"
        )
        project.write("n=2", "exp.txt")
        done = project.run("p", status=1)
        assert project.statuses() == [("p", "failed"), ("p/prep", "completed")]
        lines = [line.strip(" |") for line in done.stderr.splitlines()]
        assert {"-n=2", "+n=1"} <= set(lines)


def test_what_the_file_says_of_a_parent_that_is_unknown_is_a_warning(
    make: Make,
) -> None:
    project = make(BASE + "p: {steps: [{run: a, foo: 1}]}")
    done = project.run("p")
    assert "guild.yml:5" in done.stderr
    assert "foo" in done.stderr
    assert project.statuses() == [("p", "completed"), ("p/a", "completed")]


def test_options_of_a_run_that_a_step_cannot_have_are_told_and_have_no_effect(
    make: Make,
) -> None:
    project = make(BASE + "p: {steps: ['a --run-dir elsewhere --stage']}")
    done = project.run("p")
    assert project.statuses() == [("p", "completed"), ("p/a", "completed")]
    assert "--run-dir" in done.stderr
    assert "--stage" in done.stderr
    assert not (project.folder / "elsewhere").exists()
