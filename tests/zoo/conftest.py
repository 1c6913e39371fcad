"""A server on loopback that has the files of the zoo's public sources."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


@dataclass
class Sources:
    """What the server has, by `host/path`, and how it behaves.

    Attributes:
        files: What it gives.
        asked: What it was asked for, in order.
        trouble: What happens to the next requests, first come first: a status, or
            `cut` for an answer that ends half-way.
    """

    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    asked: list[str] = field(default_factory=list[str])
    trouble: list[int | str] = field(default_factory=list[int | str])

    def github(self, repository: str, file: str, content: bytes) -> None:
        """Put a file where GitHub would have it, on its branch `main`."""
        self.files[f"raw.githubusercontent.com/{repository}/main/{file}"] = content


@pytest.fixture
def sources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Generator[Sources]:
    """Give the public sources, empty, and have the zoo take its files from there."""
    sources = Sources()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            sources.asked.append(self.path.lstrip("/"))
            trouble = sources.trouble.pop(0) if sources.trouble else None
            content = sources.files.get(self.path.lstrip("/"))
            if isinstance(trouble, int):
                self.send_error(trouble)
            elif content is None:
                self.send_error(404)
            else:
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                part = len(content) // 2 if trouble == "cut" else len(content)
                self.wfile.write(content[:part])

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host, port = server.server_address[:2]
    monkeypatch.setenv("SWEEPFLOW_ZOO_MIRROR", f"http://{host!s}:{port}/")
    monkeypatch.setenv("SWEEPFLOW_ZOO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("sweepflow.zoo.fetch.PAUSES_SECONDS", (0.01, 0.01))
    try:
        yield sources
    finally:
        server.shutdown()
        server.server_close()
