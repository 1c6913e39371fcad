"""A real browser, headless, that says what it logged and what it fetched."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NoReturn

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OPTIONS: Final = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
    *("--no-first-run", "--disable-background-networking", "--disable-sync"),
    *("--disable-component-update", "--window-size=1280,1000"),
)


@dataclass
class Browser:
    """A browser with pages of this disk in it."""

    driver: Any
    opened: str = ""

    def open(self, path: Path, *, dark: bool = False) -> None:
        """Open a page, in light or dark."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [scheme]}
        )
        self.opened = path.as_uri()
        self.driver.get(self.opened)

    def all(self, selector: str) -> list[Any]:
        """Give the elements that a selector of CSS finds."""
        return self.driver.find_elements("css selector", selector)

    def one(self, selector: str) -> Any:  # noqa: ANN401 - an element
        return self.driver.find_element("css selector", selector)

    def texts(self, selector: str) -> list[str]:
        """Give the texts of elements, whether they are in sight or not."""
        return [each.get_attribute("textContent") for each in self.all(selector)]

    def run(self, script: str) -> Any:  # noqa: ANN401 - what the script returns
        return self.driver.execute_script(script)

    def choose(self, field: str, label: str) -> None:
        """Choose an option of a list by its text."""
        for option in self.all(f"#{field} option"):
            if option.get_attribute("textContent") == label:
                option.click()
                return
        raise AssertionError(f"{field} has no option {label!r}")

    def complaints(self) -> list[str]:
        """Give what it has logged since it was last asked."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> set[str]:
        """Give what the page has fetched since it was last asked, but for itself."""
        log = [
            json.loads(entry["message"])["message"]
            for entry in self.driver.get_log("performance")
        ]
        sent = (e["params"] for e in log if e["method"] == "Network.requestWillBeSent")
        urls = {
            each["request"]["url"]
            for each in sent
            if each["documentURL"] == self.opened  # and not that of a new tab
        }
        return {url for url in urls - {self.opened} if not url.startswith("data:,")}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Give a browser; where there is none, skip the test, or fail if it may not."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        _missing("chromium and chromedriver are not installed")
    try:
        from selenium import webdriver
    except ModuleNotFoundError:
        _missing("selenium is not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = str(chromium)
    for each in (*_OPTIONS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(each)
    wanted = {"browser": "ALL", "performance": "ALL"}
    options.set_capability("goog:loggingPrefs", wanted)
    service = webdriver.ChromeService(str(driver))
    started = webdriver.Chrome(options=options, service=service)
    try:
        yield Browser(started)
    finally:
        started.quit()


def _missing(what: str) -> NoReturn:
    if os.environ.get("SWEEPFLOW_REQUIRE_REAL_PARTS") == "1":
        pytest.fail(f"{what}, and SWEEPFLOW_REQUIRE_REAL_PARTS=1")
    pytest.skip(what)
