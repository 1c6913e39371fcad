"""The page of a report, as a real browser shows it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl
import pytest

from sweepflow.analysis import compute_ci_df
from sweepflow.errors import RunNotFoundError
from sweepflow.report import write_report
from sweepflow.report.data import collect
from sweepflow.report.page import render
from tests.recorded import record
from tests.report.browser import browser
from tests.report.conftest import Flow, atom

if TYPE_CHECKING:
    from pathlib import Path

    from sweepflow.store.store import Store
    from tests.report.browser import Browser

__all__ = ["browser"]  # a fixture

BAD = "</script></title><img src=x onerror=\"document.title='owned'\">&amp;"


@pytest.fixture
def page(store: Store, tmp_path: Path) -> Path:
    """Give the page on a sweep, one step of which failed."""
    flow = Flow(store)
    flow.sweep((0.0001, 0.001, 0.01, 0.1))
    flow.step(
        "bad",
        "train",
        at=60,
        params={"lr": 10.0, "model": BAD},
        inputs={"data": atom("data", "dataset")},
        status="failed",
        label=BAD,
        log=f"first\n\x1b[31mred\x1b[0m\n 10%\r 90%\r100%\n{BAD}\n",
    )
    return write_report(store, "demo", tmp_path / "out" / "report.html")


def column(browser: Browser, name: str) -> list[str]:
    """Give the cells of a column of the table."""
    titles = [t.get_attribute("title") for t in browser.all("#table th button")]
    return browser.texts(f"#table tbody td:nth-child({titles.index(name) + 1})")


def click(browser: Browser, title: str) -> None:
    browser.one(f'#table th button[title="{title}"]').click()


def test_the_page_opens_alone_and_without_complaints(
    browser: Browser, page: Path
) -> None:
    browser.open(page)
    assert browser.driver.title == "demo"
    assert browser.texts("h2") == [
        *("Steps", "Failures", "Plot", "Runs"),
        "Results and where they come from",
    ]
    assert browser.complaints() == []
    assert browser.requests() == set()
    assert len(browser.all("#table tbody tr")) == 10
    # It would also be kept from fetching anything, and from running other scripts.
    browser.run("document.body.append(Object.assign(new Image(), {src: 'http://a/'}))")
    browser.run(
        "document.body.insertAdjacentHTML('beforeend',"
        " '<b id=b onclick=\"document.title = 1\">')"
    )
    browser.run("document.getElementById('b').click()")
    assert browser.driver.title == "demo"
    assert any("Content Security Policy" in told for told in browser.complaints())


def test_what_users_wrote_is_shown_as_text(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert browser.all("img") == []
    assert browser.driver.title == "demo"
    assert BAD in browser.texts("#table tbody td")
    assert browser.one("#failures summary").text.startswith(f"train lr=10 model={BAD}")
    assert browser.one("#failures pre").text.splitlines() == [
        *("first", "red", "100%", BAD)
    ]
    assert browser.one("#failures .error").text == "ValueError: it went wrong"


def test_a_click_sorts_the_table_and_another_one_turns_it_around(
    browser: Browser, page: Path
) -> None:
    browser.open(page)
    click(browser, "train.lr")
    rates = ["0.0001", "0.001", "0.01", "0.1"]
    # What has no value comes last, in either direction.
    expected = [rate for rate in rates for _ in range(2)]
    assert column(browser, "train.lr") == [*expected, "10", ""]
    click(browser, "train.lr")
    assert column(browser, "train.lr") == ["10", *reversed(expected), ""]
    heads = browser.all("#table th[aria-sort]")
    assert [head.get_attribute("aria-sort") for head in heads] == ["descending"]
    click(browser, "step")
    assert column(browser, "step")[:2] == ["prepare", "score"]


def test_words_and_a_step_filter_the_table(browser: Browser, page: Path) -> None:
    browser.open(page)
    field = browser.one("#filter")
    field.send_keys("failed LR=10")
    assert column(browser, "run") == ["bad"]
    assert browser.one("#count").text == "1 of 10"
    field.clear()
    field.send_keys("nothing such")
    assert column(browser, "run") == []
    field.clear()
    field.send_keys("lr=0.01 ")
    assert sorted(column(browser, "run")) == ["score2", "train2"]
    browser.choose("step", "score")
    assert column(browser, "run") == ["score2"]


def test_an_inherited_value_looks_like_one(browser: Browser, page: Path) -> None:
    browser.open(page)
    inherited = browser.texts("#run-score0 td.inherited")
    assert inherited == ["9", "0.0001", "a", "1"]
    assert browser.texts("#run-train0 td.inherited") == ["9"]


def test_the_plot_shows_at_first_what_came_of_the_sweep(
    browser: Browser, page: Path
) -> None:
    browser.open(page)
    assert browser.texts("#y-label, #x-label") == ["train.lr", "score.accuracy"]
    assert browser.run("return document.getElementById('log-x').checked")
    assert len(browser.all("#plot circle > title")) == 4
    assert browser.texts("#plot .legend") == ["a", "b"]


def test_repetitions_have_the_interval_of_their_mean(
    browser: Browser, store: Store, tmp_path: Path
) -> None:
    losses = {1: (1.0, 2.0, 6.0), 2: (3.0, 4.0), 5: (5.0,)}
    rows = [(lr, loss) for lr, some in losses.items() for loss in some]
    for number, (lr, loss) in enumerate(rows):
        params = {"lr": lr, "seed": number}
        record(store, str(number), after=number, params=params, scalars={"loss": loss})
    browser.open(write_report(store, "train", tmp_path / "report.html"))
    browser.choose("x", "train.lr")
    browser.choose("colour", "none")
    known = compute_ci_df(
        pl.DataFrame(rows, ["lr", "loss"], orient="row"), "lr", "loss"
    )
    told = browser.texts("#plot .interval title")
    found = [[float(n) for n in re.findall(r"-?[0-9.]+", text)] for text in told]
    whole = known.drop_nulls().select("mean", "lower", "upper").rows()
    assert found == [pytest.approx(row, rel=1e-4) for row in whole]
    # All of it is in sight, and in its place.
    places = browser.run(
        "return [...document.querySelectorAll('#plot .interval, #plot circle')]"
        ".map((e) => e.getBBox()).map((b) => [b.y, b.y + b.height])"
    )
    height = browser.run(
        "return document.querySelector('#plot svg').viewBox.baseVal.height"
    )
    assert all(0 < top <= bottom < height - 50 for top, bottom in places)
    browser.one("#log-y").click()
    assert browser.texts("#plot .interval title") == told
    assert browser.complaints() == []


def test_axes_and_colours_can_be_changed(browser: Browser, page: Path) -> None:
    browser.open(page)
    before = browser.texts("#plot .tick")
    browser.one("#log-x").click()
    assert browser.texts("#plot .tick") != before
    browser.choose("y", "train.loss")
    browser.choose("x", "train.model")
    browser.choose("colour", "none")
    assert browser.texts("#y-label, #x-label") == ["train.model", "train.loss"]
    assert set(browser.texts("#plot .tick")) >= {"a", "b"}
    assert browser.texts("#plot .legend") == []
    titles = browser.texts("#plot circle > title")
    assert "train0\ntrain.loss: 1\ntrain.model: a" in titles
    browser.choose("y", "train.loss")
    browser.choose("x", "score.accuracy")
    assert "No run has both" in browser.one("#plot").text
    assert browser.complaints() == []


def test_a_result_tells_what_it_came_from(browser: Browser, page: Path) -> None:
    browser.open(page)
    results = browser.all("#lineage > details")
    assert len(results) == 4
    summary = browser.one("#origin-score1 summary")
    assert summary.text.startswith(f"result {atom('result 0.001', 'eval').id}")
    summary.click()
    told = browser.one("#origin-score1").text
    assert re.search(r"train lr=0\.001 model=b train1", told)
    assert f"from model {atom('model 0.001').id}" in told
    assert "prepare rows=9" in told
    # The link of a run that made no result makes its tree.
    browser.one("#run-train3 a").click()
    assert "prepare rows=9" in browser.one("#origin-train3").text


def test_the_graph_has_the_steps_in_layers_with_how_they_ended(
    browser: Browser, page: Path
) -> None:
    browser.open(page)
    places = {
        box.find_element("css selector", "text").text: (
            float(box.find_element("css selector", "rect").get_attribute("x")),
            box.get_attribute("class"),
        )
        for box in browser.all(".graph .node")
    }
    assert sorted(places, key=lambda name: places[name]) == [
        "prepare",
        "train",
        "score",
    ]
    assert [places[name][1] for name in ("prepare", "train", "score")] == [
        *("node completed", "node failed", "node completed")
    ]
    assert sorted(browser.texts(".graph .edge title")) == ["data", "data", "model"]


def test_light_and_dark_are_as_the_reader_wants_them(
    browser: Browser, page: Path
) -> None:
    shades: dict[bool, tuple[str, str]] = {}
    for dark in (False, True):
        browser.open(page, dark=dark)
        shades[dark] = browser.run(
            "const s = getComputedStyle(document.body);"
            "return [s.backgroundColor, s.color]"
        )
    assert shades[False][0] == "rgb(255, 255, 255)"
    assert shades[True] == ["rgb(20, 24, 28)", "rgb(228, 232, 236)"]


def test_a_thousand_runs_stay_responsive(
    browser: Browser, store: Store, tmp_path: Path
) -> None:
    for n in range(1000):
        values = {"lr": n / 7, "name": f"n{n % 5}", "seed": n % 3}
        record(store, f"r{n}", after=n, params=values, scalars={"loss": 1 / (n + 1)})
    browser.open(write_report(store, "train", tmp_path / "r.html"))
    assert len(browser.all("#plot circle > title")) == 1000
    millis = browser.run(
        "const begin = performance.now();"
        "document.querySelector('#table th button[title=\"train.loss\"]').click();"
        "document.getElementById('filter').value = 'n1';"
        "document.getElementById('filter').dispatchEvent(new Event('input'));"
        "document.getElementById('y').dispatchEvent(new Event('change'));"
        "document.body.getBoundingClientRect();"
        "return performance.now() - begin"
    )
    assert millis < 1500  # about 60 on an idle machine
    browser.one("#filter").clear()
    browser.run("document.getElementById('filter').dispatchEvent(new Event('input'))")
    assert len(browser.all("#table tbody tr")) == 300
    browser.one("#more").click()
    assert len(browser.all("#table tbody tr")) == 1000


def test_a_failure_that_was_put_right_is_only_mentioned(
    browser: Browser, store: Store, tmp_path: Path
) -> None:
    record(store, "a", status="failed", exit_code=3, params={"lr": 1})
    record(store, "b", after=9, params={"lr": 1}, scalars={"loss": float("nan")})
    browser.open(write_report(store, "train", tmp_path / "r.html"))
    assert browser.all("#failures details") == []
    assert (
        "1 earlier failure was followed by a later run" in browser.one("#failures").text
    )
    assert browser.all(".node.failed") == []
    assert browser.texts("#table .status") == ["completed", "failed (3)"]
    assert browser.complaints() == []


def test_commands_of_a_job_that_have_no_parameters_are_not_taken_for_one(
    store: Store,
) -> None:
    for n, status in enumerate(("failed", "completed")):
        record(
            store, f"r{n}", after=n, kind="job", name="j", task=f"j.{n}", status=status
        )
    [node] = collect(store, "j").nodes
    assert (node.status, node.note) == ("failed", "1 failed, 1 completed")


def test_runs_without_values_or_ends_have_a_page_too(
    browser: Browser, store: Store, tmp_path: Path
) -> None:
    record(store, "a", status="running")
    browser.open(write_report(store, "train", tmp_path / "r.html"))
    assert column(browser, "status") == ["running"]
    assert browser.complaints() == []


def test_no_data_can_end_the_element_it_stands_in(store: Store) -> None:
    Flow(store).step("a", BAD, at=0, params={BAD: BAD}, command=BAD)
    text = render(collect(store, "demo"), datetime.now(UTC))
    assert text.count("</script>") == 2
    assert "<img" not in text


def test_nothing_of_the_store_but_what_ran_stands_in_the_page(
    store: Store, page: Path
) -> None:
    text = page.read_text("utf-8")
    assert str(store.home.root) not in text
    assert "http:" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "https:" not in text


def test_a_name_that_nothing_ran_under_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(RunNotFoundError, match="workflow 'none'"):
        write_report(store, "none", tmp_path / "r.html")
    record(store, "a")
    with pytest.raises(RunNotFoundError, match="workflow 'none'"):
        write_report(store, "none", tmp_path / "r.html")
    assert not (tmp_path / "r.html").exists()
