"""A server on loopback that speaks as much of Tinker's protocol as is used."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from tests.training.servers.tinker_service import (
    LARGEST_RANK,
    Answer,
    Fault,
    Refused,
    Tinker,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path

__all__ = ["KEY", "LARGEST_RANK", "Fault", "Tinker", "environment", "serve"]

KEY = "tml-a-key-that-nobody-may-write-down"


class Handler(BaseHTTPRequestHandler):
    """Reads requests and writes answers."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer in one piece: two would wait for each other
    tinker: Tinker

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        tinker, name = self.tinker, self.path.rsplit("/", 1)[-1]
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_json = self.headers.get("Content-Type") == "application/json"
        said: dict[str, Any] = json.loads(body) if is_json and body else {}
        tinker.asked[name] += 1
        tinker.requests.append((name, said))
        fault = tinker.fault(name, fails=False)
        try:
            if self.headers.get("X-API-Key") != KEY:
                raise Refused(401, "this key is not known")  # noqa: TRY301
            if fault and fault.status:
                raise Refused(fault.status, fault.words)  # noqa: TRY301
            answer = tinker.answer(self.path, said, body)
        except Refused as refused:
            status, words = refused.args
            self.write(status, {"detail": words})
            return
        if fault:
            self.close_connection = True
        else:
            self.write(200, answer)

    def write(self, status: int, answer: Answer) -> None:
        proto = isinstance(answer, bytes)
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        kind = "application/x-protobuf" if proto else "application/json"
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep quiet."""


@contextmanager
def serve(folder: Path, *, pause: float = 0) -> Generator[Tinker]:
    """Serve a model of transformers for a while.

    Args:
        folder: Its weights and tokenizer; also its name.
        pause: How much longer each batch takes, in seconds.
    """
    tinker = Tinker(folder, pause=pause)
    handler = type("TinkerHandler", (Handler,), {"tinker": tinker})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        tinker.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield tinker
        finally:
            server.shutdown()
            thread.join()


def environment(tinker: Tinker) -> Mapping[str, str]:
    """Give what a client of this server has to have in its environment."""
    return {
        "TINKER_API_KEY": KEY,
        "TINKER_BASE_URL": tinker.url,
        "TINKER_TELEMETRY": "0",
        "HF_HUB_OFFLINE": "1",
    }
