"""Files from the web: once, again after a failure, and the right ones."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from sweepflow.operations.requirements import RequirementError, download
from tests.operations.requirements.wanting import requirement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sweepflow.project.operations.requirements import Requirement
    from tests.operations.requirements.wanting import Bench

DIGEST = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"  # of x


class Web:
    """A server that says `x`, after the answers that are set before."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: list[int] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web.asked.append(self.path)
                code = web.answers.pop(0) if web.answers else 200
                self.send_response(200 if code == 0 else code)
                self.send_header("Content-Length", "1" if code else "9")
                self.end_headers()
                self.wfile.write(b"x")

            def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(
            target=self.server.serve_forever, args=(0.01,), daemon=True
        ).start()

    def wanted(self, path: str = "/a/d.csv", sha256: str = "") -> Requirement:
        url = f"http://127.0.0.1:{self.server.server_port}{path}"
        return requirement("url", url, sha256=sha256)


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setattr(download, "PAUSES", (0.0, 0.0))
    web = Web()
    yield web
    web.server.shutdown()
    web.server.server_close()


def test_a_file_is_downloaded_once(bench: Bench, web: Web) -> None:
    for _ in range(2):
        bench.resolve(web.wanted(sha256=DIGEST))
    assert bench.there == ["d.csv"]
    assert bench.read("d.csv") == "x"
    assert web.asked == ["/a/d.csv"]


@pytest.mark.parametrize("failure", [503, 429, 0])
def test_a_failure_that_may_pass_is_tried_again(
    bench: Bench, web: Web, failure: int
) -> None:
    web.answers = [failure, failure]
    bench.resolve(web.wanted())
    assert len(web.asked) == 3


def test_other_failures_are_told_at_once_and_nothing_is_kept(
    bench: Bench, web: Web
) -> None:
    web.answers = [404]
    with pytest.raises(RequirementError, match="404 Not Found"):
        bench.resolve(web.wanted())
    assert len(web.asked) == 1
    bench.resolve(web.wanted())
    assert bench.read("d.csv") == "x"


def test_another_file_than_the_expected_is_refused_and_not_kept(
    bench: Bench, web: Web
) -> None:
    with pytest.raises(RequirementError, match=f"has the sha256 {DIGEST}, not abc"):
        bench.resolve(web.wanted(sha256="abc"))
    assert list((bench.places.cache / "downloads").iterdir()) == []


@pytest.mark.parametrize(
    ("path", "name"),
    [("/", "download"), ("/a%2F..%2Fb.txt?q=1", "a_.._b.txt"), ("/..", "download")],
)
def test_a_name_is_one_of_a_file(bench: Bench, web: Web, path: str, name: str) -> None:
    bench.resolve(web.wanted(path))
    assert bench.there == [name]


def test_no_server_and_other_schemes_are_refused(bench: Bench, web: Web) -> None:
    gone = web.wanted()
    web.server.server_close()
    with pytest.raises(RequirementError, match="cannot download"):
        bench.resolve(gone)
    for url in ("file:///etc/passwd", "ftp://x/y", "http://"):
        with pytest.raises(RequirementError, match="is not one of the web"):
            bench.resolve(requirement("url", url))
